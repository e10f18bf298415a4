"""Triangle meshes of tool surfaces: cells to find near triangles by, and exact closest points.

A mesh stays rigid in its primitive's frame, so its cells are made once.  A triangle is in every
cell its box meets; a look-up takes the cells that meet the box round a grain.  Lengths in metres,
primitive's frame.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray, IntArray

CELLS_ACROSS = 32.0
"""Most cells along the longest side of a mesh; chosen: 16 mm, a small grain, on a head of 0.5 m."""


class Meshes(NamedTuple):
    """Triangles of all primitives, and their cells; a primitive that is no mesh has none."""

    first: IntArray
    """Triangles of primitive p are first[p] to first[p + 1], shape (p + 1,)."""
    corners: FloatArray
    """[m] shape (t, 9)."""
    grid: FloatArray
    """Lower corner [m], cell width [m], number of cells (3) of each primitive, shape (p, 7)."""
    first_cell: IntArray
    """First of each primitive's cells, shape (p + 1,)."""
    cell: IntArray
    """Entries of cell c in `triangle` are cell[c] to cell[c + 1]."""
    triangle: IntArray


def meshes_of(corners: Sequence[FloatArray]) -> Meshes:
    """Cells of every primitive's triangles, shapes (t, 3, 3) each, (0, 3, 3) if it is no mesh."""
    first = np.cumsum([0, *(len(c) for c in corners)])
    grids, counts, entries = np.zeros((len(corners), 7)), [np.zeros(1, np.int64)], []
    first_cell = np.zeros(len(corners) + 1, np.int64)
    for p, triangles in enumerate(corners):
        first_cell[p + 1] = first_cell[p]
        if len(triangles) == 0:
            continue
        low, high = triangles.min(1), triangles.max(1)
        span = high.max(0) - low.min(0)
        width = max(float(span.max()) / CELLS_ACROSS, float((high - low).max(1).mean()))
        cells = np.floor(span / width) + 1.0
        grids[p] = [*low.min(0), width, *cells]
        count, entry = _fill_cells(low, high, grids[p])
        counts.append(count)
        entries.append(entry + first[p])
        first_cell[p + 1] += count.size
    return Meshes(
        first.astype(np.int64),
        np.concatenate([np.zeros((0, 9)), *(np.reshape(c, (-1, 9)) for c in corners)]),
        grids,
        first_cell,
        np.cumsum(np.concatenate(counts)),
        np.concatenate([np.zeros(0, np.int64), *entries]),
    )


@njit(cache=True)
def _cell_range(low: float, high: float, grid: FloatArray, axis: int) -> tuple[int, int]:
    """First cell and the one after the last along an axis that meet [low, high]."""
    last = grid[4 + axis] - 1.0
    a = np.floor((low - grid[axis]) / grid[3])
    b = np.floor((high - grid[axis]) / grid[3])
    if not (b >= 0.0 and a <= last):  # beyond the mesh, or not a number
        return 0, 0
    return int(max(a, 0.0)), int(min(b, last)) + 1


@njit(cache=True)
def _fill_cells(low: FloatArray, high: FloatArray, grid: FloatArray) -> tuple[IntArray, IntArray]:
    """Entries of each cell, their number first, of triangles with the boxes given."""
    ny, nz = int(grid[5]), int(grid[6])
    count = np.zeros(int(grid[4]) * ny * nz, np.int64)
    place = np.zeros(count.size + 1, np.int64)
    entry = np.zeros(0, np.int64)
    for fill in range(2):
        if fill:
            place[1:] = np.cumsum(count)
            entry = np.zeros(place[-1], np.int64)
        for t in range(low.shape[0]):
            x0, x1 = _cell_range(low[t, 0], high[t, 0], grid, 0)
            y0, y1 = _cell_range(low[t, 1], high[t, 1], grid, 1)
            z0, z1 = _cell_range(low[t, 2], high[t, 2], grid, 2)
            for x in range(x0, x1):
                for y in range(y0, y1):
                    for c in range((x * ny + y) * nz + z0, (x * ny + y) * nz + z1):
                        if fill:
                            entry[place[c]] = t
                            place[c] += 1
                        else:
                            count[c] += 1
    return count, entry


