"""JKR: an elastic contact that adhesion widens, and that holds down to a negative overlap.

With the contact radius a, the overlap is a²/R* − √(2π w a/E*) and the force (repulsion positive)
4 E* a³/(3 R*) − √(8π w E* a³).  In units of the smallest contact radius a_c = (π w R*²/(8 E*))^⅓,
where a pulled contact tears, and with L = a_c²/R* and F_c = 1.5 π w R*, that is, x = a/a_c,

    overlap = L (x² − 4 √x),   force = F_c (x³ − 6 x^1.5)/9,   L = (F_c / (9 hertz))^⅔,

with `hertz` = 4/3 E* √R*.  It tears at −3 L, where the force is −5/9 F_c.  A contact begins when
the gap closes (chosen: JKR has no force before).  √x is the largest root of t⁴ − 4t = y, taken in
closed form without cancellation.

References: Johnson, Kendall & Roberts (1971), Proc. R. Soc. A 324, 301; Chokshi, Tielens &
Hollenbach (1993), Astrophys. J. 407, 806; the quartic as in Parteli et al. (2014), Sci. Rep. 4,
6227 (LAMMPS had it wrong until PR #3728).
"""

from math import sqrt

from sampling_sim.compiling import njit

SMALLEST_UNIT = 1e-60
"""[m] stands for L without adhesion: the cube of overlap/L still is a number."""


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def jkr_tear(hertz: float, pull_off: float) -> float:
    """Gap [m] at which a pulled contact tears: 3 L; 0 without adhesion."""
    return 3.0 * (pull_off / (9.0 * hertz)) ** (2.0 / 3.0)


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def jkr_contact(
    overlap: float, hertz: float, damping: float, pull_off: float, tear: float
) -> tuple[float, float, float]:
    """Force above −`pull_off` [N], secant stiffness [N/m], viscosity [N s/m]; overlap ≥ −tear.

    Stiffness 4/3 E* a and viscosity α √(m* · stiffness) follow the contact radius, which never
    vanishes; with w = 0 (tear = 0) all three are Hertz's.  The force is given above −pull_off so
    that the sum with the damper is clipped where net force = −pull_off: damping never pulls.
    """
    unit = max(tear / 3.0, SMALLEST_UNIT)
    y = max(overlap / unit, -3.0)
    # u³ + 4 y u = 16, the resolvent; u = 2 (A + B) with A³ + B³ = 2 and A B = −y/3
    a = (1.0 + sqrt(max(1.0 + y * y * y / 27.0, 0.0))) ** (1.0 / 3.0)
    b = -y / (3.0 * a)
    u = 4.0 / (a * a - a * b + b * b)
    p = sqrt(u)
    root = 0.5 * (p + sqrt(max(8.0 / p - u, 0.0)))
    x = root * root
    # contact radius over √R*; its square is the Hertz overlap of that radius
    wide = sqrt(unit) * x
    secant = hertz * wide
    force = secant * wide * wide - 2.0 / 3.0 * pull_off * x * sqrt(x)
    return pull_off + force, secant, damping * sqrt(wide)
