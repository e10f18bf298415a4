"""Running a campaign: every case once, every finished case kept.

A worker sees one case and nothing else, so results do not depend on where it ran, how many workers
there are, in which order they finish, or whether the sweep was resumed.  Cases are drawn once, from
their addresses, as they are sent out, so that their number is bounded by time, not by memory.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from sampling_sim.campaign.executors.attempts import Runner
from sampling_sim.campaign.executors.interface import Executor, Finished, Pool, Task
from sampling_sim.campaign.executors.places import Inline, LocalProcesses
from sampling_sim.campaign.experiment.config import Experiment, PlannedCase
from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.campaign.experiment.rules import Told, check_rules
from sampling_sim.campaign.provenance import root_attributes
from sampling_sim.campaign.recorded import RecordedReplicates, Recordings, tell_of_resumed
from sampling_sim.campaign.records import case_record
from sampling_sim.campaign.shards import ShardFolder
from sampling_sim.campaign.sharing import Share
from sampling_sim.campaign.stages import Looked, refuse_dependent, stages
from sampling_sim.campaign.statistics.stopping import StoppingRule
from sampling_sim.errors import BadInput
from sampling_sim.store import CaseRecord

log = logging.getLogger(__name__)

LOOK = 0.2
"""[s] chosen: how late Ctrl-C may be noticed; a finished case is noticed at once."""
UNTOLD = 1000
"""chosen: refused cases that are held back until one is not; more would fill the memory."""

Progress = Callable[[int, int, CaseRecord], None]
"""Called after each case with the cases finished, the cases in all, and the case."""
Watch = Callable[[int], None]
"""Called several times a second with the cases that are running."""


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
    executor: Executor | None = None,
    share: Share | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    watch: Watch | None = None,
    until: StoppingRule | None = None,
    looked: Looked | None = None,
    record: RecordedReplicates | None = None,
    checked: Told | None = None,
    runner: Runner | None = None,
) -> Path:
    """Run every case of an experiment into one result file; return its path.

    Parameters
    ----------
    experiment, output
        What to run, and the result file; its folder is made if there is none.
    cases, seed
        In place of the experiment's own.
    workers, executor
        Worker processes of this machine; or where else to run (`campaign.executors.places`).
    share
        Which part of the cases to run, for sites that run many sweeps side by side.
    resume, overwrite
        Go on from what an earlier sweep left, possibly with more cases; or remove it.
    progress, watch
        Called after each finished case, where cases refused as impossible wait until one is not;
        and several times a second with the number of cases that are running.
    until, looked
        Rule that ends the campaign before all cases are run, looked at after fixed numbers of
        replicates (`stopping.look_points`); and what is called after each look.
    record
        Replicates of which time series and snapshots are kept; outcomes are the same either way.
    checked
        Called now and then while cases are checked before the first of them runs.
    runner
        Function of a case, importable by name; `sampling_sim.run.run_case` unless told.

    Raises
    ------
    BadInput
        If the input is wrong, or every case is refused as impossible; then no file is written.
        Also if no worker can be had any more; then what is finished waits for `resume`.
    SweepInterrupted
        After Ctrl-C, once the finished cases are merged into the output.
    """
    if workers < 1:
        raise BadInput(f"workers = {workers!r}: needs at least 1")
    if until is not None:
        refuse_dependent(experiment, share)
    executor = executor or LocalProcesses(workers=workers)
    experiment = (experiment if seed is None else experiment.reseeded(seed)).sized(cases)
    plans = _checked_plans(experiment, cases, share, checked)
    recordings = Recordings(experiment, record)
    meshes = mesh_hashes(experiment)
    folder = ShardFolder(Path(output), root_attributes(experiment, meshes))
    with interrupts_noted() as interrupted:
        finished = folder.claim(experiment, meshes, resume=resume, overwrite=overwrite)
        with _merged(folder):
            done = sum(plan.index in finished for plan in plans) if finished else 0
            keeper = _Keeper(folder, experiment, recordings, len(plans), done, progress)
            left = len(plans) - done
            if resume:
                _tell_of_resume(folder, experiment, left, record)
            todo = (plan for plan in plans if plan.index not in finished)
            place = executor if left else Inline()  # a rule is looked at, nothing is run
            with _kept_for_resume(folder), place.open(runner or _real_runner(), left) as pool:
                for stage in stages(todo, plans[-1].replicate + 1, until, folder, looked):
                    _run_all(pool, iter(stage), keeper, interrupted, watch)
            keeper.refuse_if_none_could_run()
            recordings.tell()
    return folder.output


def _checked_plans(
    experiment: Experiment, cases: int | None, share: Share | None, checked: Told | None
) -> Sequence[PlannedCase]:
    """Return the cases of this sweep; one that breaks a rule is refused while nothing is lost."""
    plans: Sequence[PlannedCase] = experiment.plan(cases)
    if share is not None:
        plans = share.of(plans)
    check_rules(experiment, plans, checked)
    return plans


def _tell_of_resume(
    folder: ShardFolder, experiment: Experiment, left: int, record: RecordedReplicates | None
) -> None:
    """Say what a sweep that goes on may not expect: nothing to run, or nothing recorded."""
    if not left:
        log.warning("%s: all cases are finished, nothing is run", folder.output)
    elif record is None:
        tell_of_resumed(experiment, folder.output, folder.recorded())


def _real_runner() -> Runner:
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


@contextmanager
def _kept_for_resume(folder: ShardFolder) -> Iterator[None]:
    """Leave what is finished on the disk if no worker can be had any more."""
    try:
        yield
    except BadInput:
        folder.flush()
        raise


class _Keeper:
    """Draws cases, puts finished ones on the disk, counts them and reports them."""

    def __init__(
        self,
        folder: ShardFolder,
        experiment: Experiment,
        recordings: Recordings,
        cases: int,
        done: int,
        progress: Progress | None,
    ) -> None:
        self._folder, self._experiment, self._progress = folder, experiment, progress
        self._recordings = recordings
        self._cases, self._done = cases, done
        self._untold: list[CaseRecord] = []
        self._refused, self._refusal = 0, ""

    def task(self, plan: PlannedCase) -> Task:
        """Draw a case, to be run and kept."""
        return Task(plan, self._experiment.case_of(plan), self._recordings.of(plan))

    def keep(self, finished: Finished) -> None:
        """Take one case, on the disk within `DURABLE_WITHIN` (shards.py), and tell of it."""
        task, attempt = finished.task, finished.attempt
        record, described = case_record(self._experiment, task.plan, task.case, attempt)
        self._recordings.look(task.plan, attempt)
        self._folder.add(record, described)
        self._untold.append(record)
        if attempt.is_refused:
            self._refused += 1
            self._refusal = self._refusal or attempt.outcome.message
        is_all_refused = self._refused == self._done + len(self._untold)
        if not is_all_refused or self._refused > UNTOLD:  # else one line says it all
            self._tell()

    def look(self) -> None:
        """Put on the disk what is due."""
        self._folder.tick()

    def refuse_if_none_could_run(self) -> None:
        """Raise `BadInput` if every single case was refused, and leave nothing on the disk."""
        if self._refused == self._cases:
            self._folder.discard()
            raise BadInput(f"{self._experiment.file}: no case can be run: {self._refusal}")

    def _tell(self) -> None:
        for record in self._untold:
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._cases, record)
        self._untold.clear()


def _run_all(
    pool: Pool,
    todo: Iterator[PlannedCase],
    keeper: _Keeper,
    interrupted: threading.Event,
    watch: Watch | None,
) -> None:
    """Run the cases in order, as workers come free; on Ctrl-C keep what is finished."""
    over: Sequence[Finished] = ()
    waiting = next(todo, None)
    while not interrupted.is_set():
        try:
            while waiting is not None and not pool.is_full:
                pool.submit(keeper.task(waiting))
                waiting = next(todo, None)
            if watch is not None:
                watch(pool.running)
        finally:
            for finished in over:  # only now: no worker waits for the disk
                keeper.keep(finished)
        keeper.look()
        if waiting is None and not pool.running:
            return
        over = pool.finished(LOOK)
    for finished in over:
        keeper.keep(finished)
    if waiting is not None or pool.running:
        raise KeyboardInterrupt


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
