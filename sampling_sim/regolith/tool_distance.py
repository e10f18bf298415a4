"""Exact distance of a point to the surface of a primitive, in the primitive's own frame [m]."""

from math import sqrt

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray
from sampling_sim.regolith.primitives import PrimitiveKind

PLATE = int(PrimitiveKind.PLATE)
BOX = int(PrimitiveKind.BOX)


@njit(error_model="numpy")
def surface_distance(
    kind: int, size: FloatArray, x: float, y: float, z: float
) -> tuple[float, float, float, float]:
    """Distance [m] of a point to a primitive's surface, negative inside, and the outward normal.

    All in the primitive's frame.  On a plate's own rectangle, and on a cylinder's axis, the
    normal is not defined and +z, or +x, is taken.
    """
    if kind == PLATE:
        dx = x - min(max(x, -size[0]), size[0])
        dy = y - min(max(y, -size[1]), size[1])
        distance = sqrt(dx * dx + dy * dy + z * z)
        if distance == 0.0:
            return -size[2], 0.0, 0.0, 1.0
        return distance - size[2], dx / distance, dy / distance, z / distance
    if kind == BOX:
        return _box_distance(size, x, y, z)
    # a cylinder is a box in (radial, axial) coordinates
    radial = sqrt(x * x + y * y)
    cx, cy = (x / radial, y / radial) if radial > 0.0 else (1.0, 0.0)
    side, cap = radial - size[0], abs(z) - size[1]
    sign = 1.0 if z >= 0.0 else -1.0
    if side <= 0.0 and cap <= 0.0:
        return (side, cx, cy, 0.0) if side > cap else (cap, 0.0, 0.0, sign)
    out, up = max(side, 0.0), max(cap, 0.0)
    distance = sqrt(out * out + up * up)
    return distance, cx * out / distance, cy * out / distance, sign * up / distance


@njit(error_model="numpy")
def _box_distance(
    size: FloatArray, x: float, y: float, z: float
) -> tuple[float, float, float, float]:
    """`surface_distance` of a solid box."""
    px, py, pz = abs(x) - size[0], abs(y) - size[1], abs(z) - size[2]
    sx, sy, sz = np.sign(x), np.sign(y), np.sign(z)
    if px <= 0.0 and py <= 0.0 and pz <= 0.0:
        # inside: out through the nearest face
        if px >= py and px >= pz:
            return px, (1.0 if x >= 0.0 else -1.0), 0.0, 0.0
        if py >= pz:
            return py, 0.0, (1.0 if y >= 0.0 else -1.0), 0.0
        return pz, 0.0, 0.0, (1.0 if z >= 0.0 else -1.0)
    dx, dy, dz = max(px, 0.0), max(py, 0.0), max(pz, 0.0)
    distance = sqrt(dx * dx + dy * dy + dz * dz)
    return distance, sx * dx / distance, sy * dy / distance, sz * dz / distance
