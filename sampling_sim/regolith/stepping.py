"""The loop over contact steps, compiled as one function for each choice of laws."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sampling_sim.constants import FloatArray
from sampling_sim.regolith import activity, tools
from sampling_sim.regolith.activity import Activity
from sampling_sim.regolith.cells import Cells, candidate_pairs, wrap
from sampling_sim.regolith.clump_motion import drift_and_place, kick_and_place
from sampling_sim.regolith.clumps import Clumps
from sampling_sim.regolith.contacts import Contacts, Material, Near, sorted_pairs
from sampling_sim.regolith.grains import Field, Grains, drift, kick_and_drift
from sampling_sim.regolith.pair_forces import new_work, pair_forces, promote_near
from sampling_sim.regolith.plates import Plates, carry_plates, start_plates
from sampling_sim.regolith.sources import source_hash
from sampling_sim.regolith.tools import Links, ToolPairs, Tools
from sampling_sim.regolith.walls import Walls, near_walls, wall_forces

REBUILD = 0.4
"""Share of the skin a grain may move before the lists are made anew: two could close 0.8."""
FASTEST = 0.1
"""Share of the skin a grain may move in one step: two close the 0.2 that are left."""


class Lists(NamedTuple):
    """Who meets whom, made anew together."""

    contacts: Contacts
    """Pairs in reach, one grain awake at least."""
    dormant: Contacts
    """Pairs of two sleepers."""
    near: Near
    moving: np.ndarray
    """Awake grains that move on their own, uint32."""


def _compiled_lists(source: str) -> Any:
    """Return the function that makes the lists; `source` as in `_compiled`."""

    @njit(cache=True)
    def new_lists(
        grains: Grains,
        clumps: Clumps,
        lists: Lists,
        walls: Walls,
        region: Activity,
        material: Material,
        cells: Cells,
        skin: float,
    ) -> tuple[Lists, Walls]:
        """All lists for the present positions, springs carried over."""
        _ = source
        wrap(grains.position, cells)
        wrap(clumps.position, cells)
        found = candidate_pairs(grains.position, grains.group, skin + material.reach, cells)
        contacts, dormant, near = sorted_pairs(
            found, region.awake, grains.position, grains.inverse, grains.adhesion, material, skin,
            lists.contacts, lists.dormant,
        )  # fmt: skip
        moving = activity.moving_grains(grains, region)
        activity.settle_border(region, activity.border_grains(region, contacts))
        grains.reference[:] = grains.position[:, :3]
        region.clock[1] = 0.0
        walls = near_walls(grains, activity.awake_grains(region), walls, material, skin)
        return Lists(contacts, dormant, near, moving), walls

    return new_lists


def _compiled(source: str, normal: int, cohesion: int, is_twisting: bool) -> Any:
    """Return the loop; `source` renews its disk cache when any file of this folder changes.

    Numba's own check looks only at the file of the outermost function; what a function has closed
    over is part of the key.
    """

    @njit(cache=True)
    def run_steps(
        grains: Grains,
        clumps: Clumps,
        lists: Lists,
        walls: Walls,
        region: Activity,
        surfaces: Tools,
        tool_pairs: ToolPairs,
        links: Links,
        plates: Plates,
        material: Material,
        field: Field,
        cells: Cells,
        stats: FloatArray,
        dt: float,
        steps: int,
        skin: float,
        allowance: float,
        first: int,
        is_new: bool,
    ) -> tuple[int, ToolPairs]:
        """Take the steps `first` to `steps` of an interval, or those before lists must be made.

        Returns the step it stopped before; `is_new` says that the lists have just been made.
        """
        _ = source
        work, moved = new_work(), 0.0
        if not is_new:
            half = 0.5 * dt
            moved = max(
                drift(grains, lists.moving, half),
                drift_and_place(clumps, grains, region.awake, field, cells.period, dt, half),
                start_plates(grains, plates, half),
            )
        for step in range(first, steps):
            if not moved <= (REBUILD * skin) ** 2 or region.clock[1] > 0.0:
                return step, tool_pairs
            if surfaces.kind.size > 0:
                tools.place_links(links, (step + 0.5 - 0.5 * steps) * dt)
                fresh = is_new and step == first
                if fresh or tools.links_left(links, surfaces, tool_pairs, allowance):
                    # a grain may go from half a skin behind its reference to half a skin ahead
                    tool_pairs = tools.build_tool_pairs(
                        grains, surfaces, links, skin + allowance, tool_pairs
                    )
                    if activity.wake_listed(grains, clumps, region, tool_pairs.grain):
                        return step, tool_pairs
                tools.tool_forces(grains, surfaces, tool_pairs, links, material, dt, stats)
            promote_near(grains, lists.contacts, lists.near, cells, material, np.sqrt(moved), skin)
            pair_forces(
                normal, cohesion, is_twisting, grains, lists.contacts, cells, material, dt, work,
                stats,
            )  # fmt: skip
            wall_forces(normal, grains, walls, material, dt, work, stats)
            ahead = 0.5 * dt if step == steps - 1 else dt
            moved = max(
                kick_and_drift(grains, lists.moving, field, dt, ahead),
                kick_and_place(clumps, grains, region.awake, field, cells.period, dt, ahead),
                carry_plates(grains, plates, dt, ahead),
            )
        # contacts made since the lists count, too
        border = activity.border_grains(region, lists.contacts)
        activity.look_at_sleepers(grains, clumps, region, border, steps)
        activity.let_sleep(
            grains, clumps, region, lists.contacts, tool_pairs.grain, steps * dt, field
        )
        grains.load[:] = 0.0
        return steps, tool_pairs

    return run_steps


new_lists = _compiled_lists(source_hash())


@cache
def steps_of(normal: int, cohesion: int, is_twisting: bool) -> Any:
    """Return the compiled loop for a choice of laws (`NormalLaw`, `CohesionLaw`, twisting)."""
    return _compiled(source_hash(), normal, cohesion, is_twisting)
