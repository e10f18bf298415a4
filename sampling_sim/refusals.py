"""Cases that cannot be meant: refused before anything runs, with the key and what holds."""

import math

import numpy as np

from sampling_sim.case import Case
from sampling_sim.constants import FloatArray
from sampling_sim.effects.projectile import target_of
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.drill_anchor_parameters import DrillAnchorParameters
from sampling_sim.mechanism.horn_parameters import ProjectileHornParameters
from sampling_sim.mechanism.poses import placed_links
from sampling_sim.mechanism.scoop_arm_parameters import ScoopArmParameters
from sampling_sim.mechanism.wings import WINGS
from sampling_sim.sequence.anchor import AnchorParameters
from sampling_sim.sequence.hover import HoverParameters

LEAST_CLEARANCE = 0.02
"""[m] of a stowed arm over the ground; chosen."""
THRUSTS = ("braking_thrust", "damp_thrust", "hold_down_thrust", "test_pull", "retreat_thrust")
"""Forces [N] that sequences ask of the thrusters."""


def refuse_case(case: Case, design: Design, inward: float) -> None:
    """Refuse a case whose parts do not go together.

    Parameters
    ----------
    case
        All its parameters.
    design
        The craft with its mechanism.
    inward
        [m/s²] effective acceleration at the site towards the ground; negative where it is outward.

    Raises
    ------
    ConfigError
        Names the key to change and what it may be.
    """
    _refuse_weak_thrusters(case, design, inward)
    _refuse_arm_off_the_ground(case, design)
    _refuse_drills_that_fall_short(case, inward)
    _refuse_rim_across_the_bed(case)
    if isinstance(case.mechanism, ProjectileHornParameters):
        _refuse_crater_without_edge(case, case.mechanism, inward)
    if case.regolith.surface == "grains":
        _refuse_narrow_periods(case, design)
        _refuse_head_off_the_bed(case, design)


def _refuse_weak_thrusters(case: Case, design: Design, inward: float) -> None:
    """Refuse thrusters that cannot lift the craft, fire, or give what the sequence asks for."""
    limit, weight = case.craft.thrust_limit, float(design.mass.sum()) * inward
    if limit <= weight:
        allowed = f"above {weight:.3g} N, the craft's weight here: it could not leave"
        raise ConfigError("craft.thrust_limit", limit, allowed)
    most = limit * case.engine.control_step
    if case.craft.thrust_bit > most:
        allowed = f"at most {most:.3g} N·s, thrust_limit over a control step"
        raise ConfigError("craft.thrust_bit", case.craft.thrust_bit, allowed)
    if case.sequence.retreat_thrust <= weight:
        allowed = f"above the craft's weight, {weight:.3g} N"
        raise ConfigError("sequence.retreat_thrust", case.sequence.retreat_thrust, allowed)
    for name in THRUSTS:
        wanted = getattr(case.sequence, name, 0.0)
        if wanted > limit:
            raise ConfigError(
                f"sequence.{name}", wanted, f"at most craft.thrust_limit, {limit:g} N"
            )


def _refuse_arm_off_the_ground(case: Case, design: Design) -> None:
    """Refuse a hover so high that the sweep passes above the ground, or so low that it is in it."""
    sampler, sequence = case.mechanism, case.sequence
    if not isinstance(sampler, ScoopArmParameters) or not isinstance(sequence, HoverParameters):
        return
    height, most = sequence.hover_height, sampler.reach + sampler.dig_depth
    if height > most and sequence.arm == "works":
        allowed = f"the arm does not reach: at most {most:.4g} m, mechanism.reach + dig_depth"
        raise ConfigError("sequence.hover_height", height, allowed)
    place, turn = placed_links(design, design.start)
    boxes = [box for box in design.outline if design.links[box.link].name not in WINGS]
    heights = [(place[b.link] + b.corners() @ turn[b.link].T)[:, 2].min() for b in boxes]
    bus = min(h for h, box in zip(heights, boxes, strict=True) if box.link == 0)
    stowed = bus - min(heights) + LEAST_CLEARANCE
    least = max(stowed, sampler.reach - sampler.dig_depth if sequence.arm == "works" else 0.0)
    if height < least:
        allowed = f"at least {least:.4g} m: the arm would be in the ground, stowed or let down"
        raise ConfigError("sequence.hover_height", height, allowed)


