"""How long a contact step may be, and what asks for it: stiffness, waves, or the way of a step.

Goes in: the bed's parameters and what has been seen of overlaps and speeds.  Comes out: limits,
each with its reason and its remedy; the shortest counts.  SI.

- period: half a period π √(m*/k) of the smallest contact with the tangent stiffness k at the
  largest overlap, over `STEPS_PER_CONTACT`: grains resolve the contacts they make; less where the
  damper is strong, which is explicit in time (`CALM_RESTITUTION`);
- Rayleigh: a share of the time a surface wave takes across the smallest grain, T = π r √(ρ/G) /
  (0.1631 ν + 0.8766) (Thornton & Randall 1988; Li, Xu & Thornton 2005, Powder Technol. 160, 219; as
  `fix check/timestep/gran` of LIGGGHTS), which no grain at rest may be stepped beyond either;
- way: the fastest grain or tool moves less than the lists of neighbours allow for.
"""

from dataclasses import dataclass, replace
from math import ceil, pi, sqrt

from sampling_sim.errors import DivergenceError
from sampling_sim.regolith.laws.hertz import hertz_impact
from sampling_sim.regolith.laws.restitution import damping_from_restitution
from sampling_sim.regolith.parameters import RegolithParameters

GUARDED_OVERLAP = 0.05
"""Overlap over radius at which a fixed step is judged: the peak the overlap guard lets pass."""

STEPS_PER_CONTACT = 8.0
"""Steps in half a period of the smallest pair at that overlap.  6 behaves and 4 jitters in trials;
chosen: 8, because a rigid tool is stiffer than a pair by a sixth (√2 in frequency squared)."""

LEAST_STEPS = 6.5
"""Steps in half a period at the overlaps that a step has met, below which the criterion is broken:
a grain in a cage of twelve calms down at 6.5 and explodes at 6 (test_step_criterion)."""

CALM_RESTITUTION, CALM_FRICTION, ROUGH_SHARE = 0.5, 1.5, 0.8
"""Restitution and friction up to which the step stands, and its share beyond that friction.

The dampers of sliding and rolling shake a dense packing up where damping ratio times step is too
large: a specimen at 0.62 under a mean overlap of 0.4 % stays bounded at the restitution 0.5 with
μ ≤ 1.65 and explodes with 1.8; with 0.8 of the step it calms down at μ = 2, and so it does at 0.4
to 0.1 with the step shortened as the damping ratio grows (docs/virtual-laboratory.md).  Not for
every bed: pressed by its own bonds by 0.3 to 0.5 % and more it shakes at 0.5 (docs/beds.md)."""

RAYLEIGH_SHARE = 0.4
"""Share of the Rayleigh time; chosen: the upper end of the usual 0.1 to 0.4, as the period of the
contacts is judged apart."""

MOST_STEPS = 400
"""Contact steps in an exchange beyond which a case is not worth its time; chosen."""


@dataclass(frozen=True)
class StepLimit:
    """A longest contact step, and where it comes from."""

    name: str
    """What limits it, with the value: "smallest pair at 2 % overlap"."""
    longest: float
    """[s]."""
    remedy: str
    """What to change for a longer one."""
    met: "StepLimit | None" = None
    """Limit of the step in use until now, by the overlaps it has met; None where none were seen."""


def pair_limit(
    parameters: RegolithParameters, overlap: float, steps: float = STEPS_PER_CONTACT
) -> StepLimit:
    """Period limit of the smallest pair (m* = m/2, R* = r/2), `overlap` over its radius.

    Hertz: k = 2 E* √(R* δ); a linear spring's does not depend on the overlap.  Clumps shorten every
    limit by their shape's factor.
    """
    stiffness = parameters.tangent_stiffness(overlap)
    return StepLimit(
        f"period of the smallest pair at {overlap:.2%} overlap",
        parameters.shape.step_factor()
        * _damping_share(parameters)
        * _half_period(0.5 * _smallest_mass(parameters), stiffness)
        / steps,
        "lower regolith.youngs_modulus or normal_stiffness, or raise diameter_min (or a low "
        "restitution)",
    )


def tool_limit(
    parameters: RegolithParameters, overlap: float, steps: float = STEPS_PER_CONTACT
) -> StepLimit:
    """Period limit of the smallest grain on a rigid tool (m* = m, R* = r, stiffness doubled)."""
    radius = 0.5 * parameters.diameter_min
    stiffness = 4.0 * parameters.pair_modulus * radius * sqrt(overlap)
    if parameters.normal_law == "linear":
        stiffness = 2.0 * parameters.normal_stiffness
    return StepLimit(
        f"period of the smallest grain on a tool at {overlap:.2%} overlap",
        parameters.shape.step_factor()
        * _half_period(_smallest_mass(parameters), stiffness)
        / steps,
        "lower regolith.youngs_modulus or the tool's speed, or raise diameter_min",
    )


def rayleigh_time(parameters: RegolithParameters) -> float:
    """Time [s] a Rayleigh wave takes across the smallest grain, half way round."""
    nu = parameters.poisson_ratio
    shear = 0.5 * parameters.youngs_modulus / (1.0 + nu)
    slowness = sqrt(parameters.grain_density / shear)
    return pi * 0.5 * parameters.diameter_min * slowness / (0.1631 * nu + 0.8766)


def rayleigh_limit(parameters: RegolithParameters) -> StepLimit:
    """`RAYLEIGH_SHARE` of the Rayleigh time."""
    return StepLimit(
        f"{RAYLEIGH_SHARE:g} of the Rayleigh time of the smallest grain",
        parameters.shape.step_factor() * RAYLEIGH_SHARE * rayleigh_time(parameters),
        "lower regolith.youngs_modulus or raise diameter_min",
    )


