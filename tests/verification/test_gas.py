"""Gas of the annular head: momentum of the jet, quadratic drag, and a field that keeps its mass.

Momentum: what the head gets is what the gas loses, Δm·v_e at the jet and the share that comes up
the throat and is turned out.  Drag: m dv/dt = k (u − v)², v(0) = 0, has v = u (1 − 1/(1 + t/τ)),
τ = m/(k u), k = ½ C_d A ρ.
"""

from dataclasses import replace

import numpy as np
import pytest
from grain_cases import loose_grains, still
from scipy.spatial.transform import Rotation

from sampling_sim.effects.gas import GasEffect, released, stream_of
from sampling_sim.effects.gas_field import drag_impulses, flux
from sampling_sim.mechanism.base import Action
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.gas_head import GasHeadParameters, gas_head_design
from sampling_sim.regolith.bare_rock import BareRock
from sampling_sim.world.coupling import Coupling
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.world import World, WorldState

STEP = 5e-4
PLAIN = GasHeadParameters(gas_delay=0.05, gas_duration=0.2)


def effect_of(sampler: GasHeadParameters) -> GasEffect:
    """Gas of a head, switched on."""
    (jet,) = gas_head_design(CraftParameters(), sampler).effects
    effect = GasEffect(jet)
    effect.command(Action.SAMPLER_ON)
    return effect


def fired(sampler: GasHeadParameters) -> tuple[GasEffect, np.ndarray]:
    """Fire the bottle in empty space, 0.3 s; the effect and the momentum [kg·m/s] of the craft."""
    design, engine = gas_head_design(CraftParameters(), sampler), EngineParameters()
    effect = effect_of(sampler)
    nothing = BareRock(STEP, len(design.links))
    with World(design, engine) as world:
        coupling = Coupling(world, None, None, contacts_per_exchange=1)
        for _ in range(600):
            loads = effect.act(world.state(), nothing, STEP)
            coupling.exchange(*(loads or (None, None)))
        booked = coupling.books.applied_impulse
        gained = world.momentum()
    # PyBullet's own residual in a craft with joints: 3e-6 (docs/world.md)
    assert np.linalg.norm(gained - booked) < 1e-5 * np.linalg.norm(booked)
    return effect, gained


def test_the_reaction_on_a_walled_up_head_is_gas_mass_times_exhaust_speed() -> None:
    """Impulse m·v_e to the engine's 3e-6; the gas spent is the law's to round-off."""
    effect, gained = fired(replace(PLAIN, inlet_shut=True))
    spent = PLAIN.gas_mass * (1.0 - np.exp(-PLAIN.gas_duration / PLAIN.gas_time_constant))
    assert effect.used == pytest.approx(spent, rel=1e-12)
    expected = spent * PLAIN.exhaust_speed
    assert expected > 1.0
    assert gained == pytest.approx([0.0, 0.0, expected], rel=1e-5, abs=1e-5 * expected)
    # twin: with no pressure thrust, a sonic jet of 319 m/s, it would be told apart
    assert abs(gained[2] / (spent * 319.0) - 1.0) > 0.5


def test_gas_turned_out_by_the_roof_adds_its_own_momentum() -> None:
    effect, gained = fired(PLAIN)
    expected = effect.used * PLAIN.exhaust_speed * (1.0 + PLAIN.speed_kept)
    assert gained[2] == pytest.approx(expected, rel=1e-5)
    assert effect.measures()["gas_thrust_impulse"] == pytest.approx(expected, rel=1e-12)


def test_the_bottle_fires_once_after_its_delay_and_only_while_the_sampler_is_on() -> None:
    times = np.array([0.0, PLAIN.gas_delay, 0.15, 0.25, 9.0])
    spent = np.array([released(PLAIN, time) for time in times])
    assert spent[:2].tolist() == [0.0, 0.0]
    assert spent[2] == pytest.approx(PLAIN.gas_mass * (1 - np.exp(-0.05)), rel=1e-12)
    assert spent[4] == spent[3] == PLAIN.gas_released
    effect = effect_of(PLAIN)
    effect.command(Action.SAMPLER_OFF)
    assert effect.act(head_at(np.eye(3)), loose_grains([[0, 0, 0]], 0.01), STEP) is None


