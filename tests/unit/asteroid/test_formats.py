"""Every format a small-body user holds gives the same body."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling_sim.asteroid.registry import SHAPES
from sampling_sim.asteroid.shape import load_shape
from sampling_sim.errors import ShapeError

SIZE = np.array([9.0, 7.0, 5.0])
BOX = trimesh.creation.box(SIZE)
V, F = np.asarray(BOX.vertices), np.asarray(BOX.faces)


def lines(rows):
    return "".join(" ".join(map(str, row)) + "\n" for row in rows)


def numbered(rows, start=1):
    return [[k, *row] for k, row in enumerate(rows, start)]


def with_letters(base, letters="vf"):
    return lines([[letters[0], *v] for v in V] + [[letters[1], *f] for f in F + base])


def counted(base, head=None):
    return lines([head or [len(V), len(F)], *V, *(F + base)])


def icq(q, size=SIZE, jitter=None):
    """Box as six grids, u and v along the sides of a cube in cyclic order."""
    steps = np.linspace(-0.5, 0.5, q + 1)
    text = f"{q}\n"
    for axis in range(3):
        for side in (-0.5, 0.5):
            for v in steps:
                for u in steps:
                    point = np.zeros(3)
                    point[[axis, (axis + 1) % 3, (axis + 2) % 3]] = side, u, v
                    text += "{:.5E} {:.5E} {:.5E}\n".format(*(point * size))
    return text


POLYGONS = [[1, 2, 4, 3], [5, 7, 8, 6], [1, 5, 6, 2], [4, 8, 7, 3], [3, 7, 5, 1], [2, 6, 8, 4]]
CORNERS = [SIZE * (x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]

FILES = {
    "v and f from 1, .tab": ("body.tab", with_letters(1)),
    "v and f from 0, .txt": ("body.txt", with_letters(0)),
    "counts, from 1": ("body.tab", counted(1)),
    "counts, from 0": ("body.TXT", counted(0)),
    "counts apart, numbered rows": (
        "ver.tab",
        lines([[len(V)], *numbered(V), [len(F)], *numbered(F + 1)]),
    ),
    "counts apart, numbered from 0": (
        "ver.tab",
        lines([[len(V)], *numbered(V, 0), [len(F)], *numbered(F, 0)]),
    ),
    "comments, blank lines, Windows line ends": (
        "body.tab",
        ("# made up\n\n" + counted(1).replace("\n", " # row\n\n")).replace("\n", "\r\n"),
    ),
    "Fortran's exponents": ("body.tab", counted(1).replace(".5 ", ".5D+00 ")),
    "polygons of convex inversion": (
        "model.txt",
        lines([[8, 6], *CORNERS, *(row for p in POLYGONS for row in ([len(p)], p))]),
    ),
    "ICQ": ("SHAPE.TXT", icq(4)),
    "ICQ of one cell": ("SHAPE.TXT", icq(1)),
    "OBJ with quadrilaterals": (
        "body.obj",
        lines([["v", *c] for c in CORNERS] + [["f", *p] for p in POLYGONS]),
    ),
    "OBJ counted from the end": (
        "body.obj",
        lines([["v", *v] for v in V] + [["f", *(f - len(V))] for f in F]),
    ),
    "OBJ with lines continued": ("body.obj", with_letters(1).replace("f ", "f \\\n")),
    "text STL": ("body.stl", BOX.export(file_type="stl_ascii")),
    "binary STL": ("body.STL", BOX.export(file_type="stl")),
    "text PLY": ("body.ply", BOX.export(file_type="ply", encoding="ascii")),
    "binary PLY": ("body.ply", BOX.export(file_type="ply")),
    "GLB": ("body.glb", BOX.export(file_type="glb")),
}


@pytest.mark.parametrize("kind", FILES)
def test_every_format_gives_the_same_body(tmp_path, kind):
    """V = abc and the extents, to the single precision of STL, PLY and GLB or five digits."""
    name, content = FILES[kind]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    shape = load_shape(path, "m")
    assert shape.volume == pytest.approx(SIZE.prod(), rel=1e-5)
    assert shape.extents == pytest.approx(SIZE, rel=1e-5)
    assert set(dict(shape.problems)) <= {"merged-vertices"}


def test_a_wrong_base_would_be_another_body(tmp_path):
    """The must-fail twin: facets off by one do not make the box."""
    path = tmp_path / "body.tab"
    path.write_text(lines([[len(V), len(F)], *V, *((F + 1) % len(V))]))
    with pytest.raises(ShapeError):
        load_shape(path, "m", SIZE)


def test_registered_mesh_reads_the_same_from_a_table(tmp_path):
    shape = load_shape("kamooalewa")
    text = (SHAPES / "kamooalewa.obj").read_text()
    path = tmp_path / "body.tab"
    path.write_text(
        "\n".join(line for line in text.splitlines() if line.split()[:1] in (["v"], ["f"]))
    )
    again = load_shape(path, "m")
    assert np.array_equal(again.vertices, shape.vertices)
    assert np.array_equal(again.faces, shape.faces)


def test_icq_cells_are_cut_along_the_shorter_diagonal_and_share_their_edges(tmp_path):
    """V = 6 q² + 2 by Euler's formula; a cell that is no rectangle is cut where it is narrow."""
    path = tmp_path / "SHAPE.TXT"
    path.write_text(icq(4))
    shape = load_shape(path, "m")
    assert (len(shape.vertices), len(shape.faces)) == (6 * 16 + 2, 12 * 16)
    rows = icq(1).splitlines()
    moved = "\n".join(
        row.replace("-4.50000E+00 -3.50000E+00 -2.50000E+00", "-6 -5 -4") for row in rows
    )
    path.write_text(moved)
    longer = load_shape(path, "m")
    corner = int(np.argmax(np.linalg.norm(longer.vertices, axis=1)))
    # the pulled corner is cut off by the diagonals across it: one face in each grid
    assert int((longer.faces == corner).sum()) == 3


