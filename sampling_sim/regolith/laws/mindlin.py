"""Mindlin's tangential spring without micro-slip, with a damper and Coulomb's limit.

The stiffness 8 G* a follows the contact radius a, so the history is the elastic force itself: with
a stored displacement the spring would make energy when the contact loosens (LAMMPS PR #2196).
Stated limit: Mindlin and Deresiewicz's partial slip, which softens the spring below the limit, is
left out; slope at zero load and the limit are theirs.

References: Mindlin (1949), J. Appl. Mech. 16, 259; Mindlin & Deresiewicz (1953), J. Appl. Mech.
20, 327; Di Renzo & Di Maio (2005), Chem. Eng. Sci. 60, 1303 (no-slip spring against the theory).
"""

from math import sqrt

from numba import njit

SMALLEST_SQUARE = 1e-300
"""[N²] keeps the ratio of limit to force finite where both are zero."""


@njit(cache=True, error_model="numpy", forceinline=True)
def friction_spring(
    hx: float,
    hy: float,
    hz: float,
    nx: float,
    ny: float,
    nz: float,
    vx: float,
    vy: float,
    vz: float,
    stiffness_dt: float,
    viscosity: float,
    limit: float,
) -> tuple[float, float, float, float, float, float]:
    """Force and new history of a spring and damper that yields at `limit` [N].

    The history (hx, hy, hz) is turned with the contact by projecting it on the new tangent plane;
    the velocity v must lie in that plane.  At yield the history is what makes spring plus damper
    equal to the limit.  No branch: within the limit the scale is 1.
    """
    along = hx * nx + hy * ny + hz * nz
    fx = hx - (along * nx + stiffness_dt * vx) - viscosity * vx
    fy = hy - (along * ny + stiffness_dt * vy) - viscosity * vy
    fz = hz - (along * nz + stiffness_dt * vz) - viscosity * vz
    square = fx * fx + fy * fy + fz * fz
    scale = limit / sqrt(max(square, limit * limit, SMALLEST_SQUARE))
    fx *= scale
    fy *= scale
    fz *= scale
    return fx, fy, fz, fx + viscosity * vx, fy + viscosity * vy, fz + viscosity * vz
