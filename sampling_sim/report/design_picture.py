"""Picture of a mechanism: the whole craft and its sampler, from the side and from the front.

In: a `Design`; out: a PNG.  Surfaces that grains meet are drawn as they are computed, the rest of
the craft as the boxes of its outline.
"""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from scipy.spatial import ConvexHull

from sampling_sim.constants import FloatArray
from sampling_sim.errors import BadInput
from sampling_sim.mechanism.base import Box, Design
from sampling_sim.mechanism.poses import placed_links
from sampling_sim.mechanism.wings import WINGS
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind

VIEWS = (("x", 0, 1, 1.0), ("y", 1, 0, -1.0))
"""Name and index of the level axis shown, axis looked along, and the sign of the viewer on it."""
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
"""By link, in turn; Tol's bright scheme, told apart by the colour-blind."""
MARGIN = 0.08
"""Room around what is drawn, over its size; chosen."""


def draw_design(file: Path, design: Design, title: str) -> None:
    """Draw a design into a PNG file, every joint where a run starts it.

    Raises
    ------
    BadInput
        If the suffix is not .png or the file cannot be written.
    """
    if file.suffix.lower() != ".png":
        raise BadInput(f"{file}: must end in .png")
    centre, turn = placed_links(design, design.start)
    figure = Figure(figsize=(12.0, 11.0), dpi=110)
    canvas = FigureCanvasAgg(figure)
    figure.suptitle(title)
    craft = [
        _placed(box_triangles(b.centre, b.half_extents), b.link, centre, turn)
        for b in design.outline
    ]
    carried = {i for i in design.carried_by(design.head) if design.links[i].name not in WINGS}

    def near_by(box: Box) -> bool:
        """Whether a box hangs on the head; of a craft on legs, all but the bus and its wings."""
        return box.link in carried and box.link != 0

    parts = [
        (p.link, p.part, _placed(triangles_of(p), p.link, centre, turn)) for p in design.primitives
    ]
    for column, view in enumerate(VIEWS):
        whole: Any = figure.add_subplot(2, 2, column + 1)
        for box, shape in zip(design.outline, craft, strict=True):
            _draw(whole, shape, view, COLOURS[box.link % len(COLOURS)], 0.35)
        _finish(whole, np.concatenate(craft), view, "whole craft")
        near: Any = figure.add_subplot(2, 2, column + 3)
        hanging = [shape for box, shape in zip(design.outline, craft, strict=True) if near_by(box)]
        for shape in hanging:
            _draw(near, shape, view, "#dddddd", 0.4)
        for link, _, shape in sorted(parts, key=lambda part: _depth(part[2], view)):
            _draw(near, shape, view, COLOURS[link % len(COLOURS)], 0.55)
        _draw_container(near, design, centre, turn, view)
        _name_links(near, design, sorted({link for link, *_ in parts}))
        shown = np.concatenate([*(shape for *_, shape in parts), *hanging])
        _finish(near, shown, view, "what grains meet, in colour")
    figure.tight_layout()
    try:
        canvas.print_png(str(file))
    except OSError as error:
        raise BadInput(f"{file}: cannot be written: {error.strerror}") from None


def triangles_of(primitive: Primitive) -> FloatArray:
    """Triangles [m] of a primitive's surface in its link's frame, shape (t, 3, 3)."""
    from trimesh.creation import cylinder

    size = primitive.size
    if primitive.kind == PrimitiveKind.MESH:
        own = np.asarray(primitive.corners, float)
    elif primitive.kind == PrimitiveKind.CYLINDER:
        own = np.asarray(cylinder(radius=size[0], height=2.0 * size[1], sections=24).triangles)
    elif primitive.kind == PrimitiveKind.PLATE:
        own = box_triangles((0.0, 0.0, 0.0), (size[0] + size[2], size[1] + size[2], size[2]))
    else:
        own = box_triangles((0.0, 0.0, 0.0), size)
    return np.asarray(own @ primitive.rotation.T + np.array(primitive.position))


def box_triangles(
    centre: tuple[float, float, float], half: tuple[float, float, float]
) -> FloatArray:
    """Triangles [m] of a box of a centre and half extents, shape (12, 3, 3)."""
    from trimesh.creation import box

    return np.asarray(box(extents=2.0 * np.array(half)).triangles) + np.array(centre)


def _placed(shape: FloatArray, link: int, centre: FloatArray, turn: FloatArray) -> FloatArray:
    return np.asarray(centre[link] + shape @ turn[link].T)


def _depth(shape: FloatArray, view: tuple[str, int, int, float]) -> float:
    return float(shape[:, :, view[2]].mean()) * -view[3]


def _draw(
    axes: Any, shape: FloatArray, view: tuple[str, int, int, float], colour: str, alpha: float
) -> None:
    """Draw triangles, those far from the viewer first."""
    _, across, along, sign = view
    order = np.argsort(-sign * shape[:, :, along].mean(axis=1))
    flat: Any = shape[order][:, :, [across, 2]]
    axes.add_collection(
        PolyCollection(flat, facecolors=colour, edgecolors="k", linewidths=0.15, alpha=alpha)
    )


def _draw_container(
    axes: Any,
    design: Design,
    centre: FloatArray,
    turn: FloatArray,
    view: tuple[str, int, int, float],
) -> None:
    """Outline of the container's volume, hatched; of a ring, the box around it."""
    volume = design.container
    if volume is None:
        return
    if isinstance(volume, Box):
        half = volume.half_extents
    else:
        half = (volume.outer_radius, volume.outer_radius, volume.half_height)
    shape = _placed(box_triangles(volume.centre, half), volume.link, centre, turn)
    seen = shape.reshape(-1, 3)[:, [view[1], 2]]
    edge = seen[ConvexHull(seen).vertices]
    axes.add_collection(PolyCollection([edge], facecolors="none", edgecolors="k", hatch="//"))


def _name_links(axes: Any, design: Design, links: list[int]) -> None:
    """Say which colour is which link."""
    for link in links:
        axes.plot([], [], "s", color=COLOURS[link % len(COLOURS)], label=design.links[link].name)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=7)


def _finish(axes: Any, shape: FloatArray, view: tuple[str, int, int, float], title: str) -> None:
    name, across, _, _ = view
    for setter, axis in ((axes.set_xlim, across), (axes.set_ylim, 2)):
        low, high = float(shape[:, :, axis].min()), float(shape[:, :, axis].max())
        room = MARGIN * (high - low) + 1e-3
        setter(low - room, high + room)
    axes.set_aspect("equal")
    axes.set_xlabel(f"{name} [m]")
    axes.set_ylabel("z [m]")
    axes.set_title(title)
