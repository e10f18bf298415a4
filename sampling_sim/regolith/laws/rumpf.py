"""From the bonds of a bed to its tensile strength, and back.

The mean normal stress of pair forces in a volume V is (1/3V) Σ F l over the contacts, with branch
l = r_i + r_j; every bond is taken at its pull-off force, with no preferred direction.

Reference: Rumpf (1970), Chem. Ing. Tech. 42, 538.
"""

from math import pi

import numpy as np

from sampling_sim.constants import FloatArray


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
