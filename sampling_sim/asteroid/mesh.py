"""Mesh files: reading, checks, repair.  In: bytes of a file; out: a closed, outward triangle mesh.

Read with trimesh and without its silent processing.  The polyhedron formulas hold for any closed
surface with outward normals, whatever its form; each way in which a mesh is not one has its own
code.  Not checked: surfaces that pass through themselves.
"""

import re
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import ShapeError

Problem = tuple[str, str]
"""Code and message of something that was found in a mesh and mended or let pass."""

DEGENERATE = 1e-12
"""Smallest area of a face over the square of the mesh's size; chosen: well above round-off."""


@dataclass
class Mesh:
    """Triangle mesh in the axes and the unit of its file."""

    vertices: FloatArray
    """Shape (nv, 3)."""
    faces: IntArray
    """Shape (nf, 3), counter-clockwise seen from outside."""
    problems: list[Problem] = field(default_factory=list)


def read_mesh(data: bytes, file: Path, *, repair: bool = False) -> Mesh:
    """Mesh of a file's bytes, checked.

    Parameters
    ----------
    data
        The file's content.
    file
        Its path: the suffix says the format, the rest is for messages.
    repair
        Let trimesh merge vertices, turn faces and fill holes first; what it did is in `problems`.

    Raises
    ------
    ShapeError
        If it cannot be read, or is no closed surface with outward normals.
    """
    mesh = _parsed(data, file)
    _check_arrays(mesh, file)
    if repair:
        mesh = _repaired(mesh)
    _drop_unused_vertices(mesh)
    _check_surface(mesh, file)
    return mesh


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


def _parsed(data: bytes, file: Path) -> Mesh:
    """Vertices and faces as the file has them."""
    import trimesh

    suffix = file.suffix.lower().lstrip(".")
    if suffix == "obj":
        data = _obj_geometry(data, file)
    try:
        loaded: Any = trimesh.load_mesh(BytesIO(data), file_type=suffix, process=False)
        mesh = Mesh(np.array(loaded.vertices, float), np.array(loaded.faces, np.int64))
    except IndexError as error:
        raise ShapeError("face-index", f"{file}: a face names no vertex: {error}") from None
    except Exception as error:  # each of trimesh's readers raises what it pleases
        raise ShapeError("unreadable", f"{file}: cannot be read as a mesh: {error}") from None
    if suffix == "stl" and len(mesh.faces):
        # STL has no indices: every face brings its own three vertices
        mesh.vertices, index = np.unique(mesh.vertices, axis=0, return_inverse=True)
        mesh.faces = index.reshape(-1)[mesh.faces]
        mesh.problems.append(("merged-vertices", "equal vertices were shared: STL has no indices"))
    return mesh


def _obj_geometry(data: bytes, file: Path) -> bytes:
    """Vertex and face lines of an OBJ file, without textures and normals.

    trimesh splits vertices by texture, normal and material, and reads the index 0, which OBJ does
    not have, as the first vertex.
    """
    lines = re.findall(rb"^[ \t]*([vf][ \t].*)", data.replace(b"\\\n", b" "), re.MULTILINE)
    lines = [re.sub(rb"/\S*", b"", line) for line in lines]
    if any(re.search(rb"^f.*\s0(\s|$)", line) for line in lines):
        raise ShapeError("face-index", f"{file}: a face names vertex 0; OBJ counts from 1")
    return b"\n".join(lines) + b"\n"


def _check_arrays(mesh: Mesh, file: Path) -> None:
    """Refuse what is no triangle mesh at all."""
    if not len(mesh.faces):
        raise ShapeError("empty", f"{file}: holds no faces; needs a closed triangle mesh")
    if len(mesh.faces) < 4:
        raise ShapeError(
            "too-few-faces", f"{file}: has {len(mesh.faces)} face(s); a closed body has at least 4"
        )
    if not np.isfinite(mesh.vertices).all():
        bad = int(np.flatnonzero(~np.isfinite(mesh.vertices).all(1))[0])
        raise ShapeError(
            "non-finite-vertex",
            f"{file}: vertex {bad + 1} is {mesh.vertices[bad].tolist()}; must be finite",
        )
    if mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices):
        raise ShapeError(
            "face-index",
            f"{file}: a face names vertex {int(mesh.faces.max()) + 1} of {len(mesh.vertices)}",
        )


