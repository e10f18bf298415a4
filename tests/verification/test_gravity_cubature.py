"""Gravity of a tetrahedron against numerical integration over its volume."""

import numpy as np
import pytest

from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import shape_from_mesh
from sampling_sim.constants import GRAVITATIONAL_CONSTANT as G

DENSITY, ORDER, STATED_ERROR = 2700.0, 90, 5e-13
CORNERS = np.array([[0.0, 0.0, 0.0], [2.0, 0.1, -0.2], [0.3, 1.5, 0.1], [0.2, 0.4, 1.8]])
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
POINTS = {
    "outside": [3.0, -1.0, 2.0],
    "inside": [0.6, 0.5, 0.4],
    "in a face's plane": CORNERS[0] - 0.7 * (CORNERS[1] + CORNERS[2]),
    "in a face": CORNERS[[1, 2, 3]].mean(0),
    "in an edge": CORNERS[[0, 1]].mean(0),
    "at a corner": CORNERS[3],
}


@pytest.fixture(scope="module")
def tetrahedron():
    return GravityPolyhedron(shape_from_mesh(CORNERS, FACES), DENSITY)


def in_body(tetrahedron, point):
    """Components in B of a point given with the corners: the nearest rigid turn and shift."""
    ours = tetrahedron.shape.vertices
    u, _, vt = np.linalg.svd((CORNERS - CORNERS.mean(0)).T @ (ours - ours.mean(0)))
    return (np.asarray(point) - CORNERS.mean(0)) @ (u @ vt) + ours.mean(0)


def unit_nodes(order):
    """Nodes and weights of Gauss-Legendre from 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def cubature(vertices, faces, point, order=ORDER):
    """Potential and attraction by Gauss-Legendre over the cones from the point to the faces.

    In a cone x = p + u (y − p), y = a + s ((b − a) + t (c − b)), the volume is 6V u² s du ds dt
    with 6V signed; 1/|x − p| and (x − p)/|x − p|³ leave u and 1 of it, so nothing is singular
    and three nodes along u are plenty.
    """
    (nodes_u, weights_u), (nodes, weights) = unit_nodes(3), unit_nodes(order)
    u, s, t = np.meshgrid(nodes_u, nodes, nodes, indexing="ij")
    weight = np.einsum("i,j,k->ijk", weights_u, weights, weights) * u**2 * s
    potential, attraction = 0.0, np.zeros(3)
    for a, b, c in vertices[faces] - point:
        volume = np.dot(a, np.cross(b, c))
        if abs(volume) < 1e-12:
            continue  # the point lies in this face's plane: its cone is flat
        x = u[..., None] * (a + s[..., None] * ((b - a) + t[..., None] * (c - b)))
        r = np.linalg.norm(x, axis=-1)
        potential += volume * np.sum(weight / r)
        attraction += volume * np.einsum("ijk,ijkc->c", weight / r**3, x)
    return G * DENSITY * potential, G * DENSITY * attraction


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS.keys())
def test_tetrahedron_equals_its_cubature_everywhere(tetrahedron, point):
    """The cubature's own error, by 60 against 90 nodes a side, is below STATED_ERROR."""
    p = in_body(tetrahedron, point)
    vertices, faces = tetrahedron.shape.vertices, tetrahedron.shape.faces
    potential, attraction = cubature(vertices, faces, p)
    coarse, coarse_attraction = cubature(vertices, faces, p, 60)
    size = np.linalg.norm(attraction)
    assert abs(coarse / potential - 1.0) <= STATED_ERROR
    assert np.linalg.norm(coarse_attraction - attraction) <= STATED_ERROR * size
    assert tetrahedron.potential(p)[0] == pytest.approx(potential, rel=1e-12)
    assert np.linalg.norm(tetrahedron.acceleration(p)[0] - attraction) <= 1e-12 * size


def test_a_cone_left_out_or_a_corner_moved_is_noticed(tetrahedron):
    """The must-fail twin: the comparison sees a face less, and a corner 1e-6 m away."""
    p = in_body(tetrahedron, POINTS["outside"])
    vertices, faces = tetrahedron.shape.vertices, tetrahedron.shape.faces
    potential = tetrahedron.potential(p)[0]
    assert abs(cubature(vertices, faces[:3], p)[0] / potential - 1.0) > 0.1
    moved = vertices + np.array([[1e-6], [0.0], [0.0], [0.0]])
    assert abs(cubature(moved, faces, p)[0] / potential - 1.0) > 1e-8
