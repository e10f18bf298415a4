"""What is measured on a packing: surface, packing fraction, bonds of a slab, Rumpf's strength.

The slab runs from above the fixed layer to one largest grain below the surface, over the whole
width of the box: boundaries above and below are left out, those at the sides belong to the bed, and
so do contacts across periodic sides.
"""

from dataclasses import replace
from math import pi
from typing import NamedTuple

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import PackingError
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.calibration import bond_strengths
from sampling_sim.regolith.images import Period, image_tree, nearest
from sampling_sim.regolith.laws.rules import bond_reach
from sampling_sim.regolith.laws.rumpf import effective_radius, pull_off_scale, rumpf_strength
from sampling_sim.regolith.layers import layer_bottoms

SURFACE_QUANTILE = 0.95
"""Share of the upper envelope that lies below z = 0: a definition that one grain cannot move."""


class Bonds(NamedTuple):
    """Bonds of a slab, one entry each."""

    radius: FloatArray
    """[m] R* of the two grains."""
    branch: FloatArray
    """[m] from centre to centre, r_i + r_j; of clumps, along the contact normal."""
    adhesion: FloatArray
    """[1] share of the bed's pull-off scale, see `Bed.adhesion`."""
    neighbours: int
    """Pairs of bodies."""


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
        dx, dy = x - cx, y - cy
        if bed.period is not None:
            dx, dy = (d - w * np.rint(d / w) for d, w in zip((dx, dy), bed.period, strict=True))
        i, j = np.abs(dx) < r, np.abs(dy) < r
        square = r * r - dx[i, None] ** 2 - dy[None, j] ** 2
        height = np.where(square > 0.0, cz + np.sqrt(np.maximum(square, 0.0)), bed.floor)
        top[np.ix_(i, j)] = np.maximum(top[np.ix_(i, j)], height)
    return float(np.quantile(top, SURFACE_QUANTILE))


def measured(bed: Bed) -> Bed:
    """Return the bed with its packing fraction, coordination number and Rumpf strength."""
    (low, high), volume = free_slab(bed)
    solid = volume_between(bed, low, high)
    # pairs that still pull with half the force are counted as bonds
    reach = bond_reach(bed.parameters) if bed.pull_off_scale > 0.0 else 0.0
    bonds = bonds_between(bed, reach, low, high)
    height = bed.body_position[:, 2]
    inside = (height > low) & (height < high)
    pull_off = 2.0 * pi * bed.pull_off_scale * bonds.adhesion * bonds.radius
    return replace(
        bed,
        packing_fraction=solid / volume,
        coordination_number=2.0 * bonds.neighbours / max(1, int(inside.sum())),
        rumpf_strength=rumpf_strength(float((pull_off * bonds.branch).sum()), volume),
    )


def with_cohesion(bed: Bed, reach: float = 0.0) -> Bed:
    """Bed whose bonds give each of its layers the strength its bonds need, through Rumpf.

    Bonds are the pairs with a gap below `reach` [m].  A bond across a boundary has the geometric
    mean of the two layers' (Berthelot's rule; Israelachvili 2011, ch. 13).
    """
    scales = np.array(
        [
            pull_off_scale(wanted, _bond_sum(bed, reach, low, high), _volume(bed, low, high))
            for wanted, (low, high) in zip(
                bond_strengths(bed.parameters), layer_slabs(bed), strict=True
            )
        ]
    )
    largest = float(scales.max())
    if len(scales) == 1 or largest == 0.0:
        return replace(bed, pull_off_scale=largest, adhesion=np.zeros(0))
    ends = -np.array(layer_bottoms(bed.parameters.layers, bed.parameters.depth)[:-1])
    layer = (bed.position[:, 2, None] < ends).sum(1)
    return replace(bed, pull_off_scale=largest, adhesion=np.sqrt(scales / largest)[layer])


