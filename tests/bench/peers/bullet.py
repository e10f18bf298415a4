"""The packing as PyBullet spheres, at the step that a rigid-body solver is made for.

Its contacts are constraints, not springs: there is no stiffness, the step is 1 ms (at ours it would
be slower by the same factor and no better), overlaps are what its solver leaves.  So a step of its
is not a step of ours, and its coordination and overlap are reported, not held to the bench.
Friction and restitution of a pair are products: each body has the square root.
"""

from dataclasses import replace
from importlib.metadata import version
from math import sqrt
from time import perf_counter, process_time

import numpy as np

from peers import case as bench
from peers.case import Case, Measured, contact_numbers
from sampling_sim.world._bullet import engine

STEP = 1e-3
"""[s] chosen: a usual step of rigid-body engines; finer ones spoil its contacts (docs/world.md)."""


def absent():
    """PyBullet is one of our own requirements."""


def run(case: Case):
    """One figure on one thread; case.warm_up and case.timed count its own steps."""
    case = replace(case, step=STEP)
    client = engine.connect(engine.DIRECT)
    try:
        bodies = _filled(case, client)
        _steps(client, case.warm_up)
        start, used = perf_counter(), process_time()
        _steps(client, case.timed)
        seconds, used = perf_counter() - start, process_time() - used
        places = [engine.getBasePositionAndOrientation(b, client)[0] for b in bodies]
    finally:
        engine.disconnect(client)
    coordination, overlap = contact_numbers(np.array(places), case.radius)
    return Measured(
        case.speed(seconds), case.speed(used), coordination, overlap, float("nan"),
        f"PyBullet {version('pybullet')}",
    )  # fmt: skip


def _steps(client, count):
    for _ in range(count):
        engine.stepSimulation(client)


def _filled(case: Case, client):
    """Bodies of the packing between the five walls."""
    engine.setGravity(0.0, 0.0, -bench.GRAVITY, client)
    engine.setTimeStep(case.step, client)
    # the default of 2 cm, wider than a grain, pairs every grain with a hundred others
    engine.setPhysicsEngineParameter(contactBreakingThreshold=1e-3, physicsClientId=client)
    wide, long = case.width
    planes = (
        (1, 0, 0, 0.0), (-1, 0, 0, -wide), (0, 1, 0, 0.0), (0, -1, 0, -long), (0, 0, 1, 0.0),
    )  # fmt: skip
    for x, y, z, offset in planes:
        shape = engine.createCollisionShape(
            engine.GEOM_PLANE, planeNormal=[x, y, z], physicsClientId=client
        )
        at = [offset * x, offset * y, offset * z]
        wall = engine.createMultiBody(
            0.0, shape, basePosition=at, useMaximalCoordinates=1, physicsClientId=client
        )
        _surface(wall, client)
    bodies = []
    for x, r in zip(case.position.tolist(), case.radius.tolist(), strict=True):
        shape = engine.createCollisionShape(engine.GEOM_SPHERE, radius=r, physicsClientId=client)
        mass = bench.DENSITY * 4.0 / 3.0 * np.pi * r**3
        body = engine.createMultiBody(
            mass, shape, basePosition=x, useMaximalCoordinates=1, physicsClientId=client
        )
        _surface(body, client)
        bodies.append(body)
    return bodies


def _surface(body, client):
    engine.changeDynamics(
        body, -1, lateralFriction=sqrt(bench.FRICTION), restitution=sqrt(bench.RESTITUTION),
        rollingFriction=bench.ROLLING * 1e-2, linearDamping=0.0, angularDamping=0.0,
        physicsClientId=client,
    )  # fmt: skip
