"""Angle of repose in a slowly turning drum, of cohesionless grains at 1 m/s².

The drum lies still and gravity's direction turns instead, which is the same while its turning is
slow (Froude number ω²R/g of `FROUDE`).  Its wall is a ring of glued grains, its axis y is periodic.
The slope of the free surface against the plane normal to gravity is averaged once the grains
avalanche.  SI.

Gravity is that of the definition (design of the bed's report), not of a site: without cohesion the
angle does not depend on it, which a test shows.
"""

from itertools import pairwise
from math import ceil, cos, pi, radians, sin, sqrt

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.lab.cell import mean_diameter, softened
from sampling_sim.regolith.lab.specimen import NO_WALLS
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.sizes import draw_diameters, sizes_of
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

REPOSE_GRAVITY = 1.0
"""[m/s²] by the definition of the bed's report."""
DRUM, AXIS = 15.0, 6.0
"""Diameter and length of the drum over the mean grain; chosen: 300 to 400 grains."""
FROUDE = 1e-3
"""ω²R/g of the turning; chosen: rolling avalanches, far from a centrifuge."""
TURN, MEASURED_FROM = radians(110.0), radians(60.0)
"""Angle gravity turns by, and from where the slope counts; chosen: past the first avalanche."""
LOOKS = 60
"""Readings of the slope after that."""
TOPMOST = 4
"""Grains of a column that stand for its surface; chosen: the drum is six long."""
MIDDLE = 0.6
"""Share of the surface, about its middle, that the slope is fitted to."""


def angle_of_repose(
    parameters: RegolithParameters, rng: np.random.Generator, gravity: float = REPOSE_GRAVITY
) -> float:
    """Mean slope [rad] of the free surface in a turning drum of one filling."""
    bed = _filled_drum(_drum_parameters(parameters, gravity), rng)
    period = (2.0 * bed.parameters.width_x, bed.parameters.width_y)
    solver = GrainSolver(
        bed, _gravity(gravity, 0.0), contact_step=stable_step(bed.parameters), walls=NO_WALLS,
        period=period,
    )  # fmt: skip
    drum = 0.5 * bed.parameters.width_x
    fall = sqrt(2.0 * drum / gravity)
    solver.drag = 1.0 / fall
    solver.advance(None, round(3.0 * fall / solver.contact_step))
    solver.drag = 0.0
    rate = sqrt(FROUDE * gravity / drum)
    looks = np.linspace(0.0, TURN, LOOKS * 2 + 1)[1:]
    steps = max(1, round(looks[0] / rate / solver.contact_step))
    slopes = []
    for angle in looks:
        solver.field = _gravity(gravity, angle)
        solver.advance(None, steps)
        if angle > MEASURED_FROM:
            slopes.append(surface_slope(solver.position, solver.radius, ~bed.fixed, angle, drum))
    return float(np.mean(slopes))


def surface_slope(
    position: FloatArray, radius: FloatArray, free: BoolArray, angle: float, drum: float
) -> float:
    """Slope [rad] of the free surface against the plane normal to a gravity turned by `angle`.

    The surface is the mean of the `TOPMOST` grains of each column a mean grain wide; the line is
    fitted to the columns of the middle.
    """
    # along the horizontal and the vertical of the turned gravity
    along = position[:, 0] * cos(angle) + position[:, 2] * sin(angle)
    up = -position[:, 0] * sin(angle) + position[:, 2] * cos(angle)
    width = 2.0 * float(radius[free].mean())
    half = MIDDLE * drum
    edges = np.arange(-half, half + width, width)
    place, top = [], []
    for left, right in pairwise(edges):
        column = free & (along >= left) & (along < right)
        if column.any():
            # as many in deep columns as in shallow ones, or the depth would tilt the surface
            height = np.sort((up + radius)[column])[-TOPMOST:]
            place.append(0.5 * (left + right))
            top.append(float(height.mean()))
    return float(np.arctan(abs(np.polyfit(place, top, 1)[0])))


def _drum_parameters(parameters: RegolithParameters, gravity: float) -> RegolithParameters:
    """Parameters with the drum's diameter and length for widths, as soft as the load allows."""
    p = parameters
    size = mean_diameter(p)
    drum, axis = max(DRUM * size, 8.0 * p.diameter_max), max(AXIS * size, 6.0 * p.diameter_max)
    pressure = 0.6 * p.grain_density * gravity * 0.5 * drum
    return softened(p, pressure, width_x=drum, width_y=axis, depth=drum)


def _filled_drum(parameters: RegolithParameters, rng: np.random.Generator) -> Bed:
    """Ring of glued grains about the y axis, and loose grains on a lattice in it.

    Half a filling is drawn; the lattice has places for a fifth to a quarter.
    """
    p = parameters
    drum = 0.5 * p.width_x
    # half a drum at the packing of a settled bed
    target = 0.58 * 0.5 * pi * drum**2 * p.width_y
    diameter = draw_diameters(rng, sizes_of(p), target)
    free = _lattice(drum, p.width_y, p.diameter_max, diameter.size)
    free = free + rng.uniform(-0.5, 0.5, free.shape) * (
        p.diameter_max - diameter[: len(free), None]
    )
    around = ceil(2.0 * pi * drum / (0.9 * p.diameter_min))
    across = ceil(p.width_y / (0.9 * p.diameter_min))
    turn, y = np.meshgrid(
        2.0 * pi * np.arange(around) / around,
        ((np.arange(across) + 0.5) / across - 0.5) * p.width_y,
    )
    reach = drum + 0.5 * p.diameter_min
    ring = np.column_stack([reach * np.sin(turn).ravel(), y.ravel(), reach * np.cos(turn).ravel()])
    radius = np.concatenate([0.5 * diameter[: len(free)], np.full(len(ring), 0.5 * p.diameter_min)])
    return Bed(
        parameters=p,
        position=np.vstack([free, ring]),
        radius=radius,
        fixed=np.arange(radius.size) >= len(free),
        floor=-drum,
    )


def _lattice(drum: float, axis: float, spacing: float, count: int) -> FloatArray:
    """At most `count` sites of a cubic lattice in the drum, from the bottom up, shape (n, 3)."""
    across = int(axis / spacing)
    y = ((np.arange(across) + 0.5) / across - 0.5) * axis
    side = np.arange(-drum + 0.5 * spacing, drum, spacing)
    z, x, y = (part.ravel() for part in np.meshgrid(side, side, y, indexing="ij"))
    inside = np.hypot(x, z) + 0.87 * spacing < drum
    return np.column_stack([x, y, z])[inside][:count]


def _gravity(gravity: float, angle: float) -> SiteField:
    """Uniform field [m/s²] turned about y by an angle from −z towards +x."""
    zero = np.zeros((3, 3))
    pull = gravity * np.array([sin(angle), 0.0, -cos(angle)])
    return SiteField(pull, zero, zero, np.zeros(3), np.zeros(3))
