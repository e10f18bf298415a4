"""The command `mechanism`: table, JSON, URDF and picture of what an experiment flies."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from typer.testing import CliRunner

from sampling_sim.cli import app
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.urdf import urdf
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind
from sampling_sim.report.design_picture import triangles_of

EXPERIMENT = str(Path(__file__).parents[3] / "experiments" / "touch_and_go.toml")


def called(*words: str):
    return CliRunner().invoke(app, ["mechanism", EXPERIMENT, *words])


def test_the_table_and_the_json_say_the_same() -> None:
    report = json.loads(called("--json").stdout)
    assert report["mass"] == pytest.approx(2100.0)
    assert sum(link["mass"] for link in report["links"]) == pytest.approx(report["mass"])
    table = called().stdout
    assert all(link["name"] in table for link in report["links"])


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    """More than the white of the page, in the colours of several links."""
    file = tmp_path / "craft.png"
    assert called("--png", str(file)).exit_code == 0
    pixels = (imread(file)[:, :, :3] * 255).astype(int)
    drawn = pixels[(pixels < 250).any(axis=2)]
    assert len(drawn) > 0.02 * pixels.shape[0] * pixels.shape[1]
    assert len(np.unique(drawn, axis=0)) > 50


def test_the_urdf_shows_every_surface(tmp_path: Path) -> None:
    file = tmp_path / "craft.urdf"
    assert called("--urdf", str(file)).exit_code == 0
    design = design_of(CraftParameters(), BrushWheelsParameters())
    shown = ET.fromstring(file.read_text()).findall("link/visual")
    assert len(shown) == len(design.primitives)
    assert not ET.fromstring(urdf(design)).findall("link/visual")


@pytest.mark.parametrize("option", ["--png", "--urdf"])
def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, option: str) -> None:
    told = called(option, str(tmp_path / "nowhere" / "x.png"))
    assert told.exit_code != 0
    assert "cannot be written" in str(told.exception)


def test_surfaces_enclose_what_they_stand_for() -> None:
    """Area of a cylinder of 24 sides, and of the box around a plate."""
    common = {"link": 0, "part": "x", "position": (0.0, 0.0, 0.1)}
    contact = {"friction_coefficient": 0.4, "restitution": 0.5}
    rod = Primitive(kind=PrimitiveKind.CYLINDER, size=(0.1, 0.2, 0.0), **common, **contact)
    plate = Primitive(kind=PrimitiveKind.PLATE, size=(0.1, 0.2, 0.01), **common, **contact)
    sides = 24 * 2.0 * 0.1 * np.sin(np.pi / 24) * 0.4
    ends = 24 * 0.01 * np.sin(2.0 * np.pi / 24)
    assert area(triangles_of(rod)) == pytest.approx(sides + ends, rel=1e-6)
    edges = 2 * np.array([0.11, 0.21, 0.01])
    assert area(triangles_of(plate)) == pytest.approx(
        2.0 * (edges[0] * edges[1] + edges[1] * edges[2] + edges[0] * edges[2])
    )
    assert triangles_of(rod)[:, :, 2].mean() == pytest.approx(0.1)


def area(triangles: np.ndarray) -> float:
    sides = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    return float(0.5 * np.linalg.norm(sides, axis=1).sum())
