"""The command `site`: maps, ranking, other rotations, and what it refuses."""

import json
import sys

import numpy as np
import pytest

from sampling_sim import cli


@pytest.fixture
def call(monkeypatch, capsys):
    """Call the command in this process; gives exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments):
        argv = ["sampling-sim", "site", "kamooalewa", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as end:
            cli.main()
        text = capsys.readouterr()
        return int(end.value.code or 0), text.out, text.err

    return run


def parsed(result):
    code, out, err = result
    assert code == 0, err
    return json.loads(out)


def test_best_gives_the_documented_keys(call):
    report = parsed(call("--best", "--json"))
    assert list(report) == [
        "area", "outward_share", "retained_area", "least_cohesion", "largest_cohesion", "sites",
    ]  # fmt: skip
    assert list(report["sites"][0]) == [
        "lat", "lon", "position", "normal", "slope", "normal_acceleration", "needed_cohesion",
        "escape_speed", "coriolis_displacement", "retained_area",
    ]  # fmt: skip


def test_table_and_json_tell_the_same(call):
    sites = parsed(call("--best", "--json"))["sites"]
    code, out, _ = call("--best")
    assert code == 0
    for site in sites:
        assert f"{np.degrees(site['lat']):.4g}" in out
        assert f"{site['retained_area']:.4g}" in out


def test_where_nothing_stays_the_table_says_so_and_what_it_would_take(call):
    code, out, _ = call("--best", "--min-area", "100 m^2")
    assert code == 0
    assert "nowhere under these constraints" in out
    assert "everywhere 0.00433 Pa" in out
    assert parsed(call("--best", "--min-area", "100 m^2", "--json"))["sites"] == []


def test_size_of_the_grain_scales_the_cohesion_it_needs(call):
    """σ = ⅔ρd(...): ten times the grain, ten times the stress."""
    one = parsed(call("--json"))["needed_cohesion"]
    ten = parsed(call("--grain-size", "10 cm", "--json"))["needed_cohesion"]
    assert ten == pytest.approx(10.0 * one, rel=1e-12)
    assert one > 1e-3


def test_touchdown_scales_the_coriolis_displacement(call):
    one = parsed(call("--json"))["coriolis_displacement"]
    settings = ("--approach-speed", "10 cm/s", "--touchdown-time", "8 s")
    assert parsed(call(*settings, "--json"))["coriolis_displacement"] == pytest.approx(8.0 * one)


def test_axis_and_tumbling_change_the_spin_in_the_report(call):
    about_z = parsed(call("--lat", 40, "--json"))
    tilted = parsed(call("--lat", 40, "--axis", "1, 0, 1", "--json"))
    assert np.linalg.norm(tilted["spin"]) == pytest.approx(np.linalg.norm(about_z["spin"]))
    assert tilted["centrifugal"] != about_z["centrifugal"]
    velocity = ("--angular-velocity", "0.1 deg/s, 0 deg/s, 0.2 deg/s")
    start = parsed(call(*velocity, "--json"))
    later = parsed(call(*velocity, "--time", "10 min", "--json"))
    assert np.linalg.norm(start["spin"]) == pytest.approx(np.radians(np.hypot(0.1, 0.2)))
    assert later["spin"] != start["spin"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--grain-size", "5"], "site.grain_size = '5': has the wrong dimension"),
        (["--grain-size", "0 m"], "site.grain_size"),
        (["--cohesion", "1 m"], "site.cohesion = '1 m': has the wrong dimension"),
        (["--min-area", "1 m"], "site.min_area = '1 m': has the wrong dimension"),
        (["--axis", "1, 0"], "site.axis"),
        (["--axis", "a, b, c"], "must be numbers separated by commas"),
        (["--axis", "0, 0, 0"], "not all 0"),
        (["--axis", "1e-320, 0, 0"], "ordinary size"),
        (["--axis", "1e200, 0, 0"], "ordinary size"),
        (["--angular-velocity", "0 deg/s, 0 deg/s, 1 deg/s"], "is no tumbling"),
        (["--angular-velocity", "1, 0, 1"], "site.angular_velocity"),
        (["--map", "map.jpg"], "map.jpg: a map is drawn as .png"),
        (["--map", "none/map.png"], "none/map.png: cannot write here"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(call, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_friction_no_cohesion_is_named(call):
    """The formula divides by tan 0; JSON has null, people read why."""
    for options in ((), ("--best",)):
        code, out, _ = call("--friction-angle", 0, *options)
        assert code == 0
        assert "without friction no cohesion holds a grain on a slope" in out
        assert "inf" not in out
    assert parsed(call("--friction-angle", 0, "--json"))["needed_cohesion"] is None
    assert parsed(call("--friction-angle", 0, "--best", "--json"))["largest_cohesion"] is None
    assert "Pa" in call("--friction-angle", 1, "--best")[1]
