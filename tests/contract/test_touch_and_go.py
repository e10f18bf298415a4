"""The whole chain: a touch-and-go samples because it samples, and only then."""

import math
from dataclasses import asdict, replace
from functools import cache

import numpy as np
import pytest
from coarse_case import BASE, flown, sampled
from scipy.spatial.transform import Rotation

from sampling_sim.outcome import NOT_COMPARED, Status
from sampling_sim.recording.series import SERIES
from sampling_sim.recording.snapshots import POSITION_STEP
from sampling_sim.run import CaseResult, run_case
from sampling_sim.simulation import Simulation

PACKINGS = (1, 2)


@cache
def pressed() -> CaseResult:
    """Brushes at rest on the same bed."""
    return run_case(flown(brushes_from="never"))


def speed_lost(strength: float, packing: int) -> float:
    """Return the closing speed [m/s] that a bed of `strength` [Pa] takes from the craft in 1.6 s.

    Nothing else slows it: no braking, brushes at rest.  The arm is stiffer than the default, so
    that the ground yields and not the arm; the guards are wide, what is compared is the ground.
    """
    case = flown(brushes_from="never", braking_thrust=0.0, time_limit=1.6)
    case = replace(
        case,
        regolith=replace(case.regolith, tensile_strength=strength, packing_seed=packing),
        craft=replace(case.craft, arm_stiffness=3000.0, arm_damping=500.0),
        engine=replace(case.engine, overlap_grain_peak=0.3, overlap_tool_peak=0.3),
    )
    result = run_case(case, record=True)
    assert result.outcome.status is Status.TIMED_OUT, result.outcome.message
    return float(result.series["normal_speed"][-1]) + case.sequence.approach_speed


STRENGTH_TELLS = 2.3e-3
"""[m/s] that a bed of 30 Pa must take more than the same packing at 0.06 Pa, mean of two packings.
Bonds of 30 Pa by Rumpf, a fifth of these, took 2.8 to 7.1 more on five packings, mean 4.6,
deviation 1.6 mm/s: this is two standard errors of a mean of two below it.  Packings of one strength
differ by up to 5 mm/s: hence the same packing."""


def same(one: CaseResult, other: CaseResult) -> list[str]:
    """Columns that differ by any bit."""
    a, b = asdict(one.outcome), asdict(other.outcome)
    return [k for k in a if k not in NOT_COMPARED and repr(a[k]) != repr(b[k])]


def test_the_sampler_collects_and_the_case_ends_clear() -> None:
    outcome = sampled()[0].outcome
    assert outcome.status is Status.COLLECTED
    assert outcome.collected_mass > 0.1
    assert outcome.collected_count > 5
    assert outcome.flap_open_fraction < 1e-3
    assert outcome.max_sinkage > 0.0
    assert outcome.wing_clearance > 1.0
    assert outcome.simulated_time < BASE.sequence.time_limit


def test_snapshots_follow_the_grains_and_mark_the_sample() -> None:
    """Against what an observer saw of the same flight, in the head's frame; see `frame_of`."""
    result, simulation, tracks = sampled()
    found = result.snapshots
    assert found is not None
    assert int(found.collected.sum()) == result.outcome.collected_count
    head, at = simulation.design.head, len(found.step) - 1
    turn = Rotation.from_quat(found.link_orientation[at, head]).as_matrix()
    seen = (found.position[at] - found.link_position[at, head]) @ turn
    expected = tracks[found.step[at]]
    near = np.abs(expected).max(axis=1) < 1.0  # a single-precision quaternion is 1e-7 of the arm
    assert near.sum() > 100
    assert np.abs(seen - expected)[near].max() < 2.0 * POSITION_STEP
    assert np.abs(seen - tracks[found.step[at - 3]])[near].max() > 2.0 * POSITION_STEP


def test_brushes_at_rest_collect_under_a_twentieth() -> None:
    outcome = pressed().outcome
    assert outcome.peak_force > 1.0  # it did touch
    assert outcome.collected_mass < 0.05 * sampled()[0].outcome.collected_mass


def test_a_shut_inlet_collects_nothing() -> None:
    case = replace(BASE, mechanism=replace(BASE.mechanism, inlet_shut=True))
    outcome = run_case(case).outcome
    assert outcome.status is Status.EMPTY
    assert outcome.motor_work > 0.1  # the brushes worked all the same
    assert (outcome.collected_mass, outcome.collected_count) == (0.0, 0)


