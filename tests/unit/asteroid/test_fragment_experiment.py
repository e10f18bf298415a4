"""A sweep over made fragments: read from a file, drawn, carried to the engine, and traceable."""

import hashlib

import numpy as np
import pytest

from sampling_sim.asteroid import fragment
from sampling_sim.asteroid.body import body_shape, shape_file
from sampling_sim.asteroid.parameters import (
    AsteroidParameters,
    FragmentParameters,
    SiteParameters,
)
from sampling_sim.asteroid.registry import SHAPES
from sampling_sim.asteroid.site import load_site
from sampling_sim.campaign.experiment.config import parse_experiment
from sampling_sim.campaign.experiment.leaves import flat_inputs
from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.campaign.provenance import root_attributes
from sampling_sim.errors import ConfigError

TEXT = """
[asteroid]
shape = "fragment"
[asteroid.fragment]
seed = { choice = [1, 2, 3, 4, 5, 6, 7, 8] }
extent_x = { normal = ["20 m", "1 m"], min = "17 m", max = "23 m" }
angularity = { uniform = [0.2, 0.9] }
craters = 4
[campaign]
cases = 12
seed = 7
"""


def drawn():
    experiment = parse_experiment(TEXT, (), "family.toml")
    return [experiment.case(replicate) for replicate in range(12)]


def test_each_case_has_a_fragment_of_its_own():
    made = [case.asteroid.fragment for case in drawn()]
    assert len({f.seed for f in made}) > 4
    assert len({f.extent_x for f in made}) == 12
    assert {f.craters for f in made} == {4}
    assert all(0.2 <= f.angularity <= 0.9 for f in made)
    bodies = [body_shape(case.asteroid) for case in drawn()[:3]]
    for parameters, body in zip(made, bodies, strict=False):
        assert body.extents[0] == pytest.approx(parameters.extent_x, rel=1e-9)
        assert f"seed={parameters.seed}" in body.source
    assert len({body.sha256 for body in bodies}) == 3


def test_the_inputs_of_a_case_make_its_fragment_again():
    """The columns of a result hold every number of the generator: same numbers, same bits."""
    case = drawn()[5]
    columns, units = flat_inputs(case)
    prefix = "asteroid.fragment."
    kept = {k.removeprefix(prefix): v for k, v in columns.items() if k.startswith(prefix)}
    again = fragment.fragment_shape(FragmentParameters(**kept))
    assert again.sha256 == body_shape(case.asteroid).sha256
    assert units[f"{prefix}extent_x"] == "m"


def test_the_fragment_reaches_the_field_at_the_site():
    fields = [
        load_site(
            AsteroidParameters(shape="fragment", fragment=FragmentParameters(seed=seed)),
            SiteParameters(lat=0.3, lon=0.4),
        )
        for seed in (1, 2)
    ]
    gravity = [np.linalg.norm(found.field.gravity) for found in fields]
    assert gravity[0] == pytest.approx(5e-6, rel=0.3)
    assert abs(gravity[1] / gravity[0] - 1.0) > 1e-3
    assert fields[0].gravity.mass == pytest.approx(2700.0 * fields[0].shape.volume, rel=1e-12)


def test_provenance_names_the_generator():
    """One hash for all fragments: what differs between them is in the columns."""
    experiment = parse_experiment(TEXT, (), "family.toml")
    meshes = mesh_hashes(experiment)
    source = shape_file("fragment").read_bytes()
    assert meshes == {"fragment": hashlib.sha256(source).hexdigest()}
    assert root_attributes(experiment, meshes)["shape_sha256"] == meshes["fragment"]
    assert shape_file("fragment").name == "fragment.py"
    assert shape_file("kamooalewa") == SHAPES / "kamooalewa.obj"


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("asteroid.shape=kamooalewa", "asteroid.shape"),
        ('asteroid.extents=["20 m", "14 m", "12 m"]', "asteroid.extents"),
        ("asteroid.unit=m", "asteroid.unit"),
        ("asteroid.scale=1 m", "asteroid.scale"),
        ("asteroid.fragment.seed=-1", "asteroid.fragment.seed"),
        ("asteroid.fragment.angularity=1.5", "asteroid.fragment.angularity"),
        ("asteroid.fragment.extent_y=30 m", "asteroid.fragment.extent_y"),
        ("asteroid.fragment.extent_z=12", "asteroid.fragment.extent_z"),
        ("asteroid.fragment.seed={ uniform = [1, 9] }", "asteroid.fragment.seed"),
    ],
)
def test_what_cannot_be_made_is_refused_by_its_key(setting, key):
    with pytest.raises(ConfigError) as error:
        parse_experiment(TEXT, (setting,), "family.toml")
    assert error.value.key == key
