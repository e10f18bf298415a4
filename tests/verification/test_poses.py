"""Places of the links without an engine against the engine's own."""

import numpy as np
import pytest
from world_designs import chain, engine

from sampling_sim.mechanism.base import JointKind
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.poses import placed_links
from sampling_sim.world.world import World

DESIGNS = {
    "chain": chain(),
    "sliding chain": chain(kind=JointKind.PRISMATIC),
    "craft": design_of(CraftParameters(), BrushWheelsParameters()),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_links_stand_where_the_engine_has_them(name: str) -> None:
    design = DESIGNS[name]
    wanted = {joint.name: 0.1 + 0.07 * i for i, joint in enumerate(design.joints)}
    centre, turn = placed_links(design, wanted)
    with World(design, engine(1e-4)) as world:
        world.set_base(np.array(design.links[0].position), np.eye(3), np.zeros(3), np.zeros(3))
        for joint, position in wanted.items():
            world.set_joint(joint, position)
        state = world.state()
    assert np.allclose(state.position, centre, atol=1e-9)
    assert np.allclose(state.rotation, turn, atol=1e-9)
    # the twin: at rest they stand elsewhere
    assert np.abs(state.position - placed_links(design, {})[0]).max() > 1e-3
