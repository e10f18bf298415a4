"""The craft as coloured triangles on its links, and the sizes from which views follow.

Surfaces that grains meet are those of the solver; the rest of the craft is the boxes of its
outline, wings as discs.  Every triangle is in the frame of its link.  SI.
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Box, Design, Ring
from sampling_sim.mechanism.poses import placed_links
from sampling_sim.mechanism.wings import WINGS
from sampling_sim.report.design_picture import COLOURS, box_triangles, triangles_of

ROUND = 32
"""Sides of what is round; chosen: smooth at a phone's size."""
PLAIN = "#8d949c"
"""Colour of what grains do not meet; chosen: grey, as no measure is shown in it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface:
    """Part of one link."""

    link: int
    kind: str
    """`touching` if grains meet it, `outline` if not, `container` for the sample's volume."""
    colour: str
    triangles: FloatArray
    """[m] in the link's frame, shape (t, 3, 3)."""


def craft_surfaces(design: Design) -> list[Surface]:
    """Everything that is drawn of a craft, link by link."""
    found = []
    touching = sorted({primitive.link for primitive in design.primitives})
    for link in touching:
        parts = [triangles_of(p) for p in design.primitives if p.link == link]
        colour = COLOURS[link % len(COLOURS)]
        found.append(
            Surface(link=link, kind="touching", colour=colour, triangles=np.concatenate(parts))
        )
    for box in design.outline:
        if box.link in touching:  # its box is around what is drawn
            continue
        shape = _disc(box) if design.links[box.link].name in WINGS else _box(box)
        found.append(Surface(link=box.link, kind="outline", colour=PLAIN, triangles=shape))
    if design.container is not None:
        volume = design.container
        shape = _box(volume) if isinstance(volume, Box) else _ring(volume)
        found.append(Surface(link=volume.link, kind="container", colour="#000000", triangles=shape))
    return found


def near_radius(design: Design) -> float:
    """Distance [m] from the head's centre within which the surfaces that grains meet lie."""
    centre, turn = placed_links(design, design.start)
    points = [
        centre[p.link] + triangles_of(p).reshape(-1, 3) @ turn[p.link].T for p in design.primitives
    ]
    if not points:
        return 0.0
    return float(np.linalg.norm(np.concatenate(points) - centre[design.head], axis=1).max())


def craft_radius(design: Design) -> float:
    """Distance [m] from the bus's centre within which the whole craft lies."""
    centre, turn = placed_links(design, design.start)
    corners = [centre[box.link] + box.corners() @ turn[box.link].T for box in design.outline]
    return float(np.linalg.norm(np.concatenate(corners) - centre[0], axis=1).max())


def head_top(design: Design) -> float:
    """Height [m] of the head's own surfaces over its centre, in its frame."""
    tops = [triangles_of(p)[..., 2].max() for p in design.primitives if p.link == design.head]
    return float(max(tops, default=0.0))


def _box(box: Box) -> FloatArray:
    return box_triangles(box.centre, box.half_extents)


def _disc(box: Box) -> FloatArray:
    from trimesh.creation import cylinder

    half_x, _, half_z = box.half_extents
    mesh = cylinder(radius=half_x, height=2.0 * half_z, sections=ROUND)
    return np.asarray(mesh.triangles) + box.centre


def _ring(ring: Ring) -> FloatArray:
    from trimesh.creation import annulus

    mesh = annulus(ring.inner_radius, ring.outer_radius, 2.0 * ring.half_height, sections=ROUND)
    return np.asarray(mesh.triangles) + ring.centre
