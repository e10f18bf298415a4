"""What a sweep would take: counts exact, costs from the model or from what is finished."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_chain
import numpy as np
import pytest

from sampling_sim import cli
from sampling_sim.campaign.case_cost import CaseCost
from sampling_sim.campaign.cost import DRIVER, SPHERE, WORKER, campaign_plan, plan_lines
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.recorded import RecordedReplicates
from sampling_sim.errors import BadInput, ConfigError
from sampling_sim.store import read_store

Load = Callable[..., Experiment]
EXPERIMENTS = Path(__file__).parents[3] / "experiments"
BED = "regolith.packing_seed={ choice = [1, 2, 3] }"


def model(case: Any) -> CaseCost:
    """Cost that follows the speed, and the width for the spheres."""
    spheres = 1000.0 * case.mechanism.width
    return CaseCost(spheres, 8.0, 100.0 * case.sequence.approach_speed, 2.0)


def planned(loaded: Experiment, **words: Any) -> dict[str, Any]:
    return campaign_plan(loaded, cost_of=model, **words)


def test_counts_and_sums_are_those_of_the_cases(experiment: Load) -> None:
    """Core-hours are the sum over all rows where all are drawn, and the beds'."""
    loaded = experiment(
        'mechanism.depth={ grid = ["1 cm", "2 cm"] }',
        'mechanism.width={ uniform = ["20 cm", "30 cm"], epistemic = true }',
        "campaign.surfaces=3", BED,
    )  # fmt: skip
    report = planned(loaded, cases=4, workers=5)
    assert (report["cases"], report["replicates"], report["surfaces"]) == (24, 4, 3)
    assert (report["design_points"], report["finished"]) == (2, 0)
    cases = [loaded.case_of(plan) for plan in loaded.plan(4)]
    seconds = sum(100.0 * case.sequence.approach_speed for case in cases)
    beds = 3  # packing seeds; the fake width is no part of a bed
    assert report["beds"] == beds
    assert report["core_hours"] == pytest.approx((seconds + beds * 2.0) / 3600.0, rel=1e-9)
    assert report["core_hours_low"] == pytest.approx(report["core_hours"] / 2.0)
    assert report["core_hours_high"] == pytest.approx(report["core_hours"] * 2.0)
    rounds = 5 * seconds / 24  # 24 cases on 5 workers
    assert report["wall_hours"] == pytest.approx((rounds + beds * 2.0 / 5) / 3600.0, rel=1e-9)
    widest = max(1000.0 * case.mechanism.width for case in cases)
    assert report["memory_per_worker"] == pytest.approx(WORKER + SPHERE * widest)
    assert report["memory"] == pytest.approx(DRIVER + 5 * report["memory_per_worker"])


def test_a_large_campaign_is_sampled_and_takes_no_time(experiment: Load) -> None:
    """100 of 10^9 cases; their mean speed is within five standard errors of the distribution's."""
    report = planned(experiment(), cases=10**9)
    assert report["cases"] == 10**9
    assert "100 of 1000000000" in report["sources"]["core_hours"]
    # sd 1 cm/s cut at four sd: 0.01 m/s × 100 s / √100
    assert report["case_seconds"] == pytest.approx(5.0, abs=5 * 0.1)


def test_recordings_are_counted_at_their_most(experiment: Load) -> None:
    """Cases of the first replicates times what each may take; no more than there are replicates."""
    loaded = experiment('mechanism.depth={ grid = ["1 cm", "2 cm"] }')
    plain = planned(loaded, cases=4)
    assert "without time series" in plain["sources"]["file_size"]
    for replicates, budget, most in ((3, 3e6, 3e6), (8, 8e6, 4e6), (3, 1e12, 6 * 1e8)):
        record = RecordedReplicates(replicates, budget)
        report = planned(loaded, cases=4, record=record)
        assert report["file_size"] - plain["file_size"] == pytest.approx(most)
    assert "600 MB of recordings at most" in report["sources"]["file_size"]


@pytest.mark.parametrize(
    ("overrides", "beds"),
    [
        ([], 1),
        ([BED], 3),
        ([BED, "campaign.cases=2"], 2),
        (['asteroid.density={ uniform = ["2000 kg/m^3", "3000 kg/m^3"] }'], 6),
        (["regolith.packing_seed={ grid = [1, 2] }"], 2),
        (["regolith.packing_seed={ choice = [1, 2], epistemic = true }", "campaign.surfaces=5"], 2),
        ([BED, 'asteroid.density={ uniform = ["2000 kg/m^3", "3000 kg/m^3"], epistemic = true }',
          "campaign.surfaces=5"], 15),
        (['mechanism.width={ uniform = ["20 cm", "30 cm"] }'], 1),
        (["campaign.design=saltelli", 'site.lat={ uniform = ["1 deg", "2 deg"] }'], None),
    ],
)  # fmt: skip
def test_beds_are_what_can_be_drawn_of_them(
    experiment: Load, overrides: list[str], beds: int | None
) -> None:
    if beds is None:
        with pytest.raises(ConfigError):  # the fake case has no site
            experiment(*overrides)
        return
    assert planned(experiment(*overrides))["beds"] == beds


