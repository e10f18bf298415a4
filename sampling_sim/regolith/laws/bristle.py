"""Bristles: a linear spring in series with a Hertz contact, both carrying one force.

Chosen: a brush's compliance belongs in the law of its contact with a grain, because links of a few
grams would break the explicit coupling with the mechanism.
"""

from math import sqrt

from sampling_sim.compiling import njit


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def bristle_overlap(total: float, hertz: float, stiffness: float) -> float:
    """Hertz overlap [m] of a contact in series with a spring [N/m], `total` compression [m].

    Root of hertz δ^1.5 = stiffness (total − δ), in s = √δ: hertz s³ + k s² = k·total.  The cubic
    is convex for s > 0 and both starting bounds lie above the root, so Newton falls on it.
    """
    s = min(sqrt(total), (stiffness * total / hertz) ** (1.0 / 3.0))
    for _ in range(30):
        step = (hertz * s**3 + stiffness * (s * s - total)) / (
            3.0 * hertz * s * s + 2.0 * stiffness * s
        )
        s -= step
        if abs(step) <= 1e-13 * s:
            break
    return s * s
