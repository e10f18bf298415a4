"""Where thrown grains go: the ones that leave, and the ones whose path meets the craft.

Grains and craft fly free of contact for ten minutes in the inertial frame that coincides with P at
the end of the case, under the body's attraction taken as a point mass: it moves a grain by
½·6e-6·600² ≈ 1 m in that time, so the error of the point mass (under half of it, near the surface)
stays below the size of the craft.  The craft coasts and keeps its inertial rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.frames import rotation_from_vector

FLIGHT_TIME = 600.0
"""[s] how long paths are followed (design, `mass_toward_craft`)."""
FLIGHT_STEP = 0.5
"""[s] chosen: a grain at 1 m/s moves 0.5 m, and the path between two steps is tested whole."""


@dataclass(frozen=True)
class CraftPath:
    """The craft at the end of the case, frame P, and its outline as boxes in frame S."""

    position: FloatArray
    """[m] centre of mass of the bus, shape (3,); it stands for the craft's."""
    rotation: FloatArray
    """S to P, shape (3, 3)."""
    velocity: FloatArray
    """[m/s], shape (3,)."""
    angular_velocity: FloatArray
    """[rad/s] relative to P, shape (3,)."""
    boxes: Sequence[tuple[FloatArray, FloatArray]]
    """Centre and half extents [m] of each box, frame S."""


def leaving(position: FloatArray, velocity: FloatArray, height: float) -> BoolArray:
    """Mask of the grains above `height` [m] that move outward; arrays (n, 3) in P."""
    return (position[:, 2] > height) & (velocity[:, 2] > 0.0)


def meets_craft(
    position: FloatArray,
    velocity: FloatArray,
    radius: FloatArray,
    craft: CraftPath,
    field: SiteField,
    gravitational_parameter: float,
) -> BoolArray:
    """Mask (n,) of the grains whose contact-free path meets the craft within `FLIGHT_TIME`."""
    met: BoolArray = np.zeros(len(position), dtype=bool)
    if not len(position):
        return met
    # One array of bodies, the craft last, in inertial components about the body's centre of mass.
    place = field.position + np.vstack([position, craft.position])
    speed = np.vstack([velocity, craft.velocity]) + np.cross(field.spin, place)
    rate = craft.angular_velocity + field.spin
    turn = rotation_from_vector(rate * FLIGHT_STEP)
    attitude = craft.rotation
    before = (place[:-1] - place[-1]) @ attitude
    for _ in range(round(FLIGHT_TIME / FLIGHT_STEP)):
        speed = speed + 0.5 * FLIGHT_STEP * _point_mass(place, gravitational_parameter)
        place = place + FLIGHT_STEP * speed
        speed = speed + 0.5 * FLIGHT_STEP * _point_mass(place, gravitational_parameter)
        attitude = turn @ attitude
        after = (place[:-1] - place[-1]) @ attitude
        for centre, half in craft.boxes:
            met |= _segments_meet_box(before - centre, after - centre, half + radius[:, None])
        before = after
    return met


def _point_mass(place: FloatArray, gravitational_parameter: float) -> FloatArray:
    distance = np.linalg.norm(place, axis=1, keepdims=True)
    return -gravitational_parameter * place / distance**3


def _segments_meet_box(start: FloatArray, end: FloatArray, half: FloatArray) -> BoolArray:
    """Slab test of segments (n, 3) against boxes about the origin with half extents (n, 3)."""
    step = end - start
    step = np.where(np.abs(step) < 1e-12, 1e-12, step)
    one, two = (-half - start) / step, (half - start) / step
    enter = np.minimum(one, two).max(axis=1)
    leave = np.maximum(one, two).min(axis=1)
    return (enter <= leave) & (leave >= 0.0) & (enter <= 1.0)
