"""Torques in P: what the rotation of the frame and the gradient of gravity do to a link."""

import numpy as np
import pytest

from sampling_sim.asteroid.field import gravity_gradient_torque, rotating_frame_torque
from sampling_sim.constants import GRAVITATIONAL_CONSTANT as G
from sampling_sim.frames import rotation_from_vector

SPIN = np.array([0.0, 0.30, -0.18])
INERTIA = np.diag([2.0, 3.0, 4.5])
SPINNING = np.array([0.5, -0.4, 0.9])
"""[rad/s] true angular velocity at the start, so that the body precesses too."""


def skew(vector):
    return np.cross(np.eye(3), vector)


def engine_flight(torque, spin_relative, steps=800, duration=8.0):
    """Attitude in P after `duration`, of an engine that takes P for inertial (RK4).

    The engine integrates  dR/dt = [w×] R,  I ẇ = τ − w × I w.
    """

    def rate(attitude, w):
        inertia = attitude @ INERTIA @ attitude.T
        applied = torque(inertia[None], w[None], SPIN)[0]
        return skew(w) @ attitude, np.linalg.solve(inertia, applied - np.cross(w, inertia @ w))

    attitude, w, h = np.eye(3), np.array(spin_relative), duration / steps
    for _ in range(steps):
        slopes = [rate(attitude, w)]
        for c in (0.5, 0.5, 1.0):
            a, b = slopes[-1]
            slopes.append(rate(attitude + c * h * a, w + c * h * b))
        weights = (1.0, 2.0, 2.0, 1.0)
        attitude = attitude + h / 6.0 * sum(k * s[0] for k, s in zip(weights, slopes, strict=True))
        w = w + h / 6.0 * sum(k * s[1] for k, s in zip(weights, slopes, strict=True))
    return attitude


def angle_between(a, b):
    """Angle [rad] of the rotation from a to b, from its antisymmetric part (exact when small)."""
    turn = a @ b.T
    return float(np.linalg.norm(turn - turn.T) / (2.0 * np.sqrt(2.0)))


def no_torque(inertia, angular_velocity, spin):
    return np.zeros_like(angular_velocity)


def reversed_frame(inertia, angular_velocity, spin):
    return -rotating_frame_torque(inertia, angular_velocity, spin)


def without_last_term(inertia, angular_velocity, spin):
    turned = np.einsum("nij,nj->ni", inertia, np.cross(spin, angular_velocity))
    return rotating_frame_torque(inertia, angular_velocity, spin) + turned


def test_skew_turns_as_a_rotation_does():
    small = 1e-6 * SPINNING
    assert np.abs(rotation_from_vector(small) - np.eye(3) - skew(small)).max() < 1e-11


@pytest.mark.parametrize("true_rate", [np.zeros(3), SPINNING], ids=["at rest", "tumbling"])
def test_torque_free_body_keeps_its_inertial_motion(true_rate):
    """RK4 with h = 10 ms: (|ω + w| h)⁴ ~ 1e-8 a step's share; angle below 1e-7 rad."""
    duration = 8.0
    in_frame = engine_flight(rotating_frame_torque, true_rate - SPIN)
    seen = rotation_from_vector(SPIN * duration) @ in_frame
    inertial = torque_free_flight(true_rate, duration)
    assert angle_between(seen, inertial) < 1e-7
    assert angle_between(in_frame, np.eye(3)) > 0.3  # it did turn in P


def torque_free_flight(true_rate, duration):
    """Attitude in inertial space of a body without torque, its momentum kept exactly (RK4)."""
    momentum, attitude, steps = INERTIA @ true_rate, np.eye(3), 800
    h = duration / steps

    def rate(attitude):
        w = np.linalg.solve(attitude @ INERTIA @ attitude.T, momentum)
        return skew(w) @ attitude

    for _ in range(steps):
        a = rate(attitude)
        b = rate(attitude + 0.5 * h * a)
        c = rate(attitude + 0.5 * h * b)
        d = rate(attitude + h * c)
        attitude = attitude + h / 6.0 * (a + 2.0 * b + 2.0 * c + d)
    return attitude


@pytest.mark.parametrize("broken", [no_torque, reversed_frame, without_last_term])
def test_with_a_wrong_torque_the_inertial_motion_is_lost(broken):
    """The must-fail twin."""
    seen = rotation_from_vector(SPIN * 8.0) @ engine_flight(broken, SPINNING - SPIN)
    assert angle_between(seen, torque_free_flight(SPINNING, 8.0)) > 0.05


def test_body_at_rest_in_space_turns_at_minus_omega_in_the_frame():
    """At w = −ω the true rotation is none: I ẇ = τ − w × I w = 0 to round-off."""
    turn = rotation_from_vector(np.array([0.3, -0.5, 0.2]))
    inertia = (turn @ INERTIA @ turn.T)[None]
    w = -SPIN[None]
    engine = rotating_frame_torque(inertia, w, SPIN) - np.cross(w, (inertia @ w[0])[0])
    assert np.abs(engine).max() <= 1e-15 * 4.5


def cloud(seed=3):
    """Masses and places of a body about its centre of mass, and its inertia."""
    rng = np.random.default_rng(seed)
    mass, place = rng.uniform(0.5, 1.5, 30), rng.normal(size=(30, 3)) * [1.0, 0.6, 0.3]
    place -= mass @ place / mass.sum()
    square = np.einsum("n,ni,nj->ij", mass, place, place)
    return mass, place, np.trace(square) * np.eye(3) - square


def test_gravity_gradient_torque_is_the_sum_over_the_masses():
    """Στ = Σ m s × G s for any symmetric G; round-off of 30 terms."""
    mass, place, inertia = cloud()
    gradient = np.array([[1.0, 0.3, -0.2], [0.3, -0.4, 0.6], [-0.2, 0.6, -0.6]])
    expected = np.einsum("n,ni->i", mass, np.cross(place, place @ gradient))
    torque = gravity_gradient_torque(inertia[None], gradient[None])[0]
    assert np.abs(torque - expected).max() <= 1e-13 * np.abs(expected).max()
    assert np.abs(torque + expected).max() > np.abs(expected).max()  # the sign is seen


def test_gravity_gradient_torque_of_a_point_mass_is_the_textbook_one():
    """τ = 3GM/r³ r̂ × I r̂ (Hughes 1986, §8.1)."""
    _, _, inertia = cloud()
    unit = np.array([0.6, -0.48, 0.64])
    strength = G * 4.85e6 / 12.0**3
    gradient = strength * (3.0 * np.outer(unit, unit) - np.eye(3))
    expected = 3.0 * strength * np.cross(unit, inertia @ unit)
    torque = gravity_gradient_torque(inertia[None], gradient[None])[0]
    assert np.abs(torque - expected).max() <= 1e-14 * np.abs(expected).max() * 10
