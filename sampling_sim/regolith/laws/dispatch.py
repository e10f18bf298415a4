"""The law that an experiment chose, picked by its number: what the pair loop calls.

The numbers are constants of the compiled loop, so the branches below are gone from it.  JKR stands
apart (`jkr.py`): there adhesion changes the contact itself.
"""

from sampling_sim.compiling import njit
from sampling_sim.regolith.laws.choice import CohesionLaw, NormalLaw
from sampling_sim.regolith.laws.dmt import dmt_force
from sampling_sim.regolith.laws.fading import cohesive_force
from sampling_sim.regolith.laws.hertz import hertz_contact
from sampling_sim.regolith.laws.linear import linear_contact
from sampling_sim.regolith.laws.van_der_waals import van_der_waals_force

LINEAR = int(NormalLaw.LINEAR)
DMT = int(CohesionLaw.DMT)
VAN_DER_WAALS = int(CohesionLaw.VAN_DER_WAALS)


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def elastic_contact(
    law: int, overlap: float, stiffness: float, damping: float
) -> tuple[float, float, float]:
    """Elastic force [N], secant stiffness [N/m] and viscosity [N s/m] by `NormalLaw`.

    `stiffness` is 4/3 E* √R* [N/m^1.5] or k [N/m], `damping` is α √(m* stiffness).
    """
    if law == LINEAR:
        return linear_contact(overlap, stiffness, damping)
    return hertz_contact(overlap, stiffness, damping)


@njit(error_model="numpy", fastmath={"contract"}, forceinline=True)
def attraction(law: int, gap: float, pull_off: float, reach: float, separation: float) -> float:
    """Attraction [N] at `gap` [m], negative in contact, by `CohesionLaw` (JKR excepted).

    `reach` is the range [m] (unused by DMT), `separation` z₀ [m] of van der Waals.
    """
    if law == DMT:
        return dmt_force(gap, pull_off)
    if law == VAN_DER_WAALS:
        return van_der_waals_force(gap, pull_off, reach, separation)
    return cohesive_force(gap, pull_off, reach)
