"""Mesh files: bytes in, vertices and faces out, as the file has them.

STL, PLY and GLB are read by trimesh without its silent processing, after a check that the file is
whole: trimesh reads past missing and surplus data.  OBJ and the text tables of small-body archives
are read by `text_formats.py`.
"""

import logging
import re
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from sampling_sim.asteroid.mesh import Mesh, share_equal_vertices
from sampling_sim.asteroid.text_formats import read_obj, read_table
from sampling_sim.errors import ShapeError

MAX_BYTES = 100_000_000
"""Size of a mesh file that is read; chosen: over a million faces in any format."""

SIGNATURES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"BM": "a BMP picture",
    b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"\x89HDF": "an HDF5 file",
    b"SIMPLE  =": "a FITS file",
    b"DAF/": "a SPICE kernel",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}
"""First bytes of what a user may hold for a mesh."""


def read_bytes(file: Path) -> bytes:
    """Content of a mesh file.

    Raises
    ------
    ShapeError
        If it cannot be read, or is larger than `MAX_BYTES`: that is found before reading.
    """
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise ShapeError(
                "too-large",
                f"{file}: {size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read: "
                "reduce the mesh",
            )
        return file.read_bytes()
    except OSError as error:
        raise ShapeError("missing-file", f"{file}: cannot be read: {error.strerror}") from None


def parse_mesh(data: bytes, file: Path) -> Mesh:
    """Vertices and faces as the file has them, unchecked.

    Parameters
    ----------
    data
        The file's content.
    file
        Its path: the suffix says the format, the rest is for messages.

    Raises
    ------
    ShapeError
        If the content is not whole, or not of that format.
    """
    suffix = file.suffix.lower()
    if suffix not in READERS:
        known = ", ".join(READERS)
        raise ShapeError("unknown-format", f"{file}: format {suffix!r} is not read; use {known}")
    for signature, kind in SIGNATURES.items():
        if data.startswith(signature):
            raise ShapeError("not-a-mesh", f"{file}: is {kind}, not a mesh")
    if not data.strip():
        raise ShapeError("empty", f"{file}: the file is empty; needs a closed triangle mesh")
    return READERS[suffix](data, file)


def _read_stl(data: bytes, file: Path) -> Mesh:
    text = data.lstrip()[:5].lower() == b"solid" and b"facet" in data[:1000].lower()
    if text:
        _check_ascii_stl(data, file)
    else:
        _check_binary_stl(data, file)
    mesh = _loaded(data, file)
    if share_equal_vertices(mesh):
        # STL has no indices: every face brings its own three vertices
        mesh.problems.append(("merged-vertices", "equal vertices were shared: STL has no indices"))
    return mesh


def _check_binary_stl(data: bytes, file: Path) -> None:
    """Compare the length with the count of faces; 80 bytes of header, 4 of count, 50 a face."""
    if len(data) < 84:
        raise ShapeError("truncated", f"{file}: {len(data)} bytes; a binary STL has at least 84")
    count = int.from_bytes(data[80:84], "little")
    expected = 84 + 50 * count
    if len(data) < expected:
        raise ShapeError(
            "truncated",
            f"{file}: {len(data)} bytes, but {count} faces of a binary STL need {expected}",
        )
    if len(data) > expected:
        raise ShapeError(
            "wrong-counts",
            f"{file}: {len(data)} bytes, but {count} faces of a binary STL end at {expected}",
        )


def _check_ascii_stl(data: bytes, file: Path) -> None:
    """Compare the keywords of a text STL with each other; trimesh skips what is not whole."""
    text = _text(data, file).lower()
    opened, closed = len(re.findall(r"^\s*facet\b", text, re.M)), text.count("endfacet")
    vertices = re.findall(r"^\s*vertex\b(.*)$", text, re.M)
    if opened != closed or len(vertices) != 3 * opened or "endsolid" not in text:
        raise ShapeError(
            "truncated",
            f"{file}: {opened} facets begin, {closed} end, with {len(vertices)} vertices"
            f"{'' if 'endsolid' in text else ', and no endsolid'}",
        )
    solids = text.count("endsolid")
    if solids > 1:
        raise ShapeError("several-meshes", f"{file}: holds {solids} solids; must be one")
    for number, vertex in enumerate(vertices):
        _floats(vertex.split(), 3, f"{file}: vertex {number + 1}")


def _read_ply(data: bytes, file: Path) -> Mesh:
    header, end = _ply_header(data, file)
    if header["format"] == "ascii":
        _check_ascii_ply(data[end:], header["elements"], file)
    else:
        _check_binary_ply(data[end:], header, file)
    return _loaded(data, file)


def _ply_header(data: bytes, file: Path) -> tuple[dict[str, Any], int]:
    """Format and elements (name, count, properties) of a PLY file, and where the data begin."""
    match = re.match(rb"ply\s.*?\nend_header[ \t]*\r?\n", data, re.S)
    if match is None:
        raise ShapeError("unreadable", f"{file}: has no PLY header")
    form = ""
    elements: list[tuple[str, int, list[list[str]]]] = []
    for line in match[0].decode("latin-1").splitlines():
        words = line.split()
        if words[:1] == ["format"] and len(words) > 1:
            form = words[1]
        elif words[:1] == ["element"]:
            if len(words) != 3 or not words[2].isdecimal():
                raise ShapeError("bad-number", f"{file}: {line.strip()!r} of the header: no count")
            elements.append((words[1], int(words[2]), []))
        elif words[:1] == ["property"] and elements:
            if len(words) < (5 if words[1:2] == ["list"] else 3):
                raise ShapeError("unreadable", f"{file}: {line.strip()!r} of the PLY header")
            elements[-1][2].append(words[1:])
    if form not in {"ascii", "binary_little_endian", "binary_big_endian"}:
        raise ShapeError("unreadable", f"{file}: PLY format {form!r} is not known")
    return {"format": form, "elements": elements}, match.end()


