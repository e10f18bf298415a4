"""The scalar contact laws against their closed forms, and the rules between their keys."""

from itertools import pairwise
from math import atan2, exp, pi, sqrt
from typing import get_args

import numpy as np
import pytest

from sampling_sim.errors import ConfigError
from sampling_sim.regolith.laws.choice import (
    CohesionLaw,
    CohesionName,
    NormalLaw,
    NormalName,
    cohesion_law_of,
    normal_law_of,
)
from sampling_sim.regolith.laws.dispatch import attraction, elastic_contact
from sampling_sim.regolith.laws.dmt import dmt_pull_off
from sampling_sim.regolith.laws.hertz import hertz_contact
from sampling_sim.regolith.laws.jkr import jkr_contact, jkr_tear
from sampling_sim.regolith.laws.mindlin import friction_spring
from sampling_sim.regolith.laws.restitution import impact_restitution
from sampling_sim.regolith.laws.rolling import rolling_spring
from sampling_sim.regolith.laws.rules import bond_reach, cohesion_reach
from sampling_sim.regolith.laws.twisting import twisting_spring
from sampling_sim.regolith.parameters import RegolithParameters

ROUND_OFF = 1e-12
MODULUS, RADIUS, WORK = 3.2e7, 0.004, 0.05  # E* [Pa], R* [m], w [J/m²]
HERTZ = 4 / 3 * MODULUS * sqrt(RADIUS)
PULL_OFF = 1.5 * pi * WORK * RADIUS  # of JKR
TEAR = jkr_tear(HERTZ, PULL_OFF)


def jkr_by_contact_radius(a):
    """Overlap and force of JKR as functions of the contact radius, as the paper has them."""
    overlap = a**2 / RADIUS - np.sqrt(2 * pi * WORK * a / MODULUS)
    force = 4 * MODULUS * a**3 / (3 * RADIUS) - np.sqrt(8 * pi * WORK * MODULUS * a**3)
    return overlap, force


def test_jkr_force_follows_the_contact_radius_from_tearing_to_deep_contact():
    """The closed root of the quartic against the paper's own parameter, over four decades."""
    smallest = (pi * WORK * RADIUS**2 / (8 * MODULUS)) ** (1 / 3)
    for a in smallest * np.geomspace(1.001, 1e3, 60):
        overlap, force = jkr_by_contact_radius(a)
        push, secant, _ = jkr_contact(overlap, HERTZ, 1.0, PULL_OFF, TEAR)
        # near tearing a follows the overlap as a square root: round-off grows to its root there
        assert push - PULL_OFF == pytest.approx(force, rel=1e-8, abs=1e-8 * PULL_OFF)
        assert secant == pytest.approx(4 / 3 * MODULUS * a, rel=1e-8)


def test_jkr_pulls_off_at_its_own_force_and_tears_at_its_own_gap():
    """Least force −1.5π w R*; at the tearing gap −5/9 of it; DMT's 2π is not it."""
    overlap = np.linspace(-TEAR, TEAR, 20001)
    net = [jkr_contact(d, HERTZ, 0.0, PULL_OFF, TEAR)[0] - PULL_OFF for d in overlap]
    assert min(net) == pytest.approx(-1.5 * pi * WORK * RADIUS, rel=1e-6)
    assert net[0] == pytest.approx(-5 / 9 * PULL_OFF, rel=1e-6)
    assert pytest.approx(0.75 * (pi**2 * WORK**2 * RADIUS / MODULUS**2) ** (1 / 3)) == TEAR
    assert min(net) != pytest.approx(-dmt_pull_off(WORK, RADIUS), rel=0.1)


def test_jkr_contact_has_the_zero_load_radius():
    """a₀ = (9π w R*²/(2E*))^⅓ where the net force vanishes."""
    a0 = (4.5 * pi * WORK * RADIUS**2 / MODULUS) ** (1 / 3)
    overlap, force = jkr_by_contact_radius(a0)
    assert abs(force) < ROUND_OFF * PULL_OFF * 10
    push, secant, _ = jkr_contact(overlap, HERTZ, 0.0, PULL_OFF, TEAR)
    assert push == pytest.approx(PULL_OFF, rel=1e-9)
    assert secant / (4 / 3 * MODULUS) == pytest.approx(a0, rel=1e-9)


@pytest.mark.parametrize("overlap", [1e-9, 1e-6, 1e-4, 1e-3])
def test_jkr_without_adhesion_is_hertz(overlap):
    expected = hertz_contact(overlap, HERTZ, 3.0)
    assert jkr_contact(overlap, HERTZ, 3.0, 0.0, 0.0) == pytest.approx(expected, rel=1e-9)


