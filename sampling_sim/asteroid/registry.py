"""The registered shapes: `shapes/registry.toml`, beside the package in the source tree.

The meshes live outside the package, so the package must be run from its source tree or from an
editable install (what the Makefile makes); elsewhere only paths to mesh files work.
"""

import tomllib
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

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
    """Every registered shape by name; none where the source tree is absent.

    Raises
    ------
    ShapeError
        If the registry is no TOML, or an entry is not complete.
    """
    path = SHAPES / "registry.toml"
    if not path.is_file():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ShapeError("registry", f"{path}: {error}") from None
    return {name: _entry(f"{path}: [{name}]", table) for name, table in entries.items()}


def _entry(where: str, table: dict[str, Any]) -> RegisteredShape:
    """Entry of the registry; its extents are what a wrong file is found by, so they must stand."""
    known = {field.name: field.default is MISSING for field in fields(RegisteredShape)}
    missing = [key for key, needed in known.items() if needed and key not in table]
    unknown = [key for key in table if key not in known]
    if missing or unknown:
        which = f"lacks {missing[0]}" if missing else f"has the unknown key {unknown[0]}"
        raise ShapeError("registry", f"{where} {which}; keys: {', '.join(known)}")
    extents = table["extents"]
    if not (
        isinstance(extents, list)
        and len(extents) == 3
        and all(isinstance(extent, int | float) and extent > 0 for extent in extents)
    ):
        raise ShapeError("registry", f"{where} extents = {extents!r}; must be three lengths [m]")
    return RegisteredShape(**{**table, "extents": tuple(extents)})


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