def _check_ascii_ply(body: bytes, elements: list[Any], file: Path) -> None:
    """Compare the lines with the counts of the header, and read every number once."""
    lines = [line for line in _text(body, file).splitlines() if line.strip()]
    stated = " + ".join(f"{count} {name}" for name, count, _ in elements)
    wrong = f"{file}: {len(lines)} lines of data; the header states {stated}"
    if len(lines) != sum(count for _, count, _ in elements):
        raise ShapeError("wrong-counts", wrong)
    left = iter(enumerate(lines, 1))
    for name, count, properties in elements:
        for _ in range(count):
            number, line = next(left)
            words = line.split()
            _floats(words, 1, f"{file}: line {number} of the data")
            if _ply_words(words, properties) != len(words):
                raise ShapeError("wrong-counts", f"{wrong}; line {number} is no {name}: {line!r}")


def _ply_words(words: list[str], properties: list[list[str]]) -> int:
    """Count the words that an element needs whose line begins with `words`."""
    place = 0
    for kind, *_ in properties:
        length = float(words[place]) if kind == "list" and place < len(words) else 0.0
        place += 1 + (int(length) if 0.0 <= length <= len(words) else len(words))
    return place


PLY_BYTES = {
    "char": 1, "uchar": 1, "int8": 1, "uint8": 1, "short": 2, "ushort": 2, "int16": 2, "uint16": 2,
    "int": 4, "uint": 4, "int32": 4, "uint32": 4, "float": 4, "float32": 4, "double": 8,
    "float64": 8,
}  # fmt: skip
"""Bytes of each type a PLY header can name."""


def _check_binary_ply(body: bytes, header: dict[str, Any], file: Path) -> None:
    """Walk over the elements that the header states; they must fill the file exactly."""
    order: Any = "little" if header["format"] == "binary_little_endian" else "big"
    place = 0
    try:
        for _, count, properties in header["elements"]:
            if not any(words[0] == "list" for words in properties):
                place += count * sum(PLY_BYTES[words[0]] for words in properties)
                continue
            for _ in range(count):
                for words in properties:
                    if words[0] != "list":
                        place += PLY_BYTES[words[0]]
                        continue
                    width = PLY_BYTES[words[1]]
                    length = int.from_bytes(body[place : place + width], order)
                    place += width + length * PLY_BYTES[words[2]]
                if place > len(body):
                    break
    except (KeyError, IndexError):
        raise ShapeError("unreadable", f"{file}: the PLY header names an unknown type") from None
    if place > len(body):
        raise ShapeError(
            "truncated", f"{file}: holds less than its header states: cut short, or a wrong count"
        )
    if place < len(body):
        raise ShapeError(
            "wrong-counts", f"{file}: {len(body) - place} bytes more than its header states"
        )


def _read_glb(data: bytes, file: Path) -> Mesh:
    if data[:4] != b"glTF":
        raise ShapeError("unreadable", f"{file}: is no binary glTF")
    stated = int.from_bytes(data[8:12], "little")
    if len(data) < stated:
        raise ShapeError("truncated", f"{file}: {len(data)} bytes of {stated} stated")
    mesh = _loaded(data, file)
    if len(mesh.faces) and share_equal_vertices(mesh):
        mesh.problems.append(
            ("merged-vertices", "equal vertices were shared: glTF splits them by normal")
        )
    return mesh


def _loaded(data: bytes, file: Path) -> Mesh:
    """Vertices and faces of the one mesh that trimesh finds, placed as the file's scene says."""
    import trimesh

    suffix = file.suffix.lower().lstrip(".")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers that the checks refuse
            scene: Any = trimesh.load_scene(BytesIO(data), file_type=suffix, process=False)
            names = list(scene.graph.nodes_geometry)
            loaded = scene.to_mesh() if len(names) == 1 else None
            if loaded is not None:
                return Mesh(np.array(loaded.vertices, float), np.array(loaded.faces, np.int64))
    except IndexError as error:
        raise ShapeError("face-index", f"{file}: a face names no vertex: {error}") from None
    except Exception as error:  # each of trimesh's readers raises what it pleases
        reason = " ".join(str(error).split())[:200]
        raise ShapeError("unreadable", f"{file}: cannot be read as a mesh: {reason}") from None
    if names:
        raise ShapeError(
            "several-meshes",
            f"{file}: holds {len(names)} meshes ({', '.join(names[:5])}); must be one: join them, "
            "or export one",
        )
    raise ShapeError("empty", f"{file}: holds no faces; needs a closed triangle mesh")


def _text(data: bytes, file: Path) -> str:
    if b"\x00" in data:
        raise ShapeError("not-a-mesh", f"{file}: is not text")
    return data.decode("latin-1")


def _floats(words: list[str], at_least: int, where: str) -> None:
    try:
        if len([float(word) for word in words]) >= at_least:
            return
    except ValueError:
        pass
    raise ShapeError("bad-number", f"{where}: {' '.join(words)[:60]!r} are not numbers")


# trimesh logs tracebacks, which would reach the terminal where nobody has set up logging
logging.getLogger("trimesh").addHandler(logging.NullHandler())

READERS: dict[str, Callable[[bytes, Path], Mesh]] = {
    ".obj": read_obj,
    ".stl": _read_stl,
    ".ply": _read_ply,
    ".glb": _read_glb,
    ".tab": read_table,
    ".txt": read_table,
}
"""Reader by suffix of the file."""
