"""The loop over contact steps: compiled once for each choice of laws, lists and sleep apart.

The loop stops where lists must be made; `GrainSolver.advance` makes them and goes on.  What does
not depend on the laws is compiled in functions of its own, once for all of them.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sampling_sim.compiling import njit
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
END, LISTS, TOOL_LISTS = range(3)
"""Why the loop stopped: the interval is over, or lists must be made."""
FASTEST = 0.03
"""Share of the skin a grain may move in one step; chosen: for accuracy, as lists are looked at in
every step and hold up to half a skin."""


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
        # sleepers keep their springs, as in `dormant`
        free = np.flatnonzero(region.free).astype(np.uint32)
        walls = near_walls(grains, free, walls, material, skin)
        return Lists(contacts, dormant, near, moving), walls

    return new_lists


def _compiled_tool_lists(source: str) -> Any:
    """Return the function that makes the tools' lists; `source` as in `_compiled`."""

    @njit(cache=True)
    def new_tool_lists(
        grains: Grains,
        clumps: Clumps,
        region: Activity,
        surfaces: Tools,
        tool_pairs: ToolPairs,
        links: Links,
        cells: Cells,
        time: float,
        margin: float,
    ) -> ToolPairs:
        """Who may meet a tool while the links are near where they are at `time`; those wake."""
        _ = source
        tools.place_links(links, time)
        tool_pairs = tools.build_tool_pairs(grains, surfaces, links, margin, tool_pairs)
        activity.wake_listed(grains, clumps, region, tool_pairs.grain, cells.period)
        return tool_pairs

    return new_tool_lists


def _compiled_wake(source: str) -> Any:
    """Return the function that wakes grains and those near them; `source` as in `_compiled`."""

    @njit(cache=True)
    def wake(
        grains: Grains, clumps: Clumps, region: Activity, seeds: np.ndarray, cells: Cells
    ) -> None:
        """Wake the seeds (bool, shape (n,)) and what lies near."""
        _ = source
        activity.wake_around(grains, clumps, region, seeds, cells.period)

    return wake


def _compiled_sleep(source: str) -> Any:
    """Return the function that wakes and sends to sleep; `source` as in `_compiled`."""

    @njit(cache=True)
    def look_after_sleep(
        grains: Grains,
        clumps: Clumps,
        region: Activity,
        contacts: Contacts,
        tool_pairs: ToolPairs,
        field: Field,
        cells: Cells,
        dt: float,
        steps: int,
    ) -> None:
        """Wake who was disturbed over the interval, let sleep who rests."""
        _ = source
        # contacts made since the lists count, too
        border = activity.border_grains(region, contacts)
        activity.look_at_sleepers(grains, clumps, region, border, steps, cells.period)
        activity.let_sleep(grains, clumps, region, contacts, tool_pairs.grain, steps * dt, field)

    return look_after_sleep


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
        moved: float,
    ) -> tuple[int, float, int]:
        """Take the steps `first` to `steps` of an interval, or those before lists must be made.

        `moved` [m²] is the largest squared displacement since the lists were made, negative where
        the interval begins.  Returns the step it stopped before, `moved`, and why.
        """
        _ = source
        work = new_work()
        if moved < 0.0:
            half = 0.5 * dt
            moved = max(
                drift(grains, lists.moving, half),
                drift_and_place(clumps, grains, region.awake, field, cells.period, dt, half),
                start_plates(grains, plates, half),
            )
        for step in range(first, steps):
            if not moved <= (REBUILD * skin) ** 2 or region.clock[1] > 0.0:
                return step, moved, LISTS
            if surfaces.kind.size > 0:
                tools.place_links(links, middle_of(step, steps, dt))
                if tools.links_left(links, surfaces, tool_pairs, allowance):
                    return step, moved, TOOL_LISTS
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
        return steps, moved, END

    return run_steps


@njit(cache=True)
def middle_of(step: int, steps: int, dt: float) -> float:
    """Time [s] of a step's middle, from the interval's own, where the links' poses are given."""
    return (step + 0.5 - 0.5 * steps) * dt


new_lists = _compiled_lists(source_hash())
new_tool_lists = _compiled_tool_lists(source_hash())
look_after_sleep = _compiled_sleep(source_hash())
wake = _compiled_wake(source_hash())


@cache
def steps_of(normal: int, cohesion: int, is_twisting: bool) -> Any:
    """Return the compiled loop for a choice of laws (`NormalLaw`, `CohesionLaw`, twisting)."""
    return _compiled(source_hash(), normal, cohesion, is_twisting)
