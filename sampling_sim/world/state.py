"""What is seen of the world at one instant.  Frame P, SI."""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class WorldState:
    """Bodies (m) and joints (k) at one instant; frame P.

    Rows of bodies are the design's links in its order, then the boulders.
    """

    time: float
    """[s] since the world was made."""
    position: FloatArray
    """[m] centres of mass, shape (m, 3)."""
    rotation: FloatArray
    """Link axes to P, shape (m, 3, 3)."""
    velocity: FloatArray
    """[m/s] of the centres of mass, shape (m, 3)."""
    angular_velocity: FloatArray
    """[rad/s] shape (m, 3)."""
    joint_position: FloatArray
    """[m or rad] shape (k,)."""
    joint_speed: FloatArray
    """[m/s or rad/s] shape (k,)."""

    def place(self, link: int, points: FloatArray) -> FloatArray:
        """Points (n, 3) [m] of a link's frame, in P."""
        return self.position[link] + np.atleast_2d(points) @ self.rotation[link].T

    def place_in_link(self, link: int, points: FloatArray) -> FloatArray:
        """Points (n, 3) [m] of P, in a link's frame."""
        return (np.atleast_2d(points) - self.position[link]) @ self.rotation[link]
