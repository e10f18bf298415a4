"""Cases run in this process, one after the other: to debug, and where cases are short."""

from sampling_sim.campaign.executors.attempts import Runner, Tries, attempt
from sampling_sim.campaign.executors.interface import Finished, Task


class InlinePool:
    """Runs the case it was given when it is asked for results; nothing limits the case."""

    def __init__(self, runner: Runner) -> None:
        self._runner, self._tries = runner, Tries()
        self._waiting: list[Task] = []

    @property
    def is_full(self) -> bool:
        """Whether a case waits to be run."""
        return bool(self._waiting)

    @property
    def running(self) -> int:
        """How many cases wait to be run: none or one."""
        return len(self._waiting)

    def submit(self, task: Task) -> None:
        """Take one case."""
        self._waiting.append(task)

    def finished(self, wait: float) -> list[Finished]:  # noqa: ARG002 - nothing else runs
        """Run the case that waits, as often as it takes."""
        done = []
        for task in self._waiting:
            end = None
            while end is None:
                result = attempt(self._runner, task.case, task.recording)
                end = self._tries.after(task.plan, task.case, result)
            done.append(Finished(task, end))
        self._waiting.clear()
        return done
