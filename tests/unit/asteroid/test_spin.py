"""Rotations: what is taken, what is refused, and who may use a tumbling one."""

import numpy as np
import pytest

from sampling_sim.asteroid.field import PolyhedronField, site_field
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import load_shape
from sampling_sim.asteroid.site import Surroundings, site_at
from sampling_sim.asteroid.spin import SpinParameters, TumblingSpin, UniformSpin, spin_of
from sampling_sim.errors import ConfigError
from sampling_sim.regolith.assembly import field_of
from sampling_sim.world.coupling import RotatingField

PERIOD = 1674.0


def test_uniform_spin_about_any_axis_has_its_rate_along_the_axis():
    spin = UniformSpin(PERIOD, (3.0, 0.0, -4.0))
    expected = 2.0 * np.pi / PERIOD * np.array([0.6, 0.0, -0.8])
    assert spin.angular_velocity_b == pytest.approx(expected, rel=1e-14)
    assert spin.angular_velocity_at(123.0) == pytest.approx(expected, rel=1e-14)


def test_spin_about_z_keeps_its_bits():
    assert UniformSpin(PERIOD).angular_velocity_b.tolist() == [0.0, 0.0, 2.0 * np.pi / PERIOD]


@pytest.mark.parametrize("axis", [(0.0, 0.0, 0.0), (np.nan, 0.0, 1.0)])
def test_an_axis_without_direction_is_refused(axis):
    with pytest.raises(ConfigError, match="axis"):
        UniformSpin(PERIOD, axis)


@pytest.mark.parametrize(
    ("moments", "initial", "said"),
    [
        ((1.0, 2.0, 3.5), (0.1, 0.2, 0.3), "other two together"),
        ((0.0, 1.0, 1.0), (0.1, 0.2, 0.3), "must be > 0"),
        ((1.0, np.nan, 1.0), (0.1, 0.2, 0.3), "must be > 0"),
        ((1.0, 2.0, 2.5), (0.1, np.inf, 0.3), "must be finite"),
        ((1.0, 2.0, 2.5), (0.0, 0.0, 0.3), "no tumbling"),
        ((1.0, 2.0, 2.5), (0.0, 0.0, 0.0), "no tumbling"),
        ((1.0, 1.0, 1.0), (0.1, 0.2, 0.3), "no tumbling"),
        ((1.0, 2.0, 2.5), (1e-6, 1.0, 1e-6), "separatrix"),
    ],
)
def test_what_does_not_tumble_is_refused(moments, initial, said):
    with pytest.raises(ConfigError, match=said):
        TumblingSpin(moments, initial)


def test_spin_of_a_body_tumbles_with_its_own_moments():
    shape = load_shape("kamooalewa")
    assert spin_of(shape, PERIOD, SpinParameters()) == UniformSpin(PERIOD)
    spin = spin_of(shape, PERIOD, SpinParameters(angular_velocity=(1e-3, 0.0, 2e-3)))
    assert isinstance(spin, TumblingSpin)
    assert spin.moments == pytest.approx(np.diag(shape.inertia), rel=1e-15)
    assert spin.mode == "short-axis"


def test_a_run_refuses_a_tumbling_body_in_one_line():
    """Surroundings, the grains' kernel and the links' field hold ω for constant: none takes it."""
    shape = load_shape("kamooalewa")
    gravity, site = GravityPolyhedron(shape, 2700.0), site_at(shape, 0.2, 0.3)
    spin = TumblingSpin(tuple(np.diag(shape.inertia)), (1e-3, 0.0, 2e-3))
    field, whole = site_field(gravity, spin, site), PolyhedronField(gravity, site)
    parts = {"shape": shape, "gravity": gravity, "site": site, "polyhedron_field": whole}
    for taken in (
        lambda: Surroundings(**parts, spin=UniformSpin(PERIOD), field=field),
        lambda: field_of(field),
        lambda: RotatingField(field, whole),
    ):
        with pytest.raises(ConfigError, match=r"asteroid\.spin = 'tumbling'"):
            taken()
    uniform = site_field(gravity, UniformSpin(PERIOD), site)
    assert Surroundings(**parts, spin=UniformSpin(PERIOD), field=uniform).field is uniform
    assert field_of(uniform).spin.tolist() == uniform.spin.tolist()
