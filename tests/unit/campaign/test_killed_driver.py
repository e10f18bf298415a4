"""kill -9 of the driver at any moment: nothing finished is lost, run again, or held twice.

What is killed, and how it is watched: `kill_trials.py`.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("kill_trials.py")
ROOT = Path(__file__).parents[3]


def killed(tmp_path: Path, replicates: int, kills: int, step: int) -> dict[str, Any]:
    """Facts of all trials, each of which must have gone well."""
    arguments = [str(tmp_path), str(replicates), str(kills), str(step), "1"]
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), *arguments],
        check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout)
    for trial in facts["trials"]:
        assert trial["exit"] == 0, (trial, done.stderr)
        assert trial["lost"] == 0, trial
        assert trial["run_again"] == 0, trial
        assert trial["resume_ran_just_the_rest"], trial
        assert trial["differing"] == [], trial
        assert trial["left"] == [], trial
    return facts


def places(facts: dict[str, Any]) -> set[str]:
    return {place for trial in facts["trials"] for _, place in trial["kills"]}


def test_a_driver_killed_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    """Six moments drawn uniformly, and every 40th call that changes the disk."""
    facts = killed(tmp_path, replicates=5, kills=6, step=40)
    assert sum(len(trial["kills"]) for trial in facts["trials"]) >= 6 + facts["steps"] // 40


@pytest.mark.slow
def test_a_driver_killed_at_a_hundred_moments_loses_nothing(tmp_path: Path) -> None:
    """Drawn uniformly over the whole sweep, the last merge included."""
    facts = killed(tmp_path, replicates=40, kills=100, step=0)
    assert {"in the last merge", "while a batch or a merge of small files was written"} <= places(
        facts
    )


@pytest.mark.slow
def test_a_driver_killed_between_any_two_changes_of_the_disk_loses_nothing(tmp_path: Path) -> None:
    """At each of the calls that change the disk, so everywhere, however quick that place is."""
    facts = killed(tmp_path, replicates=6, kills=0, step=1)
    assert {"before the folder", "in the last merge", "while the folder was removed"} <= places(
        facts
    )
