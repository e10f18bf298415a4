"""Shape models of real asteroids: volumes against the README of the shared data."""

from pathlib import Path

import numpy as np
import pytest

from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import load_shape
from sampling_sim.constants import GRAVITATIONAL_CONSTANT as G

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "shapes"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/shapes is not here")


@needs_data
@pytest.mark.parametrize(
    ("file", "volume", "digits"), [("bennu.obj", 0.0616, 1e-4), ("itokawa_16.obj", 0.01762, 1e-5)]
)
def test_volume_is_the_published_one(file, volume, digits):
    """km³, to half a unit of the last digit given."""
    assert load_shape(DATA / file, "km").volume / 1e9 == pytest.approx(volume, abs=digits / 2)


@needs_data
def test_itokawa_far_away_is_a_point_mass_and_inside_obeys_poisson():
    """At 20 km its oblateness is (R/r)² ~ 2e-4; ∇²U = −4πGρ to round-off."""
    shape = load_shape(DATA / "itokawa_16.obj", "km")
    gravity, density = GravityPolyhedron(shape, 1900.0), 1900.0
    point = np.array([12e3, -9e3, 14e3])
    expected = -G * gravity.mass * point / np.linalg.norm(point) ** 3
    error = np.linalg.norm(gravity.acceleration(point)[0] - expected)
    assert error < 5e-4 * np.linalg.norm(expected)
    inside = gravity.gradient(np.array([0.0, 0.0, 20.0]))[0]
    assert np.trace(inside) == pytest.approx(-4.0 * np.pi * G * density, rel=1e-10)
