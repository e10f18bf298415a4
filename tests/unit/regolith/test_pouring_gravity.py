"""The gravity of the pour: soft grains are pressed gently, whichever normal law they have."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from sampling_sim.regolith.column import EXPECTED_PACKING
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.pouring import POURING_GRAVITY, POURING_OVERLAP, pour, pouring_gravity

SOFT = RegolithParameters(youngs_modulus=3e6, tensile_strength=0.0)
SPRING = RegolithParameters(normal_law="linear", normal_stiffness=1e3, tensile_strength=0.0)
OVERLAP = POURING_OVERLAP * SOFT.cohesion_range


def test_a_spring_as_stiff_as_hertz_at_that_overlap_pours_at_the_same_gravity():
    """Secant of Hertz for a pair of the largest grains: (4/3) E* √(r/2) √δ."""
    secant = 4.0 / 3.0 * SOFT.pair_modulus * sqrt(0.25 * SOFT.diameter_max * OVERLAP)
    spring = replace(SPRING, normal_stiffness=secant)
    assert 0.1 < pouring_gravity(SOFT) < POURING_GRAVITY
    assert pouring_gravity(spring) == pytest.approx(pouring_gravity(SOFT), rel=1e-12)


def test_a_spring_pours_by_its_own_stiffness_and_not_by_the_modulus():
    """Its modulus is that of the default, twenty times the soft one, and counts for nothing."""
    gentle = pouring_gravity(SPRING)
    assert 0.1 < gentle < 0.5 * POURING_GRAVITY
    assert pouring_gravity(replace(SPRING, youngs_modulus=3e6)) == gentle
    assert pouring_gravity(replace(SPRING, normal_stiffness=2e3)) == pytest.approx(2.0 * gentle)
    assert pouring_gravity(replace(SPRING, normal_stiffness=1e5)) == POURING_GRAVITY
    force = gentle * EXPECTED_PACKING * SPRING.grain_density * SPRING.depth * SPRING.diameter_max**2
    assert sqrt(2.0) / 6.0 * force / 1e3 == pytest.approx(OVERLAP)  # (4/3) √½ p r² over k


@pytest.mark.parametrize("parameters", [SOFT, SPRING], ids=["hertz", "linear"])
def test_a_poured_bed_overlaps_at_its_floor_as_much_as_its_gravity_is_chosen_for(parameters):
    """Mean over the contacts of the lowest two grains."""
    bed = pour(replace(parameters, width_x=0.2, width_y=0.2))
    first, second = bed.pairs.T
    lowest = np.minimum(bed.position[first, 2], bed.position[second, 2])
    branch = np.linalg.norm(bed.position[first] - bed.position[second], axis=1)
    overlap = (bed.radius[first] + bed.radius[second] - branch)[
        lowest < bed.floor + 2.0 * parameters.diameter_max
    ]
    assert overlap.size > 300
    assert overlap.mean() == pytest.approx(OVERLAP, rel=0.25)
