"""What drives the outcomes that decide: shares of variance that each input explains."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sampling_sim.report.page.cells import ends, figure_text, number, plain
from sampling_sim.report.page.figures import figure, label_height, wrapped
from sampling_sim.report.page.parts import COLOURS, Cell, Note, Plot, Section, Table
from sampling_sim.report.page.view import StoreView

SHOWN_INPUTS = 20
"""Bars in a plot; chosen: what comes after is the least."""
INDICES = {
    "first_order": "first order",
    "total": "total",
    "delta": "delta",
    "rank_correlation": "rank correlation",
}

Report = Mapping[str, Any]


def driver_section(view: StoreView) -> Section:
    """Drivers of each outcome that decides, or why they cannot be told."""
    parts: list[Note | Plot | Table] = []
    for name, found in view.drivers.items():
        if isinstance(found, str):
            parts.append(Note(text=f"What drives {name} cannot be told: {found}.", kind="plain"))
        elif not found["drivers"]:
            reason = "it is the same in all cases, or no input varies"
            if found["design"] == "saltelli":
                reason += ", or too few base points are whole"
            parts.append(Note(text=f"Nothing drives {name}: {reason}."))
        else:
            parts += [_plot(name, found), _table(name, found)]
    if any(isinstance(part, Table) for part in parts):
        parts.append(Note(text=_meaning(view)))
    return Section(anchor="drivers", title="What drives it", parts=tuple(parts))


def _meaning(view: StoreView) -> str:
    if view.experiment.campaign.design == "saltelli":
        return (
            "Sobol indices of the Saltelli design: first order is the share of the variance that "
            "an input explains alone, total that with all its interactions; intervals at 95 %."
        )
    return (
        "First order: share of the outcome's variance that the input explains alone (Sobol's S1, "
        "from given data); delta: how far it moves the whole distribution, 0 to 1; both less what "
        "shuffled inputs get. Told apart from chance: among all inputs, at 5 %. Intervals at 95 %."
    )


def _plot(name: str, found: Report) -> Plot:
    """Bar an input, of the index that tells most, with its interval."""
    import plotly.graph_objects as go

    index = "total" if found["design"] == "saltelli" else "first_order"
    entries = [e for e in found["drivers"] if _place(e) == _place(found["drivers"][0])]
    entries = entries[:SHOWN_INPUTS]
    labels = [wrapped(entry["input"]) for entry in entries]
    values = np.array([entry[index]["value"] for entry in entries])
    interval = np.array([entry[index]["interval"] for entry in entries])
    sure = [entry[index].get("distinguishable", True) for entry in entries]
    drawn = figure()
    words = f"{INDICES[index]} index of<br>{name.replace('_', ' ')}"  # a phone has no longer line
    drawn.update_xaxes(title_text=words)
    drawn.add_trace(
        go.Bar(
            x=values,
            y=labels,
            orientation="h",
            marker={
                "color": [COLOURS[0] if known else "#cccccc" for known in sure],
                "pattern": {"shape": ["" if known else "/" for known in sure]},
            },
            error_x={
                "type": "data",
                "array": np.maximum(interval[:, 1] - values, 0.0),
                "arrayminus": np.maximum(values - interval[:, 0], 0.0),
                "color": "#222222",
            },
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    told = "; ".join(
        f"{entry['input']} {figure_text(entry[index]['value'], 2)} "
        f"({figure_text(entry[index]['interval'][0], 2)} to "
        f"{figure_text(entry[index]['interval'][1], 2)})"
        + ("" if known else ", not told apart from chance")
        for entry, known in zip(entries[:8], sure, strict=False)
    )
    where = _where(found)
    return Plot(
        figure=drawn,
        alternative=f"Bars of what drives {name}{where}, {INDICES[index]} index from "
        f"{found['cases']} cases, largest first: {told}. Hatched: not told apart from chance.",
        name=f"drivers-{name.replace('_', '-')}",
        height=110 + sum(label_height(label) for label in labels),
    )


def _place(entry: Report) -> tuple[int, int]:
    return entry.get("design_point", 0), entry.get("surface", 0)


def _where(found: Report) -> str:
    """Say which place a plot is of, where the indices are of several."""
    if len({_place(entry) for entry in found["drivers"]}) == 1:
        return ""
    point, surface = _place(found["drivers"][0])
    return f" at design point {point} on surface {surface} (the others: in the table)"


def _table(name: str, found: Report) -> Table:
    entries = found["drivers"]
    indices = [index for index in INDICES if any(entry.get(index) for entry in entries)]
    is_placed = "design_point" in entries[0]
    head = ["input", *(("design point", "surface") if is_placed else ())]
    for index in indices:
        head += [INDICES[index], "from", "to"]
        head += ["told apart"] if index in {"first_order", "delta"} and not is_placed else []
    source = f"--drivers {name}: drivers.drivers"
    rows = tuple(
        (
            plain(entry["input"]),
            *(
                number(entry[key], f"{source}.{i}.{key}")
                for key in (("design_point", "surface") if is_placed else ())
            ),
            *_indices(entry, indices, f"{source}.{i}", is_placed),
        )
        for i, entry in enumerate(entries)
    )
    left_out = f"; {found['left_out']} without a value are left out" if found["left_out"] else ""
    caption = f"What drives {name}, from {found['cases']} cases{left_out}."
    return Table(caption=caption, head=tuple(head), rows=rows, is_tall=len(rows) > 30)


def _indices(
    entry: Report, indices: Sequence[str], source: str, is_placed: bool
) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for index in indices:
        found = entry.get(index)
        has_mark = index in {"first_order", "delta"} and not is_placed
        if found is None:
            cells += [plain("–")] * (4 if has_mark else 3)
            continue
        cells.append(number(found["value"], f"{source}.{index}.value", 3))
        cells += ends(found["interval"], f"{source}.{index}.interval")
        cells += [plain("yes" if found["distinguishable"] else "no")] if has_mark else []
    return tuple(cells)
