"""Which grains a moving part can reach at all: boxes first, exact distances after.

A link's box is held against the box of the bed, then against each grain; only the grains left are
held against the link's primitives.  Frame P, SI.
"""

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.grains import Grains
from sampling_sim.regolith.primitives import PrimitiveKind
from sampling_sim.regolith.tool_arrays import Links, Tools

MESH = int(PrimitiveKind.MESH)

WIDER = 1.0 + 1e-9
"""Boxes are taken wider by this, so that round-off never hides a grain from the exact distance."""


@njit
def bed_box(position: FloatArray) -> FloatArray:
    """Lower and upper corner [m] of the box round all spheres (n, 4), shape (6,)."""
    box = np.array([np.inf, np.inf, np.inf, -np.inf, -np.inf, -np.inf])
    for i in range(position.shape[0]):
        for a in range(3):
            box[a] = min(box[a], position[i, a] - position[i, 3])
            box[3 + a] = max(box[3 + a], position[i, a] + position[i, 3])
    return box


@njit
def link_box_in_p(tools: Tools, links: Links, k: int, margin: float) -> FloatArray:
    """Box [m] along the axes of P round a link's primitives and `margin`, shape (6,)."""
    box = np.zeros(6)
    for a in range(3):
        centre, half = links.position[k, a], WIDER * margin
        for b in range(3):
            low, high = tools.link_box[k, b], tools.link_box[k, 3 + b]
            centre += 0.5 * links.rotation[k, a, b] * (low + high)
            half += WIDER * 0.5 * abs(links.rotation[k, a, b]) * (high - low)
        box[a], box[3 + a] = centre - half, centre + half
    return box


@njit
def grains_at_link(
    grains: Grains,
    bed: FloatArray,
    tools: Tools,
    links: Links,
    k: int,
    margin: float,
    out: IntArray,
) -> int:
    """Write the grains within `margin` [m] of link k's box to `out`; returns how many."""
    box = link_box_in_p(tools, links, k, margin)
    for a in range(3):
        if bed[a] > box[3 + a] or bed[3 + a] < box[a]:
            return 0
    position, turn, found = grains.position, links.rotation, 0
    low_x, low_y, low_z = box[0], box[1], box[2]
    high_x, high_y, high_z = box[3], box[4], box[5]
    for i in range(position.shape[0]):
        x, y, z, r = position[i, 0], position[i, 1], position[i, 2], position[i, 3]
        if x + r < low_x or x - r > high_x or y + r < low_y or y - r > high_y:
            continue
        if z + r < low_z or z - r > high_z:
            continue
        x, y, z = x - links.position[k, 0], y - links.position[k, 1], z - links.position[k, 2]
        room, reached = WIDER * (r + margin), True
        for b in range(3):
            along = turn[k, 0, b] * x + turn[k, 1, b] * y + turn[k, 2, b] * z
            low, high = tools.link_box[k, b] - room, tools.link_box[k, 3 + b] + room
            reached = reached and low <= along <= high
        if reached:
            out[found] = i
            found += 1
    return found


@njit
def in_box(tools: Tools, p: int, x: float, y: float, z: float, room: float) -> bool:
    """Whether a point in the primitive's frame is within `room` [m] of its box."""
    room *= WIDER
    box = tools.box
    if x < box[p, 0] - room or x > box[p, 3] + room:
        return False
    if y < box[p, 1] - room or y > box[p, 4] + room:
        return False
    return bool(box[p, 2] - room <= z <= box[p, 5] + room)
