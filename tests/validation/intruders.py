"""One rigid intruder in a bed: a sphere falling on a vertical line, or a body moved at will.

The sphere is integrated as the coupling does it: the grains advance past the link's motion at the
middle of the interval, the mean force kicks it.  Frame P, SI; depth counts down from z = 0.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from beds import tall

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.overlaps import OverlapStatistics
from sampling_sim.regolith.packing import uniform_field
from sampling_sim.regolith.primitives import LinkMotion, Primitive, PrimitiveKind
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

STEPS = 2
"""Contact steps an exchange; chosen: k H²/m stays under 0.1 for ten grains on a light sphere."""


@dataclass(frozen=True)
class Track:
    """What an intruder did, one row an exchange."""

    time: FloatArray
    depth: FloatArray
    """[m] of its lowest point (sphere) or centre (plate)."""
    speed: FloatArray
    """[m/s] downward (sphere) or along its path (plate)."""
    force: FloatArray
    """[N] of the grains on it, shape (n, 3)."""
    overlaps: OverlapStatistics


def sphere(diameter: float, restitution: float = 0.5) -> Primitive:
    """Sphere on link 0, of grain-like friction."""
    return surface((0.0, 0.0, 0.5 * diameter), restitution)


def surface(size: tuple[float, float, float], restitution: float = 0.5) -> Primitive:
    """Sphere-swept rectangle on link 0 with the friction and restitution of the grains."""
    return Primitive(
        link=0, part="intruder", kind=PrimitiveKind.PLATE, size=size, position=(0.0, 0.0, 0.0),
        friction_coefficient=0.6, restitution=restitution,
    )  # fmt: skip


def touching_height(bed: Bed, radius: float) -> float:
    """Height [m] of the centre of a sphere on the axis that just touches the bed from above."""
    off_axis = (bed.position[:, :2] ** 2).sum(1)
    reach = (radius + bed.radius) ** 2 - off_axis
    under = reach > 0.0
    return float((bed.position[under, 2] + np.sqrt(reach[under])).max())


def dropped(
    bed: Bed, gravity: float, *, diameter: float, density: float, speed: float,
    restitution: float = 0.5,
) -> Track:  # fmt: skip
    """Sphere that meets the bed at `speed` [m/s] and sinks until it first stops."""
    mass = pi / 6.0 * density * diameter**3
    solver = solver_for(bed, gravity, sphere(diameter, restitution))
    step = STEPS * solver.contact_step
    z = touching_height(bed, 0.5 * diameter)
    v, rows = -speed - gravity * step, []
    while v < 0.0:
        force = solver.advance(motion((0.0, 0.0, z), (0.0, 0.0, v)), STEPS).force[0]
        rows.append((solver.time, 0.5 * diameter - z, -v, *force))
        v += (force[2] / mass - gravity) * step
        z += v * step
    return track(rows, solver)


def moved(
    bed: Bed, gravity: float, body: Primitive, turn: FloatArray, start: FloatArray,
    velocity: FloatArray, time: float,
) -> Track:  # fmt: skip
    """Body moved at constant `velocity` [m/s] from `start` [m], turned by `turn`."""
    solver = solver_for(bed, gravity, body)
    speed, steps = float(np.linalg.norm(velocity)), 20
    step, rows = steps * solver.contact_step, []
    for k in range(round(time / step)):
        place = start + (k + 0.5) * step * velocity
        force = solver.advance(motion(place, velocity, turn), steps).force[0]
        rows.append((solver.time, -place[2], speed, *force))
    return track(rows, solver)


def solver_for(bed: Bed, gravity: float, body: Primitive) -> GrainSolver:
    """Solver of the bed in a tall box with one body."""
    step = stable_step(bed.parameters)
    field = uniform_field(gravity)
    return GrainSolver(bed, field, primitives=[body], contact_step=step, walls=tall(bed))


def motion(place, velocity, turn: FloatArray | None = None) -> LinkMotion:
    """One link at `place` [m] in the middle of the interval, not turning."""
    rotation = (np.eye(3) if turn is None else turn)[None]
    return LinkMotion(
        np.array([place], float), rotation, np.array([velocity], float), np.zeros((1, 3))
    )


def track(rows: list, solver: GrainSolver) -> Track:
    """Track from rows of time, depth, speed and force."""
    table = np.array(rows)
    return Track(table[:, 0], table[:, 1], table[:, 2], table[:, 3:], solver.overlaps)
