"""Rigid plates of glued grains that move: what a virtual laboratory pulls, presses and shears with.

A plate is a group of a bed's fixed grains with one velocity.  Along each axis it either keeps the
velocity it was given (inverse mass 0) or answers, as a rigid body without rotation, to the grains'
force, a push from outside and a damper.  The forces of a step are summed into an impulse before
the loop clears them.  Frame P, SI; same drift–kick–drift as the grains (`grains.py`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.grains import Grains


class Plates(NamedTuple):
    """Plates of a solver; velocity, push, damper and inverse mass may be set between calls."""

    grain: IntArray
    """Grains of all plates in solver order, shape (p,)."""
    plate: IntArray
    """Plate of each of them, shape (p,)."""
    velocity: FloatArray
    """[m/s] shape (k, 3)."""
    push: FloatArray
    """[N] force from outside, shape (k, 3)."""
    damper: FloatArray
    """[N s/m] resists the plate's motion, shape (k, 3)."""
    inverse_mass: FloatArray
    """[1/kg] along each axis, 0 where the velocity is prescribed, shape (k, 3)."""
    impulse: FloatArray
    """[N s] of the grains on each plate, summed since it was last cleared, shape (k, 3)."""
    force: FloatArray
    """[N] of the grains on each plate in the last step, shape (k, 3)."""


def plates_of(groups: Sequence[IntArray], rank: IntArray) -> Plates:
    """Plates at rest made of groups of grains; `rank` takes a grain of the bed to solver order."""
    count = len(groups)
    plate = np.repeat(np.arange(count), [len(group) for group in groups])
    grain = rank[np.concatenate(groups)] if count else np.zeros(0, np.int64)
    arrays = [np.zeros((count, 3)) for _ in range(6)]
    return Plates(np.asarray(grain, np.int64), plate.astype(np.int64), *arrays)


@njit
def start_plates(grains: Grains, plates: Plates, drift_time: float) -> float:
    """Give the plates' grains the velocities set since the last call, and move them.

    Returns the largest squared displacement [m²] of one since the lists were built.
    """
    for p in range(plates.grain.size):
        for a in range(3):
            grains.motion[plates.grain[p], a] = plates.velocity[plates.plate[p], a]
            grains.predicted[plates.grain[p], a] = plates.velocity[plates.plate[p], a]
    return _move(grains, plates, drift_time)


@njit
def carry_plates(grains: Grains, plates: Plates, dt: float, drift_time: float) -> float:
    """Kick the plates with the loads summed on their grains, clear them, and move the grains.

    Returns as `start_plates`.
    """
    _, _, velocity, push, damper, inverse_mass, impulse, force = plates
    force[:] = 0.0
    for p in range(plates.grain.size):
        i, k = plates.grain[p], plates.plate[p]
        for a in range(3):
            force[k, a] += grains.load[i, a]
            # the grains' own kick clears the free ones alone
            grains.load[i, a] = 0.0
    for k in range(velocity.shape[0]):
        for a in range(3):
            impulse[k, a] += dt * force[k, a]
            outside = push[k, a] - damper[k, a] * velocity[k, a]
            velocity[k, a] += dt * inverse_mass[k, a] * (force[k, a] + outside)
    for p in range(plates.grain.size):
        i, k = plates.grain[p], plates.plate[p]
        for a in range(3):
            outside = push[k, a] - damper[k, a] * velocity[k, a]
            rate = inverse_mass[k, a] * (force[k, a] + outside)
            grains.motion[i, a] = velocity[k, a]
            grains.predicted[i, a] = velocity[k, a] + 0.5 * dt * rate
    return _move(grains, plates, drift_time)


@njit
def _move(grains: Grains, plates: Plates, drift_time: float) -> float:
    """Move the plates' grains; the largest squared displacement since the lists were built."""
    largest = 0.0
    for i in plates.grain:
        square = 0.0
        for a in range(3):
            grains.position[i, a] += drift_time * grains.motion[i, a]
            square += (grains.position[i, a] - grains.reference[i, a]) ** 2
        largest = max(largest, square)
    return largest
