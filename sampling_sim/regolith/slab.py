"""What is measured on a packing: surface, packing fraction, bonds of a slab, Rumpf's strength.

The slab runs from above the fixed layer to one largest grain below the surface, over the whole
width of the box: boundaries above and below are left out, those at the sides belong to the bed.
"""

from dataclasses import replace
from math import pi

import numpy as np
from scipy.spatial import cKDTree

from sampling_sim.constants import FloatArray
from sampling_sim.errors import PackingError
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.calibration import bond_strength
from sampling_sim.regolith.laws.rules import bond_reach
from sampling_sim.regolith.laws.rumpf import effective_radius, pull_off_scale, rumpf_strength

SURFACE_QUANTILE = 0.95
"""Share of the upper envelope that lies below z = 0: a definition that one grain cannot move."""


def surface_height(bed: Bed) -> float:
    """Height [m] below which 95 % of the upper envelope of the grains lies.

    The envelope is taken on a grid of columns a quarter of the smallest grain apart.
    """
    p = bed.parameters
    spacing = 0.25 * p.diameter_min
    x = np.arange(-0.5 * p.width_x + 0.5 * spacing, 0.5 * p.width_x, spacing)
    y = np.arange(-0.5 * p.width_y + 0.5 * spacing, 0.5 * p.width_y, spacing)
    top = np.full((x.size, y.size), bed.floor)
    for (cx, cy, cz), r in zip(bed.position, bed.radius, strict=True):
        i, j = np.abs(x - cx) < r, np.abs(y - cy) < r
        square = r * r - (x[i, None] - cx) ** 2 - (y[None, j] - cy) ** 2
        height = np.where(square > 0.0, cz + np.sqrt(np.maximum(square, 0.0)), bed.floor)
        top[np.ix_(i, j)] = np.maximum(top[np.ix_(i, j)], height)
    return float(np.quantile(top, SURFACE_QUANTILE))


def measured(bed: Bed) -> Bed:
    """Return the bed with its packing fraction, coordination number and Rumpf strength."""
    (low, high), volume = free_slab(bed)
    solid = volume_between(bed, low, high)
    # pairs that still pull with half the force are counted as bonds
    reach = bond_reach(bed.parameters) if bed.pull_off_scale > 0.0 else 0.0
    radius, branch, neighbours = bonds_in_slab(bed, reach)
    height = bed.body_position[:, 2]
    inside = (height > low) & (height < high)
    pull_off = 2.0 * pi * bed.pull_off_scale * radius
    return replace(
        bed,
        packing_fraction=solid / volume,
        coordination_number=2.0 * neighbours / max(1, int(inside.sum())),
        rumpf_strength=rumpf_strength(float((pull_off * branch).sum()), volume),
    )


def rumpf_pull_off_scale(bed: Bed, reach: float = 0.0) -> float:
    """W [J/m²] that gives the bonds of the slab the bond strength that is needed, through Rumpf.

    Bonds are the pairs with a gap below `reach` [m].
    """
    _, volume = free_slab(bed)
    radius, branch, _ = bonds_in_slab(bed, reach)
    if not radius.size:
        msg = (
            f"regolith.depth = {bed.parameters.depth:g} m: no grains touch between the fixed layer "
            "and the surface, so no strength can be given; a deeper bed or smaller grains"
        )
        raise PackingError(msg)
    return pull_off_scale(bond_strength(bed.parameters), float((radius * branch).sum()), volume)


def free_slab(bed: Bed) -> tuple[tuple[float, float], float]:
    """Heights [m] between which the packing is measured, and the volume [m³] between them."""
    p = bed.parameters
    low = bed.floor + p.diameter_min
    high = max(-p.diameter_max, 0.5 * low)  # half the depth of a bed that is only two grains deep
    return (low, high), p.width_x * p.width_y * (high - low)


def bonds_in_slab(bed: Bed, reach: float) -> tuple[FloatArray, FloatArray, int]:
    """R* and branch [m] of the pairs with a gap below `reach` in the slab, and neighbours.

    The branch is r_i + r_j, or for clumps the two bodies' distance along the contact normal:
    σ = Σ f ⊗ l / V with l from body to body.  Two clumps that meet in several spheres are one pair
    of neighbours with several bonds.
    """
    (low, high), _ = free_slab(bed)
    tree = cKDTree(bed.position)
    pairs = tree.query_pairs(2.0 * bed.radius.max() + reach, output_type="ndarray")
    first, second = bed.radius[pairs[:, 0]], bed.radius[pairs[:, 1]]
    step = bed.position[pairs[:, 1]] - bed.position[pairs[:, 0]]
    gap = np.linalg.norm(step, axis=1) - first - second
    height = bed.position[pairs[:, 0], 2] + step[:, 2] * first / (first + second)
    body = bed.body[pairs]
    bond = (gap < reach) & (height > low) & (height < high) & (body[:, 0] != body[:, 1])
    branch = first[bond] + second[bond]
    if bed.clumps.clump_count:
        normal = step[bond] / np.linalg.norm(step[bond], axis=1, keepdims=True)
        between = bed.body_position[body[bond, 1]] - bed.body_position[body[bond, 0]]
        branch = (normal * between).sum(1)
    neighbours = len(np.unique(np.sort(body[bond], axis=1), axis=0))
    return effective_radius(first[bond], second[bond]), branch, neighbours


def volume_between(bed: Bed, low: float, high: float) -> float:
    """Volume of the grains between two heights [m³], spheres cut exactly.

    Spheres of a clump overlap: each counts for its share of the solid.
    """
    r = bed.radius
    share = bed.mass / (bed.parameters.grain_density * 4.0 / 3.0 * pi * r**3)

    def below(height: float) -> FloatArray:
        h = np.clip(height - (bed.position[:, 2] - r), 0.0, 2.0 * r)
        return np.asarray(pi * h**2 * (r - h / 3.0))

    return float((share * (below(high) - below(low))).sum())
