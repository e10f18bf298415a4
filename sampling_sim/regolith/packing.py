"""Prepare a bed: pour, level, glue, switch cohesion on, and relax into the site's field.

A bed poured under convenient gravity stores energy worth centimetres a second, above escape, and
a field switched abruptly throws it: so gravity is ramped down with drag, then the site's field is
ramped in, and the bed counts as ready only when it rests without drag.

Two results are cached by content: the poured packing, and the relaxed bed (`cache.py`).
"""

import logging
from dataclasses import replace
from math import ceil, pi, sqrt
from pathlib import Path

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.constants import BoolArray, FloatArray, IntArray
from sampling_sim.errors import PackingError
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.cache import cached_bed
from sampling_sim.regolith.calibration import bond_strength, calibrated, tensile_strength
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.sizes import draw_diameters
from sampling_sim.regolith.slab import measured, rumpf_pull_off_scale, surface_height
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step
from sampling_sim.rng import Stream, generator

log = logging.getLogger(__name__)

POURING_GRAVITY = 2.0
"""[m/s²] at most; chosen: settles in seconds."""
POURING_OVERLAP = 0.3
"""Overlap under pouring gravity over the range of cohesion, at most.  Chosen: beds that spring
back further than their bonds reach end up with a third of the strength wanted (measured)."""
RESTING_GRAVITY = 2e-4
"""[m/s²] where the ramp ends; chosen: as strong as the fields of the body's surface."""
RAMP_FACTOR, RAMP_TIME = 0.8, 0.03
"""Gravity is multiplied by the factor every RAMP_TIME [s]; recipe measured in trials."""
POURING_DRAG, RELAXING_DRAG = 0.5, 5.0
"""[1/s] recipe measured in trials; no drag is left when rest is judged."""
BLEND_TIME, BLEND_STAGES = 1.0, 20
"""[s] over which the site's field replaces the resting gravity, in steps."""
RMS_AT_REST, MAX_AT_REST = 5e-5, 1e-3
"""[m/s] speeds below which a bed counts as at rest: 6 mm in 120 s, against escape at 1 cm/s."""
FREE_TIME, FREE_TRIES = 1.5, 6
"""[s] without drag before rest is judged, and how often; a bed that leaves the long-axis tip has
2e-4 m/s by then, four times the limit."""
OVERFILL = 1.25
"""Poured volume over the bed's, chosen: what lies above the level is taken away."""
EXPECTED_PACKING = 0.56
"""[1] packing fraction the number of grains is worked out from; the measured one is reported."""


def prepare_bed(
    parameters: RegolithParameters, field: SiteField, *, cache_dir: Path | None = None
) -> Bed:
    """Bed of `parameters` at rest in `field`, from the cache if it is there.

    With `may_leave` the bed is left at rest under a weak inward gravity instead, so that the run
    shows it leave.

    Raises
    ------
    PackingError
        If the field carries the bed away (names the strength it needs) or it does not come to
        rest.
    """
    parameters = calibrated(parameters)
    # what pouring does not depend on takes one value, so that beds of other strength share it
    pouring = replace(parameters, tensile_strength=0.0, cohesion=None, may_leave=True)
    poured = cached_bed("poured", pouring, None, cache_dir, lambda: pour(pouring))
    return cached_bed(
        "relaxed", parameters, field, cache_dir, lambda: relax(poured, parameters, field)
    )


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


def relax(poured: Bed, parameters: RegolithParameters, field: SiteField) -> Bed:
    """Switch cohesion on, ramp gravity down and the site's field in, let the bed come to rest."""
    bed = measured(replace(poured, parameters=parameters))
    bed = replace(bed, pull_off_scale=rumpf_pull_off_scale(bed))
    if not parameters.may_leave:
        _refuse_if_too_weak(bed, field)
    bed = _corrected(_unloaded(bed))
    solver = GrainSolver(bed, uniform_field(RESTING_GRAVITY), contact_step=stable_step(parameters))
    solver.drag = RELAXING_DRAG
    for stage in range(1, BLEND_STAGES + 1):
        if not parameters.may_leave:
            solver.field = blended_field(field, stage / BLEND_STAGES)
        _run(solver, BLEND_TIME / BLEND_STAGES)
    _run(solver, BLEND_TIME)
    solver.drag = 0.0
    rested = _at_rest(solver, bed, field)
    log.info(
        "bed: %d grains, packing %.3f, coordination %.2f, rms %.2g m/s",
        rested.radius.size, rested.packing_fraction, rested.coordination_number, rested.rms_speed,
    )  # fmt: skip
    return rested


