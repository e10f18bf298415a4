"""Pour a bed: drop grains into the box, level them, glue the lowest layer.

No cohesion yet; gravity is inward and gentle enough that the grains hardly spring back when it is
taken away.  Frame P, SI.
"""

from dataclasses import replace
from math import pi, sqrt

import numpy as np

from sampling_sim.constants import BoolArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.clump_beds import shaped
from sampling_sim.regolith.column import EXPECTED_PACKING, column
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.settling import (
    RELAXING_DRAG,
    free_speeds,
    run_for,
    taken_out,
    uniform_field,
)
from sampling_sim.regolith.sizes import sizes_of
from sampling_sim.regolith.slab import surface_height
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

POURING_GRAVITY = 2.0
"""[m/s²] at most; chosen: settles in seconds."""
POURING_OVERLAP = 0.3
"""Overlap under pouring gravity over the range of cohesion, at most.  Chosen: beds that spring
back further than their bonds reach end up with a third of the strength wanted (measured)."""
POURING_DRAG = 0.5
"""[1/s] recipe measured in trials."""
STILL = 1e-2
"""A pile rests when its grains are slower than this times a fall through one grain."""
HEAP_SHARE, HEAP_TRIES, LEVEL_TRIES = 0.99, 10, 20
"""Share of the grains that must be still before the heap is levelled (the others rattle in their
cages, and waiting for the last of them took half of the time); of the level bed all must be, or a
grain that hops at the surface floats when gravity goes.  Waits of about one fall, at most."""
POURING_FRICTION, POURING_ROLLING = 1.0, 0.5
"""[1] of the roughest pour without cohesion; chosen: more makes the bed no looser."""
POURING_RESTITUTION, CALM_FROM = 0.7, 1.5
"""[1] least restitution from this looseness on, less above 1, and while cohesion is taken back.
Bonds press a deep bed by 1 % of the radius in the mean, where the dampers of sliding and rolling at
0.5 shake it for ever (rims at 0.1 to 0.9 m/s, a grain driven 15 % into the glued layer).  Chosen:
at 0.7 it lies as still as at half the step (docs/beds.md)."""
POURING_BOND = 30.0
"""[1] pull-off force over weight of the loosest pour."""


def pouring_gravity(parameters: RegolithParameters) -> float:
    """Inward acceleration [m/s²] of the pouring: fast, but soft grains are pressed gently.

    A bed under the pressure p at its floor presses its grains together by about F = (4/3) √½ p r².
    Hertz overlaps by r (p/E*)^⅔ then, a linear spring by F/k.
    """
    p = parameters
    radius, overlap = 0.5 * p.diameter_max, POURING_OVERLAP * p.cohesion_range
    if p.normal_law == "linear":
        pressure = p.normal_stiffness * overlap / (4.0 / 3.0 * sqrt(0.5) * radius**2)
    else:
        pressure = p.pair_modulus * (overlap / radius) ** 1.5
    return min(POURING_GRAVITY, pressure / (EXPECTED_PACKING * p.grain_density * p.depth))


def poured_with(parameters: RegolithParameters, looseness: float | None) -> RegolithParameters:
    """Parameters with the friction of a pour: 0 frictionless, 1 and above as rough as it gets.

    None keeps the grains' own friction; a pour that coheres, above 1, is calmed.
    """
    if looseness is None:
        return parameters
    rough = min(looseness, 1.0)
    share = min(max((looseness - 1.0) / (CALM_FROM - 1.0), 0.0), 1.0)
    return replace(
        calm(parameters, share),
        friction_coefficient=rough * POURING_FRICTION,
        rolling_friction=rough * POURING_ROLLING,
    )


def calm(parameters: RegolithParameters, share: float = 1.0) -> RegolithParameters:
    """Parameters with weaker dampers, which do not shake a bed that bonds press together.

    `share` of the way from the grains' own restitution to `POURING_RESTITUTION`.
    """
    raised = max(POURING_RESTITUTION - parameters.restitution, 0.0)
    return replace(parameters, restitution=parameters.restitution + share * raised)


def poured_cohesion(parameters: RegolithParameters, looseness: float | None) -> float:
    """Pull-off scale w [J/m²] of a pour: 0 up to a looseness of 1, then by its Bond number.

    The Bond number is pull-off force over weight of a pair of the grain of mean volume.
    """
    if looseness is None or looseness <= 1.0:
        return 0.0
    cube = sizes_of(parameters).mean_cube
    weight = parameters.grain_density * pi / 6.0 * cube * pouring_gravity(parameters)
    bond = POURING_BOND * (looseness - 1.0) ** 2
    return bond * weight / (2.0 * pi * 0.25 * cube ** (1.0 / 3.0))


def pour(parameters: RegolithParameters, looseness: float | None = None) -> Bed:
    """Levelled bed, its lowest layer fixed, at rest under `pouring_gravity`.

    `looseness` says with what friction and cohesion the grains fall: 0 gives the densest bed, 2
    the loosest; None the one of the grains' own friction, without cohesion.
    """
    p = parameters
    position, radius, clumps = shaped(
        p.shape, *column(p), boulders=p.boulder_count, density=p.grain_density, seed=p.packing_seed
    )
    loose = Bed(
        parameters=poured_with(parameters, looseness),
        position=position,
        radius=radius,
        clumps=clumps,
        fixed=np.zeros(radius.size, bool),
        floor=-parameters.depth,
        pull_off_scale=poured_cohesion(parameters, looseness),
    )
    heap = _settled(loose, sides_end=False)
    is_boulder = _boulders(heap)
    rises = heap.of_whole_bodies(heap.position[:, 2] + heap.radius > 0.0)
    near_floor = heap.position[:, 2] - heap.radius < heap.floor + 0.5 * parameters.diameter_min
    glued = replace(heap, fixed=heap.of_whole_bodies(near_floor))
    level = _settled(glued.subset(is_boulder | ~rises), sides_end=True)
    on_top = _boulders(level) & (parameters.boulder_place == "surface")
    return level.lowered(surface_height(level.subset(~on_top) if on_top.any() else level))


def _boulders(bed: Bed) -> BoolArray:
    """Mask of the spheres that belong to boulders, shape (n,)."""
    largest = bed.parameters.diameter_max * (1.0 + 1e-9)
    return np.asarray(bed.body_diameter[bed.body] > largest)


def _settled(bed: Bed, *, sides_end: bool) -> Bed:
    """Bed at rest under the pouring gravity, with the springs it ends with."""
    walls = bed.walls
    if not sides_end:
        walls[:, 4] = np.inf
    fall = float(bed.position[:, 2].max() - bed.floor)
    gravity = pouring_gravity(bed.parameters)
    step = stable_step(bed.parameters)
    solver = GrainSolver(bed, uniform_field(gravity), contact_step=step, walls=walls)
    if not sides_end:
        solver.drag = POURING_DRAG
        run_for(solver, 1.2 * sqrt(2.0 * fall / gravity))
    solver.drag = RELAXING_DRAG
    still = STILL * sqrt(gravity * bed.parameters.diameter_max)
    share, tries = (1.0, LEVEL_TRIES) if sides_end else (HEAP_SHARE, HEAP_TRIES)
    for _ in range(tries):
        run_for(solver, 0.3 / sqrt(gravity))
        if np.quantile(free_speeds(solver), share) < still:
            break
    return taken_out(bed, solver)
