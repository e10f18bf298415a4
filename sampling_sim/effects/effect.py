"""What an effect is: a law that acts on craft and grains, once an exchange.

An effect is made from data of the design (`Design.effects`) by `choice.py`.  It sees the links and
the grains, may kick the grains, and returns what acts on the links from outside; both are booked by
the coupling.  Frame P, SI.
"""

from typing import Protocol

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Action
from sampling_sim.regolith.bodies import Bodies
from sampling_sim.world.world import WorldState

Loads = tuple[FloatArray, FloatArray]
"""Force [N] at the centre of mass and torque [N·m] of each link, shapes (m, 3)."""


class Ground(Protocol):
    """What an effect may do with the grains."""

    @property
    def bodies(self) -> Bodies:
        """The grains now."""
        ...

    def kick(self, impulse: FloatArray) -> None:
        """Give the free bodies impulses [N·s], shape (b, 3)."""
        ...


class Effect(Protocol):
    """A law beside contact, drives and field."""

    is_ground: bool
    """Its loads are the ground's: they count with those of contact."""

    def command(self, action: Action) -> None:
        """Take an action of the sequence; those it does not know change nothing."""
        ...

    def act(self, state: WorldState, ground: Ground, step: float) -> Loads | None:
        """Act over one exchange of `step` [s]: kick grains, return the loads on the links."""
        ...

    def measures(self) -> dict[str, float]:
        """Outcome columns that only this effect knows, as they stand."""
        ...
