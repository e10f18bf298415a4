"""Torque-free tumbling: Euler's equations, energy, angular momentum, and the attitude."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from sampling_sim.asteroid.spin import TumblingSpin

STATES = {
    "short-axis": ((1.0, 2.0, 2.5), (0.1, 0.2, 1.0)),
    "long-axis": ((1.0, 2.0, 2.5), (1.0, 0.2, -0.1)),
    "long-axis, backwards": ((1.0, 2.0, 2.5), (-1.0, 0.2, -0.1)),
    "axes out of order": ((2.5, 1.0, 2.0), (0.3, -0.5, 0.2)),
    "oblate": ((1.0, 1.0, 1.5), (0.3, -0.5, 0.2)),
    "prolate": ((1.0, 1.5, 1.5), (0.3, -0.5, 0.2)),
    "near the separatrix": ((1.0, 2.0, 2.5), (0.01, 1.0, 0.012)),
}
TURNS = 1000


def tumbling(name) -> TumblingSpin:
    return TumblingSpin(*STATES[name])


def thousand_turns(spin):
    """5000 times over a thousand turns about L or wobbles, whichever is longer."""
    longest = TURNS * max(spin.precession_period, spin.wobble_period)
    return longest * np.sort(np.random.default_rng(2).uniform(0.0, 1.0, 5000))


def drifts(spin, angular_velocity, rotation):
    """Largest relative deviation of the energy, and of the angular momentum in space."""
    moments, start = np.array(spin.moments), np.array(spin.initial)
    energy = np.sum(moments * angular_velocity**2, axis=1) / np.sum(moments * start**2)
    momentum = np.einsum("nij,nj->ni", rotation, moments * angular_velocity)
    off = np.linalg.norm(momentum - moments * start, axis=1)
    return np.abs(energy - 1.0).max(), off.max() / np.linalg.norm(moments * start)


@pytest.mark.parametrize("name", STATES)
def test_energy_and_angular_momentum_hold_over_a_thousand_turns(name):
    """To 1e-10: the closed form carries no error from step to step; it did turn."""
    spin = tumbling(name)
    times = thousand_turns(spin)
    angular_velocity, rotation = spin.angular_velocity_at(times), spin.rotation_at(times)
    assert max(drifts(spin, angular_velocity, rotation)) < 1e-10
    assert np.ptp(angular_velocity, axis=0).max() > 0.1
    assert np.ptp(rotation, axis=0).max() > 1.0
    assert np.abs(rotation @ np.swapaxes(rotation, 1, 2) - np.eye(3)).max() < 1e-14


def test_a_wrong_modulus_loses_energy_and_momentum():
    """The must-fail twin: an angular velocity of slightly other moments, a wrong attitude."""
    spin = tumbling("short-axis")
    times = thousand_turns(spin)
    other = TumblingSpin((1.0, 2.0, 2.5 + 1e-6), spin.initial)
    energy, _ = drifts(spin, other.angular_velocity_at(times), spin.rotation_at(times))
    assert energy > 1e-9
    _, momentum = drifts(spin, spin.angular_velocity_at(times), other.rotation_at(times))
    assert momentum > 1e-5


@pytest.mark.parametrize("name", STATES)
def test_motion_is_the_one_that_eulers_equations_give(name):
    """ω and the attitude against DOP853 of I ω̇ = Iω × ω and Ṙ = R [ω×], to 1e-10 (rtol 1e-13)."""
    spin = tumbling(name)
    moments, duration = np.array(spin.moments), 30.0

    def rates(_, state):
        w = state[:3]
        cross = np.array([[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]])
        turning = state[3:].reshape(3, 3) @ cross
        return np.concatenate([np.cross(moments * w, w) / moments, turning.ravel()])

    start = np.concatenate([spin.initial, np.eye(3).ravel()])
    end = solve_ivp(rates, (0.0, duration), start, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
    assert spin.angular_velocity_at(duration) == pytest.approx(end[:3], abs=1e-10)
    assert np.abs(spin.rotation_at(duration) - end[3:].reshape(3, 3)).max() < 1e-10
    assert np.abs(end[3:].reshape(3, 3) - np.eye(3)).max() > 0.1
    # the must-fail twin: without the torque of the frame ω would stay what it was
    assert np.abs(end[:3] - spin.initial).max() > 1e-3


@pytest.mark.parametrize("name", STATES)
def test_angular_acceleration_is_the_slope_of_the_angular_velocity(name):
    """Central differences over h = 1e-4: h²ω³/6 and round-off of 1e-12, so 1e-8."""
    spin, h = tumbling(name), 1e-4
    times = np.linspace(0.0, 5.0 * spin.wobble_period, 200)
    ahead, behind = spin.angular_velocity_at(times + h), spin.angular_velocity_at(times - h)
    slope = (ahead - behind) / (2.0 * h)
    assert np.abs(spin.angular_acceleration_at(times) - slope).max() < 1e-8
    assert np.abs(slope).max() > 1e-2


def test_axisymmetric_body_precesses_as_the_textbook_says():
    """Precession L/I about L; ω circles the axis at (I₃ − I)/I ω₃."""
    spin = tumbling("oblate")
    momentum = np.linalg.norm(np.array(spin.moments) * spin.initial)
    assert spin.precession_period == pytest.approx(2.0 * np.pi / (momentum / 1.0), rel=1e-13)
    assert spin.wobble_period == pytest.approx(2.0 * np.pi / (0.5 * 0.2), rel=1e-13)


def test_wobble_period_brings_the_angular_velocity_back():
    spin = tumbling("axes out of order")
    again = spin.angular_velocity_at(spin.wobble_period)
    assert again == pytest.approx(spin.initial, rel=1e-12)
    half = spin.angular_velocity_at(0.5 * spin.wobble_period)
    assert np.abs(half - spin.initial).max() > 0.1


def test_small_wobble_has_the_rate_of_small_oscillations():
    """Ω = ω √((C − A)(C − B)/(AB)) next to the axis of the largest moment, to (1e-4)²."""
    spin = TumblingSpin((1.0, 2.0, 2.5), (1e-4, 0.0, 1.0))
    expected = np.sqrt(1.5 * 0.5 / 2.0)
    assert 2.0 * np.pi / spin.wobble_period == pytest.approx(expected, rel=1e-7)
