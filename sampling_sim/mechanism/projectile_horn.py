"""Projectile and horn: a cone that stands on the ground, a catcher above its throat, a lid between.

A projectile is fired down the axis; what it throws up is `effects/projectile.py`, from the data
`Projectile` here.  The lid slides along y in the gap between throat and catcher, which is lower
than any grain; open, it is parked beside them.  The catcher's top hangs at the wrist.  In frame H,
in which heights are drawn, z = 0 is the lowest edge of the horn.
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Action, Ball, Box, Design, Inlet, Joint, JointKind, Link
from sampling_sim.mechanism.craft import (
    CraftParameters,
    box_inertia,
    craft_joints,
    craft_links,
    craft_outline,
    cylinder_inertia,
)
from sampling_sim.mechanism.drives import Drive
from sampling_sim.mechanism.horn_parameters import CLEARANCE, ProjectileHornParameters
from sampling_sim.mechanism.shutters import shutter_commands
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind

__all__ = ["Projectile", "ProjectileHornParameters", "projectile_horn_design"]

HEAD, LID = 3, 4
"""Link indices, after bus, arm and wrist."""
LID_OVERLAP = 0.005
"""[m] chosen: by which the shut lid reaches under the catcher's wall on every side."""
RIM_POINTS = 8
"""Around the mouth: measured points, and the balls that meet bedrock; chosen."""


@dataclass(frozen=True, kw_only=True)
class Projectile:
    """The shot, and the horn that its ejecta fly up (frame of the head, axis z)."""

    sampler: ProjectileHornParameters
    link: int
    """Index of the head's link."""
    mouth: float
    """[m] height of the mouth."""
    throat: float
    """[m] height of the throat."""
    lid_joint: int
    """Index of the lid's joint: 0 open."""
    lid_travel: float
    """[m] position of that joint when shut."""


@dataclass(frozen=True)
class HornGeometry:
    """Heights in frame H and radii [m]."""

    sampler: ProjectileHornParameters

    @property
    def floor(self) -> float:
        """Lower edge of the catcher: the plane of the inlet."""
        p = self.sampler
        return p.horn_length + p.lid_thickness + 2.0 * CLEARANCE

    @property
    def lid(self) -> float:
        """Middle plane of the lid."""
        return self.sampler.horn_length + CLEARANCE + 0.5 * self.sampler.lid_thickness

    @property
    def top(self) -> float:
        """Inner face of the catcher's top."""
        return self.floor + self.sampler.catcher_height

    @property
    def height(self) -> float:
        """Outer height of the head."""
        return self.top + self.sampler.wall_thickness

    @property
    def centre(self) -> float:
        """Height of the head's centre of mass: its middle."""
        return 0.5 * self.height

    @property
    def lid_half(self) -> float:
        """Half width of the lid, a square."""
        return 0.5 * self.sampler.throat_diameter + LID_OVERLAP

    @property
    def lid_parked(self) -> float:
        """Middle of the parked lid along y, and its way: clear of the catcher's wall."""
        return 2.0 * self.lid_half + self.sampler.wall_thickness

    @property
    def mouth_outside(self) -> float:
        """Outer radius at the mouth."""
        return 0.5 * self.sampler.mouth_diameter + self.sampler.wall_thickness

    @property
    def throat_outside(self) -> float:
        """Outer radius of the catcher."""
        return 0.5 * self.sampler.throat_diameter + self.sampler.wall_thickness


def projectile_horn_design(craft: CraftParameters, sampler: ProjectileHornParameters) -> Design:
    """Craft, arm, wrist, horn with catcher, and lid."""
    g = HornGeometry(sampler)
    commands = _commands(sampler, g.lid_parked)
    base = craft.wrist_height - g.height
    links = craft_links(craft, sampler.head_mass + sampler.lid_mass) + _links(g, base)
    radius = 0.5 * sampler.throat_diameter
    lid = Joint(
        name="lid",
        kind=JointKind.PRISMATIC,
        parent="head",
        child="lid",
        position=links[LID].position,
        axis=(0.0, -1.0, 0.0),
        drive=commands[Action.INLET_OPEN]["lid"],
    )
    return Design(
        links=links,
        joints=(*craft_joints(craft), lid),
        primitives=horn_surfaces(g),
        head=HEAD,
        # square around the round catcher: its corners are in the wall, where no grain is
        container=Box(
            link=HEAD,
            centre=(0.0, 0.0, 0.5 * (g.floor + g.top) - g.centre),
            half_extents=(radius, radius, 0.5 * sampler.catcher_height),
        ),
        inlet=Inlet(link=HEAD, centre=(0.0, 0.0, g.floor - g.centre), half_x=radius, half_y=radius),
        reference_points=_rim(g, g.mouth_outside, 0.0),
        outline=craft_outline(craft) + _head_outline(g),
        commands=commands,
        effects=(
            Projectile(
                sampler=sampler,
                link=HEAD,
                mouth=-g.centre,
                throat=sampler.horn_length - g.centre,
                lid_joint=LID - 1,
                lid_travel=g.lid_parked,
            ),
        ),
        flap_joint="lid",
        flap_travel=g.lid_parked,
    )