def _unloaded(bed: Bed) -> Bed:
    """Bed after gravity was ramped down from pouring to resting, cohesion on."""
    gravity = pouring_gravity(bed.parameters)
    solver = GrainSolver(bed, uniform_field(gravity), contact_step=stable_step(bed.parameters))
    solver.drag = RELAXING_DRAG
    while gravity > RESTING_GRAVITY:
        gravity = max(gravity * RAMP_FACTOR, RESTING_GRAVITY)
        solver.field = uniform_field(gravity)
        _run(solver, RAMP_TIME)
    return _taken(bed, solver)


def _corrected(bed: Bed) -> Bed:
    """Bed with the pull-off force scaled to the bonds that survived the unloading."""
    if bed.pull_off_scale == 0.0:
        return bed
    scale = bond_strength(bed.parameters) / measured(bed).rumpf_strength
    return replace(bed, pull_off_scale=bed.pull_off_scale * scale)


def uniform_field(inward: float) -> SiteField:
    """Field of a constant acceleration [m/s²] along −z, no rotation."""
    zero = np.zeros((3, 3))
    return SiteField(np.array([0.0, 0.0, -inward]), zero, zero, np.zeros(3), np.zeros(3))


def blended_field(field: SiteField, share: float) -> SiteField:
    """Mix `share` of the site's field with resting gravity; centrifugal goes as spin squared."""
    rest = uniform_field(RESTING_GRAVITY).gravity
    return SiteField(
        gravity=(1.0 - share) * rest + share * field.gravity,
        gradient_exterior=share * field.gradient_exterior,
        gradient_interior=share * field.gradient_interior,
        spin=sqrt(share) * field.spin,
        position=field.position,
    )


def needed_strength(bed: Bed, field: SiteField) -> float:
    """Tensile strength [Pa] that holds the bed against the field: ρ_bulk · a_n · depth, or 0."""
    return max(0.0, bed.bulk_density * float(field.effective_acceleration[2]) * -bed.floor)


def _refuse_if_too_weak(bed: Bed, field: SiteField) -> None:
    """Raise where the strength is below what the outward field asks for."""
    needed = needed_strength(bed, field)
    if tensile_strength(bed.parameters) < needed or (needed > 0.0 and bed.pull_off_scale == 0.0):
        _refuse(bed, needed)


def _refuse(bed: Bed, needed: float) -> None:
    """Raise the error that names the strength a bed needs."""
    strength = tensile_strength(bed.parameters)
    msg = (
        f"regolith.tensile_strength = {strength:g} Pa: the site's field carries this bed away; it "
        f"needs more than {needed:.3g} Pa (or set regolith.may_leave = true)"
    )
    raise PackingError(msg)


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
        _run(solver, 1.2 * sqrt(2.0 * fall / gravity))
    solver.drag = RELAXING_DRAG
    # a hundredth of the speed of a fall through one grain: the pile no longer rearranges
    still = 1e-2 * sqrt(gravity * bed.parameters.diameter_max)
    for _ in range(20):
        _run(solver, 0.3 / sqrt(gravity))
        if _speeds(solver).max() < still:
            break
    return _taken(bed, solver)


def _at_rest(solver: GrainSolver, bed: Bed, field: SiteField) -> Bed:
    """Let the bed go free until it rests; its speeds are kept with it."""
    for _ in range(FREE_TRIES):
        _run(solver, FREE_TIME)
        speed = _speeds(solver)
        rms, fastest = float(np.sqrt((speed**2).mean())), float(speed.max())
        if rms < RMS_AT_REST and fastest < MAX_AT_REST:
            rested = _taken(bed, solver)
            return measured(replace(rested, rms_speed=rms, max_speed=fastest))
    up = float(solver.velocity[~solver.fixed, 2].mean())
    if up > 0.5 * rms and not bed.parameters.may_leave:
        _refuse(bed, 1.5 * needed_strength(bed, field))
    msg = (
        f"the bed does not come to rest: rms {rms:.2g} m/s (limit {RMS_AT_REST:g}), fastest "
        f"{fastest:.2g} m/s (limit {MAX_AT_REST:g}); try another regolith.packing_seed or more "
        "regolith.tensile_strength"
    )
    raise PackingError(msg)


def _run(solver: GrainSolver, time: float) -> None:
    """Advance by `time` [s], to the nearest whole step."""
    solver.advance(None, max(1, round(time / solver.contact_step)))


def _speeds(solver: GrainSolver) -> FloatArray:
    """Speeds of the free grains [m/s]."""
    return np.asarray(np.linalg.norm(solver.velocity[~solver.fixed], axis=1))


def _taken(bed: Bed, solver: GrainSolver) -> Bed:
    """Bed with the solver's positions and springs, at rest."""
    pairs, tangential, rolling = solver.contacts()
    return replace(
        bed, position=solver.position, pairs=pairs, tangential=tangential, rolling=rolling
    )


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
