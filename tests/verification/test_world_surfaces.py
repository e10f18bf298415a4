"""Signed distance to closed meshes, convex and concave, against closed forms."""

import numpy as np
import pytest
import trimesh
from world_designs import ell

from sampling_sim.errors import ShapeError
from sampling_sim.mechanism.base import Box
from sampling_sim.world.contacts import _mobility
from sampling_sim.world.surfaces import (
    LevelGround,
    MeshSurface,
    _closest,
    _signed_distance,
    box_surface,
)

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


def uneven():
    """Two hulls apart, of very uneven faces: a needle a metre long and a flat disc of slivers."""
    needle = trimesh.creation.cylinder(0.004, 1.0, sections=7)
    disc = trimesh.creation.cylinder(0.4, 0.003, sections=61)
    needle.apply_transform(trimesh.transformations.rotation_matrix(0.7, [1.0, 0.3, 0.2]))
    disc.apply_translation((0.1, 0.5, -0.1))
    vertices, faces = trimesh.util.append_faces(
        (needle.vertices, disc.vertices), (needle.faces, disc.faces)
    )
    return np.asarray(vertices), np.asarray(faces)


def nearest_of_all(surface, point):
    """Distance and outward direction by asking every face."""
    found = [_closest(point, *corners) for corners in surface._corners]
    squares = np.array([(point - q) @ (point - q) for _, q in found])
    face = int(squares.argmin())
    feature, q = found[face]
    way, outward = point - q, surface._normals[face, feature]
    gap = np.sqrt(squares[face]) if way @ outward >= 0.0 else -np.sqrt(squares[face])
    return gap, outward if feature == 6 else way / gap


@pytest.fixture(scope="module")
def asked():
    """Surface of uneven faces, points about it, and what every face together says."""
    surface = MeshSurface(*uneven())
    points = np.random.default_rng(5).uniform((-0.7, -0.6, -0.6), (0.7, 1.0, 0.6), (400, 3))
    # half of them close by: on the surface but for a millimetre
    chosen = np.random.default_rng(6).dirichlet(np.ones(3), 200)
    faces = np.random.default_rng(7).integers(len(surface._corners), size=200)
    points[:200] = np.einsum("pk,pki->pi", chosen, surface._corners[faces])
    points[:200] += np.random.default_rng(8).normal(scale=1e-3, size=(200, 3))
    return surface, points, [nearest_of_all(surface, p) for p in points]


def test_faces_left_out_are_never_the_nearest(asked):
    """The same bits as asking all, on slivers 100 to 1000 times longer than wide."""
    surface, points, expected = asked
    gap, normal = met(surface, points)
    assert gap.tolist() == [float(g) for g, _ in expected]
    assert normal.tolist() == [n.tolist() for _, n in expected]
    assert 5 < (gap < 0.0).sum() < 395


def test_balls_without_size_leave_out_the_nearest(asked):
    """The twin: the nearest middle is not of the nearest face."""
    surface, points, expected = asked
    balls = (surface._middles, np.zeros_like(surface._sizes))
    gap, _ = _signed_distance(points, surface._corners, surface._normals, balls)
    wrong = np.abs(gap) > np.abs([g for g, _ in expected]) + 1e-3
    assert wrong.mean() > 0.1


def test_neighbours_are_found_in_any_integer_type():
    """642² and more do not fit 16 bits, as 46,341² do not fit 32."""
    mesh = trimesh.creation.icosphere(3)
    vertices, faces = np.array(mesh.vertices), np.array(mesh.faces)
    wide, narrow = (MeshSurface(vertices, faces.astype(kind)) for kind in (np.int64, np.int16))
    assert np.array_equal(wide._normals, narrow._normals)


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
