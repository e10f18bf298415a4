"""The field in P: a free point moves in a straight line seen from inertial space."""

from itertools import pairwise

import numpy as np
import pytest

from sampling_sim.asteroid.field import SiteField
from sampling_sim.frames import rotation_from_vector

SPIN = 100.0 * 2.0 * np.pi / 1674.0 * np.array([0.0, 0.8, -0.6])
"""100 times the asteroid's rate, so that the error of a step shows."""
SITE = np.array([0.5, -0.7, 10.0])
START, VELOCITY = np.array([0.1, -0.2, 0.3]), np.array([0.02, 0.05, -0.1])
DURATION = 4.0


def empty_space(spin=SPIN):
    zero = np.zeros((3, 3))
    return SiteField(
        gravity=np.zeros(3), gradient_exterior=zero, gradient_interior=zero, spin=spin,
        position=SITE,
    )  # fmt: skip


class WithoutCoriolis(SiteField):
    """Broken on purpose."""

    def inertial(self, position, velocity):
        """Leave −2 ω × v out."""
        return super().inertial(position, 0.0 * velocity)


class WithoutCentrifugal(SiteField):
    """Broken on purpose."""

    def inertial(self, position, velocity):
        """Leave −ω × (ω × r) out."""
        return super().inertial(position, velocity) - super().inertial(position, 0.0 * velocity)


def flown(field, steps):
    """Position and velocity after DURATION, by the midpoint rule (second order)."""
    position, velocity, h = START.copy(), VELOCITY.copy(), DURATION / steps
    for _ in range(steps):
        half = velocity + 0.5 * h * field.acceleration(position, velocity)[0]
        acceleration = field.acceleration(position + 0.5 * h * velocity, half)[0]
        position, velocity = position + h * half, velocity + h * acceleration
    return position, velocity


def distance_from_straight_line(field, steps):
    """Distance [m] in inertial space between the flight and the straight line."""
    position = flown(field, steps)[0]
    turn = rotation_from_vector(SPIN * DURATION)
    straight = SITE + START + DURATION * (VELOCITY + np.cross(SPIN, SITE + START))
    return float(np.linalg.norm(turn @ (SITE + position) - straight))


def test_ballistic_point_is_a_straight_line_second_order_in_the_step():
    """Error ~ (ω h)² ω T r: a quarter at each halving, 3.8 to 4.2."""
    errors = [distance_from_straight_line(empty_space(), n) for n in (100, 200, 400)]
    assert all(3.8 < a / b < 4.2 for a, b in pairwise(errors))
    rate, step = np.linalg.norm(SPIN), DURATION / 400
    assert errors[-1] < (rate * step) ** 2 * rate * DURATION * np.linalg.norm(SITE)
    assert np.linalg.norm(flown(empty_space(), 400)[0] - START) > 1.0  # it moved in P


@pytest.mark.parametrize("broken", [WithoutCoriolis, WithoutCentrifugal])
def test_flight_without_one_of_the_terms_is_not_straight(broken):
    """The must-fail twin: the error does not fall with the step."""
    field = broken(**vars(empty_space()))
    errors = [distance_from_straight_line(field, n) for n in (100, 200)]
    assert min(errors) > 0.1
    assert errors[0] / errors[1] < 1.1


def jacobi_drift(field, reference):
    """Relative drift of ½v² − ½|ω × r|² − U, U the expansion outside the surface."""

    def constant(position, velocity):
        rim = np.cross(SPIN, SITE + position)
        potential = reference.gravity @ position
        potential += 0.5 * position @ reference.gradient_exterior @ position
        return 0.5 * velocity @ velocity - 0.5 * rim @ rim - potential

    before, after = constant(START, VELOCITY), constant(*flown(field, 2000))
    return abs(after - before) / abs(before)


def test_jacobi_constant_is_kept():
    """Midpoint rule: (ω h)² of the energy at h = 2 ms, 1e-6; the point stays outside (z > 0)."""
    gradient = 0.02 * np.array([[-1.0, 0.2, 0.0], [0.2, -0.5, 0.3], [0.0, 0.3, 1.5]])
    arguments = {
        "gravity": np.array([0.01, 0.0, -0.05]), "gradient_exterior": gradient,
        "gradient_interior": 0.0 * gradient, "spin": SPIN, "position": SITE,
    }  # fmt: skip
    field = SiteField(**arguments)
    assert flown(field, 2000)[0][2] > START[2]
    assert jacobi_drift(field, field) < 1e-6
    # twins: a term of the field left out, another rotation
    assert jacobi_drift(WithoutCentrifugal(**arguments), field) > 1e-3
    assert jacobi_drift(SiteField(**{**arguments, "gradient_exterior": 0 * gradient}), field) > 1e-5


def test_gradient_changes_side_at_the_surface():
    field = SiteField(
        gravity=np.zeros(3), gradient_exterior=np.diag([0.0, 0.0, 2.0]),
        gradient_interior=np.diag([0.0, 0.0, -3.0]), spin=np.zeros(3), position=SITE,
    )  # fmt: skip
    points = np.array([[0.0, 0.0, 0.1], [0.0, 0.0, -0.1]])
    acceleration = field.acceleration(points, 0.0 * points)
    assert acceleration[:, 2] == pytest.approx([0.2, 0.3], rel=1e-14)
