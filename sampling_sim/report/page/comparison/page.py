"""Page of several result files side by side: what they show, and by how much they differ.

In: two views or more, the first the base; out: a `Page`.
"""

from collections.abc import Sequence

from sampling_sim.report.page.cells import number, plain
from sampling_sim.report.page.comparison.difference_section import difference_section
from sampling_sim.report.page.comparison.input_section import input_section
from sampling_sim.report.page.comparison.outcome_sections import (
    distribution_section,
    statistics_section,
    status_section,
)
from sampling_sim.report.page.comparison.sides import Side, sides_of
from sampling_sim.report.page.comparison.verdict_sections import physics_section, verdict_section
from sampling_sim.report.page.head import design_notes
from sampling_sim.report.page.parts import Note, Page, Section, Table
from sampling_sim.report.page.view import StoreView

SECTIONS = (
    verdict_section,
    physics_section,
    difference_section,
    distribution_section,
    status_section,
    statistics_section,
    input_section,
)
"""In the order in which they decide."""


def comparison_page(views: Sequence[StoreView]) -> Page:
    """Page of these result files, the first the base.

    Raises
    ------
    BadInput
        If a file is named twice, or there are too many to tell apart.
    """
    sides = sides_of(views)
    names = [side.view.path.name for side in sides]
    return Page(
        title=f"Comparison of {', '.join(names[:-1])} and {names[-1]}",
        lead=tuple(_lead(sides)),
        sections=(_files(sides), *(make(sides) for make in SECTIONS)),
    )


def _lead(sides: Sequence[Side]) -> list[Note]:
    text = (
        f"{len(sides)} result files side by side; A is the base that the others are held against. "
        "Intervals are at 95 % unless said otherwise. Failed and diverged cases are counted, and "
        "left out of outcomes."
    )
    notes = [Note(text=text)]
    for side in sides:
        if side.view.is_unfinished:
            text = (
                f"{side.name}: the sweep that writes it has not ended, or was interrupted; these "
                f"are the {side.view.cases} cases that are finished."
            )
            notes.append(Note(text=text, kind="caution"))
    cautions: dict[str, list[str]] = {}
    for side in sides:
        found = [note.text for note in design_notes(side.view)]
        if resolution := side.view.experiment.case(0).resolution_note():
            found.append(f"{resolution}.")
        for text in found:
            cautions.setdefault(text, []).append(side.letter)
    for text, letters in cautions.items():
        notes.append(Note(text=f"{', '.join(letters)}: {text}", kind="caution"))
    return notes


def _files(sides: Sequence[Side]) -> Section:
    """Table of the files."""
    rows = tuple(
        (
            plain(side.name),
            number(side.view.cases, f"{side.letter}.cases"),
            number(int(side.view.finished.sum()), f"{side.letter}.finished"),
            number(side.view.summary["packings"], f"{side.letter}.packings"),
            number(len(side.places), f"{side.letter}.places"),
            number(side.view.attributes["seed"], f"{side.letter}.seed"),
            plain(side.view.path),
        )
        for side in sides
    )
    head = ("file", "cases", "finished", "packings", "places", "seed", "path")
    caption = "The files; a place is a design point on a surface."
    table = Table(caption=caption, head=head, rows=rows)
    return Section(anchor="files", title="What is compared", parts=(table,))
