"""Surfaces of the dual brush-wheel sampler as grains meet them, and the heights they hang from.

Frame H, in which the cross section is drawn: origin midway between the wheel axes, axes along S.
Walls are sphere-swept plates; neighbouring walls meet, and the gaps to moving parts stay under
the smallest grain of the default bed (16 mm).
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.brush_parameters import CLEARANCE, BrushWheelsParameters
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind

HEAD, WHEEL_LEFT, WHEEL_RIGHT, FLAP = 3, 4, 5, 6
"""Link indices, after bus, arm and wrist."""
FLAP_OVERLAP = 0.005
"""[m] chosen: by which the flap reaches under the roof on either side of the inlet."""

X, Y, Z = np.eye(3)
FACING_X = np.column_stack([Y, Z, X])
FACING_Y = np.column_stack([X, Z, -Y])
FACING_Z = np.eye(3)


@dataclass(frozen=True)
class HeadGeometry:
    """Heights and half widths [m] of the cross section in frame H, inner faces where walls."""

    sampler: BrushWheelsParameters
    craft: CraftParameters

    @property
    def half_x(self) -> float:
        """Inner face of the outer walls, housing and container."""
        return self.sampler.axis_offset + self.sampler.wheel_radius + self.sampler.wheel_gap

    @property
    def half_y(self) -> float:
        """Inner face of the end walls."""
        return 0.5 * self.sampler.wheel_length + self.sampler.wheel_gap

    @property
    def rim(self) -> float:
        """Lowest edge of the housing."""
        return -self.sampler.rim_depth

    @property
    def roof(self) -> float:
        """Underside of the roof: the plane of the inlet."""
        return self.sampler.wheel_radius + self.sampler.roof_clearance

    @property
    def top(self) -> float:
        """Inner face of the container's top."""
        return self.roof + self.sampler.container_height

    @property
    def flap(self) -> float:
        """Middle plane of the flap."""
        return self.roof - CLEARANCE - 0.5 * self.sampler.flap_thickness

    @property
    def flap_travel(self) -> float:
        """Way of the flap from parked (edge flush with the end wall's outside) to shut."""
        return 2.0 * self.half_y + self.sampler.wall_thickness - CLEARANCE

    @property
    def flap_parked(self) -> float:
        """Middle of the parked flap along y; it is as long as its way."""
        return self.half_y + self.sampler.wall_thickness + 0.5 * self.flap_travel

    @property
    def height(self) -> float:
        """Outer height of the head, rim to the container's outer top."""
        return self.top + self.sampler.wall_thickness - self.rim

    @property
    def centre(self) -> float:
        """Height of the head's centre of mass in H: its middle."""
        return self.rim + 0.5 * self.height

    @property
    def origin_height(self) -> float:
        """Height of H's origin in S: the container's top hangs at the wrist."""
        return self.craft.wrist_height - self.top - self.sampler.wall_thickness

    @property
    def rim_height(self) -> float:
        """Height of the rim in S, all joints at zero."""
        return self.origin_height + self.rim


def head_surfaces(geometry: HeadGeometry) -> tuple[Primitive, ...]:
    """Housing, roof, lips and container on the head; `inlet_shut` adds a cover."""
    g, p = geometry, geometry.sampler
    r, inlet = 0.5 * p.wall_thickness, 0.5 * p.inlet_width
    out_x, out_y = g.half_x + r, g.half_y + r
    # the +y end wall leaves a slot for the flap, lower than any grain
    under_slot = g.flap - 0.5 * p.flap_thickness - CLEARANCE - r
    walls = [
        ("end_wall", FACING_Y, (-out_x, out_x), (-out_y, -out_y), (g.rim + r, g.top + r)),
        ("end_wall", FACING_Y, (-out_x, out_x), (out_y, out_y), (g.rim + r, under_slot)),
        ("end_wall", FACING_Y, (-out_x, out_x), (out_y, out_y), (g.roof + r, g.top + r)),
        ("container", FACING_Z, (-out_x, out_x), (-out_y, out_y), (g.top + r, g.top + r)),
    ]
    for side in (-1.0, 1.0):
        outer, lip = side * out_x, side * (inlet + r)
        roof_x = (min(outer, lip), max(outer, lip))
        lip_z = (g.roof + r, g.roof + p.lip_height - r)
        walls += [
            ("housing", FACING_X, (outer, outer), (-out_y, out_y), (g.rim + r, g.top + r)),
            ("roof", FACING_Z, roof_x, (-out_y, out_y), (g.roof + r, g.roof + r)),
            ("lip", FACING_X, (lip, lip), (-out_y, out_y), lip_z),
        ]
    if p.inlet_shut:
        cover_z = (g.roof + r, g.roof + r)
        walls.append(("cover", FACING_Z, (-inlet, inlet), (-out_y, out_y), cover_z))
    return tuple(_wall(geometry, *wall) for wall in walls)


