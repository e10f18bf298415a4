"""Force and sinkage over time, drawn once; the page moves a cursor over the picture.

Two pictures, for wide and for narrow screens, each with where its time axis lies.
"""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sampling_sim.constants import FloatArray

ROWS = 20_000
"""Rows of the series that the page carries at most; chosen: 5 minutes at 15 ms, 1 MB."""
COLUMNS = ("time", "phase", "head_force", "sinkage", "contained_mass")
"""What the page shows of the series; `head_force` is the magnitude."""


@dataclass(frozen=True)
class TracePicture:
    """A picture of the traces."""

    address: str
    """`data:` address of an SVG."""
    left: float
    """Where the time axis begins, over the picture's width."""
    span: float
    """Length of the time axis over the picture's width."""


def shown_series(series: Mapping[str, FloatArray], frame_time: FloatArray) -> FloatArray:
    """Columns of `COLUMNS` at the times shown, shape (columns, rows).

    All rows up to `ROWS`; of more, rows at equal distances, those of the snapshots and the largest
    force.
    """
    force = np.linalg.norm([series[f"head_force_{axis}"] for axis in "xyz"], axis=0)
    sinkage = np.maximum(-series["rim_height"], 0.0)
    time = series["time"]
    table = np.array([time, series["phase"], force, sinkage, series["contained_mass"]])
    if len(time) <= ROWS:
        return table
    even = np.linspace(0, len(time) - 1, ROWS).astype(int)
    snapshots = np.searchsorted(time, frame_time + 1e-9) - 1
    kept = np.unique([*even, *snapshots[snapshots >= 0], int(np.argmax(force))])
    return table[:, kept]


def trace_picture(table: FloatArray, end: float, size: tuple[float, float]) -> TracePicture:
    """Draw force over sinkage.

    Parameters
    ----------
    table
        As `shown_series` gives it.
    end
        [s] where the time axis ends; it begins at 0.
    size
        Width and height [in], at 96 CSS px an inch.
    """
    time, phase, force, sinkage, _ = table
    left, right = 0.62 / size[0], 1.0 - 0.12 / size[0]
    with mpl.rc_context({"font.size": 9.0, "svg.hashsalt": "replay"}):
        figure = Figure(figsize=size)
        FigureCanvasSVG(figure)
        panels: Any = figure.subplots(2, 1, sharex=True)
        low, high = 0.44 / size[1], 1.0 - 0.1 / size[1]
        figure.subplots_adjust(left=left, right=right, bottom=low, top=high, hspace=0.12)
        lines = ((force, "head force [N]", "#0072B2"), (100.0 * sinkage, "sinkage [cm]", "#D55E00"))
        for axes, (values, label, colour) in zip(panels, lines, strict=True):
            for change in time[1:][np.diff(phase) != 0]:
                axes.axvline(change, color="#bbbbbb", linewidth=0.8)
            axes.plot(time, values, color=colour, linewidth=1.1)
            axes.set_ylabel(label)
            axes.set_xlim(0.0, end)
            axes.set_ylim(bottom=0.0)
            axes.yaxis.set_label_coords(-0.42 / (size[0] * (right - left)), 0.5)
            axes.spines[["top", "right"]].set_visible(False)
        panels[-1].set_xlabel("time since release [s]")
        text = io.BytesIO()
        figure.savefig(text, format="svg", metadata={"Date": None}, transparent=True)
    coded = base64.b64encode(text.getvalue()).decode("ascii")
    return TracePicture(f"data:image/svg+xml;base64,{coded}", left, right - left)
