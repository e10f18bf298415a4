"""Paths of thrown grains, each with an answer by hand."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.asteroid.field import SiteField
from sampling_sim.recording.ejecta import CraftPath, leaving, meets_craft

STILL = SiteField(
    gravity=np.zeros(3), gradient_exterior=np.zeros((3, 3)), gradient_interior=np.zeros((3, 3)),
    spin=np.zeros(3), position=np.array([0.0, 0.0, 10.0]),
)  # fmt: skip
CRAFT = CraftPath(
    position=np.array([0.0, 0.0, 5.0]), rotation=np.eye(3), velocity=np.array([0.0, 0.0, 0.25]),
    angular_velocity=np.zeros(3),
    boxes=[(np.zeros(3), np.array([1.0, 1.0, 1.0])), (np.zeros(3), np.array([7.5, 0.5, 0.01]))],
)  # fmt: skip


def met(position: list, velocity: list, field: SiteField = STILL, craft: CraftPath = CRAFT) -> list:
    grains = np.array(position, float), np.array(velocity, float)
    return list(meets_craft(*grains, np.full(len(position), 0.01), craft, field, 0.0))


def test_only_grains_faster_than_the_craft_on_its_line_meet_it() -> None:
    position = [[0, 0, 0.1]] * 3 + [[3.0, 0, 0.1], [3.0, 2.0, 0.1]]
    velocity = [[0, 0, 0.5], [0, 0, 0.2], [0.0, 0.05, 0.3], [0, 0, 0.5], [0, 0, 0.5]]
    # fast: hits the bus; slow: never; sideways: passes beside bus and wing;
    # under the wing: hits the thin wing though it crosses it between two steps; beside: misses.
    assert met(position, velocity) == [True, False, False, True, False]


def test_sideways_grain_meets_the_wing_when_it_gets_there_in_time() -> None:
    """Closing 0.05 m/s over 4.9 m takes 98 s: 1.5 cm/s sideways is 1.5 m, on the wing."""
    assert met([[0, 0, 0.1]], [[0.015, 0, 0.3]]) == [True]
    assert met([[0, 0, 0.1]], [[0.0, 0.015, 0.3]]) == [False]


def test_rotation_of_the_frame_throws_the_grain_aside() -> None:
    """A craft at rest in P stays over the site only if it co-rotates: both fly inertially."""
    spinning = replace(STILL, spin=np.array([0.0, 3.75e-3, 0.0]))
    # the craft's tangential speed is ω·15 m, the grain's ω·10 m: 1.9 cm/s apart, 0.37 m in 20 s
    fast, slow = met([[0, 0, 0.1]] * 2, [[0, 0, 1.0], [0, 0, 0.26]], spinning)
    assert fast
    assert not slow


@pytest.mark.parametrize(("height", "expected"), [(0.05, [False, True]), (0.5, [False, False])])
def test_leaving_grains_are_high_and_move_outward(height: float, expected: list) -> None:
    position, velocity = np.array([[0, 0, 0.1], [0, 0, 0.2]]), np.array([[0, 0, -1.0], [0, 0, 1.0]])
    assert list(leaving(position, velocity, height)) == expected


def test_attraction_turns_a_slow_grain_back() -> None:
    """With GM of 0.5 m³/s² a grain at 0.3 m/s from 10 m turns back at 100 m."""
    far = replace(CRAFT, position=np.array([0.0, 0.0, 100.0]), velocity=np.zeros(3))
    grain = np.array([[0.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 0.3]]), np.array([0.01])
    assert not meets_craft(*grain, far, STILL, 0.5)[0]
    assert meets_craft(*grain, far, STILL, 0.0)[0]
