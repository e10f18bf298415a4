"""Free grains in the rotating patch frame: accelerations, straight lines, order of the step."""

import numpy as np
import pytest
from grain_cases import NO_FIELD, TIP, ZERO, field, loose_grains

from sampling_sim.asteroid.field import SiteField
from sampling_sim.frames import rotation_from_vector

SPIN = np.array([0.1, 0.36, -0.05])  # rad/s, 100 times the asteroid's, where the error shows
POSITION = np.array([0.3, -0.2, 10.0])


def site():
    """Return a field with all its terms, gradients different above and below the surface."""
    exterior = np.array([[-3e-7, 2e-8, 1e-8], [2e-8, -2e-7, 3e-8], [1e-8, 3e-8, 5e-7]])
    interior = exterior - np.diag([0.0, 0.0, 2.26e-6])
    spin = np.array([3e-4, 3.7e-3, -2e-4])
    return SiteField(np.array([1e-7, 2e-7, -5.2e-6]), exterior, interior, spin, POSITION)


@pytest.mark.parametrize("height", [0.3, -0.3])
def test_a_lone_grain_accelerates_as_the_site_says(height):
    """Relative 1e-6 over ten steps, above and below the surface; the other gradient fails."""
    start, speed = np.array([[0.1, -0.05, height]]), np.array([[0.02, -0.01, 0.03]])
    dt, steps = 1e-5, 10
    solver = loose_grains(start, 0.01, velocity=speed, step=dt, forces=site())
    solver.advance(None, steps)
    measured = (solver.velocity - speed) / (steps * dt)
    expected = site().acceleration(start, speed)
    scale = np.linalg.norm(expected)
    assert np.linalg.norm(measured - expected) / scale < 1e-6
    mirrored = site().acceleration(start * [1, 1, -1], speed)
    assert np.linalg.norm(measured - mirrored) / scale > 1e-3


def inertial_miss(steps, forces, time=5.0):
    """Distance [m] of a ballistic grain from its inertial straight line."""
    start, speed = np.array([[0.2, 0.1, 0.4]]), np.array([[0.05, -0.03, 0.08]])
    # the step limit is the contacts'; a stiffness this low lets a free grain take long steps
    solver = loose_grains(
        start, 0.016, velocity=speed, step=time / steps, forces=forces, youngs_modulus=1e4,
        diameter_min=0.03, diameter_max=0.032,
    )  # fmt: skip
    solver.advance(None, steps)
    turn = rotation_from_vector(SPIN * time)
    arm = POSITION + start[0]
    inertial = arm + time * (speed[0] + np.cross(SPIN, arm))
    return np.linalg.norm(turn @ (POSITION + solver.position[0]) - inertial), turn


def test_a_ballistic_grain_is_a_straight_line_in_the_inertial_frame_to_second_order():
    """Half the step, a quarter of the error; without Coriolis' term it is far off."""
    forces = field(spin=SPIN, position=POSITION)
    coarse, turn = inertial_miss(500, forces)
    fine, _ = inertial_miss(1000, forces)
    assert np.linalg.norm(turn - np.eye(3)) > 1.0  # the frame did turn
    assert coarse / fine == pytest.approx(4.0, rel=0.1)  # next order is h = 0.4 %
    assert fine < 1e-3
    # must fail: attraction that equals the centrifugal term, no rotation
    still = field(gravity=-np.cross(SPIN, np.cross(SPIN, POSITION)))
    assert inertial_miss(1000, still)[0] > 1000 * fine


def test_a_free_sphere_keeps_its_inertial_spin():
    """I dw/dt = −I ω × w in P: the total spin, turned back, stays; second order in the step."""
    time = 5.0

    def error(steps, forces):
        solver = loose_grains(
            [[0, 0, 0]], 0.016, velocity=[[0, 0, 0]], spin=[[0.5, -0.2, 0.3]], step=time / steps,
            forces=forces, youngs_modulus=1e4, diameter_min=0.03, diameter_max=0.032,
        )  # fmt: skip
        solver.advance(None, steps)
        inertial = rotation_from_vector(SPIN * time) @ (solver.angular_velocity[0] + SPIN)
        return np.linalg.norm(inertial - (np.array([0.5, -0.2, 0.3]) + SPIN))

    forces = field(spin=SPIN, position=POSITION)
    assert error(500, forces) / error(1000, forces) == pytest.approx(4.0, rel=0.1)
    assert error(1000, forces) < 1e-4
    assert error(500, NO_FIELD) > 0.1


def test_a_grain_at_the_long_axis_tip_leaves_with_half_a_t_squared():
    """1.357e-4 m/s² outward for 60 s; the curvature of the path adds (ω t)² / 12 at most."""
    time = 60.0
    solver = loose_grains([[0, 0, 0.02]], 0.016, step=1e-4, forces=TIP)
    solver.advance(None, round(time / 1e-4))
    expected = 0.5 * TIP.effective_acceleration[2] * time**2
    assert expected == pytest.approx(0.2442, rel=1e-3)
    assert solver.position[0, 2] - 0.02 == pytest.approx(expected, rel=(3.753e-3 * time) ** 2 / 4)


def test_the_gradient_of_the_interior_acts_below_the_surface_only():
    """Switching a gradient on below z = 0 leaves a grain above untouched, bit for bit."""
    inside = SiteField(np.zeros(3), ZERO, np.diag([0, 0, -1e-3]), np.zeros(3), np.zeros(3))
    for height, moved in ((0.1, False), (-0.1, True)):
        solver = loose_grains([[0, 0, height]], 0.01, step=1e-4, forces=inside)
        solver.advance(None, 1000)
        assert (solver.velocity[0, 2] != 0.0) == moved
