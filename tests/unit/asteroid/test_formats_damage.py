"""A file that is not whole, or no mesh, is refused with its own code and one line."""

import re

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid import formats
from sampling_sim.asteroid.shape import examine_shape, load_shape
from sampling_sim.errors import ShapeError

BOX = trimesh.creation.box((9.0, 7.0, 5.0))
V, F = np.asarray(BOX.vertices), np.asarray(BOX.faces)
STL, PLY, GLB = (BOX.export(file_type=kind) for kind in ("stl", "ply", "glb"))
TEXT_STL = BOX.export(file_type="stl_ascii").encode()
TEXT_PLY = BOX.export(file_type="ply", encoding="ascii")


def table(head=(8, 12), vertices=V, faces=F + 1, tail=()):
    rows = [head, *vertices, *faces, *tail]
    return "\n".join(" ".join(map(str, row)) for row in rows).encode()


def glb_of(*meshes):
    return trimesh.Scene(list(meshes)).export(file_type="glb")


def nan_in_stl():
    return STL[:96] + np.float32(np.nan).tobytes() + STL[100:]


OTHER = trimesh.creation.box(
    (2.0, 2.0, 2.0), transform=trimesh.transformations.translation_matrix([20, 0, 0])
)

# kind of damage: code, file, content
DAMAGE = {
    "a picture renamed .obj": ("not-a-mesh", "body.obj", b"\x89PNG\r\n\x1a\n" + bytes(99)),
    "a JPEG renamed .stl": ("not-a-mesh", "body.stl", b"\xff\xd8\xff\xe0" + bytes(99)),
    "a ZIP renamed .glb": ("not-a-mesh", "body.glb", b"PK\x03\x04" + bytes(99)),
    "a web page saved as .tab": ("not-a-mesh", "body.tab", b"<!DOCTYPE html><p>Not found</p>"),
    "bytes renamed .txt": ("not-a-mesh", "body.txt", bytes(range(256))),
    "bytes renamed .obj": ("not-a-mesh", "body.obj", bytes(range(256))),
    "a document": ("unknown-format", "body.docx", b"PK\x03\x04"),
    "no suffix": ("unknown-format", "body", b"v 0 0 0"),
    "an empty STL": ("empty", "body.stl", b""),
    "an STL of no faces": ("empty", "body.stl", bytes(84)),
    "a binary STL cut short": ("truncated", "body.stl", STL[:-30]),
    "a binary STL cut in the header": ("truncated", "body.stl", STL[:50]),
    "a binary STL with more at the end": ("wrong-counts", "body.stl", STL + bytes(50)),
    "an STL count of four thousand millions": ("truncated", "body.stl", STL[:80] + b"\xff" * 4),
    "a NaN in a binary STL": ("non-finite-vertex", "body.stl", nan_in_stl()),
    "a text STL cut short": ("truncated", "body.stl", TEXT_STL[:-120]),
    "text in a number of a text STL": (
        "bad-number", "body.stl", re.sub(rb"vertex \S+", b"vertex four", TEXT_STL, count=1),
    ),
    "an STL of two solids": ("several-meshes", "body.stl", TEXT_STL + b"\n" + TEXT_STL),
    "a PLY that is none": ("unreadable", "body.ply", b"plop\n"),
    "a text PLY with too many vertices stated": (
        "wrong-counts", "body.ply", TEXT_PLY.replace(b"vertex 8", b"vertex 9"),
    ),
    "a text PLY with too few faces stated": (
        "wrong-counts", "body.ply", TEXT_PLY.replace(b"face 12", b"face 11"),
    ),
    "a text PLY with its counts exchanged": (
        "wrong-counts",
        "body.ply",
        TEXT_PLY.replace(b"vertex 8", b"vertex 12").replace(b"face 12", b"face 8"),
    ),
    "a binary PLY with too many faces stated": (
        "truncated", "body.ply", PLY.replace(b"face 12", b"face 13"),
    ),
    "a binary PLY with too few vertices stated": (
        "truncated", "body.ply", PLY.replace(b"vertex 8", b"vertex 7"),
    ),
    "a binary PLY with too few faces stated": (
        "wrong-counts", "body.ply", PLY.replace(b"face 12", b"face 11"),
    ),
    "a binary PLY cut short": ("truncated", "body.ply", PLY[:-5]),
    "a count in words in a PLY": (
        "bad-number", "body.ply", PLY.replace(b"vertex 8", b"vertex eight"),
    ),
    "text in a number of a PLY": (
        "bad-number", "body.ply", TEXT_PLY.replace(b"3 1 3 0", b"3 1 three 0"),
    ),
    "an index out of range in a PLY": (
        "face-index", "body.ply", TEXT_PLY.replace(b"3 1 3 0", b"3 1 33 0"),
    ),
    "a type that PLY does not have": (
        "unreadable", "body.ply", PLY.replace(b"property float x", b"property real x"),
    ),
    "a GLB of several meshes": ("several-meshes", "body.glb", glb_of(BOX, OTHER)),
    "a GLB of no mesh": (
        "empty", "body.glb", glb_of(trimesh.PointCloud(V)),
    ),
    "a GLB cut short": ("truncated", "body.glb", GLB[:-40]),
    "a GLB that is none": ("unreadable", "body.glb", b"glTX" + GLB[4:]),
    "a GLB with broken JSON": ("unreadable", "body.glb", GLB.replace(b'"asset"', b'"as:et"{')),
    "a table without counts": ("bad-line", "body.tab", table(head=V[0])),
    "a table with words before it": ("bad-line", "body.tab", b"Shape of Eros\n" + table()),
    "a table with too few vertices stated": ("wrong-counts", "body.tab", table((7, 12))),
    "a table with too many facets stated": ("wrong-counts", "body.tab", table((8, 13))),
    "a table cut short": ("wrong-counts", "body.tab", table(faces=F[:-1] + 1)),
    "a table with a negative count": ("wrong-counts", "body.tab", table((-8, 12))),
    "a table of vertices only": ("wrong-counts", "body.tab", table((8,), faces=[])),
    "text in a number of a table": ("bad-number", "body.tab", table().replace(b"4.5", b"4.S", 1)),
    "a table that counts from 2": ("face-index", "body.tab", table(faces=F + 2)),
    "a table that leaves its numbering open": (
        "ambiguous-numbering", "body.tab", table((10, 12), [*V, V[0] + 1, V[0] + 2], F + 1),
    ),
    "numbered rows out of order": (
        "bad-line", "body.tab",
        table(vertices=[[k, *v] for k, v in zip([1, 2, 3, 5, 4, 6, 7, 8], V, strict=True)]),
    ),
    "a letter that is neither v nor f": (
        "bad-line", "body.tab", b"v 0 0 0\nw 1 1 1\nf 1 2 3\n",
    ),
    "an ICQ cut short": ("wrong-counts", "SHAPE.TXT", b"2\n" + b"1.0 2.0 3.0\n" * 53),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_file_is_refused_with_its_code(tmp_path, kind):
    code, name, content = DAMAGE[kind]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ShapeError) as error:
        load_shape(path, "m")
    assert error.value.code == code
    assert "\n" not in str(error.value)
    assert name in str(error.value)


