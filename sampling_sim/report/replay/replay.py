"""`write_replay`: a recorded case as a page that plays it, with everything it needs inside."""

import base64
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import FloatArray
from sampling_sim.errors import BadInput
from sampling_sim.recording.snapshots import SPEED_STEP
from sampling_sim.report.replay.measures import grain_masses, net_force, scale_top
from sampling_sim.report.replay.payload import Quantised, packed, quantised, speed_numbers
from sampling_sim.report.replay.recorded_case import RecordedCase, read_recorded_case
from sampling_sim.report.replay.surfaces import (
    Surface,
    craft_radius,
    craft_surfaces,
    head_top,
    near_radius,
)
from sampling_sim.report.replay.trace import COLUMNS, shown_series, trace_picture
from sampling_sim.report.replay.wording import facts, spoken_summary
from sampling_sim.sequence.phases import Phase
from sampling_sim.store import check_names_file
from sampling_sim.store.writing import written_whole

SUFFIX = ".html"
MODULES = {
    "three": "three/three.module.min.js",
    "three/orbit": "three/OrbitControls.js",
    "replay/data": "player/data.js",
    "replay/craft": "player/craft.js",
    "replay/grains": "player/grains.js",
    "replay/stage": "player/stage.js",
    "replay/playback": "player/playback.js",
    "replay/page": "player/page.js",
}
"""Name under which a module of the page imports another → its file."""
WIDE, NARROW = (9.6, 2.6), (3.7, 3.0)
"""[in] sizes of the trace's picture; chosen: text stays legible at 1280 and at 390 px."""
PALETTE = "cividis"
"""Colours of speed, force and height; made for readers who are colour-blind (Nuñez 2018)."""
LEAST_SPEED, LEAST_FORCE = 0.01, 1e-3
"""[m/s], [N] least ends of the scales; chosen: about what snapshots resolve, times ten."""


def write_replay(file: str | Path, case: int, output: str | Path) -> None:
    """Write a recorded case as one HTML page that plays it in three dimensions.

    Parameters
    ----------
    file
        Result file.
    case
        Row name: the column `case`.
    output
        Page to write, ends in .html; an older one is replaced.

    Raises
    ------
    BadInput
        If the output cannot be a page, or the case was made by another version of the craft.
    StoreError
        If the file cannot be read, has no such case, the case was not recorded, which the message
        says how to do, or the page cannot be written; what was there is kept.
    """
    file, output = Path(file), Path(output)
    _check_output(output, file)
    text = replay_page(read_recorded_case(file, case))
    with written_whole(output) as page:
        page.write(text.encode("utf-8", "backslashreplace"))


def replay_page(found: RecordedCase) -> str:
    """HTML text of the page of a case."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("sampling_sim.report.replay", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    snapshots = found.snapshots
    table = shown_series(found.series, snapshots.time)
    surfaces = craft_surfaces(found.design)
    positions = quantised(snapshots.position)
    payload = packed(_arrays(found, positions, surfaces, table))
    end = float(max(snapshots.time[-1], table[0, -1]))
    return environment.get_template("replay.html").render(
        title=f"Replay of case {found.number}",
        file=found.file.name,
        summary=spoken_summary(found, table),
        facts=facts(found, table),
        scene=_scene(found, positions, surfaces, end) | {"blocks": payload.blocks},
        payload=payload.text,
        modules={name: _module(path) for name, path in MODULES.items()},
        licence=_own_file("three/LICENSE").decode(),
        wide=trace_picture(table, end, WIDE),
        narrow=trace_picture(table, end, NARROW),
        palette=_palette_stops(),
        has_force=found.inputs.regolith.shape.is_round,
        grains=len(snapshots.radius),
    )


def _check_output(output: Path, file: Path) -> None:
    """Refuse an output that cannot be written, before any work is done for it."""
    if output.suffix.lower() != SUFFIX:
        raise BadInput(f"-o {output}: must be the name of a page, as replay.html")
    check_names_file(output)
    if output.resolve() == file.resolve():
        raise BadInput(f"-o {output}: is the file to read; choose another name")
    folder = next(folder for folder in output.absolute().parents if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadInput(f"-o {output}: cannot write here: {error.strerror}") from None


def _arrays(
    found: RecordedCase, positions: Quantised, surfaces: list[Surface], table: FloatArray
) -> Mapping[str, NDArray[Any]]:
    """Name the arrays that the page carries."""
    snapshots = found.snapshots
    triangles = [surface.triangles.reshape(-1) for surface in surfaces]
    return {
        "position": positions.numbers,
        "speed": speed_numbers(snapshots.speed),
        "radius": snapshots.radius.astype("<f4"),
        "collected": snapshots.collected.astype(np.uint8),
        "frame_time": snapshots.time.astype("<f8"),
        "link_position": snapshots.link_position.astype("<f4"),
        "link_orientation": snapshots.link_orientation.astype("<f4"),
        "triangles": np.concatenate([*triangles, np.zeros(0)]).astype("<f4"),
        "series": table.astype("<f8"),
        "palette": (255.0 * mpl.colormaps[PALETTE](np.linspace(0, 1, 256))[:, :3]).astype(np.uint8),
    }


def _scene(
    found: RecordedCase, positions: Quantised, surfaces: list[Surface], end: float
) -> dict[str, Any]:
    """Numbers and names beside the arrays."""
    snapshots, regolith, design = found.snapshots, found.inputs.regolith, found.design
    mass = grain_masses(found.inputs, snapshots.radius.astype(float))
    force = np.zeros(1)
    if mass is not None:
        force = net_force(positions, snapshots.time, mass, regolith.period)
    depth = regolith.depth if regolith.surface == "grains" else 0.0
    half = 0.5 * float(np.hypot(regolith.width_x, regolith.width_y))
    return {
        "case": found.number,
        "frames": len(snapshots.time),
        "grains": len(snapshots.radius),
        "links": list(snapshots.link_names),
        "origin": positions.origin.tolist(),
        "step": positions.step,
        "speed_step": SPEED_STEP,
        "density": None if mass is None else regolith.grain_density,
        "period": regolith.period,
        "end": end,
        "columns": list(COLUMNS),
        "phases": [str(phase) for phase in Phase],
        "surfaces": [
            {"link": s.link, "kind": s.kind, "colour": s.colour, "count": len(s.triangles)}
            for s in surfaces
        ],
        "bed": {"x": regolith.width_x, "y": regolith.width_y, "depth": depth},
        "head": design.head,
        "head_top": head_top(design),
        "near": max(half, near_radius(design)) if snapshots.radius.size else near_radius(design),
        "far": craft_radius(design),
        "scales": {
            "speed": [0.0, scale_top(snapshots.speed.astype(float), LEAST_SPEED)],
            "force": [0.0, scale_top(force, LEAST_FORCE)],
            "height": [-depth or -0.1, max(depth, 0.1)],
        },
    }


def _module(path: str) -> str:
    """Address of a module that lies in the page itself."""
    return "data:text/javascript;base64," + base64.b64encode(_own_file(path)).decode("ascii")


def _own_file(path: str) -> bytes:
    return files("sampling_sim.report.replay").joinpath(path).read_bytes()


def _palette_stops() -> str:
    """Colours of the scale as CSS has them in a gradient."""
    colours = mpl.colormaps[PALETTE](np.linspace(0.0, 1.0, 9))
    return ", ".join(mpl.colors.to_hex(colour) for colour in colours)
