"""The executors a user can choose: this process, this machine, a Dask scheduler, jobs of Slurm.

All but the first are a client of dask.distributed, because it survives a killed worker where a
process pool hangs or loses the sweep (docs/architecture.md); they differ in who starts the workers.
"""

import logging
import signal
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from sampling_sim.campaign.executors.attempts import Runner
from sampling_sim.campaign.executors.inline import InlinePool
from sampling_sim.campaign.executors.slurm import Submissions, slurm_cluster
from sampling_sim.errors import BadInput

if TYPE_CHECKING:
    from distributed import Client

    from sampling_sim.campaign.executors.dask_pool import DaskPool

CASE_TIMEOUT = 86400.0
"""[s] chosen: a day, longer than any case under experiments/ by far; a hang ends some time."""
CONNECT_TIME = 10.0
"""[s] chosen: a scheduler that is there answers within one, also across a busy network."""
RESTART_TIME = 30.0
"""[s] chosen: a worker process starts in 2 s on a free machine."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Environment of a worker: one case a core, so the libraries below must start no threads."""

QUIET = {
    "distributed.worker.profile.enabled": False,  # every 10 ms; seen on a dashboard alone
    "distributed.admin.tick.interval": "1s",  # every 20 ms in each server, to log a late loop
    "distributed.admin.system-monitor.interval": "10s",  # every 0.5 s; seen on a dashboard alone
    "distributed.scheduler.work-stealing": False,  # cases are pinned to their workers
    "distributed.scheduler.active-memory-manager.start": False,  # results are taken at once
}
"""What Dask does on its own beside the cases, made less: 4 % of a core on one machine of two
workers, now 1 % (docs/cluster.md)."""

_SETTINGS = {
    **QUIET,
    # A kernel does not yield to the worker's heartbeat; a long case is no sign of a lost worker
    "distributed.scheduler.worker-ttl": None,
    **{f"distributed.nanny.pre-spawn-environ.{name}": 1 for name in ONE_THREAD},
}


@dataclass(frozen=True)
class Inline:
    """In this process, without limits on a case."""

    @contextmanager
    def open(self, runner: Runner, most: int) -> Iterator[InlinePool]:  # noqa: ARG002 - one
        """Nothing is to be started."""
        yield InlinePool(runner)


@dataclass(frozen=True, kw_only=True)
class _OnDask:
    """Limits that the kernel of a worker's machine keeps.

    Parameters
    ----------
    case_timeout
        [s] after which a case's worker is killed; None for never.
    memory
        [B] of data a worker may have; None for what its machine has.
    """

    case_timeout: float | None = CASE_TIMEOUT
    memory: float | None = None

    @contextmanager
    def _pool(
        self, client: "Client", runner: Runner, place: str, submissions: Submissions | None = None
    ) -> "Iterator[DaskPool]":
        from sampling_sim.campaign.executors.dask_pool import DaskPool
        from sampling_sim.campaign.executors.worker import Terms

        terms = Terms(self.memory, is_ours=not isinstance(self, DaskScheduler))
        pool = DaskPool(client, runner, place, terms, self.case_timeout, submissions)
        try:
            yield pool
        finally:
            pool.close()


@dataclass(frozen=True, kw_only=True)
class LocalProcesses(_OnDask):
    """Worker processes of this machine."""

    workers: int = 2

    @contextmanager
    def open(self, runner: Runner, most: int) -> "Iterator[DaskPool]":
        """Start as many as there are cases for."""
        import dask
        from distributed import Client, LocalCluster

        # Set for good, not in a context: workers that are started anew read it later
        dask.config.set(_SETTINGS)
        workers = min(self.workers, most)
        with _deaf_children():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,  # a paused worker would hide that memory is short
                dashboard_address="127.0.0.1:0",  # any free port: another sweep may be running
                scheduler_kwargs={"dashboard": False},  # its server starts all the same
                silence_logs=logging.CRITICAL,
            )
        with cluster, Client(cluster, set_as_default=False) as client:
            try:
                with self._pool(client, runner, "local workers") as pool:
                    yield pool
            finally:
                # Closing while a dead worker is being started anew fails inside distributed
                with suppress(TimeoutError):
                    client.wait_for_workers(workers, timeout=RESTART_TIME)


@dataclass(frozen=True)
class DaskScheduler(_OnDask):
    """Workers of a Dask scheduler that runs already; they may come and go."""

    address: str

    @contextmanager
    def open(self, runner: Runner, most: int) -> "Iterator[DaskPool]":  # noqa: ARG002 - not ours
        """Connect to it."""
        from distributed import Client
        from distributed.utils import silence_logging_cmgr

        place = f"scheduler {self.address}"
        with silence_logging_cmgr(logging.CRITICAL):
            try:
                client = Client(self.address, timeout=CONNECT_TIME, set_as_default=False)
            except (OSError, ValueError) as error:
                reason = " ".join(str(error).split())
                raise BadInput(
                    f"{place}: does not answer within {CONNECT_TIME:g} s ({reason})"
                ) from None
            with client, self._pool(client, runner, place) as pool:
                yield pool


@dataclass(frozen=True, kw_only=True)
class SlurmJobs(_OnDask):
    """One worker a job of Slurm, through dask-jobqueue.

    Parameters
    ----------
    workers
        Jobs at a time; a job that ends is replaced while there are cases.
    options
        Of `slurm.OPTIONS`, and `directive` for one more line of #SBATCH; what is left out is read
        from dask-jobqueue's own configuration.
    """

    workers: int = 2
    options: Mapping[str, str] = field(default_factory=dict)

    def open(self, runner: Runner, most: int) -> "AbstractContextManager[DaskPool]":
        """Start a scheduler here, and jobs for as many workers as there are cases for."""
        return self._opened(runner, min(self.workers, most))

    @contextmanager
    def _opened(self, runner: Runner, workers: int) -> "Iterator[DaskPool]":
        import dask
        from distributed import Client

        dask.config.set(_SETTINGS)
        submissions = Submissions()
        with _deaf_children():  # its calls of sbatch and scancel
            started = slurm_cluster(self.memory, self.options, _environment_of_jobs(), submissions)
        with started as cluster:
            cluster.adapt(minimum=workers, maximum=workers)  # a job that ends is replaced
            with (
                Client(cluster, set_as_default=False) as client,
                self._pool(client, runner, "Slurm", submissions) as pool,
            ):
                yield pool


def _environment_of_jobs() -> dict[str, str]:
    """Tell workers in jobs, which do not read the settings of this process, the same."""
    quiet = {f"DASK_{_variable(key)}": str(value) for key, value in QUIET.items()}
    return {**dict.fromkeys(ONE_THREAD, "1"), **quiet}


def _variable(key: str) -> str:
    """How dask spells a key of its configuration as a variable."""
    return key.upper().replace("-", "_").replace(".", "__")


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Block Ctrl-C in whatever is started inside, from its first instruction on.

    Ctrl-C reaches the whole process group, and only the main process may act on it.  Threads and
    processes inherit the mask, so workers that the cluster's thread starts anew later have it too.
    A Ctrl-C meanwhile waits for this thread.
    """
    resource_tracker.ensure_running()  # started by the first worker, it would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
