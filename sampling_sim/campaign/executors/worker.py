"""What runs in a worker process of Dask: its enlistment, and cases within their limits."""

import logging
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import get_worker

from sampling_sim.campaign.executors.attempts import Attempt, Runner, Trouble, attempt
from sampling_sim.campaign.provenance import cpu_model, software
from sampling_sim.recording.recorder import Recording

BED_LOG = "sampling_sim.regolith"
"""Logger whose warnings, of beds and their cache, reach the main process: no outcome says them."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables that must be 1: one case a core, and a case is one thread.

Dask's nannies set them, and no kernel of ours is parallel.
"""

ROOM = 5e7
"""[B] chosen: without so much beyond what it has at first, a worker could not even answer."""


@dataclass(frozen=True)
class Terms:
    """What a worker is asked to keep to."""

    memory: float | None
    """[B] of data that its process may have."""
    is_ours: bool
    """Whether it was started for this campaign."""


@dataclass(frozen=True)
class Enlisted:
    """What a worker says of itself."""

    software: dict[str, str]
    """What `provenance.software` gives there."""
    threads: dict[str, str]
    """Value of each of `THREADS`, empty where it is not set."""
    cpu: str
    """Processor of its machine."""


def enlist(terms: Terms) -> Enlisted:
    """Prepare this worker for its first case, and say what it is.

    Raises
    ------
    MemoryError
        If it has as much memory already as it may have.
    """
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if terms.memory is not None and terms.memory < (least := _data() + ROOM):
        allowed = f"{terms.memory / 1e9:.2g} GB a worker; needs {least / 1e9:.2g} GB before a case"
        raise MemoryError(allowed)
    soft = hard if terms.memory is None else int(terms.memory)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    if terms.is_ours:
        # A machine that runs out of memory ends a worker, not the process that keeps the cases
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="utf-8")
    _send_warnings(get_worker())
    return Enlisted(software(), {name: os.environ.get(name, "") for name in THREADS}, cpu_model())


def attempt_within(
    runner: Runner, case: Any, recording: Recording | None, timeout: float | None
) -> Attempt | Trouble:
    """Run one case once; the kernel ends this process if it takes longer than `timeout` [s].

    Python could not: a kernel that hangs may never give the interpreter back.
    """
    if timeout is not None:
        signal.setitimer(signal.ITIMER_REAL, timeout)
    try:
        return attempt(runner, case, recording)
    finally:
        if timeout is not None:
            signal.setitimer(signal.ITIMER_REAL, 0.0)


def _data() -> float:
    """[B] of this process that its limit on data counts."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmData:"))
    return 1024.0 * float(line.split()[1])


def _send_warnings(worker: Any) -> None:
    """Let what is logged here of beds reach the main process, and the rest nobody.

    Warnings of a case would break the progress line, and what they say stands in its outcome.
    """
    log = logging.getLogger(BED_LOG)
    if not any(isinstance(handler, _Sender) for handler in log.handlers):
        logging.getLogger("sampling_sim").addHandler(logging.NullHandler())
        log.addHandler(_Sender(worker))


class _Sender(logging.Handler):
    """Sends warnings to the clients of a worker's cluster."""

    def __init__(self, worker: Any) -> None:
        super().__init__(logging.WARNING)
        self._worker = worker

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        said = {"name": record.name, "level": record.levelno, "text": record.getMessage()}
        self._worker.log_event(BED_LOG, said)