def _refuse_drills_that_fall_short(case: Case, inward: float) -> None:
    """Refuse a depth beyond the drills' feed, and a hold-down that they push the craft off with."""
    drills, sequence = case.mechanism, case.sequence
    if not isinstance(drills, DrillAnchorParameters) or not isinstance(sequence, AnchorParameters):
        return
    most = drills.feed_stroke - drills.park_height
    if sequence.drill_depth > most:
        allowed = f"at most {most:.3g} m, mechanism.feed_stroke less park_height"
        raise ConfigError("sequence.drill_depth", sequence.drill_depth, allowed)
    push = 4.0 * drills.drill_thrust * math.cos(drills.drill_tilt) - case.craft.mass * inward
    if sequence.hold_down_thrust <= push:
        allowed = f"above {push:.3g} N, what the drills push less the craft's weight"
        raise ConfigError("sequence.hold_down_thrust", sequence.hold_down_thrust, allowed)


def _refuse_crater_without_edge(
    case: Case, sampler: ProjectileHornParameters, inward: float
) -> None:
    """Refuse a shot into ground that nothing holds: the scaling's crater would have no edge."""
    target = target_of(sampler, case.regolith, inward)
    if sampler.shots == 0 or target.has_edge:
        return
    if target.material.h2 is None:
        allowed = (
            'a row with strength, "sand_fly_ash" or "perlite_sand": the effective acceleration '
            f"here, {inward:.3g} m/s² inward, ends no crater"
        )
        raise ConfigError("mechanism.grain_target", sampler.grain_target, allowed)
    allowed = "above 0 Pa with a projectile: its crater ends where the strength holds"
    raise ConfigError("regolith.tensile_strength", case.regolith.strength, allowed)


def _refuse_rim_across_the_bed(case: Case) -> None:
    """Refuse a rim that leaves nothing of the bed inside, and one along sides that are none."""
    if case.engine.rim_width > 0.0 and case.regolith.period is not None:
        allowed = 'must be 0 m with regolith.sides = "periodic": there are no sides to absorb at'
        raise ConfigError("engine.rim_width", case.engine.rim_width, allowed)
    most = 0.5 * min(case.regolith.width_x, case.regolith.width_y)
    if case.engine.rim_width >= most:
        allowed = f"less than half of the bed's smaller width, {most:g} m"
        raise ConfigError("engine.rim_width", case.engine.rim_width, allowed)


def _refuse_narrow_periods(case: Case, design: Design) -> None:
    """Refuse periods in which a grain would meet the head and its image at once."""
    if case.regolith.period is None:
        return
    for axis, half, width in _axes(case, design):
        least = 2.0 * (half + case.regolith.diameter_max)
        if width < least:
            allowed = f"at least {least:.3g} m with periodic sides: head and two largest grains"
            raise ConfigError(f"regolith.width_{axis}", width, allowed)


def _refuse_head_off_the_bed(case: Case, design: Design) -> None:
    """Refuse an offset that puts part of the housing's rim beside the bed."""
    offsets = {"x": case.sequence.offset_x, "y": case.sequence.offset_y}
    for axis, half, width in _axes(case, design):
        room = 0.5 * width - half
        if abs(offsets[axis]) > room:
            allowed = (
                f"the head ({2.0 * half:.3g} m along {axis}) must stay on the bed of "
                f"regolith.width_{axis} = {width:g} m: at most {max(room, 0.0):.3g} m"
            )
            raise ConfigError(f"sequence.offset_{axis}", offsets[axis], allowed)


def _axes(case: Case, design: Design) -> list[tuple[str, float, float]]:
    """Axis, half extent [m] of the head about what is aimed, width [m] of the bed."""
    aim = case.sequence.hanging(design).aim
    reach: FloatArray = np.abs(_touching(design) - aim).max(axis=0)
    widths = (case.regolith.width_x, case.regolith.width_y)
    return [(axis, float(reach[i]), widths[i]) for i, axis in enumerate("xy")]


def _touching(design: Design) -> FloatArray:
    """Places [m] in S of what must stay on the bed: the sweep, the rim, or all feet's corners."""
    if design.swept_points.size:
        return design.swept_points
    if not design.reference_links:
        return design.reference_places
    feet = [box for box in design.outline if box.link in design.reference_links]
    return np.concatenate([np.array(design.links[b.link].position) + b.corners() for b in feet])
