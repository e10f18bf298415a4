"""Schema 2: compact, readable by others, and written piece by piece without a trace of it."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr
from test_store_file import contents, contents_with

from sampling_sim.campaign.executors.attempts import Attempt
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.records import case_record
from sampling_sim.errors import StoreError
from sampling_sim.outcome import Outcome, Status, outcome_columns
from sampling_sim.store import (
    Column,
    StoreContent,
    batch_content,
    files,
    hdf5,
    merge_stores,
    merged_content,
    read_columns,
    read_store,
    same_bits,
    write_store,
)

Load = Callable[..., Experiment]


@pytest.fixture
def parts(experiment: Load) -> list[StoreContent]:
    return contents(experiment())


def many(content: StoreContent, cases: int) -> StoreContent:
    """Rows enough for every array to be compressed; every float an outcome gives is random."""
    rng, outcomes = np.random.default_rng(3), outcome_columns()
    runs = {}
    for name, column in content.runs.items():
        values = np.repeat(column.values[:1], cases)
        if name == "case":
            values = np.arange(cases)
        elif name == "case_id":
            values = np.array([f"{x:016x}" for x in rng.integers(0, 2**63, cases)], dtype=object)
        elif name == "status":
            values = rng.choice(np.array(["collected", "empty"], dtype=object), cases)
        elif name in outcomes and values.dtype.kind == "f":
            values = rng.normal(size=cases)
        elif name in outcomes and values.dtype.kind == "b":
            values = rng.random(cases) < 0.5
        runs[name] = Column(values, column.attributes)
    return StoreContent(content.attributes, runs, {}, {})


def test_many_cases_stay_far_below_eight_bytes_a_column(
    parts: list[StoreContent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The budget of a million cases holds at twenty thousand; a file not compressed fails here."""
    content, cases = many(parts[0], 20_000), 20_000
    budget = 8 * (len(content.names) + 4) * cases
    write_store(tmp_path / "many.h5", content)
    assert (tmp_path / "many.h5").stat().st_size < 0.6 * budget
    with h5py.File(tmp_path / "many.h5") as file:
        assert file["runs/mechanism.width"].compression == "gzip"
        assert file["runs/peak_force"].compression is None  # random bits: nothing to gain
    found = read_store(tmp_path / "many.h5")
    for name, column in content.runs.items():
        assert same_bits(found.columns[name], column.values).all(), name
    with xr.open_dataset(tmp_path / "many.h5", engine="h5netcdf", group="runs") as dataset:
        frame = dataset[["status", "slipped", "peak_force"]].to_dataframe()
    for name in frame:
        assert frame[name].tolist() == content.columns[name].tolist()
    monkeypatch.setattr(hdf5, "COMPRESSED_FROM", cases + 1)
    write_store(tmp_path / "many.h5", content)
    assert (tmp_path / "many.h5").stat().st_size > 0.6 * budget


def test_a_file_of_few_cases_is_no_larger_than_in_schema_1(tmp_path: Path) -> None:
    old = Path(__file__).parent / "data" / "fake_schema_1.h5"
    write_store(tmp_path / "new.h5", read_store(old))
    assert (tmp_path / "new.h5").stat().st_size < 1.02 * old.stat().st_size


@pytest.mark.parametrize("cases", [3, 2_000])
@pytest.mark.parametrize(
    "words", [["", "", ""], ["émpty", "x\\0y", " "], ["a", "b" * 64, ""], ["ß" * 400, "", "\n"]]
)
def test_texts_come_back_whatever_their_length(
    parts: list[StoreContent], tmp_path: Path, words: list[str], cases: int
) -> None:
    """Those of fixed width and those too long for it, for us, h5py and xarray."""
    texts = np.array([words[i % 3] for i in range(cases)], dtype=object)
    write_store(tmp_path / "t.h5", contents_with(many(parts[0], cases), "message", texts))
    assert read_columns(tmp_path / "t.h5", ["message"])["message"].tolist() == texts.tolist()
    with h5py.File(tmp_path / "t.h5") as file:
        assert file["runs/message"].asstr()[:].tolist() == texts.tolist()
    with xr.open_dataset(tmp_path / "t.h5", engine="h5netcdf", group="runs") as dataset:
        assert dataset["message"].values.tolist() == texts.tolist()


