"""Who runs what on the workers of a Dask cluster: one case a worker, each sent to one worker.

Cases are not left to Dask to place: a worker that dies is then the fault of exactly one case, and
costs that case one of its tries.  Workers may come and go.  Whatever happens (a worker joins or
leaves, a case ends) is put on one queue from the client's thread and acted upon in the caller's.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from distributed import CancelledError, Client, Future, KilledWorker

from sampling_sim.campaign.executors.attempts import Attempt, Runner, Tries, Trouble
from sampling_sim.campaign.executors.interface import Finished, Task
from sampling_sim.campaign.executors.slurm import Submissions
from sampling_sim.campaign.executors.worker import (
    BED_LOG,
    Enlisted,
    Terms,
    attempt_within,
    enlist,
)
from sampling_sim.campaign.provenance import cpu_model, software
from sampling_sim.errors import BadInput

SILENCE = 30.0
"""[s] chosen: without a worker for so long, the user is told what is being waited for."""
PATIENCE = 2.0
"""chosen: a worker that says nothing for so many time limits is frozen; its own alarm ends a case
after one, and another may be before it if an interrupted sweep left it there."""
RESTART_TIME = 60.0
"""[s] chosen: a worker process starts in 2 s on a free machine."""
DIED = "its worker process died (killed, or out of memory)"
GONE = "the scheduler is gone; --resume goes on"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Run:
    task: Task
    future: Future
    since: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.since


class DaskPool:
    """Cases on the workers of a connected client.

    Parameters
    ----------
    client, runner
        Connected to the scheduler; function of a case.
    place
        Name of the scheduler in messages.
    terms
        What the workers keep to.
    case_timeout
        [s] after which a case's worker is killed.
    submissions
        What came of the jobs that workers are, where they are.
    """

    def __init__(
        self,
        client: Client,
        runner: Runner,
        place: str,
        terms: Terms,
        case_timeout: float | None,
        submissions: Submissions | None = None,
    ) -> None:
        self._client, self._runner, self._place = client, runner, place
        self._terms, self._case_timeout = terms, case_timeout
        self._submissions = submissions or Submissions()
        self._happened: SimpleQueue[Callable[[], Finished | None]] = SimpleQueue()
        self._known: set[str] = set()
        self._free: deque[str] = deque()
        self._refused: dict[str, str] = {}
        self._running: dict[str, _Run] = {}
        self._again: deque[Task] = deque()
        self._tries, self._numbers = Tries(), count()
        # Another campaign on the scheduler has a case 0, too
        self._session = uuid4().int % 10**12
        self._is_gone = False
        self._logged: set[str] = set()
        self._expected, self._cpu = software(), cpu_model()
        self._last_seen = time.monotonic()
        # A client holds its messages for up to 10 ms, which is all that a short case may cost
        client.scheduler_comm.interval = 0.001
        client.subscribe_topic(BED_LOG, self._log_of_worker)
        client.subscribe_topic("all", self._on_event)
        for address in client.scheduler_info()["workers"]:  # those that came before
            self._joined(address)

    @property
    def is_full(self) -> bool:
        """Whether no worker is free, or a case that is to be tried again comes first."""
        return bool(self._again) or self._is_gone or not self._free

    @property
    def running(self) -> int:
        """How many cases are out or wait to be tried again."""
        return len(self._running) + len(self._again)

    def submit(self, task: Task) -> None:
        """Send one case to a free worker."""
        if self._client.status == "closed":
            raise BadInput(f"{self._place}: {GONE}")
        address = self._free.popleft()
        future = self._client.submit(
            attempt_within, self._runner, task.case, task.recording, self._case_timeout,
            key=f"case-{self._session}-{task.plan.index}-{next(self._numbers)}",
            workers=[address], allow_other_workers=False, pure=False,
        )  # fmt: skip
        self._running[address] = _Run(task, future)
        self._when_done(future, lambda result: self._ended(address, future.key, result))

    def finished(self, wait: float) -> Sequence[Finished]:
        """Act upon what has happened, send again what must be, give what is over."""
        over = []
        with suppress(Empty):
            happened = self._happened.get(timeout=wait)
            while True:
                over.append(happened())
                happened = self._happened.get_nowait()
        over += self._give_frozen_up()
        given = [finished for finished in over if finished is not None]
        if not given:  # else what is over is kept before anything is said
            self._check_that_work_is_possible()
        while self._again and self._free:
            self.submit(self._again.popleft())
        return given

    def close(self) -> None:
        """Take back what is out; a worker in the middle of a case ends it for nobody."""
        for run in self._running.values():
            run.future.release()
        self._running.clear()
        with suppress(Exception):  # the scheduler may be gone
            # Or the scheduler tells the client of its own going, and complains that it is gone
            for topic in (BED_LOG, "all"):
                self._client.unsubscribe_topic(topic)

    def _on_event(self, event: tuple[float, dict[str, Any]]) -> None:
        """Note, in the client's thread, that a worker has joined or left."""
        said = event[1] if isinstance(event[1], dict) else {}  # others may log here, too
        address = said.get("worker", "")
        if said.get("action") == "add-worker":
            self._happened.put(lambda: self._joined(address))
        elif said.get("action") == "remove-worker":
            was_retired = bool(said.get("expected", False))
            self._happened.put(lambda: self._left(address, was_retired))

    def _when_done(self, future: Future, act: Callable[[Any], Finished | None]) -> None:
        """Put what a future ends with, its exception too, on the queue."""

        async def wait() -> None:
            try:
                result = await future
            except (Exception, CancelledError) as error:
                result = error
            self._happened.put(lambda: act(result))

        self._client.loop.add_callback(wait)

    def _joined(self, address: str) -> None:
        if address in self._known:
            return
        self._known.add(address)
        future = self._client.submit(
            enlist, self._terms, key=f"enlist-{self._session}-{next(self._numbers)}",
            workers=[address], allow_other_workers=False, pure=False,
        )  # fmt: skip
        self._when_done(future, lambda result: self._enlisted(address, future, result))

    def _enlisted(self, address: str, _: Future, result: Enlisted | BaseException) -> None:
        """Give a worker cases, or refuse it; the future is held until here, or it is cancelled."""
        if address not in self._known or isinstance(result, CancelledError | KilledWorker):
            return
        complaint = _complaint(result, self._expected)
        if complaint:
            self._refused[address] = f"{self._place}: worker {address} is refused: {complaint}"
            return
        self._free.append(address)
        if isinstance(result, Enlisted) and result.cpu != self._cpu:
            same = "set NUMBA_CPU_NAME on all machines for results of equal bits"
            self._warn_once(f"{self._place}: processors {result.cpu} and {self._cpu}: {same}")

    def _left(self, address: str, was_retired: bool) -> Finished | None:
        self._known.discard(address)
        self._refused.pop(address, None)
        with suppress(ValueError):
            self._free.remove(address)
        run = self._running.pop(address, None)
        if run is None:
            return None
        run.future.release()
        if was_retired:  # by whoever runs the cluster: not the case's fault
            self._again.append(run.task)
            return None
        return self._after(run, Trouble(self._why_dead(run)))

    def _ended(self, address: str, key: str, result: Any) -> Finished | None:
        run = self._running.get(address)
        if run is None or run.future.key != key:
            return None  # it was given up before
        if isinstance(result, CancelledError):
            self._is_gone = True
            self._free.clear()
            return None
        del self._running[address]
        if isinstance(result, KilledWorker):
            result = Trouble(self._why_dead(run))
        elif address in self._known:
            self._free.append(address)
        if not isinstance(result, Attempt | Trouble):
            result = Trouble(f"{type(result).__name__}: {result}")
        return self._after(run, result)

    def _after(self, run: _Run, result: Attempt | Trouble) -> Finished | None:
        end = self._tries.after(run.task.plan, run.task.case, result)
        if end is not None:
            return Finished(run.task, end)
        self._again.append(run.task)
        return None

    def _why_dead(self, run: _Run) -> str:
        if self._case_timeout is None or run.elapsed < self._case_timeout:
            return DIED
        return f"not done after {self._case_timeout:g} s: its worker was stopped"

    def _give_frozen_up(self) -> list[Finished | None]:
        """Give up workers that even the alarm of the kernel cannot end."""
        if self._case_timeout is None:
            return []
        limit = PATIENCE * self._case_timeout
        frozen = [address for address, run in self._running.items() if run.elapsed > limit]
        for address in frozen:
            restart = threading.Thread(target=self._restart, args=[address], daemon=True)
            restart.start()
        return [self._left(address, was_retired=False) for address in frozen]

    def _restart(self, address: str) -> None:
        # Whatever comes of it: a worker that starts anew joins, one that cannot stays forgotten
        with suppress(Exception):
            self._client.restart_workers([address], timeout=RESTART_TIME, raise_for_error=False)

    def _check_that_work_is_possible(self) -> None:
        if self._is_gone or self._client.status == "closed":
            raise BadInput(f"{self._place}: {GONE}")
        for reason in self._submissions.refusals:
            said = f"{self._place}: sbatch refused a job: {reason}"
            if self._submissions.are_all_refused:  # no worker will come
                raise BadInput(said)
            self._warn_once(said)
        if self._running or self._free:
            self._last_seen = time.monotonic()
            for refusal in self._refused.values():
                self._warn_once(refusal)
        elif self._refused and len(self._refused) == len(self._known):
            raise BadInput(next(iter(self._refused.values())))
        elif time.monotonic() - self._last_seen > SILENCE:
            self._warn_once(f"{self._place}: no worker for {SILENCE:g} s; waiting for one")

    def _log_of_worker(self, event: tuple[float, dict[str, Any]]) -> None:
        """Log here what a worker has said of its bed, once for all cases that lie on it."""
        said = event[1]
        if said["text"] not in self._logged:
            self._logged.add(said["text"])
            logging.getLogger(said["name"]).log(said["level"], "%s", said["text"])

    def _warn_once(self, text: str) -> None:
        if text not in self._logged:
            self._logged.add(text)
            log.warning("%s", text)


def _complaint(worker: Enlisted | BaseException, expected: dict[str, str]) -> str:
    """Why a worker would give other results than this process, or more slowly; empty if not."""
    if isinstance(worker, BaseException):
        said = " ".join(f"{type(worker).__name__}: {worker}".split())
        return f"it cannot run this package ({said})"
    names = sorted(expected.keys() | worker.software.keys())
    differing = [
        f"{name} {worker.software.get(name, 'missing')}, here {expected.get(name, 'missing')}"
        for name in names
        if worker.software.get(name) != expected.get(name)
    ]
    if differing:
        return "other versions: " + "; ".join(differing)
    loose = [name for name, value in worker.threads.items() if value != "1"]
    return f"its environment must set {' and '.join(loose)} to 1" if loose else ""
