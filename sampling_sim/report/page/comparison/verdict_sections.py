"""Verdicts side by side: on what each file requires, and on whether they show the same physics."""

from collections.abc import Sequence

from sampling_sim.campaign.comparison.compare import compare
from sampling_sim.campaign.comparison.comparison import Comparison, Verdict
from sampling_sim.errors import BadInput
from sampling_sim.report.page.cells import number, plain, share
from sampling_sim.report.page.comparison.sides import Side, headline, unit_of
from sampling_sim.report.page.parts import Cell, Listing, Note, Part, Section, Table

SHOWN_ROWS = 200
"""Verdicts in the table, of all files; chosen: more is no table to read."""
KINDS = {Verdict.EQUIVALENT: "met", Verdict.DIFFERENT: "not-met", Verdict.INCONCLUSIVE: "open"}


def verdict_section(sides: Sequence[Side]) -> Section:
    """Every requirement of every file: the same ones under each other."""
    rows: dict[tuple[str, str], list[tuple[Cell, ...]]] = {}
    for side in sides:
        for i, verdict in enumerate(side.view.summary["requirements"]):
            demand = f"{verdict['text']} in {verdict['probability']:.4g} of cases"
            point = verdict["design_point"]
            for j, part in enumerate(verdict["surfaces"]):
                place = side.at((point, part["surface"]))
                where = place.label if place else f"point {point}, surface {part['surface']}"
                source = f"{side.letter}.requirements.{i}.surfaces.{j}"
                rows.setdefault((demand, where), []).append(
                    (
                        plain(demand if where == "all cases" else f"{demand}, {where}"),
                        plain(side.name),
                        plain(part["verdict"]),
                        number(part["met_cases"], f"{source}.met_cases"),
                        number(part["cases"], f"{source}.cases"),
                        share(part["share"], f"{source}.share"),
                        share(part["interval"][0], f"{source}.interval.0"),
                        share(part["interval"][1], f"{source}.interval.1"),
                    )
                )
    flat = [row for group in rows.values() for row in group]
    if not flat:
        parts: tuple[Part, ...] = (Note(text="No file states [[requirements]]."),)
        return Section(anchor="verdicts", title="Verdicts", parts=parts)
    head = ("requirement", "file", "verdict", "met", "of", "share", "from", "to")
    caption = (
        "Share of cases that meet a requirement; its bounds are one-sided at the confidence "
        "demanded."
    )
    table = Table(caption=caption, head=head, rows=tuple(flat[:SHOWN_ROWS]))
    parts = (table,)
    if len(flat) > SHOWN_ROWS:
        text = f"{len(flat) - SHOWN_ROWS} more verdicts are in sampling-sim show --json."
        parts = (table, Note(text=text))
    return Section(anchor="verdicts", title="Verdicts", parts=parts)


def physics_section(sides: Sequence[Side]) -> Section:
    """Whether each file shows the same as the base, as `sampling-sim compare` says it."""
    text = (
        "As sampling-sim compare says it (docs/compare.md): equivalent if mean, median and low "
        "quantile are shown to be within the margin, different if a difference beyond chance is "
        "shown, inconclusive if neither. Each outcome by itself (--outcome)."
    )
    parts: list[Part] = [Note(text=text)]
    for side in sides[1:]:
        parts += _compared(sides[0], side, headline(sides))
    return Section(anchor="physics", title="Do they show the same?", parts=tuple(parts))


def _compared(base: Side, new: Side, outcomes: Sequence[str]) -> list[Part]:
    """Verdict on one file, a row an outcome, and the tests."""
    found: dict[str, Comparison] = {}
    try:
        for name in outcomes:
            found[name] = compare(base.run.columns, new.run.columns, outcomes=(name,))
    except BadInput as error:
        reason = str(error).replace("base:", f"{base.letter}:").replace("new:", f"{new.letter}:")
        return [Note(text=f"{new.letter} against {base.letter}: {reason}.", kind="caution")]
    parts: list[Part] = [
        Note(text=_sentence(base, new, name, comparison), kind=KINDS[comparison.verdict])
        for name, comparison in found.items()
    ]
    tests = "\n\n".join(
        "\n".join([unit_of([base], name), *comparison.lines()])
        for name, comparison in found.items()
    )
    caption = f"Tests of {new.letter} against {base.letter}"
    return [*parts, Listing(caption=caption, text=tests)]


def _sentence(base: Side, new: Side, name: str, found: Comparison) -> str:
    words = (
        f"{name}, {new.letter} against {base.letter}: {found.verdict} within a margin of "
        f"{found.margin:.0%} ({found.base_cases} and {found.new_cases} cases, {found.pairs} of "
        "them with the same random numbers)."
    )
    if found.verdict is Verdict.INCONCLUSIVE and found.cases_needed is not None:
        words += f" About {found.cases_needed} cases of each would tell."
    notes = "; ".join(found.notes)
    return f"{words} {notes[0].upper()}{notes[1:]}." if notes else words
