"""Where the craft is at release."""

import numpy as np
import pytest

from sampling_sim.mechanism.brush_wheels import BrushWheelsParameters, brush_wheels_design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.sequence.navigation import release_state
from sampling_sim.sequence.touch_and_go import TouchAndGoParameters

DESIGN = brush_wheels_design(CraftParameters(), BrushWheelsParameters())
HEAD = np.array(DESIGN.links[DESIGN.head].position)


@pytest.mark.parametrize("tilt", [(0.0, 0.0), (0.1, -0.2)])
def test_the_lowest_head_point_hangs_at_the_clearance(tilt: tuple) -> None:
    p = TouchAndGoParameters(
        tilt_x=tilt[0], tilt_y=tilt[1], offset_x=0.03, offset_y=-0.02, release_clearance=0.05
    )
    state = release_state(p, DESIGN, surface_top=0.004)
    corners = np.concatenate([b.corners() for b in DESIGN.outline if b.link == DESIGN.head])
    placed = state.position + (HEAD + corners) @ state.rotation.T
    assert placed[:, 2].min() == pytest.approx(0.054, rel=1e-12)
    rim = state.position + state.rotation @ (HEAD + DESIGN.reference_points.mean(axis=0))
    assert rim[:2] == pytest.approx([0.03, -0.02], abs=1e-12)


def test_velocity_is_down_the_normal_with_the_drift_asked_for() -> None:
    p = TouchAndGoParameters(approach_speed=0.07, lateral_speed_x=0.01, rate_z=0.002)
    state = release_state(p, DESIGN, surface_top=0.0)
    assert list(state.velocity) == [0.01, 0.0, -0.07]
    assert list(state.angular_velocity) == [0.0, 0.0, 0.002]


def test_tilt_turns_the_craft_about_the_named_axis() -> None:
    state = release_state(TouchAndGoParameters(tilt_x=0.1), DESIGN, surface_top=0.0)
    assert state.rotation[:, 2] == pytest.approx([0.0, -np.sin(0.1), np.cos(0.1)], rel=1e-12)
