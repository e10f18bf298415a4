"""Every way in which a mesh cannot stand for a body is refused with its own code."""

from pathlib import Path

import pytest

from sampling_sim.asteroid import registry
from sampling_sim.asteroid.shape import examine_shape, load_shape
from sampling_sim.asteroid.site import shape_report
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


def unshared():
    """Give each face of the cube three vertices of its own."""
    return obj(
        [CUBE[i - 1] for face in FACES for i in face],
        [(3 * k + 1, 3 * k + 2, 3 * k + 3) for k in range(len(FACES))],
    )


def two_cubes(distance, inner=1.0):
    """Put a second cube along x, or a smaller one, turned inward, within the first."""
    second = [(x * inner + distance, y * inner + distance / 9, z * inner) for x, y, z in CUBE]
    turn = -1 if inner < 1.0 else 1
    return obj(CUBE + second, FACES + [tuple(i + 8 for i in face[::turn]) for face in FACES])


def scaled(factor):
    return obj([(x * factor, y * factor, z * factor) for x, y, z in CUBE])


# kind of damage: what refuses it, and what the file says
DAMAGE = {
    "no byte": ("empty", ""),
    "only a comment": ("empty", "# only a comment\n"),
    "vertices only": ("empty", obj(faces=[])),
    "prose": ("empty", "no mesh at all\n"),
    "one face": ("too-few-faces", obj(faces=FACES[:1])),
    "three faces": ("too-few-faces", obj(faces=FACES[:3])),
    "a vertex that is NaN": ("non-finite-vertex", obj(moved(3, (0.0, "nan", 9.0)))),
    "an infinite vertex": ("non-finite-vertex", obj(moved(3, (0.0, "-inf", 9.0)))),
    "an overflowing number": ("non-finite-vertex", obj(moved(3, (0.0, "1e999", 9.0)))),
    "an index past the end": ("face-index", obj(faces=[*FACES, (1, 2, 99)])),
    "the index 0": ("face-index", obj(faces=[*FACES[:-1], (2, 8, 0)])),
    "a negative index before the start": ("face-index", obj(faces=[*FACES[:-1], (2, 8, -99)])),
    "text in a coordinate": ("bad-number", obj(moved(3, (0.0, "nine", 9.0)))),
    "a decimal comma": ("bad-number", obj().replace("9.0", "9,0")),
    "two numbers run together": ("bad-number", obj(moved(3, ("0.0-9.0", 9.0, 9.0)))),
    "text in an index": ("bad-number", obj(faces=[*FACES[:-1], (2, "eight", 4)])),
    "a fractional index": ("bad-number", obj(faces=[*FACES[:-1], (2, 8.5, 4)])),
    "a vertex of two coordinates": ("bad-line", obj() + "v 1.0 2.0\n"),
    "a face of two corners": ("bad-line", obj() + "f 1 2\n"),
    "a face that names a vertex twice": ("degenerate-faces", obj(faces=[*FACES, (1, 2, 2)])),
    "two vertices in one place": ("degenerate-faces", obj(moved(1, (0.0, 0.0, 0.0)))),
    "all vertices in one place": ("degenerate-faces", scaled(0.0)),
    "all faces twice": ("duplicate-faces", obj(faces=FACES * 2)),
    "one face twice": ("duplicate-faces", obj(faces=[*FACES, FACES[0]])),
    "no shared vertices": ("duplicate-vertices", unshared()),
    "a missing face": ("not-closed", obj(faces=FACES[:-1])),
    "half the faces": ("not-closed", obj(faces=FACES[:6])),
    "a fin": ("not-closed", obj(faces=[*FACES, (1, 2, 8)])),
    "two bodies that share an edge": (
        "crowded-edges",
        obj(
            CUBE + [(x - 9.0, y - 9.0, z) for x, y, z in CUBE],
            FACES + [tuple({7: 1, 8: 2}.get(i, i + 8) for i in face) for face in FACES],
        ),
    ),
    "two bodies": ("several-components", two_cubes(20.0)),
    "a cavity": ("several-components", two_cubes(3.0, 0.25)),
    "one face turned": ("inconsistent-winding", obj(faces=flipped(1))),
    "five faces turned": ("inconsistent-winding", obj(faces=flipped(5))),
    "all faces turned": ("inside-out", obj(faces=flipped(12))),
    "mirrored coordinates": ("inside-out", obj([(-x, y, z) for x, y, z in CUBE])),
    "no volume": (
        "no-volume",
        obj(
            [(0, 0, 0), (9, 0, 0), (0, 9, 0), (9, 9, 0)],
            [(1, 2, 3), (1, 3, 4), (1, 4, 2), (2, 4, 3)],
        ),
    ),
    "kilometres called metres": ("wrong-unit", scaled(1e-3)),
    "a planet": ("wrong-unit", scaled(1e6)),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_mesh_is_refused_with_its_code(tmp_path, kind):
    code, text = DAMAGE[kind]
    path = tmp_path / "body.obj"
    path.write_text(text)
    with pytest.raises(ShapeError) as error:
        load_shape(path, "m")
    assert error.value.code == code
    assert "\n" not in str(error.value)
    assert "body.obj" in str(error.value)


def test_every_fault_is_listed_not_only_the_first(tmp_path):
    """Two bodies, one with a hole and a turned face, and kilometres called metres."""
    second = [(x + 20.0, y, z) for x, y, z in CUBE]
    faces = flipped(1) + [tuple(i + 8 for i in face) for face in FACES[:-1]]
    path = tmp_path / "body.obj"
    path.write_text(obj([(x / 1e3, y / 1e3, z / 1e3) for x, y, z in CUBE + second], faces))
    examined = examine_shape(path, "m")
    codes = [code for code, _ in examined.faults]
    assert codes == ["not-closed", "several-components", "inconsistent-winding", "wrong-unit"]
    assert examined.shape is None
    with pytest.raises(ShapeError, match="also: several-components, inconsistent-winding, wrong"):
        load_shape(path, "m")
    report = examined.report()
    assert [problem["code"] for problem in report["problems"]] == codes
    assert (report["vertices"], report["faces"], report["closed"]) == (16, 23, False)
    assert report["volume"] is None


def test_a_number_that_is_not_finite_does_not_hide_the_hole(tmp_path):
    path = tmp_path / "body.obj"
    path.write_text(obj(moved(3, (0.0, "nan", 9.0)), FACES[:-1]))
    assert [code for code, _ in examine_shape(path, "m").faults] == [
        "non-finite-vertex", "not-closed",
    ]  # fmt: skip


def test_refused_report_has_the_keys_of_an_accepted_one(tmp_path):
    path = tmp_path / "body.obj"
    path.write_text(obj())
    accepted = shape_report(load_shape(path, "m"))
    path.write_text(obj(faces=FACES[1:]))
    assert set(examine_shape(path, "m").report()) <= set(accepted)


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
        ("wrong-extents", ("body.obj", "m", (9.0, 9.0, 7.4))),
    ],
)
def test_wrong_request_is_refused_with_its_code(tmp_path, monkeypatch, code, arguments):
    monkeypatch.chdir(tmp_path)
    Path("body.obj").write_text(obj())
    with pytest.raises(BadInput) as error:
        load_shape(*arguments)
    assert error.value.code == code


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


