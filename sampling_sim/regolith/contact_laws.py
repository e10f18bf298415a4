"""Contact laws of spheres, one scalar function each, and the closed forms that go with them.

Normal: Hertz with a damper set by the restitution coefficient, clipped at zero (damping never
pulls).  Tangential: Mindlin with a force-based history and Coulomb's limit.  Rolling: the same
spring, damper and limit on the rolling velocity (LAMMPS calls it `rolling sds`).  Cohesion: a
constant attraction in contact that fades to zero, smoothly, over a short range.

Stiffnesses depend on the overlap δ through constants of the pair that are worked out once:
`hertz` = 4/3 E* √R and `damping` = α √(m* hertz), so that the secant stiffness is hertz √δ, the
elastic force hertz δ^1.5 and the viscosity damping δ^¼ = α √(m* · secant).

References: Johnson, Contact Mechanics (1985), ch. 4 and 11; Thornton, Cummins & Cleary (2013),
Powder Technol. 233, 30 (damping and pulling); LAMMPS pair granular.
"""

from functools import cache
from math import pi, sqrt

import numpy as np
from numba import njit

from sampling_sim.constants import FloatArray

HERTZ_DURATION = 2.9432
"""Duration of an elastic Hertz impact over δmax/v (Johnson 1985, eq. 11.25)."""


@njit(cache=True, error_model="numpy")
def normal_law(
    overlap: float, separation_speed: float, hertz: float, damping: float
) -> tuple[float, float, float]:
    """Repulsion [N] ≥ 0, secant stiffness [N/m] and viscosity [N s/m] of a Hertz contact."""
    root = sqrt(overlap)
    secant = hertz * root
    viscosity = damping * sqrt(root)
    return max(0.0, secant * overlap - viscosity * separation_speed), secant, viscosity


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
def cohesive_force(gap: float, pull_off: float, reach: float) -> float:
    """Attraction [N]: `pull_off` in contact, fading as 1 − 3s² + 2s³, s = gap/reach, to zero."""
    if gap <= 0.0:
        return pull_off
    if gap >= reach:
        return 0.0
    s = gap / reach
    return pull_off * (1.0 - s * s * (3.0 - 2.0 * s))


@njit(cache=True, error_model="numpy", forceinline=True)
def friction_spring(
    hx: float,
    hy: float,
    hz: float,
    nx: float,
    ny: float,
    nz: float,
    vx: float,
    vy: float,
    vz: float,
    stiffness_dt: float,
    viscosity: float,
    limit: float,
) -> tuple[float, float, float, float, float, float]:
    """Force and new history of a spring and damper that yields at `limit` [N].

    The history (hx, hy, hz) is the elastic force itself: with a stiffness that changes with the
    overlap, a stored displacement would make energy (LAMMPS PR #2196).  It is turned with the
    contact by projecting it on the new tangent plane; the velocity v must lie in that plane.
    At yield the history is what makes spring plus damper equal to the limit.
    """
    along = hx * nx + hy * ny + hz * nz
    hx -= along * nx + stiffness_dt * vx
    hy -= along * ny + stiffness_dt * vy
    hz -= along * nz + stiffness_dt * vz
    fx = hx - viscosity * vx
    fy = hy - viscosity * vy
    fz = hz - viscosity * vz
    square = fx * fx + fy * fy + fz * fz
    if square > limit * limit:
        scale = limit / sqrt(square)
        fx *= scale
        fy *= scale
        fz *= scale
        hx = fx + viscosity * vx
        hy = fy + viscosity * vy
        hz = fz + viscosity * vz
    return fx, fy, fz, hx, hy, hz


def hertz_impact(
    speed: float, mass: float, radius: float, modulus: float
) -> tuple[float, float, float]:
    """Largest overlap [m], largest force [N] and duration [s] of an elastic Hertz impact.

    `mass`, `radius` and `modulus` are the effective ones m*, R and E* (Johnson 1985, §11.4).
    """
    overlap = (15.0 * mass * speed**2 / (16.0 * modulus * sqrt(radius))) ** 0.4
    force = 4.0 / 3.0 * modulus * sqrt(radius) * overlap**1.5
    return overlap, force, HERTZ_DURATION * overlap / speed


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


def rumpf_strength(pull_off_times_branch: float, volume: float) -> float:
    """Isotropic tensile strength [Pa]: σ = Σ F l / (3V) over the contacts in `volume` [m³].

    `pull_off_times_branch` is Σ F_c (r_i + r_j) [N m].  For equal spheres it reduces to Rumpf's
    φ Z F / (π d²).
    """
    return pull_off_times_branch / (3.0 * volume)


def pull_off_scale(strength: float, radius_times_branch: float, volume: float) -> float:
    """Work of adhesion w [J/m²] for which F_c = 2π w R* gives `strength` [Pa] through Rumpf.

    `radius_times_branch` is Σ R* (r_i + r_j) [m²] over the contacts in `volume` [m³].
    """
    return 0.0 if strength == 0.0 else strength * 3.0 * volume / (2.0 * pi * radius_times_branch)


def effective_radius(first: FloatArray, second: FloatArray) -> FloatArray:
    """R* [m] = r₁ r₂ / (r₁ + r₂)."""
    return np.asarray(first * second / (first + second))
