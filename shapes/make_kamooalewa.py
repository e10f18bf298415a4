"""Make the shapes of (469219) Kamo'oalewa: kamooalewa.obj, an angular fragment, and ellipsoids.

No shape model is published.  Known are an extent of about 20 m and an angular, fragment-like look
in the first resolved image (CNSA, 6 July 2026), a/b of about 1.4 (Sharkey et al. 2026,
arXiv:2606.24017) and b/a 0.67, c/a 0.56 (cellinoid fit of the light curve); taken: 20 x 14.3 x
12 m.  A fragment is broken along planes, so this one is an ellipsoid cut by random planes, then
stretched until its extents along its own principal axes are these.  Everything else about it is
made up.  The other published sizes are made as ellipsoids, which is all that is known of them.

Run from the root of the repository:  python shapes/make_kamooalewa.py
The same seed makes the same files; their sha256 go to registry.toml.
"""

from hashlib import sha256
from pathlib import Path

import numpy as np
import trimesh
from scipy.spatial import ConvexHull, HalfspaceIntersection

from sampling_sim.asteroid.mesh import Mesh
from sampling_sim.asteroid.shape import shape_from_mesh
from sampling_sim.constants import FloatArray, IntArray

EXTENTS = np.array([20.0, 14.3, 12.0])
"""[m] along the principal axes, longest first."""

SEED = 22
"""chosen: of the first sixty the one with the widest flat ground at +x, 1 m to the nearest edge."""

PLANE_COUNT = 88
"""chosen: some 160 faces, so that gravity is cheap."""

DEPTH = (0.85, 1.0)
"""Distance of the planes over the ellipsoid's; chosen: uneven, so that the faces differ in size."""

SHORTEST_EDGE = 0.6
"""[m] corners nearer than this are joined; chosen: keeps slivers out."""

ELLIPSOIDS = {
    "kamooalewa-21x15x15.obj": (21.0, 15.0, 15.0),
    "kamooalewa-20x13x11.obj": (20.0, 13.4, 11.2),
    "kamooalewa-sphere.obj": (18.0, 18.0, 18.0),
    "kamooalewa-58x36x36.obj": (58.0, 36.0, 36.0),
}
"""[m] extents of the other published models, by file."""

SUBDIVISIONS = 3
"""Of the icosahedron; chosen: 1280 faces, the volume 0.9 % short of the ellipsoid's."""


def fragment(seed: int = SEED) -> Mesh:
    """Fragment in its principal axes [m], coordinates rounded to 0.1 mm."""
    corners = _broken_block(np.random.default_rng(seed))
    vertices, faces = _hull(_joined(corners))
    for _ in range(100):
        shape = shape_from_mesh(vertices, faces)
        stretch = EXTENTS / shape.extents
        vertices = shape.vertices
        if np.abs(stretch - 1.0).max() < 1e-6:
            break
        # stretching turns the principal axes a little: repeat
        vertices = vertices * stretch
    return Mesh(np.round(vertices, 4), faces)


def _broken_block(rng: np.random.Generator) -> FloatArray:
    """Corners of the block that random planes leave of the ellipsoid, shape (n, 3)."""
    normals = rng.normal(size=(PLANE_COUNT, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    # distance of the ellipsoid's tangent plane with this normal
    distance = np.linalg.norm(normals * EXTENTS / 2.0, axis=1) * rng.uniform(*DEPTH, PLANE_COUNT)
    planes = np.column_stack([normals, -distance])
    return HalfspaceIntersection(planes, np.zeros(3)).intersections


def _joined(corners: FloatArray) -> FloatArray:
    """Corners with those closer than the shortest edge replaced by their mean, nearest first."""
    while True:
        gaps = np.linalg.norm(corners[:, None] - corners[None], axis=2)
        np.fill_diagonal(gaps, np.inf)
        i, j = np.unravel_index(np.argmin(gaps), gaps.shape)
        if gaps[i, j] >= SHORTEST_EDGE:
            return corners
        middle = 0.5 * (corners[i] + corners[j])
        corners = np.vstack([np.delete(corners, [i, j], axis=0), middle])


def _hull(points: FloatArray) -> tuple[FloatArray, IntArray]:
    """Convex hull: vertices, and triangles counter-clockwise seen from outside."""
    hull = ConvexHull(points)
    a, b, c = np.moveaxis(points[hull.simplices], 1, 0)
    inward = np.einsum("ij,ij->i", np.cross(b - a, c - a), hull.equations[:, :3]) < 0.0
    faces = hull.simplices.copy()
    faces[inward] = faces[inward][:, ::-1]
    used, index = np.unique(faces, return_inverse=True)
    return points[used], index.reshape(-1, 3).astype(np.int64)


def ellipsoid(extents: tuple[float, float, float]) -> Mesh:
    """Ellipsoid with its corners on the true surface [m]."""
    sphere = trimesh.creation.icosphere(subdivisions=SUBDIVISIONS)
    vertices = np.asarray(sphere.vertices) * np.array(extents) / 2.0
    # to 0.1 µm, so that equal moments stay equal; adding zero makes -0.0 into 0.0
    return Mesh(np.round(vertices, 7) + 0.0, np.array(sphere.faces, np.int64))


def obj_text(mesh: Mesh, size: str, digits: int) -> str:
    """Wavefront OBJ of a mesh in metres, with so many digits after the point."""
    lines = [f"# Kamo'oalewa, {size} m, metres; made by make_kamooalewa.py"]
    lines += [f"v {x:.{digits}f} {y:.{digits}f} {z:.{digits}f}" for x, y, z in mesh.vertices]
    lines += [f"f {i} {j} {k}" for i, j, k in mesh.faces + 1]
    return "\n".join(lines) + "\n"


def meshes() -> dict[str, tuple[Mesh, FloatArray]]:
    """Every mesh and its extents [m], by file."""
    found = {name: (ellipsoid(e), np.array(e)) for name, e in ELLIPSOIDS.items()}
    return {"kamooalewa.obj": (fragment(), EXTENTS), **found}


if __name__ == "__main__":
    for name, (mesh, extents) in meshes().items():
        path = Path(__file__).with_name(name)
        size = " x ".join(f"{extent:g}" for extent in extents)
        digits = 7 if name in ELLIPSOIDS else 4
        path.write_text(obj_text(mesh, size, digits), encoding="utf-8")
        print(f"{path.name}: sha256 {sha256(path.read_bytes()).hexdigest()}")
