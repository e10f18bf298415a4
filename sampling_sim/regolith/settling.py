"""Shared steps of preparation: a uniform field, moving a bed for a time, taking it out at rest.

Frame P, SI.
"""

from dataclasses import replace

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.constants import FloatArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.images import nearest
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

RELAXING_DRAG = 5.0
"""[1/s] recipe measured in trials; no drag is left when rest is judged."""
RESTING_GRAVITY = 2e-4
"""[m/s²] where the ramp ends; chosen: as strong as the fields of the body's surface."""
RAMP_FACTOR, RAMP_TIME = 0.8, 0.03
"""Gravity is multiplied by the factor every RAMP_TIME [s]; recipe measured in trials."""


def uniform_field(inward: float) -> SiteField:
    """Field of a constant acceleration [m/s²] along −z, no rotation."""
    zero = np.zeros((3, 3))
    return SiteField(np.array([0.0, 0.0, -inward]), zero, zero, np.zeros(3), np.zeros(3))


def unloaded(bed: Bed, gravity: float) -> Bed:
    """Bed after an inward `gravity` [m/s²] was ramped down to the resting one, with drag."""
    step = stable_step(bed.parameters)
    solver = GrainSolver(bed, uniform_field(gravity), contact_step=step)
    solver.drag = RELAXING_DRAG
    while gravity > RESTING_GRAVITY:
        gravity = max(gravity * RAMP_FACTOR, RESTING_GRAVITY)
        solver.field = uniform_field(gravity)
        run_for(solver, RAMP_TIME)
    return taken_out(bed, solver)


def run_for(solver: GrainSolver, time: float) -> None:
    """Advance by `time` [s], to the nearest whole step."""
    solver.advance(None, max(1, round(time / solver.contact_step)))


def free_speeds(solver: GrainSolver) -> FloatArray:
    """Speeds of the free grains [m/s]."""
    return np.asarray(np.linalg.norm(solver.velocity[~solver.fixed], axis=1))


def taken_out(bed: Bed, solver: GrainSolver) -> Bed:
    """Bed with the solver's positions and springs, at rest."""
    pairs, tangential, rolling = solver.contacts()
    count = bed.clumps.clump_count
    centre = nearest(solver.bodies.position[:count], bed.period)
    clumps = bed.clumps._replace(position=centre, attitude=solver.attitude)
    return replace(
        bed, position=nearest(solver.position, bed.period), clumps=clumps, pairs=pairs,
        tangential=tangential, rolling=rolling,
    )  # fmt: skip