def test_jkr_is_finite_just_beyond_tearing():
    """A step may end there before the contact is dropped."""
    found = jkr_contact(-1.5 * TEAR, HERTZ, 1.0, PULL_OFF, TEAR)
    assert found == pytest.approx(jkr_contact(-TEAR, HERTZ, 1.0, PULL_OFF, TEAR))


@pytest.mark.parametrize("law", [CohesionLaw.FADING, CohesionLaw.DMT, CohesionLaw.VAN_DER_WAALS])
def test_attractions_hold_the_pull_off_force_in_contact_and_end_at_their_range(law):
    gaps = np.array([-1e-4, -1e-9, 0.0])
    pulls = [attraction(law, g, 2.0, 1e-4, 2e-5) for g in gaps]
    assert pulls == pytest.approx([2.0, 2.0, 2.0], rel=1e-15)
    assert attraction(law, 1.0001e-4, 2.0, 1e-4, 2e-5) == 0.0
    # no cohesion is a force of zero at a range of zero, and stays a number
    assert [attraction(law, g, 0.0, 0.0, 2e-5) for g in (*gaps, 1e-5)] == [0.0] * 4


@pytest.mark.parametrize("law", [CohesionLaw.FADING, CohesionLaw.VAN_DER_WAALS])
def test_attractions_fall_without_a_jump(law):
    """Between neighbours of a fine grid the force falls by no more than its steepest slope."""
    gaps = np.linspace(0.0, 1.2e-4, 2001)
    pulls = [attraction(law, g, 1.0, 1e-4, 2e-5) for g in gaps]
    steepest = 2.0 / 2e-5 / (1 - 1 / 36)  # van der Waals at contact; fading has 1.5/1e-4
    falls = [first - second for first, second in pairwise(pulls)]
    assert min(falls) >= 0.0
    assert max(falls) <= steepest * gaps[1] * (1 + 1e-9)


def test_van_der_waals_is_hamakers_force_less_its_value_at_the_cut():
    """With A = 12π z₀² w/(1 − z_c²): A R*/6 (1/(g+z₀)² − 1/(g_c+z₀)²)."""
    z0, reach = 2e-5, 1e-4
    cut = z0 / (z0 + reach)
    hamaker = 12 * pi * z0**2 * WORK / (1 - cut**2)
    for gap in (0.0, 1e-5, 5e-5, 9e-5):
        expected = hamaker * RADIUS / 6 * (1 / (gap + z0) ** 2 - 1 / (reach + z0) ** 2)
        pull = attraction(CohesionLaw.VAN_DER_WAALS, gap, dmt_pull_off(WORK, RADIUS), reach, z0)
        assert pull == pytest.approx(expected, rel=1e-12)
    other = attraction(CohesionLaw.FADING, 5e-5, dmt_pull_off(WORK, RADIUS), reach, z0)
    assert other != pytest.approx(hamaker * RADIUS / 6 / (5e-5 + z0) ** 2, rel=0.1)


def test_linear_and_hertz_contacts_have_their_own_powers():
    """Doubling the overlap: 2 and 2^1.5 times the force; secant times overlap is the force."""
    hertz = 4.0 / 3.0 * MODULUS * np.sqrt(RADIUS)
    for law, power, constant in ((NormalLaw.LINEAR, 1.0, 1e5), (NormalLaw.HERTZ, 1.5, hertz)):
        force, secant, _ = elastic_contact(law, 1e-5, constant, 0.0)
        assert elastic_contact(law, 2e-5, constant, 0.0)[0] / force == pytest.approx(2**power)
        assert secant * 1e-5 == pytest.approx(force, rel=1e-15)


@pytest.mark.parametrize("damping", [0.1, 0.5, 1.0, 1.3])
def test_restitution_of_the_clipped_linear_spring_is_the_closed_form(damping):
    """Schwager & Pöschel 2007: e = exp(−β t), ω t = π − atan(2βω/(ω² − β²)), β = α/2."""
    beta = 0.5 * damping
    omega = sqrt(1 - beta**2)
    closed = exp(-beta * atan2(2 * beta * omega, beta**2 - omega**2) / omega)
    assert impact_restitution(damping, 1.0) == pytest.approx(closed, rel=1e-6)
    # must fail: the half period of a spring that may pull
    assert impact_restitution(damping, 1.0) > 1.002 * exp(-beta * pi / omega)


