"""A figure of each case of the validation, from its rows and from nothing else."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

COLOURS = {"agrees": "#2e7d32", "disagrees": "#c62828", "cannot tell": "#757575"}
TRENDS = dict(
    zip(("trend seen", "trend contradicted", "trend not shown"), COLOURS.values(), strict=True)
)
REACH = 3.0
"""Shares beyond this are drawn at the edge, as an arrow."""


def picture_name(case: str) -> str:
    """File name of a case's figure: by its number."""
    return f"validation-{case.split(maxsplit=1)[0]}.png"


def scaled(values: Sequence[float], published: float, resolution: float) -> np.ndarray:
    """Differences from the published value in shares of it, or of the resolution if one is set."""
    return (np.array(values, float) - published) / (resolution or abs(published) or 1.0)


def draw_case(rows: Sequence[Any], folder: Path) -> Path:
    """Draw published bands and simulated intervals of one case, a line a row; return the file.

    Rows without a published number are left out.
    """
    from matplotlib.figure import Figure

    rows = [r for r in rows if np.isfinite(r.published)]
    figure = Figure(figsize=(8.0, 0.9 + 0.42 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for place, r in enumerate(reversed(rows)):
        band = scaled(r.band, r.published, r.resolution).clip(-REACH, REACH)
        axes.barh(place, band[1] - band[0] or 0.01, left=band[0], height=0.6, color="#bbdefb")
        ends = scaled([*r.interval, r.simulated], r.published, r.resolution)
        if np.isfinite(ends).all():
            colour, inside = (COLOURS | TRENDS)[r.verdict], ends.clip(-REACH, REACH)
            axes.plot(inside[:2], [place, place], color=colour, lw=2.0)
            mark = "o" if abs(ends[2]) <= REACH else "<>"[int(ends[2] > 0.0)]
            axes.plot(inside[2], place, mark, color=colour, ms=5.0)
    names = [textwrap.shorten(r.quantity, 62, placeholder=" …") for r in reversed(rows)]
    axes.set_yticks(range(len(rows)), names, fontsize=7)
    axes.axvline(0.0, color="#1565c0", lw=0.8)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, -0.3), max(high, 0.3))
    words = "simulated less published, in shares of it (of the resolution, if one is set)"
    axes.set_xlabel(words, fontsize=8)
    axes.tick_params(axis="x", labelsize=7)
    for verdict, colour in COLOURS.items():
        axes.plot([], [], "o-", color=colour, label=verdict)
    axes.barh(0, 0, color="#bbdefb", label="published band")
    figure.legend(loc="outside upper right", ncols=4, fontsize=7, frameon=False)
    path = folder / picture_name(rows[0].case)
    folder.mkdir(exist_ok=True)
    figure.savefig(path, dpi=90, metadata={"Software": None})
    return path
