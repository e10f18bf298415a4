"""Phases, thrust, actions and abort rules of the anchor sequence."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.case import Case
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Action
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.drill_anchor import DrillAnchorParameters
from sampling_sim.sequence.anchor import Anchor, AnchorParameters
from sampling_sim.sequence.choice import sequence_of
from sampling_sim.sequence.navigation import release_state
from sampling_sim.sequence.phases import Observation, Phase

P = AnchorParameters(tilt_x=0.02)
QUIET = Observation(time=0.0, head_force=0.0, normal_speed=0.0, tilt=0.0, rate=0.0, altitude=0.0)


def seen(time: float, **changes: object) -> Observation:
    return replace(QUIET, time=time, **changes)  # type: ignore[arg-type]


def brought_to(phase: Phase) -> tuple[Anchor, float]:
    """Anchor in a phase, and the time [s] at which it came there."""
    machine, time = Anchor(P), 0.0
    deep = {"drilled_depth_least": 0.02, "embedded_most": 0.02}
    while machine.phase is not phase:
        time += 0.1
        measures = deep if machine.phase is Phase.DRILL else {}
        machine.command(seen(time, head_force=1.0, measures=measures))
        assert time < 200.0
    return machine, time


def test_the_phases_follow_one_another() -> None:
    machine = Anchor(P)
    phases, time = [machine.phase], 0.0
    while machine.phase is not Phase.RETREAT:
        time += 0.1
        depth = 0.001 * time
        measures = {"drilled_depth_least": depth, "embedded_most": depth}
        if machine.phase is Phase.RELEASE:
            measures = {}
        machine.command(seen(time, head_force=1.0, measures=measures))
        if machine.phase is not phases[-1]:
            phases.append(machine.phase)
    wanted = [Phase.APPROACH, Phase.DAMP, Phase.HOLD_DOWN, Phase.DRILL, Phase.TEST_PULL]
    assert phases == [*wanted, Phase.SAMPLE, Phase.RELEASE, Phase.RETREAT]
    assert machine.is_leaving
    assert not machine.abort_rule


def test_thrust_presses_until_the_anchors_hold_and_then_pulls() -> None:
    machine, start = brought_to(Phase.DRILL)
    command = machine.command(seen(start))
    assert command.thrust == -P.hold_down_thrust
    assert command.actions == (Action.ANCHOR_DRILL,)
    machine, start = brought_to(Phase.TEST_PULL)
    assert machine.command(seen(start + 0.5 * P.set_time)).thrust == -P.hold_down_thrust
    half = machine.command(seen(start + P.set_time + 0.5 * P.pull_ramp))
    assert half.thrust == pytest.approx(0.5 * P.test_pull)
    assert half.actions == (Action.ANCHOR_HOLD,)
    full = machine.command(seen(start + P.set_time + P.pull_ramp + 0.5 * P.pull_time))
    assert full.thrust == P.test_pull


def test_the_sample_is_taken_anchored_without_thrust() -> None:
    machine, start = brought_to(Phase.SAMPLE)
    command = machine.command(seen(start))
    assert command.thrust == 0.0
    assert set(command.actions) == {Action.ANCHOR_HOLD, Action.SAMPLER_ON}


def test_the_craft_leaves_once_the_drills_are_out_or_after_a_time() -> None:
    for measures, wait in (({"embedded_most": 0.0}, 0.1), ({"embedded_most": 0.01}, 31.0)):
        machine, start = brought_to(Phase.RELEASE)
        machine.command(seen(start + 0.01, measures={"embedded_most": 0.01}))
        assert machine.phase is Phase.RELEASE
        command = machine.command(seen(start + wait, measures=measures))
        assert machine.phase is Phase.RETREAT
        assert command.thrust == P.retreat_thrust
        assert command.actions == (Action.ANCHOR_RELEASE,)
        assert machine.abort_rule == ("no_release" if measures["embedded_most"] else "")


@pytest.mark.parametrize(
    ("phase", "rule", "after", "changes", "way_out"),
    [
        (Phase.APPROACH, "no_contact", 21.0, {}, Phase.RETREAT),
        (Phase.DAMP, "tilt", 0.1, {"tilt": 0.4}, Phase.RETREAT),
        (Phase.HOLD_DOWN, "rate", 0.1, {"rate": 0.1}, Phase.RETREAT),
        (Phase.DRILL, "force", 0.1, {"head_force": 500.0}, Phase.RELEASE),
        (Phase.DRILL, "no_penetration", 301.0, {}, Phase.RELEASE),
        (Phase.TEST_PULL, "anchor_slip", 0.1, {"measures": {"anchor_slip": 0.01}}, Phase.RELEASE),
        (Phase.SAMPLE, "tilt", 0.1, {"tilt": 0.4}, Phase.RELEASE),
        (Phase.SAMPLE, "anchor_slip", 0.1, {"measures": {"anchor_slip": 0.01}}, Phase.RELEASE),
        (Phase.DAMP, "lost_contact", 0.1, {"altitude": 0.06}, Phase.RETREAT),
        (Phase.HOLD_DOWN, "lost_contact", 0.1, {"altitude": 0.06}, Phase.RETREAT),
        (Phase.DRILL, "lost_contact", 0.1, {"altitude": 0.06}, Phase.RELEASE),
    ],
)
def test_abort_rules_name_themselves_and_release_drills_first(
    phase: Phase, rule: str, after: float, changes: dict, way_out: Phase
) -> None:
    machine, start = (Anchor(P), 0.0) if phase is Phase.APPROACH else brought_to(phase)
    machine.command(seen(start + after, **changes))
    assert (machine.abort_rule, machine.phase) == (rule, way_out)
    # the rule stays while the craft goes on to leave
    machine.command(seen(start + after + 0.1))
    assert (machine.abort_rule, machine.phase) == (rule, Phase.RETREAT)


def test_a_release_places_the_lowest_foot() -> None:
    design = design_of(CraftParameters(), DrillAnchorParameters())
    state = release_state(P, design, 0.1)
    soles = design.reference_places @ state.rotation.T + state.position
    lowest = soles[:, 2].min() - P.release_clearance - 0.1
    # the outline's square around a tilted disc reaches 0.08 sin(0.02) further down
    assert 0.0 <= lowest < 0.08 * np.sin(0.02) + 1e-9
    assert np.allclose(soles.mean(axis=0)[:2], 0.0, atol=1e-12)


def test_parameters_choose_the_machine_and_the_mechanism_is_asked() -> None:
    assert isinstance(sequence_of(P), Anchor)
    with pytest.raises(ConfigError, match="is flown by anchor"):
        Case(mechanism=DrillAnchorParameters())
    with pytest.raises(ConfigError, match="is flown by touch_and_go"):
        Case(sequence=P)
