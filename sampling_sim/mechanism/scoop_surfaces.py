"""The scoop as grains meet it: a cup of plates with one open side, and its lid.

Frame of the scoop's link: origin at its middle, axes along S when all joints are at zero.  Then
the mouth looks down, the wrist's axis lies along y at x = +`scoop_offset`, and the lid stands open
beside the mouth, towards the wrist; half a turn about its hinge shuts it.
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Box, Inlet
from sampling_sim.mechanism.brush_parameters import CLEARANCE
from sampling_sim.mechanism.brush_surfaces import FACING_X, FACING_Y, FACING_Z
from sampling_sim.mechanism.scoop_arm_parameters import ScoopArmParameters
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind

SCOOP, LID = 3, 4
"""Link indices, after bus, upper arm and forearm."""


@dataclass(frozen=True)
class ScoopGeometry:
    """Half sizes and heights [m] of the scoop in its own frame."""

    sampler: ScoopArmParameters

    @property
    def half_inside(self) -> tuple[float, float]:
        """Half height along x and half width along y of the mouth, inner faces."""
        return 0.5 * self.sampler.scoop_height, 0.5 * self.sampler.scoop_width

    @property
    def half_outside(self) -> tuple[float, float, float]:
        """Half extents of the whole cup."""
        (x, y), t = self.half_inside, self.sampler.wall_thickness
        return x + t, y + t, 0.5 * (self.sampler.scoop_length + t)

    @property
    def mouth(self) -> float:
        """Height of the rim; the back wall's inner face is one length above."""
        return -self.half_outside[2]

    @property
    def hinge(self) -> tuple[float, float, float]:
        """Point of the lid's axis: in line with the middle of the wall next to the wrist."""
        x = self.half_inside[0] + 0.5 * self.sampler.wall_thickness
        return x, 0.0, self.mouth - CLEARANCE - 0.5 * self.sampler.lid_thickness

    @property
    def lid_length(self) -> float:
        """From the hinge to the far lip's outer face, shut."""
        return self.hinge[0] + self.half_outside[0]

    @property
    def lid_centre(self) -> tuple[float, float, float]:
        """Middle of the open lid in the scoop's frame."""
        return self.hinge[0] + 0.5 * self.lid_length, 0.0, self.hinge[2]

    @property
    def sweep_radius(self) -> float:
        """Distance of the lip's outer edge from the wrist's axis: the farthest of the cup."""
        return float(np.hypot(self.sampler.scoop_offset + self.half_outside[0], self.mouth))

    @property
    def cup(self) -> Box:
        """Outer box of the cup."""
        return Box(link=SCOOP, centre=(0.0, 0.0, 0.0), half_extents=self.half_outside)

    @property
    def lid(self) -> Box:
        """Box of the lid, on its own link."""
        half = (0.5 * self.lid_length, self.half_outside[1], 0.5 * self.sampler.lid_thickness)
        return Box(link=LID, centre=(0.0, 0.0, 0.0), half_extents=half)

    @property
    def container(self) -> Box:
        """Inside of the cup, rim to back."""
        half_x, half_y = self.half_inside
        half_z = 0.5 * self.sampler.scoop_length
        return Box(
            link=SCOOP,
            centre=(0.0, 0.0, self.mouth + half_z),
            half_extents=(half_x, half_y, half_z),
        )

    @property
    def inlet(self) -> Inlet:
        """The mouth."""
        half_x, half_y = self.half_inside
        return Inlet(link=SCOOP, centre=(0.0, 0.0, self.mouth), half_x=half_x, half_y=half_y)


def scoop_surfaces(geometry: ScoopGeometry) -> tuple[Primitive, ...]:
    """Four sides and the back of the cup, and the lid."""
    g, p = geometry, geometry.sampler
    r = 0.5 * p.wall_thickness
    x, y, top = g.half_inside[0] + r, g.half_inside[1] + r, g.half_outside[2] - r
    sides = (g.mouth + r, top)
    walls = [("scoop_back", FACING_Z, (-x, x), (-y, y), (top, top))]
    for sign in (-1.0, 1.0):
        walls += [
            ("scoop_lip", FACING_X, (sign * x, sign * x), (-y, y), sides),
            ("scoop_side", FACING_Y, (-x, x), (sign * y, sign * y), sides),
        ]
    # the lid's swept rim ends at its box
    lid_r = 0.5 * p.lid_thickness
    lid_x, lid_y = g.lid.half_extents[0] - lid_r, g.lid.half_extents[1] - lid_r
    lid = ("lid", FACING_Z, (-lid_x, lid_x), (-lid_y, lid_y), (0.0, 0.0))
    return (*(_plate(p, SCOOP, r, *wall) for wall in walls), _plate(p, LID, lid_r, *lid))


def rim_points(geometry: ScoopGeometry) -> FloatArray:
    """Corners and mid-sides [m] of the scoop's rim in its frame, shape (8, 3)."""
    half_x, half_y, _ = geometry.half_outside
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    return np.array([[i * half_x, j * half_y, geometry.mouth] for i, j in steps])


def _plate(
    p: ScoopArmParameters,
    link: int,
    sweep: float,
    part: str,
    rotation: FloatArray,
    *ranges: tuple[float, float],
) -> Primitive:
    """Plate over the ranges of x, y, z in the link's frame, one of them empty."""
    low, high = np.array(ranges).T
    half = np.abs(rotation.T @ (0.5 * (high - low)))
    x, y, z = (float(value) for value in 0.5 * (low + high))
    return Primitive(
        link=link,
        part=part,
        kind=PrimitiveKind.PLATE,
        size=(float(half[0]), float(half[1]), sweep),
        position=(x, y, z),
        rotation=rotation,
        friction_coefficient=p.friction_coefficient,
        restitution=p.restitution,
    )
