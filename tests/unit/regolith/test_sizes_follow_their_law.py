"""Sizes drawn against the closed-form distributions; a wrong law is seen."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest

from sampling_sim.regolith.sizes import LogNormal, PowerLaw, SizeTable, draw_diameters
from sampling_sim.rng import Stream, generator

SMALLEST, LARGEST = 0.016, 0.032
DIAMETER = np.array([0.016, 0.02, 0.022, 0.032])
FRACTION = np.array([0.0, 0.5, 0.7, 1.0])
LAWS = {
    "power law": PowerLaw(SMALLEST, LARGEST, -2.5),
    "power law of index -3": PowerLaw(SMALLEST, LARGEST, -3.0),
    "log-normal": LogNormal(SMALLEST, LARGEST, 0.021, 0.3),
    "table by number": SizeTable(DIAMETER, FRACTION, by_mass=False),
    "table by mass": SizeTable(DIAMETER, FRACTION, by_mass=True),
    "cut table by mass": SizeTable(DIAMETER, FRACTION, by_mass=True).cut(0.018, 0.03),
}
WRONG = {
    "power law": PowerLaw(SMALLEST, LARGEST, -3.0),
    "power law of index -3": PowerLaw(SMALLEST, LARGEST, -2.5),
    "log-normal": LogNormal(SMALLEST, LARGEST, 0.021, 0.2),
    "table by number": SizeTable(DIAMETER, FRACTION, by_mass=True),
    "table by mass": SizeTable(DIAMETER, FRACTION, by_mass=False),
    "cut table by mass": SizeTable(DIAMETER, FRACTION, by_mass=True),
}


def drawn(law, count=5000):
    """Return `count` diameters of one stream, more or less: as many as fill the volume."""
    rng = generator(1, 0, Stream.PACKING)
    return draw_diameters(rng, law, count * np.pi / 6 * law.mean_cube)


@pytest.mark.parametrize("name", LAWS)
def test_kolmogorov_smirnov_accepts_the_law_and_rejects_a_wrong_one(name):
    """Accept with p > 1 % the law drawn with; the twin, half an index or so off, has p < 1e-4."""
    sizes = drawn(LAWS[name])
    assert sizes.size == pytest.approx(5000, rel=0.05)
    assert kstest(sizes, LAWS[name].fraction_below).pvalue > 0.01
    assert kstest(sizes, WRONG[name].fraction_below).pvalue < 1e-4


@pytest.mark.parametrize("name", LAWS)
def test_mean_volume_is_the_integral_of_the_law(name):
    """E[d³] = b³ − ∫ 3 d² F(d) dd, by quadrature between the kinks; and of a sample, 3 σ."""
    law = LAWS[name]
    a, b = law.quantile(np.array([0.0, 1.0]))
    kinks = [a, *DIAMETER[(a < DIAMETER) & (b > DIAMETER)], b]
    area = sum(
        quad(lambda d: 3 * d * d * float(law.fraction_below(np.array(d))), low, high)[0]
        for low, high in pairwise(kinks)
    )
    assert law.mean_cube == pytest.approx(b**3 - area, rel=1e-7)
    cubes = drawn(law) ** 3
    assert abs(cubes.mean() - law.mean_cube) < 3 * cubes.std() / np.sqrt(cubes.size)


@pytest.mark.parametrize("name", LAWS)
def test_the_quantile_is_the_inverse_and_sizes_stay_within_the_ends(name):
    law = LAWS[name]
    share = np.linspace(0.0, 1.0, 101)
    sizes = law.quantile(share)
    assert np.allclose(law.fraction_below(sizes), share, atol=1e-12)
    assert np.all(np.diff(sizes) > 0)
    assert law.fraction_below(np.array([0.5 * sizes[0], 2 * sizes[-1]])).tolist() == [0.0, 1.0]


def test_the_mass_fractions_of_a_table_by_mass_are_the_table():
    """Share of the drawn volume below each diameter; 5 σ of the volume below it."""
    sizes = drawn(LAWS["table by mass"], 20_000)
    cubes = sizes**3
    for diameter, fraction in zip(DIAMETER[1:-1], FRACTION[1:-1], strict=True):
        below = np.where(sizes < diameter, cubes, 0.0)
        error = np.sqrt(((below - fraction * cubes) ** 2).sum()) / cubes.sum()
        assert abs(below.sum() / cubes.sum() - fraction) < 5 * error
        by_number = (sizes < diameter).mean()
        assert abs(by_number - fraction) > 20 * error


def test_one_size_is_allowed_and_the_volume_asked_for_is_reached():
    rng = generator(1, 0, Stream.PACKING)
    one = PowerLaw(0.02, 0.02, -2.5)
    ball = np.pi / 6 * 0.02**3
    sizes = draw_diameters(rng, one, 9.5 * ball)
    assert sizes.tolist() == [0.02] * 10
    assert one.fraction_below(np.array([0.019, 0.02])).tolist() == [0.0, 1.0]
