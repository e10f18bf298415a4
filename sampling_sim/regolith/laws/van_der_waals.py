"""Van der Waals attraction of two spheres, cut off at a finite range.

F = A R*/(6 (gap + z₀)²) with Hamaker's constant A = 12π z₀² w and the least separation z₀, less its
value at the cut-off so that it ends at zero there, and scaled so that it is the pull-off force at
a gap of zero; in contact it stays at that.  With z = z₀/(z₀ + gap) that is

    F = F_c (z² − z_c²) / (1 − z_c²).

Reference: Hamaker (1937), Physica 4, 1058; Yang, Zou & Yu (2000), Phys. Rev. E 62, 3900 (least
separation in discrete elements).
"""

from sampling_sim.compiling import njit

SMALLEST_SHARE = 1e-300
"""Keeps a range of zero, which means no cohesion, from dividing by zero."""


@njit(cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def van_der_waals_force(gap: float, pull_off: float, reach: float, separation: float) -> float:
    """Attraction [N] at `gap` [m]; zero from `reach` [m] on, `separation` is z₀ [m] > 0."""
    near = separation / (separation + max(gap, 0.0))
    cut = separation / (separation + reach)
    share = max(near * near - cut * cut, 0.0) / max(1.0 - cut * cut, SMALLEST_SHARE)
    return pull_off * share
