"""Which grains each primitive may touch: lists with a margin, history carried over.

A grain is listed with a primitive if their gap is below a margin; with a mesh it keeps a list of
the near triangles too.  The lists are made anew when a link has moved further than its part of the
margin (`links_left`).  Frame P, SI.
"""

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import IntArray
from sampling_sim.regolith.grains import Grains
from sampling_sim.regolith.tool_arrays import MESH_SLOTS, Links, ToolPairs, Tools
from sampling_sim.regolith.tool_distance import surface_distance
from sampling_sim.regolith.tool_mesh import near_triangles
from sampling_sim.regolith.tool_motion import local_point, place_primitive
from sampling_sim.regolith.tool_reach import MESH, bed_box, grains_at_link, in_box


@njit
def build_tool_pairs(
    grains: Grains, tools: Tools, links: Links, margin: float, old: ToolPairs
) -> ToolPairs:
    """Grains with a gap below `margin` [m] to each primitive, history carried over."""
    primitives = tools.kind.size
    start = np.zeros(primitives + 1, np.int64)
    grain, near = np.zeros(64, np.int64), np.zeros(64, np.int64)
    near_start = np.zeros(65, np.int64)
    candidates, link, count, found = np.zeros(grains.position.shape[0], np.int64), -1, 0, 0
    axes, centre, bed = np.zeros((3, 3)), np.zeros(3), bed_box(grains.position)
    for p in range(primitives):
        start[p] = found
        if tools.link[p] != link:
            link = tools.link[p]
            count = grains_at_link(grains, bed, tools, links, link, margin, candidates)
        if count == 0:
            continue
        place_primitive(tools, links, p, centre, axes)
        is_mesh = tools.kind[p] == MESH
        slots = MESH_SLOTS if is_mesh else 1
        grain = _with_room(grain, found + slots * count)
        near_start = _with_room(near_start, found + slots * count + 1)
        for c in range(count):
            i = candidates[c]
            x, y, z = local_point(grains.position, i, centre, axes)
            limit = grains.position[i, 3] + margin
            if not in_box(tools, p, x, y, z, limit):
                continue
            reached = near_start[found]
            if is_mesh:
                near = _with_room(near, reached + tools.meshes.first[p + 1] - tools.meshes.first[p])
                reached = near_triangles(
                    tools.meshes, p, x, y, z, limit + tools.size[p, 0], near, reached
                )
                if reached == near_start[found]:
                    continue
            elif surface_distance(tools.kind[p], tools.size[p], x, y, z)[0] >= limit:
                continue
            for _ in range(slots):
                grain[found] = i
                found += 1
                near_start[found] = reached
    start[primitives] = found
    pairs = ToolPairs(
        start, grain[:found].copy(), np.zeros((found, 6)), np.zeros((found, 3)),
        near_start[: found + 1].copy(), near[: near_start[found]].copy(),
        links.position.copy(), links.rotation.copy(),
    )  # fmt: skip
    _carry_history(old, pairs)
    return pairs


@njit
def _with_room(array: IntArray, size: int) -> IntArray:
    """Return the array, or a longer copy if it has no room for `size` entries."""
    if array.size >= size:
        return array
    longer = np.zeros(2 * size, np.int64)
    longer[: array.size] = array
    return longer


@njit
def _carry_history(old: ToolPairs, new: ToolPairs) -> None:
    """Copy history and direction of every slot that is in both lists; grains rise in a row."""
    for p in range(new.start.size - 1):
        o, end = old.start[p], old.start[p + 1]
        for k in range(new.start[p], new.start[p + 1]):
            while o < end and old.grain[o] < new.grain[k]:
                o += 1
            if o < end and old.grain[o] == new.grain[k]:
                new.history[k] = old.history[o]
                new.direction[k] = old.direction[o]
                o += 1
