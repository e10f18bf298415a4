"""Surfaces that points of another body can meet: level ground and closed triangle meshes.

In: points in the surface's own frame.  Out: their signed distance, negative inside, and the outward
normal there.  The sign at an edge or a vertex is that of the angle-weighted pseudonormal, which is
right for concave meshes as well (Bærentzen & Aanæs 2005, IEEE TVCG 11, 243).  A mesh is met by
asking every face how near it can be: meant for some thousand faces, not for the asteroid.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import ShapeError
from sampling_sim.mechanism.base import Box

FACE = 6
"""Feature of a triangle: its inside; 0–2 are its vertices, 3–5 the sides that start at them."""
ON_FEATURE = 1e-9
"""[m] nearer to an edge than this the pseudonormal is the direction; chosen: over round-off."""
ROUND_OFF = 1e-9
"""[1] of a distance that bounds another; chosen: far over its round-off."""


class Surface(Protocol):
    """What points can meet."""

    def meet(self, points: FloatArray, reach: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Signed distance (n,) [m] and outward normal (n, 3) at points (n, 3) [m].

        Points farther than `reach` (n,) [m] from the surface may be told a larger distance.
        """
        ...


@dataclass(frozen=True)
class LevelGround:
    """The half-space below a height, in P."""

    height: float
    """[m] z of the surface."""

    def meet(self, points: FloatArray, reach: FloatArray) -> tuple[FloatArray, FloatArray]:  # noqa: ARG002 - same call for all
        """Signed distance and normal; exact."""
        normal = np.zeros_like(points)
        normal[:, 2] = 1.0
        return points[:, 2] - self.height, normal


