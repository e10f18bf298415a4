"""Limits of the contact step: figures, the shortest counts, and what a broken one says."""

from dataclasses import replace

import pytest

from sampling_sim.errors import DivergenceError
from sampling_sim.regolith.overlaps import OverlapStatistics
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.step_criterion import (
    GUARDED_OVERLAP,
    LEAST_STEPS,
    STEPS_PER_CONTACT,
    contact_steps_per_exchange,
    longest_step,
    pair_limit,
    rayleigh_limit,
    require_step,
    shortest,
    stable_step,
    tool_limit,
    tool_overlap,
    way_limit,
)
from sampling_sim.regolith.step_demand import contact_limits, met_limit

DEFAULT = RegolithParameters()


def test_a_tool_at_two_metres_a_second_asks_for_a_stiff_bed():
    """engine-notes: 1 % at 2 m/s asks for E = 4e9 Pa, 5 % at 0.5 m/s for 4e6."""
    # overlaps go with E^-0.4: 10 % of the modulus are 4 % of the overlap
    assert tool_overlap(replace(DEFAULT, youngs_modulus=4e9), 2.0) == pytest.approx(0.01, rel=0.04)
    soft = replace(DEFAULT, youngs_modulus=4.5e6, tensile_strength=0.1)
    assert tool_overlap(soft, 0.5) == pytest.approx(0.05, rel=0.06)


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


def seen(**peaks):
    """Overlaps of one look."""
    none = {"peak_grain": 0.0, "peak_tool": 0.0, "peak_fixed": 0.0}
    return OverlapStatistics(mean=0.0, peak_bristle_deflection=0.0, **none | peaks)


def test_the_step_in_use_is_judged_at_the_overlaps_it_met_without_headroom():
    for peaks, limit in (
        ({"peak_grain": 0.12}, pair_limit),
        ({"peak_fixed": 0.12}, pair_limit),
        ({"peak_tool": 0.12}, tool_limit),
    ):
        met = met_limit(DEFAULT, seen(**peaks))
        expected = STEPS_PER_CONTACT / LEAST_STEPS * limit(DEFAULT, 0.12).longest
        assert met.longest == pytest.approx(expected, rel=1e-12)
        assert "12.00% overlap" in met.name
        chosen = shortest(*contact_limits(DEFAULT, seen(**peaks), 0.0))
        assert chosen.longest < 0.75 * met.longest
        assert chosen.met == met
    # nothing met: grains at rest may still not be stepped beyond the Rayleigh time
    assert met_limit(DEFAULT, seen()) == rayleigh_limit(DEFAULT)


def test_the_longest_fixed_step_bears_more_than_the_grains_guard_lets_pass():
    met = met_limit(DEFAULT, seen(peak_grain=2.0 * GUARDED_OVERLAP, peak_tool=GUARDED_OVERLAP))
    require_step(stable_step(DEFAULT), met)
    with pytest.raises(DivergenceError, match="on a tool"):
        require_step(stable_step(DEFAULT), met_limit(DEFAULT, seen(peak_tool=0.1)))
    linear = RegolithParameters(normal_law="linear", normal_stiffness=1e5)
    require_step(stable_step(linear), met_limit(linear, seen(peak_grain=0.3, peak_tool=0.3)))
