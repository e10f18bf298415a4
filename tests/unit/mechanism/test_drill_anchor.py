"""Geometry, commands and refusals of the drill anchors."""

import numpy as np
import pytest

from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Action, JointKind
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.drill_anchor import DrillAnchorParameters
from sampling_sim.mechanism.drives import Lock, SpringDamper
from sampling_sim.recording.craft_view import craft_view
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.world import World

CRAFT, P = CraftParameters(), DrillAnchorParameters()


@pytest.fixture(scope="module")
def design():
    return design_of(CRAFT, P)


def test_the_links_weigh_what_the_craft_weighs(design):
    assert design.mass.sum() == pytest.approx(CRAFT.mass, rel=1e-12)
    lightest = design.mass[1:].min()
    assert lightest >= 0.5


def test_the_feet_stand_where_they_are_wanted_lowest_of_all(design):
    soles = design.reference_places
    assert np.allclose(np.abs(soles[:, :2]), P.foot_offset)
    assert np.ptp(soles[:, 2]) < 1e-12
    corners = [np.array(design.links[b.link].position) + b.corners() for b in design.outline]
    assert np.concatenate(corners)[:, 2].min() == pytest.approx(soles[0, 2])
    strut = design.links[1]
    ankle = np.array(design.joints[design.joint_index("absorber_0")].position)
    hip = np.array(design.joints[design.joint_index("hip_0")].position)
    assert np.linalg.norm(ankle - hip) == pytest.approx(P.leg_length)
    assert np.allclose(strut.position, 0.5 * (ankle + hip))
    # bedrock's ball and the grains' disc end at the same height
    (ball,) = design.links[2].ground_shapes
    assert design.links[2].position[2] + ball.centre[2] - ball.radius == pytest.approx(soles[0, 2])


def test_parked_tips_are_over_the_soles_and_fed_ones_under_them_crossed(design):
    tips = design.effects[0]
    soles = design.reference_places
    for link, point, axis, sole in zip(tips.links, tips.points, tips.axes, soles, strict=True):
        tip = np.array(design.links[link].position) + point
        assert np.linalg.norm(sole - tip) == pytest.approx(P.park_height)
        assert np.allclose(tip + P.park_height * np.array(axis), sole)
        assert -axis[2] == pytest.approx(np.cos(P.drill_tilt))
        # inward: no pull is along all four
        assert np.dot(axis[:2], sole[:2]) < 0.0
    assert np.allclose(np.sum(tips.axes, axis=0)[:2], 0.0, atol=1e-12)


def test_reference_points_ride_on_the_feet(design):
    with World(design, EngineParameters()) as world:
        world.set_joint("absorber_0", 0.05)
        rim = craft_view(world).rim
    assert rim[0, 2] == pytest.approx(rim[1, 2] + 0.05, abs=1e-9)


def test_joints_go_the_way_their_drives_push(design):
    drill = design.commands[Action.ANCHOR_DRILL]
    back = design.commands[Action.ANCHOR_RELEASE]
    for number in range(4):
        feed = design.joints[design.joint_index(f"feed_{number}")]
        assert feed.kind is JointKind.PRISMATIC
        assert feed.axis[2] < 0.0, "out is down"
        assert drill[f"feed_{number}"].effort(0.0, 0.0) == pytest.approx(P.drill_thrust)
        assert back[f"feed_{number}"].effort(0.1, 0.0) == pytest.approx(-P.retract_force)
        sense = design.effects[0].senses[number]
        assert sense * drill[f"spin_{number}"].effort(0.0, 0.0) == pytest.approx(P.drill_torque)
        assert sense * back[f"spin_{number}"].effort(0.0, 0.0) == pytest.approx(-P.drill_torque)
        absorber = design.joints[design.joint_index(f"absorber_{number}")]
        assert absorber.axis == (0.0, 0.0, 1.0), "pushed in is up"
        assert isinstance(absorber.drive, SpringDamper)
        assert absorber.drive.effort(0.01, 0.0) < 0.0
    assert sum(design.effects[0].senses) == 0.0


def test_a_lock_holds_where_it_was_engaged(design):
    with World(design, EngineParameters()) as world:
        world.set_joint("feed_2", 0.07)
        world.command(Action.ANCHOR_HOLD)
        held = world.drives["feed_2"]
        assert isinstance(held, Lock)
        assert held.place == pytest.approx(0.07)
        assert held.effort(0.0701, 0.0) == pytest.approx(-1e-4 * P.lock_stiffness)
        for _ in range(200):
            world.step()
        assert world.state().joint_position[design.joint_index("feed_2")] == pytest.approx(
            0.07, abs=1e-9
        )
        assert world.drives["feed_0"].place == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("feed_stroke", {"feed_stroke": 0.05}),
        ("park_height", {"park_height": 0.04}),
        ("core_diameter", {"core_diameter": 0.016}),
        ("foot_length", {"foot_length": 0.2}),
        ("foot_length", {"absorber_stroke": 0.3}),
        ("foot_offset", {"foot_offset": 0.13}),
    ],
)
def test_parts_that_do_not_fit_or_reach_are_refused(key, change):
    with pytest.raises(ConfigError) as refusal:
        DrillAnchorParameters(**change)
    assert refusal.value.key == f"mechanism.{key}"


def test_legs_too_short_for_their_feet_are_refused():
    with pytest.raises(ConfigError, match="corner out to the foot") as refusal:
        design_of(CRAFT, DrillAnchorParameters(leg_length=0.7))
    assert refusal.value.key == "mechanism.leg_length"


def test_legs_that_run_into_one_another_are_refused():
    with pytest.raises(ConfigError, match="runs into"):
        design_of(CraftParameters(bus_size=0.05), DrillAnchorParameters(foot_offset=0.15))


def test_a_craft_lighter_than_its_legs_is_refused():
    with pytest.raises(ConfigError, match="wings and legs"):
        design_of(CraftParameters(mass=110.0), P)


def test_a_drive_too_stiff_for_the_step_names_its_joint():
    design = design_of(CRAFT, DrillAnchorParameters(lock_stiffness=1e7))
    with pytest.raises(ConfigError, match="feed_0"):
        World(design, EngineParameters())
