"""Worker processes on this machine, one case at a time on each.

dask.distributed's LocalCluster, because it survives a killed worker where a process pool hangs or
loses the sweep (docs/architecture.md).  The only module that imports distributed.
"""

import logging
import math
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Any, Protocol

import dask
from distributed import Client, Future, KilledWorker, LocalCluster
from distributed.diagnostics.plugin import WorkerPlugin

from sampling_sim.campaign.config import PlannedCase
from sampling_sim.constants import FloatArray
from sampling_sim.errors import BadInput, DivergenceError
from sampling_sim.outcome import Outcome, Status

TRIES = 2
"""chosen: a case that raises mostly does so again, so one retry is enough."""
WORKER_DEATHS = 2
"""chosen: a case is given up when it has taken its worker with it more often than this."""
RESTART_TIME = 30.0
"""[s] chosen: a worker process starts in 2 s on a free machine."""
BED_LOG = "sampling_sim.regolith"
"""Logger whose warnings, of beds and their cache, reach the main process: no outcome says them."""

_SETTINGS = {
    # The pool counts deaths itself: distributed would move the case to a worker that has another
    # one, and blame that one too
    "distributed.scheduler.allowed-failures": 0,
    # One case a core: the libraries below must not start threads of their own
    "distributed.nanny.pre-spawn-environ.OMP_NUM_THREADS": 1,
    "distributed.nanny.pre-spawn-environ.OPENBLAS_NUM_THREADS": 1,
    "distributed.nanny.pre-spawn-environ.MKL_NUM_THREADS": 1,
    "distributed.nanny.pre-spawn-environ.NUMBA_NUM_THREADS": 1,
    # A kernel does not yield to the worker's heartbeat; a long case is no sign of a lost worker
    "distributed.scheduler.worker-ttl": None,
}


class RunResult(Protocol):
    """What a runner returns: the outcome, and time series of equal length."""

    @property
    def outcome(self) -> Outcome:
        """Outcome of the case."""

    @property
    def series(self) -> Mapping[str, FloatArray]:
        """Series by name, empty if nothing was recorded."""


Runner = Callable[[Any], RunResult]
"""Function of a case, importable by name in another process."""


@dataclass(frozen=True)
class Attempt:
    """What came of a case; `is_refused` if its input cannot be run at all."""

    outcome: Outcome
    series: Mapping[str, FloatArray]
    is_refused: bool = False


def attempt(runner: Runner, case: Any) -> Attempt:
    """Run one case; whatever it raises becomes an outcome that says so."""
    message = ""
    for _ in range(TRIES):
        try:
            result = runner(case)
        except BadInput as error:
            return Attempt(_unmeasured(case, Status.FAILED, str(error)), {}, is_refused=True)
        except DivergenceError as error:
            return Attempt(_unmeasured(case, Status.DIVERGED, str(error)), {})
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
        else:
            return Attempt(result.outcome, result.series)
    return Attempt(_unmeasured(case, Status.FAILED, f"{message} ({TRIES} tries)"), {})


class WorkerPool:
    """A context in which cases can be submitted and waited for."""

    def __init__(self, workers: int, runner: Runner) -> None:
        self._workers, self._runner = workers, runner
        self._running: dict[PlannedCase, tuple[Any, Future]] = {}
        self._orphans: list[tuple[PlannedCase, Any]] = []
        self._deaths: Counter[PlannedCase] = Counter()
        self._logged: set[str] = set()

    def __enter__(self) -> "WorkerPool":
        # Set for good, not in a context: workers that are started anew read it later
        dask.config.set(_SETTINGS)
        with _deaf_children():
            self._cluster = LocalCluster(
                n_workers=self._workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,  # a paused worker would hide that memory is short
                dashboard_address="127.0.0.1:0",  # any free port: another sweep may be running
                silence_logs=logging.CRITICAL,
            )
        self._client = Client(self._cluster)
        self._client.subscribe_topic(BED_LOG, self._log)
        self._client.register_plugin(_WorkerLog())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Closing while a dead worker is being started anew fails inside distributed
        with suppress(TimeoutError):
            self._client.wait_for_workers(self._workers, timeout=RESTART_TIME)
        self._client.close()
        self._cluster.close()

    @property
    def is_full(self) -> bool:
        """Whether every worker has a case, or one waits whose worker has died."""
        return bool(self._orphans) or self._is_crowded

    @property
    def is_busy(self) -> bool:
        """Whether any case is out."""
        return bool(self._running or self._orphans)

    def submit(self, plan: PlannedCase, case: Any) -> None:
        """Send one case to a free worker."""
        key = f"case-{plan.index}-{self._deaths[plan]}"
        future = self._client.submit(attempt, self._runner, case, key=key, pure=False)
        self._running[plan] = case, future

    def poll(self) -> list[PlannedCase]:
        """Look for finished cases not yet released; send again those that lost their worker."""
        done = [plan for plan, (_, future) in self._running.items() if future.done()]
        for plan in [plan for plan in done if self._lost_worker(plan)]:
            self._deaths[plan] += 1
            if self._deaths[plan] <= WORKER_DEATHS:
                done.remove(plan)
                self._orphans.append((plan, self._running.pop(plan)[0]))
        while self._orphans and not self._is_crowded:
            self.submit(*self._orphans.pop(0))
        return done

    def release(self, plan: PlannedCase) -> Attempt:
        """Take a finished case out of the pool, whatever happened to its worker."""
        if self._lost_worker(plan):
            case = self._running.pop(plan)[0]
            deaths = f"its worker process died {WORKER_DEATHS + 1} times (out of memory, or killed)"
            return Attempt(_unmeasured(case, Status.FAILED, deaths), {})
        result: Attempt = self._running.pop(plan)[1].result()
        return result

    def _log(self, event: tuple[float, dict[str, Any]]) -> None:
        """Log here what a worker has said of its bed, once for all cases that lie on it."""
        said = event[1]
        if said["text"] not in self._logged:
            self._logged.add(said["text"])
            logging.getLogger(said["name"]).log(said["level"], "%s", said["text"])

    @property
    def _is_crowded(self) -> bool:
        # One case a living worker, so that a death is the fault of exactly one case
        return len(self._running) >= len(self._cluster.scheduler.workers)

    def _lost_worker(self, plan: PlannedCase) -> bool:
        future = self._running[plan][1]
        return future.status == "error" and isinstance(future.exception(), KilledWorker)


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


class _WorkerLog(WorkerPlugin):  # type: ignore[misc]  # distributed is untyped
    """What a worker logs: of its bed to the main process, the rest nowhere.

    Warnings of a case would break the progress line, and what they say stands in its outcome.
    """

    name = "worker-log"

    def setup(self, worker: Any) -> None:
        """Run on each worker as it starts."""
        logging.getLogger("sampling_sim").addHandler(logging.NullHandler())
        logging.getLogger(BED_LOG).addHandler(_Sender(worker))


class _Sender(logging.Handler):
    """Sends warnings to the client of a worker's cluster."""

    def __init__(self, worker: Any) -> None:
        super().__init__(logging.WARNING)
        self._worker = worker

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        said = {"name": record.name, "level": record.levelno, "text": record.getMessage()}
        self._worker.log_event(BED_LOG, said)


def _unmeasured(case: Any, status: Status, message: str) -> Outcome:
    """Outcome of a case in which nothing was measured, not even that no mass was collected."""
    return Outcome(
        status=status,
        message=message,
        collected_mass=math.nan,
        packing_seed=case.regolith.packing_seed,
    )