def test_a_long_text_in_one_part_leaves_the_others_as_they_are(
    parts: list[StoreContent], tmp_path: Path
) -> None:
    long = contents_with(parts[2], "message", np.array(["é" * 300], dtype=object))
    paths = [tmp_path / f"{i}.h5" for i in range(3)]
    for path, part in zip(paths, [parts[0], parts[1], long], strict=True):
        write_store(path, part)
    merge_stores(paths, tmp_path / "all.h5")
    found = read_columns(tmp_path / "all.h5", ["message", "status"])
    assert found["message"].tolist() == ["", "", "é" * 300]
    assert found["status"].tolist() == [part.columns["status"][0] for part in parts[:3]]


def test_an_error_that_quotes_what_no_text_holds_is_kept(experiment: Load, tmp_path: Path) -> None:
    """NUL ends a text in HDF5, and a lone surrogate is in no encoding."""
    loaded = experiment()
    plan = loaded.planned(0)
    outcome = Outcome(status=Status.FAILED, message="wires \0 crossed \udcff")
    record, described = case_record(loaded, plan, loaded.case_of(plan), Attempt(outcome, {}))
    records = [replace(record, case=1), record]
    content = batch_content(records, contents(loaded)[0].attributes, described)
    write_store(tmp_path / "out.h5", content)
    found = read_columns(tmp_path / "out.h5", ["case", "message"])
    assert found["case"].tolist() == [0, 1]
    assert found["message"].tolist() == ["wires \\0 crossed \\udcff"] * 2


def test_pieces_and_groups_leave_no_trace_in_the_file(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merged in memory or file by file, with series in pieces: the same bytes."""
    parts = contents(experiment("campaign.cases=9"))
    none = contents(experiment("campaign.cases=9"), record=False)
    mixed = [merged_content(parts[2:5]), none[5], parts[1], *parts[6:], parts[7], none[0]]
    paths = [tmp_path / f"{i}.h5" for i in range(len(mixed))]
    for path, part in zip(paths, mixed, strict=True):
        write_store(path, part, has_scales=False)
    write_store(tmp_path / "whole.h5", merged_content(mixed))
    whole = (tmp_path / "whole.h5").read_bytes()
    merge_stores(paths, tmp_path / "files.h5")
    assert (tmp_path / "files.h5").read_bytes() == whole
    monkeypatch.setattr(hdf5, "SAMPLES_AT_ONCE", 4)
    monkeypatch.setattr(files, "OPEN_AT_ONCE", 2)
    assert merge_stores(paths[::-1], tmp_path / "pieces.h5") == 9
    assert (tmp_path / "pieces.h5").read_bytes() == whole
    assert sorted(tmp_path.iterdir()) == sorted(
        [*paths, *(tmp_path / f"{n}.h5" for n in ("whole", "files", "pieces"))]
    )


def test_a_merge_that_is_refused_names_the_files_and_writes_nothing(
    parts: list[StoreContent], tmp_path: Path
) -> None:
    one, other, out = tmp_path / "one.h5", tmp_path / "other.h5", tmp_path / "out.h5"
    write_store(one, merged_content(parts[:3]))
    write_store(other, contents_with(parts[2], "peak_force", np.array([9.0])))
    with pytest.raises(StoreError, match=r"one\.h5 and .*other\.h5 hold case 2 with different pe"):
        merge_stores([one, other], out)
    backwards = contents_with(merged_content(parts[:2]), "case", np.array([1, 0]))
    write_store(other, backwards)
    with pytest.raises(StoreError, match=r"other\.h5: damaged: its rows are not sorted by case"):
        merge_stores([one, other], out)
    assert sorted(tmp_path.iterdir()) == [one, other]


def test_only_what_is_asked_for_is_read(
    parts: list[StoreContent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_store(tmp_path / "out.h5", merged_content(parts))
    read, seen = hdf5._read, []

    def noted(dataset: h5py.Dataset, span: slice) -> np.ndarray:
        seen.append(dataset.name)
        return read(dataset, span)

    monkeypatch.setattr(hdf5, "_read", noted)
    found = read_columns(tmp_path / "out.h5", ["peak_force", "status"])
    assert list(found) == ["peak_force", "status"]
    assert seen == ["/runs/peak_force", "/runs/status"]
    assert list(read_columns(tmp_path / "out.h5")) == list(parts[0].names)
    with pytest.raises(StoreError, match=r"out\.h5: has no column mass"):
        read_columns(tmp_path / "out.h5", ["mass"])


def test_importing_the_store_loads_neither_h5py_nor_xarray() -> None:
    code = "import sys, sampling_sim.store; print({'h5py', 'xarray'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
