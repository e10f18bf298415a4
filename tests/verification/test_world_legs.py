"""A spring–damper leg, its stop and a motor's limit against closed forms.

A mass on a massless leg that stands on the ground is a spring and a dashpot that never pulls: the
foot leaves where the leg's force is zero.  What the real one adds: its foot's mass (1e-3 of the
body's) and the ground's compliance (1e-3 of the leg's), each of first order in the result.
"""

import math

import numpy as np
import pytest
from world_designs import engine, rest

from sampling_sim.mechanism.base import Ball, Design, Joint, JointKind, Link
from sampling_sim.mechanism.drives import SpeedMotor, SpringDamper
from sampling_sim.regolith.laws.restitution import impact_restitution
from sampling_sim.world.world import World

MASS, FOOT, SPEED = 100.0, 0.1, 0.05
GROUND_STIFFNESS = 1e6


def legged(drive):
    """Body of 100 kg over a foot of 0.1 kg, on a leg along z."""
    return Design(
        links=(
            Link(name="body", mass=MASS, inertia=10.0 * np.eye(3), position=(0.0, 0.0, 1.0)),
            Link(
                name="foot",
                mass=FOOT,
                inertia=1e-3 * np.eye(3),
                position=(0.0, 0.0, 0.0),
                ground_shapes=(Ball(centre=(0.0, 0.0, 0.0), radius=0.05),),
            ),
        ),
        joints=(
            Joint(
                name="leg",
                kind=JointKind.PRISMATIC,
                parent="body",
                child="foot",
                position=(0.0, 0.0, 0.5),
                axis=(0.0, 0.0, 1.0),
                drive=drive,
            ),
        ),
    )


def land(drive, step, seconds=1.6):
    """Deepest deflection of the leg [m], speed of the body after, over the approach speed."""
    settings = engine(step, bedrock_stiffness=GROUND_STIFFNESS)
    with World(legged(drive), settings, bedrock_depth=0.0) as world:
        rest(world, position=(0.0, 0.0, 1.05), velocity=(0.0, 0.0, -SPEED))
        deepest = 0.0
        for _ in range(round(seconds / step)):
            world.step()
            deepest = max(deepest, float(world.state().joint_position[0]))
        momentum = float(world.momentum()[2])
        return deepest, momentum / ((MASS + FOOT) * SPEED)


@pytest.mark.parametrize("ratio", [0.1, 0.3])
def test_a_mass_on_a_leg_follows_the_damped_oscillator(ratio):
    """x_max = v/ω exp(−(ζ/s) atan2(s, ζ)), and the rebound of a dashpot that never pulls."""
    stiffness = 1e3
    omega, s = math.sqrt(stiffness / MASS), math.sqrt(1.0 - ratio**2)
    deepest = SPEED / omega * math.exp(-ratio / s * math.atan2(s, ratio))
    drive = SpringDamper(stiffness=stiffness, damping=2.0 * ratio * math.sqrt(stiffness * MASS))
    seen, rebound = land(drive, 2e-4)
    assert seen == pytest.approx(deepest, rel=4e-3)
    assert rebound == pytest.approx(impact_restitution(2.0 * ratio, 1.0), rel=1e-2)


def test_the_legs_error_halves_with_the_step():
    """Three steps: the differences of successive ones halve (the model's 1e-3 stays)."""
    drive = SpringDamper(stiffness=1e3, damping=2.0 * 0.3 * math.sqrt(1e3 * MASS))
    seen = [land(drive, step, seconds=0.5)[0] for step in (2.4e-4, 1.2e-4, 6e-5)]
    assert (seen[0] - seen[1]) / (seen[1] - seen[2]) == pytest.approx(2.0, rel=0.2)


def test_an_undamped_leg_would_go_deeper():
    drive = SpringDamper(stiffness=1e3, damping=0.0)
    s = math.sqrt(1.0 - 0.3**2)
    damped = SPEED / math.sqrt(1e3 / MASS) * math.exp(-0.3 / s * math.atan2(s, 0.3))
    assert land(drive, 2e-4, seconds=0.8)[0] > 1.3 * damped


def test_a_stop_is_met_as_deep_as_the_energy_says():
    """½ k x² + ½ k_s (x − stroke)² = ½ m v², then all of it back: e = 1 but for the foot."""
    k, stop, stroke = 100.0, 2e3, 0.02
    drive = SpringDamper(stiffness=k, damping=0.0, stroke=stroke, stop_stiffness=stop)
    a, b, c = k + stop, -2.0 * stop * stroke, stop * stroke**2 - MASS * SPEED**2
    expected = (-b + math.sqrt(b**2 - 4.0 * a * c)) / (2.0 * a)
    seen, rebound = land(drive, 2e-4, seconds=2.0)
    assert expected > 1.1 * stroke
    assert seen == pytest.approx(expected, rel=4e-3)
    assert rebound == pytest.approx(1.0, rel=1e-2)
    assert math.sqrt(MASS / k) * SPEED > 1.2 * expected, "without the stop it would go deeper"


def spin_up(step, seconds):
    """Speed of a wheel of 0.02 kg·m² behind a motor of 0.5 N·m and 0.2 N·m·s/rad for 10 rad/s."""
    motor = SpeedMotor(speed=10.0, gain=0.2, torque_limit=0.5)
    design = Design(
        links=(
            Link(name="base", mass=1e9, inertia=1e9 * np.eye(3), position=(0.0, 0.0, 0.0)),
            Link(name="wheel", mass=1.0, inertia=0.02 * np.eye(3), position=(0.0, 0.0, -1.0)),
        ),
        joints=(
            Joint(
                name="axle",
                kind=JointKind.REVOLUTE,
                parent="base",
                child="wheel",
                position=(0.0, 0.0, -1.0),
                axis=(0.0, 0.0, 1.0),
                drive=motor,
            ),
        ),
    )
    with World(design, engine(step)) as world:
        rest(world)
        for _ in range(round(seconds / step)):
            world.step()
        return float(world.state().joint_speed[0])


def test_a_motor_runs_up_at_its_limit_and_then_closes_exponentially():
    """τ t/I up to 7.5 rad/s at 0.3 s, then 10 − 2.5 exp(−(t − 0.3 s)/0.1 s); first order."""
    assert spin_up(1e-3, 0.2) == pytest.approx(0.5 * 0.2 / 0.02, rel=1e-9)
    expected = 10.0 - 2.5 * math.exp(-(0.4 - 0.3) / 0.1)
    errors = [spin_up(step, 0.4) - expected for step in (2e-3, 1e-3)]
    assert 1e-4 < errors[1] / expected < 2e-3
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)


def test_without_its_limit_the_motor_would_be_there_sooner():
    """Twin: 10 (1 − exp(−t/0.1)) at 0.2 s is 8.6, at the limit 5."""
    assert spin_up(1e-3, 0.2) < 0.6 * 10.0 * (1.0 - math.exp(-2.0))
