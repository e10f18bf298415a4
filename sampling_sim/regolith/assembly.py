"""Kernel arrays from what a user gives: bed, field, links.  Solver order, frame P, SI."""

from math import pi

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.kernel import Field, Grains, Walls
from sampling_sim.regolith.laws.restitution import damping_from_restitution
from sampling_sim.regolith.neighbours import TOUCHING, Material, Pairs, build_pairs, empty_pairs
from sampling_sim.regolith.primitives import LinkMotion
from sampling_sim.regolith.tools import Links


def material_of(bed: Bed) -> Material:
    """Numbers of the contact laws for a bed."""
    p = bed.parameters
    return Material(
        modulus=p.pair_modulus,
        shear_ratio=p.shear_ratio,
        damping_ratio=damping_from_restitution(p.restitution),
        friction=float(p.friction_coefficient),
        rolling=float(p.rolling_friction),
        pull_off_scale=float(bed.pull_off_scale),
        reach=float(p.cohesion_range) if bed.pull_off_scale > 0.0 else 0.0,
        sphere_mass=p.grain_density * 4.0 / 3.0 * pi,
    )


def grains_of(bed: Bed, order: IntArray) -> Grains:
    """Kernel arrays of a bed at rest, in solver order."""
    radius, count = bed.radius[order], bed.radius.size
    mass = bed.mass[order]
    inverse = np.column_stack([1.0 / mass, 1.0 / (0.4 * mass * radius**2)])
    inverse[bed.fixed[order]] = 0.0
    return Grains(
        np.column_stack([bed.position[order], radius]),
        np.zeros((count, 6)),
        np.zeros((count, 6)),
        np.zeros((count, 6)),
        inverse,
        np.full((count, 3), np.inf),  # nowhere: the first step makes the lists
    )


def grid_of(bed: Bed, margin: float) -> FloatArray:
    """Cells over the bed and 8 more to each side; grains beyond go to the boundary cells."""
    cell = 2.0 * bed.radius.max() + margin
    low = bed.position.min(0) - 8.0 * cell
    cells = np.floor((bed.position.max(0) - low) / cell) + 9.0
    return np.array([*low, cell, *cells])


def walls_of(planes: FloatArray, count: int) -> Walls:
    """Walls nobody is near yet."""
    return Walls(planes, np.zeros((0, 2), np.int64), np.zeros((count, len(planes), 6)))


def links_of(motion: LinkMotion | None) -> Links:
    """Kernel arrays of the links' motion, loads at zero."""
    if motion is None:
        none = np.zeros((0, 3))
        motion = LinkMotion(none, np.zeros((0, 3, 3)), none, none)
    position, rotation, velocity, spin = (
        np.ascontiguousarray(part, float)
        for part in (motion.position, motion.rotation, motion.velocity, motion.angular_velocity)
    )
    return Links(
        position, rotation, velocity, spin, position.copy(), rotation.copy(),
        np.zeros((len(position), 6)),
    )  # fmt: skip


def field_of(field: SiteField) -> Field:
    """Kernel numbers of a site's field; the centrifugal term joins value and gradient."""
    field.require_uniform_spin()
    w = field.spin
    centrifugal = (w @ w) * np.eye(3) - np.outer(w, w)
    gradient = np.array([field.gradient_exterior, field.gradient_interior]) + centrifugal
    return Field(field.effective_acceleration, gradient, np.array(w, float), 0.0)


def pairs_of(
    bed: Bed, rank: IntArray, grains: Grains, grid: FloatArray, skin: float, material: Material
) -> Pairs:
    """Pair list that carries the bed's springs; `rank` takes a grain of the bed to solver order."""
    count = bed.radius.size
    pairs = build_pairs(
        grains.position, grains.inverse, skin + material.reach, grid, empty_pairs(count), material
    )
    first = np.repeat(np.arange(count), np.diff(pairs.start))
    key = first * count + pairs.neighbour.astype(np.int64)
    order = np.argsort(key)
    i, j = rank[bed.pairs].T.reshape(2, -1)
    wanted = np.minimum(i, j) * count + np.maximum(i, j)
    known = np.isin(wanted, key)
    slot = order[np.searchsorted(key, wanted[known], sorter=order)]
    # seen from the other grain the tangential force changes sign; the rolling one does not, as
    # both the spin difference and the normal that define it are reversed
    side = np.where(i < j, 1.0, -1.0)[known, None]
    pairs.flag[slot] = TOUCHING
    pairs.history[slot, :3] = side * bed.tangential[known]
    pairs.history[slot, 3:] = bed.rolling[known]
    return pairs
