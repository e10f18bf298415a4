"""Verdicts side by side: on what each file requires, and on whether they show the same physics."""

from collections.abc import Mapping, Sequence

from sampling_sim.campaign.comparison.compare import compare
from sampling_sim.campaign.comparison.comparison import Comparison, Verdict
from sampling_sim.errors import BadInput
from sampling_sim.report.page.cells import number, plain, share
from sampling_sim.report.page.comparison.sides import Side, headline, unit_of
from sampling_sim.report.page.parts import Cell, Listing, Note, Part, Section, Table

SHOWN_ROWS = 200
"""Verdicts in the table, of all files; chosen: more is no table to read."""


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
    base, outcomes = sides[0], headline(sides)
    text = (
        "As sampling-sim compare says it (docs/compare.md): equivalent if mean, median and low "
        "quantile are shown to be within the margin, different if a difference beyond chance is "
        "shown, inconclusive if neither. Each outcome by itself (--outcome)."
    )
    parts: list[Part] = [Note(text=text)]
    rows, listings = [], []
    for new in sides[1:]:
        try:
            found = {
                name: compare(base.run.columns, new.run.columns, outcomes=(name,))
                for name in outcomes
            }
        except BadInput as error:
            why = str(error).replace("base:", f"{base.letter}:").replace("new:", f"{new.letter}:")
            text = f"{new.letter} is not compared with {base.letter}: {why}."
            parts.append(Note(text=text, kind="caution"))
            continue
        rows += [_row(sides, new, name, comparison) for name, comparison in found.items()]
        listings.append(_tests(sides, new, found))
    if rows:
        head = ("outcome", "file", "verdict", "margin", "pairs", "would tell", "remarks")
        caption = (
            "Against A. Pairs: cases with the same random numbers; would tell: cases of each file "
            "that would give a verdict, a dash where no number is known."
        )
        parts.append(Table(caption=caption, head=head, rows=tuple(rows)))
    return Section(anchor="physics", title="Do they show the same?", parts=(*parts, *listings))


def _row(sides: Sequence[Side], new: Side, name: str, found: Comparison) -> tuple[Cell, ...]:
    source = f"compare {new.letter} {name}"
    is_open = found.verdict is Verdict.INCONCLUSIVE
    return (
        plain(unit_of(sides, name)),
        plain(new.name),
        plain(found.verdict),
        share(found.margin, f"{source}.margin"),
        number(found.pairs, f"{source}.pairs"),
        number(found.cases_needed if is_open else None, f"{source}.cases_needed"),
        plain("; ".join(found.notes)),
    )


def _tests(sides: Sequence[Side], new: Side, found: Mapping[str, Comparison]) -> Listing:
    """Every test of a file, as the command prints them."""
    texts = ["\n".join([unit_of(sides, name), *c.lines()]) for name, c in found.items()]
    return Listing(caption=f"Tests of {new.name} against A", text="\n\n".join(texts))
