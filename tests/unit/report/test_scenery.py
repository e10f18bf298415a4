"""What a picture of a run has in it, and from where it is looked at."""

import numpy as np
import pytest

from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.drill_anchor_parameters import DrillAnchorParameters
from sampling_sim.mechanism.gas_parameters import GasHeadParameters
from sampling_sim.recording.snapshots import frame_of
from sampling_sim.report.live.scenery import (
    HEAD,
    ROOM,
    STRUCTURE,
    Scenery,
    _around,
    _craft,
    _ground,
    camera_axes,
)

HEAD_BOX = _around(np.array([[-0.13, -0.06, -0.12], [0.13, 0.06, 0.12]]))


def scenery(width_x: float, width_y: float, floor: float) -> Scenery:
    ground = tuple(_ground(width_x, width_y, floor))
    corners = np.concatenate([solid.triangles.reshape(-1, 3) for solid in ground])
    return Scenery(
        solids=ground, radius=np.zeros(0), width=max(width_x, width_y), floor=floor, head=0,
        head_corners=HEAD_BOX, ground_corners=_around(corners),
    )  # fmt: skip


@pytest.mark.parametrize("height", [0.1, 0.5, 3.0])
@pytest.mark.parametrize("shape", [0.6, 1.6])
@pytest.mark.parametrize("angle", [45.0, 90.0])
def test_bed_and_head_fill_the_picture_and_stay_in_it(
    height: float, shape: float, angle: float
) -> None:
    """The point farthest out is at `ROOM` of the half picture, of its width or its height."""
    seen = scenery(0.5, 0.4, -0.11)
    place = np.array([[0.05, 0.0, height]])
    frame = frame_of(0, 0.0, (np.zeros((0, 3)),) * 2, (place, np.eye(3)[None]))
    view = seen.view(frame, shape, angle)
    right, up, away = camera_axes()
    points = np.concatenate([seen.ground_corners, HEAD_BOX + frame.link_position])
    points = points - np.array(view.target) + view.distance * away
    depth = points @ away
    assert depth.min() > 0.0
    half = np.tan(np.radians(0.5 * angle)) * depth
    across, high = np.abs(points @ right) / (half * shape), np.abs(points @ up) / half
    assert max(across.max(), high.max()) == pytest.approx(ROOM, rel=1e-6)


def test_the_camera_stands_before_the_bed_and_over_it() -> None:
    right, up, away = camera_axes()
    assert np.array([right, up, away]) @ np.array([right, up, away]).T == pytest.approx(np.eye(3))
    assert away[1] > 0.5
    assert away[2] < 0.0
    assert up[2] > 0.5


def test_walls_before_the_sample_are_told_apart() -> None:
    """Of the brushes' box the wall at -y; of a ring the front of its outer wall, no more."""
    brushes = list(_craft(design_of(CraftParameters(), BrushWheelsParameters())))
    front = [solid for solid in brushes if solid.is_in_front]
    assert front
    assert max(solid.triangles[:, :, 1].max() for solid in front) < -0.05
    ring = list(_craft(design_of(CraftParameters(), GasHeadParameters())))
    cut = np.concatenate([solid.triangles for solid in ring if solid.is_in_front])
    assert (np.hypot(cut[:, :, 0], cut[:, :, 1]) > 0.14).all()
    assert (cut[:, :, 1] < 0.0).all()
    whole = sum(len(solid.triangles) for solid in ring)
    assert len(cut) < 0.2 * whole


def test_kinds_of_parts_have_their_colours() -> None:
    design = design_of(CraftParameters(), BrushWheelsParameters())
    colour = {design.links[solid.link].name: solid.colour for solid in _craft(design)}
    assert colour["bus"] == colour["arm"] == colour["wing_left"] == STRUCTURE
    assert colour["head"] == HEAD
    assert colour["wheel_left"] == colour["wheel_right"]
    assert len({colour[name] for name in ("bus", "head", "wheel_left", "flap")}) == 4
    legs = design_of(CraftParameters(), DrillAnchorParameters())
    assert not any(solid.is_in_front for solid in _craft(legs))
    assert {"strut_0", "foot_3"} <= {legs.links[solid.link].name for solid in _craft(legs)}


def test_a_bed_has_bars_around_it_and_bare_rock_has_none() -> None:
    bed, rock = list(_ground(0.5, 0.4, -0.1)), list(_ground(0.5, 0.4, 0.0))
    assert (len(bed), len(rock)) == (5, 1)
    assert bed[0].triangles[:, :, 2].max() == pytest.approx(-0.1)
    assert rock[0].triangles[:, :, 2].max() == 0.0
    inner = [np.abs(bar.triangles[:, :, :2]).reshape(-1, 2) for bar in bed[1:]]
    assert all((points >= np.array([0.25, 0.2]) - 1e-12).any(axis=1).all() for points in inner)
