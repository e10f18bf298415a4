"""A ball driven into a small bed of PyBullet's own spheres, and into the same bed of ours.

The deck is `SMALL` of `intrusion.py`, without rolling friction, which the
codes do not share.  PyBullet's spheres are rigid: contacts are constraints, solved together once a
step; there is no stiffness to give it.  Friction and restitution of a pair are products there: each
body has the square root.
"""

from contextlib import contextmanager
from dataclasses import replace
from math import sqrt

import numpy as np
from scipy.spatial import cKDTree

from peers import intrusion
from peers.cross import sphere_mass
from peers.intrusion import SMALL
from sampling_sim.world._bullet import engine

STEP, ITERATIONS, BREAKING = 1e-3, 200, 1e-4
"""[s] step, solver's iterations and [m] reach of a contact; chosen: a usual step, four times the
usual iterations, a hundredth of a grain (the usual 2 cm is wider than a grain)."""
BALL_MASS = 1e3
"""[kg] so that the grains do not slow it; the speed is set anew every step in any case."""
REACH = 1e-3
"""[1] of the summed radii within which two grains are said to touch, in either code."""


def coordination(position, radius):
    """Touching neighbours a grain."""
    pairs = cKDTree(position).query_pairs(2.01 * radius.max(), output_type="ndarray")
    apart = np.linalg.norm(position[pairs[:, 0]] - position[pairs[:, 1]], axis=1)
    return 2.0 * float((apart < (1.0 + REACH) * radius[pairs].sum(1)).sum()) / radius.size


def overlap(position, radius):
    """Largest overlap of two grains over their summed radii [1]."""
    pairs = cKDTree(position).query_pairs(2.0 * radius.max(), output_type="ndarray")
    apart = np.linalg.norm(position[pairs[:, 0]] - position[pairs[:, 1]], axis=1)
    return float((1.0 - apart / radius[pairs].sum(1)).max(initial=0.0))


def packing_fraction(position, radius):
    """Solid share of the box between 1 cm and 3 cm, whole grains by their centres' layer."""
    inside = (position[:, 2] > 0.01) & (position[:, 2] < 0.03)
    volume = 4.0 / 3.0 * np.pi * (radius[inside] ** 3).sum()
    return float(volume / (SMALL.width**2 * 0.02))


def packing(seed):
    """Positions [m] and radii [m] of a poured packing."""
    return intrusion.poured(np.random.default_rng(seed), SMALL)


def in_ours(position, radius, stiffer=1.0):
    """Upward force [N] on the ball a sample, from grains `stiffer` times as stiff."""
    modulus = stiffer * SMALL.grains.youngs_modulus
    deck = replace(SMALL, grains=replace(SMALL.grains, youngs_modulus=modulus))
    return intrusion.force_in_ours(position, radius, deck, intrusion.STEP / sqrt(stiffer))


def in_lammps(position, radius):
    """Give the same from LAMMPS."""
    return intrusion.force_in_lammps(position, radius, SMALL)


def poured_in_bullet(seed):
    """Positions [m] and radii [m] of the same lattice poured by PyBullet."""
    position, radius = intrusion.lattice(np.random.default_rng(seed), SMALL)
    with _bed(position, radius, SMALL.grains.friction_coefficient) as (client, grains):
        for drag, seconds in intrusion.POURING:
            for grain in grains:
                engine.changeDynamics(
                    grain, -1, linearDamping=drag, angularDamping=drag, physicsClientId=client
                )
            for _ in range(round(seconds / STEP)):
                engine.stepSimulation(client)
        return _places(client, grains), radius


def in_bullet(position, radius, *, friction=None, **engine_settings):
    """Upward force [N] on the ball a sample, and positions [m] of the grains when it arrives."""
    friction = SMALL.grains.friction_coefficient if friction is None else friction
    with _bed(position, radius, friction, **engine_settings) as (client, grains):
        half = 0.5 * SMALL.width
        start = [half, half, intrusion.start_height(position, radius, SMALL)]
        ball = _sphere(client, start, SMALL.ball, BALL_MASS, friction)
        return _driven(client, ball, grains, engine_settings.get("step", STEP))


@contextmanager
def _bed(position, radius, friction, *, step=STEP, iterations=ITERATIONS):
    """Client with the grains between four sides and a floor, and the grains' bodies."""
    client = engine.connect(engine.DIRECT)
    try:
        engine.setGravity(0.0, 0.0, -intrusion.GRAVITY, physicsClientId=client)
        engine.setPhysicsEngineParameter(
            fixedTimeStep=step, numSolverIterations=iterations, contactBreakingThreshold=BREAKING,
            restitutionVelocityThreshold=0.0, deterministicOverlappingPairs=1,
            physicsClientId=client,
        )  # fmt: skip
        _walls(client, friction)
        rows = zip(position.tolist(), radius.tolist(), strict=True)
        yield (
            client,
            [_sphere(client, x, r, sphere_mass(SMALL.grains, r), friction) for x, r in rows],
        )
    finally:
        engine.disconnect(client)


def _places(client, grains):
    return np.array([engine.getBasePositionAndOrientation(g, client)[0] for g in grains])


def _driven(client, ball, grains, step):
    """Drive the ball down; force from its change of speed, and settled positions."""
    forces, settled = [], None
    count = round(intrusion.samples(SMALL) * intrusion.SAMPLE_TIME / step)
    for k in range(count):
        engine.resetBaseVelocity(ball, [0.0, 0.0, -intrusion.SPEED], [0.0] * 3, client)
        engine.stepSimulation(client)
        speed = engine.getBaseVelocity(ball, client)[0][2]
        pushed = (speed + intrusion.SPEED) / step + intrusion.GRAVITY
        forces.append(BALL_MASS * pushed)
        if k + 1 == round(intrusion.RUN_UP / intrusion.SPEED / step):
            settled = _places(client, grains)
    merged = np.array(forces).reshape(-1, round(intrusion.SAMPLE_TIME / step)).mean(1)
    return merged, settled


def _walls(client, friction):
    """Four sides and a floor."""
    w = SMALL.width
    for normal, at in (
        ((1, 0, 0), (0, 0, 0)), ((-1, 0, 0), (w, 0, 0)), ((0, 1, 0), (0, 0, 0)),
        ((0, -1, 0), (0, w, 0)), ((0, 0, 1), (0, 0, 0)),
    ):  # fmt: skip
        shape = engine.createCollisionShape(
            engine.GEOM_PLANE, planeNormal=normal, physicsClientId=client
        )
        wall = engine.createMultiBody(
            0.0, shape, basePosition=at, useMaximalCoordinates=1, physicsClientId=client
        )
        _surface(client, wall, friction)


def _sphere(client, place, radius, mass, friction):
    shape = engine.createCollisionShape(engine.GEOM_SPHERE, radius=radius, physicsClientId=client)
    body = engine.createMultiBody(
        mass, shape, basePosition=place, useMaximalCoordinates=1, physicsClientId=client
    )
    _surface(client, body, friction)
    return body


def _surface(client, body, friction):
    engine.changeDynamics(
        body, -1, lateralFriction=sqrt(friction), restitution=sqrt(SMALL.grains.restitution),
        rollingFriction=0.0, spinningFriction=0.0, linearDamping=0.0, angularDamping=0.0,
        physicsClientId=client,
    )  # fmt: skip