class MeshSurface:
    """A closed triangle mesh, convex or concave, normals outward.

    Raises
    ------
    ShapeError
        If a side belongs to one face only, or the normals point inward.
    """

    def __init__(self, vertices: FloatArray, faces: IntArray) -> None:
        self.vertices = np.asarray(vertices, dtype=float)
        self._corners = self.vertices[faces]
        self._normals = _pseudonormals(self._corners, np.asarray(faces))
        self._low, self._high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        self._middles = self._corners.mean(axis=1)
        self._sizes = np.linalg.norm(self._corners - self._middles[:, None], axis=2).max(axis=1)

    def meet(self, points: FloatArray, reach: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Signed distance and normal; points outside the mesh's box by `reach` count as far."""
        outside = np.maximum(self._low - points, points - self._high).max(axis=1)
        gap, normal = np.full(len(points), np.inf), np.zeros_like(points)
        near = np.flatnonzero(outside <= reach)
        if near.size:
            balls = (self._middles, self._sizes)
            gap[near], normal[near] = _signed_distance(
                points[near], self._corners, self._normals, balls
            )
        return gap, normal


def box_surface(box: Box) -> MeshSurface:
    """Surface of a box fixed to a link, in the link's frame."""
    from trimesh.creation import box as cuboid

    mesh = cuboid(extents=2.0 * np.array(box.half_extents))
    return MeshSurface(np.array(mesh.vertices) + box.centre, np.array(mesh.faces))


def _pseudonormals(corners: FloatArray, faces: IntArray) -> FloatArray:
    """Pseudonormals of the seven features of each triangle, unit vectors, (nf, 7, 3)."""
    side = np.roll(corners, -1, axis=1) - corners
    doubled = np.cross(side[:, 0], -side[:, 2])
    if np.einsum("fi,fi->", corners[:, 0], doubled) <= 0.0:
        raise ShapeError(
            "normals-inward", "a contact mesh must have its normals outward: turn its faces round"
        )
    face = doubled / np.linalg.norm(doubled, axis=1)[:, None]
    unit = side / np.linalg.norm(side, axis=2)[:, :, None]
    angle = np.arccos(np.clip(-np.einsum("fki,fki->fk", unit, np.roll(unit, 1, axis=1)), -1, 1))
    vertex = np.zeros((faces.max() + 1, 3))
    np.add.at(vertex, faces, angle[:, :, None] * face[:, None, :])
    result = np.zeros((len(faces), 7, 3))
    result[:, :3] = vertex[faces]
    result[:, 3:FACE] = face[:, None] + face[_across(faces)]
    result[:, FACE] = face
    return np.asarray(result / np.linalg.norm(result, axis=2)[:, :, None])


def _across(faces: IntArray) -> IntArray:
    """Face beyond each side of each face, (nf, 3)."""
    # two vertices make one key: their product does not fit the faces' own integers
    wide = faces.astype(np.int64)
    start, end = wide.ravel(), np.roll(wide, -1, axis=1).ravel()
    count = int(faces.max()) + 1
    ours, wanted = start * count + end, end * count + start
    order = np.argsort(ours, kind="stable")
    found = order[np.searchsorted(ours[order], wanted).clip(max=len(order) - 1)]
    is_open = np.flatnonzero(ours[found] != wanted)
    if is_open.size:
        a, b = int(start[is_open[0]]), int(end[is_open[0]])
        raise ShapeError("not-closed", f"a contact mesh must be closed: the side {a}–{b} is open")
    return np.asarray(found.reshape(-1, 3) // 3)


@njit(cache=True)
def _signed_distance(
    points: FloatArray,
    corners: FloatArray,
    normals: FloatArray,
    balls: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Signed distance (n,) and direction (n, 3) to the nearest face of each point.

    `balls` are the middles and radii of the faces: no face is nearer than its ball, the nearest no
    farther than the nearest middle.
    """
    gap, normal = np.zeros(len(points)), np.zeros((len(points), 3))
    middle, size = balls
    apart = np.zeros(len(corners))
    for i in range(len(points)):
        x, y, z = points[i]
        for f in range(len(corners)):
            dx, dy, dz = x - middle[f, 0], y - middle[f, 1], z - middle[f, 2]
            apart[f] = np.sqrt(dx * dx + dy * dy + dz * dz)
        bound = (1.0 + ROUND_OFF) * apart.min()
        best, face, feature, near = np.inf, 0, 0, points[i]
        for f in range(len(corners)):
            if apart[f] - size[f] > bound:
                continue
            found, q = _closest(points[i], corners[f, 0], corners[f, 1], corners[f, 2])
            square = (points[i] - q) @ (points[i] - q)
            if square < best:
                best, face, feature, near = square, f, found, q
        outward, way = normals[face, feature], points[i] - near
        sign = 1.0 if way @ outward >= 0.0 else -1.0
        gap[i] = sign * np.sqrt(best)
        straight = feature == FACE or gap[i] * gap[i] < ON_FEATURE * ON_FEATURE
        normal[i] = outward if straight else way / gap[i]
    return gap, normal


@njit(cache=True)
def _closest(  # noqa: PLR0911 - one return a feature
    p: FloatArray, a: FloatArray, b: FloatArray, c: FloatArray
) -> tuple[int, FloatArray]:
    """Feature and point of a triangle nearest to p (Ericson 2005, Real-Time Collision §5.1.5)."""
    ab, ac = b - a, c - a
    d1, d2 = ab @ (p - a), ac @ (p - a)
    d3, d4 = ab @ (p - b), ac @ (p - b)
    d5, d6 = ab @ (p - c), ac @ (p - c)
    if d1 <= 0.0 and d2 <= 0.0:
        return 0, a
    if d3 >= 0.0 and d4 <= d3:
        return 1, b
    if d6 >= 0.0 and d5 <= d6:
        return 2, c
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    if vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        return 3, a + d1 / (d1 - d3) * ab
    if vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        return 5, a + d2 / (d2 - d6) * ac
    if va <= 0.0 and d4 >= d3 and d5 >= d6:
        return 4, b + (d4 - d3) / ((d4 - d3) + (d5 - d6)) * (c - b)
    # the inside, from the plane: the barycentric sum would leave round-off in the distance
    n = np.cross(ab, ac)
    return FACE, p - ((p - a) @ n) / (n @ n) * n
