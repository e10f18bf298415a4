"""The whole craft, nothing symmetric about it, turns freely as Euler's equations say.

I ẇ + w × I w = 0 in the craft's axes, I of all seven links with the joints at zero.  The real one
bends: at 0.06 rad/s the arm gives way by w² m l/k = 4e-4 m of its 4 m, 1e-4 of all.  With its
joints a hundred times stiffer that is 1e-6, and what is left is the engine's explicit gyroscopic
term, first order in the step.
"""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from world_designs import engine, rest

from sampling_sim.mechanism.brush_wheels import BrushWheelsParameters, brush_wheels_design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.world.world import World

RATE = np.array([0.03, 0.05, 0.02])
SECONDS = 40.0


@pytest.fixture(scope="module")
def design():
    return brush_wheels_design(CraftParameters(), BrushWheelsParameters())


def whole_inertia(design):
    """Inertia [kg·m²] of all links about their common centre of mass, joints at zero."""
    place = np.array([link.position for link in design.links])
    arm = place - design.mass @ place / design.mass.sum()
    square = np.einsum("mi,mi->m", arm, arm)
    steiner = np.einsum("m,mij->ij", design.mass, square[:, None, None] * np.eye(3))
    steiner -= np.einsum("m,mi,mj->ij", design.mass, arm, arm)
    return design.inertia.sum(axis=0) + steiner


def euler(inertia):
    """Rate (3,) [rad/s] in the craft's axes after the time, and its axes in P (3, 3)."""
    inverse = np.linalg.inv(inertia)

    def change(_time, y):
        rate, axes = y[:3], y[3:].reshape(3, 3)
        turn = np.array([[0, -rate[2], rate[1]], [rate[2], 0, -rate[0]], [-rate[1], rate[0], 0]])
        torque = -np.cross(rate, inertia @ rate)
        return np.concatenate([inverse @ torque, (axes @ turn).ravel()])

    start = np.concatenate([RATE, np.eye(3).ravel()])
    end = solve_ivp(change, (0.0, SECONDS), start, rtol=1e-11, atol=1e-13).y[:, -1]
    return end[:3], end[3:].reshape(3, 3)


def flown(design, step):
    """Rate in the craft's axes, those axes in P, and the relative change of angular momentum."""
    with World(design, engine(step)) as world:
        rest(world, rate=RATE)
        for _ in range(round(SECONDS / step)):
            world.step()
        state = world.state()
    axes = state.rotation[0]
    return axes.T @ state.angular_velocity[0], axes


def apart(seen, expected):
    """Relative error of the rate, and angle [rad] between the axes."""
    rate = np.linalg.norm(seen[0] - expected[0]) / np.linalg.norm(RATE)
    turn = seen[1].T @ expected[1]
    return rate, float(np.linalg.norm(turn - turn.T)) / np.sqrt(8.0)


def test_the_craft_precesses_as_eulers_equations_say(design):
    expected = euler(whole_inertia(design))
    rate, angle = apart(flown(design, 4e-3), expected)
    assert np.linalg.norm(expected[0] - RATE) > 0.2 * np.linalg.norm(RATE), "it tumbled"
    assert rate < 3e-4
    assert angle < 3e-4


def test_a_stiff_crafts_error_halves_with_the_step():
    craft = CraftParameters(
        arm_stiffness=5e4, arm_damping=1200.0, wrist_stiffness=2e3, wrist_damping=30.0
    )
    stiff = brush_wheels_design(craft, BrushWheelsParameters())
    expected = euler(whole_inertia(stiff))
    coarse, fine = (apart(flown(stiff, step), expected) for step in (4e-3, 2e-3))
    assert fine[0] < 3e-5
    assert coarse[0] / fine[0] == pytest.approx(2.0, rel=0.2), (coarse, fine)


def test_without_the_heads_lever_the_craft_would_turn_otherwise(design):
    """Twin: the inertias of the links alone, without their distances."""
    wrong = euler(design.inertia.sum(axis=0))
    rate, angle = apart(euler(whole_inertia(design)), wrong)
    assert rate > 0.01
    assert angle > 0.01
