"""Pictures of a run's key moments: what was seen, its caption, and the force until then.

In: `KeyMoments` of a finished case; out: a folder with a PNG each, and `overview.png` with all.
Drawn by PyBullet on the processor, so that no display is needed.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.errors import BadInput
from sampling_sim.report.live.scene import Scene
from sampling_sim.report.live.scenery import GRAIN, SAMPLE
from sampling_sim.report.live.sight import KeyMoments, Moment
from sampling_sim.world._bullet import Stage

SIZE = (1280, 760)
"""Pixels of what is seen; chosen: a grain of 2 cm has 30."""
FINER = 2
"""Times as fine as it is drawn, then averaged: smooth edges."""
DPI = 100
OVERVIEW = "overview.png"
COLUMNS = 3
"""Pictures side by side in the overview."""

Pixels = NDArray[np.uint8]


def check_picture_folder(folder: Path) -> None:
    """Refuse a folder that holds something or cannot be made, before any work is done for it."""
    if folder.suffix.lower() == ".png":
        raise BadInput(f"--png {folder}: is a folder for several pictures; leave out .png")
    try:
        if folder.exists() and not folder.is_dir():
            raise BadInput(f"--png {folder}: exists already, and is not a folder")
        if folder.exists() and any(folder.iterdir()):
            raise BadInput(f"--png {folder}: holds something already; choose another name")
        nearest = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise BadInput(f"--png {folder}: cannot write here: {error.strerror}") from None


def draw_moments(folder: Path, seen: KeyMoments, title: str) -> list[Path]:
    """Draw the key moments of a case into a folder, all or none.

    Parameters
    ----------
    folder
        New or empty; a new one is made with its parents, once all are drawn.
    seen
        What was kept of the case; of one that never was released there is nothing to draw.
    title
        Written over each picture.

    Returns
    -------
    The pictures in the order of time, as `01_release.png`, then `overview.png`.

    Raises
    ------
    BadInput
        If the folder cannot be written, or holds something by now.
    """
    if seen.scenery is None:
        return []
    moments = seen.moments()
    views = _views(seen, moments)
    names = [f"{k:02d}_{'+'.join(m.names)}.png" for k, m in enumerate(moments, start=1)]
    try:
        with _filled(folder) as half:
            for name, moment, view in zip(names, moments, views, strict=True):
                _draw_moment(half / name, seen, moment, view, title)
            _draw_overview(half / OVERVIEW, seen, moments, views, title)
    except OSError as error:
        raise BadInput(f"--png {folder}: cannot be written: {error.strerror}") from None
    return [folder / name for name in (*names, OVERVIEW)]


@contextmanager
def _filled(folder: Path) -> Iterator[Path]:
    """Give a place to draw in, the files of which are in the folder once the block is left.

    A folder that is there is kept: it may be a link, a mounted disk, or where we stand.
    """
    is_there, whole = folder.is_dir(), folder.absolute()
    half = (whole if is_there else whole.parent) / f".{whole.name}.{os.getpid()}.tmp"
    try:
        shutil.rmtree(half, ignore_errors=True)  # of a killed process that had our number
        half.mkdir(parents=True)
        yield half
        if not is_there:
            half.replace(folder)
        elif [*folder.iterdir()] != [folder / half.name]:
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
        else:
            for file in half.iterdir():
                file.replace(folder / file.name)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _views(seen: KeyMoments, moments: Sequence[Moment]) -> list[Pixels]:
    """Pixels of each moment, shapes (height, width, 3)."""
    assert seen.scenery is not None
    stage, (width, height) = Stage(), SIZE
    try:
        scene, found = Scene(stage, seen.scenery, cut_open=True), []
        for moment in moments:
            scene.show(moment.sight)
            view = seen.scenery.view(moment.sight.frame, width / height)
            fine = stage.picture(view, (FINER * width, FINER * height))
            blocks = fine.reshape(height, FINER, width, FINER, 3)
            found.append(blocks.mean(axis=(1, 3)).astype(np.uint8))
    finally:
        stage.close()
    return found


def _draw_moment(file: Path, seen: KeyMoments, moment: Moment, view: Pixels, title: str) -> None:
    """One moment: title and caption, what was seen, the force with a mark."""
    figure, canvas = _figure(SIZE[0], SIZE[1] + 230)
    tall = SIZE[1] + 230
    axes: Any = figure.add_axes((0.0, 160 / tall, 1.0, SIZE[1] / tall))
    axes.imshow(view)
    axes.set_axis_off()
    said = f"{title}: {_said(moment)}"
    figure.text(0.02, 1 - 24 / tall, said, fontsize=13, va="center", parse_math=False)
    figure.text(0.02, 1 - 52 / tall, moment.sight.caption, fontsize=11, va="center", color="0.3")
    _draw_key(figure)
    trace: Any = figure.add_axes((0.07, 48 / tall, 0.91, 104 / tall))
    _draw_force(trace, seen)
    trace.axvline(moment.sight.frame.time, color="k", linewidth=1.0)
    trace.plot(moment.sight.frame.time, moment.sight.force, "o", color="k", clip_on=False)
    canvas.print_png(str(file))


def _draw_overview(
    file: Path, seen: KeyMoments, moments: Sequence[Moment], views: Sequence[Pixels], title: str
) -> None:
    """All moments on one sheet, over the force with their numbers."""
    rows = -(-len(views) // COLUMNS)
    wide = 1500
    cell = wide // COLUMNS, round(wide / COLUMNS * SIZE[1] / SIZE[0]) + 44
    tall = rows * cell[1] + 240
    figure, canvas = _figure(wide, tall)
    figure.text(0.01, 1 - 22 / tall, title, fontsize=13, va="center", parse_math=False)
    _draw_key(figure)
    for k, (moment, view) in enumerate(zip(moments, views, strict=True)):
        row, column = divmod(k, COLUMNS)
        top = tall - 44 - row * cell[1]
        place = column * cell[0], top - cell[1] + 22, cell[0] - 8, cell[1] - 44
        axes: Any = figure.add_axes(
            (place[0] / wide, place[1] / tall, place[2] / wide, place[3] / tall)
        )
        axes.imshow(view)
        axes.set_axis_off()
        said = f"{k + 1} {_said(moment)}, {moment.sight.frame.time:.2f} s"
        figure.text((place[0] + 8) / wide, (top - 10) / tall, said, fontsize=10, va="center")
    trace: Any = figure.add_axes((0.05, 48 / tall, 0.94, 120 / tall))
    _draw_force(trace, seen)
    for k, moment in enumerate(moments):
        trace.axvline(moment.sight.frame.time, color="k", linewidth=0.8)
        trace.annotate(
            str(k + 1), (moment.sight.frame.time, 1.0), xycoords=("data", "axes fraction"),
            ha="center", va="bottom", fontsize=9,
        )  # fmt: skip
    canvas.print_png(str(file))


def _said(moment: Moment) -> str:
    """Names of a moment as a person says them."""
    return ", ".join(moment.names).replace("_", " ")


def _figure(width: int, height: int) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    return figure, FigureCanvasAgg(figure)


def _draw_key(figure: Any) -> None:
    """Say which colour is which grain."""
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], marker="o", linestyle="", color=colour, label=label)
        for colour, label in ((SAMPLE, "in the container"), (GRAIN, "other grains"))
    ]
    figure.legend(handles=marks, loc="upper right", frameon=False, fontsize=10, ncols=2)


def _draw_force(axes: Any, seen: KeyMoments) -> None:
    axes.plot(seen.time, seen.force, color="#4477aa", linewidth=0.9)
    axes.set_xlim(0.0, seen.time[-1] if seen.time[-1] > 0.0 else 1.0)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("time since release [s]", fontsize=9)
    axes.set_ylabel("force of the\nground [N]", fontsize=9)
    axes.tick_params(labelsize=8)
