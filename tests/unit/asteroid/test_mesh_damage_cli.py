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
