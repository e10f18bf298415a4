"""How a case is told: its status, its sample, its ejecta, and what went wrong in it."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from coarse_case import BASE, flown

import sampling_sim.simulation
from sampling_sim.case import Case
from sampling_sim.errors import ConfigError, DivergenceError
from sampling_sim.outcome import Outcome, Status
from sampling_sim.run import _collected, _ejecta, _flags, _status, run_case
from sampling_sim.sequence.touch_and_go import TouchAndGoParameters
from sampling_sim.simulation import Simulation

LIMITS = TouchAndGoParameters(tip_over_angle=0.8, slip_limit=0.15)


def ended(
    *,
    message: str = "",
    is_clear: bool = True,
    rule: str = "",
    tilt: float = 0.0,
    slip: float = 0.0,
    rebound: float = math.nan,
    lost: float = 0.0,
    sample: bool = False,
) -> Status:
    """Status of a case that has ended so."""
    monitor = SimpleNamespace(
        is_clear=is_clear, tilt_max=tilt, slip_distance=slip, rebound_speed=rebound
    )
    simulation = SimpleNamespace(
        monitor=monitor,
        sequence=SimpleNamespace(abort_rule=rule),
        case=SimpleNamespace(sequence=LIMITS),
        measures=lambda: {"anchors_lost": lost},
    )
    return _status(simulation, message, _flags(simulation), sample)


CLAIMS = {
    Status.DIVERGED: {"message": "overlap"},
    Status.TIMED_OUT: {"is_clear": False},
    Status.ABORTED: {"rule": "tilt"},
    Status.TIPPED_OVER: {"tilt": 0.81},
    Status.ANCHOR_LOST: {"lost": 1.0},
    Status.SLIPPED: {"slip": 0.16},
    Status.REBOUNDED: {"rebound": 0.02},
    Status.COLLECTED: {"sample": True},
    Status.EMPTY: {},
}
"""Each status that a case can end with, and what claims it, in the order of design §6."""


@pytest.mark.parametrize("status", CLAIMS)
def test_each_status_is_claimed_by_its_own_cause(status: Status) -> None:
    assert ended(**CLAIMS[status]) is status


@pytest.mark.parametrize("status", CLAIMS)
def test_of_several_causes_the_first_in_order_gives_the_status(status: Status) -> None:
    order = list(CLAIMS)
    causes = {k: v for later in order[order.index(status) :] for k, v in CLAIMS[later].items()}
    assert ended(**causes) is status
    assert [s for s in Status if s in CLAIMS] == order
    assert list(Status).index(Status.FAILED) == 0
    assert list(Status).index(Status.ANCHOR_LOST) == list(Status).index(Status.SLIPPED) - 1


def test_just_under_the_limits_nothing_tips_over_or_slips() -> None:
    assert ended(tilt=0.79, slip=0.14, sample=True) is Status.COLLECTED


def contained(message: str = "", rule: str = "", *, is_clear: bool = True) -> list[bool]:
    """Tell which count of four grains: in and out at t_clear, times in and out a second later."""
    simulation = SimpleNamespace(
        grains=SimpleNamespace(bodies=SimpleNamespace(mass=np.ones(4))),
        sequence=SimpleNamespace(abort_rule=rule),
        inside_at_clear=np.array([True, True, False, False]) if is_clear else None,
        inside_container=lambda: np.array([True, False, True, False]),
    )
    return _collected(simulation, message).tolist()


def test_a_grain_counts_that_is_inside_at_clear_and_still_a_second_later() -> None:
    assert contained() == [True, False, False, False]


@pytest.mark.parametrize(
    "spoilt", [{"message": "overlap"}, {"rule": "tilt"}, {"is_clear": False}], ids=str
)
def test_nothing_is_collected_after_an_abort_or_unfinished(spoilt: dict) -> None:
    assert not any(contained(**spoilt))


GRAINS = {
    # under the bus, faster than the craft: leaves, and meets it
    "at the craft": ([1.0, 0.5, 0.3], [0.0, 0.0, 1.0], 1.0),
    # too far aside for wings of 7.5 m
    "past the craft": ([12.0, 0.0, 0.3], [0.0, 0.0, 1.0], 2.0),
    "low": ([1.0, 0.5, 0.09], [0.0, 0.0, 1.0], 4.0),
    "falling": ([1.0, 0.5, 0.3], [0.0, 0.0, -1.0], 8.0),
    "in the head": (None, [0.0, 0.0, 1.0], 16.0),
}
"""Position [m] and velocity [m/s] in P (None: in the middle of the container), mass [kg]."""


def test_ejecta_are_told_by_place_speed_and_path() -> None:
    """A craft that hangs 0.4 m over the ground, coming down at 5 cm/s, and five grains around."""
    with Simulation(flown(release_clearance=0.4)) as simulation:
        state, box = simulation.world.state(), simulation.design.container
        assert box is not None
        middle = state.place(box.link, np.array([box.centre]))[0]
        bodies = SimpleNamespace(
            position=np.array([middle if p is None else p for p, _, _ in GRAINS.values()]),
            velocity=np.array([v for _, v, _ in GRAINS.values()]),
            mass=np.array([m for _, _, m in GRAINS.values()]),
            diameter=np.full(len(GRAINS), 0.02),
        )
        simulation.grains = SimpleNamespace(bodies=bodies)
        assert _ejecta(simulation) == (3.0, 1.0)


JAMMING = replace(BASE.mechanism, flap_force=1e-3)
"""3 mm/s² for a flap of 0.3 kg: it takes 9 s to shut."""


def aborted(rule: str, case: Case) -> tuple[Outcome, float]:
    """Run a case that must abort by a rule; return the mass [kg] in the container too."""
    inside = [0.0]

    def look(simulation: Simulation) -> None:
        inside[0] = float(simulation.grains.mass[simulation.inside_container()].sum())

    outcome = run_case(case, observer=look).outcome
    assert outcome.status is Status.ABORTED
    assert outcome.abort_rule == rule
    assert (outcome.collected_mass, outcome.collected_count) == (0.0, 0)
    assert math.isnan(outcome.grain_size_max)
    return outcome, inside[0]


def test_a_craft_that_turns_too_fast_aborts_and_a_weak_flap_stays_open() -> None:
    """High above the ground; the flap is told to shut on retreat."""
    case = flown(release_clearance=0.28, approach_speed=0.02, rate_z=0.01, abort_rate=0.005)
    assert aborted("rate", case)[0].flap_open_fraction < 1e-3
    jammed, _ = aborted("rate", replace(case, mechanism=JAMMING))
    assert 0.5 < jammed.flap_open_fraction <= 1.0
    assert jammed.contact_duration == 0.0


def test_a_craft_that_leans_too_far_aborts_and_its_grains_do_not_count() -> None:
    """2 mrad/s reach the limit after 2 s, in the middle of the sampling."""
    free = replace(BASE.craft, attitude_control="off")
    outcome, inside = aborted("tilt", replace(flown(rate_x=0.002, abort_tilt=0.004), craft=free))
    assert outcome.tilt_max > 0.004
    assert inside > 0.1


def test_a_ground_that_pushes_too_hard_aborts() -> None:
    outcome, _ = aborted("force", flown(abort_force=2.0))
    assert outcome.peak_force > 2.0
    assert outcome.contact_duration > 0.0


def test_a_craft_gone_non_finite_is_a_row_that_says_so() -> None:
    """An infinite load on its links, as a broken drive or field would give, after a first step."""

    def strike(simulation: Simulation) -> None:
        if simulation.time == 0.0:
            return
        load = np.full((len(simulation.design.links), 3), np.inf)
        simulation.world.apply(load, np.zeros_like(load))

    outcome = run_case(flown(release_clearance=0.2), observer=strike).outcome
    assert outcome.status is Status.DIVERGED
    assert "engine.exchange_step" in outcome.message
    assert outcome.simulated_time == pytest.approx(BASE.engine.control_step)
    assert math.isnan(outcome.collected_mass)
    assert math.isnan(outcome.peak_force)


def test_a_case_that_diverges_while_it_is_made_is_a_row_too(monkeypatch) -> None:
    """By a bed that cannot be prepared, and by a craft released at no finite place."""

    def diverge(*_: object) -> None:
        raise DivergenceError("raise regolith.youngs_modulus")

    def nowhere(*_: object) -> SimpleNamespace:
        still = np.zeros(3)
        return SimpleNamespace(
            position=np.full(3, np.nan), rotation=np.eye(3), velocity=still, angular_velocity=still
        )

    for name, broken in (("prepare_bed", diverge), ("release_state", nowhere)):
        with monkeypatch.context() as patch:
            patch.setattr(sampling_sim.simulation, name, broken)
            outcome = run_case(BASE).outcome
        assert outcome.status is Status.DIVERGED, name
        assert outcome.message
        assert outcome.packing_seed == BASE.regolith.packing_seed
        assert math.isnan(outcome.simulated_time)


@pytest.mark.parametrize(("axis", "width"), [("x", 0.46), ("y", 0.33)])
def test_an_offset_that_puts_the_head_off_the_bed_is_refused_by_its_key(
    axis: str, width: float
) -> None:
    with Simulation(BASE) as simulation:
        rim = simulation.design.reference_points[:, "xy".index(axis)]
    room = 0.5 * width - np.abs(rim).max()
    assert room > 0.05
    for side in (-1.0, 1.0):
        Simulation(flown(**{f"offset_{axis}": side * (room - 1e-6)})).world.close()
        with pytest.raises(ConfigError) as refusal:
            Simulation(flown(**{f"offset_{axis}": side * (room + 1e-6)}))
        assert refusal.value.key == f"sequence.offset_{axis}"
        assert f"regolith.width_{axis}" in str(refusal.value)
