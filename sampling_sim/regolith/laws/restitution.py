"""Damping ratio of a contact law that never pulls, from the restitution coefficient wanted.

Reference: Thornton, Cummins & Cleary (2013), Powder Technol. 233, 30; Schwager & Pöschel (2007),
Granul. Matter 9, 465 (the linear spring without pulling, in closed form).
"""

from functools import cache

from sampling_sim.constants import FloatArray


def impact_restitution(damping_ratio: float, exponent: float) -> float:
    """Restitution of x″ = −max(0, x^p + α x^((p−1)/2) x′), the clipped law without units.

    p = 1.5 is Hertz, p = 1 a linear spring.  Once clipped the contact stays clipped (the
    retreat is then at constant speed), so the exit speed is the speed where the force vanishes.
    """
    from scipy.integrate import solve_ivp

    def force(x: float, v: float) -> float:
        x = max(x, 0.0)
        return float(x**exponent + damping_ratio * x ** (0.5 * (exponent - 1.0)) * v)

    def release(_time: float, state: FloatArray) -> float:
        return force(state[0], state[1])

    release.terminal, release.direction = True, -1.0  # type: ignore[attr-defined]
    # a tiny start overlap, so that the event does not fire at x = 0; it shifts e by its square
    result = solve_ivp(
        lambda _t, s: (s[1], -max(0.0, force(s[0], s[1]))),
        (0.0, 100.0), (1e-9, 1.0), events=release, rtol=1e-9, atol=1e-12,
    )  # fmt: skip
    return float(-result.y[1, -1])


@cache
def damping_from_restitution(restitution: float, exponent: float = 1.5) -> float:
    """Damping ratio α of the clipped law that gives `restitution` at any speed.

    Published formulas hold for a force that may pull; with those the clipped law returns 0.55 for
    a wanted 0.5, so α is found from the law itself.
    """
    from scipy.optimize import brentq

    if restitution >= 1.0:
        return 0.0
    return float(
        brentq(lambda a: impact_restitution(a, exponent) - restitution, 0.0, 60.0, xtol=1e-8)
    )
