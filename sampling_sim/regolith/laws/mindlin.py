"""Mindlin's tangential spring without micro-slip, with a damper and Coulomb's limit.

The stiffness 8 G* a follows the contact radius a, so the history is the elastic force itself: with
a stored displacement the spring would make energy when the contact loosens (LAMMPS PR #2196).
Stated limit: Mindlin and Deresiewicz's partial slip, which softens the spring below the limit, is
left out; slope at zero load and the limit are theirs.

References: Mindlin (1949), J. Appl. Mech. 16, 259; Mindlin & Deresiewicz (1953), J. Appl. Mech.
20, 327; Di Renzo & Di Maio (2005), Chem. Eng. Sci. 60, 1303 (no-slip spring against the theory).
"""

from math import sqrt

from sampling_sim.compiling import njit

SMALLEST_SQUARE = 1e-300
"""[N²] keeps the ratio of limit to force finite where both are zero."""


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
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

    Forces are taken in the middle of a step, where the spring has only half of the step's change:
    the other half acts as a damper of stiffness_dt/2.  It is taken off the damper, as far as that
    reaches, which makes the spring second order in the step.
    """
    damper = max(viscosity - 0.5 * stiffness_dt, 0.0)
    along = hx * nx + hy * ny + hz * nz
    fx = hx - (along * nx + stiffness_dt * vx) - damper * vx
    fy = hy - (along * ny + stiffness_dt * vy) - damper * vy
    fz = hz - (along * nz + stiffness_dt * vz) - damper * vz
    square = fx * fx + fy * fy + fz * fz
    scale = limit / sqrt(max(square, limit * limit, SMALLEST_SQUARE))
    fx *= scale
    fy *= scale
    fz *= scale
    return fx, fy, fz, fx + damper * vx, fy + damper * vy, fz + damper * vz
