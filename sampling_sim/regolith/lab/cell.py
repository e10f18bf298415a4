"""A representative cell of a bed: its own grains pressed to a packing fraction, any one recipe.

In: the bed's parameters and a packing fraction; out: a `Specimen`.  A gas of grains is pressed
between bumpy plates with very rough grains, which jams them loose; then their friction is lowered
under the same pressure until the packing fraction asked for is reached, so that one recipe gives
everything from the loosest to the densest.  Cohesion comes afterwards.  SI.

Stiffness: the grains are as soft as `LAB_OVERLAP` allows at the highest stress of the test, never
stiffer than the bed's.  The steps a quasi-static test takes go as √(E/stress), so a cell costs
seconds at any strength (docs/virtual-laboratory.md).
"""

from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.lab.specimen import (
    Specimen,
    advance,
    inertial_time,
    load_plate,
    packing,
    pressed,
)
from sampling_sim.regolith.parameters import LARGEST_ACROSS, RegolithParameters
from sampling_sim.regolith.shape_parameters import GrainShapeParameters
from sampling_sim.regolith.sizes import draw_diameters, sizes_of

LAB_OVERLAP = 0.005
"""Mean overlap over radius at the highest stress of a test; chosen: half the bed's limit."""
SOFTEST = 1e4
"""[Pa] Young's modulus that parameters allow."""
ACROSS, HIGH = 9.0, 11.0
"""Width and height of a cell over the mean diameter; chosen: about 900 free grains.  Both are at
least `LARGEST_ACROSS` largest grains, of which the plates take two: 1500 grains at a ratio of 3."""
PRESSING_RATE = 0.03
"""Inertial number of the first pressing; chosen: nothing that is measured depends on it."""
ROUGHEST = (1.2, 0.6)
"""Friction and rolling friction that jam a gas of grains loose; chosen: at 0.46 or below."""
SMOOTHEST = 1e-3
"""Friction below which grains count as smooth: random close packing."""
LUBRICATION = 0.8
"""Factor on both in each stage of the way to a denser packing; chosen: 0.005 of packing a stage."""
PACKED_WITHIN, PACKING_TRIES = 0.004, 3
"""How near the packing fraction asked for, and tries at it; chosen: the scatter of packings."""


def lab_parameters(parameters: RegolithParameters, stress: float) -> RegolithParameters:
    """Parameters of a cell for stresses [Pa] up to `stress`: no cohesion yet, soft, small."""
    mean, least = mean_diameter(parameters), LARGEST_ACROSS * parameters.diameter_max
    width, depth = max(least, ACROSS * mean), max(least, HIGH * mean)
    return softened(parameters, stress, width_x=width, width_y=width, depth=depth)


def softened(parameters: RegolithParameters, stress: float, **box: float) -> RegolithParameters:
    """Parameters of spheres in another box, as soft as a stress [Pa] allows, without cohesion.

    Under the pressure p equal spheres at φ Z ≈ 2.4 carry F ≈ π d² p/(φ Z), and overlap by
    δ/r = (5.1 p/E*)^⅔.
    """
    p = parameters
    modulus = 5.1 * stress / LAB_OVERLAP**1.5 * 2.0 * (1.0 - p.poisson_ratio**2)
    modulus = float(np.clip(modulus, SOFTEST, p.youngs_modulus))
    plain: dict[str, Any] = {
        "tensile_strength": 0.0, "cohesion": None, "may_leave": True, "packing_fraction": None,
        "layers": (), "boulder_count": 0, "shape": GrainShapeParameters(),
    }  # fmt: skip
    return replace(p, youngs_modulus=modulus, **plain | box)


def mean_diameter(parameters: RegolithParameters) -> float:
    """Mean diameter [m] of the size distribution, by number."""
    # at the middles of 1000 equal shares: no draw, so that cells do not depend on it
    return float(sizes_of(parameters).quantile((np.arange(1000) + 0.5) / 1000).mean())


def press_specimen(
    parameters: RegolithParameters,
    packing_fraction: float,
    pressure: float,
    rng: np.random.Generator,
) -> Specimen:
    """Press a cell of `lab_parameters` to a packing fraction, under a pressure [Pa].

    What cannot be reached is left at the nearest, as a packing looser than the grains' own friction
    holds: the packing measured is what counts.
    """
    friction = np.array(ROUGHEST)
    specimen = _glued(_fallen(_gas(_with_friction(parameters, friction), pressure, rng)))
    before = specimen
    while packing(specimen).packing_fraction < packing_fraction and friction[0] > SMOOTHEST:
        friction, before = friction * LUBRICATION, specimen
        specimen = pressed(_of(before, _with_friction(parameters, friction)), packing_fraction)
    # with their own friction the grains go on a little: stop earlier by as much
    goal, found = packing_fraction, pressed(_of(specimen, parameters))
    for _ in range(PACKING_TRIES):
        excess = packing(found).packing_fraction - packing_fraction
        if excess < PACKED_WITHIN:
            break
        goal -= excess
        specimen = pressed(_of(before, _with_friction(parameters, friction)), goal)
        found = pressed(_of(specimen, parameters))
    return found


