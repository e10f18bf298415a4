"""Springs that resist sliding, rolling and twisting, against closed forms."""

import numpy as np
import pytest
from grain_cases import field, loose_grains, surface

from sampling_sim.regolith.bed import floor_wall
from sampling_sim.regolith.laws.mindlin import friction_spring
from sampling_sim.regolith.primitives import LinkMotion

R = 0.01
E, NU = 2e7, 0.25
G = 1.0
MASS = 2700 * 4 / 3 * np.pi * R**3


def shear_curve(friction, *, overlap=1e-4, way=None, steps=400):
    """Tangential displacement [m] and force [N] of a plate drawn along under a held grain."""
    stiffness = E / (1 - NU**2)
    push = 4 / 3 * stiffness * np.sqrt(R) * overlap**1.5
    shear = E / (2 * (1 + NU) * (2 - NU))
    slope = 8 * shear * np.sqrt(R * overlap)
    way = 1.5 * friction * push / slope if way is None else way
    step = 2e-5
    speed = way / (steps * step)
    plate = surface(friction_coefficient=friction, restitution=1.0)
    solver = loose_grains(
        [[0, 0, 0.002 + R - overlap]], R, fixed=[True], step=step, primitives=[plate],
        youngs_modulus=E, poisson_ratio=NU, rolling_friction=0.0,
    )  # fmt: skip
    velocity, zero = np.array([[speed, 0.0, 0.0]]), np.zeros((1, 3))
    force = []
    for k in range(steps):
        place = np.array([[(k + 0.5) * step * speed, 0.0, 0.0]])
        motion = LinkMotion(place, np.eye(3)[None], velocity, zero)
        force.append(-solver.advance(motion, 1).force[0, 0])
    return (np.arange(steps) + 1) * step * speed, np.array(force), slope, friction * push


def test_tangential_force_is_mindlins_without_slip_up_to_the_limit():
    """8 G* a times the displacement, to 0.1 %, then μ N for good."""
    way, force, slope, limit = shear_curve(0.5)
    below = way * slope < 0.99 * limit
    assert force[below] == pytest.approx(slope * way[below], rel=1e-3)
    assert force[way * slope > 1.01 * limit] == pytest.approx(limit, rel=1e-9)


def test_partial_slip_is_left_out_by_no_more_than_it_must():
    """Mindlin & Deresiewicz: μN [1 − (1 − 2u/3)^1.5], u the displacement over μN/(8 G* a).

    Slope at first and limit at last are theirs; between, the law is stiffer, at most by
    (1/3)^1.5 = 19.2 % of the limit, at u = 1: the twin that shows what is not modelled.
    """
    way, force, slope, limit = shear_curve(0.5)
    u = way * slope / limit
    theory = 1 - np.maximum(1 - 2 * u / 3, 0) ** 1.5
    excess = force / limit - theory
    assert excess.min() > -1e-3
    assert excess.max() == pytest.approx(3**-1.5, rel=0.01)
    assert u[excess.argmax()] == pytest.approx(1.0, abs=0.01)
    assert excess[0] < 0.01
    assert excess[-1] == pytest.approx(0.0, abs=1e-3)


def cycle(history):
    """Work [J] put into shearing a contact, pressing it, and shearing it back.

    The stiffness doubles between the ways; `history` is the law's own, or a displacement.
    """
    way, steps, work, force, displacement = 1.0, 2000, 0.0, 0.0, 0.0
    for stiffness, sign in ((1.0, 1.0), (2.0, -1.0)):
        for _ in range(steps):
            move = sign * way / steps
            displacement += move
            if history == "force":
                force, *_ = friction_spring(
                    force, 0, 0, 0, 0, 1, move, 0, 0, stiffness, 0.0, 1e9
                )  # fmt: skip
            else:
                force = -stiffness * displacement
            work -= force * move
    return work


def test_a_force_history_makes_no_energy_when_a_sheared_contact_is_pressed():
    """Kept as a force the shear costs work (½ for the first way, none for the second: 0 at last).

    The force goes 0, −1, +1: work ½ in, then back over 2 units of force at the stiffness 2, none
    in sum.  Kept as a displacement it goes 0, −1, then −2 to 0: work ½ − 1 = −½, a gain.
    """
    assert cycle("force") > -2e-3  # a step's share of the way
    assert cycle("displacement") == pytest.approx(-0.5, abs=2e-3)


STEP = 5e-5


def on_floor(*, rolling=0.0, **values):
    """Rest a grain of 20 mm on a level rough floor under 1 m/s²."""
    stiffness = E / (2 * (1 - NU**2))
    overlap = (MASS * G / (4 / 3 * stiffness * np.sqrt(R))) ** (2 / 3)
    return loose_grains(
        [[0, 0, R - overlap]], R, step=STEP, forces=field(gravity=(0, 0, -G)),
        walls=floor_wall(0.0, 1.0, rolling), friction_coefficient=1.0, rolling_friction=rolling,
        youngs_modulus=E, poisson_ratio=NU, **values,
    ), overlap  # fmt: skip


