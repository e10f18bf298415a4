"""A thinned surface has few triangles, the form of the body, and values of the true one."""

import numpy as np
import pytest

from sampling_sim.asteroid.environment import SurveyParameters, surface_environment
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import Shape, load_shape
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.asteroid.surface import surface_samples
from sampling_sim.asteroid.thinned_surface import thinned_surface

BODY = "kamooalewa-20x13x11"
MOST = 300


@pytest.fixture(scope="module")
def body() -> Shape:
    return load_shape(BODY)


def test_a_mesh_that_is_small_enough_stays_as_it_is(body):
    whole = surface_samples(body, 1)
    kept = thinned_surface(body, len(whole.faces))
    assert np.array_equal(kept.faces, whole.faces)
    assert np.array_equal(kept.vertices, whole.vertices)


def test_a_large_mesh_comes_down_to_the_limit_and_keeps_its_form(body):
    kept = thinned_surface(body, MOST)
    assert MOST / 4 < len(kept.faces) <= MOST
    assert kept.faces.max() == len(kept.vertices) - 1
    # within a cell or so of the mesh: an edge of a triangle, were all alike
    area = surface_samples(body, 1).area.sum()
    cell = np.sqrt(area / len(kept.faces))
    spans = np.ptp(kept.vertices, axis=0)
    assert np.abs(spans - body.extents).max() < cell
    a, b, c = np.moveaxis(kept.vertices[kept.faces], 1, 0)
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0
    assert volume == pytest.approx(body.volume, rel=0.15)  # facets of an ellipsoid cut it inside
    outward = np.einsum("ij,ij->i", np.cross(b - a, c - a), a)
    assert (outward > 0.0).all()  # no triangle is turned over


def test_no_triangle_is_twice_there_or_without_a_corner(body):
    kept = thinned_surface(body, MOST)
    corners = np.sort(kept.faces, axis=1)
    assert len(np.unique(corners, axis=0)) == len(corners)
    assert (np.diff(corners, axis=1) > 0).all()


def test_quantities_of_a_thinned_surface_are_those_of_true_faces(body):
    spin, gravity = UniformSpin(1674.0), GravityPolyhedron(body, 2700.0)
    whole, kept = surface_samples(body, 1), thinned_surface(body, MOST)
    true, shown = (
        surface_environment(surface, gravity, spin, SurveyParameters()) for surface in (whole, kept)
    )
    row = {tuple(centre): k for k, centre in enumerate(whole.centre)}
    rows = [row[tuple(centre)] for centre in kept.centre]
    assert shown.slope == pytest.approx(true.slope[rows], rel=1e-12)
    assert shown.normal_acceleration == pytest.approx(true.normal_acceleration[rows], rel=1e-12)
