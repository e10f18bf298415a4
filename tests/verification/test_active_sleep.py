"""When grains may not fall asleep, and what must wake them (`activity.py`)."""

import numpy as np
import pytest
from grain_cases import NO_FIELD, NO_WALLS, TIP, field, loose_bed, still, surface

from sampling_sim.regolith import assembly
from sampling_sim.regolith.activity import WINDOW
from sampling_sim.regolith.bed import floor_wall
from sampling_sim.regolith.packing import prepare_bed
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.primitives import LinkMotion
from sampling_sim.regolith.shape_parameters import GrainShapeParameters
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

RADIUS, STEP, CALL = 0.01, 2e-5, 500
MASS = 2700.0 * 4.0 / 3.0 * np.pi * RADIUS**3
GRAVITY = 1e-3


def down(acceleration=GRAVITY):
    return field(gravity=(0.0, 0.0, -acceleration))


def solver_of(bed, forces, **options):
    return GrainSolver(bed, forces, contact_step=STEP, **({"active_region": True} | options))


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4, 0.6, 0.8])
def test_a_grain_thrown_upward_does_not_stop_at_the_top_of_its_flight(share):
    """Its apex lies within the first window, where it has no net displacement; ½ a t² in 1 s."""
    bed = loose_bed([[0.0, 0.0, 0.5]], RADIUS)
    solver, speed = solver_of(bed, down(), walls=NO_WALLS), GRAVITY * WINDOW * share
    solver.set_motion(np.array([[1e-9, 0.0, speed]]))
    for _ in range(100):
        solver.advance(None, CALL)
    expected = speed * solver.time - 0.5 * GRAVITY * solver.time**2
    assert solver.position[0, 2] - 0.5 == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("is_one_window_enough", [False, True])
def test_a_bonded_pair_does_not_stop_at_the_top_of_its_flight(is_one_window_enough):
    """Its grains touch, so only the second window keeps them awake: without it they stop."""
    scale = 1e-3
    bed = loose_bed([[0.0, 0.0, 0.5], [2 * RADIUS, 0.0, 0.5]], RADIUS, pull_off_scale=scale)
    stiffness = 4.0 / 3.0 * bed.parameters.pair_modulus * np.sqrt(0.5 * RADIUS)
    bed.position[1, 0] -= (np.pi * scale * RADIUS / stiffness) ** (2.0 / 3.0)
    solver, speed = solver_of(bed, down(), walls=NO_WALLS), 0.5 * GRAVITY * WINDOW
    solver.set_motion(np.full((2, 3), [1e-9, 0.0, speed]))
    for _ in range(100):
        solver._region.rested[:] |= is_one_window_enough
        solver.advance(None, CALL)
    expected = speed * solver.time - 0.5 * GRAVITY * solver.time**2
    moved = solver.position[:, 2] - 0.5
    if is_one_window_enough:
        assert not solver.awake.any()
        assert np.abs(moved).max() < 0.1 * abs(expected)
    else:
        assert moved == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("leaves_at", [0.02, 0.10, 0.15, 0.17, 0.24])
def test_a_grain_whose_support_leaves_falls(leaves_at):
    """A plate goes at 0.2 m/s, at any time of the window; ½ a t² within 5 % 2 s later."""
    bed = loose_bed([[0.0, 0.0, 0.012]], RADIUS, restitution=0.3)
    plate = surface(restitution=0.3)
    solver, height = solver_of(bed, down(), walls=NO_WALLS, primitives=[plate]), 0.0
    for k in range(200):
        rate = -0.2 if k * CALL * STEP >= leaves_at - 1e-9 else 0.0
        middle = np.array([[0.0, 0.0, height + 0.5 * rate * CALL * STEP]])
        height += rate * CALL * STEP
        velocity = np.array([[0.0, 0.0, rate]])
        solver.advance(LinkMotion(middle, np.eye(3)[None], velocity, np.zeros((1, 3))), CALL)
    assert 0.012 - solver.position[0, 2] == pytest.approx(
        0.5 * GRAVITY * (2.0 - leaves_at) ** 2, rel=0.05
    )


@pytest.mark.parametrize("wake_share", [assembly.WAKE_SHARE, 1.5])
def test_a_sleeper_that_loses_what_bears_it_wakes(wake_share, monkeypatch):
    """The lowest of a smooth stack slides away; the top one bears itself alone and still sleeps.

    Must fail: above one weight it floats.
    """
    monkeypatch.setattr(assembly, "WAKE_SHARE", wake_share)
    count = 4
    places = np.zeros((count, 3))
    places[:, 2] = RADIUS * (2.0 * np.arange(count) + 1.0)
    bed = loose_bed(places, RADIUS, restitution=0.3, friction_coefficient=0.0, rolling_friction=0.0)
    borne = MASS * GRAVITY * np.arange(count, 0, -1)
    stiffness = 4.0 / 3.0 * bed.parameters.pair_modulus * np.sqrt(0.5 * RADIUS)
    stiffness = np.array([np.sqrt(2.0) * stiffness, *[stiffness] * (count - 1)])
    bed.position[:, 2] -= np.cumsum((borne / stiffness) ** (2.0 / 3.0))
    solver = solver_of(bed, down(), walls=floor_wall(0.0, 0.0, 0.0))
    velocity = np.zeros((count, 3))
    velocity[0, 0] = 0.05
    solver.set_motion(velocity)
    assert solver.awake.tolist() == [True, True, True, False]
    for _ in range(4000):
        solver.advance(None, 25)
    fell = places[-1, 2] - solver.position[-1, 2]
    assert fell > 5e-4 if wake_share < 1.0 else fell < 1e-4


