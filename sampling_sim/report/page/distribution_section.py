"""Distributions of what decides: collected mass, and what else something is required of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.report.page.cells import figure_text
from sampling_sim.report.page.figures import (
    INK,
    compact,
    figure,
    label_height,
    safe,
    titled,
    wrapped,
)
from sampling_sim.report.page.parts import COLOURS, Note, Plot, Section
from sampling_sim.report.page.places import Place, places
from sampling_sim.report.page.view import StoreView

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_BINS = 60
"""Of a histogram."""
SHOWN_PLACES = 40
"""Rows in a plot of several places; chosen: more cannot be labelled."""
SHOWN_POINTS = 200
"""Cases drawn one by one at each place, the first ones; chosen: more lie on top of each other."""
ROUND_OFF = 1e-12
"""Spread over the largest value up to which values count as equal; chosen: room for 60 bins."""
JITTER = 0.22
"""Rows that points lie off their own at most."""


def distribution_section(view: StoreView) -> Section:
    """Distribution of collected mass, and of every other number that something is required of."""
    required = [requirement.column for requirement in view.experiment.requirements]
    names = dict.fromkeys(["collected_mass", *(n for n in required if n in view.headline)])
    parts: list[Note | Plot] = []
    for name in names:
        parts += _distribution(view, name)
    return Section(anchor="distribution", title="Distributions", parts=tuple(parts))


def _distribution(view: StoreView, name: str) -> list[Note | Plot]:
    """One outcome: a histogram, or a row a place where there are several."""
    if not view.summary["outcomes"][name]["n"]:
        return [Note(text=f"No finished case has a value of {name}: there is no distribution.")]
    here = places(view)
    if len(here) == 1:
        return [_histogram(view, name, here[0])]
    notes = []
    if len(here) > SHOWN_PLACES:
        text = f"The plot of {name} shows the first {SHOWN_PLACES} of {len(here)} places."
        notes.append(Note(text=text))
    return [*notes, _rows(view, name, here[:SHOWN_PLACES])]


def _values(view: StoreView, name: str, place: Place) -> tuple[FloatArray, FloatArray]:
    """Finite values of finished cases of a place, and which cases they are of."""
    rows = place.rows[view.finished[place.rows]]
    values = np.asarray(view.columns[name][rows], float)
    valid = np.isfinite(values)
    return values[valid], view.columns["case"][rows][valid]


def _histogram(view: StoreView, name: str, place: Place) -> Plot:
    """Histogram of one place, its mean and quantiles, and below it the first cases one by one."""
    import plotly.graph_objects as go

    values, cases = _values(view, name, place)
    counts, edges = _binned(values)
    drawn = figure(titled(name, view.unit(name)), "cases")
    low, high = edges[:-1], edges[1:]
    drawn.add_trace(
        go.Bar(
            x=0.5 * (low + high),
            y=counts,
            width=high - low,
            marker={"color": "#9ecae1", "line": {"color": "white", "width": 1}},
            # not as customdata: a click would take a number there for a case
            hovertext=[
                f"{figure_text(a)} to {figure_text(b)}" for a, b in zip(low, high, strict=True)
            ],
            hovertemplate="%{hovertext}: %{y} cases<extra></extra>",
            name="cases",
            showlegend=False,
        )
    )
    _mark(drawn, view, name, place, float(counts.max()))
    few = slice(SHOWN_POINTS)
    drawn.add_trace(
        go.Scatter(
            x=compact(values[few]),
            y=np.zeros(len(values[few])),
            yaxis="y2",
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 12, "color": INK},
            customdata=cases[few],
            hovertemplate="case %{customdata}: %{x:.4g}<extra></extra>",
            showlegend=False,
        )
    )
    drawn.update_layout(
        yaxis={"domain": [0.14, 1.0], "rangemode": "tozero", "tickformat": "d",
               **({"dtick": 1} if counts.max() <= 6 else {})},
        yaxis2={"domain": [0.0, 0.1], "visible": False, "fixedrange": True, "range": [-1, 1]},
        bargap=0,
    )  # fmt: skip
    drawn.update_xaxes(anchor="y2", range=_padded(drawn))
    return Plot(
        figure=drawn,
        alternative=f"Histogram of {_words(view, name, place)} "
        f"Marks below it: {'the first ' if len(values) > SHOWN_POINTS else ''}"
        f"{len(values[few])} cases; a click on one leads to its line.",
        name=f"distribution-{name.replace('_', '-')}",
        leads_to_cases=True,
    )


def _padded(drawn: "go.Figure") -> list[float]:
    """Range of the x axis: all bins and lines, the mean's interval, and a little air."""
    bars = drawn.data[0]
    ends = [float(np.min(bars.x - 0.5 * bars.width)), float(np.max(bars.x + 0.5 * bars.width))]
    ends += [float(x) for trace in drawn.data[1:] for x in trace.x]
    ends += [float(x) for shape in drawn.layout.shapes for x in (shape.x0, shape.x1)]
    return _with_air(ends)


