"""Flexible wings: each a rigid disc on a sprung hinge at the side of the bus, its first bending.

The hinge turns about x of S, so that the tip moves along z; its stiffness is I ω², I the wing's
moment about the hinge.  A real array bends along its length too: one mode a wing is what is here,
torsion and in-plane bending are left out, and so is tank slosh.  The mode is that of a wing whose
root is held; on a free bus it is faster by √(1 + I/I_bus).
"""

import math
from dataclasses import replace

from sampling_sim.mechanism.base import Box, Design, Joint, JointKind, Link
from sampling_sim.mechanism.craft import CraftParameters, cylinder_inertia, wings_on_bus
from sampling_sim.mechanism.drives import SpringDamper

WINGS = ("wing_left", "wing_right")
"""Names of wing links and of their hinges: towards +y, towards −y."""


def with_wings(craft: CraftParameters, design: Design) -> Design:
    """Take the wings off the bus and hang them on hinges, as the last links; at 0 Hz, leave it.

    The whole keeps its mass, its centre of mass and its inertia.
    """
    if craft.wing_frequency == 0.0:
        return design
    reach = 0.5 * craft.bus_size + craft.wing_radius
    bus = design.links[0]
    bare = replace(
        bus,
        mass=bus.mass - 2.0 * craft.wing_mass,
        inertia=bus.inertia - wings_on_bus(craft),
    )
    inertia = cylinder_inertia(craft.wing_mass, craft.wing_radius, 0.0, axis=2)
    hinge = _hinge(craft, float(inertia[0, 0]))
    count = len(design.links)
    links, joints, moved = [], [], {}
    for number, (name, sign) in enumerate(zip(WINGS, (1.0, -1.0), strict=True)):
        middle = (0.0, sign * reach, 0.0)
        links.append(Link(name=name, mass=craft.wing_mass, inertia=inertia, position=middle))
        joints.append(
            Joint(
                name=name,
                kind=JointKind.REVOLUTE,
                parent=bus.name,
                child=name,
                position=(0.0, sign * 0.5 * craft.bus_size, 0.0),
                axis=(sign, 0.0, 0.0),
                drive=hinge,
            )
        )
        moved[middle] = count + number
    return replace(
        design,
        links=(bare, *design.links[1:], *links),
        joints=(*design.joints, *joints),
        outline=tuple(_moved(box, moved) for box in design.outline),
    )


def _hinge(craft: CraftParameters, own: float) -> SpringDamper:
    moment = own + craft.wing_mass * craft.wing_radius**2
    circular = 2.0 * math.pi * craft.wing_frequency
    return SpringDamper(
        stiffness=moment * circular**2, damping=2.0 * craft.wing_damping * moment * circular
    )


def _moved(box: Box, moved: dict[tuple[float, float, float], int]) -> Box:
    """Box of a wing on its own link; any other as it is."""
    if box.link != 0 or box.centre not in moved:
        return box
    return replace(box, link=moved[box.centre], centre=(0.0, 0.0, 0.0))
