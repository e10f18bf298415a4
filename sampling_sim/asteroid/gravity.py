"""Gravity of a homogeneous polyhedron: potential, attraction and gradient, exact to round-off.

In: a closed mesh in B and a density; out: U, g = ∇U and ∇∇U at points in B, SI.  U > 0 and the
acceleration is +∇U.  With r from the field point to the mesh (Werner & Scheeres 1996, eqs. 10-17)

    U    =  ½Gρ [Σ_e r·E r L − Σ_f r·F r ω]
    ∇U   =  −Gρ [Σ_e E r L − Σ_f F r ω]
    ∇∇U  =   Gρ [Σ_e E L − Σ_f F ω],      ∇²U = −Gρ Σ_f ω  (0 outside, −4πGρ inside)

over edges e and faces f, F = n nᵀ.  U and ∇U are finite everywhere, also on faces, edges and
vertices; ∇∇U jumps by 4πGρ n nᵀ across a face and grows without limit towards an edge.

References
----------
.. [WS1996] Werner & Scheeres (1996), Celest. Mech. Dyn. Astron. 65, 313-344.
"""

from math import pi
from typing import Literal

import numpy as np

from sampling_sim.asteroid.gravity_kernels import polyhedron_sums
from sampling_sim.asteroid.mesh import edge_faces
from sampling_sim.asteroid.shape import Shape
from sampling_sim.constants import GRAVITATIONAL_CONSTANT, BoolArray, FloatArray, IntArray

ON_SURFACE = 1e-9
"""Distance over the body's size below which a point is on a face or an edge; chosen: ten thousand
times the round-off of a site's coordinates, 20 nm on the default body."""

FLAT = 1e-7
"""Sine of the angle at an edge below which its faces are one plane; chosen: far above round-off,
far below any edge that pulls noticeably."""


class GravityPolyhedron:
    """Gravity of a body of uniform density.

    Parameters
    ----------
    shape
        Closed mesh with outward normals, body frame [m].
    density
        Bulk density [kg/m³].

    Notes
    -----
    Cost grows as points × faces.  The sums cancel far away: round-off grows as (r/R)², to about
    4e-10 of the acceleration at a thousand radii (at worst 1e-9).
    """

    def __init__(self, shape: Shape, density: float) -> None:
        self.shape = shape
        self.density = density
        self._vertices = np.ascontiguousarray(shape.vertices.T)
        edges, _, edge_of_side = edge_faces(shape.faces)
        corners = shape.vertices[shape.faces]
        doubled = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        self._doubled_area = np.linalg.norm(doubled, axis=1)
        normals = doubled / self._doubled_area[:, None]
        dyads, self._edge_length, self._is_flat = _edge_dyads(shape, edges, edge_of_side, normals)
        self._dyads = np.ascontiguousarray(dyads.reshape(-1, 9)[:, [0, 1, 2, 4, 5, 8]].T)
        self._edges = np.ascontiguousarray(edges.T)
        self._corners = np.ascontiguousarray(shape.faces.T)
        self._normals = np.ascontiguousarray(normals.T)

    @property
    def mass(self) -> float:
        """Mass [kg]."""
        return self.density * self.shape.volume

    def potential(self, points: FloatArray) -> FloatArray:
        """Potential U [m²/s²], > 0, shape (n,), at points [m] in B, shape (n, 3)."""
        return self.potential_and_acceleration(points)[0]

    def acceleration(self, points: FloatArray) -> FloatArray:
        """Attraction ∇U [m/s²] in B, shape (n, 3), at points [m] in B, shape (n, 3)."""
        return self.potential_and_acceleration(points)[1]

    def gradient(self, points: FloatArray, side: Literal[1, -1] = 1) -> FloatArray:
        """Gradient ∇∇U [1/s²] in B, shape (n, 3, 3), at points [m] in B, shape (n, 3).

        `side` and refusals as in `derivatives`.
        """
        return self.derivatives(points, side)[2]

    def potential_and_acceleration(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Both in one go: shapes (n,) and (n, 3)."""
        sums, _ = self._sums(points, with_gradient=False)
        return self._scaled(sums)

    def derivatives(
        self, points: FloatArray, side: Literal[1, -1] = 1
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Potential, acceleration and gradient in one go: shapes (n,), (n, 3) and (n, 3, 3).

        Parameters
        ----------
        points
            Field points [m] in B, shape (n, 3).
        side
            The gradient on a face: +1 for the limit from outside, −1 from inside.

        Raises
        ------
        ValueError
            If a point lies on an edge or a vertex, where the gradient has no limit.

        Notes
        -----
        Faces in whose plane a point lies are left out of the gradient.  If it lies on one, all the
        others span the solid angle 2π, and what lacks to 0 (outside) or 4π (inside) is that face's.
        """
        sums, bad = self._sums(points, with_gradient=True)
        if bad >= 0:
            raise ValueError(
                f"no gradient of gravity at {np.atleast_2d(points)[bad].tolist()}: the point lies "
                "on an edge of the mesh; move it"
            )
        gradient = np.moveaxis(sums[[[4, 5, 6], [5, 7, 8], [6, 8, 9]]], 2, 0)
        angle, own = sums[10], sums[11].astype(int)
        is_on_face = (own >= 0) & (angle > pi) & (angle < 3.0 * pi)
        lack = ((0.0 if side > 0 else 4.0 * pi) - angle)[is_on_face]
        normals = self._normals[:, own[is_on_face]]
        gradient[is_on_face] -= np.einsum("n,in,jn->nij", lack, normals, normals)
        strength = GRAVITATIONAL_CONSTANT * self.density
        return *self._scaled(sums), strength * gradient

    def _sums(self, points: FloatArray, *, with_gradient: bool) -> tuple[FloatArray, int]:
        """Return the kernel's sums, shape (12, n), and the index of a point on an edge or −1."""
        points = np.ascontiguousarray(np.atleast_2d(points), float)
        sums = np.zeros((12, len(points)))
        tolerance = ON_SURFACE * float(self.shape.extents.max()) if with_gradient else 0.0
        bad = polyhedron_sums(
            points, self._vertices, self._edges, self._edge_length, self._dyads, self._corners,
            self._doubled_area, self._normals, self._is_flat, with_gradient, tolerance, sums,
        )  # fmt: skip
        return sums, bad

    def _scaled(self, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Potential and acceleration from the sums of the kernel."""
        strength = GRAVITATIONAL_CONSTANT * self.density
        return 0.5 * strength * sums[0], np.ascontiguousarray(-strength * sums[1:4].T)


def _edge_dyads(
    shape: Shape, edges: IntArray, edge_of_side: IntArray, normals: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Dyads E = Σ n_f n_f,eᵀ over the two faces of each edge, edge lengths, and flat edges."""
    sides = shape.faces[:, [[0, 1], [1, 2], [2, 0]]]
    along = shape.vertices[sides[..., 1]] - shape.vertices[sides[..., 0]]
    along /= np.linalg.norm(along, axis=2, keepdims=True)
    outward = np.cross(along, normals[:, None])  # in the face's plane, away from the face
    dyads = np.zeros((len(edges), 3, 3))
    np.add.at(dyads, edge_of_side, normals[:, None, :, None] * outward[:, :, None, :])
    dyads = 0.5 * (dyads + np.swapaxes(dyads, 1, 2))  # symmetric but for round-off
    # E vanishes where both faces lie in one plane: its norm is the sine of the angle there
    is_flat = np.linalg.norm(dyads, axis=(1, 2)) < FLAT
    length = np.linalg.norm(np.diff(shape.vertices[edges], axis=1)[:, 0], axis=1)
    return dyads, length, is_flat
