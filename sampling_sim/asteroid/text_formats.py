"""Meshes in text: OBJ, vertex-facet tables, light-curve models, Gaskell's ICQ.

In: bytes; out: vertices and faces counted from 0, polygons cut into fans.  Every refusal names the
line.  OBJ is read here and not by trimesh, which splits vertices by texture, normal and material
and takes the index 0, which OBJ does not have, for the first vertex.

Layouts of a `.tab` or `.txt` file, told apart by their first line (`#` begins a comment):

- `v x y z` and `f i j k`: as OBJ, and counted from 0 or from 1;
- counts line `nv nf`, or `nv` and later `nf`: vertices, then facets, each with or without a leading
  running number, facets counted from 0 or from 1 (NASA PDS Small Bodies Node, "plate shape
  definition"; DAMIT, https://damit.cuni.cz, which counts from 1).  Facets may be polygons, a line
  with the number of corners before each (the output of convex inversion);
- `q`, then 6 (q + 1)² vertices: implicitly connected quadrilaterals (Gaskell, SPC's SHAPE.TXT).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sampling_sim.asteroid.mesh import Mesh, share_equal_vertices, sound_vertices
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import ShapeError

Row = tuple[int, list[str]]
"""Number of a line, from 1, and its words."""


def read_obj(data: bytes, file: Path) -> Mesh:
    """Vertex and face lines of an OBJ file; all others are left out."""
    rows = list(_rows(data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" "), file))
    vertices, faces = _vertex_facet_lines(rows, file)
    if len(faces) and (faces == -1).any():
        raise ShapeError("face-index", f"{file}: a face names vertex 0; OBJ counts from 1")
    return Mesh(vertices, faces)


def read_table(data: bytes, file: Path) -> Mesh:
    """Vertex-facet table, light-curve model or ICQ file, whichever the lines make it."""
    rows = list(_rows(data, file))
    if not rows:
        raise ShapeError("empty", f"{file}: holds no faces; needs a closed triangle mesh")
    if any(words[0] in {"v", "f"} for _, words in rows):
        stray = next((row for row in rows if row[1][0] not in {"v", "f"}), None)
        if stray is not None:
            raise _bad_line(stray, "a line of a v/f table begins with v or f", file)
        vertices, faces = _vertex_facet_lines(rows, file)
        return Mesh(vertices, _renumbered(faces + 1, len(vertices), file))
    if len(rows[0][1]) > 2:
        raise _bad_line(rows[0], "needs a first line of counts, or lines that begin with v", file)
    first = _integers(rows[0], file)
    if len(first) == 1 and all(len(words) != 1 for _, words in rows[1:]):
        return _icq(rows, first[0], file)
    return _counted_table(rows, first, file)


def _rows(data: bytes, file: Path) -> Iterator[Row]:
    """Lines with words on them, comments left out."""
    if b"\x00" in data:
        raise ShapeError("not-a-mesh", f"{file}: is not text")
    for number, line in enumerate(data.decode("latin-1").splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if words:
            yield number, words


def _vertex_facet_lines(rows: list[Row], file: Path) -> tuple[FloatArray, IntArray]:
    """Vertices and triangles of `v` and `f` lines; indices less 1, those from the end resolved."""
    vertices: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    for number, words in rows:
        if words[0] == "v":
            vertices.append(_floats((number, words[1:4]), file))
        elif words[0] == "f":
            bare = [word.split("/", 1)[0] for word in words[1:]]
            corners = [
                index - 1 if index >= 0 else len(vertices) + index
                for index in _integers((number, bare), file)
            ]
            if min(corners, default=0) < -1:
                raise ShapeError(
                    "face-index", f"{file}, line {number}: a face names no vertex ({bare})"
                )
            faces += _fan(corners, (number, words), file)
    return np.array(vertices, float).reshape(-1, 3), np.array(faces, np.int64).reshape(-1, 3)


def _counted_table(rows: list[Row], counts: list[int], file: Path) -> Mesh:
    """Vertices and facets whose numbers stand before them."""
    vertex_count, body = counts[0], rows[1:]
    facet_rows = body[max(vertex_count, 0) :]
    if len(counts) == 1:
        if not facet_rows or len(facet_rows[0][1]) != 1:
            raise ShapeError(
                "wrong-counts",
                f"{file}: after {vertex_count} vertices the number of facets must stand alone",
            )
        counts = [vertex_count, *_integers(facet_rows[0], file)]
        facet_rows = facet_rows[1:]
    facet_count = counts[1]
    polygons = bool(facet_rows) and len(facet_rows[0][1]) == 1
    if len(facet_rows) != facet_count * (1 + polygons) or vertex_count < 0:
        raise ShapeError(
            "wrong-counts",
            f"{file}: states {vertex_count} vertices and {facet_count} facets, but after the "
            f"vertices come {len(facet_rows)} lines",
        )
    vertices = [
        _floats((number, words), file)
        for number, words in _without_numbers(body[:vertex_count], file)
    ]
    bare = _polygon_rows if polygons else _without_numbers
    faces = [
        face for row in bare(facet_rows, file) for face in _fan(_integers(row, file), row, file)
    ]
    numbered = np.array(faces, np.int64).reshape(-1, 3)
    return Mesh(np.array(vertices, float).reshape(-1, 3), _renumbered(numbered, vertex_count, file))


def _without_numbers(rows: list[Row], file: Path) -> list[Row]:
    """Rows of three words; of four, the first must count the rows."""
    if not rows or len(rows[0][1]) != 4:
        return rows
    start = _integers((rows[0][0], rows[0][1][:1]), file)[0]
    for place, (number, words) in enumerate(rows):
        if len(words) != 4 or words[0] != str(start + place):
            raise _bad_line(
                (number, words), f"needs the running number {start + place} and three values", file
            )
    return [(number, words[1:]) for number, words in rows]


def _polygon_rows(rows: list[Row], file: Path) -> list[Row]:
    """Rows of corners, each after a row with their number."""
    found = []
    for head, row in zip(rows[::2], rows[1::2], strict=True):
        if [str(len(row[1]))] != head[1]:
            raise _bad_line(row, f"needs as many corners as the line before says: {head[1]}", file)
        found.append(row)
    return found


def _renumbered(faces: IntArray, vertex_count: int, file: Path) -> IntArray:
    """Faces counted from 0, whether the file counts from 0 or from 1."""
    if not len(faces):
        return faces
    low, high = int(faces.min()), int(faces.max())
    if low < 0 or high > vertex_count or (low == 0 and high == vertex_count):
        raise ShapeError(
            "face-index",
            f"{file}: facets name vertices {low} to {high} of {vertex_count}, neither 0 to "
            f"{vertex_count - 1} nor 1 to {vertex_count}",
        )
    if low > 0 and high < vertex_count:
        raise ShapeError(
            "ambiguous-numbering",
            f"{file}: facets name vertices {low} to {high} of {vertex_count}: counted from 0 or "
            "from 1? leave out vertices of no facet",
        )
    return faces - (low > 0)


def _icq(rows: list[Row], q: int, file: Path) -> Mesh:
    """Six grids of (q + 1)² vertices, in the order of the file; shared edges repeat vertices.

    A cell is cut along its shorter diagonal (chosen: the format leaves it open).  The files say
    nothing of winding: each grid is turned outward as seen from the mean of all vertices.
    """
    expected = 6 * (q + 1) ** 2
    if q < 1 or len(rows) - 1 != expected:
        raise ShapeError(
            "wrong-counts",
            f"{file}: an ICQ file of q = {q} has {expected} vertices (6 (q + 1)², q at least 1), "
            f"this one {len(rows) - 1}; a table needs its number of facets too",
        )
    vertices = np.array([_floats(row, file) for row in rows[1:]])
    if not sound_vertices(vertices).all():  # the checks name the vertex
        return Mesh(vertices, np.zeros((1, 3), np.int64))
    centred = vertices - vertices.mean(0)
    index = np.arange(expected).reshape(6, q + 1, q + 1)
    a, b = index[:, :-1, :-1].ravel(), index[:, :-1, 1:].ravel()
    d, c = index[:, 1:, :-1].ravel(), index[:, 1:, 1:].ravel()
    short_ac = np.linalg.norm(vertices[a] - vertices[c], axis=1) <= np.linalg.norm(
        vertices[b] - vertices[d], axis=1
    )
    third, fourth = np.where(short_ac, c, d), np.where(short_ac, a, b)
    faces = np.stack([np.stack([a, b, third], 1), np.stack([c, d, fourth], 1)], 1).reshape(6, -1, 3)
    for grid in faces:
        # cones from the middle: the grid's share of the volume
        if _cone_volume(centred, grid) < 0.0:
            grid[:] = grid[:, ::-1].copy()
    mesh = Mesh(vertices, faces.reshape(-1, 3))
    share_equal_vertices(mesh)
    return mesh


def _cone_volume(vertices: FloatArray, faces: IntArray) -> float:
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)


def _fan(corners: list[int], row: Row, file: Path) -> list[tuple[int, int, int]]:
    """Triangles of a polygon, from its first corner."""
    if len(corners) < 3:
        raise _bad_line(row, "a face needs at least three vertices", file)
    return [(corners[0], corners[k], corners[k + 1]) for k in range(1, len(corners) - 1)]


def _floats(row: Row, file: Path) -> list[float]:
    """Coordinates of a vertex."""
    number, words = row
    if len(words) != 3:
        raise _bad_line(row, "a vertex needs three coordinates", file)
    try:
        return [_float(word) for word in words]
    except ValueError:
        raise ShapeError(
            "bad-number", f"{file}, line {number}: {' '.join(words)[:60]!r} are not three numbers"
        ) from None


def _float(word: str) -> float:
    """Read a number as it stands in files; Fortran writes 1.0D-01."""
    if "_" in word:
        raise ValueError(word)
    try:
        return float(word)
    except ValueError:
        return float(word.upper().replace("D", "E"))


def _integers(row: Row, file: Path) -> list[int]:
    number, words = row
    try:
        if any("_" in word for word in words):
            raise ValueError
        return [int(word) for word in words]
    except ValueError:
        raise ShapeError(
            "bad-number", f"{file}, line {number}: {' '.join(words)[:60]!r} are not whole numbers"
        ) from None


def _bad_line(row: Row, wanted: str, file: Path) -> ShapeError:
    return ShapeError("bad-line", f"{file}, line {row[0]}: {' '.join(row[1])[:60]!r}: {wanted}")
