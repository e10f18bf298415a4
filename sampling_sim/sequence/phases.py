"""Words of a sequence: its phases, what it sees, what it commands.

A sequence is a small state machine that sees an `Observation` once a control step and answers
with a `Command`.  It knows nothing of the world behind either.  Frame P, SI.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """Where a touch-and-go is."""

    APPROACH = "approach"
    BRAKE = "brake"
    DWELL = "dwell"
    RETREAT = "retreat"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What the sequence sees at a control step."""

    time: float
    """[s] since release."""
    head_force: float
    """[N] magnitude of the ground's force on the sampler head, filtered."""
    normal_speed: float
    """[m/s] speed of the craft's centre of mass along +n (positive: away from the ground)."""
    tilt: float
    """[rad] angle of craft +z to the normal."""
    rate: float
    """[rad/s] body rate of the craft relative to P."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What the sequence wants until the next control step."""

    thrust: float = 0.0
    """[N] along craft +z, at the craft's centre of mass."""
    brushes_on: bool = False
    """Wheels driven at their set speed; otherwise driven to rest."""
    flap_open: bool = True
    """Flap driven open, or shut."""


class Sequence(Protocol):
    """A state machine over phases; `phase` and `abort_rule` may be read at any time."""

    phase: Phase
    abort_rule: str

    def command(self, seen: Observation) -> Command:
        """Return the command for the next control step, after advancing the phase."""
        ...
