"""Linear spring–dashpot: force k δ, whatever the overlap δ.

Reference: Cundall & Strack (1979), Géotechnique 29, 47.  With a stiffness that does not depend on
the overlap, tangent and secant agree and a contact lasts as long at any speed.
"""

from sampling_sim.compiling import njit


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def linear_contact(overlap: float, stiffness: float, damping: float) -> tuple[float, float, float]:
    """Elastic force [N], secant stiffness [N/m] and viscosity [N s/m] at `overlap` [m].

    `damping` is α √(m* k), the viscosity itself.
    """
    return stiffness * overlap, stiffness, damping
