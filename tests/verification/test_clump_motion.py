"""Free rigid clumps against closed forms: tops, the rotating frame, torques, their spheres."""

import numpy as np
import pytest
from grain_cases import NO_FIELD, field
from scipy.special import ellipj, ellipk

from sampling_sim.asteroid.field import SiteField, gravity_gradient_torque
from sampling_sim.frames import rotation_from_vector
from sampling_sim.regolith import clump_motion
from sampling_sim.regolith import clumps as rigid
from sampling_sim.regolith.assembly import field_of
from sampling_sim.regolith.grains import Grains

MOMENTS = np.array([1.0, 2.0, 2.7]) * 1e-6  # kg m², those of a grain of 2 cm
AWAKE = np.ones(2, bool)
SPIN = np.array([0.1, 0.36, -0.05])  # rad/s of P, 100 times the asteroid's


def body(rate, spin=(0.0, 0.0, 0.0), moments=MOMENTS, attitude=(0.0, 0.0, 0.0, 1.0)):
    """One clump at the origin, turning relative to P with `rate` [rad/s]."""
    spin = np.array(spin, float)
    clump = rigid.clumps_at_rest(
        np.array([0, 2]), np.array([0, 1]), np.array([[0.02, 0.0, 0.0], [-0.01, 0.01, 0.005]]),
        np.zeros((1, 3)), np.array([attitude], float), np.array([50.0]), np.array([moments]), spin,
    )  # fmt: skip
    rigid.set_rotation(clump, np.array([rate], float), spin)
    return clump


def fly(clump, site, step, steps, observe=lambda: None):
    """Take steps with no contact, as the loop does; `observe` is called at each end."""
    kernel_field, grains = field_of(site), grains_of_two()
    for _ in range(steps):
        clump_motion.drift(clump, AWAKE, kernel_field, 0.5 * step)
        clump_motion.kick(clump, grains, AWAKE, kernel_field, step)
        clump_motion.drift(clump, AWAKE, kernel_field, 0.5 * step)
        observe()


def body_rates(clump, spin=0.0):
    """Inertial angular velocity in the principal frame [rad/s], shape (3,)."""
    turn = rigid.rotation_matrices(clump.attitude)[0]
    return turn.T @ (rigid.angular_velocity(clump, np.zeros(3))[0])


def energies(step, steps):
    """Rotational energy of a tumbling top at every step, over its first."""
    clump, seen = body([3.0, -2.0, 1.0]), []
    momentum = clump.momentum.copy()
    fly(clump, NO_FIELD, step, steps, lambda: seen.append(0.5 * MOMENTS @ body_rates(clump) ** 2))
    assert np.abs(clump.momentum / momentum - 1.0).max() < 1e-12  # a step at rest adds no torque
    start = 0.5 * MOMENTS @ np.array([3.0, -2.0, 1.0]) ** 2
    return np.array(seen) / start - 1.0


def test_a_free_top_keeps_angular_momentum_and_its_energy_does_not_drift():
    """L is a state and stays; the energy error goes as h² and is no larger four times as late.

    A splitting keeps a modified energy, off by O(h²), for ever.  The twin holds ω instead of L.
    """
    coarse, fine = (np.abs(energies(h, round(20.0 / h))).max() for h in (0.02, 0.01))
    assert coarse / fine == pytest.approx(4.0, rel=0.05)  # next order is (ω h)² = 0.5 %
    assert np.abs(energies(0.02, 4000)).max() < 1.02 * coarse
    assert coarse > 1e-6
    turn = rotation_from_vector(np.array([3.0, -2.0, 1.0]) * 0.5)
    held = turn.T @ np.array([3.0, -2.0, 1.0])
    kept = turn @ (MOMENTS * held)
    assert np.abs(kept / (MOMENTS * np.array([3.0, -2.0, 1.0])) - 1.0).max() > 0.1


def closed_form(time, moments, first, third):
    """Body rates of a free top that starts with (first, 0, third): Landau & Lifshitz, § 37.

    Moments rise; L² > 2 E I₂.  Returns the rates, shape (n, 3), and the period of the motion.
    """
    a, b, c = moments
    double_energy = a * first**2 + c * third**2
    square = (a * first) ** 2 + (c * third) ** 2
    assert square > double_energy * b
    rate = np.sqrt((c - b) * (square - double_energy * a) / (a * b * c))
    modulus = (b - a) * (double_energy * c - square) / ((c - b) * (square - double_energy * a))
    sn, cn, dn, _ = ellipj(rate * time, modulus)
    peak = np.sqrt((double_energy * c - square) / (b * (c - b)))
    return np.column_stack([first * cn, peak * sn, third * dn]), 4.0 * ellipk(modulus) / rate