def _check_surface(mesh: Mesh, file: Path) -> None:
    """Refuse what is not one closed surface with outward normals."""
    areas = face_areas(mesh.vertices, mesh.faces)
    flat = int((areas <= DEGENERATE * np.ptp(mesh.vertices, axis=0).max() ** 2).sum())
    if flat:
        raise ShapeError("degenerate-faces", f"{file}: {flat} face(s) without area; try repair")
    edges, count, edge_of_side = edge_faces(mesh.faces)
    if (count != 2).any():
        raise ShapeError(
            "not-closed",
            f"{file}: {int((count == 1).sum())} open edge(s) and {int((count > 2).sum())} shared "
            "by more than two faces; every edge must have two; try repair",
        )
    parts = _component_count(edge_of_side, len(edges))
    if parts > 1:
        raise ShapeError("several-components", f"{file}: {parts} separate surfaces; must be one")
    # side from the lower vertex to the higher: one of the two faces of an edge goes each way
    forward = (mesh.faces < np.roll(mesh.faces, -1, axis=1)).ravel()
    disagreeing = int((np.bincount(edge_of_side.ravel(), forward) != 1).sum())
    if disagreeing:
        raise ShapeError(
            "inconsistent-winding",
            f"{file}: at {disagreeing} edge(s) neighbouring faces turn opposite ways; try repair",
        )
    volume = signed_volume(mesh.vertices, mesh.faces)
    if volume <= 0.0:
        raise ShapeError(
            "inside-out", f"{file}: normals point inward (volume {volume:.3g}); try repair"
        )


def face_areas(vertices: FloatArray, faces: IntArray) -> FloatArray:
    """Areas of the faces, shape (nf,)."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)


def _component_count(edge_of_side: IntArray, edge_count: int) -> int:
    """Count the sets of faces that hang together through edges."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # bipartite graph: faces, then edges
    face_count = len(edge_of_side)
    rows = np.repeat(np.arange(face_count), 3)
    size = face_count + edge_count
    graph = coo_array(
        (np.ones(rows.size), (rows, face_count + edge_of_side.ravel())), shape=(size, size)
    )
    return int(connected_components(graph, directed=False)[0])


def _repaired(mesh: Mesh) -> Mesh:
    """Mesh mended by trimesh, each step that changed something noted in `problems`."""
    import trimesh

    body: Any = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    problems = list(mesh.problems)

    def note(code: str, message: str) -> None:
        problems.append((code, f"repair: {message}"))

    vertex_count = len(body.vertices)
    body.merge_vertices()
    if len(body.vertices) < vertex_count:
        note("merged-vertices", f"merged {vertex_count - len(body.vertices)} vertices")
    size = np.ptp(body.vertices, axis=0).max()
    kept = body.unique_faces() & (face_areas(body.vertices, body.faces) > DEGENERATE * size**2)
    if not kept.all():
        note("degenerate-faces", f"removed {int((~kept).sum())} face(s) without area or doubled")
        body.update_faces(kept)
    before = body.faces.copy()
    trimesh.repair.fix_winding(body)
    if not np.array_equal(before, body.faces):
        turned = int((before != body.faces).any(1).sum())
        note("inconsistent-winding", f"turned {turned} face(s) the way of their neighbours")
    face_count = len(body.faces)
    trimesh.repair.fill_holes(body, use_fan=True)
    if len(body.faces) > face_count:
        note("not-closed", f"filled holes with {len(body.faces) - face_count} face(s)")
    if body.is_watertight and signed_volume(body.vertices, body.faces) < 0.0:
        body.invert()
        note("inside-out", "turned all faces outward")
    return Mesh(np.array(body.vertices, float), np.array(body.faces, np.int64), problems)


def _drop_unused_vertices(mesh: Mesh) -> None:
    """Leave out vertices of no face: they would count in the extents."""
    used, index = np.unique(mesh.faces, return_inverse=True)
    unused = len(mesh.vertices) - len(used)
    if unused:
        mesh.problems.append(("unused-vertices", f"{unused} vertices of no face were left out"))
        mesh.vertices, mesh.faces = mesh.vertices[used], index.reshape(-1, 3)
