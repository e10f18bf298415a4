"""Checks of a mesh: all that keeps it from being one closed surface with outward normals.

In: a `Mesh`; out: lists of (code, message), most telling first.  Reasons to refuse and things that
are only reported (a surface that passes through itself) come from separate functions.
"""

from pathlib import Path

import numpy as np

from sampling_sim.asteroid.mesh import (
    DEGENERATE,
    LARGEST,
    Mesh,
    Problem,
    degenerate_faces,
    edge_faces,
    signed_volume,
    sound_vertices,
)
from sampling_sim.asteroid.mesh_intersection import intersecting_faces
from sampling_sim.constants import FloatArray, IntArray


def array_faults(mesh: Mesh, file: Path) -> list[Problem]:
    """Reasons why the arrays are no triangle mesh of a body."""
    if not len(mesh.faces):
        return [("empty", f"{file}: holds no faces; needs a closed triangle mesh")]
    found = []
    if mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices):
        worst = mesh.faces.max() if mesh.faces.max() >= len(mesh.vertices) else mesh.faces.min()
        found.append(
            (
                "face-index",
                f"{file}: a face names vertex {int(worst) + 1} (counted from 1) of "
                f"{len(mesh.vertices)}",
            )
        )
    sound = sound_vertices(mesh.vertices)
    if not sound.all():
        bad = int(np.flatnonzero(~sound)[0])
        found.append(
            (
                "non-finite-vertex",
                f"{file}: vertex {bad + 1} is {mesh.vertices[bad].tolist()}; must be finite, and "
                f"not over {LARGEST:g}",
            )
        )
    if len(mesh.faces) < 4:
        found.append(
            (
                "too-few-faces",
                f"{file}: has {len(mesh.faces)} face(s); a closed body has at least 4",
            )
        )
    return found


def surface_faults(mesh: Mesh, file: Path) -> list[Problem]:
    """Reasons why a mesh of sound indices is not one closed surface with outward normals.

    What needs coordinates is left out where one is not sound.
    """
    sound = sound_vertices(mesh.vertices).all()
    found = _face_faults(mesh, file) if sound else []
    edges, count, edge_of_side = edge_faces(mesh.faces)
    found += _edge_faults(mesh.vertices, count, file)
    parts = _component_count(edge_of_side, len(edges))
    if parts > 1:
        found.append(
            (
                "several-components",
                f"{file}: {parts} separate surfaces; must be one, without cavities",
            )
        )
    # side from the lower vertex to the higher: one of the two faces of an edge goes each way
    forward = (mesh.faces < np.roll(mesh.faces, -1, axis=1)).ravel()
    goes_forward = np.bincount(edge_of_side.ravel(), forward, len(edges))
    disagreeing = int(((goes_forward != 1) & (count == 2)).sum())
    if disagreeing:
        found.append(
            (
                "inconsistent-winding",
                f"{file}: at {disagreeing} edge(s) neighbouring faces turn opposite ways; "
                "try repair",
            )
        )
    if sound and not found:
        found += _volume_faults(mesh, file)
    return found


def intersection_notes(mesh: Mesh, file: Path) -> list[Problem]:
    """Report where the surface touches or passes through itself, if all faces have areas."""
    if not sound_vertices(mesh.vertices).all() or degenerate_faces(mesh.vertices, mesh.faces).any():
        return []
    count, pairs = intersecting_faces(mesh.vertices, mesh.faces)
    if not count:
        return []
    first, second = pairs[0] + 1
    return [
        (
            "self-intersecting",
            f"{file}: {count} pair(s) of faces touch or pass through each other, as faces {first} "
            f"and {second} (counted from 1); what overlaps counts twice in volume and gravity",
        )
    ]


def _face_faults(mesh: Mesh, file: Path) -> list[Problem]:
    found = []
    flat = degenerate_faces(mesh.vertices, mesh.faces)
    if flat.any():
        found.append(
            (
                "degenerate-faces",
                f"{file}: {int(flat.sum())} face(s) without area, as face "
                f"{int(np.flatnonzero(flat)[0]) + 1}; try repair",
            )
        )
    doubled = len(mesh.faces) - len(np.unique(np.sort(mesh.faces, axis=1), axis=0))
    if doubled:
        found.append(
            ("duplicate-faces", f"{file}: {doubled} face(s) stand twice or more; try repair")
        )
    return found


def _edge_faults(vertices: FloatArray, count: IntArray, file: Path) -> list[Problem]:
    found = []
    open_edges, crowded = int((count == 1).sum()), int((count > 2).sum())
    doubled = len(vertices) - len(np.unique(vertices, axis=0))
    if open_edges and doubled:
        found.append(
            (
                "duplicate-vertices",
                f"{file}: {doubled} vertices repeat the place of another, so that faces do not "
                "share edges; try repair",
            )
        )
    if open_edges:
        found.append(
            (
                "not-closed",
                f"{file}: {open_edges} edge(s) with one face only; every edge must have two; "
                "try repair",
            )
        )
    if crowded:
        found.append(("crowded-edges", f"{file}: {crowded} edge(s) shared by more than two faces"))
    return found


def _volume_faults(mesh: Mesh, file: Path) -> list[Problem]:
    volume = signed_volume(mesh.vertices, mesh.faces)
    if abs(volume) <= DEGENERATE * np.ptp(mesh.vertices, axis=0).max() ** 3:
        return [("no-volume", f"{file}: the surface encloses no volume (it is flat)")]
    if volume < 0.0:
        return [("inside-out", f"{file}: normals point inward (volume {volume:.3g}); try repair")]
    return []


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
