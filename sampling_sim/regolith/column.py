"""Grains before they fall: which sizes, in which order from the floor up, and where they float.

Solid volume is spread evenly over the height of a loose column, so that what lies where in the
column lies there in the bed: layers and grading keep their places through the fall.  Grains are
placed at random without touching, the largest first, across periodic sides too.  Frame P, SI.
"""

from math import pi
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import ndtri

from sampling_sim.constants import BoolArray, FloatArray, IntArray
from sampling_sim.errors import ConfigError
from sampling_sim.regolith.images import Period, image_tree
from sampling_sim.regolith.layers import RegolithLayer, layer_bottoms
from sampling_sim.regolith.preparation_rules import PERIODIC_SHARE
from sampling_sim.regolith.sizes import draw_diameters, sizes_of
from sampling_sim.rng import Stream, generator

if TYPE_CHECKING:
    from sampling_sim.regolith.parameters import RegolithParameters

OVERFILL = 1.25
"""Poured volume over the bed's, chosen: what lies above the level is taken away."""
EXPECTED_PACKING = 0.56
"""[1] packing fraction the number of grains is worked out from; the measured one is reported."""
LEAST_POURED = 0.46
"""[1] packing fraction of the loosest pour of the default bed (`looseness.py`)."""
COLUMN_PACKING = 0.2
"""[1] solid fraction of the column; chosen: half of where random placing jams (0.38)."""
CLASS_RATIO = 1.15
"""Largest over smallest diameter placed together; chosen: they keep the largest's distance."""
BAND_GROWTH = 0.1
"""Growth of the band of heights tried, per try; chosen: dense places give way slowly."""


def column(parameters: "RegolithParameters") -> tuple[FloatArray, FloatArray]:
    """Positions (n, 3) and radii (n,) [m] of the grains to pour, boulders first.

    Clumps take the room of the spheres that hold them: the column is as much higher.
    """
    p = parameters
    rng = generator(p.packing_seed, 0, Stream.PACKING)
    # looser than that grains are taken out of the poured bed
    area, packing = p.width_x * p.width_y, max(p.packing_fraction or EXPECTED_PACKING, LEAST_POURED)
    room = p.shape.room()
    _refuse_wide_bodies(p, room)
    fraction = COLUMN_PACKING / room**3
    stretch = packing / fraction
    grains = _diameters_upwards(p, rng, area * packing)
    solid = pi / 6.0 * grains**3
    boulders = np.full(p.boulder_count, p.boulder_diameter)
    # a boulder is put where its share of the bed's depth will be, wholly below the surface
    share = min(0.5, 0.5 * p.boulder_diameter / p.depth)
    level = rng.uniform(share, 1.0 - share, boulders.size) * p.depth * stretch
    if p.boulder_place == "surface":
        level = np.full(boulders.size, OVERFILL * p.depth * stretch + p.boulder_diameter)
    height = (np.cumsum(solid) - 0.5 * solid) / (area * fraction)
    diameter = np.concatenate([boulders, grains])
    position = _placed(
        rng, room * diameter, np.concatenate([level, height]), (p.width_x, p.width_y), p.period
    )
    return position - [0.0, 0.0, p.depth], 0.5 * diameter


def _refuse_wide_bodies(p: "RegolithParameters", room: float) -> None:
    """Refuse clumps that do not fit into the box whichever way they lie.

    Across periodic sides two that touch must have one nearest image.
    """
    largest = p.boulder_diameter if p.boulder_count else p.diameter_max
    narrow = min(p.width_x, p.width_y) * (1.0 if p.period is None else PERIODIC_SHARE)
    if room * largest > narrow:
        allowed = f"may be {room * largest:.3g} m across, at most {narrow:.3g} m: a wider box"
        raise ConfigError("regolith.shape", p.shape.kind, allowed)


