"""The whole chain: a touch-and-go samples because it samples, and only then.

A coarse, cheap case (20-32 mm grains, softer than the demonstration) run whole.  Its overlap guards
are wider than the default because a shut inlet pinches grains against the plate.
"""

import math
from dataclasses import asdict, replace
from functools import cache

import numpy as np
import pytest

from sampling_sim.case import Case
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.outcome import NOT_COMPARED, Status
from sampling_sim.recording.series import SERIES
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.run import CaseResult, run_case
from sampling_sim.sequence.touch_and_go import TouchAndGoParameters
from sampling_sim.simulation import Simulation
from sampling_sim.world.settings import EngineParameters

BASE = Case(
    regolith=RegolithParameters(
        diameter_min=0.02, depth=0.09, width_x=0.46, width_y=0.33, youngs_modulus=2e7
    ),
    mechanism=BrushWheelsParameters(torque_limit=0.4, bristle_stiffness=1000.0),
    sequence=TouchAndGoParameters(
        release_clearance=0.005, dwell=2.5, braking_thrust=60.0, retreat_thrust=400.0
    ),
    engine=EngineParameters(
        contact_step=1e-4,
        exchange_step=5e-4,
        control_step=1e-2,
        overlap_grain_peak=0.1,
        overlap_tool_peak=0.15,
    ),
)


class Tracks:
    """Grain positions in the head's frame at every control step."""

    def __init__(self) -> None:
        self.steps: list[np.ndarray] = []
        self.simulation: Simulation | None = None

    def __call__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        head = simulation.world.state().place_in_link(
            simulation.design.head, simulation.grains.position
        )
        self.steps.append(head)


@cache
def sampled() -> tuple[CaseResult, Tracks]:
    tracks = Tracks()
    return run_case(BASE, record=True, observer=tracks), tracks


@cache
def pressed(strength: float) -> CaseResult:
    """Brushes at rest on a bed of a given strength [Pa]."""
    return run_case(
        replace(
            BASE,
            regolith=replace(BASE.regolith, tensile_strength=strength),
            sequence=replace(BASE.sequence, brushes_from="never"),
        )
    )


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


def test_brushes_at_rest_collect_under_a_twentieth() -> None:
    outcome = pressed(BASE.regolith.tensile_strength).outcome
    assert outcome.peak_force > 1.0  # it did touch
    assert outcome.collected_mass < 0.05 * sampled()[0].outcome.collected_mass


def test_a_shut_inlet_collects_nothing() -> None:
    case = replace(BASE, mechanism=replace(BASE.mechanism, inlet_shut=True))
    outcome = run_case(case).outcome
    assert outcome.status is Status.EMPTY
    assert outcome.motor_work > 0.1  # the brushes worked all the same
    assert (outcome.collected_mass, outcome.collected_count) == (0.0, 0)


def test_each_collected_grain_crosses_the_inlet() -> None:
    result, tracks = sampled()
    simulation = tracks.simulation
    assert simulation is not None
    path = np.array(tracks.steps)
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


def test_motor_work_is_the_work_on_the_grains_within_a_tenth() -> None:
    """Between start and stop the wheels' own energy is unchanged, so what motors do grains get."""
    outcome = sampled()[0].outcome
    assert outcome.motor_work > 0.5
    assert outcome.tool_work == pytest.approx(outcome.motor_work, rel=0.1)
    # twin: without brushes there is no such work to agree on
    assert abs(pressed(1.0).outcome.motor_work) < 0.05 * outcome.motor_work


def test_momentum_and_energy_books_close() -> None:
    outcome = sampled()[0].outcome
    # PyBullet drifts by 3e-5 of the momentum at a step of 1 ms with joints (engine notes)
    assert outcome.momentum_drift < 3e-5
    assert abs(outcome.energy_drift) < 1e-2


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
    result, tracks = sampled()
    assert tracks.simulation is not None
    series, bed = result.series, tracks.simulation.bed
    assert series["sizes/collected"].sum() == result.outcome.collected_count
    assert series["sizes/bed"].sum() == (~bed.fixed).sum()
    assert np.all(series["sizes/collected"] <= series["sizes/bed"])
    assert np.all(series["sizes/diameter_max"] > series["sizes/diameter_min"])


def test_more_strength_in_the_bed_stops_the_craft_harder() -> None:
    weak, strong = pressed(0.3).outcome, pressed(20.0).outcome
    assert strong.impulse > 1.15 * weak.impulse
    assert strong.max_sinkage < 0.5 * weak.max_sinkage


def test_guards_name_the_parameter_to_change() -> None:
    """A case over a limit is data: diverged, with the remedy, and no sample counted."""
    tight = replace(BASE, engine=replace(BASE.engine, overlap_grain_peak=0.01))
    outcome = run_case(tight).outcome
    assert outcome.status is Status.DIVERGED
    assert "regolith.youngs_modulus" in outcome.message
    assert outcome.collected_mass == 0.0
    assert math.isnan(outcome.ejected_mass)


def test_a_craft_that_never_touches_aborts_and_leaves() -> None:
    far = replace(BASE.sequence, release_clearance=0.5, contact_timeout=1.0)
    outcome = run_case(replace(BASE, sequence=far)).outcome
    assert outcome.status is Status.ABORTED
    assert outcome.abort_rule == "no_contact"
    assert (outcome.collected_mass, outcome.contact_duration) == (0.0, 0.0)


def test_running_out_of_time_is_said() -> None:
    brief = replace(BASE.sequence, time_limit=0.5)
    assert run_case(replace(BASE, sequence=brief)).outcome.status is Status.TIMED_OUT


def test_dispersed_values_reach_the_engine() -> None:
    """Values are read back from PyBullet and from the solver, not from a log."""
    sequence = replace(
        BASE.sequence, approach_speed=0.0613, lateral_speed_x=0.007, tilt_y=0.03, rate_z=-0.0004
    )
    craft = replace(BASE.craft, mass=2050.0)
    case = replace(BASE, sequence=sequence, craft=craft)
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
