"""The loop over contact steps, compiled as one function."""

from typing import Any

from numba import njit

from sampling_sim.constants import FloatArray
from sampling_sim.regolith import kernel, plates, tools
from sampling_sim.regolith.kernel import Field, Grains, Walls
from sampling_sim.regolith.neighbours import Material, Pairs
from sampling_sim.regolith.plates import Plates
from sampling_sim.regolith.sources import source_hash
from sampling_sim.regolith.tools import Links, ToolPairs, Tools

REBUILD = 0.4
"""Share of the skin a grain may move before the lists are made anew: two could close 0.8."""
FASTEST = 0.1
"""Share of the skin a grain may move in one step: two close the 0.2 that are left."""


def _compiled(source: str) -> Any:
    """Return the loop; `source` renews its disk cache when any file of this folder changes.

    Numba's own check looks only at the file of the outermost function; what a function has closed
    over is part of the key.
    """

    @njit(cache=True)
    def run_steps(
        grains: Grains,
        pairs: Pairs,
        walls: Walls,
        surfaces: Tools,
        tool_pairs: ToolPairs,
        links: Links,
        moving: Plates,
        material: Material,
        field: Field,
        grid: FloatArray,
        stats: FloatArray,
        dt: float,
        steps: int,
        skin: float,
        allowance: float,
    ) -> tuple[Pairs, Walls, ToolPairs]:
        """Take `steps` steps in one call; lists are made anew when something has moved enough."""
        _ = source
        plates.start_plates(grains, moving)
        moved = kernel.drift(grains, 0.5 * dt)
        for step in range(steps):
            rebuilt = moved > (REBUILD * skin) ** 2
            if rebuilt:
                pairs, walls = kernel.rebuild_lists(grains, pairs, walls, material, grid, skin)
            if surfaces.kind.size > 0:
                tools.place_links(links, (step + 0.5 - 0.5 * steps) * dt)
                if rebuilt or tools.links_left(links, surfaces, tool_pairs, allowance):
                    # a grain may go from half a skin behind its reference to half a skin ahead
                    tool_pairs = tools.build_tool_pairs(
                        grains, surfaces, links, skin + allowance, tool_pairs
                    )
                tools.tool_forces(grains, surfaces, tool_pairs, links, material, dt, stats)
            kernel.pair_forces(grains, pairs, material, dt, stats)
            kernel.wall_forces(grains, walls, material, dt, stats)
            drift_time = 0.5 * dt if step == steps - 1 else dt
            # before the grains' turn, which clears the loads
            carried = plates.carry_plates(grains, moving, dt, drift_time)
            moved = max(carried, kernel.kick_and_drift(grains, field, dt, drift_time))
        return pairs, walls, tool_pairs

    return run_steps


run_steps = _compiled(source_hash())