def test_a_rolling_sphere_stops_after_the_way_of_the_closed_form():
    """Deceleration 5/7 μ_r g, so it stops after 7 v²/(10 μ_r g); then it stays."""
    v0, mu_r = 0.05, 0.1
    solver, _ = on_floor(rolling=mu_r)
    solver.set_motion(np.array([[v0, 0, 0]]), np.array([[0, v0 / R, 0]]))
    slowing = 5 / 7 * mu_r * G
    half = round(0.5 * v0 / slowing / STEP)
    solver.advance(None, half)
    assert solver.velocity[0, 0] == pytest.approx(v0 - slowing * half * STEP, rel=0.01)
    solver.advance(None, 2 * half)
    assert solver.position[0, 0] == pytest.approx(0.5 * v0**2 / slowing, rel=0.01)
    assert abs(solver.velocity[0, 0]) < 1e-6 * v0
    free, _ = on_floor(rolling=0.0)
    free.set_motion(np.array([[v0, 0, 0]]), np.array([[0, v0 / R, 0]]))
    free.advance(None, 3 * half)
    assert free.velocity[0, 0] == pytest.approx(v0, rel=1e-3)


def test_below_its_limit_rolling_swings_with_the_frequency_of_its_springs():
    """Sliding and rolling spring k on m and 2m/5: m ω² = λ k, λ² − 6λ + 2.5 = 0, lower root."""
    solver, overlap = on_floor(rolling=1.0, restitution=1.0)
    root = 3 - np.sqrt(6.5)
    shape = np.array([1.0, 1.0 - root])  # v and Rω of the lower mode
    speed = 1e-5
    solver.set_motion(np.array([[speed, 0, 0]]), np.array([[0, speed * shape[1] / R, 0]]))
    stiffness = 8 * E / (4 * (1 + NU) * (2 - NU)) * np.sqrt(R * overlap)
    quarter = 0.5 * np.pi / np.sqrt(root * stiffness / MASS)
    velocity = []
    for _ in range(round(2 * quarter / STEP)):
        solver.advance(None, 1)
        velocity.append(solver.velocity[0, 0])
    turned = np.flatnonzero(np.array(velocity) < 0)[0] * STEP
    assert turned == pytest.approx(quarter, rel=0.01)


def spinning_top(twisting, spin, **values):
    """Let a grain spin upright on a held one, pressed by 1 m/s²."""
    stiffness = E / (2 * (1 - NU**2))
    overlap = (MASS * G / (4 / 3 * stiffness * np.sqrt(0.5 * R))) ** (2 / 3)
    solver = loose_grains(
        [[0, 0, 0], [0, 0, 2 * R - overlap]], R, fixed=[True, False], step=STEP,
        velocity=np.zeros((2, 3)), spin=[[0, 0, 0], [0, 0, spin]],
        forces=field(gravity=(0, 0, -G)), twisting_friction=twisting, youngs_modulus=E,
        poisson_ratio=NU, **values,
    )  # fmt: skip
    return solver, overlap


def test_twisting_friction_stops_a_spin_about_the_normal_in_the_time_of_the_closed_form():
    """Torque μ_t m g R* with R* = r/2: the spin falls by 5/4 μ_t g/r; without it, not at all."""
    spin, mu_t = 5.0, 0.1
    solver, _ = spinning_top(mu_t, spin)
    slowing = 1.25 * mu_t * G / R
    half = round(0.5 * spin / slowing / STEP)
    solver.advance(None, half)
    assert solver.angular_velocity[1, 2] == pytest.approx(spin - slowing * half * STEP, rel=0.01)
    solver.advance(None, 2 * half)
    assert abs(solver.angular_velocity[1, 2]) < 1e-6 * spin
    free, _ = spinning_top(0.0, spin)
    free.advance(None, 3 * half)
    assert free.angular_velocity[1, 2] == pytest.approx(spin, rel=1e-12)


def test_below_its_limit_twisting_swings_with_the_frequency_of_its_spring():
    """Spring k R*² on the inertia 2/5 m r²: ω² = 5k/(8m)."""
    solver, overlap = spinning_top(1.0, 1e-4, restitution=1.0)
    stiffness = 8 * E / (4 * (1 + NU) * (2 - NU)) * np.sqrt(0.5 * R * overlap)
    quarter = 0.5 * np.pi / np.sqrt(0.625 * stiffness / MASS)
    steps = 0
    while solver.angular_velocity[1, 2] > 0.0 and steps < 10 * quarter / STEP:
        solver.advance(None, 1)
        steps += 1
    assert steps * STEP == pytest.approx(quarter, rel=0.02)  # 100 steps to the quarter