def way_limit(way: float, speed: float, what: str) -> StepLimit:
    """Step in which the fastest of `what` ("grain", "tool") moves by `way` [m] at `speed` [m/s]."""
    return StepLimit(
        f"fastest {what} at {speed:.3g} m/s, {way:.3g} m a step",
        way / speed if speed != 0.0 else float("inf"),
        f"slow the {what} down or raise regolith.diameter_min",
    )


def stable_step(parameters: RegolithParameters) -> float:
    """Longest fixed step [s]: the period limit of the smallest pair at the guarded overlap."""
    return pair_limit(parameters, GUARDED_OVERLAP).longest


def longest_step(parameters: RegolithParameters) -> float:
    """Longest step [s] that adapts: nothing in contact, and yet no longer than this."""
    resting = pair_limit(parameters, GUARDED_OVERLAP).longest
    if parameters.normal_law == "linear":
        return resting
    return max(resting, rayleigh_limit(parameters).longest)


def shortest(*limits: StepLimit) -> StepLimit:
    """Limit that counts, with the one that counts for the step in use until now."""
    least = min(limits, key=lambda limit: limit.longest)
    met = [limit.met for limit in limits if limit.met is not None]
    return replace(least, met=shortest(*met)) if met else least


def require_step(step: float, limit: StepLimit) -> None:
    """Refuse a contact step in use [s] that is beyond a limit.

    Raises
    ------
    DivergenceError
        Names the criterion, both values and what to change.
    """
    if step > limit.longest * (1.0 + 1e-9):
        msg = (
            f"the contact step of {step:.3g} s is longer than {limit.longest:.3g} s, the limit by "
            f"the {limit.name}: shorten engine.contact_step, {limit.remedy}"
        )
        raise DivergenceError(msg)


def contact_steps_per_exchange(exchange_step: float, limit: StepLimit) -> int:
    """Fewest contact steps of an exchange [s] that keep each within the limit.

    Raises
    ------
    DivergenceError
        If that is more than `MOST_STEPS`; names the criterion, its value and what to change.
    """
    count = exchange_step / limit.longest * (1.0 - 1e-9)
    if not count <= MOST_STEPS:
        msg = (
            f"the {limit.name} asks for a contact step of {limit.longest:.3g} s, more than "
            f"{MOST_STEPS} in an exchange of {exchange_step:.3g} s: {limit.remedy}"
        )
        raise DivergenceError(msg)
    return max(1, ceil(count))


def pair_overlap(parameters: RegolithParameters, speed: float) -> float:
    """Peak overlap over the radius of two equal free grains that meet at `speed` [m/s], e = 1.

    Hertz: the same for all sizes.  Linear spring: v √(m*/k) / r of the smallest.
    """
    if speed == 0.0:
        return 0.0
    radius, mass = 0.5 * parameters.diameter_min, 0.5 * _smallest_mass(parameters)
    if parameters.normal_law == "linear":
        return speed * sqrt(mass / parameters.normal_stiffness) / radius
    return hertz_impact(speed, mass, 0.5 * radius, parameters.pair_modulus)[0] / radius


def tool_overlap(
    parameters: RegolithParameters, speed: float, bristle_stiffness: float = 0.0
) -> float:
    """Peak overlap over the radius of a free grain that a tool meets at `speed` [m/s], e = 1.

    Without bristles it is the same for all sizes: δ/r = (5π ρ v² / (8 E*))^0.4 with the E* of two
    grains: 1 % at 2 m/s asks for E = 4e9 Pa.  Bristles [N/m] take up part of the energy,
    2/5 h δ^2.5 + (h δ^1.5)²/(2k) = ½ m v², most for large grains: it is that of the smallest.
    Linear springs: the force v √(k m) of both in series, over the grain's stiffness.
    """
    if speed == 0.0:
        return 0.0
    radius, mass = 0.5 * parameters.diameter_min, _smallest_mass(parameters)
    if parameters.normal_law == "linear":
        grain = 2.0 * parameters.normal_stiffness
        bristle = bristle_stiffness
        both = grain if bristle == 0.0 else grain * bristle / (grain + bristle)
        return speed * sqrt(mass * both) / (grain * radius)
    rigid = hertz_impact(speed, mass, radius, 2.0 * parameters.pair_modulus)[0]
    if bristle_stiffness == 0.0:
        return rigid / radius
    hertz = 8.0 / 3.0 * parameters.pair_modulus * sqrt(radius)
    low, high = 0.0, rigid
    for _ in range(50):  # halving: monotone, and the answer lies below the rigid one
        middle = 0.5 * (low + high)
        taken = 0.4 * hertz * middle**2.5 + 0.5 * hertz**2 * middle**3 / bristle_stiffness
        low, high = (middle, high) if taken < 0.5 * mass * speed**2 else (low, middle)
    return high / radius


def _smallest_mass(parameters: RegolithParameters) -> float:
    return parameters.grain_density * pi / 6.0 * parameters.diameter_min**3


def _damping_share(parameters: RegolithParameters) -> float:
    """Share of the step that the damper leaves: 1 from `CALM_RESTITUTION` on."""
    exponent = 1.0 if parameters.normal_law == "linear" else 1.5
    own = damping_from_restitution(parameters.restitution, exponent)
    most = damping_from_restitution(CALM_RESTITUTION, exponent)
    if parameters.friction_coefficient > CALM_FRICTION:
        most *= ROUGH_SHARE
    return most / own if own > most else 1.0


def _half_period(mass: float, stiffness: float) -> float:
    return pi * sqrt(mass / stiffness) if stiffness > 0.0 else float("inf")
