"""Gravity of a polyhedron against closed forms: Werner & Scheeres (1996)."""

from itertools import pairwise

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import load_shape, shape_from_mesh
from sampling_sim.constants import GRAVITATIONAL_CONSTANT as G

RADIUS, DENSITY = 25.0, 2700.0
HALF = 1.0


def sphere(subdivisions):
    mesh = trimesh.creation.icosphere(subdivisions, RADIUS)
    return GravityPolyhedron(shape_from_mesh(mesh.vertices, mesh.faces), DENSITY)


def directions(count, seed=1):
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def cube():
    mesh = trimesh.creation.box((2.0 * HALF,) * 3)
    return GravityPolyhedron(shape_from_mesh(mesh.vertices, mesh.faces), DENSITY)


@pytest.fixture(scope="module")
def rock():
    return GravityPolyhedron(load_shape("kamooalewa"), DENSITY)


def shell_error(gravity, points):
    """Largest relative deviation from the point mass of the mesh's own mass."""
    distance = np.linalg.norm(points, axis=1, keepdims=True)
    expected = -G * gravity.mass * points / distance**3
    error = np.linalg.norm(gravity.acceleration(points) - expected, axis=1)
    return float((error / np.linalg.norm(expected, axis=1)).max())


def prism(points, density):
    """Potential and attraction of the cube: MacMillan (1930) §43, Nagy et al. (2000).

    Independent of the polyhedron: sums over the eight corners of a right prism.
    """
    potential, attraction = np.zeros(len(points)), np.zeros_like(points)
    for signs in np.ndindex(2, 2, 2):
        sign = (-1.0) ** (sum(signs) + 1)
        x, y, z = (np.array(signs) * 2.0 * HALF - HALF - points).T
        r = np.sqrt(x * x + y * y + z * z)
        # logarithms as inverse hyperbolic sines, which keep their digits on either side
        lx = np.arcsinh(x / np.hypot(y, z))
        ly = np.arcsinh(y / np.hypot(z, x))
        lz = np.arcsinh(z / np.hypot(x, y))
        ax, ay, az = (
            np.arctan(y * z / (x * r)),
            np.arctan(z * x / (y * r)),
            np.arctan(x * y / (z * r)),
        )
        potential += sign * (
            x * y * lz + y * z * lx + z * x * ly - 0.5 * (x * x * ax + y * y * ay + z * z * az)
        )
        attraction -= sign * np.column_stack(
            [y * lz + z * ly - x * ax, z * lx + x * lz - y * ay, x * ly + y * lx - z * az]
        )
    return G * density * potential, G * density * attraction


def test_sphere_outside_follows_the_shell_theorem_with_the_facets_area():
    """Error below (edge/R)² and falling as the facets' area, by 4 a subdivision (3 to 5)."""
    points = 2.0 * RADIUS * directions(50)
    errors = [shell_error(sphere(n), points) for n in (2, 3, 4)]
    for n, error in zip((2, 3, 4), errors, strict=True):
        assert 0.0 < error < (1.2 / 2**n) ** 2
    assert all(3.0 < a / b < 5.0 for a, b in pairwise(errors))


@pytest.mark.parametrize(("subdivisions", "expected"), [(3, 1.7982e-5), (5, 1.8129e-5)])
def test_sphere_meshes_reproduce_the_reference_values(subdivisions, expected):
    """facts.md §5 at 1.02 R; mean over directions: five digits and the scatter of the facets."""
    gravity = sphere(subdivisions).acceleration(1.02 * RADIUS * directions(500))
    assert np.linalg.norm(gravity, axis=1).mean() == pytest.approx(expected, rel=1e-4)


def test_sphere_inside_is_linear_in_the_radius():
    """Attraction −4/3 πGρ r, to the facets' area; the shell outside a point does not pull."""
    points = 0.5 * RADIUS * directions(20)
    expected = -4.0 / 3.0 * np.pi * G * DENSITY * points
    error = np.abs(sphere(4).acceleration(points) - expected).max() / np.abs(expected).max()
    assert error < (1.2 / 2**4) ** 2


@pytest.mark.parametrize("distance", [0.7, 1.05, 3.0, 20.0])
def test_cube_equals_the_prism_formula(cube, distance):
    """Independent closed form; its own terms cancel as distance³."""
    points = distance * directions(40)
    potential, attraction = prism(points, DENSITY)
    tolerance = 1e-12 * max(1.0, distance) ** 3
    assert cube.potential(points) == pytest.approx(potential, rel=tolerance)
    scale = np.linalg.norm(attraction, axis=1, keepdims=True)
    assert (np.abs(cube.acceleration(points) - attraction) / scale).max() <= tolerance


def test_cube_without_its_edges_or_faces_is_wrong(cube):
    """The must-fail twin: either sum of the formula left out shows at once."""
    points = 1.2 * directions(10)
    expected = prism(points, DENSITY)[1]
    for part in ("_dyads", "_doubled_area"):
        broken = GravityPolyhedron(cube.shape, DENSITY)
        getattr(broken, part)[:] = 0.0
        error = np.abs(broken.acceleration(points) - expected).max() / np.abs(expected).max()
        assert error > 0.1


def test_laplacian_is_zero_outside_and_minus_4_pi_g_rho_inside(rock):
    """∇²U by Gauss; relative to 4πGρ, round-off of some hundred solid angles."""
    scale = 4.0 * np.pi * G * DENSITY
    outside = np.trace(rock.gradient(12.0 * directions(50)), axis1=1, axis2=2)
    inside = np.trace(rock.gradient(3.0 * directions(50)), axis1=1, axis2=2)
    assert np.abs(outside / scale).max() <= 1e-12
    assert np.abs(inside / scale + 1.0).max() <= 1e-12


