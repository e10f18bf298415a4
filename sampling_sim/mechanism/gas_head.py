"""Annular gas head: a plate with a throat in its middle, a container around it, gas from a stem.

Gas leaves the stem's end, turns in the grains under the plate and goes up the throat, through a
ring-shaped window into the container, and out through the screen of its outer wall; grains follow
(`effects/gas.py`).  A sleeve slides down inside the throat and shuts the window; open, it is parked
above it.  The head's top hangs at the wrist, as the brush head's.  The springs of arm and wrist
are the craft's.
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import (
    Action,
    Ball,
    Box,
    Design,
    Inlet,
    Joint,
    JointKind,
    Link,
    Ring,
)
from sampling_sim.mechanism.craft import (
    CraftParameters,
    craft_joints,
    craft_links,
    craft_outline,
    cylinder_inertia,
)
from sampling_sim.mechanism.drives import Drive
from sampling_sim.mechanism.gas_parameters import GasHeadParameters
from sampling_sim.mechanism.gas_surfaces import (
    HEAD,
    HeadGeometry,
    head_surfaces,
    rim_points,
    sleeve_surface,
)
from sampling_sim.mechanism.shutters import shutter_commands

__all__ = ["GasHeadParameters", "GasJet", "gas_head_design"]


@dataclass(frozen=True, kw_only=True)
class GasJet:
    """Gas of the head and the way it takes, as data for `effects/gas.py`; heights in frame H."""

    link: int
    """Index of the head's link; the jet blows along its −z."""
    origin: float
    """[m] height of H's origin, the plate's underside, in the link's frame."""
    sampler: GasHeadParameters
    """Bottle, timing, stem, throat, sill, depth and coefficients."""
    window_top: float
    """[m] upper edge of the window."""
    screen_radius: float
    """[m] inner face of the screen."""


def gas_head_design(craft: CraftParameters, sampler: GasHeadParameters) -> Design:
    """Craft, arm, wrist, head and sleeve, with their surfaces, commands and gas."""
    g = HeadGeometry(sampler, craft)
    commands = _commands(sampler, g.flap_travel)
    floor, throat = sampler.wall_thickness, sampler.throat_radius
    return Design(
        links=craft_links(craft, sampler.head_mass + sampler.flap_mass) + _links(g),
        joints=(*craft_joints(craft), _sleeve_joint(g, commands)),
        primitives=(*head_surfaces(g), sleeve_surface(g)),
        head=HEAD,
        container=Ring(
            link=HEAD,
            centre=(0.0, 0.0, 0.5 * (g.top + floor) - g.centre),
            inner_radius=throat,
            outer_radius=g.screen_radius,
            half_height=0.5 * (g.top - floor),
        ),
        inlet=Inlet(
            link=HEAD,
            centre=(0.0, 0.0, sampler.sill_height - g.centre),
            half_x=throat,
            half_y=throat,
        ),
        reference_points=rim_points(g),
        outline=(*craft_outline(craft), _head_outline(g)),
        commands=commands,
        effects=(
            GasJet(
                link=HEAD,
                origin=-g.centre,
                sampler=sampler,
                window_top=g.window_top,
                screen_radius=g.screen_radius,
            ),
        ),
        flap_joint="flap",
        flap_travel=g.flap_travel,
    )


def _links(g: HeadGeometry) -> tuple[Link, Link]:
    p, base = g.sampler, g.origin_height
    # eight feet around the plate's edge: bedrock meets it as a ring
    foot = 0.5 * p.wall_thickness
    inward = 1.0 - foot / p.plate_radius
    feet = tuple(
        Ball(centre=(float(x) * inward, float(y) * inward, float(z) + foot), radius=foot)
        for x, y, z in rim_points(g)
    )
    head = cylinder_inertia(p.head_mass, p.plate_radius, g.height, axis=2)
    return (
        Link(
            name="head",
            mass=p.head_mass,
            inertia=head,
            position=(0.0, 0.0, base + g.centre),
            ground_shapes=feet,
        ),
        Link(
            name="flap",
            mass=p.flap_mass,
            inertia=_tube_inertia(p.flap_mass, p.throat_radius, g.sleeve_length),
            position=(0.0, 0.0, base + _parked(g)),
        ),
    )


def _parked(g: HeadGeometry) -> float:
    """Height [m] in H of the parked sleeve's middle."""
    return g.window_top + 0.5 * g.sleeve_length


def _tube_inertia(mass: float, radius: float, length: float) -> FloatArray:
    """Inertia [kg·m²] of a thin tube along z about its centre, shape (3, 3)."""
    across = mass * (0.5 * radius**2 + length**2 / 12.0)
    return np.diag([across, across, mass * radius**2])


def _sleeve_joint(g: HeadGeometry, commands: dict[Action, dict[str, Drive]]) -> Joint:
    """Slide of the sleeve, 0 open; it shuts downwards."""
    return Joint(
        name="flap",
        kind=JointKind.PRISMATIC,
        parent="head",
        child="flap",
        position=(0.0, 0.0, g.origin_height + _parked(g)),
        axis=(0.0, 0.0, -1.0),
        drive=commands[Action.INLET_OPEN]["flap"],
    )


def _commands(p: GasHeadParameters, travel: float) -> dict[Action, dict[str, Drive]]:
    """Sleeve up and down; the gas takes its commands itself."""
    return shutter_commands(
        "flap", travel, speed=p.flap_speed, inertia=p.flap_mass, limit=p.flap_force
    )


def _head_outline(g: HeadGeometry) -> Box:
    radius = g.sampler.plate_radius
    return Box(link=HEAD, centre=(0.0, 0.0, 0.0), half_extents=(radius, radius, 0.5 * g.height))