def layer_slabs(bed: Bed) -> list[tuple[float, float]]:
    """Heights [m] between which each layer's bonds are counted, from the surface down.

    The whole runs as `free_slab`'s does.  Between layers half a largest grain is left out on either
    side, as far as the layer is thick enough: bonds across belong to both.
    """
    p = bed.parameters
    (lowest, highest), _ = free_slab(bed)
    ends = [0.0, *(-depth for depth in layer_bottoms(p.layers, p.depth)[:-1])]
    slabs = []
    for top, bottom in zip(ends, [*ends[1:], bed.floor], strict=True):
        margin = min(0.5 * p.diameter_max, 0.25 * (top - bottom))
        low = lowest if bottom == bed.floor else bottom + margin
        high = max(highest, 0.5 * low) if top == 0.0 else top - margin
        slabs.append((low, high))
    return slabs


def _bond_sum(bed: Bed, reach: float, low: float, high: float) -> float:
    """Σ R* l [m²] of the bonds between two heights; without any, no strength can be given."""
    bonds = bonds_between(bed, reach, low, high)
    if not bonds.radius.size:
        msg = (
            f"regolith.depth = {bed.parameters.depth:g} m: no grains touch between the fixed layer "
            "and the surface (or in a layer), so no strength can be given; a deeper bed or smaller "
            "grains"
        )
        raise PackingError(msg)
    return float((bonds.radius * bonds.branch).sum())


def _volume(bed: Bed, low: float, high: float) -> float:
    """Volume of the box between two heights [m³]."""
    return bed.parameters.width_x * bed.parameters.width_y * (high - low)


def free_slab(bed: Bed) -> tuple[tuple[float, float], float]:
    """Heights [m] between which the packing is measured, and the volume [m³] between them."""
    p = bed.parameters
    low = bed.floor + p.diameter_min
    high = max(-p.diameter_max, 0.5 * low)  # half the depth of a bed that is only two grains deep
    return (low, high), p.width_x * p.width_y * (high - low)


def bonds_between(bed: Bed, reach: float, low: float, high: float) -> Bonds:
    """Pairs with a gap below `reach` [m] whose contact lies between two heights [m].

    Two clumps that meet in several spheres are one pair of neighbours with several bonds.
    """
    pairs = close_pairs(bed.position, bed.radius, reach, bed.period)
    first, second = bed.radius[pairs].T
    step = nearest(bed.position[pairs[:, 1]] - bed.position[pairs[:, 0]], bed.period)
    height = bed.position[pairs[:, 0], 2] + step[:, 2] * first / (first + second)
    body = bed.body[pairs]
    bond = (height > low) & (height < high) & (body[:, 0] != body[:, 1])
    pairs, body, step, first, second = (a[bond] for a in (pairs, body, step, first, second))
    branch = first + second
    if bed.clumps.clump_count:
        # σ = Σ f ⊗ l / V with l from body to body
        normal = step / np.linalg.norm(step, axis=1, keepdims=True)
        between = bed.body_position[body[:, 1]] - bed.body_position[body[:, 0]]
        between = nearest(between, bed.period)
        branch = (normal * between).sum(1)
    return Bonds(
        effective_radius(first, second),
        branch,
        bed.adhesion[pairs].prod(1) if bed.adhesion.size else np.ones(len(pairs)),
        len(np.unique(np.sort(body, axis=1), axis=0)),
    )


def close_pairs(
    position: FloatArray, radius: FloatArray, reach: float, period: Period = None
) -> IntArray:
    """Pairs of spheres with a gap below `reach` [m], shape (c, 2), one class of sizes at a time.

    A search at the largest diameter would give each fine grain thousands of others.  With periods
    the nearest images count.
    """
    octave = np.floor(np.log2(radius / radius.min())).astype(int)
    members = [np.flatnonzero(octave == k) for k in np.unique(octave)]
    trees = [image_tree(position[group], period) for group in members]
    found = [np.zeros((0, 2), np.int64)]
    for a, (group, tree) in enumerate(zip(members, trees, strict=True)):
        for other, other_tree in zip(members[: a + 1], trees[: a + 1], strict=True):
            far = radius[group].max() + radius[other].max() + reach
            table = tree.sparse_distance_matrix(other_tree, far, output_type="coo_matrix")
            pairs = np.column_stack([group[table.row], other[table.col]])
            gap = table.data - radius[pairs].sum(1)
            is_once = (pairs[:, 0] > pairs[:, 1]) | (other is not group)
            found.append(pairs[(gap < reach) & is_once])
    return np.concatenate(found)


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
