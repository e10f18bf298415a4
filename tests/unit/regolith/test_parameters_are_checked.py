"""Cross-field rules of the regolith parameters, and the step they allow."""

import pytest

from sampling_sim.asteroid.field import SiteField
from sampling_sim.errors import ConfigError
from sampling_sim.regolith.packing import uniform_field
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"diameter_min": 0.04}, "regolith.diameter_min"),
        ({"diameter_min": 0.0015}, "regolith.diameter_max"),
        ({"width_x": 0.15}, "regolith.width_x"),
        ({"width_y": 0.15}, "regolith.width_y"),
        ({"depth": 0.06}, "regolith.depth"),
        ({"width_x": 1e3, "width_y": 1e3}, "regolith.diameter_min"),
        ({"cohesion_range": 0.002}, "regolith.cohesion_range"),
        ({"tensile_strength": 1e4}, "regolith.tensile_strength"),
    ],
)
def test_values_that_do_not_fit_together_are_refused_by_key(values, key):
    with pytest.raises(ConfigError) as error:
        RegolithParameters(**values)
    assert error.value.key == key


def test_defaults_are_accepted_and_the_step_grows_with_softness():
    """Step ∝ E^(-1/2)."""
    stiff, soft = RegolithParameters(), RegolithParameters(youngs_modulus=6e5)
    assert stable_step(soft) == pytest.approx(10 * stable_step(stiff), rel=1e-12)
    assert stable_step(stiff) == pytest.approx(7.43e-5, rel=0.01)


def test_a_step_too_long_is_refused_with_the_longest_allowed(two_grains):
    field: SiteField = uniform_field(0.0)
    longest = stable_step(two_grains.parameters)
    GrainSolver(two_grains, field, contact_step=longest)
    with pytest.raises(ConfigError, match=r"engine.contact_step.*at most 0.000129 s"):
        GrainSolver(two_grains, field, contact_step=1.01 * longest)
