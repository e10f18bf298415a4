"""Fading cohesion: constant in contact, falling smoothly to zero over a short range.

Chosen: the pull-off force of a bond is what a bed's strength follows from; a smooth end lets a bond
break without a jump in force, which would make energy at a finite step.
"""

from sampling_sim.compiling import njit

SMALLEST_RANGE = 1e-300
"""[m] lets a range of zero mean: nothing beyond contact."""


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def cohesive_force(gap: float, pull_off: float, reach: float) -> float:
    """Attraction [N]: `pull_off` in contact, fading as 1 − 3s² + 2s³, s = gap/reach, to zero."""
    # a product with the inverse: the compiler takes the division out of the loop over contacts
    s = min(max(gap * (1.0 / max(reach, SMALLEST_RANGE)), 0.0), 1.0)
    return pull_off * (1.0 - s * s * (3.0 - 2.0 * s))
