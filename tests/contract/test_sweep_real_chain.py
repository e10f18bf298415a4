"""The real chain under the campaign: same bits on any number of workers, and again.

A bed too small for a result and an end soon after contact: what is tested is the plumbing between
an experiment file and the engine, not the outcome.
"""

from pathlib import Path

import h5py
import numpy as np
import pytest

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.experiment.config import Experiment, parse_experiment
from sampling_sim.campaign.single import rerun_case
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.recording.snapshots import POSITION_STEP
from sampling_sim.store import read_snapshots, read_store, same_bits

TEXT = """
[regolith]
diameter_min = "20 mm"
diameter_max = "24 mm"
width_x = "30 cm"
width_y = "16 cm"
depth = "5 cm"
youngs_modulus = "60 MPa"
[engine]
contact_step = "0.06 ms"
exchange_step = "0.3 ms"
control_step = "15 ms"
[sequence]
approach_speed = { uniform = ["4 cm/s", "6 cm/s"] }
time_limit = "0.9 s"
[campaign]
cases = 2
seed = 5
"""
FIELD, CONTROL_STEP = 3e-4, 0.015
"""[m/s²] more than gravity and spin give anywhere on the body; [s] of the experiment."""


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return parse_experiment(TEXT, (), "small.toml")


@pytest.fixture(scope="module")
def swept(experiment: Experiment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases on two workers."""
    return run_campaign(experiment, tmp_path_factory.mktemp("sweep") / "two.h5", workers=2)


def test_one_and_two_workers_give_the_same_bits(
    experiment: Experiment, swept: Path, tmp_path: Path
) -> None:
    one = read_store(run_campaign(experiment, tmp_path / "one.h5", workers=1)).columns
    two = read_store(swept).columns
    for name in one.keys() - NOT_COMPARED:
        assert same_bits(one[name], two[name]).all(), name
    assert two["peak_force"].min() > 1.0  # it touched
    assert two["peak_force"][0] != two["peak_force"][1]  # and the cases differ


def test_rerun_gives_the_stored_bits_and_the_engine_had_the_drawn_speed(
    swept: Path, tmp_path: Path
) -> None:
    """The drawn speed is read from the craft's momentum after one step, not from the input.

    The field changes it by at most FIELD * CONTROL_STEP; the other case's speed must not pass.
    """
    stored = read_store(swept).columns
    assert set(read_store(swept).offsets) == {"sizes"}
    again, differing = rerun_case(swept, 1, output=tmp_path / "again.h5", record=True)
    assert differing == []
    with h5py.File(tmp_path / "again.h5") as file:
        speed = -file["series/normal_speed"][0]
        assert file["series/normal_speed"].attrs["units"] == "m/s"
    drawn, tolerance = stored["sequence.approach_speed"], FIELD * CONTROL_STEP
    assert abs(speed - drawn[1]) < tolerance
    assert abs(speed - drawn[0]) > tolerance
    assert again.case_id == stored["case_id"][1] != stored["case_id"][0]
    # and the snapshots show it: a mean over the first interval, to the resolution of two positions
    found = read_snapshots(tmp_path / "again.h5", 1)
    assert found.time == pytest.approx(np.arange(9) * 0.105)
    way, interval = found.link_position[0, 0, 2] - found.link_position[1, 0, 2], found.time[1]
    tolerance = (POSITION_STEP + 0.5 * FIELD * interval**2) / interval
    assert abs(way / interval - drawn[1]) < tolerance
    assert abs(way / interval - drawn[0]) > tolerance
    assert (2 * found.radius).min() >= np.float32(0.02)  # the layer glued to the rock among them
    assert found.speed[0].max() == 0.0
    assert found.speed[-1].max() > 0.0