def test_attraction_is_the_gradient_of_the_potential(rock):
    """Central differences: error h²/d², d ≥ 1 m the distance to the surface; h = 1 mm: 1e-6."""
    points, h = 9.0 * directions(30) * [1.3, 1.0, 0.9], 1e-3
    difference = np.stack(
        [
            (rock.potential(points + s) - rock.potential(points - s)) / (2 * h)
            for s in h * np.eye(3)
        ],
        axis=1,
    )
    scale = np.linalg.norm(difference, axis=1, keepdims=True)
    assert (np.abs(rock.acceleration(points) - difference) / scale).max() <= 1e-6
    assert (np.abs(-rock.acceleration(points) - difference) / scale).max() > 0.5  # wrong sign


def test_gradient_is_the_gradient_of_the_attraction(rock):
    """Central differences as above."""
    points, h = 12.0 * directions(30), 1e-3
    difference = np.stack(
        [
            (rock.acceleration(points + s) - rock.acceleration(points - s)) / (2 * h)
            for s in h * np.eye(3)
        ],
        axis=2,
    )
    scale = np.abs(difference).max(axis=(1, 2), keepdims=True)
    assert (np.abs(rock.gradient(points) - difference) / scale).max() <= 1e-6


@pytest.mark.parametrize(
    "point",
    [(1.0, 0.3, 0.2), (1.0, 0.0, 0.0), (1.0, 1.0, 0.3), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)],
    ids=["face", "diagonal", "edge", "corner", "centre"],
)
def test_potential_and_attraction_are_finite_and_continuous_everywhere(cube, point):
    """At a distance d they differ by O(d) and O(d ln d); d = 1e-9: below 1e-7."""
    point = np.array(point)
    around = point + 1e-9 * directions(20)
    scale = np.abs(cube.acceleration([[1.0, 0.3, 0.2]])).max()
    assert cube.potential(point)[0] == pytest.approx(cube.potential(around), rel=1e-7)
    assert np.abs(cube.acceleration(around) - cube.acceleration(point)).max() <= 1e-7 * scale


@pytest.mark.parametrize("point", [(1.0, 0.3, 0.2), (1.0, 0.0, 0.0)], ids=["face", "diagonal"])
def test_gradient_on_a_face_is_the_limit_from_either_side(cube, point):
    """Limit at 1e-6: differs by O(1e-6); the jump is 4πGρ n nᵀ, to round-off."""
    point, step, jump = np.array(point), np.array([1e-6, 0.0, 0.0]), 4.0 * np.pi * G * DENSITY
    outside, inside = cube.gradient(point, side=1)[0], cube.gradient(point, side=-1)[0]
    assert np.abs(outside - cube.gradient(point + step)[0]).max() <= 1e-5 * jump
    assert np.abs(inside - cube.gradient(point - step)[0]).max() <= 1e-5 * jump
    assert np.abs(outside - inside - jump * np.diag([1.0, 0.0, 0.0])).max() <= 1e-12 * jump


@pytest.mark.parametrize("point", [(1.0, 1.0, 0.3), (1.0, 1.0, 1.0), (-1.0, 0.2, 1.0)])
def test_gradient_on_an_edge_or_a_corner_is_refused(cube, point):
    with pytest.raises(ValueError, match="edge"):
        cube.gradient(np.array(point))


def test_gradient_in_the_plane_of_a_face_but_beyond_it_has_no_side(cube):
    point = np.array([1.0, 3.0, 0.3])
    assert np.array_equal(cube.gradient(point, side=1), cube.gradient(point, side=-1))


def test_gravity_is_linear_in_the_density(rock):
    """42 ρ gives 42 g: exact but for the last digit."""
    points = 9.0 * directions(5)
    heavy = GravityPolyhedron(rock.shape, 42.0 * DENSITY)
    assert heavy.acceleration(points) == pytest.approx(42.0 * rock.acceleration(points), rel=1e-14)
    assert heavy.potential(points) == pytest.approx(42.0 * rock.potential(points), rel=1e-14)


def test_scaling_the_body_scales_its_gravity(rock):
    """Lengths × s: U × s², g × s, ∇∇U unchanged."""
    points, s = 9.0 * directions(5), 1000.0
    large = GravityPolyhedron(shape_from_mesh(s * rock.shape.vertices, rock.shape.faces), DENSITY)
    assert large.potential(s * points) == pytest.approx(s**2 * rock.potential(points), rel=1e-11)
    difference = large.acceleration(s * points) / s - rock.acceleration(points)
    assert np.abs(difference).max() <= 1e-11 * np.abs(rock.acceleration(points)).max()


def test_far_away_it_is_the_field_of_the_moments_of_inertia(rock):
    """MacCullagh's U = GM/r + G(tr I − 3 r̂·I r̂)/2r³: next term (R/r)³, round-off ε (r/R)²."""
    inertia = DENSITY * rock.shape.inertia
    for ratio in (30.0, 100.0, 1000.0):
        r, unit = 10.0 * ratio, directions(20)
        second = np.trace(inertia) - 3.0 * np.einsum("ni,ij,nj->n", unit, inertia, unit)
        expected = G * rock.mass / r + G * second / (2.0 * r**3)
        tolerance = ratio**-3 + 1e-15 * ratio**2
        assert rock.potential(r * unit) == pytest.approx(expected, rel=tolerance)
