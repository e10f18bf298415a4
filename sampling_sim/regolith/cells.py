"""Which grains are close: cells of several sizes, one level for each octave of grain diameters.

In: centres and radii, the box, periods; out: every pair with a gap below a margin, sorted by its
lower grain.  A grain lives in the level whose cells are just wide enough for it, and looks for
partners in its own level and in the coarser ones, 27 cells each: small grains never scan the many
small ones in a large grain's cells, so the cost stays linear in the number of grains whatever their
size ratio (Ogarko & Luding 2012, Comput. Phys. Commun. 183, 931).
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numba import njit

from sampling_sim.constants import FloatArray, IntArray

MOST_LEVELS = 8
"""Octaves of diameter with cells of their own; grains larger than that share the last."""


class Cells(NamedTuple):
    """Box and cells: each level's cells are laid from `low` over `span`."""

    low: FloatArray
    """[m] lower corner, shape (3,)."""
    span: FloatArray
    """[m] extent, shape (3,); a period where the axis is periodic."""
    period: FloatArray
    """[m] periods of the three axes, 0 for none, shape (3,)."""


class Candidates(NamedTuple):
    """Pairs with a gap below the margin; those of lower grain i are start[i] to start[i + 1]."""

    start: IntArray
    second: np.ndarray
    """Higher grain of each pair, uint32."""
    gap: FloatArray
    """[m] distance of the surfaces, negative where they overlap."""


@njit(cache=True)
def spatial_order(position: FloatArray, cell: float) -> IntArray:
    """Order of the grains by cells of width `cell` [m], row by row: neighbours sit together."""
    count = position.shape[0]
    key = np.zeros(count)
    low = np.array([position[:, a].min() for a in range(3)])
    span = np.array([np.floor((position[:, a].max() - low[a]) / cell) + 1.0 for a in range(3)])
    for i in range(count):
        x = np.floor((position[i, 0] - low[0]) / cell)
        y = np.floor((position[i, 1] - low[1]) / cell)
        z = np.floor((position[i, 2] - low[2]) / cell)
        key[i] = (x * span[1] + y) * span[2] + z
    return np.argsort(key, kind="mergesort")


@njit(cache=True, error_model="numpy")
def wrap(position: FloatArray, cells: Cells) -> None:
    """Bring every centre into the box along the periodic axes."""
    for a in range(3):
        length = cells.period[a]
        if length > 0.0:
            for i in range(position.shape[0]):
                position[i, a] -= length * np.floor((position[i, a] - cells.low[a]) / length)


@njit(cache=True, error_model="numpy")
def candidate_pairs(
    position: FloatArray, group: IntArray, margin: float, cells: Cells
) -> Candidates:
    """All pairs with a gap below `margin` [m] between grains that can meet.

    Parameters
    ----------
    position
        Centre and radius [m], shape (n, 4).  Grains outside the box count to its boundary cells,
        which keeps every true neighbour in an adjacent cell.
    group
        Rigid body of each grain, shape (n,): 0 is fixed to the ground, a negative number a grain
        on its own; grains of one body never meet.
    """
    count = position.shape[0]
    level, width = _levels(position, margin, cells)
    shape = np.zeros((width.size, 3), np.int64)
    offset = np.zeros(width.size + 1, np.int64)
    for m in range(width.size):
        for a in range(3):
            shape[m, a] = max(1, int(cells.span[a] / width[m]))
        offset[m + 1] = offset[m] + shape[m, 0] * shape[m, 1] * shape[m, 2]
    head = np.full(offset[-1], -1, np.int64)
    following = np.full(count, -1, np.int64)
    place = np.zeros(3, np.int64)
    for i in range(count - 1, -1, -1):  # so that chains run upwards
        _cell(position, i, cells, shape[level[i]], place)
        c = offset[level[i]] + (place[0] * shape[level[i], 1] + place[1]) * shape[level[i], 2]
        following[i] = head[c + place[2]]
        head[c + place[2]] = i
    first = np.zeros(8 * count + 64, np.uint32)
    second, gap = np.zeros(first.size, np.uint32), np.zeros(first.size)
    found, low, high = 0, np.zeros(3, np.int64), np.zeros(3, np.int64)
    for i in range(count):
        for m in range(level[i], width.size):
            _cell(position, i, cells, shape[m], place)
            for a in range(3):
                _range(place[a], shape[m, a], cells.period[a] > 0.0, low, high, a)
            for x in range(low[0], high[0]):
                for y in range(low[1], high[1]):
                    row = (_turned(x, shape[m, 0]) * shape[m, 1] + _turned(y, shape[m, 1]))
                    row = offset[m] + row * shape[m, 2]
                    for z in range(low[2], high[2]):
                        j = head[row + _turned(z, shape[m, 2])]
                        if first.size < found + count:
                            first, second, gap = _grown(first), _grown(second), _grown(gap)
                        found = _collect(
                            i, j, m == level[i], following, position, group, margin, cells.period,
                            first, second, gap, found,
                        )  # fmt: skip
    return _sorted_by_first(count, first[:found], second[:found], gap[:found])


