"""Every way in which a mesh cannot stand for a body is refused with its own code."""

from pathlib import Path

import numpy as np
import pytest

from sampling_sim.asteroid.shape import load_shape
from sampling_sim.errors import BadInput, ShapeError

CUBE = [(x, y, z) for x in (0.0, 9.0) for y in (0.0, 9.0) for z in (0.0, 9.0)]
FACES = [
    (1, 2, 4), (1, 4, 3), (5, 7, 8), (5, 8, 6), (1, 5, 6), (1, 6, 2),
    (3, 4, 8), (3, 8, 7), (1, 3, 7), (1, 7, 5), (2, 6, 8), (2, 8, 4),
]  # fmt: skip


def obj(vertices=CUBE, faces=FACES) -> str:
    lines = ["v {} {} {}".format(*vertex) for vertex in vertices]
    return "\n".join(lines + ["f " + " ".join(map(str, face)) for face in faces]) + "\n"


def moved(index, vertex):
    return [vertex if i == index else v for i, v in enumerate(CUBE)]


def flipped(count):
    return [face[::-1] if i < count else face for i, face in enumerate(FACES)]


TWO_CUBES = obj(
    CUBE + [(x + 20.0, y, z) for x, y, z in CUBE],
    FACES + [tuple(i + 8 for i in face) for face in FACES],
)

DAMAGE = {
    "empty": ["", "# only a comment\n", obj(faces=[]), "no mesh at all\n"],
    "too-few-faces": [obj(faces=FACES[:1])],
    "non-finite-vertex": [obj(moved(3, (0.0, "nan", 9.0))), obj(moved(3, (0.0, "inf", 9.0)))],
    "face-index": [obj(faces=[*FACES, (1, 2, 99)]), obj(faces=[*FACES[:-1], (2, 8, 0)])],
    "degenerate-faces": [obj(faces=[*FACES, (1, 2, 2)]), obj(moved(1, (0.0, 0.0, 0.0)))],
    "not-closed": [obj(faces=FACES[:-1]), obj(faces=[*FACES, (1, 2, 8)]), obj(faces=FACES * 2)],
    "inconsistent-winding": [obj(faces=flipped(1)), obj(faces=flipped(5))],
    "inside-out": [obj(faces=flipped(12))],
    "several-components": [TWO_CUBES],
    "wrong-unit": [obj([(x / 1e3, y / 1e3, z / 1e3) for x, y, z in CUBE])],
}


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in DAMAGE.items() for text in texts]
)
def test_damaged_mesh_is_refused_with_its_code(tmp_path, code, text):
    path = tmp_path / "body.obj"
    path.write_text(text)
    with pytest.raises(ShapeError) as error:
        load_shape(path, "m")
    assert error.value.code == code
    assert "\n" not in str(error.value)
    assert "body.obj" in str(error.value)


def test_undamaged_mesh_is_accepted(tmp_path):
    """The must-fail twin of the refusals: without damage the same cube passes."""
    path = tmp_path / "body.obj"
    path.write_text(obj())
    shape = load_shape(path, "m")
    assert shape.volume == pytest.approx(9.0**3, rel=1e-12)
    assert shape.problems == ()


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("missing-file", ("nowhere.obj", "m")),
        ("missing-file", ("folder/nowhere", "m")),
        ("unknown-name", ("kamoalewa",)),
        ("unit-not-stated", ("body.obj",)),
        ("unit-not-stated", ("body.obj", "mile")),
        ("wrong-unit", ("body.obj", "m", (9000.0, 9000.0, 9000.0))),
        ("wrong-unit", ("body.obj", "km", (9.0, 9.0, 9.0))),
        ("wrong-extents", ("body.obj", "m", (9.0, 9.0, 12.0))),
    ],
)
def test_wrong_request_is_refused_with_its_code(tmp_path, monkeypatch, code, arguments):
    monkeypatch.chdir(tmp_path)
    Path("body.obj").write_text(obj())
    with pytest.raises(BadInput) as error:
        load_shape(*arguments)
    assert error.value.code == code


@pytest.mark.parametrize("suffix", ["docx", "stl", "ply"])
def test_other_content_is_refused_with_one_line(tmp_path, suffix):
    path = tmp_path / f"body.{suffix}"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(ShapeError) as error:
        load_shape(path, "m")
    assert error.value.code in {"unreadable", "empty"}


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(ShapeError, match="did you mean 'kamooalewa'"):
        load_shape("kamoalewa")


@pytest.mark.parametrize(("unit", "likely", "scale"), [("m", "km", 1e-3), ("km", "m", 1e3)])
def test_wrong_unit_names_the_likely_one(tmp_path, unit, likely, scale):
    path = tmp_path / "body.obj"
    path.write_text(obj())
    right = 9.0 if unit == "m" else 9000.0
    with pytest.raises(ShapeError, match=f"looks like {likely}"):
        load_shape(path, unit, (right / scale,) * 3)


REPAIRED = {
    "degenerate-faces": obj(faces=[*FACES, (1, 2, 2)]),
    "not-closed": obj(faces=FACES[:-1]),
    "inconsistent-winding": obj(faces=flipped(1)),
    "inside-out": obj(faces=flipped(12)),
    "merged-vertices": obj(
        [CUBE[i - 1] for face in FACES for i in face],
        [(3 * k + 1, 3 * k + 2, 3 * k + 3) for k in range(len(FACES))],
    ),
}


@pytest.mark.parametrize("code", REPAIRED)
def test_repair_mends_the_cube_and_says_so(tmp_path, code):
    path = tmp_path / "body.obj"
    path.write_text(REPAIRED[code])
    with pytest.raises(ShapeError):
        load_shape(path, "m")
    shape = load_shape(path, "m", repair=True)
    assert shape.volume == pytest.approx(9.0**3, rel=1e-12)
    assert code in [found for found, _ in shape.problems]


def test_textures_normals_and_groups_do_not_split_the_mesh(tmp_path):
    text = "mtllib a.mtl\nvt 0 0\nvn 0 0 1\nvn 1 0 0\n" + obj(faces=[])
    for k, face in enumerate(FACES):
        corners = " ".join(f"{i}/1/{1 + (i + k) % 2}" for i in face)
        text += f"g part{k % 2}\nusemtl m{k % 2}\nf {corners}\n"
    path = tmp_path / "body.obj"
    path.write_text(text)
    assert load_shape(path, "m").vertices.shape == (8, 3)


def test_stl_shares_equal_vertices_and_says_so(tmp_path):
    triangles = np.array(CUBE)[np.array(FACES) - 1]
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n"
        + "".join("vertex {} {} {}\n".format(*corner) for corner in triangle)
        + "endloop\nendfacet\n"
        for triangle in triangles
    )
    path = tmp_path / "body.stl"
    path.write_text(f"solid cube\n{facets}endsolid cube\n")
    shape = load_shape(path, "m")
    assert shape.vertices.shape == (8, 3)
    assert [code for code, _ in shape.problems] == ["merged-vertices"]


def test_vertices_of_no_face_are_left_out_of_the_extents(tmp_path):
    lines = ["OFF", f"{len(CUBE) + 1} {len(FACES)} 0"]
    lines += ["{} {} {}".format(*vertex) for vertex in [*CUBE, (500.0, 0.0, 0.0)]]
    lines += ["3 " + " ".join(str(i - 1) for i in face) for face in FACES]
    path = tmp_path / "body.off"
    path.write_text("\n".join(lines) + "\n")
    shape = load_shape(path, "m")
    assert shape.extents.max() == pytest.approx(9.0, rel=1e-12)
    assert [code for code, _ in shape.problems] == ["unused-vertices"]
