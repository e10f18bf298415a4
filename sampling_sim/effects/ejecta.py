"""Ejecta of a small impact: the point-source scaling of Housen & Holsapple (2011).  SI.

Goes in: a projectile, and a target's material, density and strength.  Comes out: the radius R of
the crater, the mass launched from within a distance x of the impact, and the speed it leaves at.

Trust: the paper could not be read here.  Equations and constants (its Table 3, `MATERIALS`) are
second hand (tag S of the project's facts), from another project's source notes, which took them
from Raducan et al. (arXiv:2105.01474), Hirata & Ikeya (arXiv:2205.06607) and Cheng et al.
(arXiv:2007.15761).  Two published codes agree: one on sand, sand/fly ash and perlite/sand, one on
sand/fly ash and weakly cemented basalt (but for its H1).  "rock" rests on the notes alone.

Limits, which a shot of 300 m/s stretches: the law is for ρ U² far above the strength (rock: only 9
times) and for grains far smaller than the projectile (of pebbles a shot breaks a few and launches
less); pascals of strength are a thousandth of what was tried; within n1 a of the impact it is
invalid.  It says nothing of the angle of launch.

References
----------
Housen & Holsapple (2011), Ejecta from impact craters, Icarus 211, 856-875.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray

N1 = 1.2
"""Least launch distance over the projectile's radius; Table 3, every material (S)."""
NU = 0.4
"""Exponent ν of the density ratio; Table 3, every material (S)."""


@dataclass(frozen=True, kw_only=True)
class EjectaMaterial:
    """One row of Table 3."""

    mu: float
    """Exponent μ of the coupling parameter: 1/3 momentum, 2/3 energy."""
    k: float
    c1: float
    n2: float
    """Largest launch distance over R."""
    p: float
    h1: float | None = None
    """Crater constant in the gravity regime; None where the row is of the strength regime."""
    h2: float | None = None
    """Crater constant in the strength regime; None where the row is of the gravity regime."""
    density: float
    """[kg/m³] of the target in the experiments."""
    strength: float = 0.0
    """[Pa] Y of the target in the experiments."""


MATERIALS: Mapping[str, EjectaMaterial] = {
    "sand": EjectaMaterial(mu=0.41, k=0.3, c1=0.55, n2=1.3, p=0.3, h1=0.59, density=1600.0),
    "sand_fly_ash": EjectaMaterial(
        mu=0.40, k=0.3, c1=0.55, n2=1.0, p=0.3, h2=0.40, density=1500.0, strength=4e3
    ),
    "perlite_sand": EjectaMaterial(
        mu=0.35, k=0.32, c1=0.60, n2=1.0, p=0.2, h2=0.81, density=1200.0, strength=2e3
    ),
    "weakly_cemented_basalt": EjectaMaterial(
        mu=0.46, k=0.3, c1=0.18, n2=1.0, p=0.3, h2=0.38, density=2600.0, strength=4.5e5
    ),
    "rock": EjectaMaterial(
        mu=0.55, k=0.3, c1=1.5, n2=1.0, p=0.5, h2=1.1, density=3000.0, strength=3e7
    ),
}
"""Table 3 (S), by the names of `mechanism.grain_target` and `mechanism.rock_target`."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is shot at."""

    material: EjectaMaterial
    density: float
    """[kg/m³] bulk."""
    strength: float
    """[Pa] Y."""
    inward: float = 0.0
    """[m/s²] effective acceleration towards the ground; negative where it is outward."""

    @property
    def has_edge(self) -> bool:
        """Strength, or the pull where the material's row is of the gravity regime, ends it."""
        return (self.strength if self.material.h2 is not None else self.inward) > 0.0


@dataclass(frozen=True, kw_only=True)
class Impact:
    """One projectile into one target, straight down; a sphere stands for the projectile."""

    mass: float
    """[kg] m."""
    speed: float
    """[m/s] U."""
    projectile_density: float
    """[kg/m³] δ."""
    target: Target

    @property
    def radius(self) -> float:
        """Radius a [m] of the projectile."""
        return float(np.cbrt(3.0 * self.mass / (4.0 * math.pi * self.projectile_density)))

    @property
    def crater_radius(self) -> float:
        """Radius R [m] of the crater in the regime that the material's row is of.

        Strength: R = H2 (m/ρ)^(1/3) (ρ/δ)^((1−3ν)/3) (Y/(ρU²))^(−μ/2); gravity:
        R = H1 (m/ρ)^(1/3) (ρ/δ)^((2+μ−6ν)/(3(2+μ))) (g a/U²)^(−μ/(2+μ)).
        """
        m, target = self.target.material, self.target
        size, ratio = float(np.cbrt(self.mass / target.density)), self._density_ratio
        if m.h2 is not None:
            scaled = target.strength / (target.density * self.speed**2)
            grown = m.h2 * ratio ** ((1.0 - 3.0 * NU) / 3.0) * scaled ** (-0.5 * m.mu)
        else:
            assert m.h1 is not None
            scaled = target.inward * self.radius / self.speed**2
            power = (2.0 + m.mu - 6.0 * NU) / (3.0 * (2.0 + m.mu))
            grown = m.h1 * ratio**power * scaled ** (-m.mu / (2.0 + m.mu))
        return float(size * grown)

    @property
    def innermost(self) -> float:
        """Least launch distance n1 a [m] at which the law holds."""
        return N1 * self.radius

    @property
    def outermost(self) -> float:
        """Largest launch distance n2 R [m], or `innermost` where nothing is launched at all."""
        return max(self.innermost, self.target.material.n2 * self.crater_radius)

    def launch_speed(self, distance: FloatArray) -> FloatArray:
        """Speed [m/s] at launch distances x [m]: C1 U [x/a (ρ/δ)^ν]^(−1/μ) (1 − x/(n2 R))^p."""
        m = self.target.material
        near = (distance / self.radius * self._density_ratio**NU) ** (-1.0 / m.mu)
        edge = np.maximum(0.0, 1.0 - distance / self.outermost) ** m.p
        return np.asarray(m.c1 * self.speed * near * edge)

    def launched_mass(self, distance: float) -> float:
        """Mass [kg] launched from within x [m]: 3 k m/(4π) (ρ/δ) [(x/a)³ − n1³]."""
        x = min(max(distance, self.innermost), self.outermost) / self.radius
        return self._mass_scale * (x**3 - N1**3)

    def launch_distances(self, share: FloatArray, reach: float) -> FloatArray:
        """Distances [m] within which given shares of the mass launched within `reach` [m] lie."""
        outer = min(max(reach, self.innermost), self.outermost) / self.radius
        return np.asarray(self.radius * np.cbrt(N1**3 + share * (outer**3 - N1**3)))

    @property
    def _density_ratio(self) -> float:
        return self.target.density / self.projectile_density

    @property
    def _mass_scale(self) -> float:
        return 3.0 * self.target.material.k * self.mass / (4.0 * math.pi) * self._density_ratio
