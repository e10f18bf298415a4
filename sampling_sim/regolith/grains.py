"""State of the grains as the solver holds it, and their motion: drift, kick, drift.

One step of length h is drift–kick–drift: positions advance half a step, every force is taken there
with velocities predicted for the same instant (v + a·h/2 with the last acceleration), the full
impulse h·F is applied, positions advance the other half.  It is second order, Coriolis and damping
included, and the impulses on grains and tools are plain sums of h·F.  Frame P, SI.
"""

from typing import NamedTuple

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray, IntArray


class Grains(NamedTuple):
    """State of the grains in solver order; linear part first, angular part second."""

    position: FloatArray
    """Centre and radius [m], shape (n, 4)."""
    motion: FloatArray
    """Velocity [m/s] and angular velocity [rad/s], shape (n, 6)."""
    predicted: FloatArray
    """Motion expected at the next force evaluation, shape (n, 6)."""
    load: FloatArray
    """Force [N] and torque [N m] being summed, shape (n, 6)."""
    inverse: FloatArray
    """1/mass and 1/inertia, zeros for a fixed grain; of a clump's sphere 1/mass of the clump and
    0; shape (n, 2)."""
    reference: FloatArray
    """[m] centres when the lists were built, shape (n, 3)."""
    drag: FloatArray
    """[1/s] drag of each grain's own, for a rim that absorbs, shape (n,)."""
    adhesion: FloatArray
    """[1] a pair's pull-off force has both its grains' values as factors, shape (n,)."""
    group: IntArray
    """Rigid body of each grain, see `cells.candidate_pairs`, shape (n,)."""


class Field(NamedTuple):
    """Acceleration in P:  effective + gradient·x − 2 ω × v − drag·v."""

    effective: FloatArray
    """[m/s²] attraction and centrifugal acceleration at the origin, (3,)."""
    gradient: FloatArray
    """[1/s²] of attraction and centrifugal term; [0] for z > 0, [1] below; shape (2, 3, 3)."""
    spin: FloatArray
    """[rad/s] (3,)."""
    drag: float
    """[1/s] used only in preparing beds."""


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def contact_mass(grains: Grains, i: int, sphere_mass: float) -> float:
    """Mass [kg] of a grain that meets something rigid: its own, fixed or not, or its clump's."""
    if grains.inverse[i, 1] == 0.0 and grains.inverse[i, 0] > 0.0:
        return 1.0 / grains.inverse[i, 0]
    return sphere_mass * grains.position[i, 3] ** 3


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def _move(grains: Grains, i: int, dt: float) -> float:
    """Move one grain; its squared displacement since the lists were built."""
    position, motion, reference = grains.position, grains.motion, grains.reference
    x = position[i, 0] + dt * motion[i, 0]
    y = position[i, 1] + dt * motion[i, 1]
    z = position[i, 2] + dt * motion[i, 2]
    position[i, 0], position[i, 1], position[i, 2] = x, y, z
    x, y, z = x - reference[i, 0], y - reference[i, 1], z - reference[i, 2]
    return x * x + y * y + z * z


@njit(error_model="numpy", fastmath={"contract"})
def drift(grains: Grains, moving: np.ndarray, dt: float) -> float:
    """Move the grains listed for `dt`; largest squared displacement since the lists were built."""
    largest = 0.0
    for m in range(np.uint64(moving.size)):
        largest = max(largest, _move(grains, np.uint64(moving[m]), dt))
    return largest


@njit(error_model="numpy", fastmath={"contract"})
def kick_and_drift(
    grains: Grains, moving: np.ndarray, field: Field, dt: float, drift_time: float
) -> float:
    """Apply the summed loads and the field for `dt`, clear them, move for `drift_time`.

    `moving` lists the free grains that are awake, uint32.
    """
    position, motion, predicted, load, inverse = (
        grains.position, grains.motion, grains.predicted, grains.load, grains.inverse,
    )  # fmt: skip
    ex, ey, ez = field.effective
    wx, wy, wz = field.spin
    gradient, half, largest = field.gradient, 0.5 * dt, 0.0
    for m in range(np.uint64(moving.size)):
        i = np.uint64(moving[m])
        x, y, z = position[i, 0], position[i, 1], position[i, 2]
        ux, uy, uz = predicted[i, 0], predicted[i, 1], predicted[i, 2]
        ox, oy, oz = predicted[i, 3], predicted[i, 4], predicted[i, 5]
        light, easy = inverse[i, 0], inverse[i, 1]
        drag = field.drag + grains.drag[i]
        s = np.uint64(0 if z > 0.0 else 1)
        ax = ex + gradient[s, 0, 0] * x + gradient[s, 0, 1] * y + gradient[s, 0, 2] * z
        ay = ey + gradient[s, 1, 0] * x + gradient[s, 1, 1] * y + gradient[s, 1, 2] * z
        az = ez + gradient[s, 2, 0] * x + gradient[s, 2, 1] * y + gradient[s, 2, 2] * z
        ax += light * load[i, 0] - 2.0 * (wy * uz - wz * uy) - drag * ux
        ay += light * load[i, 1] - 2.0 * (wz * ux - wx * uz) - drag * uy
        az += light * load[i, 2] - 2.0 * (wx * uy - wy * ux) - drag * uz
        # a sphere's spin relative to P: I dw/dt = torque − I ω × w
        bx = easy * load[i, 3] - (wy * oz - wz * oy) - drag * ox
        by = easy * load[i, 4] - (wz * ox - wx * oz) - drag * oy
        bz = easy * load[i, 5] - (wx * oy - wy * ox) - drag * oz
        write_row(load, i, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        ux, uy, uz = motion[i, 0] + dt * ax, motion[i, 1] + dt * ay, motion[i, 2] + dt * az
        ox, oy, oz = motion[i, 3] + dt * bx, motion[i, 4] + dt * by, motion[i, 5] + dt * bz
        write_row(motion, i, ux, uy, uz, ox, oy, oz)
        write_row(
            predicted, i, ux + half * ax, uy + half * ay, uz + half * az, ox + half * bx,
            oy + half * by, oz + half * bz,
        )  # fmt: skip
        largest = max(largest, _move(grains, i, drift_time))
    return largest


@njit(fastmath={"contract"}, forceinline=True)
def write_row(
    rows: FloatArray, i: int, a: float, b: float, c: float, d: float, e: float, f: float
) -> None:
    """Write six numbers to row i."""
    rows[i, 0], rows[i, 1], rows[i, 2] = a, b, c
    rows[i, 3], rows[i, 4], rows[i, 5] = d, e, f
