"""Small set-ups the grain tests share: loose grains, plain fields, links at rest."""

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.primitives import LinkMotion, Primitive, PrimitiveKind
from sampling_sim.regolith.solver import GrainSolver

ZERO = np.zeros((3, 3))
NO_FIELD = SiteField(np.zeros(3), ZERO, ZERO, np.zeros(3), np.zeros(3))
NO_WALLS = np.zeros((0, 7))


def field(gravity=(0.0, 0.0, 0.0), spin=(0.0, 0.0, 0.0), position=(0.0, 0.0, 0.0)) -> SiteField:
    """Uniform gravity and a rotation, no gradients."""
    vectors = (np.array(v, float) for v in (gravity, spin, position))
    gravity_, spin_, position_ = vectors
    return SiteField(gravity_, ZERO, ZERO, spin_, position_)


TIP = field(gravity=(0, 0, -5.17e-6), spin=(0, 3.753e-3, 0), position=(0, 0, 10.0))
"""The long-axis tip of the default body: 1.357e-4 m/s² outward (facts.md §1)."""


def loose_bed(position, radius, fixed=None, **parameters) -> Bed:
    """Grains at given places with nothing known between them."""
    position = np.atleast_2d(np.array(position, float))
    radius = np.broadcast_to(np.array(radius, float), len(position)).copy()
    fixed = np.zeros(len(position), bool) if fixed is None else np.array(fixed)
    scale = parameters.pop("pull_off_scale", 0.0)
    values = {"tensile_strength": 0.0, "youngs_modulus": 2e7} | parameters
    return Bed(
        parameters=RegolithParameters(**values),
        position=position,
        radius=radius,
        fixed=fixed,
        floor=-1.0,
        pull_off_scale=scale,
    )


def loose_grains(
    position,
    radius,
    *,
    velocity=None,
    spin=0.0,
    step=1e-5,
    forces=NO_FIELD,
    walls=NO_WALLS,
    primitives=(),
    fixed=None,
    **parameters,
) -> GrainSolver:
    """Solver of a few grains with their velocities [m/s] and angular velocities [rad/s]."""
    bed = loose_bed(position, radius, fixed, **parameters)
    solver = GrainSolver(bed, forces, primitives=primitives, contact_step=step, walls=walls)
    if velocity is not None:
        solver.set_motion(np.atleast_2d(np.array(velocity, float)), np.atleast_2d(spin))
    return solver


def still(links: int = 1) -> LinkMotion:
    """Links at the origin, at rest."""
    zero = np.zeros((links, 3))
    return LinkMotion(zero, np.tile(np.eye(3), (links, 1, 1)), zero.copy(), zero.copy())


def surface(kind=PrimitiveKind.PLATE, size=(0.1, 0.1, 0.002), **values) -> Primitive:
    """One primitive on link 0."""
    standard = {
        "link": 0,
        "part": "surface",
        "position": (0.0, 0.0, 0.0),
        "friction_coefficient": 0.5,
        "restitution": 0.5,
    }
    return Primitive(kind=kind, size=size, **(standard | values))
