"""Self-intersection of a mesh: pairs of faces with a point in common that they should not share.

In: vertices and faces with areas; out: how many such pairs there are, and the first of them.
Broad phase: faces sorted along the longest axis of the mesh and swept, boxes compared.  Narrow
phase, by how many vertices two faces share: 0: each edge against the other face; 1: the edge
opposite the shared vertex against the other face, both ways (what two such faces share is a
segment from that vertex, which ends on one of these); 2: one folded onto the other; 3: the same
face, left to the check of duplicates.  Contact counts, since a surface without intersection does
not touch itself.
"""

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray, IntArray

UNCERTAINTY = 1e-14
"""Displacement of a vertex over the mesh's size under which signs must hold; chosen: several
times the rounding of coordinates that were turned and scaled in float64."""

KEPT_PAIRS = 1000
"""Pairs returned at most; chosen: enough to find the places."""


def intersecting_faces(vertices: FloatArray, faces: IntArray) -> tuple[int, IntArray]:
    """Count the pairs of faces that touch or pass through each other, and name some.

    Parameters
    ----------
    vertices
        Shape (nv, 3), finite.
    faces
        Shape (nf, 3); each with an area.

    Returns
    -------
    Number of pairs, and the first of them (at most `KEPT_PAIRS`), lower index first, shape (n, 2).
    Neighbours along an edge count only where one is folded onto the other.

    Notes
    -----
    O(n²) boxes compared at worst, about n^1.5 on a body; 49,152 faces of Bennu take 0.25 s.
    """
    corners = vertices[faces]
    low, high = corners.min(1), corners.max(1)
    extents = np.ptp(vertices, axis=0)
    axis = int(np.argmax(extents))
    order = np.argsort(low[:, axis], kind="stable")
    # sorted copies keep the sweep in cache
    count, pairs = _sweep(
        np.ascontiguousarray(vertices, dtype=np.float64),
        np.ascontiguousarray(faces[order], dtype=np.int64),
        low[order],
        high[order],
        axis,
        UNCERTAINTY * float(extents.max()),
        KEPT_PAIRS,
    )
    pairs = np.sort(order[pairs], axis=1)
    return int(count), pairs[np.lexsort(pairs.T[::-1])]


@njit(cache=True)
def _sweep(
    vertices: FloatArray,
    faces: IntArray,
    low: FloatArray,
    high: FloatArray,
    axis: int,
    shift: float,
    kept: int,
) -> tuple[int, IntArray]:
    """Intersecting pairs of faces that are sorted by `low` along `axis`."""
    second, third = (axis + 1) % 3, (axis + 2) % 3
    pairs = np.zeros((kept, 2), np.int64)
    count = 0
    for i in range(len(faces)):
        for j in range(i + 1, len(faces)):
            if low[j, axis] > high[i, axis]:
                break
            if low[j, second] > high[i, second] or high[j, second] < low[i, second]:
                continue
            if low[j, third] > high[i, third] or high[j, third] < low[i, third]:
                continue
            if _faces_meet(vertices, faces[i], faces[j], shift):
                if count < kept:
                    pairs[count, 0], pairs[count, 1] = i, j
                count += 1
    return count, pairs[: min(count, kept)]


@njit(cache=True)
def _faces_meet(v: FloatArray, f: IntArray, g: IntArray, shift: float) -> bool:
    """Whether faces f and g meet elsewhere than in the vertices they share."""
    shared, at_f, at_g = 0, 0, 0  # the place of one shared vertex, and the sums of all places
    sum_f, sum_g = 0, 0
    for i in range(3):
        for j in range(3):
            if f[i] == g[j]:
                shared, at_f, at_g = shared + 1, i, j
                sum_f, sum_g = sum_f + i, sum_g + j
    if shared == 3:
        return False
    if shared == 2:  # places sum to 3: the third is what is missing
        return _folded(v, f, g, 3 - sum_f, 3 - sum_g, shift)
    if shared == 1:
        return _edge_meets_face(
            v[f[(at_f + 1) % 3]], v[f[(at_f + 2) % 3]], v, g, shift
        ) or _edge_meets_face(v[g[(at_g + 1) % 3]], v[g[(at_g + 2) % 3]], v, f, shift)
    for i in range(3):
        if _edge_meets_face(v[f[i]], v[f[(i + 1) % 3]], v, g, shift):
            return True
        if _edge_meets_face(v[g[i]], v[g[(i + 1) % 3]], v, f, shift):
            return True
    return False