@njit(cache=True, error_model="numpy")
def _levels(position: FloatArray, margin: float, cells: Cells) -> tuple[IntArray, FloatArray]:
    """Level of every grain, and the width of each level's cells [m]."""
    count = position.shape[0]
    largest, smallest = 2.0 * position[:, 3].max(), 2.0 * position[:, 3].min()
    # cells much finer than the room a grain has on average are empty: they cost and bring nothing
    room = (cells.span[0] * cells.span[1] * cells.span[2] / max(1, count)) ** (1.0 / 3.0)
    finest = max(smallest, min(largest, 0.5 * room))
    octaves = 1
    while octaves < MOST_LEVELS and finest * 2.0**octaves < largest * (1.0 - 1e-12):
        octaves += 1
    width = np.zeros(octaves)
    for m in range(octaves):
        width[m] = min(largest, finest * 2.0 ** (m + 1)) + margin
    width[octaves - 1] = largest + margin
    level = np.zeros(count, np.int64)
    for i in range(count):
        m = 0
        while 2.0 * position[i, 3] + margin > width[m]:
            m += 1
        level[i] = m
    return level, width


@njit(cache=True, error_model="numpy")
def _cell(
    position: FloatArray, i: int, cells: Cells, shape: IntArray, place: IntArray
) -> None:
    """Cell of grain i in a level of `shape` cells, written into `place`."""
    for a in range(3):
        steps = np.floor((position[i, a] - cells.low[a]) / cells.span[a] * shape[a])
        if not steps >= 0.0:  # also a NaN, which the solver reports after the step
            steps = 0.0
        place[a] = int(min(steps, shape[a] - 1.0))


@njit(cache=True)
def _range(
    place: int, size: int, periodic: bool, low: IntArray, high: IntArray, a: int
) -> None:
    """Cells to look at along one axis; past the end stands for the other side (`_turned`)."""
    low[a], high[a] = place - 1, place + 2
    if not periodic:
        low[a], high[a] = max(0, place - 1), min(size, place + 2)
    elif size < 3:
        low[a], high[a] = 0, size


@njit(cache=True)
def _turned(cell: int, size: int) -> int:
    """Cell index brought into the range 0 to size − 1."""
    return cell + size if cell < 0 else (cell - size if cell >= size else cell)


@njit(cache=True)
def _grown(array: np.ndarray) -> np.ndarray:
    """Array of twice the length, contents kept."""
    larger = np.zeros(2 * array.size, array.dtype)
    larger[: array.size] = array
    return larger


@njit(cache=True, error_model="numpy")
def _collect(
    i: int,
    j: int,
    same_level: bool,
    following: IntArray,
    position: FloatArray,
    group: IntArray,
    margin: float,
    period: FloatArray,
    first: np.ndarray,
    second: np.ndarray,
    gap: FloatArray,
    found: int,
) -> int:
    """Append the partners of grain i in one cell, whose chain starts with grain j."""
    px, py, pz = period[0], period[1], period[2]
    while j >= 0:
        # within a level a pair is found from its lower grain, between levels from its smaller one
        if (j > i or not same_level) and group[i] != group[j]:
            dx = position[i, 0] - position[j, 0]
            dy = position[i, 1] - position[j, 1]
            dz = position[i, 2] - position[j, 2]
            if px > 0.0:
                dx -= px * np.rint(dx / px)
            if py > 0.0:
                dy -= py * np.rint(dy / py)
            if pz > 0.0:
                dz -= pz * np.rint(dz / pz)
            touch = position[i, 3] + position[j, 3]
            square = dx * dx + dy * dy + dz * dz
            if square < (touch + margin) * (touch + margin):
                first[found], second[found] = min(i, j), max(i, j)
                gap[found] = sqrt(square) - touch
                found += 1
        j = following[j]
    return found


@njit(cache=True)
def _sorted_by_first(
    count: int, first: np.ndarray, second: np.ndarray, gap: FloatArray
) -> Candidates:
    """Pairs in compressed rows of their lower grain, in the order they were found."""
    start = np.zeros(count + 1, np.int64)
    for k in range(first.size):
        start[first[k] + 1] += 1
    for i in range(count):
        start[i + 1] += start[i]
    slot = start[:-1].copy()
    ordered, gaps = np.zeros(first.size, np.uint32), np.zeros(first.size)
    for k in range(first.size):
        ordered[slot[first[k]]] = second[k]
        gaps[slot[first[k]]] = gap[k]
        slot[first[k]] += 1
    return Candidates(start, ordered, gaps)
