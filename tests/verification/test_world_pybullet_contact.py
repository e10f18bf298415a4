"""Why bedrock is ours: the same two cases with PyBullet's compliant contact.

Its spring and dashpot stand at every contact point, and its friction is solved anew in each step,
without memory: a body at rest creeps, across the slope, in proportion to its weight and the step.
At 1e-5 m/s² that is 0.02 to 0.25 µm a minute and would do; at 1e-3 m/s² it is 2 to 25.
"""

import math

import numpy as np
import pytest
from world_designs import brick, rest, solid
from world_designs import engine as bedrock

from sampling_sim.regolith.laws.restitution import impact_restitution
from sampling_sim.world._bullet import Bullet, engine
from sampling_sim.world.bodies import add_design
from sampling_sim.world.compliant import damping_ratio
from sampling_sim.world.world import World

K, HALF = 1e5, 0.05


class PybulletBedrock:
    """A brick above a slab of PyBullet's, with the settings that were the best of its own."""

    def __init__(self, mass, step, restitution):
        self.bullet, self.step = Bullet(step), step
        client = {"physicsClientId": self.bullet._client}
        engine.setPhysicsEngineParameter(
            contactBreakingThreshold=1e-4,
            restitutionVelocityThreshold=0.0,
            contactSlop=0.0,
            erp=0.0,
            contactERP=0.0,
            **client,
        )
        self.body = add_design(self.bullet, solid(mass, brick()))
        engine.setCollisionFilterGroupMask(self.body, -1, 1, -1, **client)
        engine.changeDynamics(self.body, -1, lateralFriction=1.0, **client)
        box = engine.createCollisionShape(engine.GEOM_BOX, halfExtents=[9.0, 9.0, 1.0], **client)
        slab = engine.createMultiBody(0.0, box, basePosition=[0.0, 0.0, -1.0], **client)
        # its spring is taken at the end of the step: k H more damping
        damping = 2.0 * damping_ratio(restitution) * math.sqrt(K * mass) - K * step
        engine.changeDynamics(
            slab, -1, contactStiffness=K, contactDamping=damping, lateralFriction=0.6, **client
        )

    def run(self, height, speed, seconds, force=(0.0, 0.0, 0.0)):
        """Place and velocity of the brick after `seconds`."""
        upright = np.array([0.0, 0.0, 0.0, 1.0])
        start, velocity = np.array([0.0, 0.0, height]), np.array([0.0, 0.0, -speed])
        self.bullet.place_base(self.body, start, upright, velocity, np.zeros(3))
        load = np.array([force])
        for _ in range(round(seconds / self.step)):
            place = self.bullet.links(self.body, ())[0]
            self.bullet.push(self.body, (), place, load, np.zeros((1, 3)))
            self.bullet.step()
        place, _, velocity, _ = self.bullet.links(self.body, ())
        return place[0], velocity[0]


def test_a_face_on_four_points_has_not_the_restitution_asked_for():
    """Four springs and four dashpots: ζ is twice what was asked, e 0.29 instead of 0.5."""
    world = PybulletBedrock(100.0, 1e-4, 0.5)
    _, velocity = world.run(HALF + 1e-3, 0.05, 0.5)
    world.bullet.close()
    doubled = impact_restitution(4.0 * damping_ratio(0.5), 1.0)
    assert velocity[2] / 0.05 == pytest.approx(doubled, rel=0.02)
    assert doubled < 0.6 * 0.5


MASS, GRAVITY, STEP = 2100.0, 1e-3, 2e-3
PULL = MASS * GRAVITY * np.array([math.sin(0.3), 0.0, -math.cos(0.3)])
"""[N] a weight that leans by 0.3 rad, under a friction angle of 0.54."""


def test_a_body_at_rest_creeps_with_friction():
    sunk = HALF + PULL[2] / (4.0 * K)
    world = PybulletBedrock(MASS, STEP, 0.5)
    early, _ = world.run(sunk, 0.0, 4.0, PULL)
    late, _ = world.run(sunk, 0.0, 8.0, PULL)
    world.bullet.close()
    creep = 15.0 * np.linalg.norm((late - early)[:2])
    assert 3e-6 < creep < 1e-4


def test_the_same_body_stays_where_it_is_on_ours():
    """Its swings die out in 30 s; then 4 s, as above, at less than 0.1 µm a minute."""
    places = []
    with World(solid(MASS, brick()), bedrock(STEP), bedrock_depth=0.0) as world:
        rest(world, position=(0.0, 0.0, HALF + PULL[2] / K))
        for n in range(17001):
            if n in (15000, 17000):
                places.append(world.state().position[0])
            world.apply(PULL[None], np.zeros((1, 3)))
            world.step()
    assert 15.0 * np.linalg.norm(places[1] - places[0]) < 1e-7
