"""The contacts of one grain with one mesh: as many as there are places, whatever the triangles.

A grain that overlaps a flat wall of several triangles touches all of them, yet has one contact.  A
triangle's closest point counts only if it is a closest point of the mesh around it, that is, if no
triangle that holds it comes closer to the grain elsewhere: this needs no list of neighbours and
settles inner edges and corners exactly.  Two such points whose normals nearly agree, as in the
shallow valley between two facets of a bore, count once, at the deeper one.  Mesh's frame, SI.
"""

from math import cos, radians, sqrt

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.tool_arrays import MESH_SLOTS
from sampling_sim.regolith.tool_mesh import closest_on_triangle, distance_to_triangle

ONE_CONTACT = cos(radians(20.0))
"""Cosine between normals above which two places are one; chosen: a bore of 18 facets or more acts
as a round one, a groove that turns by more than 20° has two walls."""

FOLLOWED = cos(radians(30.0))
"""Cosine a contact's normal may turn by in one step and keep its history; chosen: a step across a
shallow valley turns it by `ONE_CONTACT` at most, all other motion by far less."""

CLOSER = 1.0 - 1e-10
"""Share of a distance below which another is closer; in between, both normals agree to 1.4e-5."""

HOLDS = 1e-6
"""Distance from a triangle, over that to the grain, at which it still holds a point: the rounding
of coordinates stored as single precision."""


@njit(error_model="numpy")
def mesh_contacts(
    corners: FloatArray,
    near: IntArray,
    begin: int,
    end: int,
    x: float,
    y: float,
    z: float,
    reach: float,
    scratch: FloatArray,
    contact: FloatArray,
) -> int:
    """Contacts of a sphere at (x, y, z) with the triangles near[begin:end], deepest first.

    Parameters
    ----------
    corners
        [m] of all triangles, shape (t, 9).
    reach
        [m] distance below which a triangle is touched: radius and the mesh's sweep.
    scratch
        Room for a row per triangle, shape (end − begin, 6).
    contact
        Out: distance [m] and normal towards the sphere of each contact, shape (MESH_SLOTS, 4).

    Returns
    -------
    Number of contacts.
    """
    touched, count = 0, 0
    for k in range(begin, end):
        a, b, c = closest_on_triangle(corners, near[k], x, y, z)
        distance = sqrt((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2)
        if distance < reach:
            scratch[touched, 0], scratch[touched, 4], scratch[touched, 5] = distance, near[k], 1.0
            scratch[touched, 1], scratch[touched, 2], scratch[touched, 3] = a, b, c
            touched += 1
    while count < MESH_SLOTS:
        m, best = -1, np.inf
        for k in range(touched):
            if scratch[k, 5] == 1.0 and scratch[k, 0] < best:
                m, best = k, scratch[k, 0]
        if m < 0:
            break
        scratch[m, 5] = 0.0
        if count == 0 or _is_own_place(corners, scratch, touched, m):
            _set_contact(corners, scratch, m, x, y, z, contact, count)
            _drop_alike(scratch, touched, x, y, z, contact, count)
            count += 1
    return count


@njit(error_model="numpy")
def _is_own_place(corners: FloatArray, scratch: FloatArray, touched: int, m: int) -> bool:
    """Whether no touched triangle that holds the point of row m comes closer elsewhere."""
    limit = scratch[m, 0] * CLOSER
    for k in range(touched):
        if scratch[k, 0] < limit:
            way = distance_to_triangle(
                corners, int(scratch[k, 4]), scratch[m, 1], scratch[m, 2], scratch[m, 3]
            )
            if way <= HOLDS * scratch[m, 0]:
                return False
    return True


@njit(error_model="numpy")
def _set_contact(
    corners: FloatArray,
    scratch: FloatArray,
    m: int,
    x: float,
    y: float,
    z: float,
    contact: FloatArray,
    c: int,
) -> None:
    """Distance and normal of row m; on the triangle itself, the normal of its winding."""
    nx, ny, nz = x - scratch[m, 1], y - scratch[m, 2], z - scratch[m, 3]
    size = contact[c, 0] = scratch[m, 0]
    if size == 0.0:
        t = int(scratch[m, 4])
        ux, vx = corners[t, 3] - corners[t, 0], corners[t, 6] - corners[t, 0]
        uy, vy = corners[t, 4] - corners[t, 1], corners[t, 7] - corners[t, 1]
        uz, vz = corners[t, 5] - corners[t, 2], corners[t, 8] - corners[t, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        size = sqrt(nx * nx + ny * ny + nz * nz)
    contact[c, 1], contact[c, 2], contact[c, 3] = nx / size, ny / size, nz / size


@njit(error_model="numpy")
def _drop_alike(
    scratch: FloatArray, touched: int, x: float, y: float, z: float, contact: FloatArray, c: int
) -> None:
    """Leave out the rows whose normal nearly is that of contact c."""
    for k in range(touched):
        along = (
            (x - scratch[k, 1]) * contact[c, 1]
            + (y - scratch[k, 2]) * contact[c, 2]
            + (z - scratch[k, 3]) * contact[c, 3]
        )
        if along >= ONE_CONTACT * scratch[k, 0]:
            scratch[k, 5] = 0.0


@njit(error_model="numpy")
def match_slots(
    contact: FloatArray,
    count: int,
    history: FloatArray,
    direction: FloatArray,
    first: int,
    slot: IntArray,
) -> None:
    """Give each contact the slot with its own history, by the normals of the step before.

    Slots first to first + MESH_SLOTS belong to the grain; those no contact takes are cleared, and
    `slot` gets the slot of each contact.
    """
    free = np.ones(MESH_SLOTS, np.bool_)
    for c in range(count):
        best, slot[c] = FOLLOWED, -1
        for s in range(MESH_SLOTS):
            d = first + s
            dot = (
                direction[d, 0] * contact[c, 1]
                + direction[d, 1] * contact[c, 2]
                + direction[d, 2] * contact[c, 3]
            )
            if free[s] and dot > best:
                best, slot[c] = dot, d
        if slot[c] >= 0:
            free[slot[c] - first] = False
    for s in range(MESH_SLOTS):
        if free[s]:
            for a in range(6):
                history[first + s, a] = 0.0
            for a in range(3):
                direction[first + s, a] = 0.0
    for c in range(count):
        for s in range(MESH_SLOTS):
            if slot[c] < 0 and free[s]:
                slot[c], free[s] = first + s, False
        for a in range(3):
            direction[slot[c], a] = contact[c, 1 + a]