@pytest.mark.usefixtures("serial_pool")
def test_a_resumed_sweep_is_judged_by_its_own_wall_times(experiment: Load, tmp_path: Path) -> None:
    loaded, out = experiment("sequence.pause=0.01"), tmp_path / "part.h5"
    run_campaign(loaded, out, cases=2, runner=fake_chain.fake_run)
    before = out.read_bytes()
    report = planned(loaded, resumed=out)
    times = read_store(out).columns["wall_time"]
    assert (report["finished"], report["cases"]) == (2, 6)
    assert report["case_seconds"] == pytest.approx(times.mean(), rel=1e-12)
    assert "2 finished cases" in report["sources"]["core_hours"]
    assert report["core_hours"] == pytest.approx((4 * times.mean() + 2.0) / 3600.0, rel=1e-9)
    spread = 1.0 + 2.0 * times.std(ddof=1) / np.sqrt(2) / times.mean()
    assert report["core_hours_high"] == pytest.approx(report["core_hours"] * spread, rel=1e-9)
    assert planned(loaded, cases=2, resumed=out)["core_hours"] == 0.0
    fewer = planned(loaded, cases=1, resumed=out)
    assert (fewer["finished"], fewer["core_hours"]) == (1, 0.0)
    assert plan_lines(report)["cases"] == "6 = 6 replicates, 2 of them finished"
    with pytest.raises(BadInput, match="holds another experiment"):
        planned(experiment("mechanism.limit=2 mm"), resumed=out)
    assert out.read_bytes() == before
    assert planned(loaded, resumed=tmp_path / "none.h5")["finished"] == 0
    killed = tmp_path / "killed.h5"  # what a sweep that was killed leaves, its cases twice
    (tmp_path / "killed.h5.shards").mkdir()
    for number in (1, 2):
        (tmp_path / "killed.h5.shards" / f"part-00000{number}-2.h5").write_bytes(before)
    assert planned(loaded, resumed=killed)["finished"] == 2


def test_designs_say_what_they_would_rather_have(experiment: Load) -> None:
    (note,) = planned(experiment("campaign.design=sobol"))["notes"]
    assert "6 is no power of two" in note
    assert planned(experiment("campaign.design=sobol"), cases=8)["notes"] == []
    saltelli = planned(experiment("campaign.design=saltelli"), cases=8)
    assert (saltelli["cases"], saltelli["notes"]) == (8 * 4, [])
    (note,) = planned(experiment("campaign.design=latin_hypercube"), cases=9)["notes"]
    assert "cannot be extended" in note


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Call `sweep --dry-run` in this process; gives exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> tuple[int, str, str]:
        words = ["sampling-sim", "sweep", *arguments, "--dry-run"]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as end:
            cli.main()
        text = capsys.readouterr()
        return int(end.value.code or 0), text.out, text.err

    return run


def test_dry_run_starts_nothing_and_writes_nothing(
    call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real experiment: no sweep is called, no file made, no bed in the cache."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("SAMPLING_SIM_CACHE", str(cache))
    monkeypatch.setattr("sampling_sim.campaign.execute.run_campaign", None)
    out = tmp_path / "folder" / "out.h5"
    arguments = (str(EXPERIMENTS / "touch_and_go.toml"), "-n", "40", "--workers", "2")
    code, text, err = call(*arguments, "-o", str(out), "--json")
    assert (code, err) == (0, "")
    report = json.loads(text)
    assert (report["cases"], report["workers"], report["beds"]) == (40, 2, 2)
    assert 0.2 < report["core_hours"] < 1.0  # 40 cases of 40 s
    assert report["sources"].keys() == {"core_hours", "memory", "file_size", "beds"}
    code, text, _ = call(*arguments, "-o", str(out))
    assert code == 0
    assert "40 = 40 replicates" in text
    assert "core-hours" in text
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "workers"),
    [(["inline"], 1), (["slurm"], 2), (["slurm", "--workers", "50"], 50)],
)
def test_dry_run_counts_the_workers_of_the_place(
    call: Callable[..., Any], tmp_path: Path, options: list[str], workers: int
) -> None:
    code, text, _ = call(str(EXPERIMENTS / "touch_and_go.toml"), "-o", str(tmp_path / "out.h5"),
                         "--json", "--executor", *options)  # fmt: skip
    assert (code, json.loads(text)["workers"]) == (0, workers)


def test_dry_run_refuses_what_the_sweep_would(call: Callable[..., Any], tmp_path: Path) -> None:
    code, out, err = call(str(EXPERIMENTS / "touch_and_go.toml"), "-o", str(tmp_path / "o.h5"),
                          "--set", "campaign.design=hypercube")  # fmt: skip
    assert (code, out) == (2, "")
    assert "campaign.design" in err
    assert err.count("\n") == 1
