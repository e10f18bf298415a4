"""Our own craft with its horn, of Hayabusa's mass, on bare rock: the arm's spring decides.

Hayabusa's horn hung from its bus without the arm that `mechanism/craft.py` gives every sampler, so
this tells what our craft does at that touch, not what that craft did.  Frame P, SI.
"""

import numpy as np
from bounce_cases import draws, tilted
from bounce_flight import Motion, rock
from keeping import kept

from sampling_sim.mechanism.base import Box
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.horn_parameters import ProjectileHornParameters
from sampling_sim.world.world import World

SPEED, STEP, LONGEST, FREE = 0.069, 3e-4, 20.0, 1.0
"""[m/s] in; [s] exchange step; [s] for all; [s] without contact after which it has left."""


def lowest(world: World) -> float:
    """Height [m] of the lowest point that can meet the rock."""
    state, heights = world.state(), []
    for row, link in enumerate(world.design.links):
        for shape in link.ground_shapes:
            is_box = isinstance(shape, Box)
            points = shape.corners() if is_box else np.array([shape.centre])
            z = state.position[row, 2] + points @ state.rotation[row][2]
            heights.append(float(z.min()) - (0.0 if is_box else shape.radius))
    return min(heights)


@kept
def horn_row(flight, model):
    """Restitution, upward speed out over in, contact time [s], tilt [rad]."""
    unknown, rng = draws(flight, {"tilt": (0.0, np.radians(10.0))})
    start = Motion(
        np.zeros(3), tilted(unknown["tilt"], rng), np.array([0.0, 0.0, -SPEED]), np.zeros(3)
    )
    design = design_of(CraftParameters(mass=500.0), ProjectileHornParameters())
    ground = rock(unknown["restitution"], unknown["friction"], 1e5, STEP)
    with World(design, ground, bedrock_depth=0.0) as world:
        world.set_base(start.position, start.rotation, start.velocity, start.rate)
        start.position = np.array([0.0, 0.0, 1e-3 - lowest(world)])
        world.set_base(start.position, start.rotation, start.velocity, start.rate)
        free, touched, last = 0.0, 0.0, 0.0
        while world.state().time < LONGEST and not (touched and free > FREE):
            world.step()
            near = bool(len(world.contacts().gap))
            touched, free = touched or (world.state().time if near else 0.0), free + STEP
            if near:
                free, last = 0.0, world.state().time
        up = float(world.momentum()[2]) / float(world.mass.sum())
    return [unknown["restitution"], up / SPEED, last - touched, unknown["tilt"]]
