"""Units, rotations, random addresses, errors and the light import."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from sampling_sim.errors import ConfigError, ShapeError
from sampling_sim.frames import patch_rotation, rotation_from_vector
from sampling_sim.outcome import NOT_COMPARED, Outcome, outcome_columns
from sampling_sim.quantities import magnitude
from sampling_sim.rng import Stream, generator

UNIT_VECTOR = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5 cm/s", "m/s", 0.05),
        ("27.9 min", "s", 1674.0),
        ("2.7 g/cm^3", "kg/m^3", 2700.0),
        ("90 deg", "rad", np.pi / 2),
        ("60 rpm", "rad/s", 2 * np.pi),
        ("3 deg/s", "rad/s", np.radians(3)),
        ("2 mrad", "rad", 2e-3),
        ("1 turn/min", "rad/s", 2 * np.pi / 60),
        ("20 N*m/rad", "N*m/rad", 20.0),
    ],
)
def test_text_with_a_unit_becomes_si(text: str, unit: str, value: float) -> None:
    assert magnitude(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", [5, "5", "5 kg", "fast", "", True, None, "5 cm/", "nan furlong"])
def test_what_is_not_a_speed_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"needs"):
        magnitude(text, "m/s")


@pytest.mark.parametrize(
    ("text", "unit"), [("0.3", "rad"), ("1.6 Hz", "rad/s"), ("1/s", "rad/s"), ("20 N*m", "N*m/rad")]
)
def test_an_angle_is_never_implied(text: str, unit: str) -> None:
    with pytest.raises(ValueError, match="angle"):
        magnitude(text, unit)


@given(normal=UNIT_VECTOR, axis=UNIT_VECTOR)
def test_patch_rotation_is_proper_with_z_along_the_normal(normal: tuple, axis: tuple) -> None:
    rotation = patch_rotation(np.array(normal), np.array(axis))
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0, rel=1e-12)
    assert np.allclose(rotation[:, 2], np.array(normal) / np.linalg.norm(normal), atol=1e-12)


def test_patch_x_is_along_the_surface_motion_and_along_x_of_b_at_the_poles() -> None:
    spin = np.array([0.0, 0.0, 1.0])
    equator = patch_rotation(np.array([1.0, 0.0, 0.0]), spin)
    assert np.allclose(equator[:, 0], [0, 1, 0])
    for pole in (spin, -spin):
        assert np.allclose(patch_rotation(pole, spin)[:, 0], [1, 0, 0])


@given(vector=st.tuples(*[st.floats(-3, 3)] * 3))
def test_rotations_agree_with_scipy(vector: tuple) -> None:
    expected = Rotation.from_rotvec(vector)
    assert np.allclose(rotation_from_vector(np.array(vector)), expected.as_matrix(), atol=1e-14)


def test_a_stream_is_addressed_and_not_consumed_in_order() -> None:
    first = generator(7, 3, Stream.SEQUENCE, "approach_speed").random(4)
    generator(7, 3, Stream.SEQUENCE, "tilt_x").random(100)
    assert np.array_equal(first, generator(7, 3, Stream.SEQUENCE, "approach_speed").random(4))
    others = [(8, 3, Stream.SEQUENCE, "approach_speed"), (7, 4, Stream.SEQUENCE, "approach_speed"),
              (7, 3, Stream.CRAFT, "approach_speed"), (7, 3, Stream.SEQUENCE, "")]  # fmt: skip
    for address in others:
        assert not np.array_equal(first, generator(*address).random(4))


@pytest.mark.parametrize(
    "error", [ConfigError("a.b", "5", "needs a unit", "e.toml"), ShapeError("open", "has holes")]
)
def test_errors_travel_between_processes_whole(error: Exception) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.__dict__) == (type(error), str(error), error.__dict__)
    assert "\n" not in str(error)


def test_every_outcome_column_has_a_unit_and_a_long_name() -> None:
    columns = outcome_columns()
    assert all(set(column) == {"units", "long_name"} for column in columns.values())
    assert set(columns) >= NOT_COMPARED
    assert Outcome().collected_mass == 0.0


def test_importing_the_package_loads_nothing_heavy() -> None:
    """The heavy libraries are loaded by what uses them."""
    heavy = "pybullet numba matplotlib plotly jinja2 k3d h5py dask distributed pint trimesh"
    named = [*heavy.split(), "pandas", "xarray", "scipy"]
    code = f"import sys, sampling_sim; print([m for m in {named} if m in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"
