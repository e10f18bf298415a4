"""Gravity beside polyhedral-gravity, and a map of all of Bennu's surface; run by `make bench`.

One thread and float64 each; potential, acceleration and gradient at the same points in one batch
call each, taken in turns so that a busy machine slows both.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import load_shape

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "shapes"
DENSITY, POINTS, MAP_FACES = 1500.0, 1000, 50_000

MAP = """
import json, resource, sys, time
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import load_shape
shape = load_shape(sys.argv[1], "km")
gravity = GravityPolyhedron(shape, 1190.0)
middles = shape.vertices[shape.faces].mean(axis=1)
gravity.potential_and_acceleration(middles[:1])  # compiled or read from the cache
start = time.perf_counter()
gravity.potential_and_acceleration(middles)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0  # [MiB]
print(json.dumps({"seconds": seconds, "faces": len(middles), "peak": peak}))
"""


def body(name):
    if name == "kamooalewa":
        return load_shape(name)
    if not DATA.is_dir():
        pytest.skip("../shared/data/shapes is not here")
    return load_shape(DATA / name, "km")


def outside(shape):
    """Points at 0.7 to 1.5 of the longest extent."""
    rng = np.random.default_rng(1)
    directions = rng.normal(size=(POINTS, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions * shape.extents.max() * rng.uniform(0.7, 1.5, (POINTS, 1))


def seconds(call):
    start = perf_counter()
    call()
    return perf_counter() - start


@pytest.mark.bench
@pytest.mark.parametrize(
    ("name", "rounds"), [("kamooalewa", 9), ("itokawa_16.obj", 5), ("bennu.obj", 3)]
)
def test_ratio_to_polyhedral_gravity(name, rounds, figures):
    """Ratio of the medians of one run; both must give the same gravity."""
    peer = pytest.importorskip("polyhedral_gravity", reason="pip install -e '.[peers]'")
    shape = body(name)
    points, gravity = outside(shape), GravityPolyhedron(shape, DENSITY)
    theirs = peer.GravityEvaluable(
        peer.Polyhedron(
            (shape.vertices, shape.faces), DENSITY,
            peer.NormalOrientation.OUTWARDS, peer.PolyhedronIntegrity.DISABLE,
        )
    )  # fmt: skip
    as_list = points.tolist()  # what it takes natively: no conversion in its time
    expected = np.array([potential for potential, _, _ in theirs(as_list, False)])
    assert gravity.derivatives(points)[0] == pytest.approx(expected, rel=1e-9)
    ours, peers = [], []
    for _ in range(rounds):
        ours.append(seconds(lambda: gravity.derivatives(points)))
        peers.append(seconds(lambda: theirs(as_list, False)))
    per_pair = 1e6 / (POINTS * len(shape.faces))
    figures.append(
        {
            "name": f"potential, acceleration and gradient, {name}, {POINTS} points",
            "unit": "µs per point and face",
            "ours": float(np.median(ours)) * per_pair,
            "peer": float(np.median(peers)) * per_pair,
            "peer_version": f"polyhedral-gravity {version('polyhedral-gravity')}",
            "ratio": float(np.median(peers) / np.median(ours)),
            "command": "make bench",
        }
    )


@pytest.mark.bench
def test_map_of_fifty_thousand_faces(figures):
    """Potential and attraction at the middle of every face, in a process of its own for memory."""
    if not DATA.is_dir():
        pytest.skip("../shared/data/shapes is not here")
    command = [sys.executable, "-c", MAP, str(DATA / "bennu.obj")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert found["faces"] == pytest.approx(MAP_FACES, rel=0.02)
    figures.append(
        {
            "name": f"map of potential and acceleration, {found['faces']} faces",
            "unit": "s",
            "ours": found["seconds"],
            "process_peak_mib": found["peak"],
            "peer": None,
            "peer_version": None,
            "ratio": None,
            "command": "make bench",
        }
    )
