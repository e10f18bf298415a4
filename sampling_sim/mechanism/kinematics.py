"""Where the links are at given joint positions, without an engine.  Frame S, SI."""

from collections.abc import Mapping

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.frames import rotation_from_vector
from sampling_sim.mechanism.base import Design, JointKind


def link_places(
    design: Design, joints: Mapping[str, float] | None = None
) -> tuple[FloatArray, FloatArray]:
    """Centres of mass (m, 3) [m] and rotations (m, 3, 3), link axes to S, of all links.

    `joints` are positions [m or rad] by name; those left out are zero.
    """
    wanted = joints or {}
    centre = np.array([link.position for link in design.links], dtype=float)
    turn = np.tile(np.eye(3), (len(design.links), 1, 1))
    for joint in design.joints:
        position = wanted.get(joint.name, 0.0)
        if position == 0.0:
            continue
        carried = design.carried_by(design.link_index(joint.child))
        # joints come parents first: undo nothing, move what hangs below in the pose it has now
        parent = design.link_index(joint.parent)
        rest = np.array(design.links[parent].position)
        axis = turn[parent] @ np.array(joint.axis)
        point = centre[parent] + turn[parent] @ (np.array(joint.position) - rest)
        if joint.kind is JointKind.PRISMATIC:
            centre[carried] += position * axis
            continue
        about = rotation_from_vector(position * axis)
        centre[carried] = point + (centre[carried] - point) @ about.T
        turn[carried] = about @ turn[carried]
    return centre, turn