def head_at(rotation: np.ndarray, origin: float = 0.0) -> WorldState:
    """Links at the origin and at rest, turned; the plate's underside at P's own."""
    place = -origin * rotation[:, 2]
    zero = np.zeros((5, 3))
    return WorldState(
        time=0.0,
        position=np.tile(place, (5, 1)),
        rotation=np.tile(rotation, (5, 1, 1)),
        velocity=zero,
        angular_velocity=zero,
        joint_position=np.zeros(4),
        joint_speed=np.zeros(4),
    )


LONG = GasHeadParameters(
    # a throat of 0.2 m with a steady, slow, dense stream: a grain takes up speed within 0.1 m
    nozzle_height=0.0,
    sill_height=0.2,
    gas_mass=9.3e6,
    gas_time_constant=1e6,
    gas_delay=0.0,
    exhaust_speed=0.2,
    speed_kept=1.0,
)


def rise(sampler: GasHeadParameters, steps: int) -> tuple[np.ndarray, float]:
    """Speeds [m/s] of one grain in the throat at every step, and its closed form's τ [s]."""
    radius = 0.0125
    grains = loose_grains([[0.055, 0.0, 0.02]], radius, step=0.2 * STEP)
    effect = effect_of(sampler)
    (jet,) = gas_head_design(CraftParameters(), sampler).effects
    state, speeds = head_at(np.eye(3), jet.origin), []
    for _ in range(steps):
        effect.act(state, grains, STEP)
        grains.advance(still(), 5)
        speeds.append(float(grains.bodies.velocity[0, 2]))
    flow = sampler.gas_mass / sampler.gas_time_constant
    ring = np.pi * (sampler.throat_radius**2 - sampler.stem_radius**2)
    area = np.pi * radius**2
    drag = 0.5 * sampler.drag_coefficient * area * flow / ring  # k·u = ½ C_d A ρu
    assert effect.held_back == 0.0
    assert grains.bodies.velocity[0, :2] == pytest.approx([0.0, 0.0], abs=1e-12)
    return np.array(speeds), float(grains.bodies.mass[0]) / drag


def test_a_grain_in_uniform_gas_follows_the_closed_form() -> None:
    """To 1e-6: u (1 − 1/(1 + t/τ)) is exact but for the bottle's fall in flow, 4e-7 in 0.4 s."""
    speeds, tau = rise(LONG, 800)
    time = STEP * np.arange(1, 801)
    expected = LONG.exhaust_speed * (1.0 - 1.0 / (1.0 + time / tau))
    assert expected[-1] > 0.5 * LONG.exhaust_speed
    assert speeds == pytest.approx(expected, rel=1e-6)
    # twin: linear drag with the same start is told apart
    linear = LONG.exhaust_speed * (1.0 - np.exp(-time / tau))
    assert abs(speeds / linear - 1.0).max() > 0.1


def test_no_step_is_so_long_that_a_grain_overtakes_the_gas() -> None:
    """At a thousand times the flow, so 2 time constants a step, an explicit step would."""
    dense = replace(LONG, gas_mass=1e3 * LONG.gas_mass)
    speeds, tau = rise(dense, 20)
    assert np.all(np.diff(speeds) > 0.0)
    assert speeds[-1] < dense.exhaust_speed
    # twin: the first explicit step, u h/τ, does
    assert dense.exhaust_speed * STEP / tau > 1.5 * dense.exhaust_speed


def crowd() -> np.ndarray:
    """Centres [m] of grains all over bowl, throat, window and container, and outside."""
    axis = np.arange(-0.16, 0.17, 0.032)
    mesh = np.meshgrid(axis, axis, np.arange(-0.05, 0.13, 0.032))
    return np.stack(mesh, axis=-1).reshape(-1, 3)


