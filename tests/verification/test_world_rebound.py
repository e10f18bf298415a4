"""Rebound from bedrock and from a boulder, 1 mm/s to 1 m/s and 1 kg to 2,100 kg.

Law: spring k and dashpot c that never pulls; rebound e of one mass in closed form (`damping_ratio`,
Schwager & Pöschel 2007), at any speed.  A step is a kick with the mean force of its interval, then
a drift: second order in ωH, ω² = k/m, with touch and release inside a step counted as they are.
The largest is 1 kg at 0.5 ms: ωH = 0.16, (ωH)² = 2.5 %, of which 1/12 to 1/4 shows (a leapfrog's
phase error is (ωH)²/24 a radian): 0.6 %, held to 0.5 % of e = 0.5 as an absolute 0.0025 and less.
"""

import math

import numpy as np
import pytest
import trimesh
from world_designs import (
    angular_momentum,
    ball,
    boulder,
    brick,
    engine,
    rest,
    single_link,
    solid,
)

from sampling_sim.mechanism.base import Ball
from sampling_sim.regolith.laws.restitution import impact_restitution
from sampling_sim.world.compliant import ContactLaw, damping_ratio, longest_step
from sampling_sim.world.world import World

K = 1e5
SPEEDS = (1e-3, 1e-2, 0.1, 1.0)
MASSES = (1.0, 100.0, 2100.0)
HEIGHT = 0.05


def fall(world, speed, mass, step, height, turn=None):
    """Drop a body from `height`, till it has left the ground again; its state then."""
    lead = 2.3 * step * speed  # no whole number of steps before touch
    rest(world, position=(0.0, 0.0, height + lead), velocity=(0.0, 0.0, -speed), rotation=turn)
    for _ in range(round(8.0 * math.sqrt(mass / K) / step)):
        world.step()
        state = world.state()
        if state.velocity[0, 2] > 0.0 and not len(world.contacts().gap):
            break
    return state


def rebound(speed, mass, step, restitution, shape, height):
    design = solid(mass, shape)
    settings = engine(step, bedrock_restitution=restitution, bedrock_stiffness=K)
    with World(design, settings, bedrock_depth=0.0) as world:
        return float(fall(world, speed, mass, step, height).velocity[0, 2]) / speed


@pytest.mark.parametrize("mass", MASSES)
@pytest.mark.parametrize("speed", SPEEDS)
def test_a_ball_rebounds_with_the_restitution(speed, mass):
    step = 5e-4 * min(math.sqrt(mass), 10.0)
    allowed = 0.25 * (K / mass) * step**2
    assert rebound(speed, mass, step, 0.5, ball(0.1), 0.1) == pytest.approx(0.5, rel=allowed)


@pytest.mark.parametrize("mass", MASSES)
@pytest.mark.parametrize("restitution", [0.2, 0.5, 0.8])
def test_a_face_on_four_corners_rebounds_as_one_body(mass, restitution):
    """Per body, not per point: the four corners share its spring and its dashpot."""
    step = 2.5e-4 * min(math.sqrt(mass), 10.0)
    seen = rebound(0.05, mass, step, restitution, brick(), HEIGHT)
    assert seen == pytest.approx(restitution, rel=0.25 * (K / mass) * step**2 / restitution)


def test_the_error_of_the_rebound_falls_with_the_square_of_the_step():
    """Four halvings, e = 0.5: 2nd order is 4 a halving; the mean of four allows for the place of
    the touch in its step.
    """
    errors = [
        abs(rebound(0.05, 1.0, step, 0.5, ball(0.1), 0.1) - 0.5)
        for step in (8e-4, 4e-4, 2e-4, 1e-4, 5e-5)
    ]
    assert errors[0] > 1e-4
    order = math.log2(errors[0] / errors[-1]) / 4.0
    assert 1.7 < order < 2.4


def test_a_face_whose_points_each_carried_the_whole_law_would_not_rebound_right(monkeypatch):
    """The twin, and what PyBullet did: k and c at each corner, ζ twice as large, e = 0.29.

    The dashpot's speed at mid-kick is guessed with one share only: 3/2 c H/m = 2 % of the damping.
    """
    monkeypatch.setattr("sampling_sim.world.contacts.point_share", lambda _: 1.0)
    seen = rebound(0.05, 100.0, 1e-3, 0.5, brick(), HEIGHT)
    assert seen == pytest.approx(impact_restitution(4.0 * damping_ratio(0.5), 1.0), rel=0.02)
    assert seen < 0.6 * 0.5


