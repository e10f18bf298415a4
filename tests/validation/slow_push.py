"""Bodies pushed slowly into the bed at 1 g: a sphere, and plates at an angle.

A sphere's quasi-static force is the normal stress α μ ρ g z over its submerged face.  A plate at
angle β (front edge up) moving at angle γ below the horizontal feels stresses α_x, α_z per depth.
Frame P, SI, angles of the callers in degrees.

References: Brzinski, Mayor & Durian 2013, Phys. Rev. Lett. 111, 168002; Li, Zhang & Goldman 2013,
Science 339, 1408.
"""

from dataclasses import replace
from math import cos, pi, radians, sin

import numpy as np
from beds import EARTH, SPHERE, bed_under
from intruders import moved, sphere, surface
from keeping import kept

PUSH = 0.2
"""[m/s]; ρ v² is 60 Pa where the ground pushes back with some 10 kPa, so inertia is below 5 %."""
HALF, SWEEP = 0.02, 0.004
"""[m] half side between the rims and rim radius of the plate: 48 mm across, 8 mm thick."""
DEEP = 0.05
"""[m] where the plate's centre ends, or moves level: half a plate above the floor."""


def submerged_moment(depth, radius):
    """∫ z dA [m³] over the lower half of a sphere whose lowest point lies at `depth`, projected."""
    cap = np.minimum(depth, radius)
    return pi * cap**2 * (radius - cap / 3.0) + pi * radius**2 * np.maximum(depth - radius, 0.0)


@kept
def pushed_back(seed):
    """Force over ρ g ∫ z dA of one packing, which is α μ, fitted from D/4 down to D."""
    bed = bed_under(EARTH, seed)
    radius = 0.5 * SPHERE
    down = np.array([0.0, 0.0, -PUSH])
    start = np.array([0.0, 0.0, radius])
    push = moved(bed, EARTH, sphere(SPHERE), np.eye(3), start, down, SPHERE / PUSH)
    assert push.overlaps.mean < 0.01
    depth = push.depth + radius
    inside = (depth > 0.25 * SPHERE) & (depth < SPHERE)
    load = bed.bulk_density * EARTH * submerged_moment(depth[inside], radius)
    return float(push.force[inside, 2] @ load / (load @ load))


def table_stresses(beta, gamma):
    """Table of generic α_x and α_z [N/cm³], ζ = 1, at angles in rad (Li, Zhang & Goldman 2013)."""
    vertical = (
        0.206 + 0.169 * cos(2 * beta) + 0.212 * sin(2 * beta + gamma)
        + 0.358 * sin(gamma) + 0.055 * sin(-2 * beta + gamma)
    )  # fmt: skip
    horizontal = (
        -0.124 * cos(2 * beta + gamma) + 0.253 * cos(gamma)
        + 0.007 * cos(-2 * beta + gamma) + 0.088 * sin(2 * beta)
    )  # fmt: skip
    return horizontal, vertical


@kept
def plate_stresses(seed, beta, gamma):
    """α_x and α_z [N/m³] of one packing: resistance over face and depth, fitted along the path.

    The plate comes in from above, or, if it moves level, starts where the grains were taken out.
    """
    b, g = radians(beta), radians(gamma)
    turn = np.array([[cos(b), 0.0, -sin(b)], [0.0, 1.0, 0.0], [sin(b), 0.0, cos(b)]])
    ahead = np.array([cos(g), 0.0, -sin(g)])
    tall = HALF * sin(abs(b)) + SWEEP
    length = (DEEP + tall) / sin(g) if gamma else DEEP
    start = np.array([0.0, 0.0, -DEEP]) - (length if gamma else 0.5 * length) * ahead
    bed = bed_under(EARTH, seed)
    bed = bed if gamma else without_grains(bed, turn, start)
    path = moved(bed, EARTH, surface((HALF, HALF, SWEEP)), turn, start, PUSH * ahead, length / PUSH)
    assert path.overlaps.mean < 0.01
    # wholly under, or past the first 10 mm of a level path
    inside = path.depth > tall + 0.01 if gamma else path.time > 0.01 / PUSH
    face = (2.0 * (HALF + SWEEP)) ** 2
    load = face * path.depth[inside]
    across, up = path.force[inside, 0], path.force[inside, 2]
    return -float(across @ load / (load @ load)), float(up @ load / (load @ load))


def without_grains(bed, turn, centre):
    """Bed without the grains that a plate at `centre` would overlap."""
    local = (bed.position - centre) @ turn
    beyond = local - np.clip(local, [-HALF, -HALF, 0.0], [HALF, HALF, 0.0])
    keep = np.linalg.norm(beyond, axis=1) > SWEEP + bed.radius
    number = np.cumsum(keep) - 1
    alive = keep[bed.pairs].all(1)
    return replace(
        bed, position=bed.position[keep], radius=bed.radius[keep], fixed=bed.fixed[keep],
        pairs=number[bed.pairs[alive]], tangential=bed.tangential[alive],
        rolling=bed.rolling[alive],
    )  # fmt: skip
