"""The committed meshes are what their script makes and what the registry says."""

import runpy
from hashlib import sha256

import numpy as np
import pytest

from sampling_sim.asteroid import registry
from sampling_sim.asteroid.mesh import face_areas
from sampling_sim.asteroid.shape import load_shape
from sampling_sim.asteroid.site import shape_report
from sampling_sim.errors import ShapeError


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(registry.SHAPES / "make_kamooalewa.py"))


@pytest.fixture(scope="module")
def kamooalewa():
    return load_shape("kamooalewa")


def test_the_script_makes_the_committed_mesh(script, kamooalewa):
    """To the 0.1 mm the file is written with: another build of Qhull may round the last digit."""
    mesh = script["fragment"]()
    in_file = kamooalewa.vertices @ kamooalewa.rotation_to_body + kamooalewa.centre_of_mass
    assert np.array_equal(mesh.faces, kamooalewa.faces)
    assert np.abs(mesh.vertices - in_file).max() <= 1.5e-4


def test_another_seed_makes_another_mesh(script, kamooalewa):
    """The must-fail twin of the comparison above."""
    assert script["fragment"](7).vertices.shape != kamooalewa.vertices.shape


def test_the_default_mesh_is_the_one_that_results_were_made_with():
    """Bit for bit: stored outcomes name this hash."""
    entry = registry.registered_shapes()["kamooalewa"]
    assert entry.sha256 == "985b060d7dba7dad748a34da580e8fbba6696d8a12e21d6726de18fcc00133f1"


@pytest.mark.parametrize("name", sorted(set(registry.registered_shapes()) - {"kamooalewa"}))
def test_the_ellipsoids_are_what_the_script_makes_and_what_is_stated(script, name):
    """Axes exact, every corner on the ellipsoid to the 0.1 µm of the file, no axis turned."""
    shape, entry = load_shape(name), registry.registered_shapes()[name]
    mesh, extents = script["meshes"]()[entry.file]
    assert np.array_equal(mesh.faces, shape.faces)
    assert np.abs(mesh.vertices - shape.vertices).max() <= 1e-6
    assert tuple(extents) == entry.extents == pytest.approx(shape.extents, rel=1e-7)
    radii = np.linalg.norm(shape.vertices / (extents / 2.0), axis=1)
    assert np.abs(radii - 1.0).max() <= 1e-7
    assert shape.problems == ()
    # the must-fail twin: another model's axes
    assert np.abs(np.linalg.norm(shape.vertices / [10.0, 7.0, 6.0], axis=1) - 1.0).max() > 0.05


def test_the_registry_holds_the_published_alternatives():
    """Axes of facts 1: the default, two fits, the thermal sphere, the superseded size."""
    assert {entry.extents for entry in registry.registered_shapes().values()} == {
        (20.0, 14.3, 12.0), (21.0, 15.0, 15.0), (20.0, 13.4, 11.2), (18.0,) * 3, (58.0, 36.0, 36.0),
    }  # fmt: skip
    for entry in registry.registered_shapes().values():
        assert min(len(entry.source), len(entry.trust), len(entry.light_curve)) > 20


def test_every_registered_file_has_its_sha256_and_loads():
    for name, entry in registry.registered_shapes().items():
        assert sha256((registry.SHAPES / entry.file).read_bytes()).hexdigest() == entry.sha256
        assert load_shape(name).name == name


def test_extents_are_the_published_ones_and_the_file_is_in_principal_axes(kamooalewa):
    """20 x 14.3 x 12 m within 0.5 %; axes to the rounding of the coordinates."""
    assert kamooalewa.extents == pytest.approx([20.0, 14.3, 12.0], rel=5e-3)
    assert np.abs(kamooalewa.rotation_to_body - np.eye(3)).max() <= 1e-4
    assert np.abs(kamooalewa.centre_of_mass).max() <= 1e-3
    assert kamooalewa.problems == ()


def test_faces_are_few_enough_and_well_shaped(kamooalewa):
    corners = kamooalewa.vertices[kamooalewa.faces]
    longest = np.linalg.norm(np.diff(corners[:, [0, 1, 2, 0]], axis=1), axis=2).max(1)
    height = 2.0 * face_areas(kamooalewa.vertices, kamooalewa.faces) / longest
    assert 150 <= len(kamooalewa.faces) <= 320
    assert (longest / height).max() < 50.0


def test_file_with_another_content_is_refused(tmp_path, monkeypatch):
    for name in ("kamooalewa.obj", "registry.toml"):
        (tmp_path / name).write_bytes((registry.SHAPES / name).read_bytes() + b"\n")
    monkeypatch.setattr(registry, "SHAPES", tmp_path)
    registry.registered_shapes.cache_clear()
    try:
        with pytest.raises(ShapeError) as error:
            load_shape("kamooalewa")
    finally:
        registry.registered_shapes.cache_clear()
    assert error.value.code == "sha256-mismatch"


def test_report_has_the_documented_keys(kamooalewa):
    report = shape_report(kamooalewa)
    assert list(report) == [
        "vertices", "faces", "closed", "volume", "extents", "centre_of_mass", "inertia",
        "rotation_to_body", "problems", "light_curve",
    ]  # fmt: skip
    assert report["closed"] is True
    assert report["vertices"] - report["faces"] // 2 == 2  # Euler's formula of a closed surface
