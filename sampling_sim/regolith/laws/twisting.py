"""Elastic–plastic twisting resistance: a scalar spring, damper and limit about the normal.

Twisting velocity R* (ω₁ − ω₂)·n, torque R* × force along n.  Spring and damper are the tangential
ones, the limit is a coefficient times the repulsion, as for rolling.  A flat contact of radius a
that slides all over itself has the coefficient ⅔ μ a/R*.

References: Luding (2008), Granul. Matter 10, 235, §2.2.4 (torsion); Marshall (2009), J. Comput.
Phys. 228, 1541 (limit of the flat contact).
"""

from sampling_sim.compiling import njit


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def twisting_spring(
    history: float, speed: float, stiffness_dt: float, viscosity: float, limit: float
) -> tuple[float, float]:
    """Force [N] on the first grain's twist and new history [N]; `speed` is R* (ω₁ − ω₂)·n [m/s].

    The history is the elastic force and, being a scalar along n, needs no turning.  At yield it is
    what makes spring plus damper equal to the limit.  The damper is `mindlin.py`'s, half a step of
    the spring taken off.
    """
    damper = max(viscosity - 0.5 * stiffness_dt, 0.0)
    wanted = history - (stiffness_dt + damper) * speed
    force = min(max(wanted, -limit), limit)
    return force, force + damper * speed
