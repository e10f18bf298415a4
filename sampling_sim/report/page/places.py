"""Where cases belong: one design point on one surface, which is what a sample is of.

Cases of several places together are a sample of nothing (docs/statistics.md), so the page shows
them place by place.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sampling_sim.constants import IntArray
from sampling_sim.report.page.cells import shown
from sampling_sim.report.page.view import StoreView

LONGEST = 44
"""Letters of a label that fit beside a plot on a desktop; a number stands for a longer one."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A design point on a surface."""

    design_point: int
    surface: int
    label: str
    """What tells it apart from the others; "all cases" where it is the only one."""
    rows: IntArray
    """Of the view's columns."""
    report: Mapping[str, Any]
    """Its counts and statistics, as in `show --json`."""
    source: str
    """Where that is there: "design_points.1.surfaces.0." or "", to be put before a key."""


def places(view: StoreView) -> list[Place]:
    """Places of a campaign that have cases, design point by design point."""
    points = view.summary["design_points"] or [view.summary]
    found = []
    for i, point in enumerate(points):
        head = f"design_points.{i}." if len(points) > 1 else ""
        surfaces = point["surfaces"] or [point]
        for j, surface in enumerate(surfaces):
            numbers = (
                int(point.get("design_point", view.columns["design_point"][0])),
                _surface(view, point, surface),
            )
            rows = np.flatnonzero(
                (view.columns["design_point"] == numbers[0])
                & (view.columns["surface"] == numbers[1])
            )
            names = []
            if len(points) > 1:
                names.append(label("point", numbers[0], point["inputs"], view))
            if len(surfaces) > 1:
                names.append(label("surface", numbers[1], surface["inputs"], view))
            found.append(
                Place(
                    design_point=numbers[0],
                    surface=numbers[1],
                    label=" · ".join(names) or "all cases",
                    rows=rows,
                    report=surface,
                    source=f"{head}surfaces.{j}." if len(surfaces) > 1 else head,
                )
            )
    return _told_apart(found)


def _told_apart(found: Sequence[Place]) -> list[Place]:
    """Give numbers to places whose labels, rounded as they are, are the same."""
    count = Counter(place.label for place in found)
    return [
        place
        if count[place.label] == 1
        else replace(
            place, label=f"point {place.design_point}, surface {place.surface}: {place.label}"
        )
        for place in found
    ]


def label(kind: str, number: int, inputs: Mapping[str, Any], view: StoreView) -> str:
    """Short name of a design point or a surface: its inputs if they fit, else its number."""
    texts = [
        shown(value) if isinstance(value, str) else f"{_short(key)} {measure(view, key, value)}"
        for key, value in inputs.items()
    ]
    text = ", ".join(texts)
    return text if 0 < len(text) <= LONGEST else f"{kind} {number}"


def measure(view: StoreView, key: str, value: Any) -> str:
    """Value of an input with its unit."""
    return f"{shown(value)} {view.unit(key)}".rstrip()


def _short(key: str) -> str:
    return key.rpartition(".")[2].replace("_", " ")


def _surface(view: StoreView, point: Mapping[str, Any], surface: Mapping[str, Any]) -> int:
    """Return the number of a surface; of a design point on one alone, that of its cases."""
    if "surface" in surface:
        return int(surface["surface"])
    columns = view.columns
    if "design_point" in point:
        return int(columns["surface"][columns["design_point"] == point["design_point"]][0])
    return int(columns["surface"][0])