@pytest.mark.parametrize("wake_share", [assembly.WAKE_SHARE, 1.5])
def test_bonded_sleepers_are_drawn_along(wake_share, monkeypatch):
    """A row held by its bonds, drawn at one end: momentum is kept while the pull goes through it.

    Within 15 %: what half a bond takes until the sleepers wake.

    Must fail: where one bond does not wake, the sleepers are a wall and take it.
    """
    monkeypatch.setattr(assembly, "WAKE_SHARE", wake_share)
    count, scale = 6, 0.05
    places = np.zeros((count, 3))
    bed = loose_bed(places, RADIUS, pull_off_scale=scale, restitution=0.5)
    stiffness = 4.0 / 3.0 * bed.parameters.pair_modulus * np.sqrt(0.5 * RADIUS)
    overlap = (np.pi * scale * RADIUS / stiffness) ** (2.0 / 3.0)
    bed.position[:, 0] = np.arange(count) * (2.0 * RADIUS - overlap)
    solver = solver_of(bed, down(1e-4), walls=NO_WALLS)
    velocity = np.zeros((count, 3))
    velocity[-1, 0] = 1e-3
    solver.set_motion(velocity)
    assert not solver.awake.all()
    for _ in range(60):
        solver.advance(None, 25)
    kept = solver.momentum()[0] / (MASS * 1e-3)
    assert kept == pytest.approx(1.0, abs=0.15) if wake_share < 1.0 else kept < 0.8


def test_a_sleeper_keeps_its_spring_with_a_wall():
    """On a wall tilted by half the angle of friction: bonded to another so that both may sleep."""
    tilt = np.arctan(0.3)
    forces = field(gravity=(GRAVITY * np.sin(tilt), 0.0, -GRAVITY * np.cos(tilt)))
    bed = loose_bed(
        [[0.0, 0.0, RADIUS], [2 * RADIUS, 0.0, RADIUS]], RADIUS, restitution=0.3,
        rolling_friction=1.0, pull_off_scale=1e-3,
    )  # fmt: skip
    solver = solver_of(bed, forces, walls=floor_wall(0.0, 0.6, 1.0))
    solver.set_motion(np.full((2, 3), [1e-9, 0.0, 0.0]))
    for _ in range(300):
        solver.advance(None, CALL)
    assert not solver.awake.any()
    rested = solver.position
    solver.field = forces  # wakes them
    for _ in range(20):
        solver.advance(None, CALL)
    assert solver.awake.all()
    # without their springs they would creep by the 20 nm that make them
    assert np.abs(solver.position - rested).max() < 2e-9


def test_what_a_tool_wakes_lies_across_a_periodic_side_too():
    """Three sleepers in a row over the seam; a tool reaches the middle one."""
    half = 0.25
    bed = loose_bed(
        [[half - 0.001, 0.0, 0.0], [-half + 0.021, 0.0, 0.0], [half - 0.023, 0.0, 0.0]], RADIUS,
        width_x=2 * half, width_y=2 * half,
    )  # fmt: skip
    tool = surface(size=(0.001, 0.001, 0.001), position=(half - 0.001, 0.0, 0.0155))
    period = (2 * half, 2 * half)
    solver = solver_of(bed, NO_FIELD, walls=NO_WALLS, period=period, primitives=[tool])
    assert not solver.awake.any()
    solver.advance(still(), 5)
    assert solver.awake.all()


def test_pebbles_fall_asleep_and_wake_whole(tmp_path):
    """A bed of three-sphere pebbles, woken by a new field, sleeps again after two windows."""
    parameters = RegolithParameters(
        diameter_min=0.024, diameter_max=0.032, width_x=0.22, width_y=0.22, depth=0.1,
        youngs_modulus=1e6, shape=GrainShapeParameters(kind="pebbles", members=3),
    )  # fmt: skip
    bed = prepare_bed(parameters, TIP, cache_dir=tmp_path)
    step = stable_step(parameters)
    solver = GrainSolver(bed, TIP, contact_step=step, active_region=True)
    solver.field = TIP
    assert (solver.awake == ~bed.fixed).all()
    for _ in range(40):
        solver.advance(None, round(0.02 / step))
    assert solver.awake.sum() < 0.2 * (~bed.fixed).sum()
    velocity = np.zeros((len(bed.body_mass), 3))
    velocity[np.flatnonzero(~bed.body_fixed)[0], 2] = 1e-3
    solver.set_motion(velocity)
    mixed = np.bincount(bed.body, solver.awake) % np.bincount(bed.body)
    assert solver.awake.any()
    assert not mixed.any()