def test_undamaged_files_are_accepted(tmp_path):
    """The must-fail twin: without the damage each of the contents above passes."""
    sound = {"a.stl": STL, "b.stl": TEXT_STL, "c.ply": PLY, "d.ply": TEXT_PLY, "e.glb": GLB}
    for name, content in (sound | {"f.tab": table()}).items():
        (tmp_path / name).write_bytes(content)
        assert load_shape(tmp_path / name, "m").volume == pytest.approx(315.0, rel=1e-5)


def test_file_of_200_megabytes_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "body.obj"
    with path.open("wb") as file:
        file.truncate(200_000_000)  # a hole in the file: nothing is written
    monkeypatch.setattr(formats, "parse_mesh", None)
    with pytest.raises(ShapeError, match=r"200 MB; at most 100 MB") as error:
        load_shape(path, "m")
    assert error.value.code == "too-large"


def test_faults_of_a_table_are_all_listed(tmp_path):
    path = tmp_path / "body.tab"
    path.write_bytes(table((8, 11), faces=np.vstack([F[:-2] + 1, F[:1, ::-1] + 1])))
    codes = [code for code, _ in examine_shape(path, "km").faults]
    assert codes[:2] == ["duplicate-faces", "not-closed"]


SOUND = {"a.stl": STL, "b.stl": TEXT_STL, "c.ply": PLY, "d.ply": TEXT_PLY, "e.glb": GLB,
         "f.tab": table(), "g.txt": b"1\n" + b"0 0 0\n1 0 0\n0 1 0\n1 1 0\n" * 6}  # fmt: skip


def garbled(content, rng):
    """Change, insert, delete or repeat up to three stretches of a file."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        place, length = int(rng.integers(len(data))), int(rng.integers(1, 30))
        match rng.integers(4):
            case 0:
                data[place] = rng.integers(256)
            case 1:
                data[place] = rng.choice(list(b"0123456789.-eE \n"))
            case 2:
                del data[place : place + length]
            case _:
                data[place:place] = data[place : place + length]
    return bytes(data)


@pytest.mark.parametrize("name", SOUND)
def test_garbled_files_are_refused_in_one_line_or_load(tmp_path, name, capfd):
    """150 random ways of damage for each format; any other error, or a warning, fails."""
    rng = np.random.default_rng(7)
    path = tmp_path / name
    refused = []
    for k in range(150):
        path.write_bytes(garbled(SOUND[name], rng))
        examined = examine_shape(path, "m", repair=bool(k % 2))
        refused += [str(examined.error())] if examined.shape is None else []
    assert len(refused) > 20
    assert not any("\n" in line for line in refused)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("repair", [False, True])
def test_coordinates_that_would_overflow_are_refused(tmp_path, repair):
    path = tmp_path / "body.tab"
    path.write_bytes(table().replace(b"4.5", b"4.5e200", 1))
    with pytest.raises(ShapeError, match="not over 1e") as error:
        load_shape(path, "m", repair=repair)
    assert error.value.code == "non-finite-vertex"
