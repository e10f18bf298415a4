"""Drops that are kept: a sphere onto packings under 9.81 m/s², and let go under other gravities."""

import numpy as np
from beds import EARTH, SPHERE, bed_under
from intruders import dropped
from keeping import kept

SLIPPERY = {"friction_coefficient": 0.2, "rolling_friction": 0.0}
"""A bed of other friction; chosen: smooth beads, whose angle of repose is about 20°."""
DENSITY = 10000.0
"""[kg/m³]; chosen: sinks by about half its diameter."""


@kept
def drop_rows(
    seed: int, density: float, speed: float, diameter: float, slippery: bool, width: float
) -> np.ndarray:
    """Rows of time, depth, speed, force; then bulk density, overlaps (mean and three peaks)."""
    changes = SLIPPERY if slippery else {}
    bed = bed_under(EARTH, seed, width_x=width, width_y=width, **changes)
    t = dropped(bed, EARTH, diameter=diameter, density=density, speed=speed)
    o = t.overlaps
    last = [bed.bulk_density, o.mean, o.peak_grain, o.peak_tool, o.peak_fixed, 0.0]
    return np.vstack([np.column_stack([t.time, t.depth, t.speed, t.force]), last])


@kept
def settled_sphere(seed, gravity):
    """Let a sphere settle: final depth [m] and time [s] to come to rest."""
    bed = bed_under(gravity, seed, modulus=1e8 * (gravity / EARTH) ** 0.75)
    track = dropped(bed, gravity, diameter=SPHERE, density=DENSITY, speed=0.0)
    assert track.overlaps.mean < 0.01
    return track.depth[-1], track.time[-1]