@njit(cache=True)
def _folded(v: FloatArray, f: IntArray, g: IntArray, i: int, j: int, shift: float) -> bool:
    """Whether faces with a common edge, opposite their vertices i and j, lie on each other."""
    a, b, c, d = v[f[(i + 1) % 3]], v[f[(i + 2) % 3]], v[f[i]], v[g[j]]
    if _side(a, b, c, d, shift) != 0:
        return False
    return bool(np.dot(np.cross(b - a, c - a), np.cross(b - a, d - a)) > 0.0)


@njit(cache=True)
def _edge_meets_face(
    p: FloatArray, q: FloatArray, v: FloatArray, face: IntArray, shift: float
) -> bool:
    """Whether the segment pq has a point in common with a face."""
    a, b, c = v[face[0]], v[face[1]], v[face[2]]
    at_p, at_q = _side(a, b, c, p, shift), _side(a, b, c, q, shift)
    if at_p * at_q > 0:
        return False
    if at_p == 0 and at_q == 0:
        return _meets_in_plane(p, q, a, b, c, shift)
    ab, bc, ca = _side(p, q, a, b, shift), _side(p, q, b, c, shift), _side(p, q, c, a, shift)
    if ab == 0 and bc == 0 and ca == 0:
        return _meets_in_plane(p, q, a, b, c, shift)
    return max(ab, bc, ca) <= 0 or min(ab, bc, ca) >= 0


@njit(cache=True)
def _side(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray, shift: float) -> int:
    """Sign of the volume abcd; 0 where displacements by `shift` could change it."""
    ux, uy, uz = a[0] - d[0], a[1] - d[1], a[2] - d[2]
    vx, vy, vz = b[0] - d[0], b[1] - d[1], b[2] - d[2]
    wx, wy, wz = c[0] - d[0], c[1] - d[1], c[2] - d[2]
    volume = ux * (vy * wz - vz * wy) + uy * (vz * wx - vx * wz) + uz * (vx * wy - vy * wx)
    u, v, w = abs(ux) + abs(uy) + abs(uz), abs(vx) + abs(vy) + abs(vz), abs(wx) + abs(wy) + abs(wz)
    if abs(volume) <= shift * (u * v + v * w + w * u):
        return 0
    return 1 if volume > 0.0 else -1


@njit(cache=True)
def _meets_in_plane(
    p: FloatArray, q: FloatArray, a: FloatArray, b: FloatArray, c: FloatArray, shift: float
) -> bool:
    """`_edge_meets_face` for a segment in the plane of the face: the same, projected."""
    normal = np.abs(np.cross(b - a, c - a))
    drop = np.argmax(normal)
    x, y = (drop + 1) % 3, (drop + 2) % 3
    ab, bc, ca = (
        _turn(a, b, p, x, y, shift),
        _turn(b, c, p, x, y, shift),
        _turn(c, a, p, x, y, shift),
    )
    if max(ab, bc, ca) <= 0 or min(ab, bc, ca) >= 0:
        return True
    return (
        _segments_meet(p, q, a, b, x, y, shift)
        or _segments_meet(p, q, b, c, x, y, shift)
        or _segments_meet(p, q, c, a, x, y, shift)
    )


@njit(cache=True)
def _segments_meet(
    p: FloatArray, q: FloatArray, a: FloatArray, b: FloatArray, x: int, y: int, shift: float
) -> bool:
    """Whether segments pq and ab have a point in common, in the plane of axes x and y."""
    at_a, at_b = _turn(p, q, a, x, y, shift), _turn(p, q, b, x, y, shift)
    at_p, at_q = _turn(a, b, p, x, y, shift), _turn(a, b, q, x, y, shift)
    if at_a * at_b > 0 or at_p * at_q > 0:
        return False
    # where all are on one line, the intervals decide; elsewhere their boxes meet anyway
    return (
        min(p[x], q[x]) <= max(a[x], b[x])
        and min(a[x], b[x]) <= max(p[x], q[x])
        and min(p[y], q[y]) <= max(a[y], b[y])
        and min(a[y], b[y]) <= max(p[y], q[y])
    )


@njit(cache=True)
def _turn(a: FloatArray, b: FloatArray, c: FloatArray, x: int, y: int, shift: float) -> int:
    """Sign of the turn abc in the plane of axes x and y; 0 where `shift` could change it."""
    ux, uy, vx, vy = a[x] - c[x], a[y] - c[y], b[x] - c[x], b[y] - c[y]
    area = ux * vy - uy * vx
    if abs(area) <= shift * (abs(ux) + abs(uy) + abs(vx) + abs(vy)):
        return 0
    return 1 if area > 0.0 else -1
