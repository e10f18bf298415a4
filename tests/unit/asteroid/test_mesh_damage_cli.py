"""`sampling-sim shape` on broken files: every fault in the JSON, one line, exit code 2."""

import json
import sys

import pytest

from sampling_sim import cli
from sampling_sim.asteroid.shape import load_shape

CUBE = [(x, y, z) for x in (0.0, 9.0) for y in (0.0, 9.0) for z in (0.0, 9.0)]
FACES = [
    (1, 2, 4), (1, 4, 3), (5, 7, 8), (5, 8, 6), (1, 5, 6), (1, 6, 2),
    (3, 4, 8), (3, 8, 7), (1, 3, 7), (1, 7, 5), (2, 6, 8), (2, 8, 4),
]  # fmt: skip


@pytest.fixture
def call(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sampling-sim", "shape", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        text = capsys.readouterr()
        return int(end.value.code or 0), text.out, text.err

    return run


@pytest.fixture
def broken(tmp_path):
    """Write a cube with a hole and a face turned, in kilometres."""
    path = tmp_path / "body.obj"
    faces = [FACES[0][::-1], *FACES[1:-1]]
    path.write_text(
        "".join("v {} {} {}\n".format(*(x / 1e3 for x in vertex)) for vertex in CUBE)
        + "".join("f {} {} {}\n".format(*face) for face in faces)
    )
    return path


def test_json_lists_every_fault_and_one_line_names_the_first(call, broken):
    code, out, err = call(broken, "--unit", "m", "--json")
    report = json.loads(out)
    assert [problem["code"] for problem in report["problems"]] == [
        "not-closed", "inconsistent-winding", "wrong-unit",
    ]  # fmt: skip
    assert (report["closed"], report["faces"], report["volume"]) == (False, 11, None)
    assert code == 2
    assert err.count("\n") == 1
    assert "[not-closed]" in err
    assert "also: inconsistent-winding, wrong-unit" in err


def test_without_json_stdout_stays_empty(call, broken):
    code, out, err = call(broken, "--unit", "m")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_file_that_is_no_mesh_has_its_code_in_the_json(call, tmp_path):
    path = tmp_path / "body.obj"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    code, out, err = call(path, "--json")
    report = json.loads(out)
    assert [problem["code"] for problem in report["problems"]] == ["unit-not-stated", "not-a-mesh"]
    assert report["vertices"] is None
    assert code == 2
    assert "Traceback" not in err


def test_repaired_mesh_is_written_and_loads_without_repair(call, broken, tmp_path):
    mended = tmp_path / "mended.obj"
    code, out, _ = call(broken, "--unit", "km", "--repair", "-o", mended, "--json")
    assert code == 0
    noted = [problem["code"] for problem in json.loads(out)["problems"]]
    assert {"inconsistent-winding", "not-closed"} <= set(noted)
    shape = load_shape(mended, "m")
    assert shape.volume == pytest.approx(729.0, rel=1e-12)
    assert shape.problems == ()
    before = mended.read_bytes()
    code, _, err = call(broken, "--unit", "km", "--repair", "-o", mended)
    assert code == 2
    assert "[not-written]" in err
    assert mended.read_bytes() == before


def test_scale_gives_a_model_without_unit_its_size(call, tmp_path):
    """Length of 1 in the file, with its own unit: 2 ft is 0.6096 m."""
    path = tmp_path / "model.txt"
    rows = [(8, 12), *CUBE, *FACES]
    path.write_text("\n".join(" ".join(map(str, row)) for row in rows))
    code, out, _ = call(path, "--scale", "2 ft", "--json")
    assert code == 0
    assert json.loads(out)["extents"] == pytest.approx([9.0 * 0.6096] * 3, rel=1e-12)
    for wrong in ("2", "2 kg", "big", "-2 m"):
        code, out, err = call(path, "--scale", wrong)
        assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("suffix", [".obj", ".stl", ".PLY", ".glb"])
def test_a_mesh_is_written_in_the_format_of_its_name(call, suffix, tmp_path):
    """Read back in metres and the body frame: every digit of an OBJ, single precision elsewhere."""
    written, whole = tmp_path / f"body{suffix}", load_shape("kamooalewa")
    code, out, err = call("kamooalewa", "-o", written, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["volume"] == whole.volume
    first = {".obj": b"# kamooalewa", ".PLY": b"ply", ".glb": b"glTF"}.get(suffix, b"")
    assert written.read_bytes().startswith(first)
    again = load_shape(written, "m")
    assert len(again.faces) == len(whole.faces)
    assert len(again.vertices) == len(whole.vertices)
    tolerance = 1e-12 if suffix == ".obj" else 1e-6  # a unit in the last place: 2^-24
    assert again.volume == pytest.approx(whole.volume, rel=tolerance)
    assert again.extents == pytest.approx(whole.extents, rel=tolerance)


@pytest.mark.parametrize("name", ["body.x3d", "body"])
def test_a_name_of_no_format_that_is_written_is_refused_before_the_mesh_is_read(
    call, name, tmp_path
):
    code, out, err = call("kamooalewa", "-o", tmp_path / name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{tmp_path / name}: format " in err
    assert "is not written; use .obj, .stl, .ply, .glb" in err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_replaced(call, tmp_path):
    there = tmp_path / "body.stl"
    there.write_text("mine")
    code, _, err = call("kamooalewa", "-o", there)
    assert (code, err.count("\n")) == (2, 1)
    assert "cannot be written: File exists" in err
    assert there.read_text() == "mine"
