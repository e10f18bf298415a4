"""DMT: Hertz's contact with a constant attraction 2π w R* as long as the grains touch.

For stiff, small grains of low adhesion; the attraction outside the contact is not resolved.

Reference: Derjaguin, Muller & Toporov (1975), J. Colloid Interface Sci. 53, 314.
"""

from math import pi

from sampling_sim.compiling import njit


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def dmt_force(gap: float, pull_off: float) -> float:
    """Attraction [N]: `pull_off` at a gap of zero and below, nothing beyond."""
    return pull_off if gap <= 0.0 else 0.0


def dmt_pull_off(work: float, radius: float) -> float:
    """Pull-off force 2π w R* [N] of the work of adhesion w [J/m²]."""
    return 2.0 * pi * work * radius
