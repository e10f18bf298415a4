"""Properties that hold for every frame and for a body of any size."""

from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sampling_sim.asteroid.environment import SurveyParameters
from sampling_sim.asteroid.shape import load_shape, shape_from_mesh
from sampling_sim.asteroid.site import report_at
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.frames import patch_rotation, rotation_from_vector

COMPONENT = st.floats(-1.0, 1.0)
VECTOR = st.tuples(COMPONENT, COMPONENT, COMPONENT).map(np.array)
PROPERTIES = settings(max_examples=100, derandomize=True, deadline=None)
SPIN = UniformSpin(1674.0)


@given(normal=VECTOR, axis=VECTOR)
@PROPERTIES
def test_every_patch_frame_is_right_handed_with_x_east(normal, axis):
    """R Rᵀ = 1, det R = 1, z = n, and x across the axis wherever the axis is not n itself."""
    assume(np.linalg.norm(normal) > 1e-3 and np.linalg.norm(axis) > 1e-3)
    rotation = patch_rotation(normal, axis)
    assert np.abs(rotation @ rotation.T - np.eye(3)).max() < 1e-12
    assert np.linalg.det(rotation) == pytest.approx(1.0, rel=1e-12)
    assert rotation[:, 2] == pytest.approx(normal / np.linalg.norm(normal), abs=1e-14)
    axis, z = axis / np.linalg.norm(axis), rotation[:, 2]
    if np.linalg.norm(np.cross(axis, z)) > 1e-6:
        assert abs(rotation[:, 0] @ axis) < 1e-9


@given(vector=VECTOR)
@PROPERTIES
def test_a_rotation_and_its_opposite_undo_each_other(vector):
    turn = rotation_from_vector(np.pi * vector)
    assert np.abs(turn @ rotation_from_vector(-np.pi * vector) - np.eye(3)).max() < 1e-13
    assert turn @ vector == pytest.approx(vector, abs=1e-13)


@cache
def fragment_report(factor):
    fragment = load_shape("kamooalewa")
    body = shape_from_mesh(factor * fragment.vertices, fragment.faces)
    return report_at(body, 2700.0, SPIN, 1.45, 0.7, SurveyParameters())


@given(factor=st.floats(0.1, 1000.0))
@settings(PROPERTIES, max_examples=25)
def test_a_larger_body_has_all_accelerations_in_proportion(factor):
    """Gravity, centrifugal and escape speed grow as the size; slope and Coriolis way stay."""
    one, scaled = fragment_report(1.0), fragment_report(factor)
    for name in ("position", "gravity", "centrifugal", "effective_acceleration"):
        size = factor * np.linalg.norm(one[name])
        assert np.abs(np.array(scaled[name]) - factor * np.array(one[name])).max() < 1e-9 * size
    for name in ("escape_speed", "needed_cohesion"):
        assert scaled[name] == pytest.approx(factor * one[name], rel=1e-8), name
    for name in ("slope", "coriolis_displacement"):
        assert scaled[name] == pytest.approx(one[name], rel=1e-8), name
    assert one["escape_speed"] > 0.0
    assert one["needed_cohesion"] > 0.0
