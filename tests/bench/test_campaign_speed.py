"""What the machinery of a campaign costs: throughput, overhead a case, a hundred workers.

Figures only.  On a machine that others use they say little: the load is printed with them.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import campaign_cases
import pytest
from distributed import LocalCluster

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.interface import Executor
from sampling_sim.campaign.executors.places import DaskScheduler, Inline, LocalProcesses
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.shards import ShardFolder
from sampling_sim.outcome import Status
from sampling_sim.store import CaseRecord

pytestmark = pytest.mark.bench

HERE = Path(__file__).parent
COMMAND = "python -m pytest -m bench -s tests/bench/test_campaign_speed.py"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
UNITS, CASES = 350, 16
"""Some 1.4 s of one core a case; even, for two workers."""

Keep = Callable[[str, str, float, float | None], None]


@pytest.fixture
def keep(figures: list[dict[str, object]]) -> Keep:
    """Print a figure and keep it for results/bench.json."""

    def add(name: str, unit: str, ours: float, peer: float | None) -> None:
        ratio = None if peer is None else ours / peer
        figures.append({"name": name, "unit": unit, "ours": ours, "peer": peer,
                        "peer_version": None if peer is None else "plain processes",
                        "ratio": ratio, "command": COMMAND})  # fmt: skip
        load = os.getloadavg()[0]
        said = f"{name}: {ours:.4g} {unit}" + ("" if ratio is None else f", ratio {ratio:.3f}")
        sys.stdout.write(f"\n{said} (load {load:.1f} on {os.cpu_count()} cores)")

    return add


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the disk out: what the store costs is measured with the store."""
    monkeypatch.setattr(ShardFolder, "add", lambda *_: None)


class Clock:
    """When the first case was sent, and when the last one came back."""

    def __init__(self) -> None:
        self.first = self.last = 0.0

    def watch(self, running: int) -> None:
        if running and not self.first:
            self.first = time.perf_counter()

    def progress(self, _done: int, _total: int, record: CaseRecord) -> None:
        assert record.outcome.status is not Status.FAILED, record.outcome.message
        self.last = time.perf_counter()

    def timed(self, asked: Experiment, out: Path, executor: Executor) -> float:
        """Seconds from the first case sent to the last one back; starting workers is left out."""
        run_campaign(asked, out, executor=executor, runner=campaign_cases.run,
                     progress=self.progress, watch=self.watch)  # fmt: skip
        return self.last - self.first


def plain(processes: int) -> float:
    """Seconds that plain processes, run at once, take for the same work; their start left out."""

    def seconds(cases: int) -> float:
        command = [sys.executable, str(HERE / "campaign_cases.py"), str(cases), str(UNITS)]
        begin = time.perf_counter()
        started = [subprocess.Popen(command, env={**os.environ, **ONE_THREAD})
                   for _ in range(processes)]  # fmt: skip
        assert not any(process.wait() for process in started)
        return time.perf_counter() - begin

    return seconds(CASES // processes) - seconds(0)


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("workers", [1, 2])
def test_throughput(keep: Keep, tmp_path: Path, workers: int) -> None:
    """The plain processes before and after, so that a load that comes or goes shows."""
    before = plain(workers)
    asked = campaign_cases.experiment(CASES, units=UNITS)
    ours = Clock().timed(asked, tmp_path / "out.h5", LocalProcesses(workers=workers))
    peer = 0.5 * (before + plain(workers))
    name = f"campaign throughput, {workers} workers of {CASES} cases"
    keep(name, "cases/s", CASES / ours, CASES / peer)


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("place", ["inline", "local 1", "local 2", "dask"])
def test_overhead_of_an_empty_case(keep: Keep, tmp_path: Path, place: str) -> None:
    cases = 1000
    asked, out = campaign_cases.experiment(cases), tmp_path / "out.h5"
    if place == "dask":
        with LocalCluster(n_workers=2, threads_per_worker=1, memory_limit=0,
                          dashboard_address="127.0.0.1:0") as cluster:  # fmt: skip
            seconds = Clock().timed(asked, out, DaskScheduler(cluster.scheduler_address))
    else:
        executor = Inline() if place == "inline" else LocalProcesses(workers=int(place[-1]))
        seconds = Clock().timed(asked, out, executor)
    keep(f"campaign overhead of an empty case, {place}", "ms", 1e3 * seconds / cases, None)


def test_overhead_of_an_empty_case_with_its_store(keep: Keep, tmp_path: Path) -> None:
    cases = 200
    seconds = Clock().timed(campaign_cases.experiment(cases), tmp_path / "out.h5", Inline())
    keep(
        "campaign overhead of an empty case, inline, on the disk", "ms", 1e3 * seconds / cases, None
    )


@pytest.mark.usefixtures("in_memory")
def test_a_hundred_workers(keep: Keep, tmp_path: Path) -> None:
    """Cases that sleep 5 s on 100 workers in four processes: 20 cases a second if all are busy."""
    sleep, cases, workers, processes = 5.0, 600, 100, 4
    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as cluster:
        address = cluster.scheduler_address
        share = str(workers // processes)
        command = [sys.executable, str(HERE / "many_workers.py"), address, share]
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(sys.path)}
        with ExitStack() as started:
            for _ in range(processes):
                process = subprocess.Popen(
                    command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
                started.enter_context(process)  # closes its input, and waits
            while len(cluster.scheduler.workers) < workers:
                time.sleep(0.1)
            # No time limit: the alarm of one case would be that of all workers of its process
            there = DaskScheduler(address, case_timeout=None)
            asked = campaign_cases.experiment(cases, sleep=sleep)
            seconds = Clock().timed(asked, tmp_path / "out.h5", there)
    name = f"campaign on {workers} simulated workers, cases that sleep {sleep:g} s"
    keep(name, "cases/s", cases / seconds, workers / sleep)
