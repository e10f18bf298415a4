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
from sampling_sim.regolith.calibration import bond_strengths, requests
from sampling_sim.regolith.laws.rules import bond_reach
from sampling_sim.regolith.layers import layer_bottoms
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.pouring import calm, pouring_gravity
from sampling_sim.regolith.settling import (
    RELAXING_DRAG,
    RESTING_GRAVITY,
    free_speeds,
    run_for,
    taken_out,
    uniform_field,
    unloaded,
)
from sampling_sim.regolith.slab import measured, with_cohesion
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

log = logging.getLogger(__name__)

LOCAL_WEAKNESS = 2.0
"""[1] Rumpf strength of bonds that hold for certain over ρ a h: beds fail where they are loosest
(1.2 to 1.7 were seen over packings; at 1.4 two left, at 1.8 they stayed)."""
KEPT_WITHIN = 0.01
"""[1] of the packing fraction asked for; chosen: half the step that drag on a plate notices."""
HOLDING_TIME, HOLDING_FACTOR, HOLDING_END = 0.3, 0.6, 1e-3
"""[s], [1], [1] a loose pour's cohesion is multiplied by the factor every HOLDING_TIME, down to
the bed's own or this share of it; chosen: 1.5 of 1/drag, in a dozen steps."""
SHAKING_OVERLAP = 2e-3
"""[1] mean overlap over radius from which dampers, not weak bonds, are why a bed never rests;
chosen: below what shook at a restitution of 0.5 (0.3 to 0.5 %, docs/beds.md)."""
BLEND_TIME, BLEND_STAGES = 1.0, 20
"""[s] over which the site's field replaces the resting gravity, in steps."""
RMS_AT_REST, MAX_AT_REST = 5e-5, 1e-3
"""[m/s] speeds below which a bed counts as at rest: 6 mm in 120 s, against escape at 1 cm/s."""
FREE_TIME, FREE_TRIES = 1.5, 6
"""[s] without drag before rest is judged, and how often; a bed that leaves the long-axis tip as a
whole has 2e-4 m/s by then, four times the limit.  One whose bonds tear one by one may leave later:
`LOCAL_WEAKNESS` keeps away from there."""


class _UnsettledError(PackingError):
    """The bed stays where it is, but does not come to rest as it was asked for."""


def relax(poured: Bed, parameters: RegolithParameters, field: SiteField) -> Bed:
    """Switch cohesion on, ramp gravity down and the site's field in, let the bed come to rest.

    Raises
    ------
    PackingError
        If the field carries the bed away, it does not come to rest, or it does not keep the
        packing fraction asked for and `may_be_unsettled` is not set.
    """
    bed = _cohesive(poured, parameters)
    if not parameters.may_leave:
        _refuse_if_too_weak(bed, field)
    bed = _held(bed, poured.pull_off_scale)
    if bed.pull_off_scale > 0.0:  # scaled to the bonds that survived the unloading
        bed = with_cohesion(bed, bond_reach(parameters))
    solver = GrainSolver(bed, uniform_field(RESTING_GRAVITY), contact_step=stable_step(parameters))
    solver.drag = RELAXING_DRAG
    for stage in range(1, BLEND_STAGES + 1):
        if not parameters.may_leave:
            solver.field = blended_field(field, stage / BLEND_STAGES)
        run_for(solver, BLEND_TIME / BLEND_STAGES)
    run_for(solver, BLEND_TIME)
    solver.drag = 0.0
    try:
        rested = _as_asked(_at_rest(solver, bed, field))
    except _UnsettledError as error:
        if not parameters.may_be_unsettled:
            raise
        rested = measured(replace(bed, is_settled=False))
        log.info("not at rest as asked: %s", error)
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


def _cohesive(poured: Bed, parameters: RegolithParameters) -> Bed:
    """Poured bed with its own laws and the cohesion that its bonds need for the strength."""
    # an unloaded bed has sprung back: what cohesion will pull shut counts
    reach = 0.0 if _has_weight(poured) else bond_reach(parameters)
    bare = replace(poured, parameters=parameters, pull_off_scale=0.0)
    return with_cohesion(measured(bare), reach)


def _has_weight(poured: Bed) -> bool:
    """Whether the bed still lies under the pouring gravity: no packing fraction was asked for."""
    return bool(np.isnan(poured.looseness))


def _held(bed: Bed, poured_scale: float) -> Bed:
    """Bed at rest under the resting gravity, held by its own cohesion.

    The cohesion of a loose pour is taken back in steps: at once, the tension it left would tear
    the weaker bonds.
    """
    if _has_weight(bed):
        return unloaded(bed, pouring_gravity(bed.parameters))
    parameters, own = bed.parameters, bed.pull_off_scale
    step, scale = stable_step(parameters), max(own, poured_scale)
    while True:
        laws = calm(parameters) if scale > own else parameters
        bed = replace(bed, parameters=laws, pull_off_scale=scale)
        solver = GrainSolver(bed, uniform_field(RESTING_GRAVITY), contact_step=step)
        solver.drag = RELAXING_DRAG
        run_for(solver, HOLDING_TIME)
        bed = taken_out(bed, solver)
        if scale == own:
            return bed
        scale = max(own, HOLDING_FACTOR * scale) if scale > HOLDING_END * poured_scale else own


def _as_asked(bed: Bed) -> Bed:
    """Return the bed where it kept the packing fraction asked for."""
    wanted = bed.parameters.packing_fraction
    if wanted is not None and abs(bed.packing_fraction - wanted) > KEPT_WITHIN:
        msg = (
            f"regolith.packing_fraction = {wanted:g}: at rest these grains have "
            f"{bed.packing_fraction:.3f}; ask for that, or for more friction_coefficient, "
            "rolling_friction or tensile_strength (or set regolith.may_be_unsettled = true)"
        )
        raise _UnsettledError(msg)
    return bed


def _refuse_if_too_weak(bed: Bed, field: SiteField) -> None:
    """Raise where a layer's bonds are too weak for what the outward field asks at its bottom."""
    whole, p = needed_strength(bed, field), bed.parameters
    bottoms = [*layer_bottoms(p.layers, p.depth)[:-1], -bed.floor]
    for index, (bonds, bottom) in enumerate(zip(bond_strengths(p), bottoms, strict=True)):
        needed = LOCAL_WEAKNESS * whole * bottom / -bed.floor
        if bonds < needed or (needed > 0.0 and bed.pull_off_scale == 0.0):
            _refuse(bed, needed, index)


def _refuse(bed: Bed, needed: float, index: int) -> None:
    """Raise the error that names what a bed, or one of its layers, must be asked for.

    `needed` [Pa] is the Rumpf strength of its bonds; the request is as much smaller as the
    calibration says.
    """
    key, asked, share = requests(bed.parameters)[index]
    msg = (
        f"regolith.{key} = {asked:g} Pa: the site's field carries this bed away; it needs more "
        f"than {needed * share:.3g} Pa (or set regolith.may_leave = true)"
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
        _refuse(bed, 1.5 * max(bond_strengths(bed.parameters)[-1], needed_strength(bed, field)), -1)
    cure = "another regolith.packing_seed or more regolith.tensile_strength"
    if solver.overlaps.mean > SHAKING_OVERLAP:
        cure = "a higher regolith.restitution or youngs_modulus"
    msg = (
        f"the bed does not come to rest: rms {rms:.2g} m/s (limit {RMS_AT_REST:g}), fastest "
        f"{fastest:.2g} m/s (limit {MAX_AT_REST:g}); try {cure}"
    )
    raise _UnsettledError(msg)
