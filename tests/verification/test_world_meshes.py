"""Hulls and concave meshes rebound and rest as their points and faces say.

The same law as on level ground, so that the same figures hold: e of a central blow, with ζ lowered
by the share of the points that strike, and mg/k at rest.
"""

import math

import numpy as np
import pytest
import trimesh
from world_designs import ball, boulder, brick, ell, engine, rest, single_link, solid

from sampling_sim.regolith.laws.restitution import impact_restitution
from sampling_sim.world.compliant import damping_ratio, point_share
from sampling_sim.world.world import World

K, MASS, STEP, SPEED = 1e5, 100.0, 1e-3, 0.05
STILL = np.zeros(3)
AWAY = np.array([0.0, 0.0, 50.0])


def drop(mesh, turn=None, friction=0.6):
    """Rebound ratio of a boulder that falls on bedrock, the craft out of the way."""
    stone = boulder(MASS, mesh)
    turn = np.eye(3) if turn is None else turn
    height = -(stone.vertices @ turn.T)[:, 2].min()
    settings = engine(STEP, bedrock_friction=friction)
    with World(single_link(), settings, bedrock_depth=0.0, boulders=(stone,)) as world:
        rest(world, position=AWAY)
        start = np.array([0.0, 0.0, height + 0.7e-4])
        world.set_boulder("boulder", start, turn, np.array([0.0, 0.0, -SPEED]), STILL)
        for _ in range(400):
            world.step()
        return world.state().velocity[1, 2] / SPEED


def pointed(points):
    """Convex hull of points, as a mesh."""
    return trimesh.convex.convex_hull(np.array(points))


def test_a_hull_that_lands_flat_rebounds_with_the_restitution():
    """Six corners of a prism share the law."""
    around = np.linspace(0.0, 2.0 * np.pi, 6, endpoint=False)
    prism = [(0.3 * math.cos(a), 0.3 * math.sin(a), z) for a in around for z in (-0.1, 0.1)]
    assert point_share(np.array(prism)) == pytest.approx(1.0 / 6.0)
    assert drop(pointed(prism)) == pytest.approx(0.5, rel=2e-3)


def test_a_hull_that_lands_on_a_corner_rebounds_with_its_share():
    """An octahedron's faces have three corners: k/3 and c/3 at each, so that ζ is ζ/√3."""
    corner = pointed(0.2 * np.vstack([np.eye(3), -np.eye(3)]))
    expected = impact_restitution(2.0 * damping_ratio(0.5) / math.sqrt(3.0), 1.0)
    assert drop(corner) == pytest.approx(expected, rel=2e-3)
    assert expected > 0.6, "not the central restitution"


def meet(shape, position, velocity, stone, steps=400, step=STEP, push=(0.0, 0.0, 0.0)):
    """Place and velocity of a body that flies at a boulder too heavy to move."""
    settings = engine(step, bedrock_friction=0.0)
    with World(solid(MASS, shape), settings, boulders=(stone,)) as world:
        rest(world, position=position, velocity=velocity)
        world.set_boulder("boulder", STILL, np.eye(3), STILL, STILL)
        load = np.array([push, (0.0, 0.0, 0.0)])
        for _ in range(steps):
            world.apply(load, np.zeros((2, 3)))
            world.step()
        return world.state().position[0], world.state().velocity[0], world.contacts()


@pytest.fixture(scope="module")
def notch():
    """L of 1e9 kg, its origin in the inner edge: floor z = 0 for x < 0, wall x = 0 for z > 0."""
    vertices, faces = ell()
    stone = boulder(1e9, trimesh.Trimesh(vertices, faces, process=False))
    shift = stone.vertices[4] * (1.0, 0.0, 1.0)
    moved = {"vertices": stone.vertices - shift}
    return type(stone)(**{**vars(stone), **moved})


@pytest.mark.parametrize("axis", [0, 2])
def test_a_ball_rebounds_alike_on_floor_and_wall_of_a_concave_mesh(notch, axis):
    position, velocity = np.array([-0.5, 0.1, 0.5]), np.zeros(3)
    way = 1.0 if axis == 0 else -1.0
    position[axis] = way * -(0.1 + 0.7e-4)
    velocity[axis] = way * SPEED
    _, seen, _ = meet(ball(0.1), position, velocity, notch)
    assert seen[axis] == pytest.approx(-0.5 * velocity[axis], rel=2e-3)
    assert np.abs(np.delete(seen, axis)).max() < 1e-9 * SPEED


def test_inside_the_notch_nothing_is_met_that_a_convex_hull_would_meet(notch):
    """A ball flies freely in the notch; in the hull of the L, which fills it, it is met at once."""
    start, velocity = np.array([-0.3, 0.1, 0.3]), np.array([0.05, 0.0, 0.0])
    place, _, contacts = meet(ball(0.1), start, velocity, notch, steps=100)
    assert not len(contacts.gap)
    assert place == pytest.approx(start + velocity * 100 * STEP)
    hull = trimesh.convex.convex_hull(notch.vertices)
    filled = type(notch)(
        **{**vars(notch), "vertices": np.array(hull.vertices), "faces": np.array(hull.faces)}
    )
    assert len(meet(ball(0.1), start, velocity, filled, steps=1)[2].gap) == 1


def test_a_box_pressed_into_the_notch_rests_on_floor_and_wall(notch):
    """Four corners on the floor, four at the wall: F/k either way, two of them on both.

    A corner has one contact, with the nearer face; the lower edge at the wall shares its push.
    """
    half = 0.1
    shape = brick(half, half, half)
    push = (0.5, 0.0, -1.0)
    place, speed, contacts = meet(
        shape, (-half, 0.0, half), (0.0, 0.0, 0.0), notch, steps=4000, push=push
    )
    assert np.linalg.norm(speed) < 1e-8  # the boulder itself drifts off at F t/M = 4e-9
    sunk = np.array([place[0] + half, half - place[2]])
    assert np.all((sunk > 0.0) & (sunk < 3.0 * np.array([0.5, 1.0]) / K))
    force = contacts.force.sum(axis=0)
    assert force == pytest.approx(-np.array(push), rel=1e-3, abs=1e-6)
