"""An anchored sampling, whole: on rock, over grains on rock, and with drills that do not turn."""

from dataclasses import fields, replace

import numpy as np
import pytest
from anchored_case import BASE, anchored, sampled
from every_case import case_of

from sampling_sim.outcome import NOT_COMPARED, Status
from sampling_sim.run import run_case

PHASES = [
    "approach", "damp", "hold_down", "drill", "test_pull", "sample", "release", "retreat"
]  # fmt: skip


def test_the_craft_lands_anchors_is_pulled_samples_and_leaves() -> None:
    result, loads = sampled()
    outcome = result.outcome
    assert outcome.status is Status.COLLECTED, outcome
    assert list(dict.fromkeys(loads.phases)) == PHASES
    assert outcome.anchor_margin > 0.0
    assert not outcome.anchor_lost
    assert outcome.drilled_depth >= BASE.sequence.drill_depth
    # four cores of rock
    p = BASE.mechanism
    core = 4.0 * np.pi / 4.0 * p.core_diameter**2 * outcome.drilled_depth * p.rock_density
    assert abs(outcome.collected_mass / core - 1.0) < 1e-6


def test_the_anchors_load_is_what_the_craft_feels_in_the_pull() -> None:
    """Momentum over the pull: what feet, field and thrust do not give, the holes do.

    Their force is taken at the end of each control step of 20 ms and rises by up to 100 N/s: a sum
    over 130 steps is right to a few of them, 2 % here.
    """
    pull = sampled()[1].phase("test_pull")
    step = BASE.engine.control_step
    assert pull[-1, 0] == BASE.sequence.test_pull
    gained = pull[-1, 2] - pull[0, 2] - (pull[-1, 3] - pull[0, 3]) - step * pull[1:, 0].sum()
    held = step * 0.5 * (pull[1:, 1] + pull[:-1, 1]).sum()
    assert held < -10.0
    assert held == pytest.approx(gained, rel=0.02)
    # before the pull they are pressed: the holes' floors carry the drills' thrust
    assert pull[2, 1] > 0.0


def test_what_the_holes_do_to_the_craft_is_the_grounds() -> None:
    """`impulse` is that of feet and holes, to the field's few newton seconds and the sampling: 3 %.

    Twin: the feet alone are over a tenth more.  Legs have no wrist; their hips carry the load.
    """
    result, loads = sampled()
    rows, outcome = np.array(loads.rows), result.outcome
    feet = rows[-1, 3] - rows[0, 3]
    holes = BASE.engine.control_step * rows[:, 1].sum()
    assert outcome.impulse == pytest.approx(feet + holes, rel=0.03)
    assert feet > 1.1 * outcome.impulse
    assert np.isnan(outcome.wrist_force)
    assert outcome.bus_force > outcome.anchor_load


@pytest.mark.slow
def test_the_same_case_gives_the_same_bits() -> None:
    first = sampled()[0].outcome
    again = run_case(BASE).outcome
    for column in fields(first):
        if column.name not in NOT_COMPARED:
            one, other = getattr(first, column.name), getattr(again, column.name)
            assert np.array_equal(one, other) or (np.isnan(one) and np.isnan(other)), column.name


def test_drills_that_do_not_turn_bore_nothing_and_hold_nothing() -> None:
    case = anchored(drill_speed=0.0)
    case = replace(case, sequence=replace(case.sequence, drill_time=2.5))
    outcome = run_case(case).outcome
    assert (outcome.status, outcome.abort_rule) == (Status.ABORTED, "no_penetration")
    assert outcome.drilled_depth == 0.0
    assert outcome.collected_mass == 0.0


def test_a_pull_beyond_the_hold_is_named() -> None:
    """Rock that grips a hundredth: half a newton along each of four shafts against 40 N.

    The sequence is made to go on: with its own limit it aborts by "anchor_slip" (unit tests).
    """
    case = anchored(rock_shear=2e3)
    case = replace(case, sequence=replace(case.sequence, pull_slip=10.0))
    outcome = run_case(case).outcome
    assert outcome.anchor_lost
    assert outcome.anchor_margin <= 0.0
    assert (outcome.status, outcome.abort_rule) == (Status.ANCHOR_LOST, "")


@pytest.mark.slow
def test_a_small_craft_anchors_through_a_thin_layer_of_grains() -> None:
    """Grains of 50–70 mm, two deep, on rock; the feet stand on grains, the drills pass to rock."""
    # half a core minute, and as much again to pour the bed the first time
    case = case_of("drill_anchor", "layer")
    sequence = replace(case.sequence, drill_depth=0.16)
    case = replace(case, sequence=sequence)
    outcome = run_case(case).outcome
    assert outcome.status is Status.COLLECTED, outcome
    assert outcome.anchor_margin > 0.0
    assert outcome.drilled_depth >= sequence.drill_depth
