"""A million cases through the store, against its budget; run by `make bench` (some minutes)."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("million_cases.py")


@pytest.mark.bench
def test_a_million_cases(measured, tmp_path):
    """Size is held to the budget; times are recorded, as the machine may have other work."""
    found = measured("store of a million cases", "million_cases.py", 1_000_000, tmp_path)
    assert found["bytes_a_case"] < found["budget_bytes_a_case"]
    assert found["files_before_merge"] < 300


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    folder = str(tmp_path / "none")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "10", folder], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, f"{folder}: no such folder\n")
