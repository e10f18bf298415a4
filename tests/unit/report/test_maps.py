"""Maps: a PNG that a person can read; no colour that misleads."""

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.image import imread

from sampling_sim.asteroid.environment import SurveyParameters
from sampling_sim.asteroid.shape import load_shape
from sampling_sim.asteroid.spin import TumblingSpin, UniformSpin
from sampling_sim.asteroid.survey import Survey, survey
from sampling_sim.errors import BadInput
from sampling_sim.report.map_panels import assumptions, panels
from sampling_sim.report.maps import VIEWS, draw_maps


@pytest.fixture(scope="module")
def whole() -> Survey:
    return survey(load_shape("kamooalewa"), 2700.0, UniformSpin(1674.0), SurveyParameters())


def test_map_is_a_png_with_something_on_it(whole, tmp_path):
    file = tmp_path / "map.png"
    draw_maps(file, whole, [(0.3, 0.2), (-0.3, 4.0)])
    picture = imread(file)
    assert picture.shape[0] > 1000
    assert picture.shape[1] > 1500
    # each of the six fields has ink
    for rows in np.array_split(picture[..., :3], 2, axis=0):
        for field in np.array_split(rows, 3, axis=1):
            assert np.mean(field.min(axis=2) < 0.9) > 0.02


def test_same_survey_gives_the_same_picture(whole, tmp_path):
    for name in ("one.png", "two.png"):
        draw_maps(tmp_path / name, whole)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_five_quantities_in_the_order_asked_for(whole):
    titles = [panel.title.split()[0] for panel in panels(whole.environment)]
    assert titles == ["Normal", "Slope", "Cohesion", "Speed", "Coriolis"]


def test_diverging_scale_is_centred_on_zero_and_holds_all_values(whole):
    for number, panel in enumerate(panels(whole.environment)):
        assert panel.low <= panel.values.min()
        assert panel.values.max() <= panel.high
        assert bool(panel.low == -panel.high) is (number == 0)


def test_values_keep_their_size_under_the_prefix(whole):
    """µm/s² times 1e-6 is the acceleration again."""
    panel = panels(whole.environment)[0]
    assert panel.unit == "µm/s²"
    assert panel.values * 1e-6 == pytest.approx(whole.environment.normal_acceleration, rel=1e-14)


def test_sequential_colours_grow_lighter_throughout(whole):
    """What a colour-blind reader, or a grey print, goes by: lightness rises with the value."""
    for panel in panels(whole.environment)[1:]:
        colours = colormaps[panel.colours](np.linspace(0.0, 1.0, 64))[:, :3]
        lightness = colours @ [0.2126, 0.7152, 0.0722]
        assert (np.diff(lightness) > 0.0).all(), panel.colours
    ends = colormaps[panels(whole.environment)[0].colours]([0.0, 0.5, 1.0])[:, :3]
    lightness = ends @ [0.2126, 0.7152, 0.0722]
    assert lightness[1] > 0.9
    assert max(lightness[0], lightness[2]) < 0.4


def test_views_leave_no_part_of_the_surface_unseen():
    """Every direction lies within 71 degrees of a viewer."""
    lat, lon = np.radians(VIEWS).T
    viewers = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    directions = np.random.default_rng(1).standard_normal((5000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    assert (directions @ viewers.T).max(axis=1).min() > np.cos(np.radians(71.0))


def test_assumptions_name_what_was_set(whole):
    text = "\n".join(assumptions(whole))
    for said in ("20 x 14.3 x 12 m", "2700 kg/m³", "1674 s", "10 mm", "35°", "5 cm/s", "10368"):
        assert said in text
    spin = TumblingSpin(tuple(np.diag(whole.shape.inertia)), (1e-3, 0.0, 3e-3))
    tumbling = survey(whole.shape, 2700.0, spin, SurveyParameters(), time=60.0)
    assert "Tumbling (short-axis mode), looked at at 60 s" in "\n".join(assumptions(tumbling))
    felt = tumbling.environment.normal_acceleration
    assert not np.allclose(felt, whole.environment.normal_acceleration, rtol=1e-3)


def test_assumptions_of_a_survey_without_friction_name_no_infinite_cohesion(whole):
    smooth = survey(whole.shape, 2700.0, whole.spin, SurveyParameters(friction_angle=0.0))
    text = "\n".join(assumptions(smooth))
    assert "Without friction no cohesion holds a grain on a slope" in text
    assert "inf" not in text
    assert "Everywhere it stays with" in "\n".join(assumptions(whole))


@pytest.mark.parametrize("name", ["map.jpg", "map", "none/map.png"])
def test_a_file_that_cannot_be_written_is_refused(whole, tmp_path, name):
    with pytest.raises(BadInput, match="map"):
        draw_maps(tmp_path / name, whole)
    assert list(tmp_path.iterdir()) == []
