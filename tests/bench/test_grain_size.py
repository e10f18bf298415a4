"""Cost and memory a grain of a hundred thousand grains, beside five thousand; by `make bench`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from peers.case import shared_packing

PROGRAM = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from peers import ours
from peers.case import shared_packing, tiled

def peak():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # [bytes]

small = shared_packing(5000, warm_up=200, timed=500)
large = tiled(shared_packing(20000, warm_up=200, timed=50), 5)
ours.run(small)
before = peak()  # program, compiler and five thousand grains
found = [(ours.run(small), ours.run(large)) for _ in range(3)]
grown = peak() - before
solver = ours.solver_of(large)
solver.advance(None, 2)  # makes its lists
state = solver.state()
held = sum(array.nbytes for array in state.values())
# room for near pairs that may become contacts is not written to, so it is no memory yet
rooms = state["lists.contacts.first"].size
share = 1.0 - state["lists.contacts.used"][0] / rooms
held -= share * sum(state["lists.contacts." + name].nbytes for name in ("first", "second", "block"))
print(json.dumps({
    "small": sorted(a.cpu_speed for a, _ in found)[1],
    "large": sorted(b.cpu_speed for _, b in found)[1],
    "coordination": found[0][1].coordination, "grains": large.radius.size,
    "grown": grown / (large.radius.size - small.radius.size),
    "held": held / large.radius.size,
}))
"""


@pytest.mark.bench
def test_cost_and_memory_of_a_hundred_thousand_grains(figures):
    """Five packings of 20,000 side by side, in a process of its own for its memory.

    `held` are the arrays the solver keeps, lists included; `grown` is what the process's peak grew
    by beyond what the compiler had taken already, temporary arrays of the lists included.
    """
    shared_packing(5000, warm_up=0, timed=1)  # skips where there are no packings
    folder = str(Path(__file__).parent)
    command = [sys.executable, "-c", PROGRAM, folder]
    found = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    )
    for name, unit, value in (
        ("cost a grain at 100,000 over 5,000", "ratio", found["small"] / found["large"]),
        ("particle-steps per processor second, 100,000", "particle-steps/s", found["large"]),
        ("memory a grain, arrays held", "bytes", found["held"]),
        ("memory a grain, growth of the process", "bytes", found["grown"]),
    ):
        figures.append(
            {
                "name": name, "unit": unit, "ours": value, "peer": None, "peer_version": None,
                "ratio": None, "command": "make bench",
            }
        )  # fmt: skip
        sys.stdout.write(f"\n{name}: {value:.4g} {unit}\n")
    assert found["grains"] == 100_000
    assert found["held"] < 1024.0
    assert found["coordination"] == pytest.approx(5.04, abs=0.1)
