"""By how much the files differ from the base, on common random numbers where they have them.

In: the sides; out: a `Section`: which cases pair, a table of differences with intervals, and of
what decides the differences of single pairs as a plot.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sampling_sim.campaign.comparison.compared import Point, paired_rows
from sampling_sim.campaign.comparison.differences import Difference, difference
from sampling_sim.campaign.experiment.design import NOT_EXTENDED
from sampling_sim.campaign.statistics.clusters import FEW
from sampling_sim.constants import IntArray
from sampling_sim.report.page.cells import ends, figure_text, number, plain, share
from sampling_sim.report.page.comparison.lanes import (
    SHOWN_PLACES,
    label_of,
    lane,
    lane_figure,
    lane_height,
    spread,
)
from sampling_sim.report.page.comparison.sides import Side, common_points, headline, unit_of
from sampling_sim.report.page.figures import SYMBOLS, compact, safe, titled
from sampling_sim.report.page.parts import Cell, Note, Part, Plot, Section, Table

if TYPE_CHECKING:
    import plotly.graph_objects as go

SHOWN_PAIRS = 200
"""Pairs drawn one by one in a lane, the first ones; chosen: more lie on top of each other."""

Found = Mapping[tuple[str, Point, str], Difference]
"""Difference by outcome, place and letter of the new file."""


def difference_section(sides: Sequence[Side]) -> Section:
    """Differences of what decides from the base, place by place."""
    base, others = sides[0], sides[1:]
    parts: list[Part] = [note for side in others for note in _pairing(base, side)]
    found: dict[tuple[str, Point, str], Difference] = {}
    for side in others:
        for point in common_points([base, side])[:SHOWN_PLACES]:
            runs = base.run.at(point), side.run.at(point)
            for name in headline(sides):
                entry = difference(*runs, name)
                if np.isfinite(entry.mean):
                    found[name, point, side.letter] = entry
    if found:
        parts.append(_table(sides, found))
        told = {name for name, _, _ in found}
        parts += [_plot(sides, name, found) for name in headline(sides) if name in told]
    title = "Differences on common random numbers"
    return Section(anchor="differences", title=title, parts=tuple(parts))


def _pairing(base: Side, new: Side) -> list[Note]:
    """Say which cases of a file have a partner in the base, and why others have none."""
    rows = paired_rows(base.run, new.run)
    pairs, names = len(rows[0]), f"{new.letter} against {base.letter}"
    seeds = [side.view.attributes["seed"] for side in (base, new)]
    notes = []
    if not pairs:
        why = (
            f"{base.letter} has seed {seeds[0]}, {new.letter} seed {seeds[1]}"
            if seeds[0] != seeds[1]
            else "no replicate, surface and design point is in both"
        )
        text = (
            f"{names}: no case has the random numbers of one of {base.letter} ({why}). Differences "
            "are between means of independent samples, with Welch's interval."
        )
        notes.append(Note(text=text, kind="caution"))
    elif pairs < max(base.view.cases, new.view.cases):
        text = (
            f"{names}: {pairs} of {base.view.cases} and {new.view.cases} cases pair (same seed, "
            "replicate, surface and design point); differences are of these alone."
        )
        notes.append(Note(text=text, kind="caution"))
    else:
        text = f"{names}: all {pairs} cases pair (same seed, replicate, surface and design point)."
        notes.append(Note(text=text))
    if pairs and _drawn(base) != _drawn(new):
        text = (
            f"{names}: the inputs of a pair were not drawn from the same numbers, for the designs "
            "differ (kind, keys drawn, or cases of a Latin hypercube): pairs share what is random "
            "beside the inputs alone."
        )
        notes.append(Note(text=text, kind="caution"))
    if text := _packings(base, new, rows):
        notes.append(Note(text=f"{names}: {text}"))
    if lone := set(base.run.points) ^ set(new.run.points):
        what = "1 place (design point on a surface) is"
        if len(lone) > 1:
            what = f"{len(lone)} places (design points on surfaces) are"
        text = f"{names}: {what} in one file alone."
        notes.append(Note(text=text, kind="caution"))
    return notes


def _drawn(side: Side) -> tuple[object, ...]:
    """Name what the numbers behind the inputs depend on, beside seed and replicate."""
    experiment = side.view.experiment
    design = experiment.campaign.design
    if design == "monte_carlo":  # each key has its own
        return (design,)
    cases = experiment.campaign.cases if design in NOT_EXTENDED else None
    return design, tuple(experiment.draws.replicate_keys), cases


def _packings(base: Side, new: Side, rows: tuple[IntArray, IntArray]) -> str:
    """Say what the packings of the bed do to the differences of pairs; empty if nothing."""
    was = base.run.columns["packing_seed"][rows[0]]
    now = new.run.columns["packing_seed"][rows[1]]
    if other := int(np.count_nonzero(was != now)):
        return (
            f"{other} of the pairs flew another packing of the bed; intervals are between the "
            "packings of either file, the wider one."
        )
    count = len(np.unique(was))
    if 1 < count < min(FEW, len(was)):
        return (
            f"the pairs flew {count} packings of the bed; intervals are between packings, and wide "
            "because so few were flown."
        )
    return ""


def _table(sides: Sequence[Side], found: Found) -> Table:
    """Every difference with its interval."""
    several = len({point for _, point, _ in found}) > 1
    rows = [
        _row(sides, name, point, letter, entry, is_placed=several)
        for (name, point, letter), entry in sorted(
            found.items(), key=lambda item: (headline(sides).index(item[0][0]), *item[0][1:])
        )
    ]
    head = ("outcome", "file", "pairs", "A", "new", "difference", "from", "to", "of A")
    caption = "Mean of new less A, with its interval at 95 %; 0 pairs: of independent samples."
    return Table(caption=caption, head=head, rows=tuple(rows), is_tall=len(rows) > 24)


def _row(
    sides: Sequence[Side],
    name: str,
    point: Point,
    letter: str,
    entry: Difference,
    *,
    is_placed: bool,
) -> tuple[Cell, ...]:
    where = f", {label_of(sides, point)}" if is_placed else ""
    source = f"differences.{letter}.{point[0]}.{point[1]}.{name}"
    return (
        plain(unit_of(sides, name) + where),
        plain(letter),
        number(entry.pairs, f"{source}.pairs"),
        number(entry.base, f"{source}.base"),
        number(entry.new, f"{source}.new"),
        number(entry.mean, f"{source}.mean"),
        *ends(entry.interval, f"{source}.interval"),
        share(entry.relative, f"{source}.relative"),
    )


def _plot(sides: Sequence[Side], name: str, found: Found) -> Plot:
    """Differences of single pairs, and over them the mean with its interval."""
    points = sorted({point for outcome, point, _ in found if outcome == name})
    labels = [label_of(sides, point) for point in points]
    unit = sides[0].view.unit(name)
    made = lane_figure(titled(f"{name} less A", unit), labels)
    made.add_vline(x=0.0, line={"color": "#222222", "width": 1, "dash": "dot"})
    words, others = [], sides[1:]
    for index, side in enumerate(others):
        lanes = [
            (lane(row, index, len(others)), found[name, point, side.letter])
            for row, point in enumerate(points)
            if (name, point, side.letter) in found
        ]
        made.add_traces([*_pairs(sides, side, lanes), _means(side, SYMBOLS[index + 1], lanes)])
        words += [
            f"{side.letter}{f', {label_of(sides, point)}' if len(points) > 1 else ''}: "
            f"{_words(found[name, point, side.letter])}"
            for point in points[:12]
            if (name, point, side.letter) in found
        ]
    made.update_layout(showlegend=True)
    return Plot(
        figure=made,
        alternative=f"Differences of {unit_of(sides, name)} from A: small, of single pairs (at "
        f"most {SHOWN_PAIRS} a row); large, the mean with its 95 % interval. {'; '.join(words)}.",
        name=f"difference-{name.replace('_', '-')}",
        height=lane_height(labels, len(others)) + 40,
    )


def _pairs(
    sides: Sequence[Side], side: Side, lanes: Sequence[tuple[float, Difference]]
) -> list["go.Scatter"]:
    """Points of the first pairs of every lane, none where nothing pairs."""
    import plotly.graph_objects as go

    few = slice(SHOWN_PAIRS)
    x = [entry.values[few] for _, entry in lanes]
    if not sum(len(values) for values in x):
        return []
    y = [
        middle + spread(len(values), len(sides) - 1)
        for (middle, _), values in zip(lanes, x, strict=True)
    ]
    replicates = [_replicates(side, entry)[few] for _, entry in lanes]
    return [
        go.Scatter(
            x=compact(np.concatenate(x)), y=compact(np.concatenate(y)), mode="markers",
            marker={"color": side.colour, "size": 5, "opacity": 0.45},
            customdata=np.concatenate(replicates), showlegend=False, legendgroup=side.letter,
            hovertemplate=f"{side.letter} less A, replicate %{{customdata}}: %{{x:.4g}}"
            "<extra></extra>",
        )
    ]  # fmt: skip


def _replicates(side: Side, entry: Difference) -> IntArray:
    """Replicate of each pair."""
    return np.asarray(side.run.columns["replicate"][entry.rows[1]])


def _means(side: Side, symbol: str, lanes: Sequence[tuple[float, Difference]]) -> "go.Scatter":
    """Mean of every lane with its interval."""
    import plotly.graph_objects as go

    mean = np.array([entry.mean for _, entry in lanes])
    low, high = np.array([entry.interval for _, entry in lanes]).reshape(-1, 2).T
    return go.Scatter(
        x=mean, y=[middle for middle, _ in lanes], mode="markers", name=safe(side.name),
        legendgroup=side.letter,
        marker={"color": side.colour, "size": 12, "symbol": symbol,
                "line": {"color": "white", "width": 1}},
        error_x={"type": "data", "symmetric": False, "array": high - mean,
                 "arrayminus": mean - low, "color": side.colour, "thickness": 2.5},
        hovertemplate=f"{side.letter} less A: mean %{{x:.4g}}<extra></extra>",
    )  # fmt: skip


def _words(entry: Difference) -> str:
    low, high = entry.interval
    ends_ = f" ({figure_text(low)} to {figure_text(high)})" if np.isfinite(low) else ""
    made_of = f"{entry.pairs} pairs" if entry.pairs else "independent samples"
    mean = figure_text(entry.mean) if np.isfinite(entry.mean) else "not known"
    return f"{mean}{ends_}, of {made_of}"
