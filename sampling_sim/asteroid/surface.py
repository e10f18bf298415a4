"""The whole surface as sample points: one a face, faces halved until there are enough of them.

In: a `Shape`; out: centres, normals and areas in B, which faces are neighbours, and which face is
met in each direction.  Halving changes no plane: a large face is sampled at several of its points.
"""

from dataclasses import dataclass
from math import acos, asin, cos, pi, sin

import numpy as np

from sampling_sim.asteroid.mesh import edge_faces
from sampling_sim.asteroid.shape import Shape
from sampling_sim.compiling import njit
from sampling_sim.constants import BoolArray, FloatArray, IntArray

LEAST_FACES = 10_000
"""For a map; chosen: about one sample a pixel of 2 degrees; the polyhedron stays as it is."""
FINE_FACES, FINE_COST = 150_000, 5e8
"""For areas: samples that are enough, and samples times faces that are not passed; chosen: a region
of 0.3 m² on the default body has 70 samples, and a survey takes seconds."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Surface:
    """A mesh as samples of the surface; arrays over its nf faces."""

    vertices: FloatArray
    """[m] in B, shape (nv, 3)."""
    faces: IntArray
    """Vertex indices, counter-clockwise seen from outside, shape (nf, 3)."""
    centre: FloatArray
    """[m] middle of each face, in B, shape (nf, 3)."""
    normal: FloatArray
    """Outward unit normals in B, shape (nf, 3)."""
    area: FloatArray
    """[m²], shape (nf,)."""


def surface_samples(shape: Shape, least_faces: int = LEAST_FACES) -> Surface:
    """Sample a body's surface in at least `least_faces` places.

    Every face is cut in four at the middles of its sides, all of them equally often, so that the
    mesh stays closed.
    """
    vertices, faces = shape.vertices, shape.faces
    while len(faces) < least_faces:
        vertices, faces = _quartered(vertices, faces)
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    doubled = np.cross(b - a, c - a)
    length = np.linalg.norm(doubled, axis=1)
    return Surface(
        vertices=vertices,
        faces=faces,
        centre=(a + b + c) / 3.0,
        normal=doubled / length[:, None],
        area=0.5 * length,
    )


def fine_face_count(shape: Shape) -> int:
    """Return how many samples the areas of a body are measured with."""
    faces = len(shape.faces)
    count = faces
    while count < FINE_FACES and 4 * count * faces <= FINE_COST:
        count *= 4
    return count


def connected_regions(surface: Surface, wanted: BoolArray) -> IntArray:
    """Label each wanted face with its region, the others with −1, shape (nf,).

    Wanted faces that share a side are of one region.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, _, edge_of_side = edge_faces(surface.faces)
    order = np.argsort(edge_of_side.ravel(), kind="stable")
    first, second = (order // 3).reshape(-1, 2).T  # closed: each edge has two faces
    both = wanted[first] & wanted[second]
    first, second = first[both], second[both]
    count = len(surface.faces)
    graph = coo_array((np.ones(first.size), (first, second)), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    result = np.full(count, -1)
    result[wanted] = np.unique(labels[wanted], return_inverse=True)[1]
    return result


def facing_faces(surface: Surface, rows: int, columns: int) -> IntArray:
    """Outermost face in each direction from the centre of mass, −1 where there is none.

    Returns
    -------
    Shape (rows, columns): latitude falls from north in the middles of `rows` bands, longitude grows
    from −π in the middles of `columns`.
    """
    face = np.full((rows, columns), -1)
    lat = (0.5 - (np.arange(rows) + 0.5) / rows) * pi
    lon = ((np.arange(columns) + 0.5) / columns - 0.5) * 2.0 * pi
    _facing(surface.vertices[surface.faces], lat, lon, face, np.zeros((rows, columns)))
    return face


def _quartered(vertices: FloatArray, faces: IntArray) -> tuple[FloatArray, IntArray]:
    """Mesh with every face cut in four."""
    edges, _, edge_of_side = edge_faces(faces)
    a, b, c = faces.T
    ab, bc, ca = len(vertices) + edge_of_side.T
    parts = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
    return (
        np.vstack([vertices, vertices[edges].mean(1)]),
        np.stack([np.stack(part, axis=1) for part in parts], axis=1).reshape(-1, 3),
    )


@njit(cache=True)
def _facing(
    corners: FloatArray, lat: FloatArray, lon: FloatArray, face: IntArray, farthest: FloatArray
) -> None:
    """Write the outermost outward face of each direction, and its distance.

    A direction d is inside a face when d·(a × b), d·(b × c), d·(c × a) are all positive; it meets
    the plane at a·(b × c) over their sum.  Only directions within the face's cone are tried.
    """
    columns = lon.size
    for f in range(corners.shape[0]):
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        ab, bc, ca = np.cross(a, b), np.cross(b, c), np.cross(c, a)
        volume = a @ bc
        if volume <= 0.0:
            continue
        ua, ub, uc = a / np.sqrt(a @ a), b / np.sqrt(b @ b), c / np.sqrt(c @ c)
        middle = ua + ub + uc
        middle /= np.sqrt(middle @ middle)
        # a cap smaller than half the sphere holds the whole face if it holds its corners
        half = acos(min(1.0, max(-1.0, min(middle @ ua, middle @ ub, middle @ uc)))) + 1e-9
        north = asin(min(1.0, max(-1.0, middle[2])))
        reach = pi
        if half < 0.5 * pi and abs(north) + half < 0.5 * pi:
            reach = asin(sin(half) / cos(north))
        centre = np.arctan2(middle[1], middle[0])
        first = int(np.floor((centre - reach + pi) / (2.0 * pi) * columns)) - 1
        last = min(first + columns, int(np.ceil((centre + reach + pi) / (2.0 * pi) * columns)) + 1)
        for i in range(lat.size):
            if half < 0.5 * pi and abs(lat[i] - north) > half:
                continue
            flat, z = cos(lat[i]), sin(lat[i])
            for k in range(first, last):
                j = k % columns
                x, y = flat * cos(lon[j]), flat * sin(lon[j])
                u = x * bc[0] + y * bc[1] + z * bc[2]
                v = x * ca[0] + y * ca[1] + z * ca[2]
                w = x * ab[0] + y * ab[1] + z * ab[2]
                slack = -1e-12 * (abs(u) + abs(v) + abs(w))
                if min(u, v, w) < slack:
                    continue
                distance = volume / (u + v + w)
                if distance > farthest[i, j]:
                    farthest[i, j], face[i, j] = distance, f