def test_the_intermediate_axis_flips_with_the_period_of_the_elliptic_functions():
    """Rates of Jacobi's functions over three periods, second order; other moments miss them."""
    # L² is a percent over 2 E I₂: the top turns about its middle axis, and turns over
    third = 2.0
    a, b, c = MOMENTS
    first = 0.98 * third * np.sqrt(c * (c - b) / (a * (b - a)))
    _, period = closed_form(np.zeros(1), MOMENTS, first, third)

    def miss(steps, moments):
        clump, seen = body([first, 0.0, third], moments=moments), []
        fly(clump, NO_FIELD, 3.0 * period / steps, steps, lambda: seen.append(body_rates(clump)))
        time = 3.0 * period * np.arange(1, steps + 1) / steps
        expected, _ = closed_form(time, MOMENTS, first, third)
        return np.abs(np.array(seen) - expected).max(), np.array(seen)

    coarse, _ = miss(1500, MOMENTS)
    fine, rates = miss(3000, MOMENTS)
    assert coarse / fine == pytest.approx(4.0, rel=0.05)
    assert fine < 1e-3 * first
    flips = np.flatnonzero(np.diff(np.sign(rates[:, 1])))
    assert len(flips) in {5, 6}  # twice a period; the sixth falls on the last step
    assert np.abs(np.diff(flips) * 3.0 * period / 3000 - 0.5 * period).max() < 3e-3 * period
    assert miss(3000, MOMENTS * [1.0, 1.01, 1.0])[0] > 0.1 * first


def test_a_symmetric_top_precesses_with_the_angle_of_its_momentum():
    """Axis of symmetry about L at |L|/I₁ (free precession); second order in the step."""
    moments = np.array([2.0, 2.0, 1.0]) * 1e-6
    rate = np.array([0.8, 0.0, 4.0])

    def miss(steps):
        clump = body(rate, moments=moments)
        momentum = clump.momentum[0].copy()
        fly(clump, NO_FIELD, 5.0 / steps, steps)
        turn = rotation_from_vector(momentum / moments[0] * 5.0)
        axis = rigid.rotation_matrices(clump.attitude)[0, :, 2]
        return np.linalg.norm(axis - turn @ [0.0, 0.0, 1.0]), np.linalg.norm(axis - [0, 0, 1])

    (coarse, moved), (fine, _) = miss(1000), miss(2000)
    assert moved > 0.1
    assert coarse / fine == pytest.approx(4.0, rel=0.05)
    assert fine < 1e-5


def test_a_clump_at_rest_in_inertial_space_turns_backward_in_the_patch():
    """Attitude exp(−Ω t) to round-off of 2000 turns; without the frame's spin it stands still."""
    step, steps = 0.01, 2000
    clump = body(-SPIN, spin=SPIN)
    fly(clump, field(spin=SPIN), step, steps)
    expected = rotation_from_vector(-SPIN * step * steps)
    found = rigid.rotation_matrices(clump.attitude)[0]
    assert np.abs(found - expected).max() < 1e-12
    assert np.abs(rigid.angular_velocity(clump, SPIN)[0] + SPIN).max() < 1e-12
    assert np.abs(expected - np.eye(3)).max() > 0.5
    still = body([0.0, 0.0, 0.0])
    fly(still, NO_FIELD, step, steps)
    assert np.abs(rigid.rotation_matrices(still.attitude)[0] - np.eye(3)).max() < 1e-12


def test_a_tumbling_clump_is_the_same_seen_from_the_turning_patch():
    """R in inertial space = exp(Ω t) R in P, whatever the top does; to round-off."""
    step, steps, rate = 0.01, 1000, np.array([3.0, -2.0, 1.0])
    turning, fixed = body(rate - SPIN, spin=SPIN), body(rate)
    fly(turning, field(spin=SPIN), step, steps)
    fly(fixed, NO_FIELD, step, steps)
    seen = rotation_from_vector(SPIN * step * steps) @ rigid.rotation_matrices(turning.attitude)[0]
    assert np.abs(seen - rigid.rotation_matrices(fixed.attitude)[0]).max() < 1e-11
    # must fail: the spin relative to P taken for the inertial one
    wrong = body(rate, spin=SPIN)
    fly(wrong, field(spin=SPIN), step, steps)
    seen = rotation_from_vector(SPIN * step * steps) @ rigid.rotation_matrices(wrong.attitude)[0]
    assert np.abs(seen - rigid.rotation_matrices(fixed.attitude)[0]).max() > 0.1


