"""The hover state machine: phases, commands, station keeping and abort rules."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.mechanism.base import Action
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.scoop_arm import ScoopArmParameters
from sampling_sim.sequence.hover import Hover, HoverParameters
from sampling_sim.sequence.navigation import release_state
from sampling_sim.sequence.phases import Observation, Phase

CALM = Observation(time=0.0, head_force=0.0, normal_speed=0.0, tilt=0.0, rate=0.0, mass=2100.0)
TIMES = {"station_time": 1.0, "reach_time": 2.0, "sample_time": 3.0, "shut_after": 2.0}


def told(until: float, **parameters: object) -> tuple[Hover, dict[str, list]]:
    """Fly calmly in steps of 0.5 s; the actions told in each phase, each once, in order."""
    sequence = Hover(HoverParameters(**{**TIMES, "stow_time": 2.0, **parameters}))  # type: ignore[arg-type]
    actions: dict[str, list] = {}
    for time in np.arange(0.0, until, 0.5):
        command = sequence.command(replace(CALM, time=float(time)))
        seen = actions.setdefault(sequence.phase.value, [])
        seen += [action for action in command.actions if action not in seen]
    return sequence, actions


def test_phases_follow_one_another_and_say_what_the_arm_does() -> None:
    sequence, actions = told(9.0)
    assert list(actions) == ["station", "reach", "sample", "stow", "retreat"]
    assert actions["station"] == [Action.INLET_OPEN, Action.ARM_STOW]
    assert actions["reach"] == [Action.INLET_OPEN, Action.ARM_REACH]
    assert actions["sample"] == [Action.INLET_OPEN, Action.SAMPLER_ON, Action.INLET_SHUT]
    assert actions["stow"] == [Action.INLET_SHUT, Action.ARM_STOW]
    assert sequence.is_leaving
    assert not sequence.is_done
    assert sequence.command(replace(CALM, time=9.0)).thrust == 200.0
    fast = sequence.command(replace(CALM, time=9.5, normal_speed=0.26))
    assert (fast.thrust, sequence.is_done) == (0.0, True)


def test_an_arm_that_stays_is_never_told_to_reach() -> None:
    _, actions = told(9.0, arm="stays")
    everything = {action for phase in actions.values() for action in phase}
    assert not everything & {Action.ARM_REACH, Action.SAMPLER_ON}


def test_station_keeping_pushes_back_and_brakes() -> None:
    """−m ω² x and −2 ζ m ω v, each alone."""
    p = HoverParameters(station_frequency=0.1, station_damping=0.5)
    natural = 2.0 * np.pi * 0.1
    off = replace(CALM, offset=np.array([0.01, 0.0, -0.02]))
    expected = -2100.0 * natural**2 * off.offset
    assert Hover(p).command(off).push == pytest.approx(expected, rel=1e-12)
    moving = replace(CALM, velocity=np.array([0.0, 0.003, 0.0]))
    push = Hover(p).command(moving).push
    assert push == pytest.approx(-2100.0 * natural * moving.velocity, rel=1e-12)
    assert Hover(p).command(moving).thrust == 0.0
    # twin: off, it lets go
    loose = Hover(replace(p, station_keeping="off"))
    assert not loose.command(off).push.any()


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        ("drift", replace(CALM, offset=np.array([0.0, 0.2, 0.25]))),
        ("tilt", replace(CALM, tilt=0.4)),
        ("rate", replace(CALM, rate=0.06)),
        ("force", replace(CALM, head_force=401.0)),
    ],
)
def test_each_abort_rule_fires_by_name_stows_and_leaves(rule: str, seen: Observation) -> None:
    sequence = Hover(HoverParameters())
    command = sequence.command(seen)
    assert (sequence.abort_rule, sequence.phase) == (rule, Phase.RETREAT)
    assert set(command.actions) == {Action.INLET_SHUT, Action.ARM_STOW}
    assert command.thrust > 0.0


@pytest.mark.parametrize("tilt", [0.0, 0.1])
def test_the_bus_is_released_at_its_height_over_the_place_the_arm_goes_to(tilt: float) -> None:
    design = design_of(CraftParameters(), ScoopArmParameters())
    p = HoverParameters(hover_height=1.9, tilt_y=tilt, offset_x=0.03, lateral_speed_y=0.004)
    state = release_state(p, design, surface_top=0.01)
    bus = np.concatenate([box.corners() for box in design.outline if box.link == 0])
    lowest = (state.position + bus @ state.rotation.T)[:, 2].min()
    assert lowest == pytest.approx(1.91, rel=1e-12)
    below = state.position + state.rotation @ [0.0, 0.0, -2.9]
    assert below[:2] == pytest.approx([0.03, 0.0], abs=1e-12)
    assert list(state.velocity) == [0.0, 0.004, 0.0]
