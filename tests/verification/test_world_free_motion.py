"""Free bodies keep their motion: drift, spin, momentum; and forces act in the frame they say."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from world_designs import angular_momentum, chain, engine, rest, single_link

from sampling_sim.mechanism.brush_wheels import BrushWheelsParameters, brush_wheels_design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.world.world import World

VELOCITY = np.array([0.01, -0.02, -0.05])
ROUND_OFF = 1e-10
"""Relative: 60 s are at most 1e5 sums of rounding error 1e-16 each, signs at random."""


def drift_error(design, step, seconds, damping=None):
    """Relative error of x = v t of the first link, after `seconds`."""
    with World(design, engine(step)) as world:
        rest(world, velocity=VELOCITY)
        if damping is not None:
            world._bullet.change(world._body, -1, linearDamping=damping)
        for _ in range(round(seconds / step)):
            world.step()
        way = VELOCITY * seconds
        return np.linalg.norm(world.state().position[0] - way) / np.linalg.norm(way)


def test_a_free_body_drifts_exactly_for_60_s():
    assert drift_error(single_link(), step=0.005, seconds=60.0) < ROUND_OFF


def test_with_the_engines_default_damping_the_drift_would_fail():
    assert drift_error(single_link(), step=0.005, seconds=60.0, damping=0.04) > 0.5


def test_the_whole_craft_drifts_exactly_for_60_s():
    design = brush_wheels_design(CraftParameters(), BrushWheelsParameters())
    assert drift_error(design, step=0.0015, seconds=60.0) < 1e-8  # 7 links, springs at round-off


def precession_error(step, inertia, axes):
    """Relative error of w after 2 s of torque-free precession, against the closed form.

    Symmetric body, moments (A, A, C): in the body's axes the transverse part of w turns at
    (C − A)/A·w_z about the symmetry axis, and w_z stays.
    """
    rate = np.array([0.4, 0.0, 3.0])
    with World(single_link(inertia=inertia), engine(step)) as world:
        rest(world, rotation=axes, rate=rate)
        for _ in range(round(2.0 / step)):
            world.step()
        state = world.state()
        seen = axes @ state.rotation[0].T @ state.angular_velocity[0]
    angle = (2.0 - 1.0) / 1.0 * rate[2] * 2.0
    expected = np.array([0.4 * np.cos(angle), 0.4 * np.sin(angle), 3.0])
    return np.linalg.norm(seen - expected) / np.linalg.norm(expected)


def test_torque_free_precession_follows_the_closed_form_to_first_order():
    """The engine's gyroscopic term is explicit: error ∝ step, and halves with it."""
    inertia = np.diag([1.0, 1.0, 2.0])
    coarse, fine = (precession_error(step, inertia, np.eye(3)) for step in (2e-3, 1e-3))
    assert fine < 0.01
    assert coarse / fine == pytest.approx(2.0, rel=0.1)


def test_a_tilted_inertia_precesses_as_the_same_body_upright():
    """Principal axes are handed over exactly: only the round-off of the rotation remains."""
    turn = Rotation.from_euler("xyz", [0.5, -0.8, 1.1]).as_matrix()
    moments = np.diag([1.0, 1.0, 2.0])
    upright = precession_error(1e-3, moments, np.eye(3))
    tilted = precession_error(1e-3, turn.T @ moments @ turn, turn)
    assert tilted == pytest.approx(upright, rel=1e-3)


def test_precession_fails_where_the_off_diagonal_inertia_is_dropped():
    turn = Rotation.from_euler("xyz", [0.5, -0.8, 1.1]).as_matrix()
    full = turn.T @ np.diag([1.0, 1.0, 2.0]) @ turn
    assert precession_error(1e-3, np.diag(np.diag(full)), turn) > 0.05


@pytest.mark.parametrize("link", [0, 1, 2])
@pytest.mark.parametrize("what", ["force", "torque"])
def test_external_loads_act_in_patch_axes_at_the_centre_of_mass(link, what):
    """ΔP = F·H and ΔL = (x × F + T)·H on a turned base and turned links."""
    error, twin = load_error(link, what, turned=False), load_error(link, what, turned=True)
    assert error < 1e-5
    assert twin > 0.1


def load_error(link, what, turned):
    """Relative error of both momenta after one step; `turned` wrongly uses the link's axes.

    The load is small and the chain at rest, so that what the step's own drift adds, ∝ H², is
    under 1e-6 of the impulse.
    """
    step, load = 1e-3, np.array([1e-3, 2e-3, 3e-3])
    with World(chain(), engine(step)) as world:
        rest(world, rotation=Rotation.from_euler("xyz", [0.7, 0.3, -0.5]).as_matrix())
        world.set_joint("shoulder", 0.4)
        world.set_joint("elbow", 0.1)
        state = world.state()
        given = state.rotation[link].T @ load if turned else load
        force, torque = np.zeros((3, 3)), np.zeros((3, 3))
        (force if what == "force" else torque)[link] = given
        world.apply(force, torque)
        world.step()
        moment = np.cross(state.position[link], load) if what == "force" else load
        push = load if what == "force" else 0.0 * load
        linear = np.linalg.norm(world.momentum() - step * push)
        angular = np.linalg.norm(angular_momentum(world) - step * moment)
    return (linear + angular) / (step * np.linalg.norm(load))


def momentum_drift(step):
    """Relative drift of momentum of a free chain with moving joints, after 1 s."""
    with World(chain(), engine(step)) as world:
        rest(world, velocity=(0.1, 0.0, 0.05), rate=(0.05, 0.02, -0.1))
        world.set_joint("shoulder", 0.3, 0.5)
        world.set_joint("elbow", 0.0, 0.05)
        start = world.momentum()
        for _ in range(round(1.0 / step)):
            world.step()
        return np.linalg.norm(world.momentum() - start) / np.linalg.norm(start)


def test_the_engines_momentum_drift_with_joints_halves_with_the_step():
    """PyBullet's own residual, first order: the craft's momentum_drift must be read beside it."""
    coarse, fine = momentum_drift(2e-3), momentum_drift(1e-3)
    assert coarse > 1e-9, "joints moved"
    assert coarse / fine == pytest.approx(2.0, rel=0.1)


def test_a_load_lasts_one_step_only():
    with World(single_link(), engine(1e-3)) as world:
        rest(world)
        world.apply(np.array([[1.0, 0.0, 0.0]]), np.zeros((1, 3)))
        world.step()
        speed = world.state().velocity[0, 0]
        world.step()
        assert speed == pytest.approx(1e-3 / 13.5, rel=1e-12)
        assert world.state().velocity[0, 0] == speed
