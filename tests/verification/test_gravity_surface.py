"""Gravity where it is hardest: on faces, near edges and corners, and in any batch."""

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import load_shape, shape_from_mesh
from sampling_sim.constants import GRAVITATIONAL_CONSTANT as G

DENSITY = 2700.0
POISSON = 4.0 * np.pi * G * DENSITY
STEP = 1e-3


@pytest.fixture(scope="module")
def cube():
    mesh = trimesh.creation.box((2.0, 2.0, 2.0))
    return GravityPolyhedron(shape_from_mesh(mesh.vertices, mesh.faces), DENSITY)


@pytest.fixture(scope="module")
def rock():
    return GravityPolyhedron(load_shape("kamooalewa"), DENSITY)


def difference_of_acceleration(gravity, point, step=STEP):
    """Central differences of g: across a face the mean of both sides' gradients."""
    steps = step * np.eye(3)
    return np.stack(
        [
            (gravity.acceleration(point + s)[0] - gravity.acceleration(point - s)[0]) / (2.0 * step)
            for s in steps
        ],
        axis=1,
    )


def laplacian_of_potential(gravity, point, step=STEP):
    """∇²U by central differences of U alone."""
    around = np.concatenate([point + step * np.eye(3), point - step * np.eye(3)])
    return (gravity.potential(around).sum() - 6.0 * gravity.potential(point)[0]) / step**2


def test_laplacian_on_a_face_is_half_of_that_inside(cube):
    """−2πGρ from U alone: h²/d² with d = 0.7 the distance to the edges, round-off ε/h²: 1e-5.

    Its must-fail twins: just outside it is 0, just inside twice as much.
    """
    face, normal = np.array([1.0, 0.3, 0.2]), np.array([1.0, 0.0, 0.0])
    assert laplacian_of_potential(cube, face) == pytest.approx(-0.5 * POISSON, rel=1e-5)
    assert abs(laplacian_of_potential(cube, face + 0.1 * normal)) <= 1e-5 * POISSON
    assert laplacian_of_potential(cube, face - 0.1 * normal) == pytest.approx(-POISSON, rel=1e-5)


def test_mean_of_the_gradients_on_both_sides_is_that_of_differences_across_the_face(rock):
    """All nine components at the middle of every face: h²/d² with d ≥ 0.1 m to the edges: 1e-4."""
    middles = rock.shape.vertices[rock.shape.faces].mean(axis=1)
    mean = 0.5 * (rock.gradient(middles, side=1) + rock.gradient(middles, side=-1))
    assert np.trace(mean, axis1=1, axis2=2) == pytest.approx(-0.5 * POISSON, rel=1e-11)
    for middle, expected, outside in zip(middles, mean, rock.gradient(middles), strict=True):
        got = difference_of_acceleration(rock, middle)
        assert np.abs(got - expected).max() <= 1e-4 * POISSON
        assert np.abs(got - outside).max() > 0.1 * POISSON  # the must-fail twin: one side alone


@pytest.mark.parametrize("distance", 10.0 ** -np.arange(1.0, 320.0, 29.0))
@pytest.mark.parametrize("anchor", [(1.0, 0.3, 0.2), (1.0, 1.0, 0.3), (1.0, 1.0, 1.0)])
def test_gravity_stays_finite_however_near_the_surface(cube, anchor, distance):
    """Towards a face, an edge and a corner, down to numbers that vanish: g changes by d ln d."""
    offsets = distance * np.array([[1.0, 0.0, 0.0], [0.4, -0.5, 0.6], [-1.0, -1.0, -1.0]])
    potential, attraction = cube.potential_and_acceleration(np.array(anchor) + offsets)
    here = cube.potential_and_acceleration(np.array(anchor))
    size = np.linalg.norm(here[1][0])
    change = 10.0 * distance * (1.0 + abs(np.log(distance))) + 1e-14
    assert np.abs(potential / here[0] - 1.0).max() <= change
    assert np.linalg.norm(attraction - here[1], axis=1).max() <= change * size


def test_all_corners_edges_and_faces_of_the_default_body_are_finite(rock):
    """At every vertex and the middle of every edge and face; g at most that of 4πGρ R."""
    vertices, faces = rock.shape.vertices, rock.shape.faces
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    points = np.concatenate([vertices, vertices[edges].mean(1), vertices[faces].mean(1)])
    potential, attraction = rock.potential_and_acceleration(points)
    assert np.isfinite(potential).all()
    assert (potential > 0.0).all()
    largest = POISSON * np.linalg.norm(vertices, axis=1).max()
    assert (np.linalg.norm(attraction, axis=1) < largest).all()


def test_a_point_has_the_same_gravity_in_any_batch(rock):
    """Bit for bit, alone or among others, whatever the place in the vector register."""
    points = np.random.default_rng(5).normal(scale=15.0, size=(203, 3))
    whole = rock.derivatives(points)
    for count in (1, 7, 8, 64, 65, 130):
        for all_of_them, some in zip(whole, rock.derivatives(points[:count]), strict=True):
            assert np.array_equal(all_of_them[:count], some)
    for one, other in zip(rock.derivatives(points[202]), whole, strict=True):
        assert np.array_equal(one[0], other[202])


def test_derivatives_are_what_each_function_gives_alone(rock):
    points = np.random.default_rng(6).normal(scale=15.0, size=(20, 3))
    potential, acceleration, gradient = rock.derivatives(points)
    assert np.array_equal(potential, rock.potential(points))
    assert np.array_equal(acceleration, rock.acceleration(points))
    assert np.array_equal(gradient, rock.gradient(points))


def test_a_point_on_an_edge_is_named_in_any_batch(cube):
    points = np.random.default_rng(7).normal(scale=5.0, size=(150, 3))
    points[140] = [1.0, 1.0, 0.25]
    with pytest.raises(ValueError, match=r"\[1\.0, 1\.0, 0\.25\].*edge"):
        cube.derivatives(points)


def test_no_points_give_empty_arrays(rock):
    potential, acceleration, gradient = rock.derivatives(np.zeros((0, 3)))
    assert potential.shape == (0,)
    assert acceleration.shape == (0, 3)
    assert gradient.shape == (0, 3, 3)
