"""The touch-and-go state machine: phases, commands and abort rules."""

from dataclasses import replace

import pytest

from sampling_sim.mechanism.base import Action
from sampling_sim.sequence.phases import Observation, Phase
from sampling_sim.sequence.touch_and_go import TouchAndGo, TouchAndGoParameters

CALM = Observation(time=0.0, head_force=0.0, normal_speed=-0.05, tilt=0.0, rate=0.0)


def flown(*observations: Observation, **parameters: object) -> TouchAndGo:
    sequence = TouchAndGo(TouchAndGoParameters(**parameters))  # type: ignore[arg-type]
    for seen in observations:
        sequence.command(seen)
    return sequence


def test_nothing_is_commanded_before_contact() -> None:
    command = TouchAndGo(TouchAndGoParameters()).command(CALM)
    assert command.thrust == 0.0
    assert Action.SAMPLER_OFF in command.actions
    assert Action.INLET_OPEN in command.actions


def test_braking_starts_at_contact_and_ends_when_the_descent_has_stopped() -> None:
    sequence = TouchAndGo(TouchAndGoParameters())
    touched = replace(CALM, time=0.4, head_force=2.0)
    braking = sequence.command(touched)
    assert sequence.phase is Phase.BRAKE
    assert braking.thrust == TouchAndGoParameters().braking_thrust
    assert Action.SAMPLER_ON in braking.actions
    stopped = sequence.command(replace(touched, time=3.0, normal_speed=1e-4))
    assert sequence.phase is Phase.DWELL
    assert stopped.thrust == 0.0
    assert Action.SAMPLER_ON in stopped.actions


def test_retreat_shuts_the_flap_and_burns_once_to_the_retreat_speed() -> None:
    sequence = flown(replace(CALM, time=1.0, head_force=2.0))
    leaving = sequence.command(replace(CALM, time=5.1, normal_speed=0.0))
    assert sequence.phase is Phase.RETREAT
    assert leaving.thrust == TouchAndGoParameters().retreat_thrust
    assert Action.INLET_SHUT in leaving.actions
    assert Action.SAMPLER_OFF in leaving.actions
    fast = sequence.command(replace(CALM, time=8.0, normal_speed=0.26))
    assert fast.thrust == 0.0
    assert sequence.command(replace(CALM, time=8.1, normal_speed=0.24)).thrust == 0.0


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        ("no_contact", replace(CALM, time=20.1)),
        ("tilt", replace(CALM, tilt=0.4)),
        ("rate", replace(CALM, rate=0.06)),
        ("force", replace(CALM, head_force=401.0)),
    ],
)
def test_each_abort_rule_fires_by_name_and_starts_the_retreat(rule: str, seen: Observation) -> None:
    sequence = flown(seen)
    assert sequence.abort_rule == rule
    assert sequence.phase is Phase.RETREAT


def test_a_calm_dwell_is_not_aborted_by_the_contact_timeout() -> None:
    sequence = flown(replace(CALM, time=1.0, head_force=2.0), replace(CALM, time=20.5), dwell=30.0)
    assert sequence.abort_rule == ""
    assert sequence.phase is Phase.BRAKE


def test_brushes_that_never_start_stay_at_rest() -> None:
    sequence = TouchAndGo(TouchAndGoParameters(brushes_from="never"))
    assert Action.SAMPLER_OFF in sequence.command(replace(CALM, head_force=2.0)).actions
