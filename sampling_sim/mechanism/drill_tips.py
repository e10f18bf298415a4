"""Drill tips as data: what of a design bores and holds, and the ground that it is meant for.

`effects/drilling.py` makes an effect of it.  Lengths along a drill are
positive into the ground.  SI.
"""

import math
from dataclasses import dataclass

from sampling_sim.mechanism.base import Vector


@dataclass(frozen=True, kw_only=True)
class Bit:
    """A coring bit and what drives it."""

    diameter: float
    """[m] of the hole."""
    core_diameter: float
    """[m] of the core that stays inside; less than the diameter."""
    percussion_power: float
    """[W] of the hammer at the bit, beside the work of rotation."""
    clearing_rate: float
    """[rad/s] at which cuttings are cleared as fast as they are made; slower, the bit cuts in
    proportion, and the hole's walls grip the shaft again."""
    friction_coefficient: float
    """[1] of the bit's face on the ground."""
    stiffness: float
    """[N/m] between tip and hole, along and across the drill."""
    damping: float
    """[N·s/m] beside it."""

    @property
    def kerf_area(self) -> float:
        """Area [m²] that is cut: the ring between hole and core."""
        return 0.25 * math.pi * (self.diameter**2 - self.core_diameter**2)

    @property
    def hole_area(self) -> float:
        """Area [m²] of the whole hole."""
        return 0.25 * math.pi * self.diameter**2

    @property
    def core_area(self) -> float:
        """Area [m²] of the core."""
        return 0.25 * math.pi * self.core_diameter**2


@dataclass(frozen=True, kw_only=True)
class Strength:
    """How a ground holds what is in a hole in it."""

    shear: float
    """[Pa] along the shaft, over its whole lateral area."""
    bearing: float
    """[Pa] across the shaft and under the bit, over the projected area."""
    density: float
    """[kg/m³] of the core."""


@dataclass(frozen=True, kw_only=True)
class DrillTips:
    """All drill tips of a design, and the two grounds: regolith, and rock below it."""

    links: tuple[int, ...]
    """Link of each drill, in the design's order; it turns about its axis."""
    points: tuple[Vector, ...]
    """[m] each tip in its link's frame."""
    axes: tuple[Vector, ...]
    """Unit vector of each drill in its link's frame, towards the ground."""
    senses: tuple[float, ...]
    """1 or −1 each: the sense of turning about the axis in which the bit cuts."""
    bit: Bit
    rock: Strength
    specific_energy: float
    """[J/m³] of the rock (Teale 1965)."""
    least_weight: float
    """[N] on the bit below which rock is rubbed and not cut."""
    regolith: Strength
    penetration_resistance: float
    """[Pa] of regolith under a bit that does not turn, over the hole's area."""
    rotation_relief: float
    """[1] share of that resistance that is left under a bit that turns at its clearing rate."""
