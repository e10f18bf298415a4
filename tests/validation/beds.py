"""Cohesionless beds under a chosen gravity, several packings of each, for the laboratory cases.

A loose lattice with random speeds falls, is levelled and comes to rest, its lowest layer glued;
far cheaper than the package's own pouring, which is gentle for the sake of cohesion.  Beds under
less gravity are the same packings, unloaded.  Frame P, SI; z = 0 is the surface.
"""

import hashlib
from dataclasses import replace
from functools import cache
from math import pi, sqrt
from pathlib import Path

import numpy as np

from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.cache import cached_bed
from sampling_sim.regolith.packing import uniform_field
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.slab import measured, surface_height
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step
from sampling_sim.rng import Stream, generator

EARTH = 9.81
"""[m/s²] gravity the laws were measured under."""
SPHERE = 0.05
"""[m] standard intruder; chosen: five grains across and a fifth of the box."""
STANDARD = RegolithParameters(
    diameter_min=0.0085, diameter_max=0.0115, size_index=-1.0, tensile_strength=0.0,
    youngs_modulus=1e8, width_x=0.25, width_y=0.25, depth=0.11,
)  # fmt: skip
"""Grains of 10 mm ± 15 %; friction, rolling friction and restitution are the package's defaults.
Modulus chosen: static overlaps of 0.1 % under 9.81 m/s² and steps of 0.03 ms."""
OWN = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
"""Name of this recipe, for the cache."""
OVERFILL = 1.15
"""Solid volume dropped over that of a bed of packing 0.58; what lies above z = 0 is taken away."""


@cache
def bed_under(gravity: float, seed: int, modulus: float = 1e8, **changes: float) -> Bed:
    """Packing number `seed` at rest under `gravity` [m/s²], grains of `modulus` [Pa]."""
    wanted = replace(STANDARD, packing_seed=seed, **changes)
    packed = cached_bed(f"laboratory-{OWN}", wanted, None, None, lambda: dropped_bed(wanted))
    if gravity == EARTH and modulus == wanted.youngs_modulus:
        return packed
    softer = replace(packed, parameters=replace(wanted, youngs_modulus=modulus))
    none = np.zeros((0, 3))
    # without the springs of the other stiffness: they build up again as the bed unloads
    return level(
        replace(softer, pairs=none[:, :2].astype(int), tangential=none, rolling=none), gravity
    )


def dropped_bed(parameters: RegolithParameters) -> Bed:
    """Bed of `parameters` dropped from a loose lattice under 9.81 m/s²."""
    position, radius, velocity = lattice(parameters)
    heap = Bed(
        parameters=parameters, position=position, radius=radius,
        fixed=np.zeros(radius.size, bool), floor=-parameters.depth,
    )  # fmt: skip
    fall = 0.5 * (position[:, 2].max() - heap.floor)
    heap = rested(heap, EARTH, drag=2.0, time=sqrt(2.0 * fall / EARTH), velocity=velocity)
    keep = heap.position[:, 2] + heap.radius < 0.0
    fixed = heap.position[:, 2] - heap.radius < heap.floor + 0.5 * parameters.diameter_min
    cut = Bed(
        parameters=parameters, position=heap.position[keep], radius=heap.radius[keep],
        fixed=fixed[keep], floor=heap.floor,
    )  # fmt: skip
    return level(cut, EARTH)


def lattice(p: RegolithParameters) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres, radii [m] and random velocities [m/s] of a loose cubic lattice above the floor."""
    rng = generator(p.packing_seed, 0, Stream.PACKING)
    mean = pi / 6.0 * (0.5 * (p.diameter_min + p.diameter_max)) ** 3
    count = round(OVERFILL * 0.58 * p.width_x * p.width_y * p.depth / mean)
    nx, ny = int(p.width_x / p.diameter_max), int(p.width_y / p.diameter_max)
    index = np.arange(count)
    cell = np.column_stack([index % nx, index // nx % ny, index // (nx * ny)]) + 0.5
    spacing = np.array([p.width_x / nx, p.width_y / ny, p.diameter_max])
    corner = np.array([-0.5 * p.width_x, -0.5 * p.width_y, -p.depth])
    radius = 0.5 * rng.uniform(p.diameter_min, p.diameter_max, count)
    return corner + cell * spacing, radius, rng.normal(0.0, 0.3, (count, 3))


def level(bed: Bed, gravity: float) -> Bed:
    """Bed at rest under `gravity`, measured, with its surface at z = 0."""
    diameter = bed.parameters.diameter_max
    bed = rested(bed, gravity, drag=0.5 * sqrt(gravity / diameter), time=0.0)
    shift = surface_height(bed)
    lowered = bed.position - np.array([0.0, 0.0, shift])
    return measured(replace(bed, position=lowered, floor=bed.floor - shift))


def rested(
    bed: Bed, gravity: float, *, drag: float, time: float, velocity: np.ndarray | None = None
) -> Bed:
    """Bed after `time` and until the free grains' rms speed is under 1 % of √(g d)."""
    diameter = bed.parameters.diameter_max
    solver = GrainSolver(
        bed, uniform_field(gravity), contact_step=stable_step(bed.parameters), walls=tall(bed)
    )
    solver.drag = drag
    if velocity is not None:
        solver.set_motion(velocity)
    wait = time + sqrt(diameter / gravity)
    for _ in range(20):
        solver.advance(None, max(1, round(wait / solver.contact_step)))
        wait = sqrt(diameter / gravity)
        if np.sqrt((solver.velocity**2).sum(1).mean()) < 1e-2 * sqrt(gravity * diameter):
            break
    pairs, tangential, rolling = solver.contacts()
    return replace(
        bed, position=solver.position, pairs=pairs, tangential=tangential, rolling=rolling
    )


def tall(bed: Bed) -> np.ndarray:
    """Walls of the bed with sides that never end: nothing spills out of a laboratory box."""
    walls = bed.walls
    walls[:4, 4] = np.inf
    return walls
