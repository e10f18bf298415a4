"""Who may touch whom: cell list and half Verlet list with a skin.

Grains are kept sorted in space by the solver, so that a pair's two grains lie close in memory.
A pair is stored once, with its lower grain, and carries its contact history and the constants of
its contact laws; all three move along when the list is built anew.
"""

from math import pi, sqrt
from typing import NamedTuple

import numpy as np
from numba import njit

from sampling_sim.constants import FloatArray, IntArray

UNREACHED = 0
"""Contact flag of a pair that does not touch."""
TOUCHING = 1
"""Contact flag of a pair whose history is alive."""


class Pairs(NamedTuple):
    """Candidate pairs in compressed rows: those of grain i are start[i] to start[i + 1]."""

    start: IntArray
    """Shape (n + 1,)."""
    neighbour: np.ndarray
    """Second grain of each pair, uint32, always the higher index."""
    flag: np.ndarray
    """UNREACHED or TOUCHING, uint8."""
    history: FloatArray
    """[N] tangential then rolling spring force on the first grain, shape (pairs, 6)."""
    constants: FloatArray
    """Shape (pairs, 6): hertz [N/m^1.5], damping, pull-off force [N], R* [m], 1/smaller radius
    [1/m], 1.0 if one of the two is fixed."""


class Material(NamedTuple):
    """Numbers of the contact laws that all grain pairs share."""

    modulus: float
    """E* [Pa] of two grains."""
    shear_ratio: float
    """Tangential over secant normal stiffness."""
    damping_ratio: float
    """α of the restitution wanted."""
    friction: float
    rolling: float
    pull_off_scale: float
    """w [J/m²]: pull-off force over 2π R*."""
    reach: float
    """[m] gap up to which cohesion acts; 0 without cohesion."""
    sphere_mass: float
    """[kg/m³] mass of a grain over its radius cubed."""


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


@njit(cache=True)
def empty_pairs(count: int) -> Pairs:
    """No pairs yet: what the first build carries over from."""
    return Pairs(
        np.zeros(count + 1, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.uint8),
        np.zeros((0, 6)), np.zeros((0, 6)),
    )  # fmt: skip


@njit(cache=True)
def build_pairs(
    position: FloatArray,
    inverse: FloatArray,
    margin: float,
    grid: FloatArray,
    old: Pairs,
    material: Material,
) -> Pairs:
    """All pairs with a gap below `margin` [m], at least one of them free, history carried over.

    Parameters
    ----------
    position
        Centre and radius [m], shape (n, 4).
    inverse
        Inverse mass and inertia, shape (n, 2); a fixed grain has zeros.
    grid
        Lower corner [m] (3), cell width [m], number of cells (3).  Grains outside are counted to
        the nearest boundary cell, which keeps every true neighbour in an adjacent cell.
    """
    count = position.shape[0]
    head, following, cell_of = _fill_cells(position, grid)
    ny, nz = int(grid[5]), int(grid[6])
    start = np.zeros(count + 1, np.int64)
    neighbour = np.zeros(8 * count + 64, np.uint32)
    found = 0
    for i in range(count):
        start[i] = found
        if neighbour.size < found + count:
            # room for the worst row, so that the loops below need no check
            larger = np.zeros(2 * neighbour.size + count, np.uint32)
            larger[:found] = neighbour[:found]
            neighbour = larger
        cx, cy, cz = cell_of[i]
        for x in range(max(0, cx - 1), min(int(grid[4]), cx + 2)):
            for y in range(max(0, cy - 1), min(ny, cy + 2)):
                for z in range(max(0, cz - 1), min(nz, cz + 2)):
                    found = _collect(
                        i, head[(x * ny + y) * nz + z], following, position, inverse, margin,
                        neighbour, found,
                    )  # fmt: skip
        _sort_by_gap(position, i, neighbour[start[i] : found])
    start[count] = found
    pairs = Pairs(
        start, neighbour[:found].copy(), np.zeros(found, np.uint8), np.zeros((found, 6)),
        np.zeros((found, 6)),
    )  # fmt: skip
    _carry_history(old, pairs)
    _pair_constants(pairs, position, inverse, material)
    return pairs


