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

from math import atan2, log1p, pi, sqrt
from typing import Any, Literal

import numpy as np
from numba import njit

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
    1e-10 of the acceleration at a thousand radii.
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
        self._face_edges = np.ascontiguousarray(edge_of_side.T)
        self._normals = np.ascontiguousarray(normals.T)

    @property
    def mass(self) -> float:
        """Mass [kg]."""
        return self.density * self.shape.volume

    def potential(self, points: FloatArray) -> FloatArray:
        """Potential U [m²/s²], > 0, shape (n,), at points [m] in B, shape (n, 3)."""
        return self._attraction(points)[0]

    def acceleration(self, points: FloatArray) -> FloatArray:
        """Attraction ∇U [m/s²] in B, shape (n, 3), at points [m] in B, shape (n, 3)."""
        return self._attraction(points)[1]

    def gradient(self, points: FloatArray, side: Literal[1, -1] = 1) -> FloatArray:
        """Gradient ∇∇U [1/s²] in B, shape (n, 3, 3), at points [m] in B, shape (n, 3).

        Parameters
        ----------
        points
            Field points.
        side
            On a face: +1 for the limit from outside, −1 from inside.

        Raises
        ------
        ValueError
            If a point lies on an edge or a vertex, where there is no limit.
        """
        points = np.ascontiguousarray(np.atleast_2d(points), float)
        result = np.zeros((len(points), 3, 3))
        bad = _gradient(
            points, *self._geometry(), self._is_flat,
            ON_SURFACE * float(self.shape.extents.max()), 0.0 if side > 0 else 4.0 * pi, result,
        )  # fmt: skip
        if bad >= 0:
            raise ValueError(
                f"no gradient of gravity at {points[bad].tolist()}: the point lies on an edge of "
                "the mesh; move it"
            )
        return GRAVITATIONAL_CONSTANT * self.density * result

    def _attraction(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Potential, shape (n,), and acceleration, shape (n, 3)."""
        points = np.ascontiguousarray(np.atleast_2d(points), float)
        potential, acceleration = np.zeros(len(points)), np.zeros((len(points), 3))
        _attraction(points, *self._geometry(), potential, acceleration)
        strength = GRAVITATIONAL_CONSTANT * self.density
        return 0.5 * strength * potential, -strength * acceleration

    def _geometry(self) -> tuple[Any, ...]:
        """Arguments that both kernels share."""
        return (
            self._vertices, self._edges, self._edge_length, self._dyads,
            self._corners, self._face_edges, self._doubled_area, self._normals,
        )  # fmt: skip


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


@njit(cache=True)
def _offsets(
    point: FloatArray,
    vertices: FloatArray,
    x: FloatArray,
    y: FloatArray,
    z: FloatArray,
    r: FloatArray,
) -> None:
    """Vectors from the field point to every vertex, and their lengths: once per point."""
    for i in range(r.size):
        x[i] = vertices[0, i] - point[0]
        y[i] = vertices[1, i] - point[1]
        z[i] = vertices[2, i] - point[2]
        r[i] = sqrt(x[i] * x[i] + y[i] * y[i] + z[i] * z[i])


@njit(cache=True)
def _cross_squared(x: FloatArray, y: FloatArray, z: FloatArray, a: int, b: int) -> float:
    """|r_a × r_b|²."""
    u = y[a] * z[b] - z[a] * y[b]
    v = z[a] * x[b] - x[a] * z[b]
    w = x[a] * y[b] - y[a] * x[b]
    return u * u + v * v + w * w


@njit(cache=True)
def _edge_logarithm(
    x: FloatArray,
    y: FloatArray,
    z: FloatArray,
    r: FloatArray,
    a: int,
    b: int,
    dot: float,
    length: float,
) -> float:
    """L = ln((r_a + r_b + e)/(r_a + r_b − e)), 0 on the edge itself, where E r is 0 too.

    (r_a + r_b)² − e² = 2(r_a r_b + r_a·r_b); near the edge, where that cancels too, it is
    2|r_a × r_b|²/(r_a r_b − r_a·r_b).  The logarithm of 1 + something keeps its digits far away.
    """
    product = r[a] * r[b]
    if dot >= 0.0:
        q = 2.0 * (product + dot)
    else:
        q = 2.0 * _cross_squared(x, y, z, a, b) / (product - dot)
    if q <= 0.0:
        return 0.0
    return log1p(2.0 * length * (r[a] + r[b] + length) / q)


@njit(cache=True)
def _denominator(
    r: FloatArray, dots: FloatArray, corners: IntArray, face_edges: IntArray, f: int
) -> float:
    """Denominator of tan(ω/2) of face f, ω the solid angle of the face."""
    i, j, k = corners[0, f], corners[1, f], corners[2, f]
    ij, jk, ki = face_edges[0, f], face_edges[1, f], face_edges[2, f]
    return r[i] * r[j] * r[k] + r[i] * dots[jk] + r[j] * dots[ki] + r[k] * dots[ij]


@njit(cache=True)
def _attraction(
    points: FloatArray,
    vertices: FloatArray,
    edges: IntArray,
    edge_length: FloatArray,
    dyads: FloatArray,
    corners: IntArray,
    face_edges: IntArray,
    doubled_area: FloatArray,
    normals: FloatArray,
    potential: FloatArray,
    acceleration: FloatArray,
) -> None:
    """Add Σ_e r·E r L − Σ_f r·F r ω and Σ_e E r L − Σ_f F r ω to the results.

    Structure of arrays; square roots once per vertex, scalar products once per edge.
    """
    vertex_count, edge_count = vertices.shape[1], edges.shape[1]
    x, y, z = np.zeros(vertex_count), np.zeros(vertex_count), np.zeros(vertex_count)
    r, dots = np.zeros(vertex_count), np.zeros(edge_count)
    for p in range(points.shape[0]):
        _offsets(points[p], vertices, x, y, z, r)
        u = gx = gy = gz = 0.0
        for e in range(edge_count):
            a, b = edges[0, e], edges[1, e]
            dots[e] = x[a] * x[b] + y[a] * y[b] + z[a] * z[b]
            logarithm = _edge_logarithm(x, y, z, r, a, b, dots[e], edge_length[e])
            ex = dyads[0, e] * x[a] + dyads[1, e] * y[a] + dyads[2, e] * z[a]
            ey = dyads[1, e] * x[a] + dyads[3, e] * y[a] + dyads[4, e] * z[a]
            ez = dyads[2, e] * x[a] + dyads[4, e] * y[a] + dyads[5, e] * z[a]
            u += logarithm * (x[a] * ex + y[a] * ey + z[a] * ez)
            gx += logarithm * ex
            gy += logarithm * ey
            gz += logarithm * ez
        for f in range(normals.shape[1]):
            i = corners[0, f]
            height = normals[0, f] * x[i] + normals[1, f] * y[i] + normals[2, f] * z[i]
            # r_i·(r_j × r_k) is the height over the face's plane times its doubled area
            omega = 2.0 * atan2(
                height * doubled_area[f], _denominator(r, dots, corners, face_edges, f)
            )
            weight = height * omega
            u -= height * weight
            gx -= normals[0, f] * weight
            gy -= normals[1, f] * weight
            gz -= normals[2, f] * weight
        potential[p] = u
        acceleration[p, 0], acceleration[p, 1], acceleration[p, 2] = gx, gy, gz


@njit(cache=True)
def _gradient(
    points: FloatArray,
    vertices: FloatArray,
    edges: IntArray,
    edge_length: FloatArray,
    dyads: FloatArray,
    corners: IntArray,
    face_edges: IntArray,
    doubled_area: FloatArray,
    normals: FloatArray,
    is_flat: BoolArray,
    tolerance: float,
    target: float,
    result: FloatArray,
) -> int:
    """Add Σ_e E L − Σ_f F ω to the results; the index of a point on an edge, −1 if none is.

    Faces in whose plane a point lies are left out.  If it lies on one, all the others span the
    solid angle 2π, and what lacks to `target` (0 outside, 4π inside) is that face's.
    """
    vertex_count, edge_count = vertices.shape[1], edges.shape[1]
    x, y, z = np.zeros(vertex_count), np.zeros(vertex_count), np.zeros(vertex_count)
    r, dots = np.zeros(vertex_count), np.zeros(edge_count)
    for p in range(points.shape[0]):
        _offsets(points[p], vertices, x, y, z, r)
        s = np.zeros(6)
        for e in range(edge_count):
            a, b = edges[0, e], edges[1, e]
            dots[e] = x[a] * x[b] + y[a] * y[b] + z[a] * z[b]
            near = (tolerance * edge_length[e]) ** 2
            if not is_flat[e] and (
                min(r[a], r[b]) < tolerance
                or (dots[e] < 0.0 and _cross_squared(x, y, z, a, b) < near)
            ):
                return p
            logarithm = _edge_logarithm(x, y, z, r, a, b, dots[e], edge_length[e])
            for c in range(6):
                s[c] += logarithm * dyads[c, e]
        total, least, own = 0.0, np.inf, -1
        for f in range(normals.shape[1]):
            i = corners[0, f]
            height = normals[0, f] * x[i] + normals[1, f] * y[i] + normals[2, f] * z[i]
            denominator = _denominator(r, dots, corners, face_edges, f)
            if abs(height) < tolerance:
                # negative inside the face, 0 on its border, positive beyond
                if denominator < least:
                    least, own = denominator, f
                continue
            omega = 2.0 * atan2(height * doubled_area[f], denominator)
            total += omega
            _subtract_face(s, normals, f, omega)
        if own >= 0 and pi < total < 3.0 * pi:
            _subtract_face(s, normals, own, target - total)
        result[p, 0, 0], result[p, 1, 1], result[p, 2, 2] = s[0], s[3], s[5]
        result[p, 0, 1] = result[p, 1, 0] = s[1]
        result[p, 0, 2] = result[p, 2, 0] = s[2]
        result[p, 1, 2] = result[p, 2, 1] = s[4]
    return -1


@njit(cache=True)
def _subtract_face(s: FloatArray, normals: FloatArray, f: int, omega: float) -> None:
    """Subtract ω n nᵀ from the six components of a symmetric matrix."""
    nx, ny, nz = normals[0, f], normals[1, f], normals[2, f]
    s[0] -= omega * nx * nx
    s[1] -= omega * nx * ny
    s[2] -= omega * nx * nz
    s[3] -= omega * ny * ny
    s[4] -= omega * ny * nz
    s[5] -= omega * nz * nz