def test_scale_stands_for_the_unit_of_a_model_without_one(tmp_path):
    """Lengths grow as the scale, the volume as its cube; 1 km is the scale 1000."""
    path = tmp_path / "shape.txt"
    path.write_text(counted(1))
    one, two = load_shape(path, scale=1.5), load_shape(path, scale=3.0)
    assert two.extents == pytest.approx(2.0 * one.extents, rel=1e-14)
    assert two.volume == pytest.approx(8.0 * one.volume, rel=1e-13)
    assert np.array_equal(load_shape(path, scale=1e3).vertices, load_shape(path, "km").vertices)


@settings(derandomize=True, max_examples=20, deadline=None)
@given(st.floats(0.2, 1e4))
def test_volume_and_inertia_follow_their_powers_of_the_scale(tmp_path_factory, scale):
    """V ∝ s³, the inertia of unit density ∝ s⁵, the rotation stays."""
    path = tmp_path_factory.mktemp("scaled") / "shape.txt"
    path.write_text(counted(1))
    one, other = load_shape(path, scale=1.0), load_shape(path, scale=scale)
    assert other.volume == pytest.approx(scale**3 * one.volume, rel=1e-12)
    assert np.diag(other.inertia) == pytest.approx(scale**5 * np.diag(one.inertia), rel=1e-12)
    assert np.abs(other.rotation_to_body - one.rotation_to_body).max() <= 1e-12


@pytest.mark.parametrize(
    "stated", [{}, {"unit": "m", "scale": 2.0}, {"scale": 0.0}, {"scale": -1.0}]
)
def test_unit_is_stated_in_one_way_and_never_guessed(tmp_path, stated):
    path = tmp_path / "shape.txt"
    path.write_text(counted(1))
    with pytest.raises(ShapeError) as error:
        load_shape(path, **stated)
    assert error.value.code == "unit-not-stated"


def test_placement_in_a_glb_scene_is_kept(tmp_path):
    scene = trimesh.Scene()
    turn = trimesh.transformations.scale_matrix(2.0)
    scene.add_geometry(BOX, transform=turn)
    path = tmp_path / "body.glb"
    path.write_bytes(scene.export(file_type="glb"))
    assert load_shape(path, "m").volume == pytest.approx(8.0 * SIZE.prod(), rel=1e-5)