def _wall(
    geometry: HeadGeometry,
    part: str,
    rotation: FloatArray,
    x: tuple[float, float],
    y: tuple[float, float],
    z: tuple[float, float],
) -> Primitive:
    """Plate over the ranges x, y, z of frame H (one of them empty), moved to the head's frame."""
    low, high = np.array([x, y, z]).T
    half = np.abs(rotation.T @ (0.5 * (high - low)))
    centre = 0.5 * (low + high) - geometry.centre * Z
    return _plate(
        geometry.sampler,
        HEAD,
        part,
        (half, 0.5 * geometry.sampler.wall_thickness),
        centre,
        rotation,
    )


def wheel_surfaces(geometry: HeadGeometry) -> tuple[Primitive, ...]:
    """Hub and paddles of both wheels; the paddles run from hub to tip and yield as bristles."""
    p = geometry.sampler
    r = 0.5 * p.paddle_thickness
    half = np.array([0.5 * (p.wheel_radius - r - p.hub_radius), 0.5 * p.wheel_length - r, 0.0])
    surfaces = []
    for link in (WHEEL_LEFT, WHEEL_RIGHT):
        surfaces.append(
            Primitive(
                link=link,
                part="hub",
                kind=PrimitiveKind.CYLINDER,
                size=(p.hub_radius, 0.5 * p.wheel_length, 0.0),
                position=(0.0, 0.0, 0.0),
                rotation=FACING_Y,
                friction_coefficient=p.friction_coefficient,
                restitution=p.restitution,
            )
        )
        for angle in 2.0 * np.pi * np.arange(p.paddle_count) / p.paddle_count:
            radial = np.cos(angle) * X + np.sin(angle) * Z
            rotation = np.column_stack([radial, Y, np.cross(radial, Y)])
            centre = (p.hub_radius + half[0]) * radial
            surfaces.append(
                _plate(p, link, "paddle", (half, r), centre, rotation, p.bristle_stiffness)
            )
    return tuple(surfaces)


def flap_surface(geometry: HeadGeometry) -> Primitive:
    """Flap, centred in its own link."""
    p = geometry.sampler
    r = 0.5 * p.flap_thickness
    half_x = 0.5 * p.inlet_width + FLAP_OVERLAP
    half = np.array([half_x - r, 0.5 * geometry.flap_travel - r, 0.0])
    return _plate(p, FLAP, "flap", (half, r), np.zeros(3), FACING_Z)


def rim_points(geometry: HeadGeometry) -> FloatArray:
    """Corners and mid-sides [m] of the housing's rim in the head's frame, shape (8, 3)."""
    t, z = geometry.sampler.wall_thickness, geometry.rim - geometry.centre
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    return np.array([[i * (geometry.half_x + t), j * (geometry.half_y + t), z] for i, j in steps])


def _plate(
    p: BrushWheelsParameters,
    link: int,
    part: str,
    size: tuple[FloatArray, float],
    centre: FloatArray,
    rotation: FloatArray,
    bristle_stiffness: float = 0.0,
) -> Primitive:
    (half_x, half_y, _), sweep = size
    x, y, z = (float(value) for value in centre)
    return Primitive(
        link=link,
        part=part,
        kind=PrimitiveKind.PLATE,
        size=(float(half_x), float(half_y), sweep),
        position=(x, y, z),
        rotation=rotation,
        friction_coefficient=p.friction_coefficient,
        restitution=p.restitution,
        bristle_stiffness=bristle_stiffness,
    )
