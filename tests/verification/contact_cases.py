"""One sphere against a rigid boundary, or two against each other, as Chung & Ooi set them up.

The boundary is the plane z = 0 of a bed's wall, a tool's plate, box or triangle, or a held sphere.
All are given the effective modulus of a rigid partner, E/(1 − ν²): a wall is of the grains' own
material, and takes twice the modulus for that.
"""

import numpy as np
from grain_cases import NO_WALLS, loose_grains, still, surface

from sampling_sim.regolith.bed import floor_wall
from sampling_sim.regolith.primitives import PrimitiveKind

BOUNDARIES = ["wall", "plate", "box", "mesh"]
"""What a sphere can meet as a rigid plane."""

MATERIALS = {
    "glass": (48e9, 0.20, 2800),
    "limestone": (20e9, 0.25, 2500),
    "aluminium alloy": (70e9, 0.30, 2699),
    "magnesium alloy": (40e9, 0.35, 1800),
    "aluminium oxide": (380e9, 0.23, 4000),
    "cast iron": (100e9, 0.25, 7000),
    "steel": (208e9, 0.30, 7850),
    "polyethylene": (1e9, 0.40, 1400),
    "nylon": (2.5e9, 0.40, 1000),
    "copper": (120e9, 0.35, 8900),
}
"""E [Pa], ν, density [kg/m³] of Chung & Ooi 2011, table 1."""


def grain_values(material, radius):
    """Parameters of a bed for spheres of one material, big enough a box, no rolling friction."""
    modulus, poisson, density = MATERIALS[material]
    wide = 20 * radius
    return {
        "youngs_modulus": modulus, "poisson_ratio": poisson, "grain_density": density,
        "diameter_min": 2 * radius, "diameter_max": 2 * radius, "width_x": wide, "width_y": wide,
        "depth": wide, "cohesion_range": 0.01 * radius, "separation": 0.002 * radius,
        "rolling_friction": 0.0,
    }  # fmt: skip


def plane(kind, radius, friction, restitution):
    """Primitive whose upper face is z = 0, some radii wide."""
    wide = 10 * radius
    size, top = {
        "plate": ((wide, wide, 0.2 * radius), 0.2 * radius),
        "box": ((wide, wide, radius), radius),
        "mesh": ((0.2 * radius, 0.0, 0.0), 0.2 * radius),
    }[kind]
    shape = {"corners": sheet(wide)} if kind == "mesh" else {}
    return surface(
        PrimitiveKind[kind.upper()], size, position=(0.0, 0.0, -top),
        friction_coefficient=friction, restitution=restitution, **shape,
    )  # fmt: skip


def sheet(wide):
    """Triangles of a level square of half width `wide` [m]; four meet under the origin."""
    corners = wide * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float)
    return np.array([[corners[k], corners[(k + 1) % 4], np.zeros(3)] for k in range(4)])


def falling(boundary, material, radius, velocity, *, step, friction, restitution, spin=0.0):
    """Solver of one sphere about to touch the boundary, and the motion of the links if any."""
    values = grain_values(material, radius)
    rest = {"friction_coefficient": friction, "restitution": restitution, "step": step}
    start = [[0, 0, radius * (1 + 1e-9)]]
    if boundary == "wall":
        values["youngs_modulus"] *= 2
        walls = floor_wall(0.0, friction, 0.0)
        moving = {"velocity": [velocity], "spin": [[0, spin, 0]], "walls": walls}
        return loose_grains(start, radius, **moving, **values, **rest), None
    moving = {"velocity": [velocity], "spin": [[0, spin, 0]], "walls": NO_WALLS}
    tools = [plane(boundary, radius, friction, restitution)]
    return loose_grains(start, radius, primitives=tools, **moving, **values, **rest), still()


def rebound(boundary, material, radius, velocity, *, duration, steps=300, **law):
    """Let it hit: normal force [N] of every step of the impact, and the solver after it.

    `duration` [s] is how long the elastic impact lasts; it is taken in `steps` steps.
    """
    step = duration / steps
    solver, links = falling(boundary, material, radius, velocity, step=step, **law)
    force, before = [], solver.velocity[0, 2]
    while len(force) < 3 or force[-1] > 0.0:
        solver.advance(links, 1)
        after = solver.velocity[0, 2]
        force.append(solver.mass[0] * (after - before) / step)
        before = after
    return np.array(force), solver
