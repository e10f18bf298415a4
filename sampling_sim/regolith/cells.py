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

from sampling_sim.compiling import njit
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
    """[m] periods along x and y, 0 for none, shape (3,); z has none."""


class Candidates(NamedTuple):
    """Pairs with a gap below the margin; those of lower grain i are start[i] to start[i + 1]."""

    start: IntArray
    second: np.ndarray
    """Higher grain of each pair, uint32."""
    gap: FloatArray
    """[m] distance of the surfaces, negative where they overlap."""


def spatial_order(position: FloatArray, cell: float) -> IntArray:
    """Order of the grains along Morton's curve of cells `cell` [m] wide: neighbours are close."""
    steps = np.floor((position[:, :3] - position[:, :3].min(0)) / cell)
    place = np.clip(steps, 0, 2**20 - 1).astype(np.int64)
    key = np.zeros(len(position), np.int64)
    for bit in range(20):
        for a in range(3):
            key |= ((place[:, a] >> bit) & 1) << (3 * bit + a)
    return np.argsort(key, kind="stable")


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def nearest_image(difference: float, period: float) -> float:
    """Difference of two coordinates [m] between nearest images; period 0 stands for none."""
    return difference - period * np.rint(difference / period) if period > 0.0 else difference


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
    grid = _sorted_into_cells(position, level, width, cells)
    pairs = np.zeros((8 * count + 64, 3))
    found, place, low, high = 0, np.zeros(3, np.int64), np.zeros(3, np.int64), np.zeros(3, np.int64)
    for s in range(count):
        i = grid.member[s]
        for m in range(level[i], width.size):
            shape = grid.shape[m]
            _cell(position, i, cells, shape, place)
            for a in range(3):
                _range(place[a], shape[a], cells.period[a] > 0.0, low, high, a)
            for x in range(low[0], high[0]):
                for y in range(low[1], high[1]):
                    row = _turned(x, shape[0]) * shape[1] + _turned(y, shape[1])
                    row = grid.offset[m] + row * shape[2]
                    # the cells of a column are neighbours in memory
                    begin, end = grid.start[row + low[2]], grid.start[row + high[2]]
                    if len(pairs) < found + end - begin:
                        pairs = _grown(pairs, end - begin)
                    # within a level a pair is found from the one that lies behind
                    begin = max(begin, s + 1) if m == level[i] else begin
                    found = _collect(
                        i, begin, end, position, grid, group, margin, cells.period, pairs,
                        found,
                    )  # fmt: skip
    return _sorted_by_first(count, pairs[:found])


class _Grid(NamedTuple):
    """Grains sorted by level and cell, column by column."""

    shape: IntArray
    """Cells of each level along x, y, z."""
    offset: IntArray
    """First cell of each level."""
    start: IntArray
    """First grain of each cell, in the order of `member`."""
    member: IntArray
    place: FloatArray
    """[m] centre and radius of the members, shape (4, n)."""


@njit(cache=True, error_model="numpy")
def _sorted_into_cells(
    position: FloatArray, level: IntArray, width: FloatArray, cells: Cells
) -> _Grid:
    """Sort the grains by counting; those of a cell stay in their order."""
    count = position.shape[0]
    shape = np.zeros((width.size, 3), np.int64)
    offset = np.zeros(width.size + 1, np.int64)
    for m in range(width.size):
        for a in range(3):
            shape[m, a] = max(1, int(cells.span[a] / width[m]))
        offset[m + 1] = offset[m] + shape[m, 0] * shape[m, 1] * shape[m, 2]
    start = np.zeros(offset[-1] + 1, np.int64)
    cell, place = np.zeros(count, np.int64), np.zeros(3, np.int64)
    for i in range(count):
        m = level[i]
        _cell(position, i, cells, shape[m], place)
        cell[i] = offset[m] + (place[0] * shape[m, 1] + place[1]) * shape[m, 2] + place[2]
        start[cell[i] + 1] += 1
    for c in range(start.size - 1):
        start[c + 1] += start[c]
    slot, member, sorted_place = start[:-1].copy(), np.zeros(count, np.int64), np.zeros((4, count))
    for i in range(count):
        s = slot[cell[i]]
        slot[cell[i]] += 1
        member[s] = i
        for a in range(4):
            sorted_place[a, s] = position[i, a]
    return _Grid(shape, offset, start, member, sorted_place)


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
def _cell(position: FloatArray, i: int, cells: Cells, shape: IntArray, place: IntArray) -> None:
    """Cell of grain i in a level of `shape` cells, written into `place`."""
    for a in range(3):
        steps = np.floor((position[i, a] - cells.low[a]) / cells.span[a] * shape[a])
        if not steps >= 0.0:  # also a NaN, which the solver reports after the step
            steps = 0.0
        place[a] = int(min(steps, shape[a] - 1.0))


@njit(cache=True)
def _range(place: int, size: int, periodic: bool, low: IntArray, high: IntArray, a: int) -> None:
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
def _grown(pairs: FloatArray, room: int) -> FloatArray:
    """Longer array with room for so many more rows, contents kept."""
    larger = np.zeros((2 * len(pairs) + room, 3))
    larger[: len(pairs)] = pairs
    return larger


@njit(cache=True, error_model="numpy")
def _collect(
    i: int,
    begin: int,
    end: int,
    position: FloatArray,
    grid: _Grid,
    group: IntArray,
    margin: float,
    period: FloatArray,
    pairs: FloatArray,
    found: int,
) -> int:
    """Append partners of grain i among the members `begin` to `end`: both grains, the gap."""
    px, py, place = period[0], period[1], grid.place
    ox, oy, oz, radius = position[i, 0], position[i, 1], position[i, 2], position[i, 3]
    for s in range(np.uint64(begin), np.uint64(end)):
        dx, dy = nearest_image(ox - place[0, s], px), nearest_image(oy - place[1, s], py)
        dz = oz - place[2, s]
        touch = radius + place[3, s]
        square = dx * dx + dy * dy + dz * dz
        if square < (touch + margin) * (touch + margin):
            j = grid.member[s]
            if group[i] != group[j]:
                lower = i < j
                pairs[found, 0], pairs[found, 1] = i if lower else j, j if lower else i
                pairs[found, 2] = sqrt(square) - touch
                found += 1
    return found


@njit(cache=True)
def _sorted_by_first(count: int, pairs: FloatArray) -> Candidates:
    """Pairs in compressed rows of their lower grain, in the order they were found."""
    start = np.zeros(count + 1, np.int64)
    for k in range(len(pairs)):
        start[int(pairs[k, 0]) + 1] += 1
    for i in range(count):
        start[i + 1] += start[i]
    slot = start[:-1].copy()
    second, gap = np.zeros(len(pairs), np.uint32), np.zeros(len(pairs))
    for k in range(len(pairs)):
        i = int(pairs[k, 0])
        second[slot[i]], gap[slot[i]] = int(pairs[k, 1]), pairs[k, 2]
        slot[i] += 1
    return Candidates(start, second, gap)
