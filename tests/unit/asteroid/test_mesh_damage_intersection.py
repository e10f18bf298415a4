"""Surfaces that touch or pass through themselves are found, and sound ones are not accused."""

from itertools import combinations

import numpy as np
import pytest
import trimesh
from scipy.optimize import linprog

from sampling_sim.asteroid.mesh_intersection import intersecting_faces
from sampling_sim.asteroid.shape import load_shape
from sampling_sim.frames import rotation_from_vector

TURN = rotation_from_vector(np.array([0.3, -1.1, 0.7]))


def convex_sets_meet(first, second):
    """Whether two triangles have a common point: a linear programme, an independent way."""
    corners = np.hstack([first.T, -second.T])
    sums = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])
    equations = np.vstack([corners, sums])
    result = linprog(np.zeros(6), A_eq=equations, b_eq=[0, 0, 0, 1, 1], bounds=(0, None))
    return result.status == 0


def test_pairs_of_random_triangles_are_those_of_linear_programmes():
    vertices = np.random.default_rng(3).normal(size=(90, 3))
    vertices *= np.repeat(np.array([1.0, 0.4, 0.1]), 30)[:, None]  # large and small ones
    faces = np.arange(90).reshape(-1, 3)
    expected = [
        pair
        for pair in combinations(range(30), 2)
        if convex_sets_meet(*(vertices[faces[k]] for k in pair))
    ]
    count, pairs = intersecting_faces(vertices, faces)
    assert 20 < count < 400
    assert [tuple(pair) for pair in pairs.tolist()] == expected


def without_first_corner(triangle, share=1e-3):
    """Cover the triangle, but for the surroundings of its first corner, with two triangles."""
    a, b, c = triangle
    return np.array([a + share * (b - a), b, c]), np.array([a + share * (c - a), c, b])


def test_triangles_that_share_a_vertex_are_judged_by_the_rest_of_them():
    """Against the same linear programmes, the shared corner cut off both triangles."""
    rng = np.random.default_rng(4)
    met = 0
    for _ in range(100):
        vertices = rng.normal(size=(5, 3))
        first, second = (without_first_corner(vertices[face]) for face in ([0, 1, 2], [0, 3, 4]))
        expected = any(convex_sets_meet(f, g) for f in first for g in second)
        found = intersecting_faces(vertices, np.array([[0, 1, 2], [3, 0, 4]]))[0]
        assert found == expected
        met += found
    assert 10 < met < 90


@pytest.mark.parametrize(
    "mesh",
    [
        trimesh.creation.box((3.0, 2.0, 1.0)).subdivide().subdivide(),
        trimesh.creation.icosphere(subdivisions=3),
        trimesh.creation.torus(3.0, 1.0),
        trimesh.creation.cylinder(1.0, 3.0, sections=64),
    ],
    ids=["flat faces", "sphere", "torus", "fans"],
)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e5])
def test_sound_surface_has_no_pairs(mesh, scale):
    """Flat ground after a turn is flat to rounding only: no sign may be read into that."""
    turned = np.asarray(mesh.vertices) @ TURN.T * scale + scale
    assert intersecting_faces(turned, np.asarray(mesh.faces))[0] == 0


def test_vertex_pushed_through_the_far_side_is_found():
    """The must-fail twin of the sound sphere."""
    mesh = trimesh.creation.icosphere(subdivisions=2)
    vertices = np.array(mesh.vertices)
    vertices[0] *= -1.5
    count, pairs = intersecting_faces(vertices, np.asarray(mesh.faces))
    spoke = np.flatnonzero((mesh.faces == 0).any(1))
    assert count >= len(spoke)
    assert np.isin(pairs, spoke).any(1).all()


@pytest.mark.parametrize("offset", [0.5, 0.25, 1.0])
def test_two_boxes_through_each_other_are_found_even_where_edges_meet(offset):
    """Corners on edges, edges on diagonals, faces on faces: contact counts."""
    box = trimesh.creation.box((1.0, 1.0, 1.0))
    for shift in ([offset, 0.0, 0.0], [offset, offset, 0.0], [offset] * 3):
        vertices = np.vstack([box.vertices, np.asarray(box.vertices) + shift])
        faces = np.vstack([box.faces, np.asarray(box.faces) + 8])
        assert intersecting_faces(vertices, faces)[0] > 0
        assert intersecting_faces(vertices @ TURN.T, faces)[0] > 0
    apart = np.vstack([box.vertices, np.asarray(box.vertices) + np.array([1.001, 0.0, 0.0])])
    assert intersecting_faces(apart @ TURN.T, faces)[0] == 0


def test_face_folded_onto_its_neighbour_is_found():
    flat = np.array([[0.0, 0, 0], [1, 0, 0], [0.2, 1, 0], [0.8, 1, 0], [0.5, -1, 0]])
    assert intersecting_faces(flat @ TURN.T, np.array([[0, 1, 2], [1, 0, 3]]))[0] == 1
    assert intersecting_faces(flat @ TURN.T, np.array([[0, 1, 2], [1, 0, 4]]))[0] == 0


def test_self_intersection_is_reported_and_the_shape_loads(tmp_path):
    mesh = trimesh.creation.icosphere(subdivisions=2, radius=9.0)
    vertices = np.array(mesh.vertices)
    path = tmp_path / "body.obj"

    def notes():
        path.write_text(
            "".join("v {} {} {}\n".format(*vertex) for vertex in vertices)
            + "".join("f {} {} {}\n".format(*(face + 1)) for face in mesh.faces)
        )
        return dict(load_shape(path, "m").problems)

    assert "self-intersecting" not in notes()
    vertices[0] *= -1.2
    assert "pass through each other" in notes()["self-intersecting"]
