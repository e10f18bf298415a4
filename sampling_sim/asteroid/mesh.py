"""Triangle meshes: the type and its plain geometry.

Reading is in `formats.py`, the checks in `mesh_checks.py`, repair in `mesh_repair.py`.
"""

from dataclasses import dataclass, field

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray, IntArray

Problem = tuple[str, str]
"""Code and message of something that was found in a mesh."""

DEGENERATE = 1e-12
"""Smallest area of a face over the square of the mesh's size; chosen: well above round-off."""


LARGEST = 1e10
"""Largest coordinate in a file; chosen: 1000 km in tenths of a millimetre, far from overflow."""


@dataclass
class Mesh:
    """Triangle mesh in the axes and the unit of its file."""

    vertices: FloatArray
    """Shape (nv, 3)."""
    faces: IntArray
    """Shape (nf, 3), counter-clockwise seen from outside."""
    problems: list[Problem] = field(default_factory=list)
    """What was mended or let pass."""


def edge_faces(faces: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Undirected edges, how many faces each has, and the edge of every side of every face.

    Returns
    -------
    Edges, lower vertex first, shape (ne, 2); number of faces of each, shape (ne,); index of the
    edge of the sides 01, 12, 20 of each face, shape (nf, 3).
    """
    sides = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    edges, edge_of_side, count = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    return edges, count, edge_of_side.reshape(-1, 3)


def signed_volume(vertices: FloatArray, faces: IntArray) -> float:
    """Volume of a closed mesh, negative if its normals point inward."""
    a, b, c = np.moveaxis((vertices - vertices.mean(0))[faces], 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)


def sound_vertices(vertices: FloatArray) -> BoolArray:
    """Whether each vertex is finite and its coordinates not over `LARGEST`, shape (nv,)."""
    return np.asarray((np.abs(vertices) <= LARGEST).all(1))


def face_areas(vertices: FloatArray, faces: IntArray) -> FloatArray:
    """Areas of the faces, shape (nf,)."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)


def degenerate_faces(vertices: FloatArray, faces: IntArray) -> BoolArray:
    """Whether each face has no area to speak of (`DEGENERATE`), shape (nf,)."""
    size = np.ptp(vertices, axis=0).max()
    return np.asarray(face_areas(vertices, faces) <= DEGENERATE * size**2)


def share_equal_vertices(mesh: Mesh) -> bool:
    """Let faces share vertices with equal coordinates; whether there were any.

    Faces that name no vertex are left to the checks.
    """
    if mesh.faces.min(initial=0) < 0 or mesh.faces.max(initial=-1) >= len(mesh.vertices):
        return False
    vertices, index = np.unique(mesh.vertices, axis=0, return_inverse=True)
    if len(vertices) == len(mesh.vertices):
        return False
    mesh.vertices, mesh.faces = vertices, index.reshape(-1)[mesh.faces]
    return True


def drop_unused_vertices(mesh: Mesh) -> None:
    """Leave out vertices of no face: they would count in the extents."""
    used, index = np.unique(mesh.faces, return_inverse=True)
    unused = len(mesh.vertices) - len(used)
    if unused:
        mesh.problems.append(("unused-vertices", f"{unused} vertices of no face were left out"))
        mesh.vertices, mesh.faces = mesh.vertices[used], index.reshape(-1, 3)