@njit(cache=True, error_model="numpy")
def closest_on_triangle(
    corners: FloatArray, t: int, x: float, y: float, z: float
) -> tuple[float, float, float]:
    """Point of triangle t closest to (x, y, z) [m]: inside it, on an edge, or a corner.

    Ericson, Real-Time Collision Detection (2005), § 5.1.5.
    """
    ax, ay, az = corners[t, 0], corners[t, 1], corners[t, 2]
    ux, uy, uz = corners[t, 3] - ax, corners[t, 4] - ay, corners[t, 5] - az
    vx, vy, vz = corners[t, 6] - ax, corners[t, 7] - ay, corners[t, 8] - az
    px, py, pz = x - ax, y - ay, z - az
    d1, d2 = ux * px + uy * py + uz * pz, vx * px + vy * py + vz * pz
    if d1 <= 0.0 and d2 <= 0.0:
        return ax, ay, az
    uu, uv = ux * ux + uy * uy + uz * uz, ux * vx + uy * vy + uz * vz
    vv = vx * vx + vy * vy + vz * vz
    d3, d4 = d1 - uu, d2 - uv
    if d3 >= 0.0 and d4 <= d3:
        return corners[t, 3], corners[t, 4], corners[t, 5]
    d5, d6 = d1 - uv, d2 - vv
    if d6 >= 0.0 and d5 <= d6:
        return corners[t, 6], corners[t, 7], corners[t, 8]
    a, b, c = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    if c <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        s, q = d1 / (d1 - d3), 0.0
    elif b <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        s, q = 0.0, d2 / (d2 - d6)
    elif a <= 0.0 and d4 - d3 >= 0.0 and d5 - d6 >= 0.0:
        q = (d4 - d3) / ((d4 - d3) + (d5 - d6))
        s = 1.0 - q
    else:
        # inside: down the normal, which loses nothing on thin triangles
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        drop = (nx * px + ny * py + nz * pz) / (nx * nx + ny * ny + nz * nz)
        return x - drop * nx, y - drop * ny, z - drop * nz
    return ax + s * ux + q * vx, ay + s * uy + q * vy, az + s * uz + q * vz


@njit(cache=True, error_model="numpy")
def distance_to_triangle(corners: FloatArray, t: int, x: float, y: float, z: float) -> float:
    """Distance [m] of a point to triangle t."""
    a, b, c = closest_on_triangle(corners, t, x, y, z)
    return sqrt((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2)


@njit(cache=True, error_model="numpy")
def near_triangles(
    meshes: Meshes, p: int, x: float, y: float, z: float, limit: float, near: IntArray, found: int
) -> int:
    """Append to `near` the triangles of primitive p within `limit` [m] of a point, rising.

    Returns how many entries of `near` are filled then; it must have room for all of the mesh.
    """
    grid, begin = meshes.grid[p], found
    ny, nz = int(grid[5]), int(grid[6])
    x0, x1 = _cell_range(x - limit, x + limit, grid, 0)
    y0, y1 = _cell_range(y - limit, y + limit, grid, 1)
    z0, z1 = _cell_range(z - limit, z + limit, grid, 2)
    for cx in range(x0, x1):
        for cy in range(y0, y1):
            row = meshes.first_cell[p] + (cx * ny + cy) * nz
            # the entries of neighbouring cells along z follow one another
            for e in range(meshes.cell[row + z0], meshes.cell[row + z1]):
                t = meshes.triangle[e]
                known = False
                for k in range(begin, found):
                    known = known or near[k] == t
                if not known and distance_to_triangle(meshes.corners, t, x, y, z) < limit:
                    near[found] = t
                    found += 1
    for k in range(begin + 1, found):
        t, m = near[k], k
        while m > begin and near[m - 1] > t:
            near[m] = near[m - 1]
            m -= 1
        near[m] = t
    return found
