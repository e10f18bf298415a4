"""Which cases of a campaign are recorded, and how many bytes each may take.

An equal share of the budget is each case's own, known before anything runs: what is kept of a case
does not depend on the others, nor on workers, parts or resumes.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sampling_sim.campaign.executors.attempts import RunResult
from sampling_sim.campaign.experiment.config import Experiment, PlannedCase
from sampling_sim.errors import BadInput
from sampling_sim.outcome import Status
from sampling_sim.recording.recorder import Recording

BUDGET = 1e9
"""[B] of a campaign, before compression; chosen: ten cases at the most that one may take, and a
file that is still sent to a colleague."""
LEAST = 1e5
"""[B] a case; chosen: below, a bed of two thousand grains has no second frame."""
FRAMEWORK = 5e4
"""[B] of a share that HDF5 has for groups and indexes; measured: 45 kB a recorded case."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordedReplicates:
    """The first replicates of a campaign, with all their design points and surfaces."""

    replicates: int
    budget: float = BUDGET
    """[B] of all of them together, before compression."""

    def cases(self, experiment: Experiment) -> int:
        """How many cases these are; the same whatever the number of cases of a sweep."""
        return self.replicates * experiment.surfaces * experiment.design_points

    def share(self, experiment: Experiment) -> float:
        """Most [B] that each of the cases takes, before compression.

        Raises
        ------
        BadInput
            If there is nothing to record, or too little for each case.
        """
        if self.replicates < 1:
            raise BadInput(f"record = {self.replicates!r}: needs at least 1 replicate")
        count = self.cases(experiment)
        share = self.budget / count
        if not share >= LEAST:
            raise BadInput(
                f"--record-budget {self.budget:.3g} B: {count} cases to record get {share:.3g} B "
                f"each; needs at least {LEAST:.0f} B each, {LEAST * count:.3g} B in all"
            )
        return min(share, Recording().budget)

    def recording(self, experiment: Experiment) -> Recording:
        """How each of the cases is recorded; raises as `share`."""
        return Recording(budget=self.share(experiment) - FRAMEWORK)

    def most(self, experiment: Experiment, replicates: int) -> float:
        """Most [B] that a sweep of so many replicates keeps, before compression."""
        recorded = min(self.replicates, replicates) / self.replicates
        return self.share(experiment) * self.cases(experiment) * recorded


class Recordings:
    """Says of each case how it is recorded, and in the end what did not fit."""

    def __init__(self, experiment: Experiment, asked: RecordedReplicates | None) -> None:
        self._replicates = 0 if asked is None else asked.replicates
        self._recording = None if asked is None else asked.recording(experiment)
        self._widening: list[int | None] = []

    def of(self, plan: PlannedCase) -> Recording | None:
        """How a case is recorded, if it is."""
        return self._recording if plan.replicate < self._replicates else None

    def look(self, plan: PlannedCase, result: RunResult) -> None:
        """Note how the recording of a finished case came out."""
        if self.of(plan) is not None:
            self._widening += _widening(result)

    def tell(self) -> None:
        """Warn of what did not fit, in one line."""
        if self._recording is not None:
            _warn_of_short_budget(self._recording, self._widening)


def tell_of_resumed(experiment: Experiment, output: Path, cases: Collection[int]) -> None:
    """Warn that a sweep which goes on from recorded cases was not asked to record more."""
    if cases:
        count = 1 + max(experiment.planned(case).replicate for case in cases)
        has = f"has recordings of the first {count} replicates, and this sweep makes none"
        log.warning("%s: %s; give --record %d to go on recording", output, has, count)


def tell_of(recording: Recording, result: RunResult) -> None:
    """Warn if the one case that was recorded did not fit."""
    _warn_of_short_budget(recording, _widening(result))


def _widening(result: RunResult) -> list[int | None]:
    """How many times longer the interval became, None without snapshots; of a case that ended."""
    if result.snapshots is not None:
        return [result.snapshots.widening]
    has_ended = result.series and result.outcome.status is not Status.DIVERGED
    return [None] if has_ended else []


def _warn_of_short_budget(recording: Recording, widening: Sequence[int | None]) -> None:
    widened = [factor for factor in widening if factor is not None and factor > 1]
    without = widening.count(None)
    said = [f"{len(widened)} at up to {max(widened)} times the interval"] if widened else []
    if without:
        said.append(f"{without} without snapshots, as one is larger than that")
    if said:
        data = f"{recording.budget / 1e3:.0f} kB of data a case"
        log.warning("recordings kept to %s: %s", data, "; ".join(said))
