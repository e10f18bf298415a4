"""Elastic–plastic rolling resistance: the tangential spring on the rolling velocity.

Rolling velocity R* (ω₁ − ω₂) × n, torque R* n × force on the first grain and the opposite on the
second, force from the spring, damper and limit of `mindlin.py`; the limit is a coefficient times
the repulsion.  The spring has the tangential stiffness, so that one stability limit holds for all
sizes; LAMMPS's `rolling sds` is the same with a constant one.  An objective measure: it is the
same seen from any rotating frame.

References: Luding (2008), Granul. Matter 10, 235, §2.2.3 (one spring for sliding, rolling and
torsion); Ai, Chen, Rotter & Ooi (2011), Powder Technol. 206, 269, model C.
"""

from sampling_sim.compiling import njit
from sampling_sim.regolith.laws.mindlin import friction_spring


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def rolling_spring(
    hx: float,
    hy: float,
    hz: float,
    nx: float,
    ny: float,
    nz: float,
    wx: float,
    wy: float,
    wz: float,
    radius: float,
    stiffness_dt: float,
    viscosity: float,
    limit: float,
) -> tuple[float, float, float, float, float, float]:
    """Torque [N m] on the first grain and new history [N]; w is the spin difference [rad/s].

    `radius` is R* [m], `limit` the coefficient of rolling friction times the repulsion [N].
    """
    sx, sy, sz = radius * wx, radius * wy, radius * wz
    fx, fy, fz, hx, hy, hz = friction_spring(
        hx, hy, hz, nx, ny, nz, sy * nz - sz * ny, sz * nx - sx * nz, sx * ny - sy * nx,
        stiffness_dt, viscosity, limit,
    )  # fmt: skip
    return (
        radius * (ny * fz - nz * fy), radius * (nz * fx - nx * fz), radius * (nx * fy - ny * fx),
        hx, hy, hz,
    )  # fmt: skip
