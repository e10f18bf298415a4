"""Sweeps on a Dask scheduler that was there before: who is refused, and what may come and go."""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import dask
import distributed
import fake_chain
import numpy as np
import pytest
import yaml
from distributed import Client, LocalCluster

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors import dask_pool, places
from sampling_sim.campaign.executors.dask_pool import _complaint
from sampling_sim.campaign.executors.places import DaskScheduler, Inline
from sampling_sim.campaign.executors.worker import THREADS, Enlisted, Terms, enlist
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.provenance import software
from sampling_sim.campaign.recorded import RecordedReplicates
from sampling_sim.errors import BadInput
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.store import CaseRecord, read_store, same_bits

Load = Callable[..., Experiment]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Start a scheduler with two workers, as somebody else would."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, memory_limit=0, dashboard_address="127.0.0.1:0"
    ) as started:
        yield started


def test_an_existing_scheduler_gives_the_bits_of_this_process(
    experiment: Load, tmp_path: Path, cluster: LocalCluster
) -> None:
    """Twice: the keys of a campaign must not meet those of another on the same scheduler."""
    there, record = DaskScheduler(cluster.scheduler_address), RecordedReplicates(2)
    for seed in (7, 8):
        here, out = (
            run_campaign(experiment(), tmp_path / f"{name}{seed}.h5", seed=seed, executor=place,
                         runner=fake_chain.fake_run, record=record)
            for name, place in (("here", Inline()), ("there", there))
        )  # fmt: skip
        ours, theirs = read_store(here).columns, read_store(out).columns
        for name in ours.keys() - NOT_COMPARED:
            assert same_bits(ours[name], theirs[name]).all(), name
        snapshots = read_store(out).snapshots
        assert sorted(snapshots) == [0, 1]
        for case, found in read_store(here).snapshots.items():
            assert (found.position == snapshots[case].position).all()
    assert len(cluster.scheduler.workers) == 2  # ours to use, not to end
    assert not cluster.scheduler.tasks


