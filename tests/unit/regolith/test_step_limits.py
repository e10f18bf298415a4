"""Limits of the contact step: figures, the shortest counts, and what a broken one says."""

import pytest

from sampling_sim.errors import DivergenceError
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.step_criterion import (
    GUARDED_OVERLAP,
    contact_steps_per_exchange,
    longest_step,
    modulus_for_overlap,
    pair_limit,
    rayleigh_limit,
    require_step,
    shortest,
    stable_step,
    tool_limit,
    tool_overlap,
    way_limit,
)

DEFAULT = RegolithParameters()


def test_a_tool_at_two_metres_a_second_asks_for_a_stiff_bed():
    """engine-notes: 1 % at 2 m/s asks for E = 4e9 Pa, 5 % at 0.5 m/s for 4e6."""
    fast = modulus_for_overlap(DEFAULT, tool_overlap(DEFAULT, 2.0), 0.01)
    assert fast == pytest.approx(4e9, rel=0.1)
    slow = modulus_for_overlap(DEFAULT, tool_overlap(DEFAULT, 0.5), 0.05)
    assert slow == pytest.approx(4.5e6, rel=0.15)
    stiff = RegolithParameters(youngs_modulus=fast)
    assert tool_overlap(stiff, 2.0) == pytest.approx(0.01, rel=1e-12)


def test_limits_lengthen_as_overlaps_fall_and_rayleigh_bounds_them():
    quiet, guarded = pair_limit(DEFAULT, 1e-4), pair_limit(DEFAULT, GUARDED_OVERLAP)
    assert quiet.longest == pytest.approx(500**0.25 * guarded.longest, rel=1e-12)
    assert guarded.longest == stable_step(DEFAULT)
    # a rigid tool: √2 in frequency squared
    tool = tool_limit(DEFAULT, GUARDED_OVERLAP)
    assert tool.longest == pytest.approx(2**-0.25 * guarded.longest, rel=1e-12)
    assert shortest(quiet, rayleigh_limit(DEFAULT)).name.startswith("0.4 of the Rayleigh")
    assert stable_step(DEFAULT) < longest_step(DEFAULT) == rayleigh_limit(DEFAULT).longest


def test_a_linear_spring_has_one_period_whatever_the_overlap():
    linear = RegolithParameters(normal_law="linear", normal_stiffness=1e5)
    assert pair_limit(linear, 1e-4).longest == pair_limit(linear, 0.05).longest
    assert longest_step(linear) == stable_step(linear)


def test_an_exchange_is_cut_into_the_fewest_steps_within_the_limit():
    def steps(longest):
        return contact_steps_per_exchange(5e-4, way_limit(longest, 1.0, "grain"))

    assert steps(1e-4) == 5  # exactly, in spite of round-off
    assert steps(0.999e-4) == 6
    assert steps(1.0) == 1
    assert contact_steps_per_exchange(5e-4, way_limit(1e-4, 0.0, "tool")) == 1


@pytest.mark.parametrize("speed", [1e3, float("nan")])
def test_a_limit_that_cannot_be_kept_says_which_and_what_to_change(speed):
    with pytest.raises(DivergenceError, match=r"fastest tool at .* m/s.*400.*slow the tool down"):
        contact_steps_per_exchange(5e-4, way_limit(2e-4, speed, "tool"))


def test_a_step_beyond_a_limit_is_refused_with_both_values():
    limit = pair_limit(DEFAULT, 0.2)
    require_step(limit.longest, limit)
    with pytest.raises(
        DivergenceError, match=r"6e-05 s is longer than 5.2.*e-05 s.*20.00% overlap"
    ):
        require_step(6e-5, limit)
