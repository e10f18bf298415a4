"""Distance to a mesh, asking the faces that can be nearest and asking all; run by `make bench`.

The same compiled search: with balls of infinite size about its faces none is left out.  In turns,
so that a busy machine slows both.
"""

from time import perf_counter

import numpy as np
import pytest
import trimesh

from sampling_sim.world.surfaces import MeshSurface, _signed_distance

POINTS, TURNS, NEAR = 200, 7, 0.5
"""Points asked at once, times that both are asked, [m] from the unit sphere at most."""


def seconds(*arguments):
    """Time of one search."""
    start = perf_counter()
    _signed_distance(*arguments)
    return perf_counter() - start


@pytest.mark.bench
@pytest.mark.parametrize("halvings", [2, 3, 4])
def test_faces_left_out(figures, halvings):
    """A ball of 320 to 5120 faces; the distances are the same bits."""
    mesh = trimesh.creation.icosphere(halvings)
    surface = MeshSurface(np.array(mesh.vertices), np.array(mesh.faces))
    rng = np.random.default_rng(1)
    points = rng.normal(size=(POINTS, 3))
    points *= (rng.uniform(1.0, 1.0 + NEAR, POINTS) / np.linalg.norm(points, axis=1))[:, None]
    known = (points, surface._corners, surface._normals)
    some = (surface._middles, surface._sizes)
    every = (surface._middles, np.full_like(surface._sizes, np.inf))
    found = [_signed_distance(*known, balls)[0] for balls in (some, every)]
    assert np.array_equal(*found)
    taken = np.array([[seconds(*known, some), seconds(*known, every)] for _ in range(TURNS)])
    ours, all_faces = np.median(taken, axis=0) / POINTS * 1e6
    figures.append(
        {
            "name": f"distance to a mesh of {len(mesh.faces)} faces", "unit": "us a point",
            "ours": ours, "peer": all_faces, "peer_version": "all faces",
            "ratio": all_faces / ours,
            "command": "python -m pytest -m bench -s tests/bench/test_mesh_contact_speed.py",
        }
    )  # fmt: skip
