"""Spheres dropped into the standard bed at 9.81 m/s²: run once, read by several laws.

Depth is that of the sphere's lowest point below the surface; the sphere is bound to a vertical line
and counts as stopped when it first comes to rest.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from beds import EARTH, SPHERE
from drops import drop_rows
from intruders import Track

from sampling_sim.regolith.solver import OverlapStatistics

DENSITIES = (2500.0, 5000.0, 10000.0)
"""[kg/m³] of the sphere: 1.7, 3.4 and 6.7 times the bed's."""
SPEEDS = (0.5, 1.0, 2.0)
"""[m/s] at impact: drops from 13 to 204 mm, Froude numbers v/√(gD) of 0.7 to 2.9."""
DIAMETERS = (0.04, 0.0625)
"""[m] of further spheres of the middle density, at two speeds: 4 and 6 grains."""


@dataclass(frozen=True)
class Impact:
    """One drop and what came of it."""

    density_ratio: float
    """Sphere over bulk density of the bed."""
    diameter: float
    speed: float
    track: Track

    @property
    def depth(self) -> float:
        """[m] final depth of the lowest point."""
        return float(self.track.depth[-1])

    @property
    def fall(self) -> float:
        """[m] H, the total drop: height above the surface and depth."""
        return self.speed**2 / (2.0 * EARTH) + self.depth

    def work(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """∫v² dz [m³/s²], ½z² [m²] and the work of the ground over mass [m²/s²], down to depths z.

        The drag law integrated along the fall: ½(v₀² − v²) + g z = (1/d₁) ∫v² dz + (k/m) ½z².
        Depths are even, so that the slow end does not outweigh the rest; forces, which jump from
        grain to grain, are not needed.
        """
        t = self.track
        z = np.linspace(max(0.0, t.depth[0]), t.depth[-1], 21)
        square = np.interp(z, t.depth, t.speed**2)
        middle = 0.5 * (square[1:] + square[:-1])
        inertial = np.cumsum(middle * np.diff(z))
        lost = 0.5 * (square[0] - square[1:]) + EARTH * (z[1:] - z[0])
        return inertial, 0.5 * (z[1:] ** 2 - z[0] ** 2), lost


@cache
def impact(
    seed: int,
    density: float,
    speed: float,
    diameter: float = SPHERE,
    slippery: bool = False,
    width: float = 0.25,
) -> Impact:
    """One drop into packing `seed`."""
    *rows, last = drop_rows(seed, density, speed, diameter, slippery, width)
    table = np.array(rows)
    # as the bed is known only where it was made: its bulk density and the overlaps end the rows
    track = Track(table[:, 0], table[:, 1], table[:, 2], table[:, 3:], OverlapStatistics(*last[1:]))
    return Impact(density / last[0], diameter, speed, track)


def drag_terms(impacts: list[Impact]) -> tuple[float, float]:
    """D/d₁ and k D/(m g) that fit the work of the ground in impacts of one kind at all speeds."""
    parts = zip(*(i.work() for i in impacts), strict=True)
    inertial, frictional, lost = (np.concatenate(part) for part in parts)
    terms = np.column_stack([inertial, frictional])
    (drag, load), *_ = np.linalg.lstsq(terms, lost, rcond=None)
    diameter = impacts[0].diameter
    return drag * diameter, load * diameter / EARTH


def powers(*columns: list[float]) -> np.ndarray:
    """Exponents of y = c x₁^a x₂^b … by least squares of the logarithms; y is the last column."""
    *factors, result = (np.log(np.array(column, float)) for column in columns)
    design = np.column_stack([np.ones(result.size), *factors])
    return np.linalg.lstsq(design, result, rcond=None)[0][1:]


def drag_law_depth(ratio: float, mu: float, speed: float, diameter: float = SPHERE) -> float:
    """Depth [m] where the published drag law stops a sphere of `ratio` times the bed's density."""
    length = 0.25 / mu * ratio * diameter
    stiffness = 12.0 * mu / np.sqrt(ratio) * EARTH / diameter
    # v²(z) in closed form (Katsuragi & Durian 2007)
    z = np.linspace(0.0, 10.0 * diameter, 20001)
    gone = 1.0 - np.exp(-2.0 * z / length)
    square = speed**2 * (1.0 - gone) - stiffness * length * z
    square += (EARTH * length + 0.5 * stiffness * length**2) * gone
    return float(z[1:][square[1:] <= 0.0][0])


def depth_law(ratio: float, mu: float, speed: float, diameter: float = SPHERE) -> float:
    """Depth [m] of Uehara's law for the same sphere, H = v²/2g + d found by iteration."""
    depth, scale = diameter, 0.14 / mu * np.sqrt(ratio) * diameter ** (2.0 / 3.0)
    for _ in range(60):
        depth = scale * (speed**2 / (2.0 * EARTH) + depth) ** (1.0 / 3.0)
    return float(depth)
