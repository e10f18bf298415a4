"""How a sweep gets on: a live display on a terminal, plain lines in a log file; both on stderr.

Both say how many cases are done, running and failed, how many are done a minute, when the sweep
will end at that rate, and the mean collected mass so far with its 95 % interval.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from sampling_sim.outcome import Outcome, Status

if TYPE_CHECKING:
    from sampling_sim.campaign.statistics.stopping import Look

LINES_OF_CASES = 100
"""chosen: so many cases have a line each in a log file, which is all of a small sweep."""
LINE_INTERVAL = 10.0
"""[s] chosen: later lines are no closer than this, 9000 a day."""
Progressed = Callable[[int, int, Any], None]
"""Takes the cases finished, the cases in all, and the record of the last one."""
Checked = Callable[[int, int], None]
"""Takes the cases checked before the first one runs, and the cases in all."""
Watched = Callable[[int], None]
"""Takes the number of running cases."""
Looked = Callable[[int, "Look"], None]
"""Takes the replicates that a stopping rule looked at, and what it saw."""
REDRAWN = 2.0
"""[1/s] chosen: often enough to be seen alive; at rich's own 10 a redraw takes 1 % of a core."""
UNMEASURED = (Status.FAILED, Status.DIVERGED)
"""What is counted as failed, and has no collected mass."""


class MeanInterval:
    """Mean of numbers that come one by one, and its 95 % interval (Student's t)."""

    def __init__(self) -> None:
        self.count, self.mean, self._squares = 0, 0.0, 0.0

    def add(self, value: float) -> None:
        """Take one number (Welford's update, which loses no digits)."""
        self.count += 1
        step = value - self.mean
        self.mean += step / self.count
        self._squares += step * (value - self.mean)

    @property
    def half_width(self) -> float:
        """Half the interval; infinite for fewer than two numbers."""
        if self.count < 2:
            return math.inf
        from scipy.special import stdtrit

        variance = self._squares / (self.count - 1)
        return float(stdtrit(self.count - 1, 0.975)) * math.sqrt(variance / self.count)