def horn_surfaces(g: HornGeometry) -> tuple[Primitive, ...]:
    """Horn and catcher's wall as sheets of triangles, the catcher's top and the lid as plates."""
    p = g.sampler
    r, outer = 0.5 * p.wall_thickness, g.throat_outside
    horn = _frustum(
        p.wall_facets,
        (0.5 * p.mouth_diameter + r, r - g.centre),
        (0.5 * p.throat_diameter + r, p.horn_length - r - g.centre),
    )
    ring = 0.5 * p.throat_diameter + r
    catcher = _frustum(p.wall_facets, (ring, g.floor + r - g.centre), (ring, g.top - g.centre))
    lid = 0.5 * p.lid_thickness
    return (
        _surface(p, HEAD, "horn", PrimitiveKind.MESH, (r, 0.0, 0.0), corners=horn),
        _surface(p, HEAD, "catcher", PrimitiveKind.MESH, (r, 0.0, 0.0), corners=catcher),
        _surface(
            p, HEAD, "catcher", PrimitiveKind.PLATE, (outer, outer, r), height=g.top + r - g.centre
        ),
        _surface(p, LID, "lid", PrimitiveKind.PLATE, (g.lid_half - lid, g.lid_half - lid, lid)),
    )


def _links(g: HornGeometry, base: float) -> tuple[Link, Link]:
    """Head and lid; `base` [m] is the height of H's origin in S."""
    p = g.sampler
    middle_radius = 0.25 * (p.mouth_diameter + p.throat_diameter)
    r = 0.5 * p.wall_thickness
    feet = _rim(g, 0.5 * p.mouth_diameter + r, r)
    catcher = _head_outline(g)[1]
    head = Link(
        name="head",
        mass=p.head_mass,
        inertia=cylinder_inertia(p.head_mass, middle_radius, g.height, axis=2),
        position=(0.0, 0.0, base + g.centre),
        ground_shapes=(
            *(Ball(centre=(float(x), float(y), float(z)), radius=r) for x, y, z in feet),
            catcher,
        ),
    )
    plate = (2.0 * g.lid_half, 2.0 * g.lid_half, p.lid_thickness)
    lid = Link(
        name="lid",
        mass=p.lid_mass,
        inertia=box_inertia(p.lid_mass, plate),
        position=(0.0, g.lid_parked, base + g.lid),
    )
    return head, lid


def _commands(p: ProjectileHornParameters, travel: float) -> dict[Action, dict[str, Drive]]:
    return shutter_commands("lid", travel, speed=p.lid_speed, inertia=p.lid_mass, limit=p.lid_force)


def _head_outline(g: HornGeometry) -> tuple[Box, Box, Box]:
    """Boxes of the horn, of the catcher and of the lid's way, all on the head."""
    p, wide, narrow = g.sampler, g.mouth_outside, g.throat_outside
    horn = Box(
        link=HEAD,
        centre=(0.0, 0.0, 0.5 * p.horn_length - g.centre),
        half_extents=(wide, wide, 0.5 * p.horn_length),
    )
    catcher = Box(
        link=HEAD,
        centre=(0.0, 0.0, 0.5 * (p.horn_length + g.height) - g.centre),
        half_extents=(narrow, narrow, 0.5 * (g.height - p.horn_length)),
    )
    reach = 0.5 * (g.lid_parked + g.lid_half)
    lid = Box(
        link=HEAD,
        centre=(0.0, reach, g.lid - g.centre),
        half_extents=(g.lid_half, reach, 0.5 * p.lid_thickness),
    )
    return horn, catcher, lid


def _rim(g: HornGeometry, radius: float, height: float) -> FloatArray:
    """Points [m] around the mouth in the head's frame, shape (RIM_POINTS, 3)."""
    angle = 2.0 * np.pi * np.arange(RIM_POINTS) / RIM_POINTS
    level = np.full(RIM_POINTS, height - g.centre)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), level])


def _frustum(sides: int, low: tuple[float, float], high: tuple[float, float]) -> FloatArray:
    """Triangles [m] of the wall between two rings (radius, height), shape (2 sides, 3, 3).

    The polygon has the perimeter's mean radius: its corners lie as far out as its sides lie in.
    """
    angle = 2.0 * np.pi * np.arange(sides) / sides
    out = 2.0 / (1.0 + np.cos(np.pi / sides))
    rings = [
        np.column_stack([out * r * np.cos(angle), out * r * np.sin(angle), np.full(sides, z)])
        for r, z in (low, high)
    ]
    a, b = rings
    a_next, b_next = np.roll(a, -1, axis=0), np.roll(b, -1, axis=0)
    return np.concatenate([np.stack([a, a_next, b], 1), np.stack([a_next, b_next, b], 1)])


def _surface(
    p: ProjectileHornParameters,
    link: int,
    part: str,
    kind: PrimitiveKind,
    size: tuple[float, float, float],
    *,
    height: float = 0.0,
    corners: FloatArray | None = None,
) -> Primitive:
    return Primitive(
        link=link,
        part=part,
        kind=kind,
        size=size,
        position=(0.0, 0.0, height),
        friction_coefficient=p.friction_coefficient,
        restitution=p.restitution,
        corners=np.zeros((0, 3, 3)) if corners is None else corners,
    )
