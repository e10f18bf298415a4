"""Impossible sizes, layers, boulders and packings are one line that names the key."""

import pytest

from sampling_sim import load_experiment
from sampling_sim.campaign.experiment.leaves import flat_inputs
from sampling_sim.errors import ConfigError
from sampling_sim.regolith.layers import RegolithLayer
from sampling_sim.regolith.parameters import RegolithParameters

TABLE = ((0.016, 0.0), (0.02, 0.6), (0.032, 1.0))
TOP = RegolithLayer(thickness=0.04)
REST = RegolithLayer()


def layers(*given):
    """Return parameters of these layers."""
    return {"layers": given}


@pytest.mark.parametrize(
    ("values", "key", "says"),
    [
        ({"diameter_min": 0.0015}, "diameter_max", "at most 20 times"),
        ({"diameter_min": 0.0016, "width_x": 3.0, "width_y": 3.0}, "diameter_min", "about"),
        ({"size_distribution": "log_normal"}, "size_median", "is needed"),
        ({"size_distribution": "log_normal", "size_median": 0.02}, "size_sigma", "is needed"),
        ({"size_sigma": 0.2}, "size_sigma", 'is for size_distribution = "log_normal"'),
        ({"size_table": TABLE}, "size_table", 'is for size_distribution = "table"'),
        ({"size_distribution": "table"}, "size_table", "is needed"),
        (
            {"size_distribution": "log_normal", "size_median": 0.2, "size_sigma": 0.1},
            "size_median",
            "must lie between",
        ),
        ({"size_distribution": "table", "size_table": TABLE[:1]}, "size_table", "two or more"),
        ({"size_distribution": "table", "size_table": TABLE[::-1]}, "size_table", "rising"),
        (
            {"size_distribution": "table", "size_table": ((0.016, 0.1), (0.032, 1.0))},
            "size_table",
            "from 0 to 1",
        ),
        (
            {"size_distribution": "table", "size_table": ((0.02, 0.0), (0.032, 1.0))},
            "size_table",
            "must reach from diameter_min 0.016 m",
        ),
        (
            {
                "size_distribution": "table",
                "size_table": ((0.01, 0.0), (0.015, 1.0), (0.04, 1.0)),
            },
            "size_table",
            "no grains between",
        ),
        (layers(TOP), "layers.0.thickness", "left out in the last layer"),
        (layers(REST, REST), "layers.0.thickness", "left out in the last layer"),
        (
            layers(RegolithLayer(thickness=0.01), REST),
            "layers.0.thickness",
            "at least one largest grain",
        ),
        (layers(RegolithLayer(thickness=0.11), REST), "layers", "of the depth"),
        (layers(TOP, RegolithLayer(diameter_min=0.01)), "layers.1.diameter_min", "between"),
        (
            layers(RegolithLayer(thickness=0.04, tensile_strength=1e4), REST),
            "layers.0.tensile_strength",
            "at most",
        ),
        ({"boulder_count": 1, "boulder_diameter": 0.02}, "boulder_diameter", "between"),
        ({"boulder_count": 1, "boulder_diameter": 0.2}, "boulder_diameter", "between"),
        (
            {"boulder_count": 1, "boulder_diameter": 0.18, "depth": 0.2, "sides": "periodic"},
            "boulder_diameter",
            "0.4 of the width",
        ),
        ({"boulder_count": 40}, "boulder_count", "fewer or smaller"),
    ],
)
def test_what_does_not_go_together_is_refused_by_key(values, key, says):
    with pytest.raises(ConfigError) as error:
        RegolithParameters(**values)
    assert error.value.key == f"regolith.{key}"
    assert says in str(error.value)
    assert "\n" not in str(error.value)


FILE = """
[regolith]
{text}
[campaign]
cases = 1
seed = 1
"""


def regolith(tmp_path, text):
    """Regolith of the first case of an experiment file."""
    path = tmp_path / "experiment.toml"
    path.write_text(FILE.format(text=text))
    return load_experiment(path).case(0).regolith


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('size_distribution = "gauss"', "regolith.size_distribution = 'gauss': must be"),
        ('size_table = [["16 mm", 0.0], ["32 mm"]]', "regolith.size_table"),
        ('size_table = [["16 s", 0.0], ["32 mm", 1.0]]', "dimension"),
        ('sides = "rough"', "regolith.sides = 'rough': must be"),
        ("size_sigma = -1", "regolith.size_sigma = -1: must be greater than 0"),
        ("packing_fraction = 1.2", "regolith.packing_fraction = 1.2: must be less than"),
        ("packing_fraction = 0", "regolith.packing_fraction = 0: must be greater than"),
        ("size_grading = 2", "regolith.size_grading"),
        ("boulder_count = -1", "regolith.boulder_count"),
        ('boulder_diameter = "-1 cm"', "regolith.boulder_diameter"),
        ('layers = [{ thicknes = "4 cm" }]', "did you mean 'thickness'"),
        ('layers = [{ thickness = "-4 cm" }, {}]', "regolith.layers.0.thickness"),
        ('layers = "thin"', "must be an array of tables"),
    ],
)
def test_bad_text_in_the_experiment_file_is_one_line(tmp_path, text, says):
    with pytest.raises(ConfigError) as error:
        regolith(tmp_path, text)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_the_experiment_file_carries_tables_and_layers(tmp_path):
    """Units are read inside arrays and tables; every value has its own column."""
    found = regolith(
        tmp_path,
        """
        size_distribution = "table"
        size_table = [["16 mm", 0.0], ["2 cm", 0.6], ["32 mm", 1.0]]
        size_table_by = "mass"
        packing_fraction = 0.55
        [[regolith.layers]]
        thickness = "4 cm"
        tensile_strength = { uniform = ["0.5 Pa", "0.6 Pa"] }
        [[regolith.layers]]
        diameter_min = "20 mm"
        """,
    )
    assert found.size_table == TABLE
    assert found.layers[0].thickness == pytest.approx(0.04, rel=1e-12)
    assert 0.5 < found.layers[0].tensile_strength < 0.6
    assert found.layers[1].diameter_min == pytest.approx(0.02, rel=1e-12)
    values, units = flat_inputs(found)
    assert values["size_table.1.0"] == pytest.approx(0.02, rel=1e-12)
    assert (units["size_table.1.0"], units["size_table.1.1"]) == ("m", "1")
    assert units["layers.0.tensile_strength"] == "Pa"
    assert values["layers.1.thickness"] != values["layers.1.thickness"]
