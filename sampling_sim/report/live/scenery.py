"""What a run looks like, as plain data: solids of the links and the ground, the grains' radii.

Surfaces that grains meet are shown as they are computed, the rest of the craft as the boxes of its
outline.  Walls of the container on the viewer's side are marked, to be left out or seen through.
Frame P, SI; the viewer looks along +y, turned by `YAW`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Box, Design, Ring
from sampling_sim.mechanism.wings import WINGS
from sampling_sim.recording.snapshots import Frame
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind
from sampling_sim.simulation import Simulation
from sampling_sim.world._bullet import FIELD_OF_VIEW, Colour, View

GRAIN: Colour = (0.62, 0.57, 0.50, 1.0)
SAMPLE: Colour = (0.93, 0.47, 0.10, 1.0)
"""Grains in the container; told from the others by lightness and saturation, too."""
GROUND: Colour = (0.30, 0.29, 0.28, 1.0)
STRUCTURE: Colour = (0.74, 0.76, 0.79, 1.0)
HEAD: Colour = (0.42, 0.56, 0.72, 1.0)
MOVING: tuple[Colour, ...] = (
    (0.13, 0.53, 0.20, 1.0), (0.67, 0.20, 0.47, 1.0), (0.80, 0.73, 0.27, 1.0),
    (0.40, 0.80, 0.93, 1.0),
)  # fmt: skip
"""Parts that hang on the head, by name; of Tol's bright scheme, told apart by the colour-blind."""
YAW, PITCH = 20.0, -16.0
"""[°] of the camera; chosen: a corner of the bed in front, the surface seen from above."""
EDGE = 0.002
"""[m] half thickness of the bars around the bed; chosen."""
SLAB = 0.015
"""[m] thickness of the rock shown under the bed; chosen."""
ROOM = 0.95
"""Share of a picture that bed and head may fill; chosen."""
LEAST_HEIGHT = 0.4
"""[1] of the bed's width: what is over the ground and seen at the least; chosen."""
GROUND_LINK = -1


@dataclass(frozen=True, eq=False)
class Solid:
    """A rigid part of one colour."""

    link: int
    """Index of the link that carries it; `GROUND_LINK`: nothing moves it."""
    triangles: FloatArray
    """[m] wound outward, in the link's frame, or P for the ground, shape (t, 3, 3)."""
    colour: Colour
    is_in_front: bool = False
    """Hides the sample from the viewer."""


@dataclass(frozen=True, eq=False)
class Scenery:
    """All that does not change in a run."""

    solids: tuple[Solid, ...]
    radius: FloatArray
    """[m] of the grains, shape (n,)."""
    width: float
    """[m] across what the sampler can touch."""
    floor: float
    """[m] height of the bed's floor, negative."""
    head: int
    """Index of the head's link."""
    head_corners: FloatArray
    """[m] of a box around the head, in its frame, shape (8, 3); of a craft on legs (0, 3)."""
    ground_corners: FloatArray
    """[m] of a box around the bed, shape (8, 3)."""

    def view(self, frame: Frame, shape: float, field_of_view: float = FIELD_OF_VIEW) -> View:
        """Where to look from, to have bed and head in a picture.

        It is `shape` times as wide as high, and as high as `field_of_view` [°] shows.
        """
        turn = Rotation.from_quat(frame.link_orientation[self.head]).as_matrix()
        head = frame.link_position[self.head] + self.head_corners @ turn.T
        top = np.array([[0.0, 0.0, LEAST_HEIGHT * self.width]])
        points = np.concatenate([head, self.ground_corners, top])
        heights = np.linspace(points[:, 2].min(), points[:, 2].max(), 41)
        half = ROOM * float(np.tan(np.radians(0.5 * field_of_view)))
        distance, height = min((_distance(points, z, shape, half), z) for z in heights)
        return View((0.0, 0.0, float(height)), distance, YAW, PITCH)


def scenery_of(simulation: Simulation) -> Scenery:
    """Scenery of a simulation at release."""
    design, bed = simulation.design, simulation.bed
    solids = [*_craft(design)]
    touching = [s for s in solids if s.link in {p.link for p in design.primitives}]
    state = simulation.world.state()
    corners = [state.place(s.link, s.triangles.reshape(-1, 3)) for s in touching]
    spread = float(np.ptp(np.concatenate(corners)[:, :2], axis=0).max()) if corners else 0.0
    size = (bed.parameters.width_x, bed.parameters.width_y)
    if not len(bed.radius):
        size = (max(*size, 1.4 * spread), max(*size, 1.4 * spread))
    head = [s.triangles.reshape(-1, 3) for s in touching if s.link == design.head]
    ground = list(_ground(*size, bed.floor))
    return Scenery(
        solids=(*solids, *ground),
        radius=bed.radius,
        width=max(size),
        floor=bed.floor,
        head=design.head,
        head_corners=_around(np.concatenate(head)) if head else np.zeros((0, 3)),
        ground_corners=_around(np.concatenate([s.triangles.reshape(-1, 3) for s in ground])),
    )


