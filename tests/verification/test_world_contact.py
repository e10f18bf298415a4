"""Contact with bedrock at the speeds of a touch-down: rebound and friction."""

import math

import numpy as np
import pytest
from world_designs import ball, brick, engine, rest, single_link

from sampling_sim.world.compliant import damping_ratio
from sampling_sim.world.world import World

RADIUS = 0.1


def rebound_ratio(speed, step, restitution, stiffness=1e5):
    settings = engine(step, bedrock_restitution=restitution, bedrock_stiffness=stiffness)
    with World(single_link(shape=ball(RADIUS)), settings, bedrock_depth=0.3) as world:
        rest(world, position=(0.0, 0.0, RADIUS - 0.3 + 0.002), velocity=(0.0, 0.0, -speed))
        steps = round((0.002 / speed + 0.2) / step)
        for _ in range(steps):
            world.step()
            if world.state().velocity[0, 2] > 0.0 and not len(world.contacts().link):
                break
        return world.state().velocity[0, 2] / speed


@pytest.mark.parametrize("speed", [0.01, 0.05, 0.10, 0.30])
@pytest.mark.parametrize("step", [1e-3, 2e-4])
@pytest.mark.parametrize("restitution", [0.3, 0.7])
def test_rebound_speed_ratio_equals_restitution(speed, step, restitution):
    """The contact lasts 36 ms: second order, (ωH)²/4 = 0.2 % at 1 ms, and one step of its end."""
    assert rebound_ratio(speed, step, restitution) == pytest.approx(restitution, rel=0.05)


@pytest.mark.parametrize("restitution", [0.05, 0.13, 0.14, 0.5, 0.9, 1.0])
def test_damping_ratio_inverts_the_spring_and_dashpot(restitution):
    """Integrate ẍ = −x − 2ζẋ until the force is no longer a push; compare the speeds."""
    ratio, step = damping_ratio(restitution), 1e-4
    place, speed = 0.0, -1.0
    while True:
        # symplectic Euler, implicit in the dashpot: first order, error ~1e-4
        speed = (speed - step * place) / (1.0 + 2.0 * ratio * step)
        place += step * speed
        if -place - 2.0 * ratio * speed <= 0.0:
            break
    assert speed == pytest.approx(restitution, rel=5e-3)


def test_ground_force_balances_the_change_of_momentum():
    """Newton: the sum of contact forces times the step is what the ball's momentum changed by."""
    step = 2e-4
    with World(single_link(shape=ball(RADIUS)), engine(step), bedrock_depth=0.0) as world:
        rest(world, position=(0.0, 0.0, RADIUS), velocity=(0.02, 0.0, -0.05))
        start, impulse = world.momentum(), np.zeros(3)
        for _ in range(600):
            world.step()
            impulse += step * world.contacts().force.sum(axis=0)
        change = world.momentum() - start
    assert np.linalg.norm(change) > 0.5
    assert np.linalg.norm(impulse - change) < 1e-6 * np.linalg.norm(change)


def slide(angle, friction, seconds=4.0, step=1e-3, gravity=0.02):
    """Distance slid, and that of a free slider, of a brick on an incline of `angle`.

    Bedrock stays level, the weight is turned instead: normal m g cos, along x m g sin.
    """
    mass = 13.5
    settings = engine(step, bedrock_friction=friction, bedrock_restitution=0.1)
    with World(single_link(mass=mass, shape=brick()), settings, bedrock_depth=0.0) as world:
        rest(world, position=(0.0, 0.0, 0.05))
        weight = mass * gravity * np.array([[math.sin(angle), 0.0, -math.cos(angle)]])
        for _ in range(round(seconds / step)):
            world.apply(weight, np.zeros((1, 3)))
            world.step()
        way = float(world.state().position[0, 0])
    pull = gravity * (math.sin(angle) - friction * math.cos(angle))
    return way, 0.5 * pull * seconds**2


@pytest.mark.parametrize("friction", [0.3, 0.6])
def test_a_block_sticks_below_the_friction_angle_and_slides_above(friction):
    critical = math.atan(friction)
    stuck, _ = slide(0.95 * critical, friction)
    slid, expected = slide(1.2 * critical, friction)
    assert abs(stuck) < 1e-4
    assert slid == pytest.approx(expected, rel=0.02)


def test_without_friction_the_block_would_slide_below_the_angle():
    friction = 0.3
    way, _ = slide(0.95 * math.atan(friction), friction=0.0)
    assert way > 0.01
