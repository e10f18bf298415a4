"""Grain sizes: a cumulative power law cut at both ends.

The number of grains larger than d goes as d^q with the (negative, cumulative) index q.  Sizes are
diameters [m].
"""

import numpy as np

from sampling_sim.constants import FloatArray


def size_fraction_below(
    diameter: FloatArray, smallest: float, largest: float, index: float
) -> FloatArray:
    """Fraction of grains, by number, smaller than `diameter` [m]: the closed-form CDF."""
    inside = np.clip(diameter, smallest, largest)
    if smallest == largest:
        return np.where(np.asarray(diameter) >= largest, 1.0, 0.0)
    return (smallest**index - inside**index) / (smallest**index - largest**index)


def draw_diameters(
    rng: np.random.Generator, count: int, smallest: float, largest: float, index: float
) -> FloatArray:
    """Draw `count` diameters [m] by inverting the CDF."""
    if smallest == largest:
        return np.full(count, smallest)
    share = rng.random(count)
    power = smallest**index - share * (smallest**index - largest**index)
    return np.clip(power ** (1.0 / index), smallest, largest)
