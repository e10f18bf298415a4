"""Figures in the page's layout: sober, the same for all, small in the file.

Titles stand in the text of the page, so that a screen reader and a phone have them too.
"""

import html
import re
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.report.page.parts import COLOURS

if TYPE_CHECKING:
    import plotly.graph_objects as go

MANY = 1500
"""Points from which a scatter is drawn by WebGL; chosen: SVG of twice as many takes a second."""
LETTERS = 18
"""In a line of a label; chosen: a third of a phone's width."""
INK, GRID = "#222222", "#dddddd"
STATUS_COLOURS = {
    "collected": "#009E73",
    "empty": "#999999",
    "rebounded": "#56B4E9",
    "slipped": "#0072B2",
    "anchor_lost": "#CC79A7",
    "tipped_over": "#E69F00",
    "aborted": "#D55E00",
    "timed_out": "#F0E442",
    "diverged": "#000000",
    "failed": "#000000",
}
"""Okabe and Ito's, with grey for what neither succeeded nor went wrong."""
STATUS_SYMBOLS = {
    "collected": "circle",
    "empty": "circle-open",
    "rebounded": "triangle-up",
    "slipped": "triangle-down",
    "anchor_lost": "square",
    "tipped_over": "diamond",
    "aborted": "x",
    "timed_out": "cross",
    "diverged": "star",
    "failed": "star-open",
}
"""So that colour alone tells nothing."""
STATUS_PATTERNS = {"failed": "x", "diverged": "/", "timed_out": "."}
"""Fill of what is not told apart by colour."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross")
"""Of series in turn, so that colour alone tells nothing."""


def figure(x_title: str = "", y_title: str = "") -> "go.Figure":
    """Figure without traces, in the page's layout; axis titles are plain text."""
    import plotly.graph_objects as go

    axis = {
        "gridcolor": GRID,
        "linecolor": INK,
        "zerolinecolor": GRID,
        "automargin": True,
        "ticks": "outside",
        "ticklen": 4,
    }
    return go.Figure(
        layout={
            "template": go.layout.Template(),
            "colorway": COLOURS,
            "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
            "margin": {"l": 56, "r": 16, "t": 28, "b": 48},
            "paper_bgcolor": "white",
            "plot_bgcolor": "white",
            "hoverlabel": {"bgcolor": "white", "font": {"color": INK}},
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0.0},
            "xaxis": {**axis, "title": {"text": safe(x_title)}},
            "yaxis": {**axis, "title": {"text": safe(y_title)}},
        }
    )


def status_marker(status: str) -> dict[str, Any]:
    """How bars of a status are filled."""
    return {
        "color": STATUS_COLOURS[status],
        "pattern": {"shape": STATUS_PATTERNS.get(status, "")},
        "line": {"color": "white", "width": 1},
    }


def safe(text: Any) -> str:
    """Text of a user for a figure, in which tags would be read: they are shown as they stand."""
    return html.escape(str(text), quote=False)


def wrapped(label: str) -> str:
    """Label of a bar, safe, in lines that leave room for the bar on a phone."""
    lines = [""]
    for piece in re.split(r"(?<=[\s._])", label):
        for part in textwrap.wrap(piece, LETTERS, drop_whitespace=False):
            if len(lines[-1]) + len(part.rstrip()) > LETTERS:
                lines.append("")
            lines[-1] += part
    return "<br>".join(safe(line.strip()) for line in lines if line.strip()) or " "


def label_height(label: str) -> int:
    """[CSS px] that a wrapped label needs with a little air."""
    return 14 + 17 * (1 + label.count("<br>"))


def compact(values: Any) -> NDArray[Any]:
    """Numbers to be drawn: single precision, half the size and finer than any pixel."""
    found = np.asarray(values)
    return found.astype(np.float32) if found.dtype.kind == "f" else found


def titled(name: str, unit: str) -> str:
    """Name of a column with its unit, for an axis: an outcome in words, an input as its key."""
    words = name if "." in name else name.replace("_", " ")
    return f"{words} [{unit}]" if unit else words
