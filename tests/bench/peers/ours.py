"""The bench in our own solver, timed around `advance`."""

from time import perf_counter, process_time
from unittest.mock import patch

import numpy as np

from peers import case as bench
from peers.case import Case, Measured, contact_numbers
from sampling_sim.asteroid.field import SiteField
from sampling_sim.regolith import solver as solver_module
from sampling_sim.regolith.bed import Bed, box_walls, floor_wall
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.solver import GrainSolver

STIRRED_SKIN = 0.25
"""Over the smallest diameter; with our own 0.5 lists would last longer than the bench allows."""
SWING_STEPS = 10
"""Steps for which gravity's direction is held while it swings."""


def absent():
    """Ours is always there."""


def solver_of(case: Case):
    """Solver of the packing in its rough box."""
    parameters = RegolithParameters(
        diameter_min=0.01, diameter_max=0.02, youngs_modulus=bench.YOUNGS_MODULUS,
        poisson_ratio=bench.POISSON_RATIO, restitution=bench.RESTITUTION,
        friction_coefficient=bench.FRICTION, rolling_friction=bench.ROLLING,
        grain_density=bench.DENSITY, tensile_strength=0.0,
        width_x=case.width[0], width_y=case.width[1], depth=0.2,
    )  # fmt: skip
    bed = Bed(
        parameters=parameters, position=case.position, radius=case.radius,
        fixed=np.zeros(case.radius.size, bool), floor=0.0,
    )  # fmt: skip
    rough = {"friction": bench.FRICTION, "rolling": bench.ROLLING}
    sides = box_walls(np.zeros(2), np.array(case.width), **rough)
    walls = np.vstack([sides, floor_wall(0.0, bench.FRICTION, bench.ROLLING)])
    skin = solver_module.SKIN if case.swing == 0.0 else STIRRED_SKIN
    with patch.object(solver_module, "SKIN", skin):
        return GrainSolver(bed, field_at(case, 0.0), contact_step=case.step, walls=walls)


def field_at(case: Case, time):
    """Uniform gravity of the bench at `time`."""
    x, z = case.gravity(time)
    zero = np.zeros((3, 3))
    return SiteField(np.array([x, 0.0, z]), zero, zero, np.zeros(3), np.zeros(3))


def advance(solver, case: Case, steps):
    """Advance; while gravity swings, by `SWING_STEPS` at a time."""
    if case.swing == 0.0:
        solver.advance(None, steps)
        return
    for _ in range(steps // SWING_STEPS):
        solver.field = field_at(case, solver.time + 0.5 * SWING_STEPS * case.step)
        solver.advance(None, SWING_STEPS)


def run(case: Case):
    """One figure; the compiled loop is made or read from the cache before the clock starts."""
    solver = solver_of(case)
    advance(solver, case, case.warm_up)
    before = rebuilds(solver)
    start, used = perf_counter(), process_time()
    advance(solver, case, case.timed)
    seconds, used = perf_counter() - start, process_time() - used
    coordination, overlap = contact_numbers(solver.position, solver.radius)
    return Measured(
        case.speed(seconds), case.speed(used), coordination, overlap,
        rebuilds(solver) - before, "sampling_sim",
    )  # fmt: skip


def rebuilds(solver):
    """Neighbour lists made so far; NaN where the solver does not count them."""
    return getattr(solver, "rebuilds", float("nan"))
