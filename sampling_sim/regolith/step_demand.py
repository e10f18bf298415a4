"""What the bed and its tools ask of the contact step now: limits from overlaps and speeds.

In: overlaps seen since the last look, the fastest grain, the links' motion.  Out: the limits of
`step_criterion`, judged at overlaps that leave headroom for what comes before the next look; and
the limit that the step in use until now must have kept, judged at the overlaps as they were seen.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.overlaps import OverlapStatistics
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.primitives import LinkMotion, Primitive
from sampling_sim.regolith.step_criterion import (
    LEAST_STEPS,
    StepLimit,
    pair_limit,
    pair_overlap,
    rayleigh_limit,
    shortest,
    tool_limit,
    tool_overlap,
    way_limit,
)
from sampling_sim.regolith.tool_arrays import primitive_reach

HEADROOM = 2.0
"""Overlap that is expected before the next look, over the largest seen since the last; chosen: the
densest cage bears 2.5 times the overlap its step was chosen for (8 steps a contact, 6.3 needed)."""

LEAST_OVERLAP = 1e-3
"""Overlap over radius that is always expected; chosen: that of a bed at rest, with headroom."""


def contact_limits(
    parameters: RegolithParameters, seen: OverlapStatistics, fastest: float
) -> list[StepLimit]:
    """Limits by contacts: those seen, and two of the fastest grains [m/s] meeting head on."""
    coming = pair_overlap(parameters, 2.0 * fastest)
    pair = max(LEAST_OVERLAP, HEADROOM * max(seen.peak_grain, seen.peak_fixed), coming)
    limits = [replace(pair_limit(parameters, pair), met=met_limit(parameters, seen))]
    if seen.peak_tool > 0.0:
        limits.append(tool_limit(parameters, HEADROOM * seen.peak_tool))
    if parameters.normal_law == "hertz":
        limits.append(rayleigh_limit(parameters))
    return limits


def met_limit(parameters: RegolithParameters, seen: OverlapStatistics) -> StepLimit:
    """Limit of the step that met these overlaps: a longer one has broken the criterion.

    No headroom, and `LEAST_STEPS` in place of the steps that a step is chosen for.
    """
    limits = [
        pair_limit(parameters, max(seen.peak_grain, seen.peak_fixed), LEAST_STEPS),
        tool_limit(parameters, seen.peak_tool, LEAST_STEPS),
    ]
    if parameters.normal_law == "hertz":
        limits.append(rayleigh_limit(parameters))
    return shortest(*limits)


def tool_limits(
    parameters: RegolithParameters,
    primitives: Sequence[Primitive],
    motion: LinkMotion,
    fastest: float,
    way: float,
) -> list[StepLimit]:
    """Limits by tools: the way [m] of their fastest points, and impacts of the fastest grain."""
    speed = fastest_points(primitives, motion)
    stiffness = np.array([p.bristle_stiffness for p in primitives])
    overlap = max(
        tool_overlap(parameters, float(speed[stiffness == k].max()) + fastest, float(k))
        for k in np.unique(stiffness)
    )
    return [
        tool_limit(parameters, max(LEAST_OVERLAP, overlap)),
        *way_limits(way, float(speed.max()), "tool"),
    ]


def way_limits(way: float, speed: float, what: str) -> list[StepLimit]:
    """Limit by the way of a step, none for what is at rest."""
    return [way_limit(way, speed, what)] if speed != 0.0 else []


def fastest_points(primitives: Sequence[Primitive], motion: LinkMotion) -> FloatArray:
    """Bound on the speed [m/s] of any point of each primitive, shape (p,): |v| + |ω| reach."""
    link = np.array([p.link for p in primitives])
    turning = np.linalg.norm(motion.angular_velocity[link], axis=1)
    reach = np.array([primitive_reach(p) for p in primitives])
    return np.asarray(np.linalg.norm(motion.velocity[link], axis=1) + turning * reach)