@pytest.mark.parametrize("drag_coefficient", [1.0, 1e3])
def test_momentum_given_to_the_grains_is_what_the_gas_had(drag_coefficient: float) -> None:
    """The kicks are booked to round-off, and in sum stay within Δm·v_e; head and grains share."""
    sampler = replace(PLAIN, gas_delay=0.0, drag_coefficient=drag_coefficient)
    grains, effect = loose_grains(crowd(), 0.0125, step=0.2 * STEP), effect_of(sampler)
    (jet,) = gas_head_design(CraftParameters(), sampler).effects
    state = head_at(np.eye(3), jet.origin)
    loads = effect.act(state, grains, STEP)
    assert loads is not None
    bodies, momentum = grains.bodies, effect.used * sampler.exhaust_speed
    given = np.linalg.norm(bodies.mass[:, None] * bodies.velocity, axis=1).sum()
    assert given == pytest.approx(effect.drag_impulse, rel=1e-12)
    assert given > 0.05 * momentum
    left = sampler.speed_kept * (momentum - given)
    assert loads[0][3] * STEP == pytest.approx([0.0, 0.0, momentum + left], rel=1e-12)
    if drag_coefficient == 1.0:
        assert effect.held_back == 0.0
    else:  # twin: the same grains ask for more than there is
        assert given == pytest.approx(momentum, rel=1e-12)
        assert effect.held_back > momentum


def test_drag_turns_with_the_head() -> None:
    turn = Rotation.from_rotvec([0.3, -0.2, 0.5]).as_matrix()
    stream = stream_of(gas_head_design(CraftParameters(), PLAIN).effects[0])
    points, zero = crowd(), np.zeros(3)
    rest = (np.zeros_like(points), np.full(len(points), 0.02), np.full(len(points), 0.025))
    level, _ = drag_impulses(stream, 1e-6, 1.0, zero, np.eye(3), zero, points, *rest)
    tilted, _ = drag_impulses(stream, 1e-6, 1.0, zero, turn, zero, points @ turn.T, *rest)
    scale = np.abs(level).max()
    assert np.abs(tilted - level @ turn.T).max() < 1e-9 * scale
    assert np.abs(tilted - level).max() > 0.1 * scale


def test_the_stream_keeps_its_mass_from_stem_to_screen() -> None:
    """Down the stem, up the ring, out of the window, out at the screen: unit flow each time.

    Mid-point sums in r are exact for these polynomials but for round-off; 1e-3 allows for the
    quadrature of the turned parts.
    """
    s = stream_of(gas_head_design(CraftParameters(), PLAIN).effects[0])
    r = (np.arange(4000) + 0.5) * s.throat / 4000
    width = s.throat / 4000
    at = lambda z: np.array([flux(s, x, z)[1] for x in r]) * 2 * np.pi * r * width  # noqa: E731
    top, rising = at(s.nozzle - 1e-9), at(0.5 * (s.nozzle + s.sill))
    assert top[r < s.stem].sum() == pytest.approx(-1.0, rel=1e-3)
    assert top[r > s.stem].sum() == pytest.approx(1.0, rel=1e-3)
    assert rising.sum() == pytest.approx(1.0, rel=1e-3)
    z = np.linspace(s.sill, s.window_top, 401)[:-1] + 0.5 * (s.window_top - s.sill) / 400
    for radius in (s.throat - 1e-9, s.throat, s.screen - 1e-9):
        out = sum(flux(s, radius, height)[0] for height in z) * 2 * np.pi * radius
        assert out * (s.window_top - s.sill) / 400 == pytest.approx(1.0, rel=1e-6)


def divergence(s, r: float, z: float, *, outward: bool = True) -> float:
    """Divergence [1/m³] of the flux at a place, by differences over 1 µm; scale 1/(π b² h)."""
    h = 1e-6
    radial = ((r + h) * flux(s, r + h, z)[0] - (r - h) * flux(s, r - h, z)[0]) / (2 * h * r)
    upward = (flux(s, r, z + h)[1] - flux(s, r, z - h)[1]) / (2 * h)
    return upward + (radial if outward else 0.0)


@pytest.mark.parametrize(("r", "z"), [(0.015, -0.02), (0.05, -0.02), (0.05, 0.04), (0.12, 0.04)])
def test_the_flux_has_no_divergence_in_any_part_of_the_stream(r: float, z: float) -> None:
    s = stream_of(gas_head_design(CraftParameters(), PLAIN).effects[0])
    scale = 1.0 / (np.pi * s.throat**2 * (s.nozzle + s.depth))
    assert abs(divergence(s, r, z)) < 1e-6 * scale
    if r < s.throat:  # twin: the upward part alone has
        assert abs(divergence(s, r, z, outward=False)) > 0.5 * scale
