"""Which grains each primitive may touch: lists with a margin, history carried over.

Each primitive keeps its own list of grains within its box plus a margin; the list is made anew
when the link has moved further than its part of the margin.  Frame P, SI.
"""

from math import sqrt

import numpy as np
from numba import njit

from sampling_sim.regolith.kernel import Grains
from sampling_sim.regolith.tool_arrays import Links, ToolPairs, Tools
from sampling_sim.regolith.tool_distance import surface_distance
from sampling_sim.regolith.tool_motion import place_primitive


@njit
def build_tool_pairs(
    grains: Grains, tools: Tools, links: Links, margin: float, old: ToolPairs
) -> ToolPairs:
    """Grains with a gap below `margin` [m] to each primitive, history carried over."""
    count, primitives = grains.position.shape[0], tools.kind.size
    start = np.zeros(primitives + 1, np.int64)
    grain = np.zeros(count * primitives, np.int64)
    found = 0
    axes, centre = np.zeros((3, 3)), np.zeros(3)
    for p in range(primitives):
        start[p] = found
        bound = sqrt(np.sum(tools.size[p] ** 2)) + tools.size[p, 2] + margin
        place_primitive(tools, links, p, centre, axes)
        for i in range(count):
            x, y, z, r = grains.position[i]
            x, y, z = x - centre[0], y - centre[1], z - centre[2]
            # cheap sphere first, exact distance after
            if x * x + y * y + z * z > (bound + r) ** 2:
                continue
            distance, _, _, _ = surface_distance(
                tools.kind[p], tools.size[p],
                axes[0, 0] * x + axes[1, 0] * y + axes[2, 0] * z,
                axes[0, 1] * x + axes[1, 1] * y + axes[2, 1] * z,
                axes[0, 2] * x + axes[1, 2] * y + axes[2, 2] * z,
            )  # fmt: skip
            if distance < r + margin:
                grain[found] = i
                found += 1
    start[primitives] = found
    history = np.zeros((found, 6))
    for p in range(primitives):
        o = old.start[p]
        for k in range(start[p], start[p + 1]):
            while o < old.start[p + 1] and old.grain[o] < grain[k]:
                o += 1
            if o < old.start[p + 1] and old.grain[o] == grain[k]:
                history[k] = old.history[o]
    return ToolPairs(
        start, grain[:found].copy(), history, links.position.copy(), links.rotation.copy()
    )
