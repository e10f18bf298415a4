"""Packing fraction and coordination number of a prepared bed, with what its quarters say of them.

The values are counted on the whole bed (`slab.py`); the intervals are Student's over its four
quarters in x and y, as if they were independent beds.  SI.
"""

from math import pi

import numpy as np

from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.lab.mohr_coulomb import Measured, mean_interval
from sampling_sim.regolith.laws.rules import bond_reach
from sampling_sim.regolith.slab import close_pairs, free_slab


def bed_packing(bed: Bed) -> tuple[Measured, Measured]:
    """Packing fraction and coordination number between the glued layer and the surface."""
    (low, high), volume = free_slab(bed)
    z = bed.position[:, 2]
    inside = (z > low) & (z < high)
    quarter = 2 * (bed.position[:, 0] > 0.0) + (bed.position[:, 1] > 0.0)
    # whole grains by their centres: the same on average as cut at the slab's faces
    solid = 4.0 / 3.0 * pi * bed.radius**3
    fractions = [float(solid[inside & (quarter == k)].sum()) / (0.25 * volume) for k in range(4)]
    contacts = _contacts_per_grain(bed)
    numbers = [float(contacts[inside & (quarter == k)].mean()) for k in range(4)]
    return (
        _about(bed.packing_fraction, mean_interval(fractions)),
        _about(bed.coordination_number, mean_interval(numbers)),
    )


def _contacts_per_grain(bed: Bed) -> np.ndarray:
    """Bonds of each grain, counted as on the whole bed, shape (n,)."""
    reach = bond_reach(bed.parameters) if bed.pull_off_scale > 0.0 else 0.0
    pairs = close_pairs(bed.position, bed.radius, reach, bed.period)
    return np.bincount(pairs.ravel(), minlength=bed.radius.size)


def _about(value: float, interval: Measured) -> Measured:
    """Interval as wide as another, about a value."""
    return Measured(
        value, value + interval.low - interval.value, value + interval.high - interval.value
    )
