"""Rows of a plot that several files share: a place a row, and in it a lane for each file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sampling_sim.campaign.comparison.compared import Point
from sampling_sim.constants import FloatArray
from sampling_sim.report.page.comparison.sides import Side
from sampling_sim.report.page.figures import figure, label_height, wrapped

if TYPE_CHECKING:
    import plotly.graph_objects as go

SHOWN_PLACES = 40
"""Rows of a plot; chosen: more cannot be labelled."""
WIDTH = 0.8
"""Of all lanes of a row, rows being 1 apart."""
SPREAD = 0.6
"""Part of a lane that its points are spread over."""
GOLDEN = 0.6180339887498949
"""Fractional part of the golden ratio: its multiples fill (0, 1) evenly, in any number."""


def lane(row: int, index: int, lanes: int) -> float:
    """Ordinate of the middle of one of the lanes of a row."""
    return row + WIDTH * ((index + 0.5) / lanes - 0.5)


def spread(count: int, lanes: int) -> FloatArray:
    """Offsets of points from the middle of their lane, so that equal values are seen apart."""
    return np.asarray(SPREAD * WIDTH / lanes * ((np.arange(count) * GOLDEN) % 1.0 - 0.5), float)


def lane_figure(x_title: str, labels: Sequence[str]) -> "go.Figure":
    """Figure with a row a label, the first on top."""
    made = figure(x_title)
    made.update_yaxes(
        tickvals=list(range(len(labels))), ticktext=[wrapped(label) for label in labels],
        range=[len(labels) - 0.5, -0.5], zeroline=False,
    )  # fmt: skip
    made.update_layout(hovermode="closest")
    return made


def lane_height(labels: Sequence[str], lanes: int) -> int:
    """[CSS px] of such a figure."""
    return 130 + sum(max(label_height(wrapped(label)), 34 * lanes) for label in labels)


def label_of(sides: Sequence[Side], point: Point) -> str:
    """Name of a place; of every file where they call it otherwise, as other grids do."""
    found = [(side.letter, place.label) for side in sides if (place := side.at(point)) is not None]
    names = dict.fromkeys(label for _, label in found)
    if len(names) > 1:
        return "; ".join(f"{letter}: {label}" for letter, label in found)
    return next(iter(names), f"point {point[0]}, surface {point[1]}")
