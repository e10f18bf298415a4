"""The force field in the patch frame P, which rotates with the asteroid.

Everything that moves in a run feels  g(p) − ω × (ω × r) − ω̇ × r − 2 ω × v  from here: grains
through the expansion of gravity at the site (`SiteField`), links through the full polyhedron.
Frame P, SI.  A tumbling body's ω and ω̇ are those of one time; runs take uniform spin alone.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.spin import Spin, TumblingSpin
from sampling_sim.constants import GRAVITATIONAL_CONSTANT, FloatArray
from sampling_sim.errors import ConfigError
from sampling_sim.frames import cross_rows

if TYPE_CHECKING:
    from sampling_sim.asteroid.site import Site

EDGE_STEP = 0.01
"""Of the way to the middle of the face; chosen: small, the gradient grows only as a logarithm."""


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
    angular_acceleration: FloatArray | None = None
    """[rad/s²] ω̇ of a tumbling body, shape (3,); None where ω does not change."""

    def acceleration(self, position: FloatArray, velocity: FloatArray) -> FloatArray:
        """Acceleration [m/s²] in P of free points, shape (n, 3), at `position`, with `velocity`."""
        position, velocity = np.atleast_2d(position), np.atleast_2d(velocity)
        inside = position[:, 2:3] < 0.0
        gravity = self.gravity + np.where(
            inside, position @ self.gradient_interior.T, position @ self.gradient_exterior.T
        )
        return gravity + self.inertial(position, velocity)

    def inertial(self, position: FloatArray, velocity: FloatArray) -> FloatArray:
        """Centrifugal, Coriolis and Euler acceleration [m/s²], shape (n, 3)."""
        centrifugal = -np.cross(self.spin, np.cross(self.spin, self.position + position))
        steady = centrifugal - 2.0 * np.cross(self.spin, velocity)
        if self.angular_acceleration is None:
            return steady
        return steady - np.cross(self.angular_acceleration, self.position + position)

    def require_uniform_spin(self) -> None:
        """Refuse a tumbling body, where a run would hold its ω for constant.

        Raises
        ------
        ConfigError
            If ω changes.
        """
        if self.angular_acceleration is not None:
            raise ConfigError(
                "asteroid.spin", "tumbling", "a run needs a uniform spin; the field of a tumbling "
                "body is known at one time only"
            )  # fmt: skip

    @property
    def effective_acceleration(self) -> FloatArray:
        """Acceleration [m/s²] of a body at rest at the site: attraction plus centrifugal, (3,)."""
        return self.acceleration(np.zeros((1, 3)), np.zeros((1, 3)))[0]


@dataclass(frozen=True, eq=False)
class PolyhedronField:
    """Attraction of the whole polyhedron in components of P: for extended links, craft and all."""

    polyhedron: GravityPolyhedron
    site: "Site"

    def gravity(self, position: FloatArray) -> FloatArray:
        """Attraction [m/s²] in P, shape (n, 3), at points [m] in P, shape (n, 3)."""
        return self.polyhedron.acceleration(self._in_body(position)) @ self.site.rotation_bp

    def gradient(self, position: FloatArray) -> FloatArray:
        """Gradient ∂g/∂p [1/s²] in P, shape (n, 3, 3), at points [m] in P, shape (n, 3).

        Raises
        ------
        ValueError
            If a point lies on an edge of the mesh.
        """
        gradient_b = self.polyhedron.gradient(self._in_body(position))
        return self.site.rotation_bp.T @ gradient_b @ self.site.rotation_bp

    def _in_body(self, position_p: FloatArray) -> FloatArray:
        return self.site.position_b + np.atleast_2d(position_p) @ self.site.rotation_bp.T


def site_field(
    gravity: GravityPolyhedron, spin: Spin, site: "Site", time: float = 0.0
) -> SiteField:
    """Expansion of gravity at a site, and the rotation at a time [s], in components of P.

    Notes
    -----
    The gradient is that of the site's own face.  On an edge of the mesh, where it grows without
    limit, it is taken `EDGE_STEP` of the way to the middle of that face.
    """
    r = site.rotation_bp
    point = site.position_b
    try:
        exterior_b = gravity.gradient(point, side=1)[0]
    except ValueError:
        middle = gravity.shape.vertices[gravity.shape.faces[site.face]].mean(0)
        exterior_b = gravity.gradient(point + EDGE_STEP * (middle - point), side=1)[0]
    # Poisson: the normal component alone jumps, by 4πGρ
    jump = 4.0 * np.pi * GRAVITATIONAL_CONSTANT * gravity.density
    interior_b = exterior_b - jump * np.outer(site.normal_b, site.normal_b)
    return SiteField(
        gravity=gravity.acceleration(point)[0] @ r,
        gradient_exterior=r.T @ exterior_b @ r,
        gradient_interior=r.T @ interior_b @ r,
        spin=spin.angular_velocity_at(time) @ r,
        position=site.position_b @ r,
        angular_acceleration=(
            spin.angular_acceleration_at(time) @ r if isinstance(spin, TumblingSpin) else None
        ),
    )


def expansion_error(
    field: SiteField, polyhedron_field: PolyhedronField, position: FloatArray
) -> FloatArray:
    """Deviation [m/s²] of the expanded attraction from the polyhedron's, shape (n,).

    Parameters
    ----------
    field, polyhedron_field
        Of one site.
    position
        [m] in P, shape (n, 3); above the surface z > 0 the exterior gradient is meant, below it
        the interior one, so points in the air over ground under the tangent plane count fully.
    """
    still = np.zeros_like(position)
    expanded = field.acceleration(position, still) - field.inertial(position, still)
    deviation = expanded - polyhedron_field.gravity(position)
    return np.asarray(np.linalg.norm(deviation, axis=1), dtype=float)


def rotating_frame_torque(
    inertia: FloatArray, angular_velocity: FloatArray, spin: FloatArray
) -> FloatArray:
    """Torque [N·m] that P's rotation asks for on bodies that an engine moves as if P were inertial.

    Parameters
    ----------
    inertia
        [kg·m²] about the centres of mass, in components of P, shape (n, 3, 3).
    angular_velocity
        [rad/s] w, relative to P, in P, shape (n, 3).
    spin
        [rad/s] ω of P, in P, shape (3,).

    Notes
    -----
    Euler's equation of the true rotation Ω = w + ω, written in P where dI/dt = [w×]I − I[w×]:
    I ẇ = τ − Ω × IΩ − I(ω × w).  The engine integrates I ẇ = τ_engine − w × I w, so to the true
    torque τ is added  − I(ω × w) − Ω × IΩ + w × I w.  (docs/shapes-and-field.md.)
    """
    total = angular_velocity + spin
    momentum = np.einsum("nij,nj->ni", inertia, total)
    relative = np.einsum("nij,nj->ni", inertia, angular_velocity)
    turned = np.einsum("nij,nj->ni", inertia, cross_rows(spin[None, :], angular_velocity))
    return cross_rows(angular_velocity, relative) - cross_rows(total, momentum) - turned


def gravity_gradient_torque(inertia: FloatArray, gradient: FloatArray) -> FloatArray:
    """Torque [N·m] of the gradient of gravity about the centres of mass, shape (n, 3).

    Parameters
    ----------
    inertia
        [kg·m²] about the centres of mass, shape (n, 3, 3).
    gradient
        [1/s²] G at the centres of mass, shape (n, 3, 3), in the same components.

    Notes
    -----
    τ = ∫ρ s × G s dV = ε_ijk (G I)_jk: with Ĵ = ∫ρ s sᵀ dV = ½ tr(I) 1 − I it is −ε_ijk (G Ĵ)_jk,
    and the part with tr(I) is gone because G is symmetric.
    """
    product = gradient @ inertia
    return np.stack(
        [
            product[:, 1, 2] - product[:, 2, 1],
            product[:, 2, 0] - product[:, 0, 2],
            product[:, 0, 1] - product[:, 1, 0],
        ],
        axis=1,
    )