def test_each_collected_grain_crosses_the_inlet() -> None:
    result, simulation, path = sampled()
    box, inlet = simulation.design.container, simulation.design.inlet
    assert box is not None
    assert inlet is not None
    caught = box.contains(path[-1])
    assert caught.sum() == result.outcome.collected_count
    plane = inlet.centre[2]
    for grain in np.flatnonzero(caught):
        height = path[:, grain, 2]
        last = np.flatnonzero((height[:-1] < plane) & (height[1:] >= plane))[-1]
        share = (plane - height[last]) / (height[last + 1] - height[last])
        x, y = (path[last, grain] + share * (path[last + 1, grain] - path[last, grain]))[:2]
        assert abs(x - inlet.centre[0]) <= inlet.half_x
        assert abs(y - inlet.centre[1]) <= inlet.half_y


def test_motor_work_is_the_work_on_the_grains() -> None:
    """Between start and stop the wheels' own energy is unchanged, so what motors do grains get.

    Issue 2 asks for a tenth; measured 2e-4 to 5e-4 in eight runs, so a hundredth is asked for.
    """
    result, simulation, _ = sampled()
    outcome = result.outcome
    assert outcome.motor_work > 0.5
    assert outcome.tool_work == pytest.approx(outcome.motor_work, rel=1e-2)
    # twin: one wheel's motor alone
    for name in simulation.design.driven_joints:
        one = simulation.world.drive_work[simulation.design.joint_index(name)]
        assert abs(outcome.tool_work / one - 1.0) > 0.1, name


def test_wheels_too_weak_to_turn_in_the_ground_stall_and_collect_next_to_nothing() -> None:
    """A twentieth of the torque: 0.05 kg where 0.86 kg are collected, stalled as long as it dwells.

    That is one packing; a fifth is asked for, and a stall for half of the dwell.
    """
    weak = replace(BASE, mechanism=replace(BASE.mechanism, torque_limit=0.02))
    outcome, strong = run_case(weak).outcome, sampled()[0].outcome
    assert outcome.stall_time > 0.5 * BASE.sequence.dwell
    assert outcome.collected_mass < 0.2 * strong.collected_mass
    assert strong.stall_time < 0.1


MOMENTUM_CLOSES = 3e-7
"""Of m·v0.  With rigid wings 2e-10 to 8e-9 with two packings at exchange steps of 0.1 to 1 ms,
falling with the step: PyBullet's first order in a craft with joints (docs/world.md); 6e-8 with
wings that bend, at 0.5 ms.  Five times that."""
ENERGY_CLOSES = 4e-6
"""Of initial energy and motor work.  Measured 4e-8 to 6e-7 in the same runs; 6 times the worst."""


def test_momentum_and_energy_books_close() -> None:
    outcome = sampled()[0].outcome
    assert outcome.momentum_drift < MOMENTUM_CLOSES
    assert abs(outcome.energy_drift) < ENERGY_CLOSES


def test_books_with_one_term_left_out_do_not_close() -> None:
    """Twin: each term alone is over what is allowed, so a forgotten one is seen."""
    result, simulation, _ = sampled()
    books, world = simulation.coupling.books, simulation.world
    scale = world.mass.sum() * BASE.sequence.approach_speed
    for impulse in (books.grain_impulse, books.field_impulse, books.applied_impulse):
        assert np.linalg.norm(impulse) > MOMENTUM_CLOSES * scale
    energy = simulation.start_energy + result.outcome.motor_work
    for work in (world.applied_work, *world.drive_work):
        assert abs(work) > ENERGY_CLOSES * energy


def test_ejected_mass_is_that_of_the_grains_that_leave_outside_the_head() -> None:
    """From the last positions and speeds, by the words of docs/outcomes.md."""
    result, simulation, path = sampled()
    position, velocity = simulation.grains.position, simulation.grains.velocity
    leaves = (position[:, 2] > 3.0 * BASE.regolith.diameter_max) & (velocity[:, 2] > 0.0)
    rides = np.zeros_like(leaves)
    for box in simulation.design.outline:
        if box.link == simulation.design.head:
            rides |= np.all(np.abs(path[-1] - box.centre) <= box.half_extents, axis=1)
    mass, outcome = simulation.grains.mass, result.outcome
    assert outcome.ejected_mass == pytest.approx(mass[leaves & ~rides].sum(), rel=1e-12)
    assert outcome.ejected_mass > 0.1
    assert 0.0 <= outcome.mass_toward_craft <= outcome.ejected_mass
    # twin: the sample rides with the craft, high and outward, and is no ejecta
    assert mass[leaves & rides].sum() > 0.5 * outcome.collected_mass


