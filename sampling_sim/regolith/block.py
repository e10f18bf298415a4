"""Force laws of `LANES` contacts at a time, written so that the compiler can use the vector unit.

In: geometry and motion of each contact, gathered into the work array; its springs and constants,
kept in the contact's own block.  Out: force and torques, back in the work array, and the springs.
Both arrays hold a quantity of all lanes side by side; the loop over lanes has no branches and no
calls of a mathematics library.  A lane without a contact carries zeros.  Frame P, SI.
"""

from math import sqrt

from numba import njit

from sampling_sim.constants import FloatArray

LANES = 32
"""Contacts taken together; chosen: fastest of 16, 32 and 64."""

(DX, DY, DZ, RI, RJ, VX, VY, VZ, OX, OY, OZ, PX, PY, PZ, MU, MU_R, FX, FY, FZ, TX, TY, TZ, WX, WY,
 WZ, SUM, COUNT, PEAK, PEAK_FIXED) = range(0, 29 * LANES, LANES)  # fmt: skip
"""Work array: vector from the second centre to the first [m], radii [m] (later the arms), velocity
of the first relative to the second [m/s], both angular velocities [rad/s], friction and rolling
friction; then force on the first [N], n × its tangential part [N], rolling torque [N m], and the
sums and peaks of the overlap over the smaller radius, lane by lane."""
WORK = 29 * LANES

(H0, H1, H2, H3, H4, H5, TOUCH, STIFFNESS, DAMPING, PULL_OFF, RADIUS, PER_RADIUS) = range(
    0, 12 * LANES, LANES
)
"""Block of a contact: tangential then rolling spring [N], 1.0 where it touches, stiffness and damping
constants of the normal law, pull-off force [N], R* [m], 1/smaller radius [1/m] (negative where one
of the two is fixed)."""
BLOCK = 12 * LANES
SPRINGS = 7
"""Leading rows of a block that change: springs and touch."""

TINY = 1e-300
"""Keeps a quotient finite where force and limit are both zero."""


@njit(error_model="numpy", forceinline=True)
def evaluate(
    work: FloatArray, block: FloatArray, shear_dt: float, per_reach: float
) -> None:
    """Forces of the contacts of one block.

    Parameters
    ----------
    work, block
        One-dimensional; rows as above.
    shear_dt
        Tangential over secant normal stiffness, times the step [s].
    per_reach
        1/range of cohesion [1/m].
    """
    for c in range(LANES):
        dx, dy, dz = work[DX + c], work[DY + c], work[DZ + c]
        distance = sqrt(dx * dx + dy * dy + dz * dz)
        inverse = 1.0 / distance
        nx, ny, nz = dx * inverse, dy * inverse, dz * inverse
        ri, rj = work[RI + c], work[RJ + c]
        gap = distance - ri - rj
        overlap = max(-gap, 0.0)
        touch = 1.0 if gap < 0.0 else 0.0
        # the contact point halves the overlap of two grains, and lies in the plane of a wall
        share = 0.5 * overlap if rj > 0.0 else overlap
        arm_i, arm_j = ri - share, rj - share
        ox, oy, oz = work[OX + c], work[OY + c], work[OZ + c]
        px, py, pz = work[PX + c], work[PY + c], work[PZ + c]
        sx, sy, sz = arm_i * ox + arm_j * px, arm_i * oy + arm_j * py, arm_i * oz + arm_j * pz
        vx = work[VX + c] - (sy * nz - sz * ny)
        vy = work[VY + c] - (sz * nx - sx * nz)
        vz = work[VZ + c] - (sx * ny - sy * nx)
        speed = vx * nx + vy * ny + vz * nz
        # Hertz with a damper, clipped at zero: damping never pulls
        root = sqrt(overlap)
        secant = block[STIFFNESS + c] * root
        viscosity = block[DAMPING + c] * sqrt(root)
        push = max(0.0, secant * overlap - viscosity * speed)
        stiffness_dt = shear_dt * secant
        # Coulomb's limit counts the repulsion alone: net load plus cohesion, never negative
        tx, ty, tz, hx, hy, hz = _spring(
            block[H0 + c], block[H1 + c], block[H2 + c], nx, ny, nz,
            vx - speed * nx, vy - speed * ny, vz - speed * nz,
            stiffness_dt, viscosity, work[MU + c] * push,
        )  # fmt: skip
        block[H0 + c], block[H1 + c], block[H2 + c] = touch * hx, touch * hy, touch * hz
        radius = block[RADIUS + c]
        sx, sy, sz = radius * (ox - px), radius * (oy - py), radius * (oz - pz)
        rx, ry, rz, hx, hy, hz = _spring(
            block[H3 + c], block[H4 + c], block[H5 + c], nx, ny, nz,
            sy * nz - sz * ny, sz * nx - sx * nz, sx * ny - sy * nx,
            stiffness_dt, viscosity, work[MU_R + c] * push,
        )  # fmt: skip
        block[H3 + c], block[H4 + c], block[H5 + c] = touch * hx, touch * hy, touch * hz
        block[TOUCH + c] = touch
        # full attraction in contact, fading as 1 − 3s² + 2s³ to nothing at the range
        s = min(1.0, max(0.0, gap * per_reach))
        net = push - block[PULL_OFF + c] * (1.0 - s * s * (3.0 - 2.0 * s))
        work[FX + c], work[FY + c], work[FZ + c] = net * nx + tx, net * ny + ty, net * nz + tz
        work[TX + c] = ny * tz - nz * ty
        work[TY + c] = nz * tx - nx * tz
        work[TZ + c] = nx * ty - ny * tx
        work[WX + c] = radius * (ny * rz - nz * ry)
        work[WY + c] = radius * (nz * rx - nx * rz)
        work[WZ + c] = radius * (nx * ry - ny * rx)
        work[RI + c], work[RJ + c] = arm_i, arm_j
        ratio = overlap * block[PER_RADIUS + c]
        work[SUM + c] += abs(ratio)
        work[COUNT + c] += touch
        work[PEAK + c] = max(work[PEAK + c], ratio)
        work[PEAK_FIXED + c] = max(work[PEAK_FIXED + c], -ratio)


@njit(error_model="numpy", forceinline=True)
def _spring(
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
    """`friction_spring` without a branch."""
    along = hx * nx + hy * ny + hz * nz
    hx -= along * nx + stiffness_dt * vx
    hy -= along * ny + stiffness_dt * vy
    hz -= along * nz + stiffness_dt * vz
    dx, dy, dz = viscosity * vx, viscosity * vy, viscosity * vz
    fx, fy, fz = hx - dx, hy - dy, hz - dz
    scale = min(1.0, limit / sqrt(fx * fx + fy * fy + fz * fz + TINY))
    fx, fy, fz = scale * fx, scale * fy, scale * fz
    return fx, fy, fz, fx + dx, fy + dy, fz + dz
