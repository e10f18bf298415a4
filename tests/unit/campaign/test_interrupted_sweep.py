"""Ctrl-C and kill during a sweep: every finished case is kept, and --resume completes it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sampling_sim.store import read_columns, read_store

SCRIPT = Path(__file__).with_name("interruptible_sweep.py")
ROOT = Path(__file__).parents[3]


def start(experiment: Path, output: Path, *options: str) -> "subprocess.Popen[str]":
    """Start a sweep of 6 cases in a process group of its own, as a terminal would."""
    workers = () if "inline" in options else ("--workers", "2")
    command = [sys.executable, "-W", "error", str(SCRIPT), "sweep", str(experiment),
               "-o", str(output), *workers, *options]  # fmt: skip
    return subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for_cases(process: "subprocess.Popen[str]", count: int) -> None:
    """Read progress lines until so many cases are reported, and so on the disk."""
    assert process.stderr is not None
    for _ in range(count):
        assert "case" in process.stderr.readline()


@pytest.mark.parametrize("where", ["local", "inline"])
def test_ctrl_c_keeps_finished_cases_and_resume_completes_them(
    experiment_file: Path, tmp_path: Path, where: str
) -> None:
    """As a terminal sends it: to the whole process group, workers as well."""
    output = tmp_path / "out.h5"
    options = ("--set", "sequence.pause=0.5", "--executor", where)
    process = start(experiment_file, output, *options)
    wait_for_cases(process, 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert err.splitlines()[-1].startswith(f"sampling-sim: interrupted: {output} keeps")
    assert "Traceback" not in out + err
    kept = read_store(output).columns["case"].tolist()
    assert 2 <= len(kept) < 6
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fake.toml", "out.h5"]

    process = start(experiment_file, output, *options, "--resume")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert err.count("case ") == 6 - len(kept)
    assert read_store(output).columns["case"].tolist() == list(range(6))


@pytest.mark.parametrize("delay", [0.0, 0.8])
def test_ctrl_c_while_the_workers_start_is_one_line_and_keeps_the_old_file(
    experiment_file: Path, tmp_path: Path, delay: float
) -> None:
    output, folder = tmp_path / "out.h5", tmp_path / "out.h5.shards"
    output.write_text("old")
    process = start(experiment_file, output, "--overwrite", "--set", "sequence.pause=5.0")
    while not folder.exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    said = "sampling-sim: interrupted: no case was finished, nothing was written\n"
    assert (process.returncode, out, err) == (130, "", said)
    assert output.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fake.toml", "out.h5"]


def test_a_sweep_killed_outright_leaves_its_shards_and_resume_completes_them(
    experiment_file: Path, tmp_path: Path
) -> None:
    output, options = tmp_path / "out.h5", ("--set", "sequence.pause=0.5")
    process = start(experiment_file, output, *options)
    wait_for_cases(process, 3)
    process.kill()
    process.communicate(timeout=120)
    assert not output.exists()
    shards = (tmp_path / "out.h5.shards").glob("part-*.h5")
    left = sum(len(read_columns(path, ["case"])["case"]) for path in shards)
    assert left >= 3

    process = start(experiment_file, output, *options, "--resume")
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 0, err
    assert err.count("case ") == 6 - left
    assert read_store(output).columns["case"].tolist() == list(range(6))
    assert not (tmp_path / "out.h5.shards").exists()


def test_a_line_about_a_bed_reaches_the_terminal_once_from_worker_processes(
    experiment_file: Path, tmp_path: Path
) -> None:
    process = start(experiment_file, tmp_path / "o.h5", "--set", "sequence.behaviour=warn")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    said = [line for line in err.splitlines() if "warning" in line]
    assert said == ["sampling-sim: warning: bed 3: made anew"]
    assert "made anew" not in out
