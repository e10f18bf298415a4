"""Thrust acts along craft +z through the craft's centre of mass, clipped to its limit.

The whole loop with neither ground nor field, so that thrust is all that acts.  The wrist is bent by
1 rad, held by its damper alone: the centre of mass is 0.5 mm off the bus's axis.
"""

from dataclasses import replace

import numpy as np
import pytest
from coarse_case import BASE, flown

from sampling_sim.effects.thrusters import Thrusters
from sampling_sim.simulation import Simulation
from sampling_sim.world.coupling import Coupling

STEPS = 40
LIMIT = 300.0
"""[N] under the 400 N that the retreat asks for."""


class AtTheBus(Simulation):
    """Thrust through the bus's centre instead: the twin."""

    def _thrust_loads(self, state, thrust, couple):
        force, torque = super()._thrust_loads(state, thrust, couple)
        return force, 0.0 * torque


def burnt(kind: type[Simulation] = Simulation) -> tuple[Simulation, np.ndarray, np.ndarray]:
    """Burn from the first step; return what was gained [kg·m/s] and the spin [kg·m²/s]."""
    craft = replace(BASE.craft, wrist_stiffness=0.0, wrist_damping=50.0, attitude_control="off")
    # aborted at once, for a tilt that is also a test of the thrust's direction
    case = replace(flown(tilt_y=0.2, abort_tilt=0.1, retreat_speed=5.0), craft=craft)
    with kind(case) as simulation:
        # a thruster that fails to give what the sequence was told it could
        weak = replace(craft, thrust_limit=LIMIT)
        simulation.thrusters = Thrusters(weak, case.engine.control_step)
        world = simulation.world
        world.set_joint("wrist_x", 1.0)
        simulation.coupling = Coupling(
            world, None, None, contacts_per_exchange=case.engine.contacts_per_exchange
        )
        start = world.momentum()
        # the tilt is measured at the end of the first step: the burn starts with the second
        for _ in range(STEPS + 1):
            simulation.advance()
        return simulation, world.momentum() - start, spin(simulation)


def spin(simulation: Simulation) -> np.ndarray:
    """Angular momentum [kg·m²/s] of the craft about its centre of mass, shape (3,)."""
    world, state = simulation.world, simulation.world.state()
    arm = state.position - world.mass @ state.position / world.mass.sum()
    orbital = np.cross(arm, world.mass[:, None] * state.velocity)
    turning = np.einsum("mij,mj->mi", world.patch_inertia(), state.angular_velocity)
    return (orbital + turning).sum(axis=0)


def test_clipped_thrust_gives_its_momentum_along_craft_z_and_is_booked() -> None:
    """F·t along the axis, 0.2 rad off the normal.

    In those 0.4 s the head, 13.5 kg at 4 m, sags in its wrist and turns the bus by 1e-5 rad, so the
    direction is held to 1e-4 and the length, second order in that, to 1e-6.
    """
    simulation, gained, _ = burnt()
    expected = LIMIT * STEPS * simulation.case.engine.control_step
    axis = np.array([np.sin(0.2), 0.0, np.cos(0.2)])
    assert np.linalg.norm(gained) == pytest.approx(expected, rel=1e-6)
    assert np.linalg.norm(gained - expected * axis) < 1e-4 * expected
    assert simulation.thrusters.impulse == pytest.approx(expected, rel=1e-12)


def test_thrust_does_not_turn_a_craft_whose_centre_of_mass_is_off_its_axis() -> None:
    """Its spin stays zero to 1e-3 of F·t times the arm; the engine leaves 1.4e-5 of it."""
    simulation, _, turned = burnt()
    state, mass = simulation.world.state(), simulation.world.mass
    arm = mass @ state.position / mass.sum() - state.position[0]
    offset = np.linalg.norm(np.cross(arm, state.rotation[0, :, 2]))
    moment = offset * LIMIT * STEPS * simulation.case.engine.control_step
    assert offset > 1e-4
    assert np.linalg.norm(turned) < 1e-3 * moment
    # twin: thrust at the bus gives it all of that; the arm changes by 1 % as the wrist sags
    assert np.linalg.norm(burnt(AtTheBus)[2]) == pytest.approx(moment, rel=0.02)