@njit(cache=True)
def _fill_cells(position: FloatArray, grid: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Linked lists of the grains of each cell, and each grain's cell."""
    count = position.shape[0]
    cells = np.zeros((count, 3), np.int64)
    head = np.full(int(grid[4]) * int(grid[5]) * int(grid[6]), -1, np.int64)
    following = np.full(count, -1, np.int64)
    for i in range(count):
        for a in range(3):
            steps = np.floor((position[i, a] - grid[a]) / grid[3])
            if not steps >= 0.0:  # also a NaN, which the solver reports after the step
                steps = 0.0
            cells[i, a] = int(min(steps, grid[4 + a] - 1.0))
        c = (cells[i, 0] * int(grid[5]) + cells[i, 1]) * int(grid[6]) + cells[i, 2]
        following[i] = head[c]
        head[c] = i
    return head, following, cells


@njit(cache=True)
def _collect(
    i: int,
    j: int,
    following: IntArray,
    position: FloatArray,
    inverse: FloatArray,
    margin: float,
    neighbour: np.ndarray,
    found: int,
) -> int:
    """Append the partners of grain i in one cell, whose list starts with grain j."""
    # grains of a chain are in falling order: the first one below i ends it
    while j > i:
        dx = position[i, 0] - position[j, 0]
        dy = position[i, 1] - position[j, 1]
        dz = position[i, 2] - position[j, 2]
        reach = position[i, 3] + position[j, 3] + margin
        close = dx * dx + dy * dy + dz * dz < reach * reach
        if close and inverse[i, 0] + inverse[j, 0] > 0.0:
            neighbour[found] = j
            found += 1
        j = following[j]
    return found


@njit(cache=True)
def _sort_by_gap(position: FloatArray, i: int, row: np.ndarray) -> None:
    """Order the partners of grain i by their gap, so that touching ones come first.

    The branch between touching and not is then foreseen by the processor, and the order of the
    sums does not depend on the cells.
    """
    gap = np.zeros(row.size)
    for k in range(row.size):
        j = row[k]
        square = 0.0
        for a in range(3):
            square += (position[i, a] - position[j, a]) ** 2
        gap[k] = sqrt(square) - position[i, 3] - position[j, 3]
        m = k
        while m > 0 and gap[m - 1] > gap[m]:
            gap[m - 1], gap[m] = gap[m], gap[m - 1]
            row[m - 1], row[m] = row[m], row[m - 1]
            m -= 1


@njit(cache=True)
def _carry_history(old: Pairs, new: Pairs) -> None:
    """Copy flag and history of every touching pair into the new list (rows are short)."""
    for i in range(old.start.size - 1):
        for o in range(old.start[i], old.start[i + 1]):
            if old.flag[o] == UNREACHED:
                continue
            k = new.start[i]
            while k < new.start[i + 1] and new.neighbour[k] != old.neighbour[o]:
                k += 1
            if k < new.start[i + 1] and new.neighbour[k] == old.neighbour[o]:
                new.flag[k] = old.flag[o]
                new.history[k] = old.history[o]


@njit(cache=True, error_model="numpy")
def _pair_constants(
    pairs: Pairs, position: FloatArray, inverse: FloatArray, material: Material
) -> None:
    """Work out what the contact laws need of each pair, square roots included."""
    for i in range(pairs.start.size - 1):
        for k in range(pairs.start[i], pairs.start[i + 1]):
            j = pairs.neighbour[k]
            ri, rj = position[i, 3], position[j, 3]
            radius = ri * rj / (ri + rj)
            # a fixed grain has inverse mass 0: m* is then the free one's mass
            mass = 1.0 / (inverse[i, 0] + inverse[j, 0])
            hertz = 4.0 / 3.0 * material.modulus * sqrt(radius)
            row = pairs.constants[k]
            row[0] = hertz
            row[1] = material.damping_ratio * sqrt(mass * hertz)
            row[2] = 2.0 * pi * material.pull_off_scale * radius
            row[3] = radius
            row[4] = 1.0 / min(ri, rj)
            row[5] = 1.0 if inverse[i, 0] * inverse[j, 0] == 0.0 else 0.0
