"""Pour a bed: drop grains into the box, level them, glue the lowest layer.

No cohesion yet; gravity is inward and gentle enough that the grains hardly spring back when it is
taken away.  Frame P, SI.
"""

from dataclasses import replace
from math import ceil, pi, sqrt

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray, IntArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.settling import (
    RELAXING_DRAG,
    free_speeds,
    run_for,
    taken_out,
    uniform_field,
)
from sampling_sim.regolith.sizes import draw_diameters
from sampling_sim.regolith.slab import surface_height
from sampling_sim.regolith.solver import GrainSolver, stable_step
from sampling_sim.rng import Stream, generator

POURING_GRAVITY = 2.0
"""[m/s²] at most; chosen: settles in seconds."""
POURING_OVERLAP = 0.3
"""Overlap under pouring gravity over the range of cohesion, at most.  Chosen: beds that spring
back further than their bonds reach end up with a third of the strength wanted (measured)."""
POURING_DRAG = 0.5
"""[1/s] recipe measured in trials."""
OVERFILL = 1.25
"""Poured volume over the bed's, chosen: what lies above the level is taken away."""
EXPECTED_PACKING = 0.56
"""[1] packing fraction the number of grains is worked out from; the measured one is reported."""


def pouring_gravity(parameters: RegolithParameters) -> float:
    """Inward acceleration [m/s²] of the pouring: fast, but soft grains are pressed gently.

    A bed under the pressure p at its floor has overlaps of about r (p/E*)^⅔.
    """
    p = parameters
    strain = POURING_OVERLAP * p.cohesion_range / (0.5 * p.diameter_max)
    pressure = p.pair_modulus * strain**1.5
    return min(POURING_GRAVITY, pressure / (EXPECTED_PACKING * p.grain_density * p.depth))


def pour(parameters: RegolithParameters) -> Bed:
    """Cohesionless bed, levelled, its lowest layer fixed, at rest under `pouring_gravity`."""
    position, radius = _column(parameters)
    loose = Bed(
        parameters=parameters,
        position=position,
        radius=radius,
        fixed=np.zeros(radius.size, bool),
        floor=-parameters.depth,
    )
    heap = _settled(loose, sides_end=False)
    keep = heap.position[:, 2] + heap.radius <= 0.0
    fixed = heap.position[:, 2] - heap.radius < heap.floor + 0.5 * parameters.diameter_min
    level = _settled(_subset(replace(heap, fixed=fixed), keep), sides_end=True)
    shift = surface_height(level)
    position = level.position - np.array([0.0, 0.0, shift])
    return replace(level, position=position, floor=level.floor - shift)


def _column(parameters: RegolithParameters) -> tuple[FloatArray, FloatArray]:
    """Positions and radii [m] of the grains to pour: a jittered lattice above the floor."""
    p = parameters
    rng = generator(p.packing_seed, 0, Stream.PACKING)
    target = OVERFILL * EXPECTED_PACKING * p.width_x * p.width_y * p.depth
    # draw more than enough and cut where the volume is reached
    most = ceil(target / (pi / 6.0 * p.diameter_min**3))
    diameter = draw_diameters(rng, most, p.diameter_min, p.diameter_max, p.size_index)
    volume = np.cumsum(pi / 6.0 * diameter**3)
    diameter = diameter[: int(np.searchsorted(volume, target)) + 1]
    nx, ny = int(p.width_x / p.diameter_max), int(p.width_y / p.diameter_max)
    spacing = np.array([p.width_x / nx, p.width_y / ny, p.diameter_max])
    index = np.arange(diameter.size)
    lattice = np.column_stack([index % nx, index // nx % ny, index // (nx * ny)]) + 0.5
    room = spacing - diameter[:, None]
    jitter = rng.uniform(-0.5, 0.5, (diameter.size, 3)) * room
    corner = np.array([-0.5 * p.width_x, -0.5 * p.width_y, -p.depth])
    return corner + lattice * spacing + jitter, 0.5 * diameter


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
    # a hundredth of the speed of a fall through one grain: the pile no longer rearranges
    still = 1e-2 * sqrt(gravity * bed.parameters.diameter_max)
    for _ in range(20):
        run_for(solver, 0.3 / sqrt(gravity))
        if free_speeds(solver).max() < still:
            break
    return taken_out(bed, solver)


def _subset(bed: Bed, keep: BoolArray) -> Bed:
    """Bed of the grains kept, with the springs between them."""
    number: IntArray = np.cumsum(keep) - 1
    alive = keep[bed.pairs].all(1)
    return replace(
        bed,
        position=bed.position[keep],
        radius=bed.radius[keep],
        fixed=bed.fixed[keep],
        pairs=np.asarray(number[bed.pairs[alive]], np.int64),
        tangential=bed.tangential[alive],
        rolling=bed.rolling[alive],
    )
