"""Angle of repose of a packing: one side of the box is taken away and the bed drains over the edge.

What stays behind is a slope that holds itself: the draining angle, which the penetration laws take
for their friction.  Frame P, SI.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
from beds import EARTH, bed_under, tall
from keeping import kept
from rows import interval

from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.packing import uniform_field
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

SLICE = 0.1
"""[m] width of the slice that drains; chosen: ten grains between frictionless sides."""
SOFTER = 1e7
"""[Pa] modulus while draining; chosen: friction makes the slope; overlaps stay at 0.5 %."""
ROUND, ROUNDS = 0.05, 60
"""[s] between two removals of what fell over the edge (a fall of 12 mm), and at most how many."""


def friction(seeds: Sequence[int], **changes: float) -> list[float]:
    """Tangent of the angle of repose of each packing: mean of its four sides."""
    return [
        float(np.mean([repose_tangent(seed, side, **changes) for side in range(4)]))
        for seed in seeds
    ]


def measured_friction(seeds: Sequence[int]) -> tuple[float, float]:
    """Mean μ of the default grains, and the half-width of its 90 % interval as a share of it."""
    mu, (low, high), _ = interval(friction(seeds))
    return mu, 0.5 * (high - low) / mu


@kept
def repose_tangent(seed: int, side: int, **changes: float) -> float:
    """Tangent of the angle of repose of packing `seed` drained over one of its sides."""
    bed = strip(turned(bed_under(EARTH, seed, **changes), side))
    edge = 0.5 * bed.parameters.width_x
    velocity = np.zeros_like(bed.position)
    still = 0.02 * sqrt(EARTH * bed.parameters.diameter_max)
    for _ in range(ROUNDS):
        bed, velocity = drained(bed, velocity, edge)
        if np.sqrt((velocity**2).sum(1).mean()) < still:
            break
    return -slope(bed.position, bed.radius, edge)


def turned(bed: Bed, quarters: int) -> Bed:
    """Bed turned by quarter turns about z, its springs with it; its box is square."""
    vectors = [bed.position.copy(), bed.tangential.copy(), bed.rolling.copy()]
    for vector in vectors * quarters:
        vector[:, :2] = np.column_stack([-vector[:, 1], vector[:, 0]])
    position, tangential, rolling = vectors
    return replace(bed, position=position, tangential=tangential, rolling=rolling)


def strip(bed: Bed) -> Bed:
    """Slice of the bed about y = 0, soft, with springs to build up anew."""
    keep = np.abs(bed.position[:, 1]) < 0.5 * SLICE - bed.radius
    return Bed(
        parameters=replace(bed.parameters, width_y=SLICE, youngs_modulus=SOFTER),
        position=bed.position[keep],
        radius=bed.radius[keep],
        fixed=bed.fixed[keep],
        floor=bed.floor,
    )


def drained(bed: Bed, velocity: np.ndarray, edge: float) -> tuple[Bed, np.ndarray]:
    """Bed and velocities [m/s] one round later, without the wall at +x and what fell over it."""
    walls = tall(bed)[[0, 2, 3]]  # no floor either: the glued layer carries, beyond it is a hole
    step = stable_step(bed.parameters)
    solver = GrainSolver(bed, uniform_field(EARTH), contact_step=step, walls=walls)
    solver.set_motion(velocity)
    solver.advance(None, round(ROUND / step))
    place = solver.position
    stays = (place[:, 0] < edge) & (place[:, 2] > bed.floor)  # the glued layer has holes, too
    number = np.cumsum(stays) - 1
    pairs, tangential, rolling = solver.contacts()
    alive = stays[pairs].all(1)
    rest = replace(
        bed, position=place[stays], radius=bed.radius[stays], fixed=bed.fixed[stays],
        pairs=number[pairs[alive]], tangential=tangential[alive], rolling=rolling[alive],
    )  # fmt: skip
    return rest, solver.velocity[stays]


def slope(position: np.ndarray, radius: np.ndarray, edge: float) -> float:
    """Slope of the straight line through the drained part of the surface.

    The surface of a column along x is the mean top of its highest grains, one for each strip
    across.  The drained part begins where a fifth of the drop is reached, for behind it the bed is
    flat; two grains next to the edge are left out.
    """
    grain = 2.0 * float(radius.mean())
    x = np.arange(-edge + 2.0 * grain, edge - 2.0 * grain, grain)
    y = np.arange(-0.5 * SLICE, 0.5 * SLICE - 0.5 * grain, grain)
    top = position[:, 2] + radius
    height = []
    for left in x:
        in_x = (position[:, 0] >= left) & (position[:, 0] < left + grain)
        tops = [
            top[in_x & (position[:, 1] >= low) & (position[:, 1] < low + grain)].max(
                initial=-np.inf
            )
            for low in y
        ]
        height.append(np.mean([t for t in tops if np.isfinite(t)]))
    surface = np.array(height)
    flat, low = np.median(surface[: x.size // 4]), surface.min()
    sloping = np.arange(x.size) >= np.flatnonzero(surface > flat - 0.2 * (flat - low)).max()
    return float(np.polyfit(x[sloping], surface[sloping], 1)[0])
