"""Impulses given to grains from outside, between two calls of the solver."""

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.activity import Activity
from sampling_sim.regolith.cells import Cells
from sampling_sim.regolith.clumps import Clumps
from sampling_sim.regolith.grains import Grains
from sampling_sim.regolith.stepping import wake


def add_velocity(
    grains: Grains,
    clumps: Clumps,
    region: Activity,
    cells: Cells,
    change: FloatArray,
    body: IntArray,
) -> None:
    """Add to the velocities of the free bodies; what is moved wakes.

    Parameters
    ----------
    grains, clumps, region, cells
        Of a solver; changed in place.
    change
        [m/s] of each body, shape (b, 3).
    body
        Body of each sphere, in the solver's order, shape (n,).
    """
    sphere_change = change[body]
    free = region.free
    grains.motion[free, :3] += sphere_change[free]
    grains.predicted[free, :3] += sphere_change[free]
    loose = clumps.inverse_mass > 0.0
    clumps.velocity[loose] += change[: len(loose)][loose]
    if region.is_on:
        asleep = free & ~region.awake & (sphere_change != 0.0).any(1)
        if asleep.any():
            wake(grains, clumps, region, asleep, cells)
