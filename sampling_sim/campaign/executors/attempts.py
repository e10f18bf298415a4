"""One attempt at a case, and how many attempts a case gets.

What is certain to happen again is not tried again: input that cannot be run, and a simulation that
diverges.  Everything else may be the machine's fault and costs one of `TRIES`, whatever it was.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sampling_sim.campaign.experiment.config import PlannedCase
from sampling_sim.constants import FloatArray
from sampling_sim.errors import BadInput, DivergenceError
from sampling_sim.outcome import Outcome, Status
from sampling_sim.recording.recorder import Recording
from sampling_sim.recording.snapshots import Snapshots

TRIES = 3
"""chosen: twice may be chance on a machine that others use, three times is the case."""


class RunResult(Protocol):
    """What a runner returns: the outcome, time series of equal length, and snapshots."""

    @property
    def outcome(self) -> Outcome:
        """Outcome of the case."""

    @property
    def series(self) -> Mapping[str, FloatArray]:
        """Series by name, empty if nothing was recorded."""

    @property
    def snapshots(self) -> Snapshots | None:
        """Snapshots, if any were recorded."""


Runner = Callable[..., RunResult]
"""Function of a case, importable by name in another process; of a `Recording` as `record`, too,
where cases are recorded."""


@dataclass(frozen=True)
class Attempt:
    """What came of a case; `is_refused` if its input cannot be run at all."""

    outcome: Outcome
    series: Mapping[str, FloatArray]
    snapshots: Snapshots | None = None
    is_refused: bool = False


@dataclass(frozen=True)
class Trouble:
    """Why an attempt came to nothing although another may not."""

    reason: str


def attempt(runner: Runner, case: Any, recording: Recording | None = None) -> Attempt | Trouble:
    """Run one case once; whatever it raises becomes an outcome or a reason."""
    try:
        result = runner(case) if recording is None else runner(case, record=recording)
    except BadInput as error:
        return Attempt(_unmeasured(case, Status.FAILED, str(error)), {}, is_refused=True)
    except DivergenceError as error:
        return Attempt(_unmeasured(case, Status.DIVERGED, str(error)), {})
    except MemoryError as error:
        return Trouble(f"out of memory: {error or 'the process may have no more'}")
    except Exception as error:
        return Trouble(f"{type(error).__name__}: {error}")
    return Attempt(result.outcome, result.series, result.snapshots)


class Tries:
    """Counts what went wrong with each case, and gives up the one that has had its tries."""

    def __init__(self) -> None:
        self._reasons: dict[PlannedCase, list[str]] = {}

    def after(self, plan: PlannedCase, case: Any, result: Attempt | Trouble) -> Attempt | None:
        """End of the case, or None if it is to be tried again."""
        if isinstance(result, Attempt):
            self._reasons.pop(plan, None)
            return result
        reasons = self._reasons.setdefault(plan, [])
        reasons.append(result.reason)
        if len(reasons) < TRIES:
            return None
        del self._reasons[plan]
        said = "; then ".join(dict.fromkeys(reasons))
        return Attempt(_unmeasured(case, Status.FAILED, f"{said} ({TRIES} tries)"), {})


def _unmeasured(case: Any, status: Status, message: str) -> Outcome:
    """Outcome of a case in which nothing was measured, not even that no mass was collected."""
    return Outcome(
        status=status,
        message=message,
        collected_mass=math.nan,
        packing_seed=case.regolith.packing_seed,
    )
