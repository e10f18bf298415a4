"""Bare rock: a site without grains.  Stands where the grain solver stands, and does nothing.

The rock itself is the world's bedrock, its surface at z = 0.  Frame P, SI.
"""

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.bodies import Bodies
from sampling_sim.regolith.overlaps import OverlapStatistics
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.primitives import LinkMotion, ToolLoads


def bare_rock(parameters: RegolithParameters) -> Bed:
    """Bed without a grain, its floor at the surface."""
    return Bed(
        parameters=parameters,
        position=np.zeros((0, 3)),
        radius=np.zeros(0),
        fixed=np.zeros(0, dtype=bool),
        floor=0.0,
    )


class BareRock:
    """No grains: what a case asks of a `GrainSolver`, answered with nothing."""

    overlaps = OverlapStatistics(0.0, 0.0, 0.0, 0.0, 0.0)

    def __init__(self, contact_step: float, links: int) -> None:
        self.contact_step = contact_step
        self._links = links

    def advance(self, motion: LinkMotion | None, steps: int) -> ToolLoads:  # noqa: ARG002
        """Return no loads."""
        zero = np.zeros((self._links, 3))
        return ToolLoads(force=zero, torque=zero.copy(), work=np.zeros(self._links))

    @property
    def position(self) -> FloatArray:
        """Centres of none, shape (0, 3)."""
        return np.zeros((0, 3))

    velocity = position

    @property
    def bodies(self) -> Bodies:
        """Of none."""
        none = np.zeros((0, 3))
        return Bodies(none, none, none, np.zeros(0), np.zeros(0))

    def kick(self, impulse: FloatArray) -> None:
        """Kick nothing."""

    def check_overlaps(self, **limits: float) -> None:
        """Find no overlap."""
