"""Logarithm and arc tangent of the gravity kernels against extended precision."""

import numpy as np
import pytest
from numba import njit

from sampling_sim.asteroid.gravity_kernels import angle, log1p_ratio

EPS = np.finfo(float).eps
ANGLES = np.concatenate([np.linspace(-np.pi, np.pi, 4001), np.pi / 8.0 * (np.arange(-8, 9) + 1e-9)])

needs_extended = pytest.mark.skipif(
    np.finfo(np.longdouble).eps > 1e-18, reason="this machine has no extended precision"
)


@njit(error_model="numpy")
def over(function, a, b):
    result = np.zeros(a.size)
    for i in range(a.size):
        result[i] = function(a[i], b[i])
    return result


def ratios():
    """Ratios from 1e-30 to 1e200, every mantissa, either factor large."""
    rng = np.random.default_rng(3)
    exponent = np.concatenate([rng.uniform(-30.0, 200.0, 20_000), rng.uniform(-2.0, 2.0, 20_000)])
    scale = 10.0 ** rng.uniform(-40.0, 40.0, exponent.size)
    return scale * 10.0**exponent, scale


def relative_error(got, expected):
    return float(np.abs((got - expected) / expected).max())


@needs_extended
def test_logarithm_keeps_its_digits_for_small_and_large_ratios():
    """Round-off alone: four roundings of a, the quotient, u p and the sum, 3 ε in all."""
    n, q = ratios()
    expected = np.log1p(n.astype(np.longdouble) / q)
    assert relative_error(over(log1p_ratio, n, q), expected) <= 3.0 * EPS
    # the must-fail twin: a logarithm of 1 + n/q loses the digits of small ratios
    assert relative_error(np.log(1.0 + n / q), expected) > 0.5


@needs_extended
def test_angle_equals_the_arc_tangent_in_all_quadrants():
    """Round-off alone: the reduced quotient, the polynomial and two sums, 3 ε in all."""
    radius = 10.0 ** np.random.default_rng(4).uniform(-100.0, 100.0, ANGLES.size)
    y, x = radius * np.sin(ANGLES), radius * np.cos(ANGLES)
    is_off_axis = y != 0.0
    y, x = y[is_off_axis], x[is_off_axis]
    expected = np.arctan2(y.astype(np.longdouble), x.astype(np.longdouble))
    assert relative_error(over(angle, y, x), expected) <= 3.0 * EPS
    assert relative_error(over(angle, x, y), expected) > 0.5  # the must-fail twin


def test_angle_on_the_axes_and_at_the_origin_is_finite():
    y = np.array([0.0, 0.0, 1.0, -1.0, 0.0])
    x = np.array([1.0, -1.0, 0.0, 0.0, 0.0])
    expected = np.array([0.0, np.pi, 0.5 * np.pi, -0.5 * np.pi, 0.0])
    assert np.array_equal(over(angle, y, x), expected)
