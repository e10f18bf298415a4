"""Meshes to files: OBJ with every digit; STL, PLY and GLB through trimesh, in single precision.

In: vertices in metres, faces and a path whose suffix says the format.  A file that is there is
never replaced.
"""

from pathlib import Path

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import ShapeError

FORMATS = (".obj", ".stl", ".ply", ".glb")
"""Suffixes that say what is written."""


def format_of(file: Path) -> str:
    """Suffix of a file to be written, in small letters.

    Raises
    ------
    ShapeError
        If no mesh is written in that format.
    """
    suffix = file.suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise ShapeError("unknown-format", f"{file}: format {suffix!r} is not written; use {known}")
    return suffix


def write_mesh(vertices: FloatArray, faces: IntArray, file: Path, comment: str) -> None:
    """Write a mesh in the format of its suffix; `comment` stands in an OBJ.

    Raises
    ------
    ShapeError
        If the suffix is of no format, there is such a file, or it cannot be written.
    """
    suffix = format_of(file)
    content = (
        _obj(vertices, faces, comment) if suffix == ".obj" else _other(vertices, faces, suffix)
    )
    try:
        with file.open("xb") as opened:
            opened.write(content)
    except OSError as error:
        raise ShapeError("not-written", f"{file}: cannot be written: {error.strerror}") from None


def _obj(vertices: FloatArray, faces: IntArray, comment: str) -> bytes:
    lines = [f"# {comment}"]
    lines += [f"v {x!r} {y!r} {z!r}" for x, y, z in vertices.tolist()]
    lines += [f"f {i} {j} {k}" for i, j, k in (faces + 1).tolist()]
    return ("\n".join(lines) + "\n").encode()


def _other(vertices: FloatArray, faces: IntArray, suffix: str) -> bytes:
    import trimesh

    mesh = trimesh.Trimesh(vertices, faces, process=False)
    content: bytes = mesh.export(file_type=suffix.lstrip("."))
    return content
