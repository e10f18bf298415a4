"""The result file: readable by anyone, written whole or not at all, merged in any order."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import fake_chain
import h5py
import numpy as np
import pytest
import xarray as xr

from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.campaign.provenance import root_attributes
from sampling_sim.campaign.records import case_record
from sampling_sim.errors import SchemaVersionError, StoreError
from sampling_sim.outcome import NOT_COMPARED, outcome_columns
from sampling_sim.store import (
    StoreContent,
    check_new,
    merged_content,
    open_store,
    read_store,
    same_bits,
    single_content,
    write_store,
)

Load = Callable[..., Experiment]


def contents(experiment: Experiment, *, record: bool = True) -> list[StoreContent]:
    """One content a case, as the shards of a sweep hold them."""
    attributes = root_attributes(experiment, mesh_hashes(experiment))
    parts = []
    for plan in experiment.plan():
        case = experiment.case(plan.replicate, plan.design_point)
        result = fake_chain.fake_run(case, record=record)
        found, described = case_record(experiment, plan, case, result)
        parts.append(single_content(found, attributes, described))
    return parts


@pytest.fixture
def parts(experiment: Load) -> list[StoreContent]:
    return contents(experiment("mechanism.limit=2 mm"))


@pytest.fixture
def stored(parts: list[StoreContent], tmp_path: Path) -> Path:
    path = tmp_path / "out.h5"
    write_store(path, merged_content(parts))
    return path


def test_plain_h5py_reads_columns_units_and_attributes(stored: Path, experiment: Load) -> None:
    with h5py.File(stored) as file:
        runs = file["runs"]
        assert list(runs)[:2] == ["case", "case_id"]
        assert runs["collected_mass"].attrs["units"] == "kg"
        assert runs["sequence.approach_speed"].attrs["units"] == "m/s"
        assert runs["sequence.approach_speed"].attrs["varying"] == 1
        assert runs["mechanism.width"].attrs["varying"] == 0
        assert runs["collected_mass"].dims[0][0] == runs["case"]
        assert runs["status"].asstr()[0] in {"collected", "empty"}
        assert file.attrs["experiment"] == experiment().text
        assert file.attrs["schema_version"] == 2
        assert len(file.attrs["shape_sha256"]) == 64
        assert outcome_columns().keys() <= set(runs)


def test_xarray_and_pandas_read_the_same_values(stored: Path, experiment: Load) -> None:
    speeds = [experiment().case(i).sequence.approach_speed for i in range(6)]
    with xr.open_dataset(stored, engine="h5netcdf", group="runs") as dataset:
        assert dataset["slipped"].dtype == bool
        assert dataset["collected_count"].dtype == np.int64
        assert dataset["sequence.approach_speed"].values.tolist() == speeds
        frame = dataset.to_dataframe()
    assert frame.index.name == "case"
    assert frame["sequence.approach_speed"].tolist() == speeds
    ours = open_store(stored)
    assert ours.sizes == {"case": 6}
    assert ours.attrs["seed"] == 7
    assert ours["peak_force"].attrs["units"] == "N"
    assert ours["status"].values.tolist() == frame["status"].tolist()


def test_series_are_cut_by_their_offsets(stored: Path, experiment: Load) -> None:
    with h5py.File(stored) as file:
        offsets = file["series/offsets"][:]
        force = file["series/force"][:]
    for i in range(6):
        expected = fake_chain.fake_run_recorded(experiment().case(i)).series["force"]
        assert force[offsets[i] : offsets[i + 1]].tolist() == expected.tolist()
    assert offsets[-1] == len(force) > 6
    with xr.open_dataset(stored, engine="h5netcdf", group="series") as dataset:
        assert dataset["force"].dims == ("time",)
        assert dataset["offsets"].attrs["units"] == "1"
        frame = dataset.drop_dims("offsets").to_dataframe()  # as docs/store.md says
    assert frame["force"].tolist() == force.tolist()


def test_outcomes_come_back_as_they_went_in(stored: Path, experiment: Load) -> None:
    columns = read_store(stored).columns
    for row in range(6):
        out = fake_chain.fake_run(experiment().case(row)).outcome
        for name in outcome_columns().keys() - NOT_COMPARED:
            assert same_bits(getattr(out, name), columns[name][row]), name


def test_file_is_the_same_bytes_whatever_the_order_of_the_shards(
    parts: list[StoreContent], tmp_path: Path
) -> None:
    halves = [merged_content(parts[:2]), merged_content(parts[4:]), merged_content(parts[2:4])]
    found = set()
    for i, order in enumerate([parts, parts[::-1], *permutations(halves)]):
        path = tmp_path / f"{i}.h5"
        write_store(path, merged_content(list(order)))
        found.add(path.read_bytes())
    assert len(found) == 1
    write_store(tmp_path / "fewer.h5", merged_content(parts[:5]))
    assert (tmp_path / "fewer.h5").read_bytes() not in found


def test_cases_in_two_parts_count_once_unless_they_differ(parts: list[StoreContent]) -> None:
    again = merged_content([*parts, parts[2], parts[2]])
    assert again.columns["case"].tolist() == list(range(6))
    assert again.offsets[""].tolist() == merged_content(parts).offsets[""].tolist()
    wrong = contents_with(parts[2], "collected_mass", np.array([9.0]))
    with pytest.raises(StoreError, match="case 2 with different collected_mass"):
        merged_content([*parts, wrong])


def contents_with(content: StoreContent, name: str, values: Any) -> StoreContent:
    column = type(content.runs[name])(values, content.runs[name].attributes)
    runs = {**content.runs, name: column}
    return StoreContent(content.attributes, runs, content.offsets, content.series)


def test_parts_of_other_campaigns_are_refused(parts: list[StoreContent], experiment: Load) -> None:
    other = contents(experiment("mechanism.limit=2 mm", "campaign.seed=8"))
    with pytest.raises(StoreError, match="campaign_id differs"):
        merged_content([parts[0], other[1]])


def test_a_case_without_series_leaves_a_gap_of_no_length(experiment: Load) -> None:
    with_series, without = contents(experiment()), contents(experiment(), record=False)
    merged = merged_content([with_series[0], without[1], with_series[2]])
    lengths = np.diff(merged.offsets[""])
    assert lengths[1] == 0
    assert lengths.sum() == len(merged.series["time"].values)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), "no such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:3000]), "damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-200]), "damaged"),
        (lambda path: path.write_bytes(b"collected_mass\n0.3\n"), "not a result file"),
        (lambda path: path.write_bytes(b""), "not a result file"),
        (lambda path: drop(path, "runs/status"), "no column status"),
        (lambda path: drop(path, "series"), "damaged"),
        (lambda path: drop(path, "runs/replicate"), "no column replicate"),
        (lambda path: mark(path, "overrides", None), "no attribute overrides"),
        (lambda path: mark(path, "versions", None), "no attribute versions"),
        (lambda path: mark(path, "overrides", "[1"), "damaged"),
        (lambda path: mark(path, "overrides", "[1]"), "not a list of texts"),
        (lambda path: mark(path, "seed", np.arange(2)), "damaged"),
    ],
)
def test_a_file_that_cannot_be_read_says_so_in_one_line(
    stored: Path, damage: Callable[[Path], object], said: str
) -> None:
    damage(stored)
    with pytest.raises(StoreError) as caught:
        read_store(stored)
    assert str(caught.value).startswith(f"{stored}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def drop(path: Path, name: str) -> None:
    with h5py.File(path, "a") as file:
        del file[name]


def mark(path: Path, name: str, value: object) -> None:
    """Change a root attribute, or take it away."""
    with h5py.File(path, "a") as file:
        del file.attrs[name]
        if value is not None:
            file.attrs[name] = value


def test_other_schema_versions_are_refused(stored: Path) -> None:
    with h5py.File(stored, "a") as file:
        file.attrs["schema_version"] = 99
    with pytest.raises(SchemaVersionError, match="schema_version 99 is unknown"):
        read_store(stored)
    with h5py.File(stored, "a") as file:
        del file.attrs["schema_version"]
    with pytest.raises(StoreError, match="no schema_version"):
        read_store(stored)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    stored: Path, parts: list[StoreContent]
) -> None:
    before = stored.read_bytes()
    broken = contents_with(parts[0], "case_id", np.array([object()]))
    with pytest.raises(AttributeError):
        write_store(stored, broken)
    assert stored.read_bytes() == before
    assert list(stored.parent.iterdir()) == [stored]


def test_a_new_file_is_refused_where_it_cannot_be(stored: Path) -> None:
    with pytest.raises(ValueError, match="exists already"):
        check_new(stored)
    with pytest.raises(ValueError, match="cannot write here"):
        check_new(stored / "inside-a-file.h5")


def test_same_bits_tells_zeros_apart_and_nans_together() -> None:
    assert same_bits(np.nan, -np.float64("nan"))
    assert not same_bits(0.0, -0.0)
    assert not same_bits(1.0, np.nextafter(1.0, 2.0))
    assert same_bits("a", "a")
