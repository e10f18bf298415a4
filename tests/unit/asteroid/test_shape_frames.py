"""The body frame: origin at the centre of mass, principal axes, nearest to the file's own."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling_sim.asteroid.shape import nearest_principal_rotation, shape_from_mesh
from sampling_sim.frames import rotation_from_vector

BRICK = np.array([6.0, 4.0, 2.0])


def brick(rotation=None, offset=(0.0, 0.0, 0.0)):
    mesh = trimesh.creation.box(BRICK)
    vertices = np.asarray(mesh.vertices)
    if rotation is not None:
        vertices = vertices @ rotation.T
    return shape_from_mesh(vertices + offset, mesh.faces)


def test_brick_has_the_closed_form_mass_properties():
    """V = abc, I = V/12 diag(b² + c², …); round-off of a sum of 12 terms."""
    shape = brick(offset=(1e3, -2e3, 5e2))
    squares = BRICK**2
    assert shape.volume == pytest.approx(BRICK.prod(), rel=1e-10)
    expected = BRICK.prod() / 12.0 * np.diag(squares.sum() - squares)
    assert np.abs(shape.inertia - expected).max() <= 1e-10 * expected.max()
    assert shape.centre_of_mass == pytest.approx([1e3, -2e3, 5e2], rel=1e-10)
    assert shape.extents == pytest.approx(BRICK, rel=1e-10)


vectors = st.tuples(*[st.floats(-0.45, 0.45)] * 3).map(np.array)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(vectors)
def test_turned_brick_is_turned_back(vector):
    """A turn of less than 45° is undone; the file's axes keep their names."""
    rotation = rotation_from_vector(vector)
    shape = brick(rotation)
    assert np.abs(shape.rotation_to_body - rotation.T).max() <= 1e-9
    assert shape.extents == pytest.approx(BRICK, rel=1e-9)


def test_a_turn_past_45_degrees_renames_the_axes():
    """The must-fail twin: the nearest axes are then the others."""
    rotation = rotation_from_vector(np.array([0.0, 0.0, np.radians(50.0)]))
    shape = brick(rotation)
    assert np.abs(shape.rotation_to_body - rotation.T).max() > 0.5
    assert shape.extents == pytest.approx(BRICK[[1, 0, 2]], rel=1e-9)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(vectors.map(lambda v: 6.0 * v))
def test_rotation_is_proper_and_makes_the_inertia_diagonal(vector):
    turn = rotation_from_vector(vector)
    inertia = turn @ np.diag([3.0, 5.0, 7.0]) @ turn.T
    rotation = nearest_principal_rotation(inertia)
    assert np.linalg.det(rotation) == pytest.approx(1.0, rel=1e-12)
    turned = rotation @ inertia @ rotation.T
    assert np.abs(turned - np.diag(np.diag(turned))).max() <= 1e-13 * 7.0 * 10


@pytest.mark.parametrize("moments", [(2.0, 2.0, 3.0), (2.0, 3.0, 3.0)])
def test_equal_moments_are_turned_no_more_than_needed(moments):
    """Of all axes in the plane of equal moments those are taken that need the least turn."""
    tilt = rotation_from_vector(np.array([0.1, -0.2, 0.0]))
    inertia = tilt @ np.diag(moments) @ tilt.T
    rotation = nearest_principal_rotation(inertia)
    turned = rotation @ inertia @ rotation.T
    assert np.abs(turned - np.diag(np.diag(turned))).max() <= 1e-12
    axis = tilt[:, 2] if moments[0] == moments[1] else tilt[:, 0]
    least = np.arccos(np.abs(axis).max())
    assert np.arccos((np.trace(rotation) - 1.0) / 2.0) == pytest.approx(least, rel=1e-9)


@pytest.mark.parametrize("mesh", [trimesh.creation.box((9.0,) * 3), trimesh.creation.icosphere()])
def test_equal_axes_stay_the_files_own(mesh):
    shape = shape_from_mesh(mesh.vertices, mesh.faces)
    assert np.array_equal(shape.rotation_to_body, np.eye(3))


def test_body_that_spins_about_a_long_axis_is_reported():
    mesh = trimesh.creation.box((2.0, 4.0, 6.0))
    shape = shape_from_mesh(mesh.vertices, mesh.faces)
    assert [code for code, _ in shape.problems] == ["spin-axis"]
    assert brick().problems == ()
