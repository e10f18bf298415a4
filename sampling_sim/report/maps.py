"""Maps of the surface: five quantities side by side, as a map and on the body from four sides.

In: a `Survey`; out: a PNG of the quantities of `map_panels.py`.
"""

from collections.abc import Sequence
from math import degrees
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sampling_sim.asteroid.surface import Surface, facing_faces
from sampling_sim.asteroid.survey import Survey
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import BadInput
from sampling_sim.report.map_panels import Panel, assumptions, panels

ROWS, COLUMNS = 360, 720
"""Of the map: half a degree; chosen: finer than a screen shows it."""

VIEWS = ((35.0, 45.0), (35.0, -135.0), (-35.0, 135.0), (-35.0, -45.0))
"""[deg] latitude and longitude of the viewer: the corners of a tetrahedron, so that no part of the
surface, poles included, is farther than 71 degrees from the middle of one view."""

SHADE = 0.25
"""Part of the brightness that a face turned away loses; chosen: form shows, colours stay."""

MARGINS = {"left": 0.035, "right": 0.985, "top": 0.92, "bottom": 0.03}


def draw_maps(file: Path, whole: Survey, marks: Sequence[tuple[float, float]] = ()) -> None:
    """Draw the five maps of a surveyed body into a PNG file.

    Parameters
    ----------
    file
        To write; its suffix must be .png.
    whole
        What is drawn.
    marks
        [rad] latitudes and longitudes of sites to mark; several are numbered from 1.

    Raises
    ------
    BadInput
        If the file is no .png or cannot be written.
    """
    if file.suffix.lower() != ".png":
        raise BadInput(f"{file}: a map is drawn as .png; end its name so")
    figure = Figure(figsize=(21.0, 14.0), dpi=100)
    FigureCanvasAgg(figure)
    figure.suptitle(f"Surface environment of {whole.shape.name}", fontsize=20, x=0.035, ha="left")
    fields = figure.add_gridspec(2, 3, wspace=0.14, hspace=0.2, **MARGINS)
    looks = [_View(whole.surface, *np.radians(view)) for view in VIEWS]
    seen = facing_faces(whole.surface, ROWS, COLUMNS)
    for k, panel in enumerate(panels(whole.environment)):
        _draw_panel(figure, fields[k // 3, k % 3], panel, seen, looks, marks)
    words = figure.add_subplot(fields[1, 2])
    words.axis("off")
    words.text(
        0.0, 0.98, "\n".join(assumptions(whole)), fontsize=14, va="top", linespacing=1.5,
        transform=words.transAxes,
    )  # fmt: skip
    try:
        figure.savefig(file)
    except OSError as error:
        raise BadInput(f"{file}: cannot write here: {error.strerror}") from None


def _draw_panel(
    figure: Figure,
    cell: Any,
    panel: Panel,
    seen: IntArray,
    looks: Sequence["_View"],
    marks: Sequence[tuple[float, float]],
) -> None:
    """Draw one quantity: the map, its scale, and the four views under it."""
    inner = cell.subgridspec(3, 4, height_ratios=(3.0, 0.1, 1.5), hspace=0.32, wspace=0.06)
    axes = figure.add_subplot(inner[0, :])
    norm = Normalize(panel.low, panel.high)
    shown = np.ma.masked_where(seen < 0, panel.values[seen])
    image = axes.imshow(
        shown, extent=(-180, 180, -90, 90), cmap=panel.colours, norm=norm, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    axes.set_title(panel.title, fontsize=14.5, loc="left")
    axes.set_xticks(range(-180, 181, 60))
    axes.set_yticks(range(-90, 91, 30))
    axes.set_xlabel("longitude [deg]", fontsize=11, labelpad=1)
    axes.set_ylabel("latitude [deg]", fontsize=11, labelpad=0)
    _draw_marks(axes, marks)
    scale = figure.colorbar(image, cax=figure.add_subplot(inner[1, :]), orientation="horizontal")
    scale.ax.tick_params(labelsize=11)
    scale.ax.set_ylabel(f"[{panel.unit}]", fontsize=13, rotation=0, ha="right", va="center")
    reach = np.max([look.reach for look in looks], axis=0)
    for k, (look, (north, east)) in enumerate(zip(looks, VIEWS, strict=True)):
        body = figure.add_subplot(inner[2, k])
        look.draw(body, image.to_rgba(panel.values), reach)
        body.set_title(f"from {north:+.0f}°, {east:+.0f}°", fontsize=12, y=-0.24)


def _draw_marks(axes: Any, marks: Sequence[tuple[float, float]]) -> None:
    """Mark sites by rings, several of them by their numbers too."""
    outline = [withStroke(linewidth=3, foreground="black")]
    for number, (lat, lon) in enumerate(marks, start=1):
        y, x = degrees(lat), (degrees(lon) + 180.0) % 360.0 - 180.0
        axes.plot(
            x, y, "o", markersize=11, markerfacecolor="none", markeredgecolor="white",
            markeredgewidth=2, clip_on=False, path_effects=outline,
        )  # fmt: skip
        if len(marks) > 1:
            axes.annotate(
                str(number), (x, y), (7 if x < 160.0 else -24, -14 if y > 0.0 else 7),
                textcoords="offset points",
                color="white", fontsize=12, path_effects=outline,
            )  # fmt: skip


class _View:
    """The faces that one viewer sees, farthest first, in his plane."""

    def __init__(self, surface: Surface, lat: float, lon: float) -> None:
        toward = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        right = np.array([-np.sin(lon), np.cos(lon), 0.0])
        plane = np.stack([right, np.cross(toward, right)], axis=1)
        facing = surface.normal @ toward
        visible = np.flatnonzero(facing > 0.0)
        self._faces = visible[np.argsort(surface.centre[visible] @ toward, kind="stable")]
        self._corners = (surface.vertices @ plane)[surface.faces[self._faces]]
        self._light = (1.0 - SHADE * (1.0 - facing[self._faces]))[:, None]
        self.reach = np.abs(self._corners).max(axis=(0, 1))

    def draw(self, axes: Any, colours: Any, reach: FloatArray) -> None:
        """Draw the faces in their colours, shape (nf, 4), as far as `reach` to each side."""
        shown = colours[self._faces].copy()
        shown[:, :3] *= self._light
        axes.add_collection(
            PolyCollection(self._corners, facecolors=shown, edgecolors=shown, linewidths=0.3)
        )
        axes.set_xlim(-reach[0], reach[0])
        axes.set_ylim(-reach[1], reach[1])
        axes.set_aspect("equal")
        axes.axis("off")