def test_the_torque_of_the_field_is_that_of_the_attraction_alone():
    """Gradient of attraction on R I Rᵀ, as for the craft's links; the centrifugal one is in L."""
    gradient = np.array([[-3e-3, 2e-4, 1e-4], [2e-4, -2e-3, 3e-4], [1e-4, 3e-4, 5e-3]])
    site = SiteField(np.zeros(3), gradient, 2.0 * gradient, SPIN, np.zeros(3))
    quaternion = np.array([0.1, -0.3, 0.5, 0.8])
    quaternion /= np.linalg.norm(quaternion)
    for height, factor in ((0.1, 1.0), (-0.1, 2.0)):
        clump = body([0.0, 0.0, 0.0], spin=SPIN, attitude=quaternion)
        clump.position[0, 2] = height
        before = clump.momentum.copy()
        clump_motion.kick(clump, grains_of_two(), AWAKE, field_of(site), 1e-3)
        turn = rigid.rotation_matrices(quaternion)
        inertia = turn @ np.diag(MOMENTS) @ turn.T
        expected = gravity_gradient_torque(inertia[None], factor * gradient[None])[0]
        found = (clump.momentum - before)[0] / 1e-3
        assert np.linalg.norm(found - expected) < 1e-6 * np.linalg.norm(expected)
        # must fail: the kernel's gradient as it stands
        both = factor * gradient - np.outer(SPIN, SPIN)
        assert np.linalg.norm(found - gravity_gradient_torque(inertia[None], both[None])[0]) > (
            0.1 * np.linalg.norm(expected)
        )


def grains_of_two() -> Grains:
    """Arrays of the two spheres of `body`."""
    zero = np.zeros((2, 6))
    return Grains(
        np.full((2, 4), 0.01), zero.copy(), zero.copy(), zero.copy(),
        np.array([[50.0, 0.0], [50.0, 0.0]]), np.zeros((2, 3)), np.zeros(2), np.ones(2),
        np.ones(2, np.int64),
    )  # fmt: skip


def test_loads_of_the_spheres_sum_to_force_and_torque_about_the_centre_of_mass():
    """F = Σ f, T = Σ (t + r × f) with r in P; arms in the body's frame would fail."""
    rng = np.random.default_rng(5)
    quaternion = np.array([0.5, -0.5, 0.5, 0.5])
    clump, grains = body([0, 0, 0], attitude=quaternion), grains_of_two()
    grains.load[:] = rng.normal(size=(2, 6))
    force, torque = grains.load[:, :3].copy(), grains.load[:, 3:].copy()
    clump_motion.gather_loads(clump, grains, AWAKE)
    turn = rigid.rotation_matrices(quaternion)
    expected = np.hstack([force.sum(0), (torque + np.cross(clump.offset @ turn.T, force)).sum(0)])
    assert np.abs(clump.load[0] - expected).max() < 1e-14
    assert (grains.load == 0.0).all()
    wrong = (torque + np.cross(clump.offset, force)).sum(0)
    assert np.abs(clump.load[0, 3:] - wrong).max() > 1e-3


def test_spheres_move_as_their_places_change():
    """Velocity v + w × r is the central difference of the places, to second order."""
    spin = SPIN
    kernel_field, site = field_of(field(spin=spin)), field(spin=spin)

    def miss(step):
        clump, grains = body([3.0, -2.0, 1.0], spin=spin), grains_of_two()
        clump.velocity[0] = [0.02, -0.01, 0.03]
        places, speeds = [], []
        for _ in range(3):
            clump_motion.place_members(clump, grains, AWAKE, kernel_field, np.zeros(3), 0.0)
            places.append(grains.position[:, :3].copy())
            speeds.append(grains.motion[:, :3].copy())
            fly(clump, site, step, 1)
        return np.abs((places[2] - places[0]) / (2.0 * step) - speeds[1]).max(), speeds[1]

    (coarse, speed), (fine, _) = miss(0.02), miss(0.01)
    assert coarse / fine == pytest.approx(4.0, rel=0.1)
    assert fine < 1e-3 * np.abs(speed).max()
