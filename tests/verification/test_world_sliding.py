"""Sliding, sticking and rolling on bedrock against Coulomb's closed forms.

A body of weight N = m g slides v²/(2 μ g) and stops.  A kick comes before its drift, so that the
way is short by one half step, v H/2: relatively a H/v, first order.  The friction's spring
stretches by s = μN/k_t and the body recoils into it: s more or less of way.
"""

import math

import numpy as np
import pytest
from world_designs import ball, brick, engine, rest, solid

from sampling_sim.world.compliant import TANGENTIAL_RATIO
from sampling_sim.world.world import World

K, MU = 1e5, 0.4
CASES = [(1e-3, 2100.0), (1e-2, 100.0), (0.1, 1.0), (1.0, 100.0), (1.0, 2100.0)]
RADIUS = 0.1


def exchange_step(mass):
    """Step [s] under every pair's longest here: ωH = 0.13."""
    return 4e-4 * min(math.sqrt(mass), 10.0)


def run(design, height, *, speed, gravity, seconds, step, friction=MU):
    """Start a body at `speed`, resting on its spring; final state and books."""
    mass = float(design.mass[0])
    settings = engine(step, bedrock_friction=friction, bedrock_stiffness=K)
    with World(design, settings, bedrock_depth=0.0) as world:
        rest(world, position=(0.0, 0.0, height - mass * gravity / K), velocity=(speed, 0.0, 0.0))
        weight = np.array([[0.0, 0.0, -mass * gravity]])
        for _ in range(round(seconds / step)):
            world.apply(weight, np.zeros((1, 3)))
            world.step()
        return world.state(), world.contact_books


@pytest.mark.parametrize(("speed", "mass"), CASES)
def test_a_slider_stops_after_its_speed_squared_over_2_mu_g(speed, mass):
    """Stop in 2 s, weight to suit; the way, and all the energy is friction's."""
    gravity, step = speed / (2.0 * MU), exchange_step(mass)
    state, books = run(
        solid(mass, brick()), 0.05, speed=speed, gravity=gravity, seconds=2.2, step=step
    )
    way = speed**2 / (2.0 * MU * gravity)
    stretch = MU * mass * gravity / (TANGENTIAL_RATIO * K)
    allowed = speed * step + 1.5 * stretch
    assert allowed < 0.03 * way
    assert abs(state.position[0, 0] - way) < allowed
    # what is left swings in the friction's spring: ω_t s at most
    swing = math.sqrt(TANGENTIAL_RATIO * K / mass) * stretch
    assert np.linalg.norm(state.velocity[0]) < 1.01 * swing
    assert books.friction_loss == pytest.approx(0.5 * mass * speed**2, rel=2.0 * allowed / way)


def test_the_error_of_the_way_halves_with_the_step():
    """The way lacks v H/2, and stretch of the order of s = 2.4e-7 m, 5 % of what is left."""
    speed, mass, gravity = 1e-2, 10.0, 5e-3
    way = speed**2 / (2.0 * MU * gravity)
    short = []
    for step in (2e-3, 1e-3):
        state, _ = run(
            solid(mass, brick()), 0.05, speed=speed, gravity=gravity, seconds=5.2, step=step
        )
        short.append(way - state.position[0, 0])
    assert short[0] == pytest.approx(0.5 * speed * 2e-3, rel=0.1)
    assert short[1] == pytest.approx(0.5 * speed * 1e-3, rel=0.1)


def test_with_another_friction_the_way_would_be_another():
    speed, gravity = 0.1, 0.125
    state, _ = run(
        solid(1.0, brick()),
        0.05,
        speed=speed,
        gravity=gravity,
        seconds=2.5,
        step=5e-4,
        friction=0.9 * MU,
    )
    assert state.position[0, 0] > 1.08 * speed**2 / (2.0 * MU * gravity)


@pytest.mark.parametrize(("speed", "mass"), [(1e-3, 1.0), (1e-2, 100.0), (1.0, 2100.0)])
def test_a_ball_that_slides_rolls_after_two_sevenths(speed, mass):
    """Rolls at 5/7 v from t = 2v/(7 μ g) on; friction takes 2/7 of its energy; then nothing.

    The lever is R less half the sinkage, and slip ends in the friction's spring, whose recoil is
    damped: relative errors of the order of mg/(k R) and of ω_t s/v before it is.
    """
    gravity, step = speed / (7.0 * MU), exchange_step(mass)  # rolls from 2 s on
    design = solid(mass, ball(RADIUS))
    args = {"speed": speed, "gravity": gravity, "step": step}
    sinkage = mass * gravity / (K * RADIUS)
    early, _ = run(design, RADIUS, seconds=1.8, **args)
    state, books = run(design, RADIUS, seconds=3.0, **args)
    slip = [float(s.velocity[0, 0] - RADIUS * s.angular_velocity[0, 1]) for s in (early, state)]
    assert slip[0] == pytest.approx(0.1 * speed, rel=0.05 + 5.0 * sinkage)
    assert abs(slip[1]) < (1e-3 + sinkage) * speed
    allowed = 1e-4 + sinkage
    assert state.velocity[0, 0] == pytest.approx(5.0 / 7.0 * speed, rel=allowed)
    lost = 0.5 * mass * speed**2 * 2.0 / 7.0
    assert books.friction_loss == pytest.approx(lost, rel=1e-2 + 5.0 * sinkage)


def test_without_friction_the_ball_would_not_roll():
    state, books = run(
        solid(1.0, ball(RADIUS)),
        RADIUS,
        speed=0.1,
        gravity=0.036,
        seconds=1.0,
        step=5e-4,
        friction=0.0,
    )
    assert state.velocity[0, 0] == pytest.approx(0.1, rel=1e-9)
    assert books.friction_loss == 0.0
