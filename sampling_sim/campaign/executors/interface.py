"""What a campaign asks of the place where its cases run."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sampling_sim.campaign.executors.attempts import Attempt, Runner
from sampling_sim.campaign.experiment.config import PlannedCase
from sampling_sim.recording.recorder import Recording


@dataclass(frozen=True)
class Task:
    """A case to run: its address, its inputs, and how it is recorded, if it is."""

    plan: PlannedCase
    case: Any
    recording: Recording | None = None


@dataclass(frozen=True)
class Finished:
    """A case that is over, and what came of it."""

    task: Task
    attempt: Attempt


class Pool(Protocol):
    """An open executor: takes cases one by one, gives them back in any order."""

    @property
    def is_full(self) -> bool:
        """Whether no case can be taken now."""

    @property
    def running(self) -> int:
        """How many cases are out."""

    def submit(self, task: Task) -> None:
        """Take one case; only while not full."""

    def finished(self, wait: float) -> Sequence[Finished]:
        """Cases that are over, each given once; waits up to `wait` [s] for the first."""


class Executor(Protocol):
    """Where cases run, as the user chose it."""

    def open(self, runner: Runner, most: int) -> AbstractContextManager[Pool]:
        """Start what is needed for `most` cases that `runner` runs; the context ends it."""
