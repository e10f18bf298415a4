"""Words of a sequence: its phases, what it sees, what it commands.

A sequence is a small state machine that sees an `Observation` once a control step and answers
with a `Command`.  It knows nothing of the world behind either.  Frame P, SI.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Action


class Phase(StrEnum):
    """Where a sequence is; the series number them in this order."""

    APPROACH = "approach"
    BRAKE = "brake"
    DWELL = "dwell"
    RETREAT = "retreat"
    STATION = "station"
    """Hover: the craft holds its place over the site."""
    REACH = "reach"
    """Hover: the arm goes down."""
    SAMPLE = "sample"
    STOW = "stow"
    """Hover: the arm comes back."""
    DAMP = "damp"
    """Anchor: the legs take up the landing."""
    HOLD_DOWN = "hold_down"
    """Anchor: thrust presses the craft to the ground."""
    DRILL = "drill"
    TEST_PULL = "test_pull"
    RELEASE = "release"


def no_vector() -> FloatArray:
    """Return a zero vector, shape (3,)."""
    return np.zeros(3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Observation:
    """What the sequence sees at a control step, errors of navigation included."""

    time: float
    """[s] since release."""
    head_force: float
    """[N] magnitude of the ground's force on the sampler head, filtered, late by the latency."""
    normal_speed: float
    """[m/s] speed of the craft's centre of mass along +n (positive: away from the ground)."""
    tilt: float
    """[rad] angle of craft +z to the normal."""
    rate: float
    """[rad/s] body rate of the craft relative to P."""
    altitude: float = float("inf")
    """[m] of the lowest craft point over the highest ground, altimeter bias included."""
    offset: FloatArray = field(default_factory=no_vector)
    """[m] of the bus from where it was at release, shape (3,)."""
    velocity: FloatArray = field(default_factory=no_vector)
    """[m/s] of the craft's centre of mass, shape (3,)."""
    mass: float = 0.0
    """[kg] of the craft, as known on board."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """What the mechanism's effects measure, by name: drilled depth, anchor load…"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Command:
    """What the sequence wants until the next control step."""

    thrust: float = 0.0
    """[N] along craft +z, at the craft's centre of mass."""
    push: FloatArray = field(default_factory=no_vector)
    """[N] in P beside the thrust, shape (3,): station keeping."""
    actions: tuple[Action, ...] = ()
    """Asked of the mechanism; each holds until another takes its place."""


class Sequence(Protocol):
    """A state machine over phases; `phase` and `abort_rule` may be read at any time."""

    phase: Phase
    abort_rule: str

    @property
    def is_leaving(self) -> bool:
        """The craft has been told to leave the ground."""
        ...

    @property
    def is_done(self) -> bool:
        """Nothing is left to do: a case that is clear of the ground may end."""
        return True

    def command(self, seen: Observation) -> Command:
        """Return the command for the next control step, after advancing the phase."""
        ...