def test_springs_yield_at_their_limit_and_keep_what_yields():
    """At yield history + damper is the limit, so that the next step starts from there."""
    force, history = twisting_spring(0.9, -1.0, 0.5, 0.5, 1.0)
    assert (force, history) == (1.0, 0.75)  # half a step of the spring is taken off the damper
    assert twisting_spring(0.2, -1.0, 0.5, 0.5, 1.0) == pytest.approx((0.95, 0.7))
    assert twisting_spring(0.2, -1.0, 0.5, 0.1, 1.0) == pytest.approx((0.7, 0.7))
    fx, fy, fz, hx, hy, hz = friction_spring(0, 0.9, 0, 1, 0, 0, 0, -1, 0, 0.5, 0.5, 1.0)
    assert (fx, fy, fz) == pytest.approx((0, 1.0, 0))
    assert (hx, hy, hz) == pytest.approx((0, 0.75, 0))
    # no limit and no force: numbers all the same
    assert friction_spring(0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0.0) == (0,) * 6


def test_friction_history_turns_with_the_normal_and_never_grows():
    along = 1 / sqrt(2)
    *_, hx, hy, hz = friction_spring(1.0, 0, 0, along, along, 0, 0, 0, 0, 1.0, 0.0, 9.0)
    assert (hx, hy, hz) == pytest.approx((0.5, -0.5, 0.0), abs=1e-15)


def test_rolling_torque_is_against_the_rolling_and_not_about_the_normal():
    """Spin difference (1, 2, 3) with n = z: torque ∝ (−1, −2, 0)."""
    gx, gy, gz, *_ = rolling_spring(0, 0, 0, 0, 0, 1, 1, 2, 3, 0.1, 5.0, 0.0, 100.0)
    assert (gx, gy, gz) == pytest.approx((-0.05, -0.1, 0.0), abs=1e-15)


def test_every_law_has_a_name_and_every_name_a_law():
    assert [normal_law_of(n).name.lower() for n in get_args(NormalName)] == ["hertz", "linear"]
    assert {cohesion_law_of(n) for n in get_args(CohesionName)} == set(CohesionLaw)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"cohesion_law": "jkr", "normal_law": "linear"}, "regolith.cohesion_law"),
        ({"cohesion_law": "van_der_waals", "separation": 2e-4}, "regolith.separation"),
        ({"cohesion_law": "van_der_waals", "tensile_strength": 3e3}, "regolith.tensile_strength"),
        ({"normal_law": "linear", "normal_stiffness": 4.0}, "regolith.tensile_strength"),
    ],
)
def test_laws_that_do_not_go_together_are_refused_by_key(values, key):
    with pytest.raises(ConfigError) as error:
        RegolithParameters(**values)
    assert error.value.key == key


def test_laws_reach_as_far_as_they_pull():
    """The range of the key, nothing for DMT, the tearing gap of the largest pair for JKR."""
    reach = {
        name: cohesion_reach(RegolithParameters(cohesion_law=name), 0.01, 0.016)
        for name in get_args(CohesionName)
    }
    modulus = RegolithParameters().pair_modulus
    force = dmt_pull_off(0.01, 0.008)
    tear = jkr_tear(4 / 3 * modulus * sqrt(0.008), force)
    assert reach == {"fading": 1e-4, "dmt": 0.0, "jkr": pytest.approx(tear), "van_der_waals": 1e-4}
    assert cohesion_reach(RegolithParameters(), 0.0, 0.016) == 0.0


@pytest.mark.parametrize("name", ["fading", "van_der_waals"])
def test_a_bond_counts_while_half_of_its_force_is_left(name):
    p = RegolithParameters(cohesion_law=name)
    half = attraction(cohesion_law_of(name), bond_reach(p), 1.0, p.cohesion_range, p.separation)
    assert half == pytest.approx(0.5, rel=1e-12)
    assert bond_reach(RegolithParameters(cohesion_law="dmt")) == 0.0


def test_linear_springs_have_their_own_ratio_and_stiffness():
    """Mindlin's ratio is to the tangent: 2(1−ν)/(2−ν), and 1.5 times that to Hertz's secant."""
    linear = RegolithParameters(normal_law="linear", normal_stiffness=3e4)
    assert linear.shear_ratio == pytest.approx(0.75 / 0.875, rel=1e-15)
    assert RegolithParameters().shear_ratio == pytest.approx(1.5 * 0.75 / 0.875, rel=1e-15)
    assert linear.tangent_stiffness(0.05) == linear.tangent_stiffness(0.01) == 3e4
