"""Verdicts on what was required, first on the page: what the campaign shows, and what it lacks."""

from collections.abc import Mapping, Sequence
from typing import Any

from sampling_sim.campaign.statistics.clusters import CAUTION
from sampling_sim.campaign.statistics.verdicts import Verdict
from sampling_sim.report.page.cells import number, plain, share
from sampling_sim.report.page.parts import Cell, Note, Section, Table
from sampling_sim.report.page.places import places
from sampling_sim.report.page.view import StoreView

KINDS = {Verdict.MET: "met", Verdict.NOT_MET: "not-met", Verdict.NOT_SHOWN_YET: "open"}
SHOWN_ROWS = 200
"""Verdicts of design points and surfaces in the table; chosen: more is no table to read."""

Report = Mapping[str, Any]
Names = Mapping[tuple[int, int], str]
"""Design point and surface → what tells them apart."""


def verdict_section(view: StoreView) -> Section:
    """Verdict on each requirement; of several design points and surfaces, on each of them."""
    verdicts = view.summary["requirements"]
    if not verdicts:
        text = "The experiment states no [[requirements]], so there is no verdict."
        return Section(anchor="verdicts", title="Verdicts", parts=(Note(text=text),))
    notes: list[Note] = []
    names = {(place.design_point, place.surface): place.label for place in places(view)}
    for text in dict.fromkeys(_demand(v) for v in verdicts):
        notes += _notes([v for v in verdicts if _demand(v) == text], names)
    return Section(anchor="verdicts", title="Verdicts", parts=(*notes, *_tables(view, names)))


def _demand(verdict: Report) -> str:
    """Say what is demanded."""
    share_, confidence = 100.0 * verdict["probability"], 100.0 * verdict["confidence"]
    return f"{verdict['text']} in {share_:.4g} % of cases, at {confidence:.4g} % confidence"


def _notes(verdicts: Sequence[Report], names: Names) -> list[Note]:
    """One requirement in a few lines: at its design point, or counted over all of them."""
    demand = _demand(verdicts[0])
    if len(verdicts) == 1:
        return [
            Note(text=f"{demand}. {_reason(verdicts[0], names)}", kind=_kind(verdicts[0])),
            *(_caution(verdicts[0])),
        ]
    found = []
    for verdict in Verdict:
        at = [str(v["design_point"]) for v in verdicts if v["verdict"] == verdict]
        if at:
            where = f"{len(at)} of {len(verdicts)} design points ({', '.join(at[:20])}{_more(at)})"
            found.append(Note(text=f"{demand}, at {where}.", kind=KINDS[verdict]))
    return [*found, *_shared(verdicts)]


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - 20} more" if len(names) > 20 else ""


def _kind(verdict: Report) -> str:
    return KINDS[Verdict(verdict["verdict"])]


def _reason(verdict: Report, names: Names) -> str:
    """Say what the cases show, on the worst surface if there are several."""
    low, high = verdict["interval"]
    several = len(verdict["surfaces"]) > 1
    where = f"On the worst of {len(verdict['surfaces'])} surfaces, " if several else ""
    worst = verdict["worst_surface"]
    where += f"{worst} ({names[verdict['design_point'], worst]}), " if several else ""
    said = (
        f"{where}{verdict['met_cases']} of {verdict['cases']} cases meet it: a share of "
        f"{100 * low:.1f} to {100 * high:.1f} %, each bound at that confidence."
    )
    said = said[0].upper() + said[1:]
    if verdict["verdict"] != Verdict.NOT_SHOWN_YET:
        return said
    there = " there" if several else ""
    if verdict["needed_cases"]:
        needed = f"{verdict['needed_cases']} more cases{there}"
        return f"{said} {needed} would show it if that share persists."
    return f"{said} At the share seen so far, more cases would not show that it is met."


def _caution(verdict: Report) -> list[Note]:
    """Warn where cases that share a packing count as fewer than they are."""
    effect = verdict["design_effect"]
    if not effect > CAUTION:
        return []
    text = (
        "Cases that share a packing of the bed resemble each other: they count as "
        f"{verdict['cases'] / effect:.0f} independent ones (design effect {effect:.2g}), which "
        "the bounds leave out."
    )
    return [Note(text=text, kind="caution")]


def _shared(verdicts: Sequence[Report]) -> list[Note]:
    """Warn the same of several design points, with the figures of the worst."""
    wide = [verdict for verdict in verdicts if verdict["design_effect"] > CAUTION]
    if not wide:
        return []
    worst = max(wide, key=lambda verdict: verdict["design_effect"])
    text = (
        f"At {len(wide)} of {len(verdicts)} design points cases that share a packing of the bed "
        f"resemble each other, which the bounds leave out; most at {worst['design_point']}, where "
        f"{worst['cases']} count as {worst['cases'] / worst['design_effect']:.0f} independent ones "
        f"(design effect {worst['design_effect']:.2g})."
    )
    return [Note(text=text, kind="caution")]


def _tables(view: StoreView, names: Names) -> list[Note | Table]:
    """Every verdict with its numbers, a line a design point and surface."""
    verdicts = view.summary["requirements"]
    rows = [
        _row(verdict, f"requirements.{i}.surfaces.{j}", part, names)
        for i, verdict in enumerate(verdicts)
        for j, part in enumerate(verdict["surfaces"])
    ]
    found: list[Note | Table] = []
    if len(rows) > SHOWN_ROWS:
        text = f"{len(rows) - SHOWN_ROWS} more lines are in `sampling-sim show --json`."
        found.append(Note(text=f"The table shows the first {SHOWN_ROWS} lines; {text}"))
    where = ("where", "design point", "surface") if len(names) > 1 else ()
    head = ("requirement", "verdict", *where, "cases that meet it", "of cases", "share",
            "bound from", "to", "more cases needed")  # fmt: skip
    caption = (
        "Share of cases that meet each requirement, with its one-sided bounds (Clopper–Pearson). "
        "Cases that failed or diverged count as not met."
    )
    table = Table(caption=caption, head=head, rows=tuple(rows[:SHOWN_ROWS]), is_tall=len(rows) > 24)
    return [*found, table]


def _row(verdict: Report, source: str, part: Report, names: Names) -> tuple[Cell, ...]:
    low, high = (share(end, f"{source}.interval.{i}") for i, end in enumerate(part["interval"]))
    point, surface = verdict["design_point"], part["surface"]
    where = (
        plain(names[point, surface]),
        number(point, f"{source.rpartition('.surfaces')[0]}.design_point"),
        number(surface, f"{source}.surface"),
    )
    return (
        plain(verdict["text"]),
        plain(part["verdict"]),
        *(where if len(names) > 1 else ()),
        number(part["met_cases"], f"{source}.met_cases"),
        number(part["cases"], f"{source}.cases"),
        share(part["share"], f"{source}.share"),
        low,
        high,
        number(part["needed_cases"], f"{source}.needed_cases"),
    )
