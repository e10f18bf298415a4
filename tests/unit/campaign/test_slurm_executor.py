"""A real Slurm of one node: a sweep through --executor slurm, and one as a job array."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.store import read_store, same_bits

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
SWEEP = [sys.executable, "-W", "error", str(HERE / "interruptible_sweep.py"), "sweep"]
CONTROLLER_PORT, NODE_PORT = "17817", "17818"
"""Not Slurm's own 6817 and 6818, which a real one here would hold."""

pytestmark = pytest.mark.slow


def missing() -> str:
    """Say what this machine lacks to run a Slurm of its own."""
    programs = ("slurmctld", "slurmd", "sbatch", "munged", "setpriv")
    lacking = [name for name in programs if shutil.which(name) is None]
    if lacking:
        return f"no {', '.join(lacking)}: apt-get install slurm-wlm munge"
    return "" if os.geteuid() == 0 else "starting slurmd needs root"


@pytest.fixture(scope="module")
def slurm() -> Iterator[dict[str, str]]:
    """Start Slurm and munge; gives the environment of its users."""
    if reason := missing():
        pytest.skip(reason)
    pytest.importorskip("dask_jobqueue")
    # munge refuses a folder below one that others may write to, as pytest's are
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        Path(folder).chmod(0o755)
        script = [str(HERE / "one_node_slurm.sh")]
        subprocess.run(
            [*script, "start", folder, CONTROLLER_PORT, NODE_PORT], check=True, timeout=120
        )
        path = os.pathsep.join((str(ROOT), str(HERE)))
        try:
            yield {**os.environ, "SLURM_CONF": f"{folder}/slurm.conf", "PYTHONPATH": path}
        finally:
            subprocess.run([*script, "stop", folder], check=True, timeout=60)


def run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    """Run a command to its end; gives what it printed."""
    done = subprocess.run(
        command, env=environment, cwd=folder, check=False, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def whole(slurm: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the sweep in one process, its experiment beside it."""
    from conftest import TEXT

    folder = tmp_path_factory.mktemp("whole")
    (folder / "fake.toml").write_text(TEXT, encoding="utf-8")
    command = [*SWEEP, "fake.toml", "-n", "9", "-o", "out.h5", "--executor", "inline"]
    run(command, slurm, folder)
    return folder / "out.h5"


def assert_same_file(one: Path, other: Path) -> None:
    ours, theirs = read_store(one), read_store(other)
    assert ours.attributes == theirs.attributes
    for name in ours.runs.keys() - NOT_COMPARED:
        assert same_bits(ours.columns[name], theirs.columns[name]).all(), name


def test_a_sweep_in_jobs_of_slurm_is_the_sweep_in_one_process(
    slurm: dict[str, str], whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.h5"
    said = run(
        [*SWEEP, str(whole.parent / "fake.toml"), "-n", "9", "-o", str(out), "--executor", "slurm",
         "--workers", "2", "--memory", "500 MB", "--slurm-option", "walltime=00:10:00",
         "--slurm-option", f"log_directory={tmp_path / 'logs'}"], slurm, tmp_path,
    )  # fmt: skip
    assert "9/9" in said
    assert_same_file(out, whole)
    jobs = {path.name for path in (tmp_path / "logs").iterdir()}
    assert len([name for name in jobs if name.endswith(".err")]) == 2  # they ran there
    assert "dask-worker" not in run(["squeue", "--noheader"], slurm, tmp_path)


def test_a_cancelled_job_is_replaced_and_costs_no_case(
    slurm: dict[str, str], whole: Path, tmp_path: Path
) -> None:
    """The job that runs a case is cancelled at its third case."""
    out = tmp_path / "out.h5"
    command = [*SWEEP, str(whole.parent / "fake.toml"), "-n", "9", "-o", str(out), "--executor",
               "slurm", "--workers", "1", "--memory", "500 MB", "--set", "sequence.pause=1.0",
               "--slurm-option", f"log_directory={tmp_path}"]  # fmt: skip
    with subprocess.Popen(
        command, env=slurm, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        text=True,
    ) as sweep:  # fmt: skip
        assert sweep.stderr is not None
        for _ in range(2):
            sweep.stderr.readline()
        job = run(["squeue", "--noheader", "--format=%i"], slurm, tmp_path).split()[0]
        run(["scancel", job], slurm, tmp_path)
        rest = sweep.communicate(timeout=300)[1]
        assert sweep.returncode == 0, rest
    assert read_store(out).columns["message"].tolist() == [""] * 9
    assert len(list(tmp_path.glob("dask-worker-*.err"))) == 2


def test_a_job_array_of_shards_merges_to_the_sweep_in_one_process(
    slurm: dict[str, str], whole: Path, tmp_path: Path
) -> None:
    """The script is the one of docs/cluster.md."""
    script = tmp_path / "array.sh"
    script.write_text(
        "#!/bin/bash\n#SBATCH --array=1-3\n#SBATCH --output=array-%a.out\n"
        'exec "$@" --shard $SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT'
        " -o shard-$SLURM_ARRAY_TASK_ID.h5\n"
    )
    experiment = str(whole.parent / "fake.toml")
    command = ["sbatch", "--wait", str(script), *SWEEP, experiment, "-n", "9"]
    run([*command, "--executor", "inline"], slurm, tmp_path)
    shards = [str(path) for path in tmp_path.glob("shard-*.h5")]
    assert len(shards) == 3
    run([*SWEEP[:-1], "merge", *shards, "-o", "merged.h5"], slurm, tmp_path)
    assert_same_file(tmp_path / "merged.h5", whole)
