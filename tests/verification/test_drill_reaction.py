"""Reaction of turning drills on a free craft, by angular momentum.

All four turn one way: the craft turns back with Σ I_s ω cos(tilt) over its moment about z.  Two
against two: nothing.  Neither ground nor field.
"""

import numpy as np
import pytest

from sampling_sim.mechanism.base import Action
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.drill_anchor import DrillAnchorParameters, drill_anchor_design
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.world import World

STEPS = 1200
"""Of 0.5 ms: the motors take up their speed in 20 ms."""


def spun_up(**mechanism: object) -> tuple[float, float, float]:
    """Rate of the bus about z, what angular momentum makes it, and momentum left [kg·m²/s]."""
    p = DrillAnchorParameters(**mechanism)  # type: ignore[arg-type]
    design = drill_anchor_design(CraftParameters(wing_frequency=0.0), p)
    with World(design, EngineParameters()) as world:
        world.command(Action.ANCHOR_DRILL)
        for _ in range(STEPS):
            world.step()
        state = world.state()
        spins = [design.joint_index(f"spin_{number}") for number in range(4)]
        drills = float(p.spin_inertia * np.cos(p.drill_tilt) * -state.joint_speed[spins].sum())
        expected = -drills / world.whole_inertia()[2, 2]
        return float(state.angular_velocity[0, 2]), float(expected), _spin(world)


def _spin(world: World) -> float:
    """Angular momentum [kg·m²/s] about z through the centre of mass."""
    state = world.state()
    arm = state.position - world.mass @ state.position / world.mass.sum()
    orbital = np.cross(arm, world.mass[:, None] * state.velocity).sum(axis=0)
    turning = np.einsum("mij,mj->mi", world.patch_inertia(), state.angular_velocity).sum(axis=0)
    return float((orbital + turning)[2])


def test_drills_that_turn_one_way_turn_the_craft_back() -> None:
    """ω_z = Σ I_s ω cos(tilt) / I_zz; the legs give by 1e-3 of it at most."""
    rate, expected, left = spun_up(counter_rotating=False)
    assert expected > 4e-5
    assert rate == pytest.approx(expected, rel=2e-3)
    # the engine's own residual
    assert abs(left) < 1e-3 * 4.0 * 2e-3 * 20.0
    # twin: twice the inertia that turns, twice the rate
    double = spun_up(counter_rotating=False, spin_inertia=4e-3)[0]
    assert double == pytest.approx(2.0 * rate, rel=0.01)


def test_counter_rotating_pairs_cancel() -> None:
    alone = spun_up(counter_rotating=False)[0]
    rate, expected, _ = spun_up()
    assert abs(expected) < 1e-6 * alone
    assert abs(rate) < 1e-3 * alone
