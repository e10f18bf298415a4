"""Linear spring–dashpot: force k δ, whatever the overlap δ.

Reference: Cundall & Strack (1979), Géotechnique 29, 47.  With a stiffness that does not depend on
the overlap, tangent and secant agree and a contact lasts as long at any speed.
"""

from math import pi, sqrt

from sampling_sim.compiling import njit


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def linear_contact(overlap: float, stiffness: float, damping: float) -> tuple[float, float, float]:
    """Elastic force [N], secant stiffness [N/m] and viscosity [N s/m] at `overlap` [m].

    `damping` is α √(m* k), the viscosity itself.
    """
    return stiffness * overlap, stiffness, damping


def linear_impact(speed: float, mass: float, stiffness: float) -> tuple[float, float, float]:
    """Largest overlap [m], largest force [N] and duration [s] of an elastic impact.

    Half a period of the oscillator of effective mass m* [kg] on k [N/m].
    """
    rate = sqrt(stiffness / mass)
    return speed / rate, speed * sqrt(stiffness * mass), pi / rate
