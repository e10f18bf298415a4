"""Forces between grains: gather a block of contacts, evaluate it, hand its forces out.

In: grains with the motion predicted for this instant, their contacts and near pairs; out: forces
and torques added to `grains.load`, springs in the blocks.  Frame P, SI.
"""

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray
from sampling_sim.regolith.block import (
    COUNT,
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
    PEAK,
    PEAK_FIXED,
    PX,
    PY,
    PZ,
    RI,
    RJ,
    SHARE,
    SUM,
    TX,
    TY,
    TZ,
    VX,
    VY,
    VZ,
    WORK,
    WX,
    WY,
    WZ,
    Laws,
    evaluate,
)  # fmt: skip
from sampling_sim.regolith.cells import Cells, nearest_image
from sampling_sim.regolith.contacts import (
    Contacts,
    Material,
    Near,
    append,
    classes_in_reach,
    fill_constants,
)
from sampling_sim.regolith.grains import Grains

OVERLAP_SUM, CONTACTS, PEAK_GRAIN, PEAK_GLUED, PEAK_TOOL, PEAK_BRISTLE = range(6)
"""Slots of the overlap statistics; ratios to the (smaller) radius, PEAK_BRISTLE in metres."""
SLOTS = 6


@njit
def laws_of(material: Material, dt: float) -> Laws:
    """Numbers that all contacts share in a step of `dt` [s]."""
    return Laws(material.shear_ratio * dt, material.reach, material.separation, material.twisting)


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def pair_forces(
    normal: int,
    cohesion: int,
    is_twisting: bool,
    grains: Grains,
    contacts: Contacts,
    cells: Cells,
    material: Material,
    dt: float,
    work: FloatArray,
    stats: FloatArray,
) -> None:
    """Add the forces and torques of all contacts to `grains.load`.

    The first three arguments choose the laws (`block.evaluate`) and are known at compile time.
    """
    laws = laws_of(material, dt)
    _begin(work, material.friction, material.rolling)
    count = contacts.used[0]
    for b in range((count + LANES - 1) // LANES):
        lanes = min(LANES, count - b * LANES)
        _gather(grains, contacts, cells.period, b, lanes, work)
        evaluate(normal, cohesion, is_twisting, work, contacts.block[b], laws)
        _scatter(grains.load, contacts, b, lanes, work)
    _keep_statistics(work, stats)


@njit(error_model="numpy", fastmath={"contract"})
def _begin(work: FloatArray, friction: float, rolling: float) -> None:
    """Clear the sums, and set what all contacts share."""
    for c in range(LANES):
        work[SHARE + c], work[MU + c], work[MU_R + c] = 0.5, friction, rolling
        work[SUM + c], work[COUNT + c], work[PEAK + c], work[PEAK_FIXED + c] = 0.0, 0.0, 0.0, 0.0


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def _gather(
    grains: Grains, contacts: Contacts, period: FloatArray, b: int, lanes: int, work: FloatArray
) -> None:
    """Geometry and motion of block b; lanes without a contact are far apart and at rest."""
    # no row is ever sliced in the hot loops: a view costs reference counts.  Unsigned indices spare
    # the test for negative ones
    position, motion, first, second = (
        grains.position,
        grains.predicted,
        contacts.first,
        contacts.second,
    )
    px, py = period[0], period[1]
    for c in range(np.uint64(lanes)):
        k = np.uint64(b) * np.uint64(LANES) + c
        i, j = np.uint64(first[k]), np.uint64(second[k])
        work[DX + c] = position[i, 0] - position[j, 0]
        work[DY + c] = position[i, 1] - position[j, 1]
        work[DZ + c] = position[i, 2] - position[j, 2]
        work[RI + c], work[RJ + c] = position[i, 3], position[j, 3]
        work[VX + c] = motion[i, 0] - motion[j, 0]
        work[VY + c] = motion[i, 1] - motion[j, 1]
        work[VZ + c] = motion[i, 2] - motion[j, 2]
        work[OX + c], work[OY + c], work[OZ + c] = motion[i, 3], motion[i, 4], motion[i, 5]
        work[PX + c], work[PY + c], work[PZ + c] = motion[j, 3], motion[j, 4], motion[j, 5]
    if px + py > 0.0:
        for c in range(np.uint64(lanes)):
            work[DX + c] = nearest_image(work[DX + c], px)
            work[DY + c] = nearest_image(work[DY + c], py)
    for c in range(np.uint64(lanes), np.uint64(LANES)):
        for row in range(DX, SHARE, LANES):
            work[np.uint64(row) + c] = 0.0
        work[DX + c] = 1.0


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def _scatter(load: FloatArray, contacts: Contacts, b: int, lanes: int, work: FloatArray) -> None:
    """Add the forces and torques of block b to both grains."""
    first, second = contacts.first, contacts.second
    for c in range(np.uint64(lanes)):
        k = np.uint64(b) * np.uint64(LANES) + c
        i, j = np.uint64(first[k]), np.uint64(second[k])
        fx, fy, fz = work[FX + c], work[FY + c], work[FZ + c]
        tx, ty, tz = work[TX + c], work[TY + c], work[TZ + c]
        wx, wy, wz = work[WX + c], work[WY + c], work[WZ + c]
        arm_i, arm_j = work[RI + c], work[RJ + c]
        load[i, 0] += fx
        load[i, 1] += fy
        load[i, 2] += fz
        load[i, 3] += wx - arm_i * tx
        load[i, 4] += wy - arm_i * ty
        load[i, 5] += wz - arm_i * tz
        load[j, 0] -= fx
        load[j, 1] -= fy
        load[j, 2] -= fz
        load[j, 3] -= wx + arm_j * tx
        load[j, 4] -= wy + arm_j * ty
        load[j, 5] -= wz + arm_j * tz


@njit(error_model="numpy", fastmath={"contract"})
def _keep_statistics(work: FloatArray, stats: FloatArray) -> None:
    """Add the sums and peaks of all lanes to the statistics."""
    for c in range(LANES):
        stats[OVERLAP_SUM] += work[SUM + c]
        stats[CONTACTS] += work[COUNT + c]
        stats[PEAK_GRAIN] = max(stats[PEAK_GRAIN], work[PEAK + c])
        stats[PEAK_GLUED] = max(stats[PEAK_GLUED], work[PEAK_FIXED + c])


@njit(error_model="numpy", fastmath={"contract"})
def promote_near(
    grains: Grains,
    contacts: Contacts,
    near: Near,
    cells: Cells,
    material: Material,
    moved: float,
    skin: float,
) -> None:
    """Make contacts of the near pairs that have come into reach.

    `moved` [m] is the largest displacement of a grain since the lists were made: pairs whose gap
    two such displacements cannot close are not looked at.
    """
    position, first, second = grains.position, near.first, near.second
    px, py = cells.period[0], cells.period[1]
    for k in range(np.uint64(near.end[classes_in_reach(moved, skin) - 1])):
        i, j = np.uint64(first[k]), np.uint64(second[k])
        dx = nearest_image(position[i, 0] - position[j, 0], px)
        dy = nearest_image(position[i, 1] - position[j, 1], py)
        dz = position[i, 2] - position[j, 2]
        reach = position[i, 3] + position[j, 3] + material.reach
        if dx * dx + dy * dy + dz * dz < reach * reach and i != j:
            new = append(contacts, first[k], second[k])
            fill_constants(contacts, new, position, grains.inverse, grains.adhesion, material)
            first[k] = second[k]


@njit
def new_work() -> FloatArray:
    """Work array of `pair_forces`."""
    return np.zeros(WORK)
