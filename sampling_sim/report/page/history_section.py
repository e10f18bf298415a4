"""Histories of the recorded cases: force, sinkage and more, with their envelope over cases.

In: a `StoreView`; out: a `Section`.  Every plot shows single cases thin and, over them, the median
and the band that holds 90 % of the cases; of each design point and surface where there are few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import degrees
from typing import TYPE_CHECKING

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.report.page.cells import number, plain
from sampling_sim.report.page.figures import DASHES, compact, figure, safe
from sampling_sim.report.page.histories import (
    Envelope,
    History,
    Series,
    aligned,
    drawn_points,
    envelope,
    first_contact,
    head_force,
)
from sampling_sim.report.page.parts import COLOURS, Cell, Note, Part, Plot, Section, Table
from sampling_sim.report.page.places import places
from sampling_sim.report.page.view import StoreView

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_CURVES = 50
"""Cases that are drawn one by one; chosen: more cannot be told apart."""
MOST_POINTS = 400
"""Of a case's curve; chosen: as many as a plot is wide in pixels on a phone."""
ENVELOPE_POINTS = 800
"""Of an envelope, its three curves at the same times; chosen: some 130 intervals."""
MOST_GROUPS = len(COLOURS)
"""Places with an envelope each; beyond, all are one group."""
NEEDED = {"time", "head_force_x", "head_force_y", "head_force_z"}
"""Series without which a case cannot be aligned at first contact."""
TIME_TITLE = "time since first contact [s]"


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """What is plotted of the series."""

    name: str
    title: str
    unit: str
    factor: float
    """From SI to the unit."""
    needs: str
    """Series without which there is none."""
    of: Callable[[Series], FloatArray]
    """In SI."""


