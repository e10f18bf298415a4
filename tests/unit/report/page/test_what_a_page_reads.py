"""What a page is made from: a result file, or what is finished of one that a sweep still writes."""

import h5py
import numpy as np
import pytest
from made_stores import TEXT, collected, experiment_of, made_content, made_store

from sampling_sim.campaign.batches import BatchFolder, shards_of
from sampling_sim.errors import BadInput, StoreError
from sampling_sim.outcome import Status
from sampling_sim.report.page import view as view_module
from sampling_sim.report.page.view import read_view
from sampling_sim.store import StoreContent

PAGE = "page.html"


def only(content: StoreContent, rows: slice) -> StoreContent:
    """Keep some rows of a file without series."""
    runs = {n: type(c)(c.values[rows], c.attributes) for n, c in content.runs.items()}
    return StoreContent(content.attributes, runs, {}, {})


def test_columns_are_those_of_the_file(tmp_path):
    path = made_store(tmp_path / "a.h5")
    view = read_view(path, tmp_path / PAGE)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(view.columns["collected_mass"], file["runs/collected_mass"])
    assert view.cases == 8
    assert view.varying == ["sequence.tilt_x", "sequence.approach_speed"]
    assert view.unit("collected_mass") == "kg"
    assert view.unit("collected_count") == ""
    assert not view.is_unfinished


def test_recorded_cases_have_their_series(tmp_path):
    view = read_view(made_store(tmp_path / "a.h5", recorded=3), tmp_path / PAGE)
    assert view.recorded == (0, 1, 2)
    assert view.series_cases == 3
    assert list(view.series) == [0, 1, 2]
    np.testing.assert_array_equal(view.series[1]["time"], np.linspace(0.0, 2.0, 20))


def test_only_the_first_series_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(view_module, "SERIES_CASES", 2)
    view = read_view(made_store(tmp_path / "a.h5", recorded=3), tmp_path / PAGE)
    assert (list(view.series), view.series_cases) == ([0, 1], 3)


def test_a_sweep_that_goes_on_is_read_from_its_batches(tmp_path):
    content = made_content(experiment_of())
    path = tmp_path / "a.h5"
    folder = BatchFolder(shards_of(path))
    folder.path.mkdir()
    folder.put(only(content, slice(0, 3)))
    folder.put(only(content, slice(3, 5)))
    view = read_view(path, tmp_path / PAGE)
    assert view.is_unfinished
    assert (view.cases, view.files) == (5, 2)
    assert view.summary["cases"] == 5


def test_a_sweep_that_was_resumed_is_read_with_what_it_had(tmp_path):
    """A case that both the file and a batch hold counts once."""
    path = made_store(tmp_path / "a.h5", experiment_of())
    content = made_content(experiment_of())
    folder = BatchFolder(shards_of(path))
    folder.path.mkdir()
    folder.put(only(content, slice(6, 8)))
    view = read_view(path, tmp_path / PAGE)
    assert (view.cases, view.files, view.is_unfinished) == (8, 2, True)


def test_batches_that_are_merged_meanwhile_are_found_again(tmp_path, monkeypatch):
    """Between looking and reading, a sweep merges its small files into one."""
    content = made_content(experiment_of())
    path = tmp_path / "a.h5"
    folder = BatchFolder(shards_of(path))
    folder.path.mkdir()
    folder.put(only(content, slice(0, 4)))
    found = [[folder.path / "part-000009-1.h5"]]
    look = view_module.finished_files
    monkeypatch.setattr(view_module, "finished_files", lambda p: found.pop() if found else look(p))
    assert read_view(path, tmp_path / PAGE).cases == 4


def test_a_sweep_without_a_finished_case_is_told(tmp_path):
    shards_of(tmp_path / "a.h5").mkdir()
    with pytest.raises(BadInput, match="no case is finished yet"):
        read_view(tmp_path / "a.h5", tmp_path / PAGE)


def test_a_file_without_a_case_is_told(tmp_path):
    path = made_store(tmp_path / "a.h5")
    with h5py.File(path, "a") as file:
        for name in list(file["runs"]):
            values = file["runs"][name][:0]
            del file["runs"][name]
            file["runs"][name] = values
    with pytest.raises(BadInput, match="holds no case"):
        read_view(path, tmp_path / PAGE)


@pytest.mark.parametrize("damage", ["missing", "text", "empty", "other"])
def test_what_is_no_result_file_is_told(tmp_path, damage):
    path = tmp_path / "a.h5"
    if damage == "text":
        path.write_text("hello")
    elif damage == "empty":
        path.touch()
    elif damage == "other":
        with h5py.File(path, "w") as file:
            file["x"] = [1.0]
    with pytest.raises(StoreError, match=r"a\.h5"):
        read_view(path, tmp_path / PAGE)


def test_a_status_that_there_is_not_is_told(tmp_path):
    path = made_store(tmp_path / "a.h5")
    with h5py.File(path, "a") as file:
        status = file["runs/status"][:]
        status[3] = b"weird"
        file["runs/status"][:] = status
    with pytest.raises(StoreError, match=r"a\.h5: status 'weird' is none of failed, "):
        read_view(path, tmp_path / PAGE)


def test_drivers_are_told_or_why_not(tmp_path):
    few = read_view(made_store(tmp_path / "a.h5"), tmp_path / PAGE)
    assert few.drivers["collected_mass"] == "8 cases have a value; needs 20"
    many = made_store(tmp_path / "b.h5", experiment_of(TEXT, "campaign.cases=25"))
    found = read_view(many, tmp_path / PAGE).drivers["collected_mass"]
    assert {e["input"] for e in found["drivers"]} == {"sequence.approach_speed", "sequence.tilt_x"}


def test_finished_leaves_out_what_cannot_be_trusted(tmp_path):
    def rule(plan, rng):
        outcome = collected(plan, rng)
        return type(outcome)(status=Status.DIVERGED) if plan.index == 2 else outcome

    view = read_view(made_store(tmp_path / "a.h5", rule=rule), tmp_path / PAGE)
    assert np.flatnonzero(~view.finished).tolist() == [2]
