"""Sizes drawn against the closed-form distribution."""

import numpy as np
import pytest
from scipy.stats import kstest

from sampling_sim.regolith.sizes import draw_diameters, size_fraction_below
from sampling_sim.rng import Stream, generator

SMALLEST, LARGEST = 0.016, 0.032


def drawn(index):
    """Return 5,000 diameters of one stream."""
    return draw_diameters(generator(1, 0, Stream.PACKING), 5000, SMALLEST, LARGEST, index)


@pytest.mark.parametrize("index", [-2.5, -3.0])
def test_kolmogorov_smirnov_accepts_the_index_and_rejects_another(index):
    """Accept with p > 1 % for the index drawn with, p < 1e-6 for one half off."""

    def fits(assumed):
        def below(d):
            return size_fraction_below(d, SMALLEST, LARGEST, assumed)

        return kstest(drawn(index), below).pvalue

    assert fits(index) > 0.01
    assert fits(index - 0.5) < 1e-6


def test_sizes_stay_within_their_limits_and_one_size_is_allowed():
    sizes = drawn(-2.5)
    assert sizes.min() >= SMALLEST
    assert sizes.max() <= LARGEST
    rng = generator(1, 0, Stream.PACKING)
    assert np.all(draw_diameters(rng, 10, 0.02, 0.02, -2.5) == 0.02)
    assert size_fraction_below(np.array([0.019, 0.02]), 0.02, 0.02, -2.5).tolist() == [0.0, 1.0]


def test_mean_volume_matches_the_integral_of_the_law():
    """E[d³] = ∫ d³ p(d) dd in closed form, within three standard errors."""
    q = -2.5
    norm = -q / (SMALLEST**q - LARGEST**q)
    expected = norm * (LARGEST ** (q + 3) - SMALLEST ** (q + 3)) / (q + 3)
    cubes = drawn(q) ** 3
    assert abs(cubes.mean() - expected) < 3 * cubes.std() / np.sqrt(cubes.size)
