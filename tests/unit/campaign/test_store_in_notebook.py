"""What a notebook sees of a result file: units and words on everything, series, pictures."""

from collections.abc import Callable
from pathlib import Path

import fake_chain
import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr

import sampling_sim
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.places import Inline
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.recorded import RecordedReplicates
from sampling_sim.errors import StoreError
from sampling_sim.recording.series import SERIES
from sampling_sim.store import open_series, open_store, read_columns

REAL = Path(__file__).parent / "data" / "run_schema_1.h5"


@pytest.fixture
def stored(experiment: Callable[..., Experiment], tmp_path: Path) -> Path:
    return run_campaign(
        experiment(), tmp_path / "two.h5", executor=Inline(), runner=fake_chain.fake_run,
        record=RecordedReplicates(2),
    )  # fmt: skip


@pytest.mark.parametrize("which", ["stored", "real"])
def test_every_column_has_a_unit_and_words(which: str, stored: Path) -> None:
    path = stored if which == "stored" else REAL
    runs = open_store(path)
    assert {*runs.variables} == {*read_columns(path)}
    for name, column in runs.variables.items():
        assert column.attrs["units"], name
        assert column.attrs["long_name"], name


def test_what_varies_is_found_by_its_attribute(stored: Path) -> None:
    found = open_store(stored).filter_by_attrs(varying=1)
    assert {*found.data_vars} == {"sequence.approach_speed", "sequence.tilt"}
    assert found["sequence.tilt"].attrs["units"] == "rad"


def test_some_columns_are_the_same_as_of_all(stored: Path) -> None:
    some = open_store(stored, ["collected_mass", "status"])
    assert {*some.variables} == {"case", "collected_mass", "status"}
    assert some.identical(open_store(stored)[["collected_mass", "status"]])
    with pytest.raises(StoreError, match=r"two\.h5: has no column mass$"):
        open_store(stored, ["mass"])


def test_rows_are_picked_by_the_name_of_the_case(stored: Path) -> None:
    runs = open_store(stored)
    assert runs.sel(case=3)["replicate"] == 3
    assert runs.to_dataframe().loc[3, "collected_mass"] == runs["collected_mass"].values[3]


def test_a_scatter_labels_its_axes_with_words_and_units(stored: Path) -> None:
    with mpl.rc_context({"backend": "Agg"}):
        drawn = open_store(stored).plot.scatter(x="sequence.approach_speed", y="collected_mass")
    assert drawn.axes.get_xlabel().split() == ["sequence.approach", "speed", "[m/s]"]
    assert "[kg]" in drawn.axes.get_ylabel()


def test_what_is_opened_can_be_written_as_netcdf(stored: Path, tmp_path: Path) -> None:
    runs = open_store(stored)
    runs.to_netcdf(tmp_path / "copy.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "copy.nc", engine="h5netcdf") as again:
        assert again["collected_mass"].equals(runs["collected_mass"])
        assert again.attrs["seed"] == 7


def test_series_of_a_case_have_units_and_are_its_own(
    stored: Path, experiment: Callable[..., Experiment]
) -> None:
    for case in (0, 1):
        series = open_series(stored, case)
        expected = fake_chain.fake_run(experiment().case(case), record=True).series
        assert series["time"].dims == ("time",)
        assert series.attrs["case"] == case
        assert series["force"].values.tolist() == expected["force"].tolist()
        assert series.sel(time=0.0)["force"] == expected["force"][0]
        assert series["time"].attrs["units"] == "s"


def test_series_of_a_real_case_are_all_there_and_described() -> None:
    series = open_series(REAL, 0)
    for name in series.variables:
        units, words = SERIES[name]
        assert (series[name].attrs["units"], series[name].attrs["long_name"]) == (units, words)
    assert series["head_force_z"].dims == ("time",)
    assert float(np.abs(series["head_force_z"]).max()) > 0.1
    collected = int(open_store(REAL)["collected_count"][0])
    assert series["sizes/collected"].dims == ("size_class",)
    assert int(series["sizes/collected"].sum()) == collected
    assert int(series["sizes/bed"].sum()) == 89


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (5, r"two\.h5: case 5 has no time series; .*rerun .*two\.h5 --case 5 --record"),
        (99, r"two\.h5: has no case 99; it holds 6, up to 5"),
        (-1, r"two\.h5: has no case -1"),
    ],
)
def test_series_that_are_not_there_say_so(stored: Path, case: int, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        open_series(stored, case)


def test_every_public_name_leads_somewhere() -> None:
    for name in sampling_sim.__all__:
        assert getattr(sampling_sim, name).__doc__
