"""The surface of the default body: facts.md §1, and the ellipsoid's closed form."""

import numpy as np
import pytest
import trimesh
from scipy.special import elliprd

from sampling_sim.asteroid.parameters import AsteroidParameters
from sampling_sim.asteroid.shape import load_shape, shape_from_mesh
from sampling_sim.asteroid.site import site_at, site_environment
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.constants import GRAVITATIONAL_CONSTANT as G

AXES = np.array([20.0, 14.3, 12.0]) / 2.0
DEFAULTS = AsteroidParameters()
DENSITY, PERIOD = DEFAULTS.density, DEFAULTS.period
TIP, MIDDLE, POLE = (0.0, 0.0), (0.0, np.pi / 2), (np.pi / 2, 0.0)


@pytest.fixture(scope="module")
def ellipsoid():
    """Fine mesh of the ellipsoid, scaled to its exact volume (the chords cut 0.2 % off)."""
    mesh = trimesh.creation.icosphere(subdivisions=4)
    vertices = mesh.vertices * (4.0 / 3.0 * np.pi / mesh.volume) ** (1.0 / 3.0) * AXES
    return shape_from_mesh(vertices, mesh.faces)


@pytest.fixture(scope="module")
def fragment():
    return load_shape("kamooalewa")


def felt(shape, direction):
    """Report of the site in a direction."""
    return site_environment(shape, DENSITY, PERIOD, site_at(shape, *direction))


def size(vector):
    return float(np.linalg.norm(vector))


def ellipsoid_gravity(semi_axes):
    """Attraction at the ends of the axes: 2πGρ abc a_i ∫ ds/((a_i² + s)Δ), Chandrasekhar (1969)."""
    a, b, c = semi_axes
    squares = semi_axes**2
    integrals = [
        2.0 / 3.0 * elliprd(squares[(i + 1) % 3], squares[(i + 2) % 3], squares[i])
        for i in range(3)
    ]
    return 2.0 * np.pi * G * DENSITY * a * b * c * np.array(integrals) * semi_axes


def test_ellipsoid_has_the_mass_and_spin_of_the_default_column(ellipsoid):
    mass = DENSITY * ellipsoid.volume
    assert mass == pytest.approx(4.85e6, rel=0.01)
    assert G * mass == pytest.approx(3.24e-4, rel=0.01)
    assert UniformSpin(PERIOD).rate == pytest.approx(3.753e-3, rel=0.01)


def test_ellipsoid_gravity_is_the_closed_form(ellipsoid):
    """Chords of 1/16 radian: (edge/R)²/4, 0.1 % at the end of the sharpest axis; 0.3 % allowed."""
    for k, direction in enumerate((TIP, MIDDLE, POLE)):
        expected = ellipsoid_gravity(AXES)[k]
        assert size(felt(ellipsoid, direction)["gravity"]) == pytest.approx(expected, rel=3e-3)


def test_a_swapped_axis_is_seen(ellipsoid):
    """The must-fail twin: gravity at the tip and the pole differ by over ten times 1 %."""
    wrong = ellipsoid_gravity(AXES[[2, 1, 0]])[0]
    assert abs(size(felt(ellipsoid, TIP)["gravity"]) / wrong - 1.0) > 0.1


def test_ellipsoid_reproduces_the_default_column_within_1_percent(ellipsoid):
    """facts.md §1, to 1 % and the half unit of its last digit."""
    tip, middle, pole = (felt(ellipsoid, direction) for direction in (TIP, MIDDLE, POLE))
    assert size(tip["gravity"]) == pytest.approx(5.17e-6, rel=0.01)
    assert size(pole["gravity"]) == pytest.approx(5.77e-6, rel=0.01)
    assert size(tip["centrifugal"]) == pytest.approx(1.41e-4, rel=0.01)
    assert size(middle["centrifugal"]) == pytest.approx(1.01e-4, rel=0.01)
    assert tip["effective_acceleration"][2] == pytest.approx(1.36e-4, rel=0.01)
    assert middle["effective_acceleration"][2] == pytest.approx(9.5e-5, rel=0.01)
    tip_speed = UniformSpin(PERIOD).rate * size(tip["position"])
    assert tip_speed == pytest.approx(3.75e-2, rel=0.01)
    radius = (3.0 * ellipsoid.volume / (4.0 * np.pi)) ** (1.0 / 3.0)
    escape = np.sqrt(2.0 * G * DENSITY * ellipsoid.volume / radius)
    assert escape == pytest.approx(0.93e-2, rel=0.01)


def distance_where(shape, lon, holds):
    """Largest distance [m] from the spin axis at which `holds` is true (bisection in latitude)."""
    low, high = 0.0, np.radians(89.9)
    assert holds(felt(shape, (high, lon)))
    assert not holds(felt(shape, (low, lon)))
    for _ in range(9):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if holds(felt(shape, (middle, lon))) else (middle, high)
    return float(np.hypot(*site_at(shape, high, lon).position_b[:2]))


def pressed_inward(report):
    return report["effective_acceleration"][2] < 0.0


def retains(report):
    return report["retains_loose_grains"]


def test_ellipsoid_presses_and_retains_only_near_its_poles(ellipsoid):
    """2.6 m (long side), 1.9 m (middle); loose grains within 0.3 m, all rounded to 0.1 m.

    Flat faces where the ellipsoid curves: half a face, 0.3 m of 10 m, adds 0.03 rad to the slope,
    which grows by 0.2 rad in 0.1 m: 0.15 m in all.
    """
    assert distance_where(ellipsoid, 0.0, pressed_inward) == pytest.approx(2.6, abs=0.15)
    assert distance_where(ellipsoid, np.pi / 2, pressed_inward) == pytest.approx(1.9, abs=0.15)
    assert distance_where(ellipsoid, 0.0, retains) == pytest.approx(0.3, abs=0.15)


def test_fragment_shows_the_same_signs(fragment):
    """Its size along each axis is the ellipsoid's, its faces are tilted: signs, not values."""
    tip, middle, pole = (felt(fragment, direction) for direction in (TIP, MIDDLE, POLE))
    for outward in (tip, middle):
        assert outward["effective_acceleration"][2] > 5e-5
        assert outward["gravity"][2] < 0.0 < outward["centrifugal"][2]
        assert outward["slope"] > np.pi / 2
        assert not outward["retains_loose_grains"]
        assert outward["escape_speed"] == 0.0
    assert pole["effective_acceleration"][2] < 0.0
    assert pole["slope"] < np.pi / 2
    assert pole["escape_speed"] > 0.0
    assert DENSITY * fragment.volume == pytest.approx(4.85e6, rel=0.2)


def test_without_rotation_the_signs_are_the_usual_ones(fragment):
    """The must-fail twin of the outward signs: a body that hardly turns holds its grains."""
    site = site_at(fragment, *TIP)
    slow = site_environment(fragment, DENSITY, 1e9, site)
    assert slow["effective_acceleration"][2] < 0.0
    assert slow["escape_speed"] > 0.0
    assert slow["retains_loose_grains"]
