"""Rules across the keys that choose and shape the contact laws, and how far the laws reach.

Goes in: the parameters of a bed, by their key; comes out: nothing, or one `ConfigError`; and the
gaps up to which the pair loop and the strength of a bed must look.  No numba here.
"""

from math import sqrt
from typing import TYPE_CHECKING

from sampling_sim.errors import ConfigError
from sampling_sim.regolith.laws.choice import CohesionLaw, cohesion_law_of

if TYPE_CHECKING:
    from sampling_sim.regolith.parameters import RegolithParameters

STIFFNESS_AT = 0.01
"""Overlap over radius at which the contact's stiffness is held against van der Waals's slope."""


def check_laws(parameters: "RegolithParameters") -> None:
    """Refuse laws that do not go together and an attraction the contact step cannot follow.

    Raises
    ------
    ConfigError
        Names the key, its value and what is allowed.
    """
    p, key = parameters, "regolith."
    if p.cohesion_law == "jkr" and p.normal_law == "linear":
        raise ConfigError(
            key + "cohesion_law",
            p.cohesion_law,
            "fading, dmt or van_der_waals with normal_law = linear (JKR widens a Hertz contact)",
        )
    if p.cohesion_law != "van_der_waals":
        return
    if p.separation > p.cohesion_range:
        allowed = f"at most cohesion_range {p.cohesion_range:g} m"
        raise ConfigError(key + "separation", p.separation, allowed)
    steepest = p.bond_strength(p.tangent_stiffness(STIFFNESS_AT) * 0.5 * p.separation)
    strengths = {"tensile_strength" if p.cohesion is None else "cohesion": p.strength}
    for index, layer in enumerate(p.layers):
        strengths[f"layers.{index}.tensile_strength"] = layer.tensile_strength or 0.0
    for name, strength in strengths.items():
        if strength > steepest:
            raise ConfigError(
                key + name,
                strength,
                f"at most {steepest:.3g} Pa at this separation (above, the attraction is steeper "
                "than the contact is stiff, and the contact step does not follow it)",
            )


def cohesion_reach(parameters: "RegolithParameters", work: float, largest_radius: float) -> float:
    """Gap [m] beyond which no pair attracts; `work` [J/m²] is the pull-off force over 2π R*.

    JKR holds down to the gap of tearing 3 (F_c/(9 hertz))^⅔, largest for the largest pair, because
    F_c/hertz grows as √R*.
    """
    law = cohesion_law_of(parameters.cohesion_law)
    if work == 0.0 or law == CohesionLaw.DMT:
        return 0.0
    if law != CohesionLaw.JKR:
        return float(parameters.cohesion_range)
    from sampling_sim.regolith.laws.dmt import dmt_pull_off
    from sampling_sim.regolith.laws.jkr import jkr_tear

    radius = 0.5 * largest_radius
    hertz = 4.0 / 3.0 * parameters.pair_modulus * sqrt(radius)
    return float(jkr_tear(hertz, dmt_pull_off(work, radius)))


def bond_reach(parameters: "RegolithParameters") -> float:
    """Gap [m] up to which a pair counts as a bond: where half of its pull-off force is left.

    None for DMT, and none for JKR, which does not attract before it has touched.
    """
    law = cohesion_law_of(parameters.cohesion_law)
    if law in {CohesionLaw.DMT, CohesionLaw.JKR}:
        return 0.0
    reach, separation = parameters.cohesion_range, parameters.separation
    if law == CohesionLaw.FADING:
        return 0.5 * reach
    cut = separation / (separation + reach)
    return float(separation / sqrt(0.5 * (1.0 + cut * cut)) - separation)
