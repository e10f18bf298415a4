"""Repair of a mesh: what trimesh can mend, each step that changed something noted.

In: a `Mesh` of sound arrays; out: another, with the notes added to its `problems`.  Steps: merge
vertices, remove faces without area or doubled, turn faces like their neighbours, fill holes, turn
all outward.  Several bodies, lost vertices and surfaces through themselves are not mended.
"""

from typing import Any

import numpy as np

from sampling_sim.asteroid.mesh import Mesh, degenerate_faces, signed_volume


def repaired(mesh: Mesh) -> Mesh:
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
    flat = degenerate_faces(body.vertices, body.faces)
    doubled = ~flat & ~body.unique_faces()
    if flat.any():
        note("degenerate-faces", f"removed {int(flat.sum())} face(s) without area")
    if doubled.any():
        note("duplicate-faces", f"removed {int(doubled.sum())} face(s) that stood twice")
    if (flat | doubled).any():
        body.update_faces(~(flat | doubled))
    if not len(body.faces):
        return Mesh(np.array(body.vertices, float), np.zeros((0, 3), np.int64), problems)
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
