"""Mohr–Coulomb's line and the intervals about it, on made-up stresses."""

import numpy as np
import pytest

from sampling_sim.regolith.lab.mohr_coulomb import mean_interval, mohr_coulomb

NORMAL = np.tile([0.5, 1.0, 2.0, 5.0], 3)
TANGENT, COHESION = 0.6, 1.0


def test_stresses_on_a_line_give_its_angle_and_intercept():
    angle, cohesion = mohr_coulomb(NORMAL, COHESION + TANGENT * NORMAL)
    assert np.tan(angle.value) == pytest.approx(TANGENT, rel=1e-9)
    assert cohesion.value == pytest.approx(COHESION, rel=1e-9)
    assert angle.high - angle.low < 1e-6


def test_intervals_cover_the_truth_as_often_as_they_say():
    """Scatter of 5 % of each stress; 95 % of 2000 intervals, less 3 standard errors (0.5 %).

    The weights are estimated from the fit itself, which may cost another percent.  The twin: the
    same number of points taken for six times as many.
    """
    rng = np.random.default_rng(5)
    covered, narrow = np.zeros(2), np.zeros(2)
    for _ in range(2000):
        shear = (COHESION + TANGENT * NORMAL) * (1.0 + 0.05 * rng.standard_normal(NORMAL.size))
        for k, (found, truth) in enumerate(
            zip(mohr_coulomb(NORMAL, shear), (np.arctan(TANGENT), COHESION), strict=True)
        ):
            covered[k] += found.low < truth < found.high
            shrink = (found.high - found.value) / np.sqrt(6.0)
            narrow[k] += abs(found.value - truth) < shrink
    assert np.all(covered / 2000 > 0.925)
    assert np.all(covered / 2000 < 0.97)
    assert np.all(narrow / 2000 < 0.8)


def test_an_interval_of_the_mean_is_students():
    """Of 1, 2, 3: 2 ± 4.303 · 1/√3 (two degrees of freedom)."""
    found = mean_interval([1.0, 2.0, 3.0])
    assert found.value == 2.0
    assert found.high - 2.0 == pytest.approx(4.3027 / np.sqrt(3.0), rel=1e-4)
    assert np.isnan(mean_interval([1.0]).low)
