"""Where the links of a design are at given joint positions, and which of its parts then meet.

Boxes of the outline stand for the parts.  Those of two links with a joint between them may meet if
they do so with all joints at zero: there they are one at the joint.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError
from sampling_sim.frames import rotation_from_vector
from sampling_sim.mechanism.base import Box, Design, JointKind


def placed_links(design: Design, joints: Mapping[str, float]) -> tuple[FloatArray, FloatArray]:
    """Centres of mass [m] (m, 3) and rotations link to S (m, 3, 3), the first link at its place.

    `joints` gives positions [m or rad] by name; those not named are at zero.
    """
    shift = {design.links[0].name: np.zeros(3)}
    turn = {design.links[0].name: np.eye(3)}
    for joint in design.joints:
        position, axis = joints.get(joint.name, 0.0), np.array(joint.axis)
        # every parent maps S at zero to S now: x → shift + turn x
        parent_turn, parent_shift = turn[joint.parent], shift[joint.parent]
        if joint.kind is JointKind.PRISMATIC:
            turn[joint.child] = parent_turn
            shift[joint.child] = parent_shift + parent_turn @ axis * position
            continue
        own, pivot = rotation_from_vector(position * axis), np.array(joint.position)
        turn[joint.child] = parent_turn @ own
        shift[joint.child] = parent_shift + parent_turn @ (pivot - own @ pivot)
    rotation = np.array([turn[link.name] for link in design.links])
    place = [shift[link.name] + turn[link.name] @ link.position for link in design.links]
    return np.array(place), rotation


def refuse_meeting_parts(
    design: Design, joints: Mapping[str, float], pose: str, touch: float
) -> None:
    """Refuse a design of which two parts, not one at a joint, overlap by over `touch` [m].

    Raises
    ------
    ConfigError
        Names the two parts and the pose.
    """
    joined = {frozenset((joint.parent, joint.child)) for joint in design.joints}
    posed, straight = placed_links(design, joints), placed_links(design, {})
    for first, second in combinations(design.outline, 2):
        names = frozenset(design.links[box.link].name for box in (first, second))
        if len(names) == 1:
            continue
        if names in joined and _overlap(*straight, first, second) > -touch:
            continue
        if _overlap(*posed, first, second) > touch:
            one, other = sorted(names)
            allowed = f"must be apart {pose}: check lengths and angles"
            raise ConfigError("mechanism", f"{one} runs into {other}", allowed)


def _overlap(place: FloatArray, rotation: FloatArray, first: Box, second: Box) -> float:
    """Depth [m] by which two boxes overlap along the axis that parts them best, or less than 0.

    Two boxes are apart if they are so along a face's normal or across an edge of each.
    """
    turn_1, turn_2 = rotation[first.link], rotation[second.link]
    between = place[second.link] + turn_2 @ second.centre
    between -= place[first.link] + turn_1 @ first.centre
    crossed = np.cross(turn_1.T[:, None, :], turn_2.T[None, :, :]).reshape(-1, 3)
    length = np.linalg.norm(crossed, axis=1)
    skew = length > 1e-9
    axes = np.concatenate([turn_1.T, turn_2.T, crossed[skew] / length[skew, None]])
    reach = np.abs(axes @ turn_1) @ first.half_extents + np.abs(axes @ turn_2) @ second.half_extents
    return float((reach - np.abs(axes @ between)).min())
