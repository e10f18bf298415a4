"""State of rigid clumps as the solver holds it; how it moves stands in `clump_motion.py`.

The spheres of a clump are rows of `Grains` like any other: the pair, wall and tool loops know
nothing of clumps.  Their inverse mass is the body's and their inverse inertia 0, which keeps them
out of the list of grains that move on their own.  A body is awake with all its spheres, or with
none.  Frame P, SI; quaternions x, y, z, w, body → P.
"""

from typing import NamedTuple

import numpy as np

from sampling_sim.constants import FloatArray, IntArray


class Clumps(NamedTuple):
    """Rigid bodies; one glued to the ground is never awake."""

    start: IntArray
    """Spheres of clump c are entries start[c] to start[c + 1], shape (c + 1,)."""
    member: IntArray
    """Row of each sphere in `Grains`, shape (m,)."""
    offset: FloatArray
    """[m] its centre in the body's principal frame, shape (m, 3)."""
    position: FloatArray
    """[m] centre of mass in P, shape (c, 3)."""
    attitude: FloatArray
    """Quaternion x, y, z, w of the rotation body → P, shape (c, 4)."""
    velocity: FloatArray
    """[m/s] relative to P, shape (c, 3)."""
    momentum: FloatArray
    """[kg m²/s] angular momentum about the centre of mass of the inertial motion, in P, (c, 3)."""
    rate: FloatArray
    """Acceleration [m/s²] and torque [N m] of the last kick: what predictions use, (c, 6)."""
    load: FloatArray
    """Force [N] and torque [N m] about the centre of mass, gathered from the spheres, (c, 6)."""
    inverse_mass: FloatArray
    """[1/kg] shape (c,)."""
    inertia: FloatArray
    """[kg m²] principal moments, shape (c, 3)."""


def clumps_at_rest(
    start: IntArray,
    member: IntArray,
    offset: FloatArray,
    position: FloatArray,
    attitude: FloatArray,
    inverse_mass: FloatArray,
    inertia: FloatArray,
    spin: FloatArray,
) -> Clumps:
    """Clumps that do not move relative to P, which turns with `spin` [rad/s]."""
    count = len(position)
    clumps = Clumps(
        start, member, offset, position.copy(), attitude.copy(), np.zeros((count, 3)),
        np.zeros((count, 3)), np.zeros((count, 6)), np.zeros((count, 6)), inverse_mass, inertia,
    )  # fmt: skip
    set_rotation(clumps, np.zeros((count, 3)), spin)
    return clumps


def rotation_matrices(attitude: FloatArray) -> FloatArray:
    """Rotations body → P of quaternions x, y, z, w, shape (c, 3, 3)."""
    x, y, z, w = np.moveaxis(np.asarray(attitude, float), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


def angular_velocity(clumps: Clumps, spin: FloatArray) -> FloatArray:
    """Angular velocity relative to P [rad/s], shape (c, 3); `spin` is P's own."""
    turn = rotation_matrices(clumps.attitude)
    body = np.einsum("cji,cj->ci", turn, clumps.momentum) / clumps.inertia
    return np.einsum("cij,cj->ci", turn, body) - spin


def set_rotation(clumps: Clumps, angular_velocity: FloatArray, spin: FloatArray) -> None:
    """Give the clumps an angular velocity relative to P [rad/s], shape (c, 3)."""
    turn = rotation_matrices(clumps.attitude)
    body = np.einsum("cji,cj->ci", turn, angular_velocity + spin)
    clumps.momentum[:] = np.einsum("cij,cj->ci", turn, clumps.inertia * body)
