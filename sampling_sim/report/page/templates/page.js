"use strict";
// Draws the plots one after the other, leads from a point to its case, and makes print wide enough.
(function () {
  const PRINT_WIDTH = 680; // CSS px: A4 between its margins
  const boxes = [...document.querySelectorAll(".plot")];
  const isCoarse = window.matchMedia("(pointer: coarse)").matches;
  const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };

  async function draw(box) {
    const figure = JSON.parse(document.getElementById(box.id + "-figure").textContent);
    const layout = figure.layout;
    if (isCoarse) layout.dragmode = layout.scene ? layout.dragmode : false; // a finger scrolls the page
    try {
      await Plotly.newPlot(box, figure.data, layout, config);
    } catch (error) {
      box.classList.add("undrawn");
      box.textContent = "This plot could not be drawn here; what it says stands below.";
      console.warn(box.id, error);
      return;
    }
    if ("leadsToCases" in box.dataset) {
      box.on("plotly_click", (event) => {
        const data = event.points[0].customdata;
        const number = Array.isArray(data) || ArrayBuffer.isView(data) ? data[0] : data;
        if (number !== undefined) lead("case-" + number);
      });
    }
  }

  function lead(anchor) {
    const row = document.getElementById(anchor) || added(anchor);
    if (!row) return;
    for (const other of document.querySelectorAll("tr.marked")) other.classList.remove("marked");
    row.classList.add("marked");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  }

  // The row of a case that the table left out, made like its first one
  let waiting = null;
  function added(anchor) {
    const table = document.querySelector("table[data-more]");
    if (!table) return null;
    if (!waiting) {
      const more = JSON.parse(table.parentElement.querySelector("script.more").textContent);
      waiting = { sources: more.sources, rows: new Map(more.rows.map((row) => ["case-" + row[0][0], row])) };
    }
    const entries = waiting.rows.get(anchor);
    if (!entries) return null;
    const body = table.tBodies[0];
    const row = body.rows[0].cloneNode(true);
    row.id = anchor;
    entries.forEach(([text, value], i) => {
      const cell = row.cells[i];
      cell.textContent = text;
      if (value === "") {
        delete cell.dataset.value;
        delete cell.dataset.source;
      } else {
        cell.dataset.value = value;
        cell.dataset.source = waiting.sources[i] + "#" + entries[0][0];
      }
    });
    body.append(row);
    return row;
  }

  function fit(width) {
    for (const box of boxes) {
      if (box.classList.contains("js-plotly-plot")) Plotly.relayout(box, { width, autosize: !width });
    }
  }
  window.addEventListener("beforeprint", () => {
    for (const text of document.querySelectorAll("details:not(.words)")) text.open = true;
    fit(PRINT_WIDTH);
  });
  window.addEventListener("afterprint", () => fit(null));
  window.addEventListener("hashchange", () => {
    const anchor = location.hash.slice(1);
    if (anchor.startsWith("case-")) lead(anchor); // the browser itself leads to sections
  });

  (async function () {
    for (const box of boxes) {
      await draw(box);
      await new Promise((done) => setTimeout(done)); // the page stays at hand meanwhile
    }
    document.documentElement.dataset.ready = "";
  })();
})();
