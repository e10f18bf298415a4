"""Forces that wrist and arm carry, from both sides of the joint: action and reaction.

A free craft whose head is pushed: what the joint carries is what sets the links above it in motion.
"""

import numpy as np
import pytest
from world_designs import engine

from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.recording.craft_view import JointLoads
from sampling_sim.world.world import World

PUSH = np.array([3.0, -2.0, 20.0])
STEP = 5e-4


def carried(outer_is_told: bool) -> tuple[JointLoads, list[float], list[float]]:
    """Return loads over 200 exchanges, and the same by hand from above the head and the arm."""
    design = design_of(CraftParameters(), BrushWheelsParameters())
    below = {"wrist": design.carried_by(design.head), "bus": design.carried_by(1)}
    hand: dict[str, list[float]] = {"wrist": [], "bus": []}
    with World(design, engine(STEP)) as world:
        loads = JointLoads(design, world.mass)
        force = np.zeros((len(design.links), 3))
        force[design.head] = PUSH
        for _ in range(200):
            before = world.state()
            world.apply(force, np.zeros_like(force))
            world.step()
            after = world.state()
            loads.add(before, after, force if outer_is_told else 0.0 * force, STEP)
            rate = world.mass[:, None] * (after.velocity - before.velocity) / STEP
            for name, links in below.items():
                hand[name].append(float(np.linalg.norm(np.delete(rate, links, 0).sum(axis=0))))
    return loads, hand["wrist"], hand["bus"]


def test_a_joint_carries_what_moves_the_other_side() -> None:
    """Equal but for the momentum that the engine loses in a craft with joints, 3e-6 of it."""
    loads, wrist, bus = carried(outer_is_told=True)
    assert loads.wrist_force == pytest.approx(max(wrist), rel=1e-3)
    assert loads.bus_force == pytest.approx(max(bus), rel=1e-3)
    assert 0.0 < loads.bus_force < loads.wrist_force
    # the twin: the push itself taken for a load of the joint
    assert carried(outer_is_told=False)[0].wrist_force != pytest.approx(max(wrist), rel=0.05)
