"""Relax a poured bed: switch cohesion on, ramp gravity down and the site's field in.

A bed poured under convenient gravity stores energy worth centimetres a second, above escape, and
a field switched abruptly throws it: so gravity is ramped down with drag, then the site's field is
ramped in, and the bed counts as ready only when it rests without drag.  Frame P, SI.
"""

import logging
from dataclasses import replace
from math import sqrt

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.errors import PackingError
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.pouring import pouring_gravity
from sampling_sim.regolith.settling import (
    RELAXING_DRAG,
    free_speeds,
    run_for,
    taken_out,
    uniform_field,
)
from sampling_sim.regolith.slab import measured, rumpf_pull_off_scale
from sampling_sim.regolith.solver import GrainSolver, stable_step

log = logging.getLogger(__name__)

RESTING_GRAVITY = 2e-4
"""[m/s²] where the ramp ends; chosen: as strong as the fields of the body's surface."""
RAMP_FACTOR, RAMP_TIME = 0.8, 0.03
"""Gravity is multiplied by the factor every RAMP_TIME [s]; recipe measured in trials."""
BLEND_TIME, BLEND_STAGES = 1.0, 20
"""[s] over which the site's field replaces the resting gravity, in steps."""
RMS_AT_REST, MAX_AT_REST = 5e-5, 1e-3
"""[m/s] speeds below which a bed counts as at rest: 6 mm in 120 s, against escape at 1 cm/s."""
FREE_TIME, FREE_TRIES = 1.5, 6
"""[s] without drag before rest is judged, and how often; a bed that leaves the long-axis tip has
2e-4 m/s by then, four times the limit."""


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
        run_for(solver, BLEND_TIME / BLEND_STAGES)
    run_for(solver, BLEND_TIME)
    solver.drag = 0.0
    rested = _at_rest(solver, bed, field)
    log.info(
        "bed: %d grains, packing %.3f, coordination %.2f, rms %.2g m/s",
        rested.radius.size, rested.packing_fraction, rested.coordination_number, rested.rms_speed,
    )  # fmt: skip
    return rested


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


def _unloaded(bed: Bed) -> Bed:
    """Bed after gravity was ramped down from pouring to resting, cohesion on."""
    gravity = pouring_gravity(bed.parameters)
    solver = GrainSolver(bed, uniform_field(gravity), contact_step=stable_step(bed.parameters))
    solver.drag = RELAXING_DRAG
    while gravity > RESTING_GRAVITY:
        gravity = max(gravity * RAMP_FACTOR, RESTING_GRAVITY)
        solver.field = uniform_field(gravity)
        run_for(solver, RAMP_TIME)
    return taken_out(bed, solver)


def _corrected(bed: Bed) -> Bed:
    """Bed with the pull-off force scaled to the bonds that survived the unloading."""
    if bed.pull_off_scale == 0.0:
        return bed
    scale = bed.parameters.tensile_strength / measured(bed).rumpf_strength
    return replace(bed, pull_off_scale=bed.pull_off_scale * scale)


def _refuse_if_too_weak(bed: Bed, field: SiteField) -> None:
    """Raise where the strength is below what the outward field asks for."""
    needed = needed_strength(bed, field)
    if bed.parameters.tensile_strength < needed or (needed > 0.0 and bed.pull_off_scale == 0.0):
        _refuse(bed, needed)


def _refuse(bed: Bed, needed: float) -> None:
    """Raise the error that names the strength a bed needs."""
    strength = bed.parameters.tensile_strength
    msg = (
        f"regolith.tensile_strength = {strength:g} Pa: the site's field carries this bed away; it "
        f"needs more than {needed:.3g} Pa (or set regolith.may_leave = true)"
    )
    raise PackingError(msg)


def _at_rest(solver: GrainSolver, bed: Bed, field: SiteField) -> Bed:
    """Let the bed go free until it rests; its speeds are kept with it."""
    for _ in range(FREE_TRIES):
        run_for(solver, FREE_TIME)
        speed = free_speeds(solver)
        rms, fastest = float(np.sqrt((speed**2).mean())), float(speed.max())
        if rms < RMS_AT_REST and fastest < MAX_AT_REST:
            rested = taken_out(bed, solver)
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
