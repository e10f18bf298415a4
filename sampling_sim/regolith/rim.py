"""A rim that absorbs: drag on the grains near the sides, so that the box does not echo.

The drag rises from nothing at the rim's inner edge as the square of the way towards the side, up to
`rate` there, so that a wave meets no step.  A wave of speed c and frequency ω that crosses the rim
to the side and comes back keeps exp(−2 rate·width / (3 c)) of its energy, as long as rate is well
below ω; a stronger drag reflects: at 500/s over 0.1 m a tenth comes back (test_rim.py).  Motion
much slower than 1/rate meets a rim as a wall, so it must stay clear of what the tool moves.  Grains
above the undisturbed surface feel none from the next lists on: what is thrown flies on.  Frame P,
SI.
"""

from typing import NamedTuple

import numpy as np

from sampling_sim.constants import FloatArray


class Rim(NamedTuple):
    """Where drag acts, and how much."""

    half_x: float
    """[m] from the middle of the box to its sides along x."""
    half_y: float
    """[m] likewise along y."""
    width: float
    """[m] from a side inward; 0: no rim."""
    rate: float
    """[1/s] drag at the side."""


def rim_drag(position: FloatArray, rim: Rim) -> FloatArray:
    """Drag [1/s] of grains at `position` [m], shape (n, 3) or more columns; shape (n,)."""
    if rim.width == 0.0:
        return np.zeros(len(position))
    x, y = np.abs(position[:, 0]), np.abs(position[:, 1])
    to_side = np.minimum(rim.half_x - x, rim.half_y - y)
    depth = np.clip(1.0 - to_side / rim.width, 0.0, 1.0)
    return np.where(position[:, 2] < 0.0, rim.rate * depth**2, 0.0)
