"""Force laws of `LANES` contacts at a time, written so that the compiler can use the vector unit.

In: geometry and motion of each contact, gathered into the work array; its springs and constants,
kept in the contact's own block.  Out: force and torques, back in the work array, and the springs.
Both arrays hold a quantity of all lanes side by side; the loop over lanes has no branches and no
calls of a mathematics library.  A lane without a contact carries zeros.  Frame P, SI.
"""

from math import sqrt
from typing import NamedTuple

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray
from sampling_sim.regolith.laws.choice import CohesionLaw
from sampling_sim.regolith.laws.dispatch import attraction, elastic_contact
from sampling_sim.regolith.laws.jkr import jkr_contact
from sampling_sim.regolith.laws.mindlin import friction_spring
from sampling_sim.regolith.laws.rolling import rolling_spring
from sampling_sim.regolith.laws.twisting import twisting_spring

JKR = int(CohesionLaw.JKR)

LANES = 32
"""Contacts taken together; chosen: fastest of 16, 32 and 64."""

(DX, DY, DZ, RI, RJ, VX, VY, VZ, OX, OY, OZ, PX, PY, PZ, SHARE, MU, MU_R, FX, FY, FZ, TX, TY, TZ,
 WX, WY, WZ, SUM, COUNT, PEAK, PEAK_FIXED) = range(0, 30 * LANES, LANES)  # fmt: skip
"""Work array: vector from the second centre to the first [m], radii [m] (later the arms), velocity
of the first relative to the second [m/s], both angular velocities [rad/s], share of the overlap by
which the contact point lies inside the first grain, friction and rolling friction; then force on
the first [N], n × its tangential part [N], rolling and twisting torque [N m], and the sums and
peaks of the overlap over the smaller radius, lane by lane."""
WORK = 30 * LANES

(H0, H1, H2, H3, H4, H5, H6, TOUCH, STIFFNESS, DAMPING, PULL_OFF, RADIUS, PER_RADIUS, TEAR) = range(
    0, 14 * LANES, LANES
)
"""Block of a contact: tangential, rolling and twisting spring [N], 1.0 where it touches; stiffness
and damping constants of the normal law, pull-off force [N], R* [m], 1/smaller radius [1/m]
(negative where one of the two is fixed), gap at which a JKR contact tears [m]."""
BLOCK = 14 * LANES
SPRINGS = 8
"""Leading rows of a block that change: springs and touch."""


class Laws(NamedTuple):
    """What is chosen when the loop is compiled, and what all contacts share."""

    shear_dt: float
    """Tangential over secant normal stiffness, times the step [s]."""
    reach: float
    """[m] range of cohesion."""
    separation: float
    """[m] least separation of van der Waals' law."""
    twisting: float
    """Twisting friction."""


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def evaluate(
    normal: int, cohesion: int, is_twisting: bool, work: FloatArray, block: FloatArray, laws: Laws
) -> None:
    """Evaluate the contacts of one block.

    Parameters
    ----------
    normal, cohesion, is_twisting
        Numbers of the laws, and whether contacts resist twisting: known at compile time.
    work, block
        One-dimensional; rows as above.
    """
    for c in range(LANES):
        dx, dy, dz = work[DX + c], work[DY + c], work[DZ + c]
        distance = sqrt(dx * dx + dy * dy + dz * dz)
        inverse = 1.0 / distance
        nx, ny, nz = dx * inverse, dy * inverse, dz * inverse
        gap = distance - work[RI + c] - work[RJ + c]
        reached = block[TOUCH + c] * block[TEAR + c] if cohesion == JKR else 0.0
        touch = 1.0 if gap < reached else 0.0
        overlap = -touch * gap
        arm_i = work[RI + c] - work[SHARE + c] * overlap
        arm_j = work[RJ + c] - work[SHARE + c] * overlap
        ox, oy, oz = work[OX + c], work[OY + c], work[OZ + c]
        px, py, pz = work[PX + c], work[PY + c], work[PZ + c]
        sx, sy, sz = arm_i * ox + arm_j * px, arm_i * oy + arm_j * py, arm_i * oz + arm_j * pz
        vx = work[VX + c] - (sy * nz - sz * ny)
        vy = work[VY + c] - (sz * nx - sx * nz)
        vz = work[VZ + c] - (sx * ny - sy * nx)
        speed = vx * nx + vy * ny + vz * nz
        if cohesion == JKR:
            elastic, secant, viscosity = jkr_contact(
                overlap, block[STIFFNESS + c], block[DAMPING + c], block[PULL_OFF + c],
                block[TEAR + c],
            )  # fmt: skip
            pull = touch * block[PULL_OFF + c]
        else:
            elastic, secant, viscosity = elastic_contact(
                normal, overlap, block[STIFFNESS + c], block[DAMPING + c]
            )
            pull = attraction(cohesion, gap, block[PULL_OFF + c], laws.reach, laws.separation)
        # damping never pulls; Coulomb's limits count the repulsion alone: net load plus cohesion
        push = touch * max(0.0, elastic - viscosity * speed)
        stiffness_dt = laws.shear_dt * secant
        tx, ty, tz, hx, hy, hz = friction_spring(
            block[H0 + c], block[H1 + c], block[H2 + c], nx, ny, nz,
            vx - speed * nx, vy - speed * ny, vz - speed * nz,
            stiffness_dt, viscosity, work[MU + c] * push,
        )  # fmt: skip
        block[H0 + c], block[H1 + c], block[H2 + c] = touch * hx, touch * hy, touch * hz
        radius = block[RADIUS + c]
        wx, wy, wz, hx, hy, hz = rolling_spring(
            block[H3 + c], block[H4 + c], block[H5 + c], nx, ny, nz, ox - px, oy - py, oz - pz,
            radius, stiffness_dt, viscosity, work[MU_R + c] * push,
        )  # fmt: skip
        block[H3 + c], block[H4 + c], block[H5 + c] = touch * hx, touch * hy, touch * hz
        if is_twisting:
            turn = (ox - px) * nx + (oy - py) * ny + (oz - pz) * nz
            force, hx = twisting_spring(
                block[H6 + c], radius * turn, stiffness_dt, viscosity, laws.twisting * push
            )
            block[H6 + c] = touch * hx
            wx, wy, wz = (
                wx + radius * force * nx, wy + radius * force * ny, wz + radius * force * nz,
            )  # fmt: skip
        block[TOUCH + c] = touch
        net = push - pull
        work[FX + c], work[FY + c], work[FZ + c] = net * nx + tx, net * ny + ty, net * nz + tz
        work[TX + c] = ny * tz - nz * ty
        work[TY + c] = nz * tx - nx * tz
        work[TZ + c] = nx * ty - ny * tx
        work[WX + c], work[WY + c], work[WZ + c] = wx, wy, wz
        work[RI + c], work[RJ + c] = arm_i, arm_j
        ratio = overlap * block[PER_RADIUS + c]
        work[SUM + c] += abs(ratio)
        work[COUNT + c] += touch
        work[PEAK + c] = max(work[PEAK + c], ratio)
        work[PEAK_FIXED + c] = max(work[PEAK_FIXED + c], -ratio)
