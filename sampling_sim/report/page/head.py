"""Head of a page: what the file is, and what must be known before anything on it is believed."""

from sampling_sim.campaign.statistics.clusters import FEW
from sampling_sim.report.page.cells import figure_text
from sampling_sim.report.page.parts import Note
from sampling_sim.report.page.places import places
from sampling_sim.report.page.view import StoreView

MOST_LOST = 0.01
"""Share of cases that failed or diverged above which a campaign should decide nothing; the house's
rule."""


def subtitle(view: StoreView) -> str:
    """First line of the experiment file, if it is a comment: its question, mostly."""
    first = str(view.attributes["experiment"]).lstrip().partition("\n")[0]
    return first.lstrip("# ").strip() if first.startswith("#") else ""


def lead(view: StoreView) -> tuple[Note, ...]:
    """Say in figures what the campaign is, and what to be careful with."""
    experiment = view.experiment
    replicates = len(set(view.columns["replicate"].tolist()))
    pieces = [f"{replicates} replicates"]
    if experiment.design_points > 1:
        pieces.append(f"{experiment.design_points} design points")
    if experiment.surfaces > 1:
        pieces.append(f"{experiment.surfaces} surfaces")
    design = experiment.campaign.design.replace("_", " ").replace("monte carlo", "Monte Carlo")
    is_whole = replicates * experiment.design_points * experiment.surfaces == view.cases
    made = " × ".join(pieces) if is_whole else f"not all of {', '.join(pieces)}"
    text = (
        f"{view.cases} simulated cases ({made}; {design} design, seed {view.attributes['seed']}). "
        "Every number on this page follows from the result file, what a site is also from the "
        "body's mesh; intervals are at 95 % unless said otherwise. Failed and diverged cases are "
        "counted, never dropped."
    )
    notes = [Note(text=text)]
    if view.is_unfinished:
        notes.append(Note(text=_unfinished(view), kind="caution"))
    elif (last := int(view.columns["case"][-1])) >= view.cases:
        text = f"The file holds {view.cases} of the cases 0 to {last}: it is a part of a sweep."
        notes.append(Note(text=text, kind="caution"))
    lost = float((~view.finished).mean())
    if lost > MOST_LOST:
        text = (
            f"{figure_text(100 * lost, 3)} % of the cases failed or diverged, more than "
            f"{MOST_LOST:.0%}: find out why before deciding by this page."
        )
        notes.append(Note(text=text, kind="caution"))
    notes += [*design_notes(view), *_packings(view)]
    if resolution := experiment.case(0).resolution_note():
        notes.append(Note(text=resolution[0].upper() + resolution[1:], kind="caution"))
    return tuple(notes)


def design_notes(view: StoreView) -> list[Note]:
    """Say where the design makes intervals other than they claim (docs/statistics.md)."""
    design = view.experiment.campaign.design
    if design == "monte_carlo":
        return []
    if design == "saltelli":
        text = (
            "Cases of a Saltelli design share inputs with each other: verdicts and intervals, but "
            "for those of its indices, are too sure."
        )
        return [Note(text=text, kind="caution")]
    text = (
        f"Cases of a {design.replace('_', ' ')} design are not independent, as intervals take "
        "them: those of means are mostly too wide, others are not proven."
    )
    return [Note(text=text)]


def _packings(view: StoreView) -> list[Note]:
    """Say what the intervals are of, where cases share packings of the bed."""
    part = places(view)[0].report  # the replicates of one place are those of all
    finished, packings = max(o["n"] for o in part["outcomes"].values()), part["packings"]
    if packings == 1 and finished > 1:
        text = "All cases are on one packing of the bed: intervals and verdicts hold for it alone."
    elif 0 < packings < finished:
        wide = ", which are few, so that they are wide" if packings < FEW else ""
        text = f"Intervals of means are between {packings} packings of the bed{wide}."
    else:
        return []
    return [Note(text=text)]


def _unfinished(view: StoreView) -> str:
    return (
        f"The sweep that writes this file has not ended, or was interrupted: this page is of the "
        f"{view.cases} cases that are finished (read from {view.files} "
        f"{'file' if view.files == 1 else 'files'}). The experiment asks for "
        f"{len(view.experiment.plan())}, unless the sweep was given another number."
    )