def _diameters_upwards(
    p: "RegolithParameters", rng: np.random.Generator, solid_per_depth: float
) -> FloatArray:
    """Diameters [m] from the floor up: layer by layer, graded, with what overfills on top."""
    layers = p.layers or (RegolithLayer(),)
    bottoms = [0.0, *layer_bottoms(layers, p.depth)]
    thickness = np.diff(bottoms)
    thickness[0] += (OVERFILL - 1.0) * p.depth
    buried = p.boulder_count if p.boulder_place == "buried" else 0
    boulders = buried * pi / 6.0 * p.boulder_diameter**3
    free = 1.0 - boulders / (solid_per_depth * OVERFILL * p.depth)
    parts = []
    for layer, thick in reversed(list(zip(layers, thickness, strict=True))):
        sizes = sizes_of(p, layer.diameter_min, layer.diameter_max)
        drawn = draw_diameters(rng, sizes, solid_per_depth * free * float(thick))
        parts.append(drawn[_graded_order(rng, drawn, p.size_grading)])
    return np.concatenate(parts)


def _graded_order(rng: np.random.Generator, diameter: FloatArray, grading: float) -> IntArray:
    """Order from the floor up in which size and depth have a Gaussian copula of `grading`."""
    count = diameter.size
    rank = np.argsort(np.argsort(diameter, kind="stable"), kind="stable")
    score = ndtri((rank + 0.5) / count)
    depth = grading * score + np.sqrt(1.0 - grading**2) * rng.standard_normal(count)
    return np.argsort(-depth, kind="stable")


def _placed(
    rng: np.random.Generator,
    diameter: FloatArray,
    height: FloatArray,
    width: tuple[float, float],
    period: Period,
) -> FloatArray:
    """Centres [m] that do not touch, near the heights wanted above the floor, shape (n, 3)."""
    radius, position = 0.5 * diameter, np.zeros((diameter.size, 3))
    trees: list[tuple[cKDTree, float]] = []
    waiting = np.argsort(-radius, kind="stable")
    while waiting.size:
        largest = radius[waiting[0]]
        count = int(np.searchsorted(-radius[waiting], -largest / CLASS_RATIO, side="right"))
        together, waiting = waiting[:count], waiting[count:]
        position[together] = _placed_class(
            rng, radius[together], height[together], width, 2.0 * radius.max(), trees, period
        )
        trees.append((image_tree(position[together], period), largest))
    return position


def _placed_class(
    rng: np.random.Generator,
    radius: FloatArray,
    height: FloatArray,
    width: tuple[float, float],
    band: float,
    trees: list[tuple[cKDTree, float]],
    period: Period,
) -> FloatArray:
    """Place grains of about one size among those of `trees`; tried anew until all have a place."""
    position, largest = np.zeros((radius.size, 3)), float(radius.max())
    is_placed = np.zeros(radius.size, bool)
    tries = 0
    while not is_placed.all():
        new = np.flatnonzero(~is_placed)
        room = np.array(width) - (2.0 * radius[new, None] if period is None else 0.0)
        position[new, :2] = rng.uniform(-0.5, 0.5, (new.size, 2)) * room
        lift = band * (1.0 + BAND_GROWTH * tries) * rng.uniform(-0.5, 0.5, new.size)
        position[new, 2] = np.maximum(height[new] + lift, radius[new])
        is_placed[new] = True
        for tree, other in trees:
            distance, _ = tree.query(position[new])
            is_placed[new] &= distance > radius[new] + other
        is_placed &= ~_disturbed(position, is_placed, new, 2.0 * largest, period)
        tries += 1
    return position


def _disturbed(
    position: FloatArray, is_placed: BoolArray, new: IntArray, distance: float, period: Period
) -> BoolArray:
    """Mask of new grains nearer than `distance` to a placed one: of two new ones, the later."""
    later = np.zeros(is_placed.size, bool)
    there = np.flatnonzero(is_placed)
    if there.size < 2:
        return later
    tree = image_tree(position[there], period)
    pairs = there[tree.query_pairs(distance, output_type="ndarray")]
    first, second = pairs.min(1), pairs.max(1)
    first_new, second_new = np.isin(first, new), np.isin(second, new)
    later[second[second_new]] = True
    later[first[first_new & ~second_new]] = True
    return later
