"""The command `replay` and its function: a page, or one line that says why there is none."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from replay_case import recorded_store

import sampling_sim
from sampling_sim.cli import main
from sampling_sim.outcome import Outcome, Status

HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    return recorded_store(tmp_path_factory.mktemp("replay") / "one.h5")


def called(monkeypatch, capsys, *words) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["sampling-sim", "replay", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().err


def refused(monkeypatch, capsys, *words) -> str:
    """One line and exit code 2, and nothing new beside the inputs."""
    folder = Path(words[0]).parent
    before = sorted(folder.rglob("*")) if folder.is_dir() else []
    code, said = called(monkeypatch, capsys, *words)
    assert code == 2, said
    assert said.startswith("sampling-sim: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert (sorted(folder.rglob("*")) if folder.is_dir() else []) == before
    return said


def test_a_page_is_written_and_replaced(stored, tmp_path, monkeypatch, capsys):
    page = tmp_path / "new" / "replay.html"
    for _ in range(2):
        assert called(monkeypatch, capsys, stored, "--case", "0", "-o", page)[0] == 0
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert "123 g" in text
    assert "7.5 N" in text
    assert "three.js authors" in text  # whose licence goes with every copy
    assert "Permission is hereby granted" in text
    assert sorted(page.parent.iterdir()) == [page]


def test_the_same_case_is_the_same_page(stored, tmp_path):
    one, two = tmp_path / "one.html", tmp_path / "two.html"
    sampling_sim.write_replay(stored, 0, one)
    sampling_sim.write_replay(str(stored), 0, str(two))
    assert one.read_bytes() == two.read_bytes()


def test_hostile_text_stays_text(tmp_path):
    outcome = Outcome(status=Status.DIVERGED, collected_mass=float("nan"), message=HOSTILE)
    folder = tmp_path / "<b>&amp;"
    folder.mkdir()
    store = recorded_store(folder / "a<script>b.h5", grains=3, frames=4, outcome=outcome)
    page = tmp_path / "page.html"
    sampling_sim.write_replay(store, 0, page)
    text = page.read_text()
    assert "<img src=x" not in text
    assert "<script>window.hacked" not in text
    assert "&lt;img src=x" in text
    assert "a&lt;script&gt;b.h5" in text
    assert "not measured" in text


def test_what_is_no_store_is_refused(tmp_path, monkeypatch, capsys):
    words = ("--case", "0", "-o", tmp_path / "page.html")
    assert "no such file" in refused(monkeypatch, capsys, tmp_path / "none.h5", *words)
    other = tmp_path / "text.h5"
    other.write_text("no result file")
    assert "text.h5: is not a result file" in refused(monkeypatch, capsys, other, *words)


def test_a_case_of_a_sweep_that_goes_on_is_played(stored, tmp_path, monkeypatch, capsys):
    """Its finished cases lie beside the output; what is not finished is not there."""
    output, page = tmp_path / "all.h5", tmp_path / "page.html"
    parts = tmp_path / "all.h5.shards"
    parts.mkdir()
    begun = refused(monkeypatch, capsys, output, "--case", "0", "-o", page)
    assert "no case is finished yet" in begun
    other = recorded_store(tmp_path / "other.h5", grains=3, frames=3)
    with h5py.File(other, "r+") as file:
        file["runs/case"][:] = 7
    other.rename(parts / "part-000001-1.h5")
    shutil.copy(stored, parts / "part-000002-1.h5")
    notes: list[str] = []
    monkeypatch.setattr("sampling_sim.terminal.print_note", notes.append)
    assert called(monkeypatch, capsys, output, "--case", "0", "-o", page)[0] == 0
    assert notes[1] == f"{output} is not finished: a sweep still writes it, or was killed"
    text = page.read_text()
    assert "400 spheres" in text
    assert '<p class="soft">all.h5</p>' in text
    missing = refused(monkeypatch, capsys, output, "--case", "5", "-o", page)
    assert "all.h5: its sweep has not finished case 5" in missing


def test_a_case_that_is_not_there_is_refused(stored, tmp_path, monkeypatch, capsys):
    said = refused(monkeypatch, capsys, stored, "--case", "5", "-o", tmp_path / "page.html")
    assert "has no case 5" in said
    empty = tmp_path / "empty.h5"
    shutil.copy(stored, empty)
    with h5py.File(empty, "r+") as file:
        del file["runs/case"]
        file["runs/case"] = np.zeros(0, int)
    said = refused(monkeypatch, capsys, empty, "--case", "0", "-o", tmp_path / "page.html")
    assert "has no case 0; it holds none" in said


def test_a_case_that_was_not_recorded_says_how_to(tmp_path, monkeypatch, capsys):
    plain = recorded_store(tmp_path / "plain.h5", grains=3, frames=3, record=False)
    said = refused(monkeypatch, capsys, plain, "--case", "0", "-o", tmp_path / "page.html")
    assert f"sampling-sim rerun {plain} --case 0 --record -o" in said


def test_a_case_of_which_no_snapshot_fitted_says_so(tmp_path, monkeypatch, capsys):
    short = recorded_store(tmp_path / "short.h5", grains=3, frames=3, has_snapshots=False)
    capsys.readouterr()  # the run warns of it, too
    said = refused(monkeypatch, capsys, short, "--case", "0", "-o", tmp_path / "page.html")
    assert "--record-budget" in said
    assert "rerun" in said


@pytest.mark.parametrize("name", ["page.txt", "page", "folder.html"])
def test_an_output_that_is_no_page_is_refused(stored, tmp_path, monkeypatch, capsys, name):
    (tmp_path / "folder.html").mkdir()
    said = refused(monkeypatch, capsys, stored, "--case", "0", "-o", tmp_path / name)
    assert name in said


def test_an_output_that_cannot_be_written_is_refused(stored, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("in the way")
    said = refused(monkeypatch, capsys, stored, "--case", "0", "-o", tmp_path / "file" / "a.html")
    assert "cannot write here" in said


def test_the_file_to_read_is_not_written_over(stored, tmp_path, monkeypatch, capsys):
    strange = tmp_path / "store.html"
    shutil.copy(stored, strange)
    before = strange.read_bytes()
    assert "is the file to read" in refused(
        monkeypatch, capsys, strange, "--case", "0", "-o", strange
    )
    assert strange.read_bytes() == before


def test_a_failure_while_writing_keeps_the_old_page(stored, tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.html"
    page.write_text("old")

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sampling_sim.store.writing.PatientFile.write", full)
    code, said = called(monkeypatch, capsys, stored, "--case", "0", "-o", page)
    assert code == 2
    assert "No space left" in said
    assert page.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == [page]


@pytest.mark.parametrize(
    "name", ["grains/position", "grains/speed", "links/position", "links/orientation"]
)
def test_numbers_that_are_none_are_refused(stored, tmp_path, monkeypatch, capsys, name):
    copy = tmp_path / "copy.h5"
    shutil.copy(stored, copy)
    with h5py.File(copy, "r+") as file:
        file[f"particles/case_0_{name}/value"][2, 1] = np.nan
    said = refused(monkeypatch, capsys, copy, "--case", "0", "-o", tmp_path / "page.html")
    assert "case 0: not every number in its snapshots is finite" in said


def test_a_craft_of_another_version_is_refused(stored, tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.html"
    for change in ("value", "gone", "links"):
        copy = tmp_path / f"{change}.h5"
        shutil.copy(stored, copy)
        with h5py.File(copy, "r+") as file:
            if change == "value":
                file["runs/mechanism.wheel_radius"][:] = 0.123
            elif change == "gone":
                del file["runs/mechanism.wheel_radius"]
            else:
                file["particles/case_0_links/name"][0] = b"boat"
        said = refused(monkeypatch, capsys, copy, "--case", "0", "-o", page)
        assert ("boat" if change == "links" else "mechanism.wheel_radius") in said
        assert "replay it with the version that made it" in said
