"""Overlap statistics as the kernel sums them, and as a user reads them."""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.errors import DivergenceError
from sampling_sim.regolith import pair_forces


@dataclass(frozen=True)
class OverlapStatistics:
    """Overlaps since the last reset, as a share of the (smaller) radius."""

    mean: float
    """Over all grain contacts and steps; 0 if there were none."""
    peak_grain: float
    """Largest between two free grains."""
    peak_tool: float
    """Largest between a grain and a tool: the grain's own part, without bristles."""
    peak_fixed: float
    """Largest against a glued grain or a wall."""
    peak_bristle_deflection: float
    """[m] largest deflection of the bristles."""


def overlap_statistics(slots: FloatArray) -> OverlapStatistics:
    """Statistics of the kernel's slots, shape (SLOTS,)."""
    mean = slots[pair_forces.OVERLAP_SUM] / max(1.0, slots[pair_forces.CONTACTS])
    return OverlapStatistics(
        float(mean),
        float(slots[pair_forces.PEAK_GRAIN]),
        float(slots[pair_forces.PEAK_TOOL]),
        float(slots[pair_forces.PEAK_GLUED]),
        float(slots[pair_forces.PEAK_BRISTLE]),
    )


def joined(first: FloatArray, second: FloatArray) -> FloatArray:
    """Slots of two stretches of time taken together."""
    both = np.maximum(first, second)
    for slot in (pair_forces.OVERLAP_SUM, pair_forces.CONTACTS):
        both[slot] = first[slot] + second[slot]
    return both


def refuse_overlaps(seen: OverlapStatistics, limits: tuple[float, float, float, float]) -> None:
    """Refuse overlaps above the limits of mean, grain, tool and fixed grain.

    Raises
    ------
    DivergenceError
        Names the parameter to change.
    """
    softer = "raise regolith.youngs_modulus (and shorten engine.contact_step)"
    values = (seen.mean, seen.peak_grain, seen.peak_tool, seen.peak_fixed)
    remedies = (softer, softer, softer + " or lower the tool's speed", softer)
    names = ("mean grain", "peak grain", "peak tool", "peak fixed-grain")
    for name, value, limit, remedy in zip(names, values, limits, remedies, strict=True):
        if value > limit:
            msg = f"{name} overlap is {value:.3g} of the radius, limit {limit:g}: {remedy}"
            raise DivergenceError(msg)
