"""Signed distance to closed meshes, convex and concave, against closed forms."""

import numpy as np
import pytest
import trimesh
from world_designs import ell

from sampling_sim.errors import ShapeError
from sampling_sim.mechanism.base import Box
from sampling_sim.world.contacts import _mobility
from sampling_sim.world.surfaces import LevelGround, MeshSurface, box_surface

FAR = np.inf


def met(surface, points):
    """Gap and normal at points, whatever their distance."""
    points = np.atleast_2d(np.asarray(points, dtype=float))
    return surface.meet(points, np.full(len(points), FAR))


def box_distance(points, half):
    """Signed distance of points to a box about the origin (closed form)."""
    beyond = np.abs(points) - half
    outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=1)
    return outside + np.minimum(beyond.max(axis=1), 0.0)


def test_distance_to_a_box_is_the_closed_form():
    half = np.array([0.3, 0.2, 0.1])
    points = np.random.default_rng(1).uniform(-0.6, 0.6, (2000, 3))
    surface = box_surface(Box(link=0, centre=(0.0, 0.0, 0.0), half_extents=tuple(half)))
    gap, normal = met(surface, points)
    assert np.abs(gap - box_distance(points, half)).max() < 1e-14
    assert np.abs(np.linalg.norm(normal, axis=1) - 1.0).max() < 1e-12


def test_the_normal_is_the_gradient_of_the_distance():
    vertices, faces = ell()
    surface = MeshSurface(vertices, faces)
    points = np.random.default_rng(2).uniform((-1.2, -1.2, -0.2), (1.2, 1.2, 2.2), (500, 3))
    gap, normal = met(surface, points)
    slope = [(met(surface, points + d)[0] - met(surface, points - d)[0]) for d in 1e-6 * np.eye(3)]
    gradient = np.array(slope).T / 2e-6
    smooth = np.abs(np.linalg.norm(gradient, axis=1) - 1.0) < 1e-6  # not across a medial axis
    assert smooth.mean() > 0.95
    assert np.abs(gradient - normal)[smooth].max() < 1e-6
    assert np.abs(gap).min() < 0.1


def test_signs_in_a_concave_mesh_are_those_of_its_two_boxes():
    """The L is the union of two boxes: inside exactly where either holds the point."""
    vertices, faces = ell()
    points = np.random.default_rng(3).uniform((-1.5, -1.5, -0.5), (1.5, 1.5, 2.5), (4000, 3))
    gap, _ = met(MeshSurface(vertices, faces), points)
    low = box_distance(points - (0.0, 0.0, 0.5), np.array([1.0, 1.0, 0.5]))
    high = box_distance(points - (0.5, 0.0, 1.0), np.array([0.5, 1.0, 1.0]))
    union = np.minimum(low, high)
    assert 0.1 < (union < 0.0).mean() < 0.9
    assert np.array_equal(gap < 0.0, union < 0.0)
    # outside, the union's distance is the smaller of the two
    assert np.abs(gap - union)[union > 0.0].max() < 1e-14


def test_a_fine_sphere_is_its_radius_but_for_its_facets():
    """A face of longest side a lies within R − √(R² − a²/3) of the ball: 642 vertices, 0.5 %."""
    mesh = trimesh.creation.icosphere(3)
    sag = 1.0 - np.sqrt(1.0 - mesh.edges_unique_length.max() ** 2 / 3.0)
    points = np.random.default_rng(4).normal(size=(200, 3))
    gap, normal = met(MeshSurface(np.array(mesh.vertices), np.array(mesh.faces)), points)
    radius = np.linalg.norm(points, axis=1)
    assert np.abs(gap - (radius - 1.0)).max() < sag
    outside = radius > 1.2
    assert np.einsum("ni,ni->n", normal, points / radius[:, None])[outside].min() > 0.99


def test_level_ground_is_its_height():
    gap, normal = met(LevelGround(-0.3), [[1.0, 2.0, 0.1]])
    assert gap[0] == pytest.approx(0.4)
    assert normal[0].tolist() == [0.0, 0.0, 1.0]


def test_points_beyond_reach_are_far():
    vertices, faces = ell()
    gap, _ = MeshSurface(vertices, faces).meet(np.array([[5.0, 0.0, 0.0]]), np.array([0.1]))
    assert gap[0] == np.inf


def test_open_and_inverted_meshes_are_refused():
    vertices, faces = ell()
    with pytest.raises(ShapeError, match="closed"):
        MeshSurface(vertices, faces[:-1])
    with pytest.raises(ShapeError, match="outward"):
        MeshSurface(vertices, faces[:, ::-1])


def test_the_mobility_of_a_body_is_that_of_its_most_easily_moved_point() -> None:
    """Against the largest eigenvalue of 1/m − [p]× I⁻¹ [p]× over the points, to round-off."""
    rng = np.random.default_rng(3)
    root = rng.normal(size=(3, 3))
    inertia, points, mass = root @ root.T + np.eye(3), rng.normal(size=(6, 3)), 3.0
    speeds = []
    for x, y, z in points:
        cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
        answer = np.eye(3) / mass - cross @ np.linalg.inv(inertia) @ cross
        speeds.append(np.linalg.eigvalsh(answer)[-1])
    assert _mobility(mass, inertia, points, np.zeros(6)) == pytest.approx(max(speeds), rel=1e-12)
    # balls reach further, and only so far: a ball at the centre of mass turns the least moment
    least = np.linalg.eigvalsh(inertia)[0]
    ball = _mobility(mass, inertia, np.zeros((1, 3)), np.full(1, 0.2))
    assert ball == pytest.approx(1.0 / mass + 0.04 / least, rel=1e-12)
