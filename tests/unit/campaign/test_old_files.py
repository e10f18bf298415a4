"""Files of schema 1, kept in data/: read, merged, resumed, shown; newer ones are refused."""

import shutil
from pathlib import Path

import fake_chain
import h5py
import numpy as np
import pytest

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.statistics.stored import stored_experiment
from sampling_sim.errors import SchemaVersionError
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.store import (
    merge_stores,
    open_store,
    read_attributes,
    read_columns,
    read_store,
    same_bits,
    write_store,
)

DATA = Path(__file__).parent / "data"
FAKE, REAL = DATA / "fake_schema_1.h5", DATA / "run_schema_1.h5"
"""Eight cases of the fake chain, some of which failed, with series; one of `sampling-sim run`."""


def plain(dataset: h5py.Dataset) -> np.ndarray:
    """Values as h5py gives them, with nothing of ours."""
    if h5py.check_string_dtype(dataset.dtype):
        return dataset.asstr()[:]
    return dataset[:].astype(bool) if dataset.attrs.get("dtype") == "bool" else dataset[:]


@pytest.mark.parametrize("path", [FAKE, REAL], ids=lambda path: path.stem)
def test_every_value_of_an_old_file_is_read_and_written_anew(path: Path, tmp_path: Path) -> None:
    """Through plain h5py on both sides; what schema 1 did not know has the value it stood for."""
    write_store(tmp_path / "new.h5", read_store(path))
    with h5py.File(path) as old, h5py.File(tmp_path / "new.h5") as new:
        assert (old.attrs["schema_version"], new.attrs["schema_version"]) == (1, 2)
        assert set(new["runs"]) - set(old["runs"]) == {"surface"}
        assert not new["runs/surface"][:].any()
        names: list[str] = []
        old.visititems(lambda n, item: names.append(n) if isinstance(item, h5py.Dataset) else None)
        assert len(names) > 90
        for name in names:
            assert same_bits(plain(old[name]), plain(new[name])).all(), name
            kept = {"units", "long_name", "varying"} & set(old[name].attrs)
            assert {k: old[name].attrs[k] for k in kept} == {k: new[name].attrs[k] for k in kept}
        for name in old.attrs.keys() - {"schema_version"}:
            assert old.attrs[name] == new.attrs[name]


def test_old_files_are_read_by_every_reader() -> None:
    assert read_attributes(FAKE)["schema_version"] == 2
    assert read_columns(FAKE, ["surface", "case"])["surface"].tolist() == [0] * 8
    assert open_store(REAL)["surface"].values.tolist() == [0]
    assert (
        stored_experiment(read_store(REAL).attributes, "real").campaign_id
        == read_attributes(REAL)["campaign_id"]
    )


def test_old_files_merge_with_new_ones(tmp_path: Path) -> None:
    new = tmp_path / "new.h5"
    write_store(new, read_store(FAKE))
    assert merge_stores([FAKE, new], tmp_path / "both.h5") == 8
    assert (tmp_path / "both.h5").read_bytes() == new.read_bytes()


@pytest.mark.usefixtures("serial_pool")
@pytest.mark.parametrize("place", ["out.h5", "out.h5.shards/case-00000000.h5"])
def test_a_sweep_of_the_old_version_is_resumed(tmp_path: Path, place: str) -> None:
    """From its result, and from the shards that it left when it was killed."""
    (tmp_path / place).parent.mkdir(exist_ok=True)
    shutil.copy(FAKE, tmp_path / place)
    experiment = stored_experiment(read_store(FAKE).attributes, "fake", fake_chain.FakeCase)
    ran = []

    def run(case: fake_chain.FakeCase) -> fake_chain.FakeResult:
        ran.append(case.case_id)
        return fake_chain.fake_run_recorded(case)

    out = run_campaign(experiment, tmp_path / "out.h5", cases=3, resume=True, runner=run)
    resumed, old = read_store(out), read_store(FAKE)
    assert resumed.columns["case"].tolist() == list(range(12))
    assert {*ran} == {*resumed.columns["case_id"][8:]}
    for name in old.runs.keys() - NOT_COMPARED:
        assert same_bits(resumed.columns[name][:8], old.columns[name]).all(), name
    for name in old.series:
        assert same_bits(resumed.series[name].values[: old.offsets[""][-1]],
                         old.series[name].values).all()  # fmt: skip


@pytest.mark.usefixtures("serial_pool")
@pytest.mark.parametrize("place", ["out.h5", "out.h5.shards/part-000001-8.h5"])
def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    shutil.copy(FAKE, path)
    with h5py.File(path, "a") as file:
        file.attrs["schema_version"] = 3
    before = path.read_bytes()
    experiment = stored_experiment(read_store(FAKE).attributes, "fake", fake_chain.FakeCase)
    with pytest.raises(SchemaVersionError, match=f"{path.name}: schema_version 3 is unknown"):
        run_campaign(experiment, tmp_path / "out.h5", resume=True, runner=pytest.fail)
    assert path.read_bytes() == before
