"""The contact step: where it is stable, at which order it converges, and what asks for it."""

from dataclasses import replace

import numpy as np
import pytest
from grain_cases import field, loose_bed, loose_grains, still, surface
from scipy.optimize import brentq

from sampling_sim.errors import ConfigError, DivergenceError
from sampling_sim.regolith.primitives import PrimitiveKind
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import (
    GUARDED_OVERLAP,
    STEPS_PER_CONTACT,
    longest_step,
    pair_limit,
    pair_overlap,
    rayleigh_time,
    stable_step,
    tool_limit,
    tool_overlap,
)

RADIUS = 0.008  # of the smallest grains, which the limits are for


def period(overlap=GUARDED_OVERLAP):
    """Half a period [s] of a pair of those grains at 2e7 Pa."""
    parameters = loose_bed([[0, 0, 0]], RADIUS).parameters
    return STEPS_PER_CONTACT * pair_limit(parameters, overlap).longest


def stepped(solver: GrainSolver, step: float) -> GrainSolver:
    """Give the solver a step [s] it would refuse."""
    solver.__dict__["_contact_step" if "_contact_step" in solver.__dict__ else "contact_step"] = (
        step
    )
    return solver


def caged_energy(steps_per_contact, friction=2.0):
    """Energy over that at the start of a grain held by twelve fixed ones, late and at the most.

    All contacts at the guarded overlap, elastic; nudged and spun, too little to slip.
    """
    signs = [(a, b) for a in (1, -1) for b in (1, -1)]
    around = [np.insert(pair, axis, 0) for axis in range(3) for pair in signs]
    places = np.vstack(
        [np.zeros(3), np.sqrt(2) * RADIUS * (1 - GUARDED_OVERLAP / 2) * np.array(around)]
    )
    solver = loose_grains(
        places, RADIUS, fixed=[False] + [True] * 12, restitution=1.0, friction_coefficient=friction,
        rolling_friction=0.0,
    )  # fmt: skip
    stepped(solver, period() / steps_per_contact)
    motion = np.zeros((13, 6))
    motion[0] = [1e-3, 4e-4, 2e-4, 0.0, 0.0, 0.1]
    solver.set_motion(motion[:, :3], motion[:, 3:])
    start, seen = solver.kinetic_energy(), []
    for _ in range(100):
        try:
            solver.advance(None, 10)
        except DivergenceError:
            return np.inf, np.inf
        seen.append(solver.kinetic_energy() / start)
    return max(seen[50:]), max(seen)