def test_a_worker_with_another_version_is_refused_by_name(
    experiment: Load, tmp_path: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {**software(), "numpy": "1.0"}
    monkeypatch.setattr(dask_pool, "software", lambda: here)
    out = tmp_path / "out.h5"
    said = rf"worker tcp://.* is refused: other versions: numpy {np.__version__}, here 1\.0"
    with pytest.raises(BadInput, match=said):
        run_campaign(
            experiment(), out, executor=DaskScheduler(cluster.scheduler_address),
            runner=fake_chain.fake_run,
        )  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_what_is_wrong_with_a_worker() -> None:
    """Nothing if it is as this process; else each thing that differs, by name."""
    here, one = {"numpy": "2.1", "source": "abc"}, dict.fromkeys(THREADS, "1")
    assert _complaint(Enlisted(here, one, ""), here) == ""
    assert _complaint(Enlisted({**here, "source": "abd"}, one, ""), here) == (
        "other versions: source abd, here abc"
    )
    assert _complaint(Enlisted({"source": "abc"}, one, ""), here) == (
        "other versions: numpy missing, here 2.1"
    )
    assert _complaint(Enlisted(here, {**one, "OMP_NUM_THREADS": "4"}, ""), here) == (
        "its environment must set OMP_NUM_THREADS to 1"
    )
    absent = ModuleNotFoundError("No module named 'sampling_sim'")
    assert "No module named 'sampling_sim'" in _complaint(absent, here)


def test_a_limit_below_what_a_worker_has_is_refused_before_it_is_set() -> None:
    """Set, it would leave a worker that cannot even answer: the sweep would wait for ever."""
    with pytest.raises(
        MemoryError, match=r"^0\.001 GB a worker; needs \d(\.\d+)? GB before a case"
    ):
        enlist(Terms(memory=1e6, is_ours=False))


def test_one_refused_worker_among_good_ones_is_told_and_left_out(
    experiment: Load, tmp_path: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    addresses = sorted(cluster.scheduler.workers)
    refusals, real = iter(["other versions: python 3.10.1, here 3.11.2"]), dask_pool._complaint
    monkeypatch.setattr(dask_pool, "_complaint", lambda *asked: next(refusals, real(*asked)))
    caplog.set_level(logging.WARNING, "sampling_sim")
    out = run_campaign(
        experiment(), tmp_path / "out.h5", executor=DaskScheduler(cluster.scheduler_address),
        runner=fake_chain.fake_run,
    )  # fmt: skip
    assert len(read_store(out).columns["case"]) == 6
    (said,) = [r.getMessage() for r in caplog.records if r.name == dask_pool.__name__]
    assert said.endswith("is refused: other versions: python 3.10.1, here 3.11.2")
    assert any(address in said for address in addresses)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere", "carrier://pigeon:1"])
def test_a_scheduler_that_is_not_there_is_one_line_in_time(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(places, "CONNECT_TIME", 0.5)
    with pytest.raises(BadInput, match=rf"scheduler {address}: does not answer") as caught:
        run_campaign(
            experiment(), tmp_path / "out.h5", executor=DaskScheduler(address),
            runner=fake_chain.fake_run,
        )  # fmt: skip
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("module", "program", "said"),
    [
        (None, "/usr/bin/sbatch", r"needs dask-jobqueue: pip install 'sampling-sim\[cluster\]'"),
        (SimpleNamespace(SLURMCluster=None), None, "no program sbatch here"),
    ],
)
def test_what_slurm_needs_is_one_line(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object,
    program: str | None, said: str,
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, "dask_jobqueue", module)
    which = shutil.which
    monkeypatch.setattr(
        shutil, "which", lambda name, **k: program if name == "sbatch" else which(name, **k)
    )
    with pytest.raises(BadInput, match=f"^--executor slurm:? {said}"):
        run_campaign(experiment(), tmp_path / "out.h5", executor=places.SlurmJobs(),
                     runner=fake_chain.fake_run)  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_a_slurm_whose_controller_is_down_is_one_line(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `scontrol ping` says it; dask-jobqueue would wait for ever."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sbatch", "scontrol"):
        (programs / name).write_text(
            "#!/bin/sh\necho 'Slurmctld(primary) at there is DOWN'\nexit 1\n"
        )
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setitem(sys.modules, "dask_jobqueue", SimpleNamespace(SLURMCluster=pytest.fail))
    with pytest.raises(BadInput, match=r"controller does not answer \(Slurmctld.* is DOWN\)$"):
        run_campaign(experiment(), tmp_path / "out.h5", executor=places.SlurmJobs(),
                     runner=fake_chain.fake_run)  # fmt: skip
    assert list(tmp_path.iterdir()) == [programs]


def test_what_is_made_less_is_what_dask_reads_here_and_in_jobs() -> None:
    """A key that dask renames would be set for nothing, and no result would show it."""
    defaults = yaml.safe_load(Path(distributed.__file__).with_name("distributed.yaml").read_text())
    for key in places.QUIET:
        assert dask.config.get(key, config=defaults) != places.QUIET[key]
    found = dask.config.collect_env(places._environment_of_jobs())
    for key, value in places.QUIET.items():
        assert dask.config.get(key, config=found) == value


SBATCH = """#!/bin/sh
echo 'sbatch: error: invalid partition specified: nowhere' >&2
echo 'sbatch: error: Batch job submission failed: Invalid partition name specified' >&2
exit 1
"""


def slurm_programs(folder: Path, sbatch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put programs where those of Slurm would be: its controller is up."""
    folder.mkdir()
    for name, text in (("sbatch", sbatch), ("scontrol", "#!/bin/sh\n"), ("scancel", "#!/bin/sh\n")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_a_job_that_sbatch_refuses_is_one_line_with_its_reason(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, through the real dask-jobqueue; it used to wait for workers for ever."""
    pytest.importorskip("dask_jobqueue")
    slurm_programs(tmp_path / "programs", SBATCH, monkeypatch)
    jobs = places.SlurmJobs(memory=5e8, options={"queue": "nowhere", "interface": "lo"})
    with pytest.raises(BadInput) as caught:
        run_campaign(experiment(), tmp_path / "out.h5", executor=jobs, runner=fake_chain.fake_run)
    assert str(caught.value) == (
        "Slurm: sbatch refused a job: invalid partition specified: nowhere; "
        "Batch job submission failed: Invalid partition name specified"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["programs"]


@pytest.mark.slow
def test_a_worker_that_is_retired_costs_its_case_no_try(experiment: Load, tmp_path: Path) -> None:
    """Four times the worker that has case 0 is taken away; three tries are all it has."""
    loaded = experiment("sequence.pause=2.0", "campaign.cases=2")
    with LocalCluster(
        n_workers=5, threads_per_worker=1, memory_limit=0, dashboard_address="127.0.0.1:0"
    ) as cluster, Client(cluster, set_as_default=False) as boss:  # fmt: skip
        retired: set[str] = set()

        def retire(_: int) -> None:
            for address, worker in list(cluster.scheduler.workers.items()):
                runs_it = any(re.match(r"case-\d+-0-", task.key) for task in worker.processing)
                if runs_it and len(retired) < 4 and address not in retired:
                    retired.add(address)
                    boss.retire_workers([address], close_workers=True)

        out = run_campaign(loaded, tmp_path / "out.h5", runner=fake_chain.fake_run, watch=retire,
                           executor=DaskScheduler(cluster.scheduler_address))  # fmt: skip
    assert len(retired) == 4
    assert read_store(out).columns["message"].tolist() == ["", ""]


@pytest.mark.slow
def test_a_frozen_worker_is_replaced(experiment: Load, tmp_path: Path) -> None:
    """A stopped process hears no alarm; it is given up after twice the time limit."""
    loaded = experiment('sequence.behaviour={ grid = ["freeze", "collect"] }', "campaign.cases=1")
    out = run_campaign(
        loaded, tmp_path / "out.h5", runner=fake_chain.fake_run,
        executor=places.LocalProcesses(workers=2, case_timeout=1.0),
    )  # fmt: skip
    assert read_store(out).columns["message"].tolist() == [
        "not done after 1 s: its worker was stopped (3 tries)", "",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_scheduler_that_goes_leaves_what_is_finished(experiment: Load, tmp_path: Path) -> None:
    """One line, and --resume goes on where it broke off."""
    out, file = tmp_path / "out.h5", tmp_path / "scheduler.json"
    loaded = experiment("sequence.pause=0.2")
    dask = [sys.executable, "-m", "distributed.cli.dask_"]
    with subprocess.Popen(
        [*dask[:2], dask[2] + "scheduler", "--port", "0", "--no-dashboard",
         "--scheduler-file", str(file)], stderr=subprocess.DEVNULL,
    ) as scheduler:  # fmt: skip
        while not file.exists():
            time.sleep(0.05)
        with subprocess.Popen(
            [*dask[:2], dask[2] + "worker", "--scheduler-file", str(file), "--nthreads", "1",
             "--no-dashboard", "--death-timeout", "5"], stderr=subprocess.DEVNULL,
        ) as worker:  # fmt: skip

            def end_it(done: int, _total: int, _record: CaseRecord) -> None:
                if done == 3:
                    scheduler.kill()

            address = json.loads(file.read_text())["address"]
            with pytest.raises(BadInput, match="the scheduler is gone; --resume goes on"):
                run_campaign(loaded, out, runner=fake_chain.fake_run, progress=end_it,
                             executor=DaskScheduler(address))  # fmt: skip
            worker.kill()
    told: list[int] = []
    run_campaign(loaded, out, resume=True, executor=Inline(), runner=fake_chain.fake_run,
                 progress=lambda done, _total, _record: told.append(done))  # fmt: skip
    assert told[0] >= 4
    assert read_store(out).columns["case"].tolist() == list(range(6))
