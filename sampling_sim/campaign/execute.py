"""Running a campaign: every case once, every finished case kept.

A worker sees one case and nothing else, so results do not depend on how many workers there are, in
which order they finish, or whether the sweep was resumed.
"""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from sampling_sim.campaign.config import Experiment, PlannedCase
from sampling_sim.campaign.meshes import mesh_hashes
from sampling_sim.campaign.provenance import root_attributes
from sampling_sim.campaign.records import case_record
from sampling_sim.campaign.shards import ShardFolder
from sampling_sim.errors import BadInput
from sampling_sim.store import CaseRecord

if TYPE_CHECKING:
    from sampling_sim.campaign.pool import Attempt, Runner, WorkerPool

POLL = 0.05
"""[s] between looks at the workers; chosen: short beside a case, long beside a look."""

Progress = Callable[[int, int, CaseRecord], None]
"""Called after each case with the cases finished, the cases in all, and the case."""


class SweepInterrupted(KeyboardInterrupt):
    """Ctrl-C ended a sweep; `cases` is how many finished ones its output holds now."""

    def __init__(self, cases: int) -> None:
        super().__init__()
        self.cases = cases


def run_campaign(
    experiment: Experiment,
    output: str | Path,
    *,
    cases: int | None = None,
    seed: int | None = None,
    workers: int = 2,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    runner: "Runner | None" = None,
) -> Path:
    """Run every case of an experiment into one result file; return its path.

    Parameters
    ----------
    experiment, output
        What to run, and the result file; its folder is made if there is none.
    cases, seed
        In place of the experiment's own.
    workers
        Worker processes.
    resume, overwrite
        Go on from what an earlier sweep left, possibly with more cases; or remove it.
    progress
        Called after each finished case; cases refused as impossible wait until one is not.
    runner
        Function of a case, importable by name; `sampling_sim.run.run_case` unless told.

    Raises
    ------
    BadInput
        If the input is wrong, or every case is refused as impossible; then no file is written.
    SweepInterrupted
        After Ctrl-C, once the finished cases are merged into the output.
    """
    _refuse_none(workers=workers, cases=cases)
    runner = runner or _real_runner()
    experiment = (experiment if seed is None else experiment.reseeded(seed)).sized(cases)
    # Every case is drawn before any runs: one that breaks a rule is refused while nothing is lost
    drawn = {plan: experiment.case_of(plan) for plan in experiment.plan(cases)}
    meshes = mesh_hashes(experiment)
    folder = ShardFolder(Path(output), root_attributes(experiment, meshes))
    with interrupts_noted() as interrupted:
        finished = folder.claim(experiment, meshes, resume=resume, overwrite=overwrite)
        with _merged(folder):
            todo = {plan: case for plan, case in drawn.items() if plan.index not in finished}
            keeper = _Keeper(folder, experiment, drawn, len(drawn) - len(todo), progress)
            _run_all(todo, keeper, runner, workers, interrupted)
            keeper.refuse_if_none_could_run()
    return folder.output


def _refuse_none(**counts: int | None) -> None:
    for name, count in counts.items():
        if count is not None and count < 1:
            raise BadInput(f"{name} = {count!r}: needs at least 1")


def _real_runner() -> "Runner":
    from sampling_sim.run import run_case

    return run_case


@contextmanager
def _merged(folder: ShardFolder) -> Iterator[None]:
    """Merge what was run in the end, or what is finished after Ctrl-C, and let the folder go."""
    try:
        yield
        folder.merge()
    except KeyboardInterrupt:
        raise SweepInterrupted(folder.merge()) from None
    finally:
        folder.release()


class _Keeper:
    """Puts finished cases on the disk, counts them and reports them."""

    def __init__(
        self,
        folder: ShardFolder,
        experiment: Experiment,
        cases: Mapping[PlannedCase, Any],
        done: int,
        progress: Progress | None,
    ) -> None:
        self._folder, self._experiment, self._progress = folder, experiment, progress
        self._cases, self._done = cases, done
        self._untold: list[CaseRecord] = []
        self.refusals: list[str] = []

    def keep(self, plan: PlannedCase, attempt: "Attempt") -> None:
        """Take one case; it is on the disk within `DURABLE_WITHIN` (shards.py)."""
        case = self._cases[plan]
        record, described = case_record(
            self._experiment, plan, case, attempt.outcome, attempt.series
        )
        self._folder.add(record, described)
        self._untold.append(record)
        if attempt.is_refused:
            self.refusals.append(attempt.outcome.message)
        if len(self.refusals) < self._done + len(self._untold):  # else one line says it all
            self._tell()

    def tick(self) -> None:
        """Let the cases that have waited long enough be put on the disk."""
        self._folder.tick()

    def refuse_if_none_could_run(self) -> None:
        """Raise `BadInput` if every single case was refused, and leave nothing on the disk."""
        if len(self.refusals) == len(self._cases):
            self._folder.discard()
            raise BadInput(f"{self._experiment.file}: no case can be run: {self.refusals[0]}")

    def _tell(self) -> None:
        for record in self._untold:
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, len(self._cases), record)
        self._untold.clear()


def _run_all(
    todo: Mapping[PlannedCase, Any],
    keeper: _Keeper,
    runner: "Runner",
    workers: int,
    interrupted: threading.Event,
) -> None:
    """Run the cases in order, as workers come free; on Ctrl-C keep what is finished."""
    if not todo:
        return
    from sampling_sim.campaign.pool import WorkerPool

    if interrupted.is_set():
        raise KeyboardInterrupt
    waiting = deque(todo.items())
    with WorkerPool(min(workers, len(todo)), runner) as pool:
        while (waiting or pool.is_busy) and not interrupted.is_set():
            while waiting and not pool.is_full:
                pool.submit(*waiting.popleft())
            time.sleep(POLL)
            _keep_finished(pool, keeper)
            keeper.tick()
        is_complete = not (waiting or pool.is_busy)
    if not is_complete:
        raise KeyboardInterrupt


def _keep_finished(pool: "WorkerPool", keeper: _Keeper) -> None:
    for plan in pool.poll():
        keeper.keep(plan, pool.release(plan))


@contextmanager
def interrupts_noted() -> Iterator[threading.Event]:
    """Note the first Ctrl-C instead of raising it; a second one raises as ever.

    An exception raised between any two instructions may be swallowed by a finaliser of a library,
    or cut the writing of a case in two.
    """
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield noted  # only the main thread can handle signals
        return
    before = signal.getsignal(signal.SIGINT)

    def note(_signal: int, _frame: FrameType | None) -> None:
        noted.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
