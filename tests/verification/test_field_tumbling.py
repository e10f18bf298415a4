"""The field of a tumbling body: a free point moves in a straight line seen from inertial space."""

from dataclasses import replace

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.asteroid.spin import TumblingSpin

TUMBLING = TumblingSpin((1.0, 2.0, 2.5), (0.2, 0.35, 0.5))
PLACE = np.array([0.5, -0.7, 10.0])
START, VELOCITY = np.array([0.1, -0.2, 0.3]), np.array([0.02, 0.05, -0.1])
DURATION = 3.0


def empty_space(time):
    """Field of no mass, with P = B, at one time."""
    zero = np.zeros((3, 3))
    return SiteField(
        gravity=np.zeros(3), gradient_exterior=zero, gradient_interior=zero,
        spin=TUMBLING.angular_velocity_at(time), position=PLACE,
        angular_acceleration=TUMBLING.angular_acceleration_at(time),
    )  # fmt: skip


def without_euler(time):
    """Broken on purpose: as if ω were constant at each moment."""
    return replace(empty_space(time), angular_acceleration=None)


def distance_from_straight_line(field_at, steps):
    """Distance [m] in inertial space between the flight (midpoint rule) and a straight line."""
    position, velocity, h = START.copy(), VELOCITY.copy(), DURATION / steps
    for k in range(steps):
        here, ahead = field_at(k * h), field_at((k + 0.5) * h)
        half = velocity + 0.5 * h * here.acceleration(position, velocity)[0]
        acceleration = ahead.acceleration(position + 0.5 * h * velocity, half)[0]
        position, velocity = position + h * half, velocity + h * acceleration
    pushed = VELOCITY + np.cross(TUMBLING.initial, PLACE + START)
    straight = PLACE + START + DURATION * pushed
    return float(np.linalg.norm(TUMBLING.rotation_at(DURATION) @ (PLACE + position) - straight))


def test_free_point_is_a_straight_line_second_order_in_the_step():
    """Error ~ (ω h)² ω T r: a quarter at each halving, 3.7 to 4.3."""
    errors = [distance_from_straight_line(empty_space, steps) for steps in (100, 200, 400)]
    assert 3.7 < errors[0] / errors[1] < 4.3
    assert 3.7 < errors[1] / errors[2] < 4.3
    rate = np.linalg.norm(TUMBLING.initial)
    assert errors[-1] < (rate * DURATION / 400) ** 2 * rate * DURATION * np.linalg.norm(PLACE)


def test_without_the_euler_term_the_line_is_not_straight():
    """The must-fail twin: the error does not fall with the step."""
    errors = [distance_from_straight_line(without_euler, steps) for steps in (100, 200)]
    assert min(errors) > 0.1
    assert errors[0] / errors[1] < 1.1


def test_uniform_spin_has_no_euler_term():
    """A body at rest feels attraction and centrifugal alone; a tumbling one −ω̇ × r besides."""
    still = np.zeros((1, 3))
    euler = empty_space(1.0).inertial(still, still) - without_euler(1.0).inertial(still, still)
    expected = -np.cross(TUMBLING.angular_acceleration_at(1.0), PLACE)
    assert np.abs(euler[0] - expected).max() < 1e-14
    assert np.linalg.norm(expected) > 0.1
