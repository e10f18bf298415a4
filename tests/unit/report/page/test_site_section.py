"""The site on the body: what the page says of it is what `sampling-sim site` says."""

import base64
import json
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_stores import TEXT, experiment_of, made_content

from sampling_sim.asteroid.environment import SurveyParameters
from sampling_sim.asteroid.registry import find_shape
from sampling_sim.asteroid.shape import load_shape
from sampling_sim.asteroid.site import site_at
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.asteroid.surface import surface_samples
from sampling_sim.asteroid.survey import survey
from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.cli import main
from sampling_sim.report.page import site_section as module
from sampling_sim.report.page.body_plot import body_figure
from sampling_sim.report.page.page import report_page
from sampling_sim.report.page.parts import Listing, Note, Plot, Table
from sampling_sim.report.page.site_section import ROWS, site_section, survey_parameters
from sampling_sim.report.page.view import read_view
from sampling_sim.store import write_store

MAPS = (
    "normal_acceleration", "slope", "needed_cohesion", "escape_speed", "coriolis_displacement",
)  # fmt: skip
PLACES = """
[[campaign.scenarios]]
name = "tip"
site.lon = "0 deg"

[[campaign.scenarios]]
name = "flank <b>"
site.lon = "90 deg"
site.lat = "-20 deg"
"""
SCENARIOS = TEXT.replace("cases = 8", 'cases = 3\nscenarios_are = "design_points"') + PLACES


def section_of(folder: Path, text: str, *overrides: str):
    experiment = experiment_of(text, *overrides)
    content = made_content(experiment)
    attributes = {**content.attributes, "shape_sha256": ", ".join(mesh_hashes(experiment).values())}
    path = folder / "made.h5"
    write_store(path, replace(content, attributes=attributes))
    view = read_view(path, folder / "page.html")
    return view, site_section(view)


def parts_of(section, kind):
    return [part for part in section.parts if isinstance(part, kind)]


def column(table: Table, number: int) -> dict[str, float | None]:
    return {row[0].text: row[number].value for row in table.rows}


def decoded(spec) -> np.ndarray:
    return np.frombuffer(base64.b64decode(spec["bdata"]), "<f4")


def test_the_numbers_of_a_site_are_those_of_the_command_beside_them(tmp_path, capsys, monkeypatch):
    text = TEXT + '\n[site]\nlat = "31 deg"\nlon = "-70 deg"\n[asteroid]\ndensity = "2100 kg/m^3"\n'
    _, section = section_of(tmp_path, text, "sequence.dwell=3 s")
    (table,), (command,) = parts_of(section, Table), parts_of(section, Listing)
    monkeypatch.setattr(sys, "argv", shlex.split(command.text))
    with pytest.raises(SystemExit, match="0"):
        main()
    said = json.loads(capsys.readouterr().out)
    shown = list(column(table, 1).values())
    felt = said["effective_acceleration"]
    expected = [
        np.radians(31.0), np.radians(-70.0), None, felt[2], np.hypot(felt[0], felt[1]),
        said["slope"], None, said["needed_cohesion"], said["escape_speed"],
        said["coriolis_displacement"], said["spin"][2],
    ]  # fmt: skip
    assert len(shown) == len(ROWS)
    for name, value, wanted in zip(ROWS, shown, expected, strict=True):
        assert value == (wanted if wanted is None else pytest.approx(wanted, rel=1e-9)), name
    assert felt[2] != 0.0


def test_the_five_maps_are_those_of_the_survey(tmp_path):
    view, section = section_of(tmp_path, TEXT)
    (plot,) = parts_of(section, Plot)
    figure = plot.figure.to_dict()
    mesh, buttons = figure["data"][0], figure["layout"]["updatemenus"][0]["buttons"]
    shape = load_shape("kamooalewa")
    whole = survey(
        shape, 2700.0, UniformSpin(1674.0), survey_parameters(view), least_faces=module.LEAST_FACES
    )
    assert len(mesh["i"]["bdata"]) > 0
    for button, name in zip(buttons, MAPS, strict=True):
        shown = decoded(button["args"][0]["intensity"][0])
        true = getattr(whole.environment, name)
        assert len(shown) == len(true)
        scale = np.abs(true).max() / np.abs(shown).max()  # the unit of the map: µm/s², deg, ...
        assert shown * scale == pytest.approx(true, rel=1e-5, abs=1e-6 * np.abs(true).max())
    assert decoded(mesh["intensity"]) == pytest.approx(
        decoded(buttons[0]["args"][0]["intensity"][0]), rel=1e-7
    )
    for words in ("slope", "escape speed", "µm/s²", "lat 0°, lon 0°"):
        assert words in plot.alternative


def test_a_report_has_the_site_and_the_histories(tmp_path):
    view, section = section_of(tmp_path, TEXT)
    anchors = [part.anchor for part in report_page([view]).sections]
    assert {section.anchor, "histories"} <= set(anchors)


