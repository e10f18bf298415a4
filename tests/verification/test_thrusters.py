"""Thrusters: least impulse, delay, misalignment and limits, against what was asked for."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.effects.thrusters import Thrusters, attitude_torque
from sampling_sim.mechanism.craft import CraftParameters

STEP = 0.01
CRAFT = CraftParameters(thrust_bit=0.5)
NONE = np.zeros(3)


def given(craft: CraftParameters, wanted: list[np.ndarray], torque: np.ndarray = NONE):
    """Force and torque of every step, and the thrusters after it."""
    thrusters = Thrusters(craft, STEP)
    forces, torques = [], []
    for force in wanted:
        thrusters.command(force, torque, NONE)
        forces.append(thrusters.force.copy())
        torques.append(thrusters.torque.copy())
    return np.array(forces), np.array(torques), thrusters


def test_a_weak_thrust_comes_in_bits_whose_sum_is_what_was_asked_for() -> None:
    """Under 50 N a step is less than a bit: after any time at most one bit is owed."""
    wanted = np.array([3.0, -7.0, 20.0])
    forces, _, _ = given(CRAFT, [wanted] * 400)
    fired = forces[forces != 0.0]
    assert (np.abs(fired) * STEP >= CRAFT.thrust_bit - 1e-12).all()
    owed = STEP * (400 * wanted - forces.sum(axis=0))
    assert (np.abs(owed) <= CRAFT.thrust_bit).all()
    # the twin: without a least impulse every step gets what it asks for
    smooth, _, _ = given(replace(CRAFT, thrust_bit=0.0), [wanted] * 400)
    assert np.allclose(smooth, wanted)
    assert (forces == 0.0).any()


def test_nothing_is_owed_once_nothing_is_asked_for() -> None:
    forces, _, _ = given(CRAFT, [np.array([0.0, 0.0, 30.0]), NONE, np.array([0.0, 0.0, 30.0])])
    assert (forces == 0.0).all()


def test_more_than_the_limit_is_clipped_either_way() -> None:
    forces, _, thrusters = given(CRAFT, [np.array([900.0, -900.0, 10.0])] * 10)
    assert np.allclose(forces[:, 0], 400.0)
    assert np.allclose(forces[:, 1], -400.0)
    assert thrusters.impulse == pytest.approx(STEP * np.abs(forces).sum())


def test_a_command_acts_after_the_delay() -> None:
    late = replace(CRAFT, thrust_delay=0.03)
    forces, _, _ = given(late, [np.array([0.0, 0.0, 100.0])] * 5)
    assert forces[:, 2].tolist() == [0.0, 0.0, 0.0, 100.0, 100.0]


def test_a_turned_line_of_thrust_misses_the_centre_of_mass() -> None:
    """Turned by ε about x, F along z gives −F sin ε along y at 1 m below: torque F sin ε · −1 m."""
    turned = replace(CRAFT, thrust_angle_x=0.02)
    forces, torques, _ = given(turned, [np.array([0.0, 0.0, 200.0])])
    side = 200.0 * np.sin(0.02)
    assert np.allclose(forces[0], [0.0, -side, 200.0 * np.cos(0.02)], rtol=1e-12)
    lever = np.array([0.0, 0.0, -1.0])
    expected = np.cross(lever, forces[0] - [0.0, 0.0, 200.0])
    assert np.allclose(torques[0], expected, rtol=1e-12)
    assert torques[0][0] == pytest.approx(-side, rel=1e-12)
    assert not given(CRAFT, [np.array([0.0, 0.0, 200.0])])[1].any()


def test_the_attitude_loop_is_a_damped_oscillator() -> None:
    """ë = −ω² e − 2ζω ė: started at e₀ at rest, e after one period against the closed form.

    ζ = 0.7, so with ω_d = ω √(1 − ζ²): e = e₀ exp(−ζωt)(cos ω_d t + ζω/ω_d sin ω_d t).  Symplectic
    Euler at 2,000 steps a period: first order, 2π/2000 = 3e-3 of the start.
    """
    shape, error, start = swung(damped=True)
    assert np.allclose(error, shape * start, atol=3e-3 * np.abs(start).max())
    assert abs(shape) < 0.02
    # the twin: blind to the rate it swings on, back where it started after a period
    assert np.allclose(swung(damped=False)[1], start, atol=0.02 * np.abs(start).max())


def swung(*, damped: bool) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the closed form's share, and the error [rad] after one period and at the start."""
    inertia, natural = np.diag([4e3, 1e3, 5e3]), 2.0 * np.pi * CRAFT.attitude_frequency
    error, rate = np.array([0.02, -0.01, 0.005]), np.zeros(3)
    start, time = error.copy(), 1.0 / CRAFT.attitude_frequency
    step = time / 2000.0
    for _ in range(2000):
        seen = rate if damped else np.zeros(3)
        rate = rate + step * np.linalg.solve(inertia, attitude_torque(CRAFT, inertia, error, seen))
        error = error + step * rate
    swing, decay = natural * np.sqrt(1.0 - 0.49), 0.7 * natural
    shape = np.exp(-decay * time) * (np.cos(swing * time) + decay / swing * np.sin(swing * time))
    return float(shape), error, start