def _around(points: FloatArray) -> FloatArray:
    """Corners of the box around points (n, 3), shape (8, 3)."""
    ends = np.stack([points.min(axis=0), points.max(axis=0)])
    return np.array([[ends[i, 0], ends[j, 1], ends[k, 2]] for i, j, k in np.ndindex(2, 2, 2)])


def camera_axes() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Directions to the right, up and away from the viewer, each shape (3,)."""
    yaw, pitch = np.radians(YAW), np.radians(PITCH)
    right = np.array([np.cos(yaw), np.sin(yaw), 0.0])
    away = np.array([-np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)])
    return right, np.cross(right, away), away


def _distance(points: FloatArray, height: float, shape: float, half: float) -> float:
    """Least distance [m] at which a camera that looks at (0, 0, height) sees all points (n, 3).

    `half` is the tangent of half the angle that the picture's height may fill.
    """
    right, up, away = camera_axes()
    place = points - np.array([0.0, 0.0, height])
    seen = np.maximum(np.abs(place @ right) / shape, np.abs(place @ up))
    return float((seen / half - place @ away).max())


def _craft(design: Design) -> Iterator[Solid]:
    """Solids of the links."""
    from sampling_sim.report.design_picture import box_triangles, triangles_of

    for primitive in design.primitives:
        colour = _colour(design, primitive.link)
        triangles = triangles_of(primitive)
        if primitive.kind == PrimitiveKind.MESH:
            triangles = _two_sided(triangles, primitive.size[0])
        is_front = _is_in_front(design, primitive, triangles)
        for front in (False, True):
            if (is_front == front).any():
                yield Solid(primitive.link, triangles[is_front == front], colour, front)
    drawn = {primitive.link for primitive in design.primitives}
    for box in design.outline:
        if box.link not in drawn:
            triangles = box_triangles(box.centre, box.half_extents)
            yield Solid(box.link, triangles, _colour(design, box.link))


def _colour(design: Design, link: int) -> Colour:
    """Colour of a link: structure, head, or by the kind of part that hangs on the head."""
    hanging = [i for i in design.carried_by(design.head) if design.links[i].name not in WINGS]
    if link == 0 or link not in hanging:
        return STRUCTURE
    if link == design.head:
        return HEAD
    kinds = [design.links[i].name.split("_")[0] for i in hanging if i not in {0, design.head}]
    kind = design.links[link].name.split("_")[0]
    return MOVING[list(dict.fromkeys(kinds)).index(kind) % len(MOVING)]


def _is_in_front(design: Design, primitive: Primitive, triangles: FloatArray) -> FloatArray:
    """Mask (t,) of the triangles between viewer and container; of a mesh each, else all or none."""
    volume = design.container
    if volume is None or primitive.link != volume.link:
        return np.zeros(len(triangles), dtype=bool)
    x, y = np.moveaxis(triangles[:, :, :2] - np.array(volume.centre[:2]), 2, 0)
    if isinstance(volume, Ring):
        outside = np.hypot(x, y) > 0.95 * volume.outer_radius
        beyond = (outside & (y < -0.3 * volume.outer_radius)).all(axis=1)
    else:
        beyond = (y < -0.9 * volume.half_extents[1]).all(axis=1)
    if primitive.kind == PrimitiveKind.MESH:
        return np.asarray(beyond)
    return np.full(len(triangles), beyond.all())


def _two_sided(sheet: FloatArray, half_thickness: float) -> FloatArray:
    """Triangles of both sides of a sheet, each wound outward, shape (2 t, 3, 3)."""
    normal = np.cross(sheet[:, 1] - sheet[:, 0], sheet[:, 2] - sheet[:, 0])
    shift = half_thickness * normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return np.concatenate([sheet + shift[:, None], (sheet - shift[:, None])[:, ::-1]])


def _ground(width_x: float, width_y: float, floor: float) -> Iterator[Solid]:
    """Rock under the bed, and bars around it at the undisturbed surface."""
    from sampling_sim.report.design_picture import box_triangles

    half_x, half_y = 0.5 * width_x, 0.5 * width_y
    parts = [Box(
        link=0, centre=(0.0, 0.0, floor - 0.5 * SLAB), half_extents=(half_x, half_y, 0.5 * SLAB)
    )]  # fmt: skip
    if floor < 0.0:
        for side in (-1.0, 1.0):
            along_x = (half_x + 2 * EDGE, EDGE, EDGE), (0.0, side * (half_y + EDGE), 0.0)
            along_y = (EDGE, half_y, EDGE), (side * (half_x + EDGE), 0.0, 0.0)
            parts += [Box(link=0, centre=c, half_extents=h) for h, c in (along_x, along_y)]
    for part in parts:
        yield Solid(GROUND_LINK, box_triangles(part.centre, part.half_extents), GROUND)