def _with_friction(parameters: RegolithParameters, friction: FloatArray) -> RegolithParameters:
    """Parameters with another friction and rolling friction."""
    return replace(parameters, friction_coefficient=friction[0], rolling_friction=friction[1])


def _of(specimen: Specimen, parameters: RegolithParameters) -> Specimen:
    """Specimen of grains with other parameters."""
    return replace(specimen, bed=replace(specimen.bed, parameters=parameters))


def _gas(parameters: RegolithParameters, pressure: float, rng: np.random.Generator) -> Specimen:
    """Grains on a jittered lattice between two bumpy plates of overlapping fixed grains."""
    p = parameters
    target = 0.55 * p.width_x * p.width_y * p.depth
    diameter = draw_diameters(rng, sizes_of(p), target)
    across = int(p.width_x / p.diameter_max)
    spacing = np.array([p.width_x / across, p.width_y / across, p.diameter_max])
    index = np.arange(diameter.size)
    lattice = np.column_stack([index % across, index // across % across, index // across**2]) + 0.5
    jitter = rng.uniform(-0.5, 0.5, (diameter.size, 3)) * (spacing - diameter[:, None])
    half = np.array([0.5 * p.width_x, 0.5 * p.width_y, 0.0])
    free = lattice * spacing + jitter - half
    plate, size = _bumps(p)
    gap = 0.5 * size + 0.01 * p.diameter_max
    above = plate + np.array([0.0, 0.0, free[:, 2].max() + 0.5 * p.diameter_max + gap])
    position = np.vstack([plate - np.array([0.0, 0.0, gap]), free, above])
    radius = 0.5 * np.concatenate([np.full(len(plate), size), diameter, np.full(len(plate), size)])
    fixed = np.ones(radius.size, bool)
    fixed[len(plate) : -len(plate)] = False
    bed = Bed(parameters=p, position=position, radius=radius, fixed=fixed, floor=-1.0)
    numbers = np.arange(radius.size)
    return Specimen(
        bed, numbers[: len(plate)], numbers[-len(plate) :], (p.width_x, p.width_y), pressure
    )


def _bumps(parameters: RegolithParameters) -> tuple[FloatArray, float]:
    """Centres (z = 0) and diameter [m] of the grains of a plate, so dense that none slips through.

    Fixed grains do not act on one another, so they may overlap.
    """
    p = parameters
    across = ceil(p.width_x / (0.7 * p.diameter_min))
    index = (np.arange(across) + 0.5) / across - 0.5
    x, y = np.meshgrid(index * p.width_x, index * p.width_y)
    return np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)]), p.diameter_min


def _fallen(specimen: Specimen) -> Specimen:
    """Specimen after its upper plate came down from far above, at `PRESSING_RATE`."""
    solver, plates = specimen.solver()
    unit = inertial_time(specimen, specimen.pressure)
    load_plate(specimen, plates, specimen.pressure, unit)
    solver.drag = 0.5 / unit
    speed = PRESSING_RATE / unit * specimen.height
    plates.damper[1, 2] = specimen.pressure * specimen.area / speed
    advance(solver, 1.5 * specimen.height / speed)
    return pressed(specimen.after(solver))


def _glued(specimen: Specimen) -> Specimen:
    """Specimen whose bumps are gone and whose grains next to them are the plates instead."""
    bed = specimen.bed
    layer = bed.parameters.diameter_max
    z = bed.position[:, 2]
    low = bed.position[specimen.bottom, 2].max() + 0.5 * bed.parameters.diameter_min
    high = bed.position[specimen.top, 2].min() - 0.5 * bed.parameters.diameter_min
    below, above = z < low + layer, z > high - layer
    keep = ~bed.fixed
    number = np.cumsum(keep) - 1
    alive = keep[bed.pairs].all(1)
    glued = replace(
        bed,
        position=bed.position[keep],
        radius=bed.radius[keep],
        fixed=(below | above)[keep],
        pairs=number[bed.pairs[alive]],
        tangential=bed.tangential[alive],
        rolling=bed.rolling[alive],
    )
    return replace(
        specimen, bed=glued, bottom=np.flatnonzero(below[keep]), top=np.flatnonzero(above[keep])
    )
