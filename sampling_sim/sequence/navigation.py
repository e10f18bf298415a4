"""Where navigation has brought the craft at release, and what its sensors make of the truth.

Frame P, SI.
"""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.frames import rotation_from_vector
from sampling_sim.mechanism.base import Design
from sampling_sim.sequence.approach import ApproachParameters
from sampling_sim.sequence.choice import SequenceParameters
from sampling_sim.sequence.phases import Observation


@dataclass(frozen=True)
class ReleaseState:
    """Pose and motion of the bus at release; every joint is at rest where `Design.start` has it."""

    position: FloatArray
    """[m] centre of mass of the bus, shape (3,)."""
    rotation: FloatArray
    """S to P, shape (3, 3)."""
    velocity: FloatArray
    """[m/s], shape (3,)."""
    angular_velocity: FloatArray
    """[rad/s] relative to P, shape (3,): zero means that the craft turns with the asteroid."""


def release_state(
    parameters: SequenceParameters, design: Design, surface_top: float
) -> ReleaseState:
    """Place the craft over the site, its lowest point at its clearance above `surface_top` [m].

    What hangs lowest and what is aimed at (offset_x, offset_y) is the sequence's (`hanging`).
    """
    p = parameters
    rotation = rotation_from_vector(np.array([p.tilt_x, p.tilt_y, 0.0]))
    hanging = p.hanging(design)
    aim = rotation @ hanging.aim
    height = surface_top + hanging.clearance - float((hanging.points @ rotation.T)[:, 2].min())
    return ReleaseState(
        position=np.array([p.offset_x - aim[0], p.offset_y - aim[1], height]),
        rotation=rotation,
        velocity=np.array([p.lateral_speed_x, p.lateral_speed_y, -hanging.descent]),
        angular_velocity=np.array([p.rate_x, p.rate_y, p.rate_z]),
    )


class Sensors:
    """Altimeter and place with a bias, and a contact sensor that tells late."""

    def __init__(self, parameters: ApproachParameters, control_step: float) -> None:
        p = parameters
        self._bias = np.array([p.place_bias_x, p.place_bias_y, p.altimeter_bias])
        self._forces = deque([0.0] * round(parameters.contact_latency / control_step))

    def seen(self, truth: Observation) -> Observation:
        """Return what is seen of the truth at this control step; call once a step."""
        self._forces.append(truth.head_force)
        return replace(
            truth,
            altitude=truth.altitude + float(self._bias[2]),
            offset=truth.offset + self._bias,
            head_force=self._forces.popleft(),
        )
