"""Hertz: elastic spheres, force 4/3 E* √R* δ^1.5, with a damper after Tsuji.

The pair's constants are worked out once: `hertz` = 4/3 E* √R* and `damping` = α √(m* hertz), so
that the secant stiffness is hertz √δ and the viscosity damping δ^¼ = α √(m* · secant): restitution
is then the same at any speed.

References: Johnson, Contact Mechanics (1985), ch. 4 and 11; Tsuji, Tanaka & Ishida (1992), Powder
Technol. 71, 239 (damper); Thornton, Cummins & Cleary (2013), Powder Technol. 233, 30 (pulling).
"""

from math import sqrt

from sampling_sim.compiling import njit

HERTZ_DURATION = 2.9432
"""Duration of an elastic Hertz impact over δmax/v (Johnson 1985, eq. 11.25)."""


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def hertz_contact(overlap: float, hertz: float, damping: float) -> tuple[float, float, float]:
    """Elastic force [N], secant stiffness [N/m] and viscosity [N s/m] at `overlap` ≥ 0 [m]."""
    root = sqrt(overlap)
    secant = hertz * root
    return secant * overlap, secant, damping * sqrt(root)


def hertz_impact(
    speed: float, mass: float, radius: float, modulus: float
) -> tuple[float, float, float]:
    """Largest overlap [m], largest force [N] and duration [s] of an elastic Hertz impact.

    `mass`, `radius` and `modulus` are the effective ones m*, R* and E* (Johnson 1985, §11.4).
    """
    overlap = (15.0 * mass * speed**2 / (16.0 * modulus * sqrt(radius))) ** 0.4
    force = 4.0 / 3.0 * modulus * sqrt(radius) * overlap**1.5
    return overlap, force, HERTZ_DURATION * overlap / speed