def test_recording_changes_nothing_and_the_same_case_gives_the_same_bits() -> None:
    assert same(run_case(BASE), sampled()[0]) == []


def test_series_have_the_documented_columns_and_follow_the_phases() -> None:
    series = sampled()[0].series
    assert set(series) == set(SERIES)
    assert np.all(np.diff(series["time"]) > 0.0)
    assert np.all(np.diff(series["phase"]) >= 0.0)
    assert series["phase"][-1] == 3
    assert series["contained_mass"][-1] == pytest.approx(sampled()[0].outcome.collected_mass)


def test_size_classes_count_the_sample_and_the_free_bed() -> None:
    result, simulation, _ = sampled()
    series, bed = result.series, simulation.bed
    assert series["sizes/collected"].sum() == result.outcome.collected_count
    assert series["sizes/bed"].sum() == (~bed.fixed).sum()
    assert np.all(series["sizes/collected"] <= series["sizes/bed"])
    assert np.all(series["sizes/diameter_max"] > series["sizes/diameter_min"])


@pytest.mark.slow
def test_more_strength_in_the_bed_stops_the_craft_harder() -> None:
    weak, strong = (
        np.array([speed_lost(strength, packing) for packing in PACKINGS])
        for strength in (0.06, 30.0)
    )
    assert weak.min() > 0.01  # the ground did slow it: the field takes 0.3 mm/s in that time
    assert (strong - weak).mean() > STRENGTH_TELLS, (strong, weak)
    # twin: a tenth of a pascal more, which should hardly be felt, is not taken for it
    assert speed_lost(0.16, PACKINGS[0]) - weak[0] < STRENGTH_TELLS


def test_guards_name_the_parameter_to_change() -> None:
    """A case over a limit is data: diverged, with the remedy, and no sample counted."""
    tight = replace(BASE, engine=replace(BASE.engine, overlap_grain_peak=0.01))
    outcome = run_case(tight).outcome
    assert outcome.status is Status.DIVERGED
    assert "regolith.youngs_modulus" in outcome.message
    assert math.isnan(outcome.collected_mass)
    assert math.isnan(outcome.ejected_mass)


def test_a_craft_that_never_touches_aborts_and_leaves() -> None:
    outcome = run_case(flown(release_clearance=0.5, contact_timeout=1.0)).outcome
    assert outcome.status is Status.ABORTED
    assert outcome.abort_rule == "no_contact"
    assert (outcome.collected_mass, outcome.contact_duration) == (0.0, 0.0)


def test_running_out_of_time_is_said() -> None:
    assert run_case(flown(time_limit=0.5)).outcome.status is Status.TIMED_OUT


def test_dispersed_values_reach_the_engine() -> None:
    """Values are read back from PyBullet and from the solver, not from a log."""
    case = flown(approach_speed=0.0613, lateral_speed_x=0.007, tilt_y=0.03, rate_z=-0.0004)
    case = replace(case, craft=replace(BASE.craft, mass=2050.0))
    with Simulation(case) as simulation:
        state = simulation.world.state()
        assert state.velocity[0] == pytest.approx([0.007, 0.0, -0.0613], rel=1e-12)
        assert state.angular_velocity[0] == pytest.approx([0.0, 0.0, -0.0004], rel=1e-9, abs=1e-15)
        assert state.rotation[0, 0, 2] == pytest.approx(math.sin(0.03), rel=1e-9)
        masses = simulation.world.engine_masses()
        assert masses.sum() == pytest.approx(2050.0, rel=1e-12)
        volume = 4.0 / 3.0 * np.pi * simulation.grains.radius**3
        assert simulation.grains.mass == pytest.approx(case.regolith.grain_density * volume)
        w = simulation.grains.field.spin
        assert np.linalg.norm(w) == pytest.approx(2 * np.pi / case.asteroid.period, rel=1e-12)
