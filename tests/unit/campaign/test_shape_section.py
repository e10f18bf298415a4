"""`[regolith.shape]` in an experiment: read, hashed, and refused in one line where it is wrong."""

import pytest

from sampling_sim.campaign.experiment.config import Experiment, parse_experiment
from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.errors import BadInput


def experiment(lines: str) -> Experiment:
    """Experiment of one case with these lines in its shape section."""
    text = f"[regolith.shape]\n{lines}\n[campaign]\ncases = 1\nseed = 1\n"
    return parse_experiment(text, (), "shape.toml")


def test_a_shape_is_read_and_its_meshes_are_hashed():
    """Nested ratios arrive as they stand; the boulder's mesh counts as the body's does."""
    loaded = experiment(
        'kind = "pebbles"\naxis_ratios = [[0.5, 0.7], [0.4, 0.4]]\n'
        'boulder_mesh = "kamooalewa-sphere"'
    )
    shape = loaded.case(0).regolith.shape
    assert shape.axis_ratios == ((0.5, 0.7), (0.4, 0.4))
    assert set(mesh_hashes(loaded)) == {"kamooalewa", "kamooalewa-sphere"}


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ('kind = "pebble"', "shape.toml: regolith.shape.kind = 'pebble'"),
        ('kind = "pebbles"\naxis_ratios = [[0.9, 0.5]]', "regolith.shape.axis_ratios"),
        ('mesh = "a.stl"', 'with kind = "mesh", and only then'),
        ("members = 1", "regolith.shape.members = 1: must be greater"),
        ("member = 3", "did you mean 'members'"),
        ('kind = "mesh"\nmesh = "none.stl"', "regolith.shape.mesh = 'none.stl': none.stl: no such"),
    ],
)
def test_a_wrong_shape_is_one_line(lines, line):
    """Key, value and what is allowed, with the file."""
    with pytest.raises(BadInput) as caught:
        mesh_hashes(experiment(lines))
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)
