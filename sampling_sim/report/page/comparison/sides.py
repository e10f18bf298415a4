"""The result files of a comparison: each a letter, a colour, a view, and a run to be compared.

The first file is the base, against which the others are held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

import numpy as np

from sampling_sim.campaign.comparison.compared import Point, Run, read_run
from sampling_sim.errors import BadInput
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.report.page.parts import COLOURS
from sampling_sim.report.page.places import Place, places
from sampling_sim.report.page.view import StoreView

MOST = len(COLOURS)
"""Files side by side; chosen: colours that can be told apart."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Side:
    """One result file of a comparison."""

    letter: str
    colour: str
    view: StoreView
    run: Run
    """Its columns, as comparisons take them."""
    places: tuple[Place, ...]

    @property
    def name(self) -> str:
        """Letter and file, as "A: base.h5"."""
        return f"{self.letter}: {self.view.path.name}"

    def at(self, point: Point) -> Place | None:
        """Its design point and surface of these numbers."""
        return next((p for p in self.places if (p.design_point, p.surface) == point), None)


def sides_of(views: Sequence[StoreView]) -> list[Side]:
    """Give each file its letter.

    Raises
    ------
    BadInput
        If a file is named twice, or there are too many.
    """
    if len(views) > MOST:
        raise BadInput(f"report: {len(views)} result files; at most {MOST} side by side")
    seen: set[object] = set()
    for view in views:
        where = view.path.resolve()
        if where in seen:
            raise BadInput(f"{view.path}: is named twice; name each result file once")
        seen.add(where)
    return [
        Side(
            letter=letter, colour=colour, view=view, run=_run(view, letter),
            places=tuple(places(view)),
        )
        for letter, colour, view in zip(ascii_uppercase, COLOURS, views, strict=False)
    ]  # fmt: skip


def common_points(sides: Sequence[Side]) -> list[Point]:
    """Design points and surfaces that all have, sorted."""
    found = set.intersection(*(set(side.run.points) for side in sides))
    return sorted(found)


def headline(sides: Sequence[Side]) -> list[str]:
    """Outcomes that decide in any of the files and that a finished case has."""
    found = dict.fromkeys(name for side in sides for name in side.view.headline)
    return [
        name
        for name in found
        if name not in NOT_COMPARED
        and any(side.view.summary["outcomes"][name]["n"] for side in sides)
    ]


def unit_of(sides: Sequence[Side], name: str) -> str:
    """Outcome with its unit, as "peak_force [N]"."""
    unit = sides[0].view.unit(name)
    return f"{name} [{unit}]" if unit else name


def _run(view: StoreView, letter: str) -> Run:
    seeds = np.full(view.cases, int(view.attributes["seed"]))
    found = read_run({**view.columns, "seed": seeds}, f"{letter}: {view.path}", ())
    return replace(found, attributes=view.attributes)
