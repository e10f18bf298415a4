"""Two hundred made fragments: closed, never through themselves, at the stated axes, distinct."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.spatial.distance import pdist

from sampling_sim.asteroid.fragment import fragment_mesh, fragment_shape
from sampling_sim.asteroid.mesh import edge_faces
from sampling_sim.asteroid.mesh_intersection import intersecting_faces
from sampling_sim.asteroid.parameters import FragmentParameters
from sampling_sim.errors import ConfigError

AXES = np.array([20.0, 14.3, 12.0])
"""[m] the stated ones."""
PLAIN = FragmentParameters(angularity=0.0, roughness=0.0, craters=0, boulders=0)


@pytest.fixture(scope="module")
def family():
    return [fragment_shape(FragmentParameters(seed=seed)) for seed in range(200)]


def depth_behind_every_face(vertices, faces):
    """Depth [m] of the deepest point behind every face's plane; > 0: the body is star-shaped."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    # largest t with n·x + t <= n·a for every face
    rows = np.column_stack([normals, np.ones(len(faces))])
    heights = np.einsum("ij,ij->i", normals, a)
    found = linprog([0, 0, 0, -1], rows, heights, bounds=[(None, None)] * 4)
    return float(-found.fun)


def surrounding(vertices, faces, point):
    """Solid angle of the whole surface from a point, over 4π (Van Oosterom & Strackee 1983)."""
    a, b, c = np.moveaxis((vertices - point)[faces], 1, 0)
    r, s, t = (np.linalg.norm(x, axis=1) for x in (a, b, c))
    dots = [np.einsum("ij,ij->i", x, y) for x, y in ((a, b), (b, c), (c, a))]
    below = r * s * t + dots[0] * t + dots[1] * r + dots[2] * s
    angle = 2.0 * np.arctan2(np.einsum("ij,ij->i", a, np.cross(b, c)), below)
    return float(angle.sum() / (4.0 * np.pi))


def test_all_are_closed_surfaces_of_one_piece(family):
    for shape in family:
        edges, count, _ = edge_faces(shape.faces)
        assert (count == 2).all()
        assert len(shape.vertices) - len(edges) + len(shape.faces) == 2
        assert np.isfinite(shape.vertices).all()
        assert surrounding(shape.vertices, shape.faces, 0.0) == pytest.approx(1.0, rel=1e-12)


def test_none_passes_through_itself(family):
    """Proof by a point behind every face, of a surface that surrounds it once.

    Each ray from there meets the surface once, so it cannot meet itself, however it was made.
    """
    depths = [depth_behind_every_face(s.vertices, s.faces) for s in family]
    assert min(depths) > 2.0  # [m] of some 6


def test_no_two_faces_of_one_meet(family):
    """The same by every pair of faces, as meshes of users are checked."""
    for shape in family:
        assert intersecting_faces(shape.vertices, shape.faces)[0] == 0


def test_a_folded_surface_is_found():
    """The must-fail twin of both: a vertex pushed through the far side."""
    mesh = fragment_mesh(FragmentParameters(seed=3))
    mesh.vertices[17] *= -1.5
    assert depth_behind_every_face(mesh.vertices, mesh.faces) < 0.0
    assert intersecting_faces(mesh.vertices, mesh.faces)[0] > 10


def test_extreme_fragments_do_not_pass_through_themselves_either():
    wild = FragmentParameters(angularity=1.0, roughness=0.1, craters=100, boulders=100)
    for seed in range(5):
        mesh = fragment_mesh(replace(wild, seed=seed))
        rays = mesh.vertices / np.linalg.norm(mesh.vertices, axis=1, keepdims=True)
        assert np.isfinite(rays).all()
        assert depth_behind_every_face(mesh.vertices, mesh.faces) > 0.0


def test_extents_along_the_principal_axes_are_the_stated_ones(family):
    """2 % is asked; an affine map gives them to round-off, and no axis is turned."""
    for shape in family:
        assert np.abs(shape.extents / AXES - 1.0).max() <= 1e-9
        assert np.abs(shape.rotation_to_body - np.eye(3)).max() <= 1e-6
        assert np.abs(shape.centre_of_mass).max() <= 1e-9 * AXES[0]
        assert shape.problems == ()


def test_without_the_affine_map_the_axes_are_off(monkeypatch):
    """The must-fail twin: most fragments miss their axes by far more than 2 %."""
    monkeypatch.setattr(
        "sampling_sim.asteroid.fragment._in_principal_axes",
        lambda vertices, _, extents: vertices * 0.5 * np.cbrt(extents.prod()),
    )
    shapes = [fragment_shape(FragmentParameters(seed=seed)) for seed in range(10)]
    errors = [np.abs(shape.extents / AXES - 1.0).max() for shape in shapes]
    assert np.median(errors) > 0.02


def test_no_two_are_alike(family):
    """Every pair is apart by 50 cm somewhere: far more than the relief's own rms of 8 cm."""
    flat = np.array([shape.vertices.ravel() for shape in family])
    assert pdist(flat, "chebyshev").min() > 0.5
    volumes = np.array([shape.volume for shape in family])
    assert volumes.std() / volumes.mean() > 0.02


def test_the_same_numbers_make_the_same_bits():
    one, two = (fragment_shape(FragmentParameters(seed=11)) for _ in range(2))
    assert one.sha256 == two.sha256
    assert one.sha256 != fragment_shape(FragmentParameters(seed=12)).sha256


@pytest.mark.parametrize("axes", [(21.0, 15.0, 15.0), (20.0, 13.4, 11.2), (18.0, 18.0, 18.0)])
def test_axes_that_are_equal_are_met_too(axes):
    """Where principal axes would jump about, the symmetric root does not turn the body."""
    x, y, z = axes
    for seed in range(10):
        shape = fragment_shape(FragmentParameters(seed=seed, extent_x=x, extent_y=y, extent_z=z))
        assert np.abs(shape.extents / axes - 1.0).max() <= 1e-9
        assert shape.volume > 0.0
        assert shape.problems == ()  # z has the largest moment of inertia


def test_without_features_it_is_the_ellipsoid():
    """(2x/a)² + … = 1 at every vertex; the volume falls short by the facets, 0.9 %."""
    shape = fragment_shape(PLAIN)
    radii = np.linalg.norm(shape.vertices / (AXES / 2.0), axis=1)
    assert radii == pytest.approx(np.ones(len(radii)), rel=1e-9)
    assert 0.985 < shape.volume / (np.pi / 6.0 * AXES.prod()) < 1.0


def test_size_scales_everything():
    """Twice the extents are twice every coordinate: features are over the mean radius."""
    small = fragment_mesh(FragmentParameters(seed=5))
    large = fragment_mesh(FragmentParameters(seed=5, extent_x=40.0, extent_y=28.6, extent_z=24.0))
    assert np.abs(large.vertices - 2.0 * small.vertices).max() <= 1e-9


@pytest.mark.parametrize("longer", [{"extent_y": 21.0}, {"extent_z": 15.0}])
def test_axes_out_of_order_are_refused(longer):
    with pytest.raises(ConfigError) as error:
        FragmentParameters(**longer)
    assert error.value.key in longer
