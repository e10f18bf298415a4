"""Dual brush-wheel sampler: two counter-rotating wheels of paddles under a closed container.

The wheels turn about axes along y; their inner sides move up and throw grains through the inlet, a
slot in the roof with lips that reach up into the container.  A flap slides along y between wheels
and roof and shuts the inlet; open, it is parked beyond the end wall.  The container's top hangs at
the wrist, so with all joints at zero the rim lies at `HeadGeometry.rim_height` in S (negative).
"""

import numpy as np

from sampling_sim.mechanism.base import Action, Box, Design, Inlet, Joint, JointKind, Link
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.brush_surfaces import (
    HEAD,
    HeadGeometry,
    flap_surface,
    head_surfaces,
    rim_points,
    wheel_surfaces,
)
from sampling_sim.mechanism.craft import (
    CraftParameters,
    box_inertia,
    craft_joints,
    craft_links,
    craft_outline,
    cylinder_inertia,
)
from sampling_sim.mechanism.drives import Drive, SpeedMotor
from sampling_sim.mechanism.shutters import shutter_commands

__all__ = ["BrushWheelsParameters", "brush_wheels_design"]


def brush_wheels_design(craft: CraftParameters, sampler: BrushWheelsParameters) -> Design:
    """Craft, arm, wrist, head, two wheels and the flap, with their surfaces and commands."""
    g = HeadGeometry(sampler, craft)
    sampler_mass = sampler.head_mass + 2.0 * sampler.wheel_mass + sampler.flap_mass
    commands = _commands(sampler, g.flap_travel)
    return Design(
        links=craft_links(craft, sampler_mass) + _links(g),
        joints=craft_joints(craft) + _joints(g, commands),
        primitives=(*head_surfaces(g), *wheel_surfaces(g), flap_surface(g)),
        head=HEAD,
        container=Box(
            link=HEAD,
            centre=(0.0, 0.0, 0.5 * (g.top + g.roof) - g.centre),
            half_extents=(g.half_x, g.half_y, 0.5 * (g.top - g.roof)),
        ),
        inlet=Inlet(
            link=HEAD,
            centre=(0.0, 0.0, g.roof - g.centre),
            half_x=0.5 * sampler.inlet_width,
            half_y=g.half_y,
        ),
        reference_points=rim_points(g),
        outline=craft_outline(craft) + _head_outline(g),
        commands=commands,
        driven_joints=("wheel_left", "wheel_right"),
        flap_joint="flap",
        flap_travel=g.flap_travel,
    )


def _links(g: HeadGeometry) -> tuple[Link, ...]:
    p, base = g.sampler, g.origin_height
    body, *wheels, _ = _head_outline(g)
    width, length, height = 2.0 * np.array(body.half_extents)
    wheel = cylinder_inertia(p.wheel_mass, p.wheel_radius, p.wheel_length, axis=1)
    plate = (p.inlet_width, g.flap_travel, p.flap_thickness)
    return (
        Link(
            name="head",
            mass=p.head_mass,
            inertia=box_inertia(p.head_mass, (width, length, height)),
            position=(0.0, 0.0, base + g.centre),
            # the wheels' boxes ride on the head: bedrock meets the brushes as if they stood still
            ground_shapes=(body, *wheels),
        ),
        *(
            Link(name=name, mass=p.wheel_mass, inertia=wheel, position=(x, 0.0, base))
            for name, x in (("wheel_left", -p.axis_offset), ("wheel_right", p.axis_offset))
        ),
        Link(
            name="flap",
            mass=p.flap_mass,
            inertia=box_inertia(p.flap_mass, plate),
            position=(0.0, g.flap_parked, base + g.flap),
        ),
    )


def _joints(g: HeadGeometry, commands: dict[Action, dict[str, Drive]]) -> tuple[Joint, ...]:
    """Wheels turn with their inner sides up at positive speed; the flap shuts towards −y."""
    base, x = g.origin_height, g.sampler.axis_offset
    wheels = (("wheel_left", -x, -1.0), ("wheel_right", x, 1.0))
    return (
        *(
            Joint(
                name=name,
                kind=JointKind.REVOLUTE,
                parent="head",
                child=name,
                position=(offset, 0.0, base),
                axis=(0.0, sign, 0.0),
                drive=commands[Action.SAMPLER_OFF][name],
            )
            for name, offset, sign in wheels
        ),
        Joint(
            name="flap",
            kind=JointKind.PRISMATIC,
            parent="head",
            child="flap",
            position=(0.0, g.flap_parked, base + g.flap),
            axis=(0.0, -1.0, 0.0),
            drive=commands[Action.INLET_OPEN]["flap"],
        ),
    )


def _commands(p: BrushWheelsParameters, flap_travel: float) -> dict[Action, dict[str, Drive]]:
    gain = p.torque_limit / p.speed_droop

    def wheels(speed: float) -> dict[str, Drive]:
        motor = SpeedMotor(speed=speed, gain=gain, torque_limit=p.torque_limit)
        return {"wheel_left": motor, "wheel_right": motor}

    return {
        Action.SAMPLER_ON: wheels(p.wheel_speed),
        Action.SAMPLER_OFF: wheels(0.0),
        **shutter_commands(
            "flap", flap_travel, speed=p.flap_speed, inertia=p.flap_mass, limit=p.flap_force
        ),
    }


def _head_outline(g: HeadGeometry) -> tuple[Box, ...]:
    """Boxes of the head, of each wheel and of the flap's way, all on the head.

    A turning wheel stays in its box, the flap between parked and shut in its own.
    """
    p, t = g.sampler, g.sampler.wall_thickness
    body = Box(
        link=HEAD,
        centre=(0.0, 0.0, 0.0),
        half_extents=(g.half_x + t, g.half_y + t, 0.5 * g.height),
    )
    wheel = (p.wheel_radius, 0.5 * p.wheel_length, p.wheel_radius)
    wheels = (
        Box(link=HEAD, centre=(x, 0.0, -g.centre), half_extents=wheel)
        for x in (-p.axis_offset, p.axis_offset)
    )
    reach = 0.5 * (g.flap_parked + 0.5 * g.flap_travel)
    flap = Box(
        link=HEAD,
        centre=(0.0, reach, g.flap - g.centre),
        half_extents=(0.5 * p.inlet_width, reach, 0.5 * p.flap_thickness),
    )
    return (body, *wheels, flap)
