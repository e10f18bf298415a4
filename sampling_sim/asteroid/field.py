"""The force field in the patch frame P, which rotates with the asteroid.

Everything that moves in a run feels  g(p) − ω × (ω × r) − 2 ω × v  from here: grains through the
expansion of gravity at the site (`SiteField`), extended links through the full polyhedron.
Frame P, SI.  Uniform spin: no Euler term.
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray


@dataclass(frozen=True)
class SiteField:
    """Gravity expanded at a site, and the rotation, all in components of P."""

    gravity: FloatArray
    """[m/s²] attraction of the body at the origin of P, shape (3,)."""
    gradient_exterior: FloatArray
    """[1/s²] ∂g/∂p just outside the surface (z > 0), shape (3, 3)."""
    gradient_interior: FloatArray
    """[1/s²] ∂g/∂p just inside (z < 0); differs from the exterior one by 4πGρ n nᵀ."""
    spin: FloatArray
    """[rad/s] angular velocity ω of P, shape (3,)."""
    position: FloatArray
    """[m] origin of P from the centre of mass, shape (3,)."""

    def acceleration(self, position: FloatArray, velocity: FloatArray) -> FloatArray:
        """Acceleration [m/s²] in P of free points, shape (n, 3), at `position`, with `velocity`."""
        position, velocity = np.atleast_2d(position), np.atleast_2d(velocity)
        inside = position[:, 2:3] < 0.0
        gravity = self.gravity + np.where(
            inside, position @ self.gradient_interior.T, position @ self.gradient_exterior.T
        )
        return gravity + self.inertial(position, velocity)

    def inertial(self, position: FloatArray, velocity: FloatArray) -> FloatArray:
        """Centrifugal and Coriolis acceleration [m/s²], shape (n, 3)."""
        centrifugal = -np.cross(self.spin, np.cross(self.spin, self.position + position))
        return centrifugal - 2.0 * np.cross(self.spin, velocity)

    @property
    def effective_acceleration(self) -> FloatArray:
        """Acceleration [m/s²] of a body at rest at the site: attraction plus centrifugal, (3,)."""
        return self.acceleration(np.zeros((1, 3)), np.zeros((1, 3)))[0]
