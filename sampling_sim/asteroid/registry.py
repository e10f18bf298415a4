"""The registered shapes: `shapes/registry.toml`, beside the package in the source tree.

The meshes live outside the package, so the package must be run from its source tree or from an
editable install (what the Makefile makes); elsewhere only paths to mesh files work.
"""

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal

from sampling_sim.errors import ShapeError

SHAPES = Path(__file__).resolve().parents[2] / "shapes"


@dataclass(frozen=True, kw_only=True)
class RegisteredShape:
    """One entry of the registry: what a mesh file must be."""

    file: str
    """File name, beside the registry."""
    sha256: str
    """Of the file's bytes."""
    source: str
    """Where the mesh comes from."""
    licence: str
    """SPDX identifier, or the terms."""
    unit: Literal["m", "km"] | None = None
    """Unit of its coordinates; of a model without, `scale` stands in its place."""
    scale: float | None = None
    """[m] length of 1 in the file."""
    axes: str
    """Convention of the file's own axes."""
    extents: tuple[float, float, float]
    """[m] extents along x, y, z of the body frame."""
    trust: str = ""
    """How far its size and its form may be believed."""
    light_curve: str = ""
    """Amplitude it would show, beside what was observed."""


@cache
def registered_shapes() -> dict[str, RegisteredShape]:
    """Every registered shape by name; none where the source tree is absent."""
    path = SHAPES / "registry.toml"
    if not path.is_file():
        return {}
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: RegisteredShape(**{**entry, "extents": tuple(entry["extents"])})
        for name, entry in entries.items()
    }


def find_shape(name_or_path: str | Path) -> tuple[Path, RegisteredShape | None]:
    """Path of the mesh file, and its registry entry if it was asked for by name.

    Raises
    ------
    ShapeError
        If it is neither a registered name nor a file.
    """
    text, known = str(name_or_path), registered_shapes()
    if text in known:
        return SHAPES / known[text].file, known[text]
    path = Path(name_or_path)
    if path.is_file():
        return path, None
    if isinstance(name_or_path, Path) or path.suffix or len(path.parts) > 1:
        raise ShapeError("missing-file", f"{text}: no such mesh file")
    nearest = get_close_matches(text, known, n=1, cutoff=0.4)
    hint = f", did you mean {nearest[0]!r}?" if nearest else ""
    names = ", ".join(sorted(known)) or f"none: {SHAPES} holds no registry"
    raise ShapeError(
        "unknown-name", f"shape {text!r} is not registered{hint} (registered: {names}; or a path)"
    )
