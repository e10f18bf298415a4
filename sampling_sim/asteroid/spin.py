"""Rotation of the asteroid: uniform, about +z of the body frame B.

Every published light curve of Kamo'oalewa is read as rotation about a principal axis; tumbling is
outside this model.
"""

from dataclasses import dataclass
from math import pi

import numpy as np

from sampling_sim.constants import FloatArray


@dataclass(frozen=True)
class UniformSpin:
    """Constant rotation about +z_B."""

    period: float
    """[s] sidereal rotation period, > 0."""

    @property
    def rate(self) -> float:
        """Spin rate [rad/s]."""
        return 2.0 * pi / self.period

    @property
    def angular_velocity_b(self) -> FloatArray:
        """Angular velocity ω [rad/s] in components of B, shape (3,)."""
        return np.array([0.0, 0.0, self.rate])
