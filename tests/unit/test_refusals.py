"""Cases that cannot be meant are refused by their keys before anything runs."""

from dataclasses import replace

import pytest

from sampling_sim.campaign.config import parse_experiment
from sampling_sim.case import Case
from sampling_sim.errors import BadInput, ConfigError
from sampling_sim.mechanism.designs import design_of
from sampling_sim.refusals import refuse_case

CASE = Case()
DESIGN = design_of(CASE.craft, CASE.mechanism)
CAMPAIGN = "[campaign]\ncases = 1\nseed = 1\n"


def test_thrusters_that_cannot_lift_the_craft_are_refused() -> None:
    """2,100 kg pulled by 1 m/s² weigh more than 400 N."""
    refuse_case(CASE, DESIGN, -1e-4)
    with pytest.raises(ConfigError, match=r"craft\.thrust_limit.*2\.1e\+03 N"):
        refuse_case(CASE, DESIGN, 1.0)


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