@pytest.mark.parametrize("offset", [0.1, 0.3])
def test_an_eccentric_strike_rebounds_with_the_mass_felt_there(offset):
    """A foot `offset` from the centre of mass feels m' = 1/(1/m + d²/I); the dashpot is set for m,
    so that ζ' = ζ√(m/m').  The dashpot's speed at mid-kick is guessed with m, not m': first order,
    (c H/2)(1/m' − 1/m) = 1e-3 of the damping at most.
    """
    mass, inertia, speed, step = 100.0, 4.0, 0.01, 1e-4
    foot = Ball(centre=(offset, 0.0, 0.0), radius=0.05)
    felt = 1.0 / (1.0 / mass + offset**2 / inertia)
    expected = impact_restitution(2.0 * damping_ratio(0.5) * math.sqrt(mass / felt), 1.0)
    settings = engine(step, bedrock_restitution=0.5, bedrock_friction=0.0)
    with World(single_link(mass, inertia * np.eye(3), foot), settings, bedrock_depth=0.0) as world:
        state = fall(world, speed, mass, step, 0.05)
    point = state.velocity[0, 2] - state.angular_velocity[0, 1] * offset
    assert point / speed == pytest.approx(expected, rel=2e-3)
    assert expected < 0.98 * 0.5, "eccentric: another rebound than the central one"


def collision(step):
    """Let a 20 kg craft strike a resting 5 kg boulder; momenta, energies, books and state."""
    stone = boulder(5.0, trimesh.creation.box((0.2, 0.2, 0.2)))
    with World(solid(20.0, ball(0.1)), engine(step), boulders=(stone,)) as world:
        rest(world, position=(0.03, 0.02, 0.21), velocity=(0.0, 0.0, -0.05))
        world.set_boulder("boulder", np.zeros(3), np.eye(3), np.zeros(3), np.zeros(3))
        momenta = [np.concatenate([world.momentum(), angular_momentum(world)])]
        energy = world.kinetic_energy()
        for _ in range(round(0.3 / step)):
            world.step()
        momenta.append(np.concatenate([world.momentum(), angular_momentum(world)]))
        books = world.contact_books
        return momenta, energy, world.kinetic_energy(), books, world.state()


def test_a_collision_of_craft_and_boulder_keeps_both_momenta():
    """Equal and opposite forces at one point: linear to round-off; angular but for the drift
    within a step, first order (the boulder is struck off its centre and turns).
    """
    (start, end), before, after, _, state = collision(2e-4)
    assert np.linalg.norm(state.angular_velocity[1]) > 0.01
    assert np.linalg.norm(end[:3] - start[:3]) < 1e-12
    assert np.linalg.norm(end[3:] - start[3:]) < 1e-3 * np.linalg.norm(start[3:])
    assert after < 0.95 * before


def test_the_books_of_a_collision_hold_all_the_energy_that_is_lost():
    _, before, after, books, _ = collision(2e-4)
    assert books.elastic_energy == 0.0
    assert books.work == pytest.approx(after - before, rel=1e-9)
    assert 0.0 <= books.friction_loss < before - after


def test_an_elastic_bounce_gives_its_energy_to_the_spring_and_back():
    """With e = 1 kinetic and elastic energy stay; (ωH)²/4 of it moves in a swing: 1.6e-3."""
    mass, step = 100.0, 2.5e-3
    settings = engine(step, bedrock_restitution=1.0)
    with World(solid(mass, ball(0.1)), settings, bedrock_depth=0.0) as world:
        rest(world, position=(0.0, 0.0, 0.1004), velocity=(0.0, 0.0, -0.05))
        start, stored = world.kinetic_energy(), []
        for _ in range(100):
            world.step()
            stored.append(world.contact_books.elastic_energy)
        end = world.kinetic_energy()
    assert max(stored) == pytest.approx(start, rel=2e-2)
    assert end == pytest.approx(start, rel=2e-3)


def left_over(factor, monkeypatch):
    """Speed of a ball pressed on bedrock, over its start, at `factor` times the longest step."""
    mass = 1.0
    design = solid(mass, ball(0.1))
    damping = 2.0 * damping_ratio(0.9) * math.sqrt(K * mass)
    law = ContactLaw(stiffness=K, damping=damping, friction_coefficient=0.6)
    longest = longest_step(law, 1.0 / mass + 0.1**2 / design.inertia[0, 0, 0])
    monkeypatch.setattr("sampling_sim.world.contacts.longest_step", lambda *_: math.inf)
    step = factor * longest
    with World(design, engine(step, bedrock_restitution=0.9), bedrock_depth=0.0) as world:
        rest(world, position=(0.0, 0.0, 0.1 - 1e-4), velocity=(0.0, 0.0, 1e-6))
        for _ in range(400):
            world.apply(np.array([[0.0, 0.0, -K * 1e-4]]), np.zeros((1, 3)))
            world.step()
        return float(np.linalg.norm(world.state().velocity[0])) / 1e-6


def test_the_longest_step_that_is_allowed_decays_and_a_longer_one_blows_up(monkeypatch):
    assert left_over(0.99, monkeypatch) < 0.1
    assert left_over(3.0, monkeypatch) > 1.0
