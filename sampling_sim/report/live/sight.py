"""What is seen of a run at a control step, and the moments that matter.  Reads, never changes.

In: a `Simulation` after each control step; out: grains, links and the row of the time series then.
Frame P, SI.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sampling_sim.constants import BoolArray
from sampling_sim.recording.snapshots import Frame
from sampling_sim.report.live.scenery import Scenery, scenery_of
from sampling_sim.sequence.phases import Phase
from sampling_sim.simulation import Simulation

SAME = 0.1
"""[s] in which nothing new is to be seen; chosen: 5 mm at 5 cm/s."""
PASSING = frozenset(phase.value for phase in Phase if phase is not Phase.RETREAT)
"""Moments that are phases, but for the one that ends the sampling."""


@dataclass(frozen=True, eq=False)
class Sight:
    """A run at one control step."""

    frame: Frame
    contained: BoolArray
    """Grains inside the container now, shape (n,)."""
    row: Mapping[str, float]
    """Row of the time series (`recording/series.py`)."""
    abort_rule: str
    """Which rule has fired; empty if none."""

    @property
    def force(self) -> float:
        """Filtered magnitude [N] of the ground's force on the head."""
        return math.hypot(*(self.row[f"head_force_{axis}"] for axis in "xyz"))

    @property
    def phase(self) -> Phase:
        """Phase of the sequence."""
        return list(Phase)[int(self.row["phase"])]

    @property
    def caption(self) -> str:
        """Time, phase and what is measured, in one line."""
        height = 1e3 * self.row["rim_height"]
        rim = f"rim {abs(height):.0f} mm {'over' if height > 0.0 else 'below'} the surface"
        phase = self.phase.replace("_", " ")
        aborted = f" (aborted: {self.abort_rule})" if self.abort_rule else ""
        inside = f"{self.row['contained_mass']:.3g} kg in the container"
        return f"{self.frame.time:.2f} s, {phase}{aborted}: {self.force:.1f} N, {rim}, {inside}"


def sight_of(simulation: Simulation) -> Sight:
    """Sight of a simulation as it is now."""
    contained = simulation.inside_container()[simulation.bed.body]
    return Sight(simulation.frame(), contained, simulation.row(), simulation.sequence.abort_rule)


@dataclass(frozen=True, eq=False)
class Moment:
    """A control step that matters, and why."""

    names: tuple[str, ...]
    """What happened, as `release`, `first_contact`, `dwell`; more than one if at once."""
    sight: Sight


class KeyMoments:
    """Observer of a case that keeps what its key moments looked like.

    Release; the first step of each later phase; first contact; the steps in which the largest force
    and the deepest sinkage were measured; the craft clear of the ground; the end.  What does not
    happen has no moment.
    """

    def __init__(self) -> None:
        self._sights: dict[str, Sight] = {}
        self._peak = self._deepest = 0.0
        self._phase = ""
        self.scenery: Scenery | None = None
        """What does not change; None before release."""
        self.time: list[float] = []
        """[s] of each control step."""
        self.force: list[float] = []
        """[N] filtered magnitude of the ground's force on the head at each."""

    def __call__(self, simulation: Simulation) -> None:
        """Look at the simulation."""
        sight, monitor = sight_of(simulation), simulation.monitor
        if self.scenery is None:
            self.scenery = scenery_of(simulation)
            self._sights["release"] = sight
        elif sight.phase != self._phase:
            self._sights.setdefault(sight.phase.value, sight)
        self._phase = sight.phase
        if not math.isnan(monitor.first_contact):
            self._sights.setdefault("first_contact", sight)
        if monitor.peak_force > self._peak:
            self._peak, self._sights["peak_force"] = monitor.peak_force, sight
        if monitor.max_sinkage > self._deepest:
            self._deepest, self._sights["deepest_sinkage"] = monitor.max_sinkage, sight
        if monitor.is_clear:
            self._sights.setdefault("clear", sight)
        self._sights["end"] = sight
        self.time.append(sight.frame.time)
        self.force.append(sight.force)

    def moments(self) -> list[Moment]:
        """Key moments in the order of time, those of one control step together.

        A phase, but for the retreat, that begins within `SAME` after another moment is left out.
        """
        steps: dict[int, list[str]] = {}
        for name, sight in sorted(self._sights.items(), key=lambda item: item[1].frame.step):
            steps.setdefault(sight.frame.step, []).append(name)
        found: list[Moment] = []
        for names in steps.values():
            sight = self._sights[names[0]]
            is_new = not found or sight.frame.time - found[-1].sight.frame.time > SAME
            if is_new or not PASSING.issuperset(names):
                found.append(Moment(tuple(names), sight))
        return found