def test_every_scenario_has_its_site_with_its_normal(tmp_path):
    _, section = section_of(tmp_path, SCENARIOS)
    (table,), (plot,) = parts_of(section, Table), parts_of(section, Plot)
    assert table.head == ("", "1 tip", "2 flank <b>")
    assert column(table, 2)["latitude [deg]"] == pytest.approx(np.radians(-20.0), rel=1e-12)
    assert [row[1].text for row in table.rows if row[0].text == "cases"] == ["3"]
    shape = load_shape("kamooalewa")
    sites = [site_at(shape, *np.radians(where)) for where in ((0.0, 0.0), (-20.0, 90.0))]
    lines, points = plot.figure.data[3], plot.figure.data[4]
    for k, site in enumerate(sites):
        ends = np.array([[getattr(lines, axis)[3 * k + end] for axis in "xyz"] for end in (0, 1)])
        assert ends[0] == pytest.approx(site.position_b, abs=1e-5)
        along = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
        assert along == pytest.approx(site.normal_b, abs=1e-5)
        assert (np.array([getattr(points, a)[k] for a in "xyz"]) - ends[0]) @ along > 0.0
    assert "&lt;b&gt;" in points.text[1]  # plotly would read the tag


@pytest.mark.parametrize("damage", ["moved", "changed"])
def test_a_mesh_that_is_gone_or_another_is_a_note(tmp_path, damage):
    mesh = tmp_path / "body.obj"
    shutil.copy(find_shape("kamooalewa")[0], mesh)
    text = TEXT + f'\n[asteroid]\nshape = "{mesh}"\nunit = "m"\n'
    view, section = section_of(tmp_path, text)
    assert parts_of(section, Plot)
    if damage == "moved":
        mesh.unlink()
    else:
        mesh.write_text(mesh.read_text() + "\n# mended\n")
    (note,) = site_section(view).parts
    assert isinstance(note, Note)
    assert note.kind == "caution"
    assert "body.obj" in note.text


def test_a_made_up_fragment_is_shown(tmp_path):
    text = (
        TEXT + '\n[asteroid]\nshape = "fragment"\n[asteroid.fragment]\nsubdivisions = 2\nseed = 5\n'
    )
    _, section = section_of(tmp_path, text)
    (plot,) = parts_of(section, Plot)
    assert len(plot.figure.data[0].customdata) >= module.LEAST_FACES
    assert any("fragment" in note.text for note in parts_of(section, Note))
    assert not parts_of(section, Listing)  # no command makes a fragment


def test_sites_beyond_the_limits_are_counted_and_not_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_LISTED", 3)
    monkeypatch.setattr(module, "MOST_MARKED", 5)
    text = TEXT + '\n[site]\nlat = { uniform = ["-10 deg", "10 deg"] }\n'
    view, section = section_of(tmp_path, text)
    (table,), (plot,) = parts_of(section, Table), parts_of(section, Plot)
    assert table.head == ("", "1 case 0", "2 case 1", "3 case 2")
    assert [cell.value for cell in table.rows[0][1:]] == view.columns["site.lat"][:3].tolist()
    assert len(plot.figure.data[4].x) == 5
    assert any("3 of 8 sites; 5 are" in note.text for note in parts_of(section, Note))


def test_one_of_many_bodies_is_shown_and_the_page_says_so(tmp_path):
    text = TEXT + '\n[asteroid]\ndensity = { uniform = ["2000 kg/m^3", "3000 kg/m^3"] }\n'
    view, section = section_of(tmp_path, text)
    assert len(parts_of(section, Plot)) == 1
    caution = section.parts[0].text
    assert "8 bodies" in caution
    assert "asteroid.density" in caution
    first = view.columns["asteroid.density"][0]
    assert f"{first:g} kg/m³" in section.parts[1].text


def test_a_fine_mesh_is_thinned_and_the_page_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_FACES", 400)
    text = TEXT + '\n[asteroid]\nshape = "kamooalewa-20x13x11"\n'
    _, section = section_of(tmp_path, text)
    (plot,) = parts_of(section, Plot)
    assert 100 < len(plot.figure.data[0].i) <= 400
    assert "from 1280 to" in section.parts[0].text


def test_sharp_edges_are_drawn_where_faces_meet_at_an_angle():
    """A cube has 12 edges and no diagonals; at most so many as the page can bear."""
    box = load_shape("kamooalewa")
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([f for a, b, c, d in sides for f in ((a, b, c), (a, c, d))])
    cube = surface_samples(replace(box, vertices=corners, faces=faces), 1)
    environment = survey(box, 2700.0, UniformSpin(1674.0), SurveyParameters(), least_faces=1)
    edges = body_figure(cube, environment.environment, ()).data[1]
    ends = np.stack([edges.x, edges.y, edges.z], axis=1).reshape(-1, 3, 3)[:, :2]
    assert len(ends) == 12
    assert np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) == pytest.approx(2.0, rel=1e-6)


def test_the_largest_picture_stays_small():
    """Bytes of the page for each triangle, times the most there are; two bodies at most."""
    whole = survey(load_shape("kamooalewa"), 2700.0, UniformSpin(1674.0), SurveyParameters())
    size = len(body_figure(whole.surface, whole.environment, ()).to_json())
    assert size / len(whole.surface.faces) * module.MOST_FACES < 0.75e6
