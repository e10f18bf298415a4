"""From a mesh file of 50,000 faces to the map on disk, one core; run by `make bench`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "shapes"

WHOLE = """
import json, resource, sys, time
from pathlib import Path
from sampling_sim.asteroid.environment import SurveyParameters
from sampling_sim.asteroid.shape import load_shape
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.asteroid.survey import survey
from sampling_sim.report.maps import draw_maps
start, used = time.perf_counter(), time.process_time()
shape = load_shape(sys.argv[1], "km")
whole = survey(shape, 1190.0, UniformSpin(15466.0), SurveyParameters())
draw_maps(Path(sys.argv[2]), whole)
print(json.dumps({"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - used,
    "faces": len(whole.surface.faces),
    "peak_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0}))
"""


@pytest.mark.bench
def test_whole_map_of_fifty_thousand_faces(figures, tmp_path):
    """Seconds of processor time, reading and drawing included; memory of a process of its own."""
    mesh = DATA / "bennu.obj"
    if not mesh.exists():
        pytest.skip(f"{mesh.name} is not there")
    command = [sys.executable, "-c", WHOLE, str(mesh), str(tmp_path / "map.png")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    for name, unit in (("cpu_seconds", "s"), ("seconds", "s"), ("peak_MiB", "MiB")):
        figures.append(
            {
                "name": f"map of bennu, {found['faces']} faces: {name}", "unit": unit,
                "ours": found[name], "peer": None, "peer_version": None, "ratio": None,
                "command": "make bench",
            }
        )  # fmt: skip
    assert found["faces"] == 49_152
    assert (tmp_path / "map.png").stat().st_size > 100_000