# kind of damage: what repair must say of it, and what the file says
REPAIRED = {
    "a face without area": ("degenerate-faces", obj(faces=[*FACES, (1, 2, 2)])),
    "a missing face": ("not-closed", obj(faces=FACES[:-1])),
    "two holes": ("not-closed", obj(faces=[*FACES[1:5], *FACES[6:]])),
    "one face turned": ("inconsistent-winding", obj(faces=flipped(1))),
    "five faces turned": ("inconsistent-winding", obj(faces=flipped(5))),
    "all faces turned": ("inside-out", obj(faces=flipped(12))),
    "one face twice": ("duplicate-faces", obj(faces=[*FACES, FACES[0]])),
    "all faces twice": ("duplicate-faces", obj(faces=FACES * 2)),
    "no shared vertices": ("merged-vertices", unshared()),
}


@pytest.mark.parametrize("kind", REPAIRED)
def test_repair_mends_the_cube_and_says_so(tmp_path, kind):
    code, text = REPAIRED[kind]
    path = tmp_path / "body.obj"
    path.write_text(text)
    with pytest.raises(ShapeError):
        load_shape(path, "m")
    shape = load_shape(path, "m", repair=True)
    assert shape.volume == pytest.approx(9.0**3, rel=1e-12)
    noted = dict(shape.problems)
    assert noted[code].startswith("repair: ")
    assert "self-intersecting" not in noted


@pytest.mark.parametrize(
    "kind", ["a vertex that is NaN", "an index past the end", "two bodies", "one face", "no volume"]
)
def test_repair_does_not_invent_what_is_lost(tmp_path, kind):
    """The must-fail twin of repair: what trimesh cannot mend keeps its code."""
    code, text = DAMAGE[kind]
    path = tmp_path / "body.obj"
    path.write_text(text)
    with pytest.raises(ShapeError) as error:
        load_shape(path, "m", repair=True)
    assert error.value.code == code


def test_textures_normals_and_groups_do_not_split_the_mesh(tmp_path):
    text = "mtllib a.mtl\nvt 0 0\nvn 0 0 1\nvn 1 0 0\n" + obj(faces=[])
    for k, face in enumerate(FACES):
        corners = " ".join(f"{i}/1/{1 + (i + k) % 2}" for i in face)
        text += f"g part{k % 2}\nusemtl m{k % 2}\nf {corners}\n"
    path = tmp_path / "body.obj"
    path.write_text(text)
    assert load_shape(path, "m").vertices.shape == (8, 3)


def test_vertices_of_no_face_are_left_out_of_the_extents(tmp_path):
    path = tmp_path / "body.obj"
    path.write_text(obj([*CUBE, (500.0, 0.0, 0.0)]))
    shape = load_shape(path, "m")
    assert shape.extents.max() == pytest.approx(9.0, rel=1e-12)
    assert [code for code, _ in shape.problems] == ["unused-vertices"]


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("lacks extents", ("extents = [20.0, 14.3, 12.0]", "")),
        ("unknown key extent", ("extents = ", "extents = [1, 2, 3]\nextent = ")),
        ("three lengths", ("extents = [20.0, 14.3, 12.0]", "extents = [20.0]")),
        ("registry.toml", ("[kamooalewa]", "[kamooalewa")),
    ],
)
def test_damaged_registry_is_refused_with_the_key(tmp_path, monkeypatch, said, change):
    text = (registry.SHAPES / "registry.toml").read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "registry.toml").write_text(text.replace(*change, 1), encoding="utf-8")
    monkeypatch.setattr(registry, "SHAPES", tmp_path)
    registry.registered_shapes.cache_clear()
    try:
        with pytest.raises(ShapeError, match=said) as error:
            load_shape("kamooalewa")
    finally:
        registry.registered_shapes.cache_clear()
    assert error.value.code == "registry"
