"""The craft at release: where navigation has brought it, with its errors.  Frame P, SI."""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.frames import rotation_from_vector
from sampling_sim.mechanism.base import Design
from sampling_sim.sequence.touch_and_go import TouchAndGoParameters


@dataclass(frozen=True)
class ReleaseState:
    """Pose and motion of the bus at release; every joint is at zero and at rest."""

    position: FloatArray
    """[m] centre of mass of the bus, shape (3,)."""
    rotation: FloatArray
    """S to P, shape (3, 3)."""
    velocity: FloatArray
    """[m/s], shape (3,)."""
    angular_velocity: FloatArray
    """[rad/s] relative to P, shape (3,): zero means that the craft turns with the asteroid."""


def release_state(
    parameters: TouchAndGoParameters, design: Design, surface_top: float
) -> ReleaseState:
    """Place the craft so that its lowest head point is `release_clearance` above `surface_top`.

    The middle of the housing's rim is over (offset_x, offset_y); tilt turns the craft about it.
    """
    p = parameters
    rotation = rotation_from_vector(np.array([p.tilt_x, p.tilt_y, 0.0]))
    head = np.array(design.links[design.head].position)
    corners = [box.corners() for box in design.outline if box.link == design.head]
    hanging = (head + np.concatenate(corners)) @ rotation.T
    rim = rotation @ (head + design.reference_points.mean(axis=0))
    height = surface_top + p.release_clearance - float(hanging[:, 2].min())
    return ReleaseState(
        position=np.array([p.offset_x - rim[0], p.offset_y - rim[1], height]),
        rotation=rotation,
        velocity=np.array([p.lateral_speed_x, p.lateral_speed_y, -p.approach_speed]),
        angular_velocity=np.array([p.rate_x, p.rate_y, p.rate_z]),
    )
