"""A million cases through the store, against its budget; run by `make bench` (some minutes)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("million_cases.py")
UNITS = {"_s": "s", "_MiB": "MiB", "ms_a_case": "ms", "bytes_a_case": "B"}


@pytest.mark.bench
def test_a_million_cases(figures, tmp_path):
    """Size is held to the budget; times are recorded, as the machine may have other work."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "1000000", str(tmp_path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    for name, value in found.items():
        unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), "1")
        figures.append(
            {
                "name": f"store of a million cases: {name}", "unit": unit, "ours": value,
                "peer": None, "peer_version": None, "ratio": None,
                "command": "python tests/bench/million_cases.py",
            }
        )  # fmt: skip
    assert found["bytes_a_case"] < found["budget_bytes_a_case"]
    assert found["files_before_merge"] < 300


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    folder = str(tmp_path / "none")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "10", folder], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, f"{folder}: no such folder\n")
