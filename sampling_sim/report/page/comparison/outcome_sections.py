"""What the files collected, how their cases ended, and their statistics, side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sampling_sim.campaign.comparison.compared import Point
from sampling_sim.constants import FloatArray
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.report.page.cells import ends, figure_text, number, plain, share
from sampling_sim.report.page.comparison.lanes import (
    SHOWN_PLACES,
    label_of,
    lane,
    lane_figure,
    lane_height,
)
from sampling_sim.report.page.comparison.sides import Side, headline, unit_of
from sampling_sim.report.page.figures import (
    DASHES,
    SYMBOLS,
    compact,
    figure,
    label_height,
    safe,
    status_marker,
    titled,
    wrapped,
)
from sampling_sim.report.page.parts import Cell, Note, Part, Plot, Section, Table
from sampling_sim.report.page.places import Place

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_STEPS = 1000
"""Points of a distribution function; chosen: finer than any screen."""
STATISTICS = ("q05", "q50", "q95")


def distribution_section(sides: Sequence[Side]) -> Section:
    """Distribution of what decides: functions, or quantiles where there are several places."""
    parts: list[Part] = []
    points = all_points(sides)
    for name in headline(sides):
        if len(points) == 1:
            parts.append(_functions(sides, name))
            continue
        if len(points) > SHOWN_PLACES:
            text = f"The plot of {name} shows the first {SHOWN_PLACES} of {len(points)} places."
            parts.append(Note(text=text))
        parts.append(_quantiles(sides, name, points[:SHOWN_PLACES]))
    return Section(anchor="distribution", title="Distributions", parts=tuple(parts))


def all_points(sides: Sequence[Side]) -> list[Point]:
    """Design points and surfaces that any file has, sorted."""
    return sorted(set().union(*(side.run.points for side in sides)))


def known_values(side: Side, place: Place, name: str) -> FloatArray:
    """Values of an outcome of the finished cases of a place, shape (n,)."""
    rows = place.rows[side.view.finished[place.rows]]
    values = np.asarray(side.view.columns[name][rows], float)
    return values[np.isfinite(values)]


def status_section(sides: Sequence[Side]) -> Section:
    """How the cases of each file ended."""
    names = dict.fromkeys(name for side in sides for name in side.view.summary["status"])
    rows = []
    for name in names:
        cells = [plain(name)]
        for side in sides:
            count = side.view.summary["status"].get(name, 0)
            source = f"{side.letter}.status.{name}"
            cells += [number(count, source), share(count / side.view.cases, f"{source} / cases")]
        rows.append(tuple(cells))
    head = ("status", *(text for side in sides for text in (side.name, "share")))
    table = Table(caption="How cases ended.", head=head, rows=tuple(rows))
    parts = (table, _status_bars(sides, list(names)))
    return Section(anchor="status", title="How cases ended", parts=parts)


def statistics_section(sides: Sequence[Side]) -> Section:
    """Statistics of each outcome with the files under each other."""
    points = all_points(sides)
    several = len(points) > 1
    names = headline(sides) if several else _told(sides)
    rows = []
    for name in names:
        for point in points[:SHOWN_PLACES]:
            where = f", {label_of(sides, point)}" if several else ""
            for side in sides:
                place = side.at(point)
                if place is not None:
                    title = plain(unit_of(sides, name) + where)
                    rows.append((title, plain(side.name), *_statistics(side, place, name)))
    head = ("outcome", "file", "n", "mean", "from", "to", *STATISTICS)
    caption = "Statistics of finished cases; from, to: interval of the mean at 95 %."
    parts: list[Part] = [Table(caption=caption, head=head, rows=tuple(rows), is_tall=True)]
    if len(points) > SHOWN_PLACES:
        text = f"Of the first {SHOWN_PLACES} of {len(points)} places; sampling-sim show has all."
        parts.append(Note(text=text))
    return Section(anchor="statistics", title="Statistics", parts=tuple(parts))


def _told(sides: Sequence[Side]) -> list[str]:
    """Outcomes that vary within a file or differ between files."""
    found = []
    for name in sides[0].view.summary["outcomes"]:
        entries = [side.view.summary["outcomes"][name] for side in sides]
        known = [entry for entry in entries if entry["n"]]
        varies = any(entry["sd"] > 0.0 for entry in known)
        if name not in NOT_COMPARED and (varies or len({entry["mean"] for entry in known}) > 1):
            found.append(name)
    return found


def _statistics(side: Side, place: Place, name: str) -> tuple[Cell, ...]:
    entry, source = place.report["outcomes"][name], f"{side.letter}.{place.source}outcomes.{name}"
    return (
        number(entry["n"], f"{source}.n"),
        number(entry["mean"], f"{source}.mean"),
        *ends(entry["mean_interval"], f"{source}.mean_interval"),
        *(number(entry[key], f"{source}.{key}") for key in STATISTICS),
    )


def _functions(sides: Sequence[Side], name: str) -> Plot:
    """Share of cases at or below each value, a line a file."""
    import plotly.graph_objects as go

    made = figure(titled(name, sides[0].view.unit(name)), "cases at or below [%]")
    words = []
    for index, side in enumerate(sides):
        values = np.sort(known_values(side, side.places[0], name))
        if not len(values):
            words.append(f"{side.name}: no case has a value")
            continue
        kept = np.unique(np.linspace(0, len(values) - 1, MOST_STEPS).astype(int))
        made.add_trace(
            go.Scatter(
                x=compact(values[kept]), y=compact(100.0 * (kept + 1.0) / len(values)),
                mode="lines", line={"color": side.colour, "dash": DASHES[index], "shape": "hv"},
                name=safe(side.name),
                hovertemplate=f"{safe(side.letter)}: %{{y:.3g}} % up to %{{x:.4g}}<extra></extra>",
            )
        )  # fmt: skip
        words.append(f"{side.name}: {_range_text(side.places[0], name)}")
    made.update_layout(showlegend=True)
    return Plot(
        figure=made,
        alternative=f"Distribution functions of {unit_of(sides, name)}. {'; '.join(words)}.",
        name=f"distribution-{name.replace('_', '-')}",
    )


def _quantiles(sides: Sequence[Side], name: str, points: Sequence[Point]) -> Plot:
    """Median with the range from the 5 to the 95 % quantile, a row a place, a lane a file."""
    labels = [label_of(sides, point) for point in points]
    made = lane_figure(titled(name, sides[0].view.unit(name)), labels)
    words = []
    for index, side in enumerate(sides):
        here = [(row, side.at(point)) for row, point in enumerate(points)]
        shown = [
            (row, place) for row, place in here if place and place.report["outcomes"][name]["n"]
        ]
        made.add_trace(_ranges(sides, index, name, shown))
        words += [f"{side.letter}, {p.label}: {_range_text(p, name)}" for _, p in shown[:12]]
    made.update_layout(showlegend=True)
    return Plot(
        figure=made,
        alternative=f"Medians and 5 to 95 % quantiles of {unit_of(sides, name)} by place. "
        f"{'; '.join(words)}.",
        name=f"distribution-{name.replace('_', '-')}",
        height=lane_height(labels, len(sides)),
    )


def _ranges(
    sides: Sequence[Side], index: int, name: str, shown: Sequence[tuple[int, Place]]
) -> "go.Scatter":
    import plotly.graph_objects as go

    side = sides[index]
    entries = [place.report["outcomes"][name] for _, place in shown]
    low, middle, high = (np.array([entry[key] for entry in entries]) for key in STATISTICS)
    return go.Scatter(
        x=middle, y=[lane(row, index, len(sides)) for row, _ in shown], mode="markers",
        name=safe(side.name),
        marker={"color": side.colour, "size": 9, "symbol": SYMBOLS[index]},
        error_x={
            "type": "data", "symmetric": False, "array": high - middle,
            "arrayminus": middle - low, "color": side.colour,
        },
        customdata=np.stack([low, high], axis=-1) if len(shown) else None,
        hovertemplate=f"{safe(side.letter)}: median %{{x:.4g}}, 5 to 95 %: "
        "%{customdata[0]:.4g} to %{customdata[1]:.4g}<extra></extra>",
    )  # fmt: skip


def _range_text(place: Place, name: str) -> str:
    entry = place.report["outcomes"][name]
    low, middle, high = (figure_text(entry[key]) for key in STATISTICS)
    return f"{entry['n']} cases, median {middle}, 5 to 95 %: {low} to {high}"


def _status_bars(sides: Sequence[Side], names: Sequence[str]) -> Plot:
    """Bar a file, cut by status."""
    import plotly.graph_objects as go

    made = figure("share of cases [%]")
    labels = [wrapped(side.name) for side in sides]
    total = np.array([side.view.cases for side in sides])
    for name in names:
        count = np.array([side.view.summary["status"].get(name, 0) for side in sides])
        made.add_trace(
            go.Bar(
                x=100.0 * count / total, y=labels, orientation="h", name=name.replace("_", " "),
                marker=status_marker(name),
                customdata=np.stack([count, total], axis=-1),
                hovertemplate="%{y}: %{customdata[0]} of %{customdata[1]}",
            )
        )  # fmt: skip
    made.update_layout(barmode="stack", bargap=0.35, showlegend=True)
    made.update_yaxes(autorange="reversed", type="category")
    words = "; ".join(
        f"{side.name}: " + ", ".join(f"{n} {s}" for s, n in side.view.summary["status"].items())
        for side in sides
    )
    return Plot(
        figure=made, alternative=f"Bars of how cases ended. {words}.", name="status-bars",
        height=150 + sum(label_height(label) for label in labels),
    )  # fmt: skip
