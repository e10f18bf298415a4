"""The command `bed`: keys, table and what it refuses; the laboratory itself stands in."""

import json
import sys

import pytest

from sampling_sim import cli
from sampling_sim.regolith import packing
from sampling_sim.regolith.lab import report


def entry(value, requested=None):
    """Return one measured value of a report."""
    return {"value": value, "low": 0.9 * value, "high": 1.1 * value, "requested": requested}


REPORT = {
    "grains": 1234, "packing_fraction": entry(0.58), "coordination_number": entry(4.2),
    "friction_angle": entry(0.5236, 0.5236), "cohesion": entry(1.3),
    "tensile_strength": entry(1.1, 1.0), "angle_of_repose": entry(0.6),
    "calibration": {"bond_strength": 4.5, "expected_friction_angle": 0.5236},
    "not_reached": ["friction_angle: too far"], "beyond_calibration": ["friction_angle: 50 deg"],
}  # fmt: skip


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Call the command in this process; gives exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(packing, "prepare_bed", lambda *_: None)
    monkeypatch.setattr(report, "bed_report", lambda *_, **__: REPORT)
    file = tmp_path / "bed.toml"
    file.write_text("[campaign]\ncases = 1\nseed = 1\n", encoding="utf-8")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sampling-sim", "bed", str(file), *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        text = capsys.readouterr()
        return int(end.value.code or 0), text.out, text.err

    return run


def test_json_is_the_report(call):
    code, out, _ = call("--json")
    assert code == 0
    assert json.loads(out) == REPORT


def test_the_table_shows_requests_in_degrees_and_what_was_not_reached(call):
    code, out, _ = call()
    assert code == 0
    (line,) = (text for text in out.splitlines() if text.startswith("friction_angle"))
    assert line.split() == ["friction_angle", "30", "30", "27", "33", "deg"]
    assert "not reached: friction_angle: too far" in out
    assert "beyond the calibration: friction_angle: 50 deg" in out
    assert "calibration: bond_strength = 4.5 Pa" in out
    assert "calibration: expected_friction_angle = 30 deg" in out
    assert "cohesion off" in out


@pytest.mark.parametrize(
    "setting",
    ['regolith.friction_angle="95 deg"', "regolith.friction_angle=30",
     'regolith.cohesion="-1 Pa"', 'regolith.packings="3"'],
)  # fmt: skip
def test_bad_input_is_one_line_that_names_the_key(call, setting):
    code, out, err = call("--set", setting)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert setting.split("=", maxsplit=1)[0] in err


@pytest.mark.parametrize("strength", ["1 Pa", "2 Pa"])
def test_cohesion_beside_a_tensile_strength_is_refused(call, strength):
    """1 Pa is the default: given beside a cohesion it is refused as any other."""
    code, _, err = call(
        "--set", 'regolith.cohesion="1 Pa"', "--set", f'regolith.tensile_strength="{strength}"'
    )
    assert code == 2
    assert err.count("\n") == 1
    assert (
        f"regolith.cohesion = 1.0: takes the place of tensile_strength, which is {strength}" in err
    )
    assert "bed.toml" in err


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ('regolith.shape.kind="pebbles"', "regolith.shape.kind"),
        ("regolith.boulder_count=1", "regolith.boulder_count"),
        ('regolith.layers=[{thickness="5 cm"}, {tensile_strength="2 Pa"}]', "regolith.layers"),
    ],
)
def test_what_the_laboratory_cannot_examine_is_one_line_that_names_the_key(call, setting, key):
    code, out, err = call("--set", setting)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert f"bed.toml: {key} = " in err
    assert "one material of spheres" in err


def test_grains_too_unequal_for_a_specimen_are_refused(call):
    code, _, err = call("--set", 'regolith.diameter_min="8 mm"')
    assert code == 2
    assert err.count("\n") == 1
    assert "bed.toml: regolith.diameter_max = 0.032: " in err
    assert call("--set", 'regolith.diameter_min="11 mm"')[0] == 0
