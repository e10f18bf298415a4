"""Surfaces of the annular gas head as grains meet them, and the heights they hang from.

Frame H: origin on the head's axis at the plate's underside, axes along S.  Plate, walls and roof
are thin sheets swept by half their thickness; round ones have `FACETS` flat facets, their
corners on the circle, so they stand up to 1 - cos(180 deg / FACETS) = 0.9 % inside it.
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.gas_parameters import CLEARANCE, OVERLAP, GasHeadParameters
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind

HEAD, SLEEVE = 3, 4
"""Link indices, after bus, arm and wrist."""
FACETS = 24
"""Facets of a round wall; chosen: over the 18 that act as round (`tool_mesh_contact.py`)."""


@dataclass(frozen=True)
class HeadGeometry:
    """Heights and radii [m] in frame H, faces towards the grains where walls."""

    sampler: GasHeadParameters
    craft: CraftParameters

    @property
    def window_top(self) -> float:
        """Upper edge of the window."""
        return self.sampler.sill_height + self.sampler.inlet_height

    @property
    def sleeve_length(self) -> float:
        """Covers the window and overlaps its edges."""
        return self.sampler.inlet_height + 2.0 * OVERLAP

    @property
    def flap_travel(self) -> float:
        """Way of the sleeve from parked (its edge level with the window's upper one) to shut."""
        return self.sampler.inlet_height + OVERLAP

    @property
    def top(self) -> float:
        """Inner face of the container's top: the parked sleeve fits under it."""
        return self.window_top + self.sleeve_length + CLEARANCE

    @property
    def screen_radius(self) -> float:
        """Inner face of the outer wall, the screen, at the middle of a facet."""
        t = self.sampler.wall_thickness
        return float((self.sampler.plate_radius - 0.5 * t) * np.cos(np.pi / FACETS) - 0.5 * t)

    @property
    def height(self) -> float:
        """Outer height of the head."""
        return self.top + self.sampler.wall_thickness

    @property
    def centre(self) -> float:
        """Height of the head's centre of mass: its middle."""
        return 0.5 * self.height

    @property
    def origin_height(self) -> float:
        """Height of H's origin in S: the head's top hangs at the wrist."""
        return self.craft.wrist_height - self.height


def head_surfaces(geometry: HeadGeometry) -> tuple[Primitive, ...]:
    """Plate, outer wall, roof, wall of the throat under and over the window, and the stem."""
    g, p = geometry, geometry.sampler
    r = 0.5 * p.wall_thickness
    throat, outer, roof = p.throat_radius + r, p.plate_radius - r, g.top + r
    sheets = [
        ("plate", [(throat, r), (outer, r)]),
        ("outer_wall", [(outer, r), (outer, roof)]),
        ("roof", [(0.0, roof), (outer, roof)]),
        ("sill", [(throat, r), (throat, p.sill_height - r)]),
        ("throat_wall", [(throat, g.window_top + r), (throat, roof)]),
    ]
    if p.inlet_shut:
        sheets.append(("cover", [(throat, p.sill_height - r), (throat, g.window_top + r)]))
    stem = Primitive(
        link=HEAD,
        part="stem",
        kind=PrimitiveKind.CYLINDER,
        size=(p.stem_radius, 0.5 * (g.top - p.nozzle_height), 0.0),
        position=(0.0, 0.0, 0.5 * (g.top + p.nozzle_height) - g.centre),
        friction_coefficient=p.friction_coefficient,
        restitution=p.restitution,
    )
    return (*(_sheet(p, HEAD, part, ends, r, -g.centre) for part, ends in sheets), stem)


def sleeve_surface(geometry: HeadGeometry) -> Primitive:
    """Sleeve that shuts the window from inside the throat, centred in its own link."""
    p = geometry.sampler
    r = 0.5 * p.flap_thickness
    radius, half = p.throat_radius - CLEARANCE - r, 0.5 * geometry.sleeve_length - r
    return _sheet(p, SLEEVE, "sleeve", [(radius, -half), (radius, half)], r, 0.0)


def rim_points(geometry: HeadGeometry) -> FloatArray:
    """Points [m] around the plate's outer edge, at its underside, in the head's frame, (8, 3)."""
    angle = np.pi / 4.0 * np.arange(8)
    radius = np.full(8, geometry.sampler.plate_radius)
    return np.column_stack(
        [radius * np.cos(angle), radius * np.sin(angle), np.full(8, -geometry.centre)]
    )


def _sheet(
    p: GasHeadParameters,
    link: int,
    part: str,
    ends: list[tuple[float, float]],
    sweep: float,
    shift: float,
) -> Primitive:
    """Sheet that a line between two (radius, height) sweeps around the axis."""
    return Primitive(
        link=link,
        part=part,
        kind=PrimitiveKind.MESH,
        size=(sweep, 0.0, 0.0),
        position=(0.0, 0.0, shift),
        friction_coefficient=p.friction_coefficient,
        restitution=p.restitution,
        corners=turned_sheet(ends),
    )


def turned_sheet(ends: list[tuple[float, float]]) -> FloatArray:
    """Triangles [m] of the facets between two circles (radius, height), shape (t, 3, 3)."""
    angle = 2.0 * np.pi * np.arange(FACETS) / FACETS
    circle = np.column_stack([np.cos(angle), np.sin(angle), 0.0 * angle])
    low, high = (radius * circle + [0.0, 0.0, height] for radius, height in ends)
    low_next, high_next = np.roll(low, -1, axis=0), np.roll(high, -1, axis=0)
    upper = np.stack([low, high_next, high], axis=1)
    if ends[0][0] == 0.0:
        return upper
    return np.concatenate([np.stack([low, low_next, high_next], axis=1), upper])
