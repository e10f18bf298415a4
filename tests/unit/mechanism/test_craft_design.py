"""Mass properties, commands and refusals of the craft and its sampler."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Action, Box, Design, principal_axes
from sampling_sim.mechanism.brush_wheels import BrushWheelsParameters, brush_wheels_design
from sampling_sim.mechanism.craft import CraftParameters, box_inertia, cylinder_inertia
from sampling_sim.mechanism.urdf import urdf


@pytest.fixture(scope="module")
def design():
    return brush_wheels_design(CraftParameters(), BrushWheelsParameters())


def sampled_inertia(points, mass):
    """Inertia of a cloud of equal points about the origin."""
    squares = np.einsum("ni,ni->", points, points) * np.eye(3) - points.T @ points
    return squares * mass / len(points)


def test_the_links_weigh_what_the_craft_weighs(design):
    assert design.mass.sum() == pytest.approx(2100.0, rel=1e-12)


def test_box_and_cylinder_inertias_agree_with_sampled_bodies():
    """Monte Carlo integration, 2e5 points: 1 %."""
    rng = np.random.default_rng(1)
    cube = rng.uniform(-0.5, 0.5, (200_000, 3)) * [0.3, 0.5, 0.9]
    assert np.allclose(box_inertia(3.0, (0.3, 0.5, 0.9)), sampled_inertia(cube, 3.0), atol=0.01)
    disc = cube / [0.3, 0.5, 0.9]
    disc = disc[np.hypot(disc[:, 0], disc[:, 1]) < 0.5] * [0.8, 0.8, 1.5]
    expected = cylinder_inertia(2.0, 0.4, 1.5, axis=2)
    assert np.allclose(expected, sampled_inertia(disc, 2.0), atol=0.01)


def test_the_bus_carries_its_wings_inertia(design):
    """Wings off the axes: most of the moment about x and z, as two point masses would."""
    far = 2.0 * 40.0 * (1.0 + 3.25) ** 2
    inertia = np.diag(design.inertia[0])
    assert inertia[0] - inertia[1] == pytest.approx(far, rel=0.01)
    assert inertia[2] > inertia[0] > inertia[1]


def test_the_outline_holds_every_surface_and_spans_the_wings(design):
    boxes = [np.array(design.links[b.link].position) + b.corners() for b in design.outline]
    corners = np.vstack(boxes)
    assert np.ptp(corners[:, 1]) == pytest.approx(15.0)
    tips = design.links[4].position[2] - BrushWheelsParameters().wheel_radius
    assert corners[:, 2].min() == pytest.approx(tips)


def test_a_box_contains_its_inside_only():
    box = Box(link=0, centre=(1.0, 0.0, 0.0), half_extents=(0.5, 1.0, 2.0))
    points = np.array([[1.0, 0.0, 0.0], [1.49, 0.99, -1.99], [0.4, 0.0, 0.0], [1.0, 0.0, 2.1]])
    assert box.contains(points).tolist() == [True, True, False, False]
    assert box.contains(box.corners()).all()


def test_urdf_holds_masses_inertias_and_places_exactly(design):
    robot = ET.fromstring(urdf(design))
    for link, node in zip(design.links, robot.findall("link"), strict=True):
        inertial = node.find("inertial")
        assert float(inertial.find("mass").get("value")) == link.mass
        entries = [float(inertial.find("inertia").get(k)) for k in ("ixx", "iyy", "izz")]
        assert entries == np.diag(link.inertia).tolist()
    joints = robot.findall("joint")
    assert [j.get("name") for j in joints] == [j.name for j in design.joints]


def test_principal_axes_rebuild_the_inertia_and_turn_rightly():
    tilted = np.array([[0.10, 0.01, 0.0], [0.01, 0.12, 0.02], [0.0, 0.02, 0.15]])
    moments, axes = principal_axes(tilted)
    assert np.allclose(axes @ np.diag(moments) @ axes.T, tilted, rtol=1e-12, atol=1e-15)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    assert np.array_equal(principal_axes(np.diag([3.0, 1.0, 2.0]))[1], np.eye(3))


def test_links_out_of_order_are_refused(design):
    with pytest.raises(ValueError, match="must carry"):
        Design(links=design.links, joints=design.joints[::-1])


def test_inner_sides_of_the_wheels_move_up_at_positive_speed(design):
    for name, inward in (("wheel_left", 1.0), ("wheel_right", -1.0)):
        axis = design.joints[design.joint_index(name)].axis
        assert np.cross(axis, [inward, 0.0, 0.0])[2] > 0.0
        assert design.commands[Action.SAMPLER_ON][name].effort(0.0, 0.0) > 0.0


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("axis_offset", {"axis_offset": 0.05}),
        ("hub_radius", {"hub_radius": 0.049}),
        ("roof_clearance", {"roof_clearance": 0.004}),
        ("inlet_width", {"inlet_width": 0.23}),
        ("container_height", {"container_height": 0.04}),
    ],
)
def test_a_sampler_whose_parts_do_not_fit_is_refused(key, change):
    with pytest.raises(ConfigError) as refusal:
        BrushWheelsParameters(**change)
    assert refusal.value.key == f"mechanism.{key}"


def test_a_craft_lighter_than_its_parts_is_refused():
    with pytest.raises(ConfigError, match="wings, arm and wrist"):
        CraftParameters(mass=90.0)
    with pytest.raises(ConfigError, match=r"craft\.mass"):
        brush_wheels_design(CraftParameters(mass=100.0), BrushWheelsParameters())
    with pytest.raises(ConfigError, match="wing_span"):
        CraftParameters(wing_span=1.5)
