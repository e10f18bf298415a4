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
    parameters: SequenceParameters, design: Design, surface_top: float
) -> ReleaseState:
    """Place the craft so that its lowest head point is `release_clearance` above `surface_top`.

    What hangs on the head counts.  The middle of the reference points (the housing's rim, the feet)
    is over (offset_x, offset_y); tilt turns the craft about it.
    """
    p = parameters
    rotation = rotation_from_vector(np.array([p.tilt_x, p.tilt_y, 0.0]))
    carried = set(design.carried_by(design.head).tolist())
    boxes = [box for box in design.outline if box.link in carried]
    corners = [np.array(design.links[box.link].position) + box.corners() for box in boxes]
    hanging = np.concatenate(corners) @ rotation.T
    rim = rotation @ design.reference_places.mean(axis=0)
    height = surface_top + p.release_clearance - float(hanging[:, 2].min())
    return ReleaseState(
        position=np.array([p.offset_x - rim[0], p.offset_y - rim[1], height]),
        rotation=rotation,
        velocity=np.array([p.lateral_speed_x, p.lateral_speed_y, -p.approach_speed]),
        angular_velocity=np.array([p.rate_x, p.rate_y, p.rate_z]),
    )


class Sensors:
    """Altimeter with a bias, and a contact sensor that tells late."""

    def __init__(self, parameters: ApproachParameters, control_step: float) -> None:
        self._bias = parameters.altimeter_bias
        self._forces = deque([0.0] * round(parameters.contact_latency / control_step))

    def seen(self, truth: Observation) -> Observation:
        """Return what is seen of the truth at this control step; call once a step."""
        self._forces.append(truth.head_force)
        return replace(
            truth, altitude=truth.altitude + self._bias, head_force=self._forces.popleft()
        )
