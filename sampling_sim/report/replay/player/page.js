// Puts the page together: controls, readings, trace and picture in step.

import { unpacked } from "replay/data";
import { Playback } from "replay/playback";
import { Stage } from "replay/stage";

const at = (id) => document.getElementById(id);
const TOLD_EVERY = 100; // [ms]
const TURN = 0.12, NEARER = 0.87; // [rad] and factor of a key press
const KEYS = {
  ArrowLeft: [-TURN, 0, 1], ArrowRight: [TURN, 0, 1], ArrowUp: [0, -TURN, 1],
  ArrowDown: [0, TURN, 1], "+": [0, 0, NEARER], "=": [0, 0, NEARER], "-": [0, 0, 1 / NEARER],
};

function failed(text) {
  at("trouble").textContent = text;
  at("trouble").hidden = false;
}

function stageOf(scene, data) {
  try {
    return new Stage(at("picture"), scene, data);
  } catch (error) {
    failed("This browser gives the page no WebGL, so there is no picture in three dimensions: turn "
      + "on hardware or software WebGL, or open the page in another browser. Time, readings and "
      + `trace work all the same. (${error.message})`);
    at("picture").hidden = true;
    for (const id of ["colour", "view", "craft"]) at(id).disabled = true;
    return null;
  }
}

// Last row of the series at or before a time; -1 before the first.
function rowAt(times, time) {
  let low = -1, high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= time + 1e-9) low = middle;
    else high = middle - 1;
  }
  return low;
}

function read(id, value, shown) {
  at(id).value = Number.isFinite(value) ? shown(value) : "–";
  at(id).dataset.value = Number.isFinite(value) ? value : "";
}

function legend(scene, mode) {
  at("scale").hidden = mode === "collected";
  at("sample").hidden = mode !== "collected" || !scene.grains;
  if (mode === "collected") return;
  const [low, high] = scene.scales[mode], middle = mode === "height" ? (low + high) / 2 : high / 4;
  const unit = { speed: "m/s", force: "N", height: "m" }[mode];
  [["low", low], ["middle", middle], ["high", high]].forEach(([id, value]) => {
    at(`scale-${id}`).textContent = `${Number(value.toPrecision(2))}${id === "high" ? ` ${unit}` : ""}`;
  });
}

function teller(scene, data, stage) {
  let told = -TOLD_EVERY;
  const rows = data.series.length / scene.columns.length;
  const column = Object.fromEntries(scene.columns.map(
    (name, i) => [name, data.series.subarray(i * rows, (i + 1) * rows)]));
  return (playback) => {
    const { frame, mixing } = playback.place(playback.time), row = rowAt(column.time, playback.time);
    stage?.show(frame, mixing);
    at("trace").style.setProperty("--at", playback.time / scene.end);
    // words change ten times a second: laying them out costs as much as the picture
    const now = performance.now();
    if (playback.isPlaying && now - told < TOLD_EVERY) return;
    told = now;
    const value = (name) => row < 0 ? NaN : column[name][row];
    const phase = row < 0 ? "release" : scene.phases[column.phase[row]].replace("_", " ");
    at("slider").value = frame;
    at("slider").setAttribute("aria-valuetext",
      `${playback.time.toFixed(2)} s of ${scene.end.toFixed(2)} s, ${phase}`);
    read("time", playback.time, (v) => `${v.toFixed(2)} s`);
    read("force", value("head_force"), (v) => `${v.toFixed(2)} N`);
    read("sinkage", value("sinkage"), (v) => `${(100 * v).toFixed(2)} cm`);
    read("contained", value("contained_mass"), (v) => `${(1000 * v).toFixed(1)} g`);
    at("phase").value = phase;
    at("play").textContent = playback.isPlaying ? "Pause" : "Play";
  };
}

function connect(scene, playback, stage) {
  at("play").addEventListener("click", () => playback.toggle());
  at("slider").addEventListener("input", () => {
    playback.isPlaying = false;
    playback.go(playback.times[at("slider").value]);
  });
  at("speed").addEventListener("change", () => { playback.speed = Number(at("speed").value); });
  const trace = at("trace");
  const jump = (event) => {
    const box = trace.getBoundingClientRect(), style = getComputedStyle(trace);
    const share = (event.clientX - box.left) / box.width - Number(style.getPropertyValue("--left"));
    playback.isPlaying = false;
    playback.go(scene.end * share / Number(style.getPropertyValue("--span")));
  };
  trace.addEventListener("pointerdown", (event) => {
    trace.setPointerCapture(event.pointerId);
    jump(event);
  });
  trace.addEventListener("pointermove", (event) => { if (event.buttons) jump(event); });
  if (!stage) return;
  playback.tick_seen = (now) => stage.paced(now);
  at("colour").addEventListener("change", () => {
    stage.colourBy(at("colour").value);
    legend(scene, at("colour").value);
  });
  at("craft").addEventListener("change", () => stage.craftLooks(at("craft").value));
  at("view").addEventListener("change", () => stage.look(at("view").value));
  stage.onView = (name) => { at("view").value = name; };
  at("picture").addEventListener("keydown", (event) => {
    if (event.key === " ") playback.toggle();
    else if (event.key in KEYS) stage.move(...KEYS[event.key]);
    else return;
    event.preventDefault();
  });
}

async function start() {
  const scene = JSON.parse(at("scene").textContent);
  const data = await unpacked(at("payload").textContent, scene.blocks);
  at("payload").remove();
  const stage = stageOf(scene, data);
  const playback = new Playback(data.frame_time, scene.end, teller(scene, data, stage));
  connect(scene, playback, stage);
  legend(scene, at("colour").value);
  playback.go(playback.times[0]);
  window.replay = { scene, data, stage, playback }; // for tests and the curious
  document.body.dataset.ready = "yes";
}

start().catch((error) => failed(`This replay cannot be shown: ${error.message}`));
