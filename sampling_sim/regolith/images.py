"""Periodic sides: a bed that repeats after its width, so that it has no walls and no edge.

A grain at one side is the neighbour of those at the other: what counts between two places is their
nearest images.  In: places and the periods along x and y, or None for a bed with walls, which all
of these leave untouched to the bit.  Frame P, SI.
"""

from typing import TYPE_CHECKING

import numpy as np

from sampling_sim.constants import FloatArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

Period = tuple[float, float] | None
"""[m] after which x and y repeat; None: they do not."""


def nearest(step: FloatArray, period: Period) -> FloatArray:
    """Differences of places [m], shape (..., 3), between nearest images.

    Of places themselves: within half a period of the middle.
    """
    if period is None:
        return step
    lengths, near = np.array(period), step.copy()
    near[..., :2] -= lengths * np.rint(near[..., :2] / lengths)
    return near


def image_tree(position: FloatArray, period: Period) -> "cKDTree":
    """Tree of places [m], shape (n, 3), whose distances are those of nearest images."""
    from scipy.spatial import cKDTree  # what only reads an experiment has no use for it

    if period is None:
        return cKDTree(position)
    lengths, place = np.array(period), position.copy()
    place[:, :2] = np.mod(place[:, :2], lengths)
    # of a tiny negative number the remainder is the length itself, which the tree refuses
    place[:, :2] = np.where(place[:, :2] < lengths, place[:, :2], 0.0)
    return cKDTree(place, boxsize=np.array([*period, 0.0]))  # 0: z does not repeat