class SweepState:
    """What is known of a sweep at a moment; `now` gives the time [s]."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.start()
        self.done = self.total = self.running = self.failed = 0
        self._told = 0
        self._mass = MeanInterval()

    def start(self) -> None:
        """Count time from now on."""
        self._start = self._now()

    def add(self, done: int, total: int, outcome: Outcome) -> None:
        """Take one finished case."""
        self.done, self.total = done, total
        self._told += 1
        if outcome.status in UNMEASURED:
            self.failed += 1
        else:
            self._mass.add(outcome.collected_mass)

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return self._now() - self._start

    @property
    def remaining(self) -> float:
        """Seconds to the end, at the rate of this sweep so far."""
        return self.seconds / self._told * (self.total - self.done) if self._told else math.inf

    @property
    def counts(self) -> str:
        """Running, failed, rate and end."""
        rate = 60.0 * self._told / self.seconds if self.seconds > 0.0 else 0.0
        said = f"running {self.running}, failed {self.failed}, {rate:.3g}/min"
        if not self._told or self.done == self.total:
            return said
        end = datetime.now().astimezone() + timedelta(seconds=self.remaining)
        is_today = self.remaining < 43200.0
        return f"{said}, ends about {end:{'%H:%M' if is_today else '%Y-%m-%d %H:%M'}}"

    @property
    def headline(self) -> str:
        """Mean collected mass of the cases of this sweep so far, empty before the second one."""
        if self._mass.count < 2:
            return ""
        interval = f"{self._mass.mean:.4g} ± {self._mass.half_width:.2g} kg"
        return f"collected_mass {interval} (mean, 95 %, {self._mass.count} cases)"


class _Lines:
    """Plain lines, of which a million short cases do not make a million."""

    def __init__(self, state: SweepState) -> None:
        self._state, self._printed, self._last = state, 0, 0.0

    def show(self, done: int, total: int, record: Any) -> None:
        """Take one finished case, and print a line if one is due."""
        self._state.add(done, total, record.outcome)
        seconds = self._state.seconds
        is_due = seconds - self._last >= LINE_INTERVAL or self._printed < LINES_OF_CASES
        if is_due or done == total:
            self._printed, self._last = self._printed + 1, seconds
            sys.stderr.write(self._line(record) + "\n")
            sys.stderr.flush()

    def check(self, done: int, total: int) -> None:
        """Take the number of cases checked, and print a line if one is due."""
        seconds = self._state.seconds
        if done == total:
            self._last = 0.0
            self._state.start()
        elif seconds - self._last >= LINE_INTERVAL:
            self._last = seconds
            sys.stderr.write(f"checking {total:,} cases: {done:,} done\n")
            sys.stderr.flush()

    def watch(self, running: int) -> None:
        """Take the number of running cases."""
        self._state.running = running

    def _line(self, record: Any) -> str:
        state, outcome = self._state, record.outcome
        said = outcome.message or f"{outcome.collected_mass:.4g} kg"
        text = f"{state.done}/{state.total}  case {record.case}: {outcome.status}, {said}"
        return "; ".join(part for part in (text, state.counts, state.headline) if part)


class _Bar(Progress):
    """A bar, and lines below it."""

    below = ""

    def get_renderables(self) -> Iterator[RenderableType]:
        """Table of the bar, then the lines."""
        yield self.make_tasks_table(self.tasks)
        if self.below:
            yield Text(self.below)


class _Live:
    """A bar and two lines that are written over."""

    def __init__(self, state: SweepState, bar: _Bar, label: str) -> None:
        self._state, self._bar, self._label = state, bar, label
        self._task = bar.add_task(label, total=None)
        self._look = ""

    def look(self, replicates: int, look: "Look") -> None:
        """Take what a stopping rule saw."""
        self._look = _look_line(replicates, look)

    def show(self, done: int, total: int, record: Any) -> None:
        """Take one finished case."""
        self._state.add(done, total, record.outcome)
        last = f"{self._label}, last {record.outcome.status}"
        self._bar.update(self._task, completed=done, total=total, description=last)

    def check(self, done: int, total: int) -> None:
        """Take the number of cases checked before the first one runs."""
        if done < total:
            self._bar.update(self._task, completed=done, total=total, description="checking cases")
            return
        self._bar.update(self._task, completed=0, description=self._label)
        self._state.start()

    def watch(self, running: int) -> None:
        """Take the number of running cases, and show all numbers as they are now."""
        self._state.running = running
        said = (self._state.counts, self._state.headline, self._look)
        self._bar.below = "\n".join(line for line in said if line)


def _print_look(replicates: int, look: "Look") -> None:
    sys.stderr.write(_look_line(replicates, look) + "\n")
    sys.stderr.flush()


def _look_line(replicates: int, look: "Look") -> str:
    ends = ": reached, the sweep ends" if look.is_reached else ""
    return f"after {replicates} replicates  {look.text}{ends}"


@contextmanager
def sweep_display(label: str) -> Iterator[tuple[Progressed, Watched, Looked, Checked]]:
    """Give what `run_campaign` calls as `progress`, `watch`, `looked` and `checked`."""
    console = Console(stderr=True)
    state = SweepState()
    if not console.is_terminal:
        lines = _Lines(state)
        yield lines.show, lines.watch, _print_look, lines.check
        return
    what, how_far = TextColumn("{task.description}"), MofNCompleteColumn()
    columns = what, BarColumn(), how_far, TimeElapsedColumn()
    with _Bar(*columns, console=console, refresh_per_second=REDRAWN) as bar:
        live = _Live(state, bar, label)
        yield live.show, live.watch, live.look, live.check


@contextmanager
def busy_display(label: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal that something runs, and for how long; elsewhere nothing.

    Gives a callback that tells what is being done.
    """
    console = Console(stderr=True, markup=False)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(label, total=None)
        yield lambda doing: bar.update(task, description=f"{label}: {doing}")
