"""Two grains, or one and a plane, against closed forms (Chung & Ooi 2011; Johnson 1985)."""

import numpy as np
import pytest
from grain_cases import NO_WALLS, field, loose_grains

from sampling_sim.regolith.bed import floor_wall
from sampling_sim.regolith.block import H1, LANES, SPRINGS
from sampling_sim.regolith.laws.hertz import hertz_impact
from sampling_sim.regolith.laws.restitution import damping_from_restitution, impact_restitution
from sampling_sim.regolith.parameters import RegolithParameters

HERTZ_TOLERANCE = 0.01  # 200 steps in the contact: duration known to 1/200, force to (π/200)²
RESTITUTION_TOLERANCE = 0.01  # first-order part of the damper over 60 steps and more


def head_on(speed, radius, step, **material):
    """Two equal spheres meeting at ±speed: force history [N] and final relative speed."""
    x = radius * (1 + 1e-9)
    solver = loose_grains(
        [[-x, 0, 0], [x, 0, 0]], radius, velocity=[[speed, 0, 0], [-speed, 0, 0]], step=step,
        diameter_min=2 * radius, diameter_max=2 * radius, width_x=20 * radius,
        width_y=20 * radius, depth=20 * radius, cohesion_range=1e-9, **material,
    )  # fmt: skip
    force, before = [], speed
    while not force or force[-1] > 0.0 or len(force) < 3:
        solver.advance(None, 1)
        after = solver.velocity[0, 0]
        force.append(solver.mass[0] * (before - after) / step)
        before = after
    return np.array(force), solver


@pytest.mark.parametrize(
    ("modulus", "poisson", "density", "force", "overlap", "duration"),
    [(48e9, 0.20, 2800, 10.697e3, 274.11e-6, 40.34e-6),
     (20e9, 0.25, 2500, 7.108e3, 368.30e-6, 54.20e-6)],
)  # fmt: skip
def test_elastic_impact_has_hertz_force_overlap_and_duration(
    modulus, poisson, density, force, overlap, duration
):
    """Chung & Ooi case 1: two spheres of 10 mm at ±10 m/s."""
    step = duration / 200
    material = {"youngs_modulus": modulus, "poisson_ratio": poisson, "grain_density": density}
    history, solver = head_on(10.0, 0.01, step, restitution=1.0, **material)
    assert history.max() == pytest.approx(force, rel=HERTZ_TOLERANCE)
    assert solver.overlaps.peak_grain * 0.01 == pytest.approx(overlap, rel=HERTZ_TOLERANCE)
    assert (history > 0).sum() * step == pytest.approx(duration, rel=HERTZ_TOLERANCE)
    # must fail: the same grains without Poisson's ratio in the modulus
    wrong, _ = head_on(10.0, 0.01, step, restitution=1.0, **(material | {"poisson_ratio": 0.0}))
    assert abs(wrong.max() / force - 1) > HERTZ_TOLERANCE


def test_closed_form_of_the_impact_gives_the_published_figures():
    """Chung & Ooi case 1, glass, to the digits printed."""
    mass = 2800 * 4 / 3 * np.pi * 0.01**3 / 2
    overlap, force, duration = hertz_impact(20.0, mass, 0.005, 48e9 / (2 * (1 - 0.04)))
    assert (overlap, force, duration) == pytest.approx((274.11e-6, 10.697e3, 40.34e-6), rel=2e-4)


