"""Size and frames a second of a replay of 10,000 grains x 200 snapshots; run by `make bench`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("replay_page.py")
UNITS = {"_s": "s", "_MB": "MB", "_second": "1/s", "ms_a_frame": "ms"}


@pytest.mark.bench
def test_a_replay_of_many_grains(figures):
    """Size is held to the budget; frames a second are recorded, as the machine may be busy."""
    if not shutil.which("chromium"):
        pytest.skip("no Chromium on this machine; tests/browser/install.sh says how to get one")
    done = subprocess.run([sys.executable, str(SCRIPT)], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    for name, value in found.items():
        unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), "1")
        figures.append(
            {
                "name": f"replay of 10,000 grains x 200: {name}", "unit": unit, "ours": value,
                "peer": None, "peer_version": None, "ratio": None,
                "command": "python tests/bench/replay_page.py",
            }
        )  # fmt: skip
    assert found["size_MB"] < 25.0
