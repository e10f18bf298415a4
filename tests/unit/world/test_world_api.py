"""The world's own promises: places, commands, refusals, the same bits twice."""

import numpy as np
import pytest

from sampling_sim.errors import ConfigError, DivergenceError
from sampling_sim.frames import rotation_from_vector
from sampling_sim.mechanism.base import Action, Ball, Design, Link
from sampling_sim.mechanism.brush_wheels import BrushWheelsParameters, brush_wheels_design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.drives import SpringDamper
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.world import World

TILT = rotation_from_vector(np.array([0.2, -0.1, 0.3]))


@pytest.fixture(scope="module")
def design():
    return brush_wheels_design(CraftParameters(), BrushWheelsParameters())


@pytest.fixture
def world(design):
    with World(design, EngineParameters()) as made:
        made.set_base(np.array([1.0, 2.0, 5.0]), TILT, np.array([0.0, 0.01, -0.05]), np.zeros(3))
        yield made


def marble(**changes):
    link = {"name": "marble", "mass": 1.0, "inertia": 0.004 * np.eye(3), "position": (0, 0, 0)}
    shape = Ball(centre=(0.0, 0.0, 0.0), radius=0.1)
    return Design(links=(Link(**(link | changes), ground_shapes=(shape,)),), joints=())


def test_every_link_is_where_the_design_puts_it(world, design):
    places = np.array([link.position for link in design.links])
    state = world.state()
    assert np.allclose(state.position, [1.0, 2.0, 5.0] + places @ TILT.T, rtol=0, atol=1e-12)
    assert np.allclose(state.rotation, TILT, rtol=0, atol=1e-12)


def test_the_engine_holds_the_designs_masses_and_inertias(world, design):
    for index, link in enumerate(design.links):
        engine_link = -1 if index == 0 else world._joints[index - 1]
        mass, moments = world._bullet.dynamics(world._body, engine_link)
        assert mass == pytest.approx(link.mass, rel=1e-12)
        assert np.allclose(moments, np.diag(link.inertia), rtol=1e-12)


def test_place_and_place_in_link_are_inverse(world):
    points = np.array([[0.1, 0.2, 0.3], [-1.0, 0.0, 2.0]])
    state = world.state()
    assert np.allclose(state.place_in_link(3, state.place(3, points)), points, atol=1e-12)


def test_kinetic_energy_and_momentum_of_a_drifting_craft(world):
    assert world.kinetic_energy() == pytest.approx(0.5 * 2100.0 * (0.01**2 + 0.05**2), rel=1e-9)
    assert np.allclose(world.momentum(), 2100.0 * np.array([0.0, 0.01, -0.05]), atol=1e-9)


def test_commands_turn_the_wheels_and_shut_the_flap(world, design):
    world.command(Action.SAMPLER_ON)
    world.command(Action.INLET_SHUT)
    for _ in range(1500):
        world.step()
    state = world.state()
    speeds = state.joint_speed[[design.joint_index(name) for name in design.driven_joints]]
    assert np.allclose(speeds, BrushWheelsParameters().wheel_speed, rtol=1e-3)
    shut = state.joint_position[design.joint_index(design.flap_joint)]
    assert shut == pytest.approx(design.flap_travel, rel=1e-3)
    # the flap's reaction and the two wheels' leave the craft's momentum alone
    assert np.allclose(world.momentum(), [0.0, 21.0, -105.0], atol=1e-3)


def test_an_unknown_joint_is_refused(world):
    with pytest.raises(KeyError, match="no joint"):
        world.use_drives({"elbow": SpringDamper(stiffness=1.0, damping=0.0)})


def test_a_step_too_long_for_a_drive_names_the_joint(design):
    settings = EngineParameters(exchange_step=7e-3, control_step=0.07)
    with pytest.raises(ConfigError, match="wheel_left") as refusal:
        World(design, settings)
    assert refusal.value.key == "engine.exchange_step"


def test_a_step_too_long_for_a_contact_names_its_bodies():
    settings = EngineParameters(exchange_step=5e-3, control_step=0.05)
    with pytest.raises(ConfigError, match="'marble' on bedrock") as refusal:
        World(marble(), settings, bedrock_depth=0.0)
    assert refusal.value.key == "engine.exchange_step"


def test_a_motion_that_is_not_finite_is_a_divergence():
    with World(marble(), EngineParameters()) as world:
        world.apply(np.full((1, 3), np.inf), np.zeros((1, 3)))
        with pytest.raises(DivergenceError, match=r"engine\.exchange_step"):
            world.step()


def test_closing_twice_is_harmless(design):
    world = World(design, EngineParameters())
    world.close()
    world.close()


def run_a_while(design):
    with World(design, EngineParameters(), bedrock_depth=0.0) as world:
        world.set_base(np.array([0.0, 0.0, 4.3]), TILT, np.array([0.0, 0.0, -0.1]), np.zeros(3))
        world.command(Action.SAMPLER_ON)
        for _ in range(400):
            world.step()
        state = world.state()
        return np.concatenate([state.position.ravel(), state.velocity.ravel(), world.drive_work])


def test_the_same_run_gives_the_same_bits(design):
    first, again = run_a_while(design), run_a_while(design)
    assert first.tobytes() == again.tobytes()


def test_a_second_world_does_not_disturb_the_first(design):
    with World(design, EngineParameters()) as one, World(marble(), EngineParameters()) as other:
        other.set_base(np.zeros(3), np.eye(3), np.array([1.0, 0.0, 0.0]), np.zeros(3))
        other.step()
        assert one.state().velocity.any() == np.False_
        assert other.state().position[0, 0] == pytest.approx(5e-4)