@pytest.mark.parametrize("restitution", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("speed", [0.01, 0.1, 0.3])
def test_rebound_speed_ratio_equals_restitution_at_any_speed(restitution, speed):
    """v′/v = e of the clipped law, at three speeds with one step."""
    _, solver = head_on(speed, 0.01, 1e-5, restitution=restitution)
    relative = solver.velocity[1, 0] - solver.velocity[0, 0]
    assert relative / (2 * speed) == pytest.approx(restitution, rel=RESTITUTION_TOLERANCE)


def test_damping_of_a_law_that_may_pull_fails_when_it_is_clipped():
    """Tsuji's polynomial for e = 0.5 gives about 0.55 once the force cannot pull."""
    e = 0.5
    tsuji = np.polyval([4.8218, -18.022, 27.467, -22.348, 11.087, -4.2783, 1.2728], e)
    assert impact_restitution(damping_from_restitution(e), 1.5) == pytest.approx(e, rel=1e-4)
    assert impact_restitution(float(tsuji), 1.5) > e * (1 + 5 * RESTITUTION_TOLERANCE)


def oblique(fixed=(False, False)):
    """Two unequal, spinning spheres in an off-centre hit, well past the contact."""
    solver = loose_grains(
        [[0, 0, 0], [0.019, 0.006, 0.004]], [0.008, 0.012], fixed=fixed, step=2e-5,
        velocity=[[0.2, 0.05, -0.02], [-0.1, 0, 0]], spin=[[3, -2, 5], [0, 4, 1]],
    )  # fmt: skip
    mass, radius = solver.mass, solver.radius

    def momenta():
        spin = 0.4 * (mass * radius**2)[:, None] * solver.angular_velocity
        turn = np.cross(solver.position, mass[:, None] * solver.velocity) + spin
        return np.concatenate([solver.momentum(), turn.sum(0)])

    before, energy = momenta(), solver.kinetic_energy()
    solver.advance(None, 1500)
    scale = np.repeat([mass.sum() * 0.2, mass.sum() * 0.2 * 0.02], 3)
    return np.abs((momenta() - before) / scale).max(), solver.kinetic_energy() / energy, solver


def test_oblique_collision_conserves_linear_and_angular_momentum():
    """Both to round-off; energy is lost; with one grain held the momentum is not conserved."""
    drift, energy, solver = oblique()
    assert solver.overlaps.peak_grain > 1e-3  # they did meet
    assert drift < 1e-12
    assert 0.1 < energy < 0.95
    held, _, _ = oblique(fixed=(False, True))
    assert held > 1e-3


@pytest.mark.parametrize("spin", [10.0, 22.0])
@pytest.mark.parametrize(
    ("modulus", "poisson", "density"), [(70e9, 0.33, 2700), (120e9, 0.35, 8900)]
)
def test_sliding_spheres_take_the_impulse_of_coulomb(spin, modulus, poisson, density):
    """Chung & Ooi case 7, gross sliding: v_t′ = μ(1+e)v_n = 0.12 m/s, ω′ = ω − 3 rad/s."""

    def collide(friction):
        radius = 0.1
        solver = loose_grains(
            [[-radius * (1 + 1e-9), 0, 0], [radius * (1 + 1e-9), 0, 0]], radius,
            velocity=[[0.2, 0, 0], [-0.2, 0, 0]], spin=[[0, 0, spin], [0, 0, spin]],
            step=5e-6, youngs_modulus=modulus, poisson_ratio=poisson, grain_density=density,
            diameter_min=0.2, diameter_max=0.2, width_x=2, width_y=2, depth=1,
            friction_coefficient=friction, rolling_friction=0.0, restitution=0.5,
        )  # fmt: skip
        solver.advance(None, 600)
        return abs(solver.velocity[0, 1]), spin - solver.angular_velocity[0, 2]

    assert collide(0.4) == pytest.approx((0.12, 3.0), rel=0.01)  # as e
    assert collide(0.2) != pytest.approx((0.12, 3.0), rel=0.1)


G = 1.0
FLOOR_STEP = 5e-5


def on_floor(velocity, tilt=0.0, spin=0.0, **material):
    """One 20 mm grain resting on a rough floor under 1 m/s² tilted towards +x [rad]."""
    values = {
        "friction_coefficient": 0.3,
        "rolling_friction": 0.0,
        "youngs_modulus": 2e7,
    } | material
    p = RegolithParameters(**values)
    r = 0.01
    load = p.grain_density * 4 / 3 * np.pi * r**3 * G * np.cos(tilt)
    overlap = (load / (4 / 3 * p.pair_modulus * np.sqrt(r))) ** (2 / 3)
    walls = floor_wall(0.0, values["friction_coefficient"], values["rolling_friction"])
    down = field(gravity=(G * np.sin(tilt), 0, -G * np.cos(tilt)))
    return loose_grains(
        [[0, 0, r - overlap]], r, velocity=[velocity], spin=spin, step=FLOOR_STEP, forces=down,
        walls=walls, **values,
    )  # fmt: skip


def test_sliding_sphere_rolls_after_the_time_of_the_closed_form():
    """At t = 2 v₀/(7 μ g), then 5/7 v₀; without friction it goes on at v₀."""
    v0, mu = 0.1, 0.3
    solver = on_floor([v0, 0, 0], friction_coefficient=mu)
    t = 2 * v0 / (7 * mu * G)
    half = round(0.5 * t / FLOOR_STEP)
    solver.advance(None, half)
    assert solver.velocity[0, 0] == pytest.approx(v0 - mu * G * half * FLOOR_STEP, rel=2e-3)
    solver.advance(None, 2 * half)
    assert solver.velocity[0, 0] == pytest.approx(5 / 7 * v0, rel=2e-3)
    assert solver.angular_velocity[0, 1] * 0.01 == pytest.approx(5 / 7 * v0, rel=2e-3)
    smooth = on_floor([v0, 0, 0], friction_coefficient=0.0)
    smooth.advance(None, 3 * half)
    assert smooth.velocity[0, 0] == pytest.approx(v0, rel=1e-9)


@pytest.mark.parametrize(("share", "moves"), [(0.9, False), (1.1, True)])
def test_a_sphere_rolls_down_only_beyond_its_rolling_friction(share, moves):
    """It starts at tan(slope) = μ_r and then falls with 5/7 g (sin θ − μ_r cos θ)."""
    mu_r, time = 0.2, 1.0
    tilt = np.arctan(share * mu_r)
    solver = on_floor([0, 0, 0], tilt=tilt, friction_coefficient=0.6, rolling_friction=mu_r)
    solver.advance(None, round(time / FLOOR_STEP))
    expected = 5 / 7 * G * (np.sin(tilt) - mu_r * np.cos(tilt)) * time
    if moves:
        assert solver.velocity[0, 0] == pytest.approx(expected, rel=0.02)  # yields within 2 %
    else:
        assert abs(solver.velocity[0, 0]) < 1e-3 * abs(expected)


@pytest.mark.parametrize(("bond", "holds"), [(0.97, False), (1.03, True)])
def test_a_grain_hangs_by_cohesion_down_to_bond_number_one(bond, holds):
    """Pull-off force 2π w R* against the weight, in the field pulling outward."""
    r, reach = 0.01, 1e-4
    weight = 2700 * 4 / 3 * np.pi * r**3 * 1e-3
    scale = bond * weight / (2 * np.pi * 0.5 * r)
    up = field(gravity=(0, 0, 1e-3))
    solver = loose_grains(
        [[0, 0, 0], [0, 0, 2 * r]], r, fixed=[True, False], forces=up, step=1e-4,
        tensile_strength=0.0, pull_off_scale=scale, cohesion_range=reach,
    )  # fmt: skip
    solver.advance(None, 40000)
    gap = solver.position[1, 2] - 2 * r
    assert (gap < reach) == holds
    if not holds:
        assert gap > 10 * reach


def chain(drift, *, forget=False):
    """Move a bonded pair whose friction spring is strained; the second grain from the first."""
    r = 0.01
    solver = loose_grains(
        [[0, 0, 0], [0.019999, 0, 0]], r, velocity=[[drift, 0, 0], [drift, 0, 0]], step=5e-5,
        tensile_strength=0.0, pull_off_scale=0.05, diameter_min=0.016,
    )  # fmt: skip
    solver.advance(None, 1)
    state = solver.state()
    # N, half of what friction holds
    state["lists.contacts.block"][0, H1] = 5e-4
    solver.restore(state)
    solver.advance(None, 20)
    if forget:
        state = solver.state()
        state["lists.contacts.block"][:, : SPRINGS * LANES] = 0.0
        solver.restore(state)
    solver.advance(None, 5980)
    return solver.position[1] - solver.position[0], solver


def test_contacts_and_bonds_survive_the_rebuilding_of_the_list():
    """Galilei: the pair does the same while it crosses hundreds of list rebuilds."""
    at_rest, _ = chain(0.0)
    moving, solver = chain(1.0)
    assert solver.position[0, 0] > 0.25  # a hundred skins
    assert np.abs(at_rest - [0.019999, 0, 0]).max() > 1e-7  # something happened
    assert np.abs(moving - at_rest).max() < 1e-12  # round-off of 0.3 m over thousands of steps
    assert len(solver.contacts()[0]) == 1
    # must fail: a list that loses the springs once
    forgetful, _ = chain(0.0, forget=True)
    assert np.abs(forgetful - at_rest).max() > 1e-8


def test_same_start_gives_the_same_bits_and_a_saved_state_continues_them():
    """Determinism, and restart in the middle."""

    def run(stop):
        bed = {"step": 5e-5, "walls": NO_WALLS, "velocity": [[0.1, 0, 0], [0, 0.02, 0]]}
        solver = loose_grains([[0, 0, 0], [0.02, 0.005, 0]], 0.01, **bed)
        solver.advance(None, 60)
        if stop:
            saved = solver.state()
            solver = loose_grains([[0, 0, 0], [0.02, 0.005, 0]], 0.01, **bed)
            solver.restore(saved)
        solver.advance(None, 200)
        return np.hstack([solver.position, solver.velocity, solver.angular_velocity])

    assert np.array_equal(run(stop=False), run(stop=False))
    assert np.array_equal(run(stop=False), run(stop=True))