QUANTITIES = (
    Quantity(
        name="force", title="force of the ground on the head, filtered", unit="N", factor=1.0,
        needs="head_force_z", of=head_force,
    ),
    Quantity(
        name="sinkage", title="depth of the rim below the undisturbed surface", unit="mm",
        factor=1e3, needs="rim_height", of=lambda s: np.maximum(0.0, -s["rim_height"]),
    ),
    Quantity(
        name="speed", title="speed of the craft along the normal, outward", unit="cm/s",
        factor=1e2, needs="normal_speed", of=lambda s: s["normal_speed"],
    ),
    Quantity(
        name="tilt", title="tilt of the craft to the normal", unit="deg", factor=degrees(1.0),
        needs="tilt", of=lambda s: s["tilt"],
    ),
    Quantity(
        name="thrust", title="thrust along the craft's axis", unit="N", factor=1.0,
        needs="thrust", of=lambda s: s["thrust"],
    ),
    Quantity(
        name="mass", title="mass inside the container", unit="kg", factor=1.0,
        needs="contained_mass", of=lambda s: s["contained_mass"],
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Cases with an envelope of their own."""

    label: str
    colour: str
    dash: str
    cases: frozenset[int]


def history_section(view: StoreView) -> Section:
    """Section of the histories; a note that says how to record where no case was."""
    if not view.series:
        return _section(_how_to_record(view))
    finished = set(view.columns["case"][view.finished].tolist())
    trusted = {case: series for case, series in view.series.items() if case in finished}
    touching = {
        case: series
        for case, series in trusted.items()
        if series.keys() >= NEEDED and first_contact(series) is not None
    }
    parts: list[Part] = [_what_is_shown(view, len(trusted), len(touching))]
    if not touching:
        return _section(*parts)
    groups = _groups(view, list(touching))
    rows = []
    for quantity in QUANTITIES:
        histories = [
            found
            for case, series in touching.items()
            if quantity.needs in series
            and (found := aligned(case, series, quantity.of(series))) is not None
        ]
        if histories:
            rows.append(_extremes(quantity, histories))
            scaled = [replace(h, values=quantity.factor * h.values) for h in histories]
            parts.append(_plot(quantity, scaled, groups))
    head = ("largest of all cases", "value", "in case", "at [s] since contact")
    parts.append(Table(caption="Peaks of the recorded cases", head=head, rows=tuple(rows)))
    return _section(*parts)


def _section(*parts: Part) -> Section:
    return Section(anchor="histories", title="Force and sinkage over time", parts=parts)


def _how_to_record(view: StoreView) -> Note:
    case = int(view.columns["case"][0])
    return Note(
        text="No case of this file was recorded, so there are no histories. A sweep records its "
        "first N replicates with --record N; one case is recorded by: sampling-sim rerun "
        f"{view.shell_path} --case {case} --record -o case_{case}.h5"
    )


def _what_is_shown(view: StoreView, trusted: int, touching: int) -> Note:
    """Say which cases the curves are of, and what was left out of them."""
    read = len(view.series)
    texts = [f"{view.series_cases} of {view.cases} cases were recorded."]
    if read < view.series_cases:
        texts.append(f"The histories are of the first {read} of them.")
    if lost := read - trusted:
        texts.append(
            f"{lost} of them failed or diverged and {'is' if lost == 1 else 'are'} left out."
        )
    if never := trusted - touching:
        what = "case never touches" if never == 1 else "cases never touch"
        texts.append(f"{never} {what} the ground, or have no force series, and cannot be aligned.")
    if touching > 1:
        texts.append(
            f"Thick: median of {touching} cases; band: 5 to 95 % of them, while more than half "
            "still run (of few cases it is nearly their extremes)."
        )
    if touching > MOST_CURVES:
        texts.append(f"Thin: {MOST_CURVES} cases, evenly chosen.")
    elif touching:
        texts.append("Thin: each case.")
    texts.append(
        f"A curve has at most {MOST_POINTS} points, the lowest and the highest of each interval, "
        "so peaks are kept."
    )
    return Note(text=" ".join(texts))


def _groups(view: StoreView, cases: Sequence[int]) -> list[_Group]:
    """Group the cases by place; all of them where there are too many places or one."""
    wanted = set(cases)
    found = []
    for place in places(view):
        members = wanted.intersection(view.columns["case"][place.rows].tolist())
        if members:
            found.append((place.label, frozenset(members)))
    if not 1 < len(found) <= MOST_GROUPS:
        return [_Group(label="", colour=COLOURS[0], dash="solid", cases=frozenset(cases))]
    return [
        _Group(label=label, colour=colour, dash=dash, cases=members)
        for (label, members), colour, dash in zip(found, COLOURS, DASHES, strict=False)
    ]


def _plot(quantity: Quantity, histories: Sequence[History], groups: Sequence[_Group]) -> Plot:
    made = figure(TIME_TITLE, f"{quantity.name} [{quantity.unit}]")
    chosen = _evenly(histories, MOST_CURVES)
    for group in groups:
        members = [h for h in histories if h.case in group.cases]
        thin = [h for h in chosen if h.case in group.cases]
        found = envelope(members)
        if thin:
            is_named = len(groups) > 1 and found is None
            made.add_trace(_single_cases(thin, group, quantity.unit, is_named=is_named))
        if found is not None:
            made.add_traces(_band(found, group, quantity.unit))
    made.update_layout(hovermode="closest", showlegend=len(groups) > 1)
    return Plot(
        figure=made,
        alternative=_alternative(quantity, histories, is_one_place=len(groups) == 1),
        name=f"history-{quantity.name}",
        height=360,
        leads_to_cases=True,
    )


def _single_cases(
    histories: Sequence[History], group: _Group, unit: str, *, is_named: bool
) -> "go.Scatter":
    """All thin curves as one trace, a gap after each, so that a page of many stays quick."""
    import plotly.graph_objects as go

    time, values, cases = [], [], []
    for history in histories:
        kept = drawn_points(history.values[None], MOST_POINTS)
        time.append(np.append(history.time[kept], np.nan))
        values.append(np.append(history.values[kept], np.nan))
        cases.append(np.full(len(kept) + 1, history.case, dtype=np.int32))
    return go.Scatter(
        x=compact(np.concatenate(time)), y=compact(np.concatenate(values)),
        customdata=np.concatenate(cases), mode="lines", connectgaps=False, opacity=0.45,
        line={"width": 1, "color": group.colour, "dash": group.dash}, name=safe(group.label),
        showlegend=is_named, legendgroup=group.label,
        hovertemplate=f"case %{{customdata}}: %{{y:.4g}} {unit} at %{{x:.3f}} s<extra></extra>",
    )  # fmt: skip


def _band(found: Envelope, group: _Group, unit: str) -> list["go.Scatter"]:
    """Lower end, upper end with the band between, median."""
    import plotly.graph_objects as go

    kept = drawn_points(np.stack([found.low, found.median, found.high]), ENVELOPE_POINTS)
    time = compact(found.time[kept])
    shared = {"x": time, "mode": "lines", "legendgroup": group.label, "hoverinfo": "skip"}
    edge = {"line": {"width": 0, "color": group.colour}, "showlegend": False}
    where = "%{fullData.name}: " if group.label else ""  # what is within a name stays text
    return [
        go.Scatter(**shared, **edge, y=compact(found.low[kept])),
        go.Scatter(
            **shared, **edge, y=compact(found.high[kept]), fill="tonexty",
            fillcolor=_faint(group.colour),
        ),
        go.Scatter(
            **(shared | {"hoverinfo": None}), y=compact(found.median[kept]),
            line={"width": 2, "color": group.colour, "dash": group.dash},
            name=safe(group.label) or "median",
            hovertemplate=f"{where}median %{{y:.4g}} {unit} at %{{x:.3f}} s<extra></extra>",
        ),
    ]  # fmt: skip


def _alternative(quantity: Quantity, histories: Sequence[History], *, is_one_place: bool) -> str:
    """Say in figures how the quantity went; a median over several places is that of nothing."""
    title = quantity.title[0].upper() + quantity.title[1:]
    words = f"{title}: {len(histories)} recorded cases over the {TIME_TITLE}."
    found = envelope(histories) if is_one_place else None
    if found is not None:
        at = int(np.nanargmax(found.median))
        words += (
            f" The median is largest {found.time[at]:.3g} s after contact with "
            f"{found.median[at]:.4g} {quantity.unit}, where 5 to 95 % of cases are within "
            f"{found.low[at]:.4g} to {found.high[at]:.4g} {quantity.unit}."
        )
    top = max(histories, key=lambda h: float(h.values.max()))
    return f"{words} The largest value is {top.values.max():.4g} {quantity.unit}, case {top.case}."


def _extremes(quantity: Quantity, histories: Sequence[History]) -> tuple[Cell, ...]:
    """Row of the table: the largest value, its case and its time."""
    top = max(histories, key=lambda h: float(h.values.max()))
    at = int(top.values.argmax())
    source = f"histories.{quantity.name}.{top.case}"
    peak = number(top.values[at], f"{source}.peak")
    return (
        plain(f"{quantity.title} [{quantity.unit}]"),
        replace(peak, text=number(quantity.factor * top.values[at], "").text),
        replace(plain(top.case), link=f"#case-{top.case}"),
        number(top.time[at], f"{source}.time"),
    )


def _evenly(histories: Sequence[History], most: int) -> list[History]:
    if len(histories) <= most:
        return list(histories)
    return [histories[k] for k in np.linspace(0, len(histories) - 1, most).astype(int)]


def _faint(colour: str) -> str:
    """Make a colour as "#0072B2" transparent."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