def crystal_energy(restitution, friction, share=1.0):
    """Energy over that at the start of a simple cubic crystal, nudged at 0.4 % overlap."""
    side, count = 2 * RADIUS * (1 - 0.002), 6
    index = np.arange(count**3)
    cell = np.column_stack([index // count**2, index // count % count, index % count])
    fixed = (cell[:, 2] == 0) | (cell[:, 2] == count - 1)
    bed = loose_bed(
        side * (cell - 0.5 * count), RADIUS, fixed=fixed, restitution=restitution,
        friction_coefficient=friction,
    )  # fmt: skip
    stable = stable_step(bed.parameters)
    solver = GrainSolver(
        bed, field(), contact_step=stable, walls=np.zeros((0, 7)), period=(count * side,) * 2
    )
    stepped(solver, share * stable)
    rng = np.random.default_rng(1)
    nudge = np.where(fixed[:, None], 0.0, rng.normal(0.0, 1e-6, (len(cell), 6)))
    solver.set_motion(nudge[:, :3], nudge[:, 3:] / RADIUS)
    start = solver.kinetic_energy()
    solver.advance(None, 500)
    return solver.kinetic_energy() / start


@pytest.mark.parametrize("restitution", [1.0, 0.5, 0.3, 0.1])
def test_a_crowd_calms_down_whatever_its_dampers(restitution):
    """Explicit dampers, α h as at a restitution of 0.5.  Must fail: at 0.1 with the step of 0.5."""
    assert crystal_energy(restitution, 0.6) < 0.05


def test_strong_dampers_need_a_shorter_step():
    """Damping ratios 2.78 against 0.57: five times as short; and rough grains four fifths."""
    p = replace(loose_bed([[0, 0, 0]], RADIUS).parameters, restitution=0.5)
    assert stable_step(p) == stable_step(replace(p, restitution=1.0))
    weak = replace(p, restitution=0.1)
    assert stable_step(weak) / stable_step(p) == pytest.approx(0.205, rel=0.01)
    rough = replace(p, friction_coefficient=2.0)
    assert stable_step(rough) / stable_step(p) == pytest.approx(0.8)
    assert crystal_energy(0.1, 0.6, share=1 / 0.205) > 1e3


def test_the_densest_cage_is_stable_at_the_allowed_step():
    """Twelve neighbours turn and shake a grain three times as fast as one pair: it must calm down.

    Without friction nothing damps: leapfrog's energy then swings by (ωh)²/4 at most, with
    ω² = 4 k/m against a pair's 2 k/m and h = π/8 of that: 8 %.
    """
    late, most = caged_energy(STEPS_PER_CONTACT)
    assert late < 1e-3
    assert most < 1.3
    late, most = caged_energy(STEPS_PER_CONTACT, friction=0.0)
    assert 0.5 < late <= most < 1.08


@pytest.mark.parametrize("steps", [5.0, 3.0])
def test_the_densest_cage_explodes_below_six_steps_a_contact(steps):
    """Must fail: why the limit is not lower."""
    assert caged_energy(steps)[1] > 1e3


def restitution_errors(restitution, steps_per_contact):
    """Relative errors of the rebound from a box, for starts spread over one step.

    The speed is that of a peak overlap, e = 1, at the guarded one.
    """
    parameters = loose_bed([[0, 0, 0]], RADIUS).parameters
    speed = 0.1 * (GUARDED_OVERLAP / tool_overlap(parameters, 0.1)) ** 1.25
    step = STEPS_PER_CONTACT * tool_limit(parameters, GUARDED_OVERLAP).longest / steps_per_contact
    box = surface(PrimitiveKind.BOX, (0.1, 0.1, 0.03), restitution=restitution)
    errors = []
    for share in np.arange(12) / 12:
        start = [0.0, 0.0, 0.03 + RADIUS + (1 + share) * step * speed]
        solver = loose_grains([start], RADIUS, velocity=[[0, 0, -speed]], primitives=[box])
        stepped(solver, step).advance(still(), int(8 * steps_per_contact))
        errors.append(solver.velocity[0, 2] / (restitution * speed) - 1.0)
    return np.array(errors)


def test_restitution_converges_with_the_steps_of_a_contact():
    """Elastic to second order or better; damped to first: Tsuji's damper sets in as δ^¼, steeply.

    At the limit, 8 steps at the guarded overlap, it is 0.1 % and 6 %; contacts at a tenth of that
    overlap have 14.
    """
    for restitution, order, bound in ((1.0, 2.0, 1e-3), (0.5, 1.0, 0.06)):
        worst = [np.abs(restitution_errors(restitution, n)).max() for n in (8, 16, 64)]
        assert worst[0] < bound
        assert np.log(worst[1] / worst[2]) / np.log(4) > order


def test_too_few_steps_lose_the_restitution():
    """Must fail: with two steps a contact it may rebound faster than it came."""
    assert np.abs(restitution_errors(0.5, 2)).max() > 0.5


def peaks(speed, primitives=(), at=0.0):
    """Peak overlaps of an elastic head-on impact in 600 steps of a tenth of the limit."""
    step = 0.1 * pair_limit(loose_bed([[0, 0, 0]], RADIUS).parameters, 0.1).longest
    places, speeds = [[0, 0, 0], [0, 0, 2.001 * RADIUS]], [[0, 0, 0], [0, 0, -speed]]
    if primitives:
        places, speeds = [[0, 0, at + 1.0001 * RADIUS]], [[0, 0, -speed]]
    solver = loose_grains(
        places, RADIUS, velocity=speeds, step=step, primitives=primitives, restitution=1.0
    )
    solver.advance(still() if primitives else None, 3000)
    return solver.overlaps


@pytest.mark.parametrize("speed", [0.02, 0.3])
def test_expected_overlaps_are_those_of_impacts(speed):
    """Pair, rigid tool, and tool with bristles from soft to hard: 1 %."""
    parameters = loose_bed([[0, 0, 0]], RADIUS).parameters
    assert peaks(speed).peak_grain == pytest.approx(pair_overlap(parameters, speed), rel=0.01)
    for bristles in (0.0, 1e3, 1e5):
        plate = surface(restitution=1.0, bristle_stiffness=bristles)
        seen = peaks(speed, [plate], at=0.002).peak_tool
        assert seen == pytest.approx(tool_overlap(parameters, speed, bristles), rel=0.01)


@pytest.mark.parametrize("nu", [0.0, 0.25, 0.45])
def test_the_rayleigh_time_follows_from_rayleighs_equation(nu):
    """π r / c with x = c²ρ/G of x³ − 8x² + 8(3 − 2q)x − 16(1 − q) = 0: the fit is within 0.5 %."""
    parameters = loose_bed([[0, 0, 0]], RADIUS, poisson_ratio=nu).parameters
    q = (1 - 2 * nu) / (2 - 2 * nu)
    square = brentq(lambda x: x**3 - 8 * x**2 + 8 * (3 - 2 * q) * x - 16 * (1 - q), 0.1, 0.999)
    shear = parameters.youngs_modulus / (2 * (1 + nu))
    wave = np.sqrt(square * shear / parameters.grain_density)
    assert rayleigh_time(parameters) == pytest.approx(np.pi * RADIUS / wave, rel=0.005)
    assert rayleigh_time(parameters) != pytest.approx(
        np.pi * RADIUS / np.sqrt(shear / parameters.grain_density), rel=0.04
    )  # the shear wave's would be noticed


def strayed(step, change):
    """Distance [m] from a straight inertial line after 1 s at 1 rad/s, steps h and h/2 in turn."""
    solver = loose_grains(
        [[0.1, 0.0, 0.0]], RADIUS, velocity=[[0.3, -0.2, 0.0]], step=step, youngs_modulus=1e4,
        forces=field(spin=(0, 0, 1.0)),
    )  # fmt: skip
    for _ in range(round(1 / (1.5 * step))):
        for now in (step, 0.5 * step):
            change(solver, now)
            solver.advance(None, 1)
    place = np.array([0.1, 0.0]) + np.array([0.3, -0.2 + 0.1]) * solver.time
    turn = np.array([[np.cos(1.0), np.sin(1.0)], [-np.sin(1.0), np.cos(1.0)]])
    assert solver.time == pytest.approx(1.0, rel=1e-9)
    return np.linalg.norm(solver.position[0, :2] - turn @ place)


def set_step(solver, step):
    """Change the step as a user does."""
    solver.contact_step = step


def test_a_step_that_changes_keeps_the_second_order():
    """Coriolis is taken with velocities predicted half a step ahead, of the step to come."""
    coarse, fine = strayed(1 / 300, set_step), strayed(1 / 600, set_step)
    assert np.log2(coarse / fine) == pytest.approx(2.0, abs=0.1)
    assert strayed(1 / 600, stepped) > 10 * fine  # must fail: predicted for the step before


def test_the_step_may_lengthen_between_calls_but_not_beyond_a_wave():
    solver = loose_grains([[0, 0, 0]], RADIUS)
    parameters = loose_bed([[0, 0, 0]], RADIUS).parameters
    solver.contact_step = longest_step(parameters)
    assert solver.contact_step > 1.5 * stable_step(parameters)
    with pytest.raises(ConfigError, match=r"engine\.contact_step"):
        solver.contact_step = 1.01 * longest_step(parameters)


def test_the_limit_follows_what_the_grains_and_tools_do():
    """Rest: a wave; a press: the overlap; a fast grain or tool in reach: its way; rest again."""
    plate = surface(friction_coefficient=0.0)
    solver = loose_grains(
        [[0, 0, 0.002 + 0.93 * RADIUS], [0.05, 0, 0.1]], RADIUS, primitives=[plate],
        fixed=[True, False],
    )  # fmt: skip
    assert solver.step_limit().name.startswith("0.4 of the Rayleigh")
    solver.advance(still(), 1)
    assert solver.step_limit().name == "period of the smallest grain on a tool at 14.00% overlap"
    assert solver.overlaps.peak_tool == pytest.approx(0.07, rel=1e-6)  # the record goes on
    whirl = still()
    whirl.angular_velocity[0] = [0.0, 0.0, 60.0]
    solver.advance(whirl, 1)
    limit = solver.step_limit()
    assert limit.name.startswith("fastest tool at 8.66 m/s")
    solver.advance(None, 1)
    solver.set_motion([[0, 0, 0], [0, 0, 6.0]])
    assert solver.step_limit().name.startswith("fastest grain at 6 m/s")
    solver.set_motion(np.zeros((2, 3)))
    assert solver.step_limit().name.startswith("0.4 of the Rayleigh")