def _with_air(ends: Sequence[float]) -> list[float]:
    """Range of an axis that has all of these, the finite ones, a little off its ends."""
    finite = [end for end in ends if np.isfinite(end)]
    air = 0.03 * (max(finite) - min(finite)) or 0.05
    return [min(finite) - air, max(finite) + air]


def _binned(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return counts and edges; of equal values one bin around them that does not reach below 0.

    Equal are also values that differ by round-off: between them there is no room for bins.
    """
    if np.ptp(values) <= ROUND_OFF * np.abs(values).max():
        half = 0.05 * abs(float(values[0])) or 0.05
        return np.array([len(values)]), np.array([values[0] - half, values[0] + half])
    edges = np.histogram_bin_edges(values, "auto")
    if not 3 < len(edges) <= MOST_BINS + 1:
        edges = np.linspace(values.min(), values.max(), min(MOST_BINS, max(5, len(edges) - 1)) + 1)
    counts, edges = np.histogram(values, edges)
    return counts, edges


def _mark(drawn: "go.Figure", view: StoreView, name: str, place: Place, top: float) -> None:
    """Draw the mean with its interval, the quantiles and what is required into a histogram."""
    import plotly.graph_objects as go

    entry = place.report["outcomes"][name]
    low, high = entry["mean_interval"]
    lines = [(f"mean {figure_text(entry['mean'])}", entry["mean"], COLOURS[0], "solid")]
    if np.isfinite(low):
        drawn.add_vrect(x0=low, x1=high, fillcolor=COLOURS[0], opacity=0.18, line_width=0)
        said = f"mean {figure_text(entry['mean'])} ({figure_text(low)} to {figure_text(high)})"
        lines = [(said, entry["mean"], COLOURS[0], "solid")]
    for key, words, dash in (
        ("q05", "5 % below", "dot"), ("q50", "median", "dash"), ("q95", "95 % below", "dot")
    ):  # fmt: skip
        lines.append((f"{words} {figure_text(entry[key])}", entry[key], INK, dash))
    lines += [
        (f"required: {safe(text)}", bound, COLOURS[1], "longdash")
        for text, bound in _bounds(view, name).items()
    ]
    for text, at, colour, dash in lines:
        drawn.add_trace(
            go.Scatter(
                x=[at, at],
                y=[0.0, top],
                mode="lines",
                line={"color": colour, "dash": dash, "width": 2},
                name=text,
                hovertemplate=f"{text}<extra></extra>",
            )
        )


def _bounds(view: StoreView, name: str) -> dict[str, float]:
    """Return what is required of an outcome: text → bound in SI."""
    return {
        requirement.text: float(requirement.bound)
        for requirement in view.experiment.requirements
        if requirement.column == name and isinstance(requirement.bound, float | int)
    }


def _rows(view: StoreView, name: str, here: Sequence[Place]) -> Plot:
    """Draw a row a place: cases, the 5 to 95 % range, the median, the mean with its interval."""
    import plotly.graph_objects as go

    labels = [wrapped(place.label) for place in here]
    rows = np.arange(len(here))
    drawn = figure(titled(name, view.unit(name)))
    rng = np.random.default_rng(0)  # where points lie across a row means nothing
    found = [_values(view, name, place) for place in here]
    points = [(v[:SHOWN_POINTS], c[:SHOWN_POINTS]) for v, c in found]
    place_of = np.repeat(rows, [len(v) for v, _ in points])
    drawn.add_trace(
        go.Scatter(
            x=compact(np.concatenate([v for v, _ in points])),
            y=compact(place_of + rng.uniform(-JITTER, JITTER, len(place_of))),
            mode="markers",
            marker={"size": 6, "color": "#777777", "opacity": 0.55},
            customdata=np.concatenate([c for _, c in points]),
            hovertemplate="case %{customdata}: %{x:.4g}<extra></extra>",
            name="cases",
        )
    )
    entries = [place.report["outcomes"][name] for place in here]
    drawn.add_trace(
        go.Scatter(
            x=[x for e in entries for x in (e["q05"], e["q95"], None)],
            y=[y for row in rows for y in (row, row, None)],
            mode="lines",
            line={"color": INK, "width": 1.5},
            hoverinfo="skip",
            name="5 to 95 %",
        )
    )
    _add_centres(drawn, entries)
    bounds = _bounds(view, name)
    for bound in bounds.values():
        drawn.add_vline(x=bound, line_dash="longdash", line_color=COLOURS[1])
    ends = [x for e in entries for x in (e["q05"], e["q95"], e["mean"], *e["mean_interval"])]
    ends += [x for v, _ in points for x in v]
    drawn.update_xaxes(range=_with_air([*ends, *bounds.values()]))
    drawn.update_yaxes(
        tickvals=rows, ticktext=labels, range=[len(here) - 0.5, -0.5], showgrid=False
    )
    told = [_words(view, name, place, has_place=True) for place in here[:12]]
    more = "" if len(here) <= 12 else f" And {len(here) - 12} more places in the table below."
    return Plot(
        figure=drawn,
        alternative="A row for each design point and surface"
        f"{'; the dashed line is what is required' if bounds else ''}. {' '.join(told)}{more}",
        name=f"distribution-{name.replace('_', '-')}",
        height=140 + sum(max(46, label_height(label)) for label in labels),
        leads_to_cases=True,
    )


def _add_centres(drawn: "go.Figure", entries: Sequence[dict[str, FloatArray]]) -> None:
    """Draw median and mean of each row, the mean with its interval."""
    import plotly.graph_objects as go

    rows = np.arange(len(entries))
    mean = np.array([entry["mean"] for entry in entries])
    ends = np.array([entry["mean_interval"] for entry in entries])
    drawn.add_trace(
        go.Scatter(
            x=[entry["q50"] for entry in entries],
            y=rows,
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 18, "color": INK},
            hovertemplate="median %{x:.4g}<extra></extra>",
            name="median",
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=mean,
            y=rows,
            mode="markers",
            marker={"symbol": "diamond", "size": 10, "color": COLOURS[0]},
            error_x={
                "type": "data",
                "array": np.nan_to_num(ends[:, 1] - mean),
                "arrayminus": np.nan_to_num(mean - ends[:, 0]),
                "thickness": 3,
                "color": COLOURS[0],
            },
            hovertemplate="mean %{x:.4g}<extra></extra>",
            name="mean with its interval",
        )
    )


def _words(view: StoreView, name: str, place: Place, *, has_place: bool = False) -> str:
    """Distribution in a sentence with its figures."""
    entry = place.report["outcomes"][name]
    unit = f" {view.unit(name)}" if view.unit(name) else ""
    what = f"{place.label}:" if has_place else f"{name.replace('_', ' ')}:"
    if not entry["n"]:
        return f"{what} no case has a value."
    low, high = entry["mean_interval"]
    known = (
        f" ({figure_text(low)} to {figure_text(high)} at 95 %)"
        if np.isfinite(low)
        else " (no interval from these cases)"
    )
    return (
        f"{what} {entry['n']} cases, mean {figure_text(entry['mean'])}{unit}{known}, "
        f"5 % below {figure_text(entry['q05'])}, median {figure_text(entry['q50'])}, "
        f"95 % below {figure_text(entry['q95'])}{unit}."
    )
