"""Statistics of every outcome, each with its interval; place by place where there are several."""

from collections.abc import Mapping, Sequence
from typing import Any

from sampling_sim.report.page.cells import ends, number, plain
from sampling_sim.report.page.parts import Cell, Note, Section, Table
from sampling_sim.report.page.places import places
from sampling_sim.report.page.view import StoreView

SHOWN_PLACES = 60
"""Places in a table; chosen: three pages on paper."""
STATISTICS = ("mean", "sd", "q05", "q50", "q95")

Report = Mapping[str, Any]


def statistics_section(view: StoreView) -> Section:
    """Tables of every outcome that has a value."""
    here = places(view)
    outcomes = view.summary["outcomes"]
    defined = [name for name in outcomes if outcomes[name]["n"]]
    is_mixed = len(here) > 1
    parts: list[Note | Table] = []
    if defined:
        rows = [
            (plain(name), plain(view.unit(name)), *_statistics(outcomes[name], f"outcomes.{name}",
                                                               has_intervals=not is_mixed))
            for name in defined
        ]  # fmt: skip
        parts.append(_table(_caption(view, is_mixed), ("outcome", "unit"), rows, not is_mixed))
    if is_mixed and defined:
        parts += _by_place(view, [name for name in view.headline if name in defined])
    if undefined := [name for name in outcomes if not outcomes[name]["n"]]:
        parts.append(Note(text=f"Without a value in any finished case: {', '.join(undefined)}."))
    return Section(anchor="statistics", title="Statistics of all outcomes", parts=tuple(parts))


def _caption(view: StoreView, is_mixed: bool) -> str:
    left_out = int((~view.finished).sum())
    text = (
        "All design points and surfaces together: no sample of anything there is to land on, so "
        "without intervals."
        if is_mixed
        else f"Each with its interval at {view.summary['levels']['interval']:.0%}; a dash where "
        "the cases are too few to say."
    )
    missing = f" {left_out} cases that failed or diverged are left out." if left_out else ""
    return f"{text}{missing} n: cases that have the outcome. SI units."


def _by_place(view: StoreView, names: Sequence[str]) -> list[Note | Table]:
    """Outcomes that matter most, each at every place."""
    found: list[Note | Table] = []
    here = places(view)
    if len(here) > SHOWN_PLACES:
        more = f"{len(here) - SHOWN_PLACES} more are in `sampling-sim show --json`."
        found.append(Note(text=f"The tables show the first {SHOWN_PLACES} places; {more}"))
    for name in names:
        rows = [
            (plain(place.label), *_statistics(place.report["outcomes"][name],
                                              f"{place.source}outcomes.{name}"))
            for place in here[:SHOWN_PLACES]
        ]  # fmt: skip
        unit = f" [{view.unit(name)}]" if view.unit(name) else ""
        caption = f"{name}{unit} by design point and surface, with intervals at 95 %."
        found.append(_table(caption, ("place",), rows, has_intervals=True))
    return found


def _statistics(entry: Report, source: str, *, has_intervals: bool = True) -> tuple[Cell, ...]:
    """Entries of one outcome: its number of cases, and each statistic with its interval."""
    cells = [number(entry["n"], f"{source}.n")]
    for name in STATISTICS:
        cells.append(number(entry[name], f"{source}.{name}"))
        if has_intervals and name != "sd":
            cells += ends(entry[f"{name}_interval"], f"{source}.{name}_interval")
    return tuple(cells)


def _table(
    caption: str, first: Sequence[str], rows: Sequence[tuple[Cell, ...]], has_intervals: bool
) -> Table:
    head = [*first, "n"]
    for name in STATISTICS:
        head += [name, "from", "to"] if has_intervals and name != "sd" else [name]
    return Table(caption=caption, head=tuple(head), rows=tuple(rows))
