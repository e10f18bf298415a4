"""Joints and their drives: closed forms, limits, and work that is known exactly."""

import math

import numpy as np
import pytest
from world_designs import engine, rest

from sampling_sim.mechanism.base import Design, Joint, JointKind, Link
from sampling_sim.mechanism.drives import ForceLimitedSlide, SpeedMotor, SpringDamper
from sampling_sim.world.world import World

MASS, INERTIA = 2.0, 0.01


def pair(kind, drive, base_mass=1e9):
    """Join a light child to a base so heavy that it stands still (to 2e-9)."""
    return Design(
        links=(
            Link(name="base", mass=base_mass, inertia=base_mass * np.eye(3), position=(0, 0, 0)),
            Link(name="child", mass=MASS, inertia=INERTIA * np.eye(3), position=(0, 0, -1.0)),
        ),
        joints=(
            Joint(
                name="joint",
                kind=kind,
                parent="base",
                child="child",
                position=(0, 0, -1.0),
                axis=(0.0, 0.0, 1.0),
                drive=drive,
            ),
        ),
    )


def swing(stiffness, damping, step, inertia, kind, seconds=1.0):
    """Position of the joint after `seconds` from rest at 0.1, and the closed form."""
    drive = SpringDamper(stiffness=stiffness, damping=damping)
    with World(pair(kind, drive), engine(step)) as world:
        rest(world)
        world.set_joint("joint", 0.1)
        for _ in range(round(seconds / step)):
            world.step()
        seen = float(world.state().joint_position[0])
    omega, decay = math.sqrt(stiffness / inertia), damping / (2.0 * inertia)
    damped = math.sqrt(omega**2 - decay**2)
    phase = math.cos(damped * seconds) + decay / damped * math.sin(damped * seconds)
    return seen, 0.1 * math.exp(-decay * seconds) * phase


@pytest.mark.parametrize(
    ("kind", "inertia"), [(JointKind.PRISMATIC, MASS), (JointKind.REVOLUTE, INERTIA)]
)
def test_a_spring_and_damper_follow_the_closed_form(kind, inertia):
    """ω = 10 rad/s, 0.1 of critical, 1 s; error ∝ step, ωH/2·few = 1 % of the start at 1 ms."""
    errors = []
    for step in (1e-3, 5e-4):
        seen, expected = swing(100.0 * inertia, 2.0 * inertia, step, inertia, kind)
        errors.append(abs(seen - expected) / 0.1)
    assert errors[0] < 0.01
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)


def test_the_closed_form_fails_without_the_damper():
    seen, _ = swing(100.0 * MASS, 0.0, 1e-3, MASS, JointKind.PRISMATIC)
    _, expected = swing(100.0 * MASS, 2.0 * MASS, 1e-3, MASS, JointKind.PRISMATIC)
    assert abs(seen - expected) > 0.1 * 0.1


def test_past_its_stroke_the_arm_meets_a_stop():
    drive = SpringDamper(stiffness=10.0, damping=0.0, stroke=0.1, stop_stiffness=1000.0)
    assert drive.effort(0.1, 0.0) == pytest.approx(-1.0)
    assert drive.effort(0.11, 0.0) == pytest.approx(-1.1 - 10.0)
    assert drive.effort(-0.11, 0.0) == pytest.approx(1.1 + 10.0)


def spin_up(load, steps=4000, step=5e-4):
    """Speed of a wheel whose motor (0.5 N·m limit) holds 10 rad/s against `load` [N·m]."""
    motor = SpeedMotor(speed=10.0, gain=0.5, torque_limit=0.5)
    with World(pair(JointKind.REVOLUTE, motor), engine(step)) as world:
        rest(world)
        torque = np.zeros((2, 3))
        torque[1, 2] = -load
        for _ in range(steps):
            world.apply(np.zeros((2, 3)), torque)
            world.step()
        return float(world.state().joint_speed[0]), float(world.drive_work[0])


def test_a_wheel_motor_holds_its_speed_but_for_load_over_gain():
    speed, _ = spin_up(load=0.2)
    assert speed == pytest.approx(10.0 - 0.2 / 0.5, rel=1e-6)


def test_a_wheel_motor_stalls_above_its_torque_limit():
    """At 0.5 N·m it just holds; at 0.6 the load turns it back with (0.6 − 0.5)/I."""
    stalled, _ = spin_up(load=0.6)
    assert stalled == pytest.approx(-0.1 / INERTIA * 2.0, rel=1e-6)


def test_motor_work_is_the_energy_it_gave():
    """No load: all of it is the wheel's, ½Iω², to round-off whatever the step."""
    speed, work = spin_up(load=0.0, steps=40)
    assert speed > 0.5
    assert work == pytest.approx(0.5 * INERTIA * speed**2, rel=1e-9)


def test_work_counted_with_the_speed_before_the_kick_would_miss_energy():
    """The twin of the midpoint rule: effort × old speed × step, at 1/10 of the time constant."""
    motor, step = SpeedMotor(speed=10.0, gain=0.5, torque_limit=5.0), 2e-3
    with World(pair(JointKind.REVOLUTE, motor), engine(step)) as world:
        rest(world)
        wrong = 0.0
        for _ in range(200):
            speed = float(world.state().joint_speed[0])
            wrong += motor.effort(0.0, speed) * speed * step
            world.step()
        gained = 0.5 * INERTIA * float(world.state().joint_speed[0]) ** 2
    assert world.drive_work[0] == pytest.approx(gained, rel=1e-6)
    assert abs(wrong - gained) > 0.02 * gained


def slide(load, seconds=1.0, step=5e-4):
    drive = ForceLimitedSlide(target=0.12, speed=0.25, gain=100.0, force_limit=20.0)
    with World(pair(JointKind.PRISMATIC, drive), engine(step)) as world:
        rest(world)
        track = []
        force = np.zeros((2, 3))
        force[1, 2] = -load
        for _ in range(round(seconds / step)):
            world.apply(force, np.zeros((2, 3)))
            world.step()
            track.append((float(world.state().joint_position[0]), world.state().joint_speed[0]))
        return np.array(track)


def test_the_flap_reaches_its_target_at_its_speed_and_stays():
    track = slide(load=0.0)
    assert track[-1, 0] == pytest.approx(0.12, rel=1e-3)
    assert track[:, 1].max() == pytest.approx(0.25, rel=0.02)


def test_the_flap_jams_above_its_force_limit():
    track = slide(load=21.0, seconds=0.2)
    assert track[-1, 0] < 0.0, "the load pushes it back"


def test_a_rate_over_pybullets_default_clamp_is_kept():
    """A drill turns at 955 rpm and more; the engine clamps at 100 rad/s unless told."""

    def rate(limit):
        drive = SpringDamper(stiffness=0.0, damping=0.0)
        settings = engine(1e-3, joint_rate_limit=limit)
        with World(pair(JointKind.REVOLUTE, drive), settings) as world:
            rest(world)
            world.set_joint("joint", 0.0, 300.0)
            for _ in range(10):
                world.step()
            return float(world.state().joint_speed[0])

    assert rate(1e4) == pytest.approx(300.0, rel=1e-6)
    assert rate(100.0) < 150.0
