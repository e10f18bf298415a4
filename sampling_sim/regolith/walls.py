"""Plane walls: rigid blocks of regolith material that end in a plane; contacts as of grains.

A grain's contact with a wall goes through the same blocks as a contact of two grains: the wall is a
partner of radius zero, at rest, at the foot of the perpendicular.  Frame P, SI.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray
from sampling_sim.regolith.block import (
    DX,
    DY,
    DZ,
    FX,
    FY,
    FZ,
    LANES,
    MU,
    MU_R,
    OX,
    OY,
    OZ,
    PEAK_FIXED,
    RI,
    RJ,
    SHARE,
    TX,
    TY,
    TZ,
    VX,
    VY,
    VZ,
    WX,
    WY,
    WZ,
    evaluate,
)  # fmt: skip
from sampling_sim.regolith.contacts import (
    Contacts,
    Material,
    append,
    copy_springs,
    fill_block,
    find,
    no_contacts,
    rows_of,
)
from sampling_sim.regolith.grains import Grains, contact_mass
from sampling_sim.regolith.laws.choice import CohesionLaw
from sampling_sim.regolith.pair_forces import PEAK_GLUED, laws_of

NO_COHESION = int(CohesionLaw.DMT)
"""Its force is the pull-off force, which is zero here."""


class Walls(NamedTuple):
    """The walls and the grains close to them."""

    plane: FloatArray
    """Inward normal (3), offset, top z [m], friction, rolling friction; shape (w, 7)."""
    contacts: Contacts
    """Grain and wall of every pair within the margin."""


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def wall_contact(
    x: float, y: float, z: float, plane: FloatArray, w: int
) -> tuple[float, float, float, float]:
    """Distance [m] of a point to the block of wall w and the direction away from it.

    The block fills the half-space behind its plane up to the height `top`; a grain above it meets
    the edge or the top face, so that nothing ever starts out deep inside.
    """
    nx, ny, nz = plane[w, 0], plane[w, 1], plane[w, 2]
    ahead = nx * x + ny * y + nz * z - plane[w, 3]
    above = z - plane[w, 4]
    if above <= 0.0:
        return ahead, nx, ny, nz
    if ahead <= 0.0:
        return above, 0.0, 0.0, 1.0
    distance = sqrt(ahead * ahead + above * above)
    return (
        distance, nx * ahead / distance, ny * ahead / distance, (nz * ahead + above) / distance,
    )  # fmt: skip


@njit(error_model="numpy", fastmath={"contract"})
def near_walls(
    grains: Grains, listed: np.ndarray, walls: Walls, material: Material, margin: float
) -> Walls:
    """Walls with the pairs of listed grains and walls with a gap below `margin` [m] anew."""
    old, count = walls.contacts, grains.position.shape[0]
    head, following = rows_of(old, count)
    found, close = np.zeros((listed.size * walls.plane.shape[0], 2), np.int64), 0
    for i in listed:
        x, y, z, r = grains.position[i]
        for w in range(walls.plane.shape[0]):
            if wall_contact(x, y, z, walls.plane, w)[0] < r + margin:
                found[close, 0], found[close, 1] = i, w
                close += 1
    new = no_contacts(close)
    for p in range(close):
        i, w = found[p]
        k = append(new, i, w)
        # R* is the grain's radius, m* its mass; no cohesion
        r = grains.position[i, 3]
        fill_block(new, k, r, contact_mass(grains, i, material.sphere_mass), -1.0 / r, material)
        o = find(old, head, following, i, w)
        if o >= 0:
            copy_springs(old, o, new, k)
    return Walls(walls.plane, new)


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def wall_forces(
    normal: int,
    grains: Grains,
    walls: Walls,
    material: Material,
    dt: float,
    work: FloatArray,
    stats: FloatArray,
) -> None:
    """Add the forces and torques of the walls; they count as fixed partners."""
    contacts, load, laws = walls.contacts, grains.load, laws_of(material, dt)
    count = contacts.used[0]
    for c in range(LANES):
        work[SHARE + c], work[PEAK_FIXED + c] = 1.0, 0.0
    for b in range((count + LANES - 1) // LANES):
        lanes = min(LANES, count - b * LANES)
        _gather(grains, walls, b, lanes, work)
        evaluate(normal, NO_COHESION, False, work, contacts.block[b], laws)
        for c in range(np.uint64(lanes)):
            i = np.uint64(contacts.first[np.uint64(b * LANES) + c])
            arm = work[RI + c]
            load[i, 0] += work[FX + c]
            load[i, 1] += work[FY + c]
            load[i, 2] += work[FZ + c]
            load[i, 3] += work[WX + c] - arm * work[TX + c]
            load[i, 4] += work[WY + c] - arm * work[TY + c]
            load[i, 5] += work[WZ + c] - arm * work[TZ + c]
    for c in range(LANES):
        stats[PEAK_GLUED] = max(stats[PEAK_GLUED], work[PEAK_FIXED + c])


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def _gather(grains: Grains, walls: Walls, b: int, lanes: int, work: FloatArray) -> None:
    """Geometry and motion of block b; lanes without a contact are far apart and at rest."""
    position, motion, plane = grains.position, grains.predicted, walls.plane
    first, second = walls.contacts.first, walls.contacts.second
    for c in range(np.uint64(LANES)):
        for row in range(RJ, SHARE, LANES):
            work[np.uint64(row) + c] = 0.0
    for c in range(np.uint64(lanes)):
        k = np.uint64(b * LANES) + c
        i, w = np.uint64(first[k]), np.uint64(second[k])
        x, y, z = position[i, 0], position[i, 1], position[i, 2]
        distance, nx, ny, nz = wall_contact(x, y, z, plane, w)
        work[DX + c], work[DY + c], work[DZ + c] = distance * nx, distance * ny, distance * nz
        work[RI + c] = position[i, 3]
        work[VX + c], work[VY + c], work[VZ + c] = motion[i, 0], motion[i, 1], motion[i, 2]
        work[OX + c], work[OY + c], work[OZ + c] = motion[i, 3], motion[i, 4], motion[i, 5]
        work[MU + c], work[MU_R + c] = plane[w, 5], plane[w, 6]
    for c in range(np.uint64(lanes), np.uint64(LANES)):
        work[DX + c], work[DY + c], work[DZ + c], work[RI + c] = 1.0, 0.0, 0.0, 0.0
