"""Cases that cannot be meant are refused by their keys before anything runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from sampling_sim.campaign.experiment.config import load_experiment, parse_experiment
from sampling_sim.case import Case
from sampling_sim.errors import BadInput, ConfigError
from sampling_sim.mechanism.designs import design_of
from sampling_sim.refusals import refuse_case

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
CASE = Case()
DESIGN = design_of(CASE.craft, CASE.mechanism)
CAMPAIGN = "[campaign]\ncases = 1\nseed = 1\n"


def test_thrusters_that_cannot_lift_the_craft_are_refused() -> None:
    """2,100 kg pulled by 1 m/s² weigh more than 400 N."""
    refuse_case(CASE, DESIGN, -1e-4)
    with pytest.raises(ConfigError, match=r"craft\.thrust_limit.*2\.1e\+03 N"):
        refuse_case(CASE, DESIGN, 1.0)


@pytest.mark.parametrize(
    ("file", "key", "text"),
    [
        ("touch_and_go", "sequence.braking_thrust", "900 N"),
        ("touch_and_go", "craft.thrust_bit", "100 N*s"),
        ("touch_and_go", "craft.wing_mass", "0 kg"),
        ("anchor", "sequence.hold_down_thrust", "900 N"),
        ("anchor", "sequence.hold_down_thrust", "5 N"),
        ("anchor", "sequence.test_pull", "5 kN"),
        ("anchor", "sequence.drill_depth", "0.5 m"),
        ("anchor", "mechanism.least_weight", "50 N"),
        ("anchor", "mechanism.specific_energy", "1 Pa"),
        ("anchor", "mechanism.spin_inertia", "1 kg*m^2"),
        ("hover", "sequence.hover_height", "0.3 m"),
        ("hover", "sequence.hover_height", "1 m"),
        ("hover", "sequence.hover_height", "6 m"),
    ],
)
def test_what_cannot_be_flown_is_refused_by_its_key(file: str, key: str, text: str) -> None:
    with pytest.raises(ConfigError, match=key.replace(".", r"\.")):
        judge(file, f"{key}={text}")


def judge(file: str, setting: str) -> None:
    """Load an experiment with a setting and check its first case as a run does."""
    case = load_experiment(EXPERIMENTS / f"{file}.toml", [setting]).case(0)
    refuse_case(case, design_of(case.craft, case.mechanism), -1e-4)


def test_a_bed_narrower_than_the_arms_sweep_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"sequence\.offset_x"):
        judge("hover", "regolith.width_x=0.2 m")


@pytest.mark.parametrize("key", ["boulder_count", "layers"])
def test_bare_rock_has_neither_boulders_nor_layers(key: str) -> None:
    extra = {
        "boulder_count": "boulder_count = 2",
        "layers": '[[regolith.layers]]\nthickness = "1 cm"',
    }
    text = f'[regolith]\nsurface = "rock"\n{extra[key]}\n{CAMPAIGN}'
    with pytest.raises(BadInput, match=rf"regolith\.{key}"):
        parse_experiment(text, (), "x.toml")


@pytest.mark.parametrize("thrust", [401.0, 10.0])
def test_a_retreat_thrust_beyond_the_thrusters_or_under_the_weight_is_refused(thrust) -> None:
    case = replace(CASE, sequence=replace(CASE.sequence, retreat_thrust=thrust))
    with pytest.raises(ConfigError, match=r"sequence\.retreat_thrust"):
        refuse_case(case, DESIGN, 0.01)


def test_an_unknown_kind_names_those_there_are() -> None:
    for section in ("mechanism", "sequence"):
        with pytest.raises(BadInput) as refusal:
            parse_experiment(f'[{section}]\nkind = "wand"\n{CAMPAIGN}', (), "x.toml")
        assert f"x.toml: {section}.kind = 'wand'" in str(refusal.value)


def test_a_key_is_looked_up_in_the_kind_that_was_chosen() -> None:
    text = f'[mechanism]\nkind = "brush_wheels"\nwheel_sped = "1 rad/s"\n{CAMPAIGN}'
    with pytest.raises(BadInput, match="did you mean 'wheel_speed'"):
        parse_experiment(text, (), "x.toml")
