"""The scoop arm's geometry: poses, what it may not be, a lid that shuts."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Action, Design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.poses import placed_links
from sampling_sim.mechanism.scoop_arm import ScoopArmParameters, arm_poses
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.world import World

PARAMETERS = ScoopArmParameters()
POSES = arm_poses(PARAMETERS)
GROUND = -1.0 - PARAMETERS.reach
"""[m] of the ground in S."""


@pytest.fixture(scope="module")
def design() -> Design:
    return design_of(CraftParameters(), PARAMETERS)


def corners(design: Design, pose: dict, link: str) -> np.ndarray:
    """Corners of a link's boxes in S."""
    place, turn = placed_links(design, pose)
    index = design.link_index(link)
    boxes = [box.corners() for box in design.outline if box.link == index]
    return place[index] + np.concatenate(boxes) @ turn[index].T


def mouth(design: Design, pose: dict) -> np.ndarray:
    """Direction in S that the scoop's mouth looks in."""
    return -placed_links(design, pose)[1][design.head][:, 2]


def test_the_links_weigh_what_the_craft_weighs(design: Design) -> None:
    assert design.mass.sum() == pytest.approx(2100.0, rel=1e-12)


def test_the_engine_places_the_links_where_the_closed_form_does(design: Design) -> None:
    with World(design, EngineParameters()) as world:
        for pose in POSES.values():
            for joint, angle in pose.items():
                world.set_joint(joint, angle)
            place, turn = placed_links(design, pose)
            base = world.state().position[0]
            assert np.abs(world.state().position - base - place).max() < 1e-12
            assert np.abs(world.state().rotation - turn).max() < 1e-12
            # twin: the elbow alone forgotten is seen
            straight = placed_links(design, {**pose, "elbow": 0.0})[0]
            assert np.abs(world.state().position - base - straight).max() > 0.1


def test_the_sweep_is_as_deep_as_asked_under_the_middle_of_the_bus(design: Design) -> None:
    """Deepest point of the cup over the whole sweep; the wrist stands over x = 0."""
    down, swept = POSES["let down"], POSES["swept"]
    cups = [
        corners(design, {**down, "wrist": angle}, "scoop")
        for angle in np.linspace(down["wrist"], swept["wrist"], 400)
    ]
    assert min(cup[:, 2].min() for cup in cups) == pytest.approx(GROUND - 0.06, abs=1e-5)
    wrist = np.array([0.0, 0.0, GROUND + np.hypot(0.2 + 0.056, 0.063) - 0.06])
    centre = placed_links(design, down)[0][design.head]
    assert np.linalg.norm(centre - wrist) == pytest.approx(PARAMETERS.scoop_offset, rel=1e-9)


def test_the_lip_enters_first_mouth_down_and_leaves_mouth_up(design: Design) -> None:
    down = corners(design, POSES["let down"], "scoop")
    assert GROUND - 0.06 < down[:, 2].min() < GROUND - 0.01
    assert mouth(design, POSES["let down"])[2] < -0.5
    assert mouth(design, POSES["swept"])[2] > 0.5
    assert mouth(design, POSES["stowed"])[2] > 0.5
    # as it turns on its way up, the mouth never looks down again
    ways = [
        {j: (1 - s) * POSES["swept"][j] + s * POSES["stowed"][j] for j in POSES["swept"]}
        for s in np.linspace(0.0, 1.0, 20)
    ]
    assert min(mouth(design, way)[2] for way in ways) > 0.2


def test_stowed_it_is_under_the_bus_and_well_off_the_ground(design: Design) -> None:
    everything = np.concatenate([corners(design, POSES["stowed"], link) for link in
                                 ("upper_arm", "forearm", "scoop", "lid")])  # fmt: skip
    assert everything[:, 2].max() < -1.0
    assert everything[:, 2].min() > GROUND + 1.0
    assert dict(design.start) == dict(POSES["stowed"])


def test_the_shut_lid_covers_the_mouth(design: Design) -> None:
    """In the scoop's frame, all joints at zero but the lid; at half way it does not (twin)."""
    box = design.container
    assert box is not None
    scoop = np.array(design.links[design.head].position)
    covers = {}
    for angle in (np.pi, 0.5 * np.pi):
        lid = corners(design, {"lid": angle}, "lid") - scoop
        low, high = lid.min(axis=0), lid.max(axis=0)
        rim = design.reference_points
        covers[angle] = (
            np.all(low[:2] <= rim.min(axis=0)[:2] + 1e-9)
            and high[1] >= rim[:, 1].max() - 1e-9
            and high[0] >= box.half_extents[0]
            and high[2] == pytest.approx(rim[0, 2] - 1e-3)
        )
    assert covers == {np.pi: True, 0.5 * np.pi: False}


def test_every_command_has_drives_that_the_default_step_carries(design: Design) -> None:
    """A world refuses a step too long for a drive; twin: at 6 ms it does."""
    assert set(design.commands[Action.ARM_REACH]) == {"shoulder", "elbow", "wrist"}
    assert set(design.commands[Action.SAMPLER_ON]) == {"wrist"}
    World(design, EngineParameters()).close()
    with pytest.raises(ConfigError, match="exchange_step"):
        World(design, EngineParameters(exchange_step=6e-3, control_step=6e-3, contact_step=6e-3))


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("reach", {"reach": 2.8}),
        ("reach", {"upper_arm_length": 0.5, "forearm_length": 0.6}),
        ("shoulder_min", {"shoulder_min": 1.0, "shoulder_max": 0.5}),
        ("elbow_min", {"elbow_min": 2.0, "elbow_max": 2.0}),
        ("wrist_max", {"wrist_max": 1.5}),
        ("elbow_max", {"elbow_max": 2.0}),
        ("exit_angle", {"exit_angle": 0.5}),
        ("scoop_offset", {"scoop_offset": 0.1}),
    ],
)
def test_an_arm_that_cannot_be_is_refused_by_name(key: str, change: dict) -> None:
    with pytest.raises(ConfigError) as refusal:
        design_of(CraftParameters(), replace(PARAMETERS, **change))
    assert refusal.value.key == f"mechanism.{key}"
    assert "\n" not in str(refusal.value)


def test_an_arm_that_does_not_reach_says_how_far_it_would() -> None:
    """The way down it names is one that it takes; a little more it refuses."""
    with pytest.raises(ConfigError, match=r"does not reach: under 2\.65 m"):
        arm_poses(replace(PARAMETERS, reach=2.8))
    wide = {"wrist_max": 3.0, "wrist_min": -3.0, "shoulder_min": -3.0}
    arm_poses(replace(PARAMETERS, reach=2.64, **wide))
    with pytest.raises(ConfigError, match="reach"):
        arm_poses(replace(PARAMETERS, reach=2.66, **wide))


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"stowed_wrist": -1.55}, "scoop"),
        ({"stowed_shoulder": -1.59, "shoulder_drop": 0.01, "stowed_elbow": 3.0}, "bus"),
        ({"stowed_shoulder": -2.2}, "bus"),
    ],
)
def test_an_arm_that_runs_into_itself_or_the_bus_is_refused(change: dict, parts: str) -> None:
    limits = {"shoulder_min": -3.1, "shoulder_max": 3.1, "wrist_min": -3.1, "wrist_max": 3.1}
    with pytest.raises(ConfigError, match="runs into") as refusal:
        design_of(CraftParameters(), replace(PARAMETERS, **limits, **change))
    assert parts in str(refusal.value)
