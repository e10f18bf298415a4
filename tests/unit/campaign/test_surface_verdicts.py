"""Verdicts per surface and for the worst, what more cases would show, and shared packings."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.requirements import Requirement, read_requirement
from sampling_sim.campaign.statistics.clusters import Clusters
from sampling_sim.campaign.statistics.intervals import binomial_bounds
from sampling_sim.campaign.statistics.stored import (
    needed_columns,
    stored_drivers,
    stored_pareto,
    stored_summary,
    summary_columns,
)
from sampling_sim.campaign.statistics.summary import NUMERIC_OUTCOMES, summary
from sampling_sim.campaign.statistics.verdicts import needed_cases, requirement_verdict
from sampling_sim.errors import BadInput
from sampling_sim.outcome import outcome_columns
from sampling_sim.terminal import json_text
from sampling_sim.terminal_summary import print_summary
from sampling_sim.terminal_trade import print_drivers, print_pareto

ATTRIBUTES = {"schema_version": 1, "campaign_id": "c", "seed": 7}


def demand(probability: float = 0.95, confidence: float = 0.90) -> Requirement:
    text = "collected_mass >= 100 g"
    table = {"text": text, "probability": probability, "confidence": confidence}
    return read_requirement(table, "r")


def cases(met: list[int], of: int, packings: int = 0) -> dict[str, np.ndarray]:
    """So many that meet the requirement on each surface, of so many."""
    n = len(met) * of
    mass = np.concatenate([np.where(np.arange(of) < k, 0.2, 0.05) for k in met])
    return {
        "case": np.arange(n), "design_point": np.zeros(n, dtype=np.int64),
        "replicate": np.tile(np.arange(of), len(met)),
        "surface": np.repeat(np.arange(len(met)), of), "collected_mass": mass,
        "packing_seed": np.arange(n) % packings if packings else np.arange(n),
        "status": np.full(n, "collected", dtype=object),
    }  # fmt: skip


def test_the_worst_surface_gives_the_verdict_and_not_the_average() -> None:
    """390 of 400 in all would be met; one surface with 90 of 100 is not."""
    found = requirement_verdict(demand(), cases([100, 40, 100], 100))
    assert found["worst_surface"] == 1
    assert (found["met_cases"], found["cases"]) == (40, 100)
    assert found["verdict"] == "not met"
    assert [part["verdict"] for part in found["surfaces"]] == ["met", "not met", "met"]
    good = requirement_verdict(demand(), cases([100, 100], 100))
    assert good["verdict"] == "met"
    averaged = cases([100, 100, 100, 90], 100)
    assert requirement_verdict(demand(), averaged)["verdict"] != "met"
    # The twin: taken for one surface, the same cases are "met"
    averaged["surface"] = np.zeros(400, dtype=np.int64)
    assert requirement_verdict(demand(), averaged)["verdict"] == "met"


def test_one_of_many_surfaces_that_falls_short_by_chance_is_not_yet_not_met() -> None:
    """35 of 40 are not met at 90 %; for the worst of 20 it takes 99.5 %."""
    one, many = cases([35], 40), cases([35] + [40] * 19, 40)
    assert requirement_verdict(demand(), one)["verdict"] == "not met"
    found = requirement_verdict(demand(), many)
    assert found["surfaces"][0]["verdict"] == "not met"
    assert found["verdict"] == "not shown yet"


def test_overall_not_met_errs_no_more_than_stated_on_many_surfaces() -> None:
    """Ten surfaces at the very share demanded, 1,000 campaigns: binomial error 0.0095.

    The twin, any surface's own verdict, errs far more often.
    """
    counts = np.random.default_rng(1).binomial(60, 0.9, (1000, 10))
    own = {k: binomial_bounds(k, 60, 0.9)[1] < 0.9 for k in np.unique(counts)}
    corrected = {k: binomial_bounds(k, 60, 0.99)[1] < 0.9 for k in np.unique(counts)}
    assert np.mean([any(corrected[k] for k in row) for row in counts]) <= 0.1 + 3 * 0.0095
    assert np.mean([any(own[k] for k in row) for row in counts]) > 0.3
    row = next(r for r in counts if any(own[k] for k in r) and not any(corrected[k] for k in r))
    assert requirement_verdict(demand(0.9), cases(row.tolist(), 60))["verdict"] == "not shown yet"


def test_needed_cases_are_those_that_show_it() -> None:
    """Without a failure 45 in all; with failures the bound of as many more at the same share."""
    assert needed_cases(20, 20, 0.95, 0.9) == 25
    assert needed_cases(44, 44, 0.95, 0.9) == 1
    assert needed_cases(45, 45, 0.95, 0.9) == 0
    more = needed_cases(98, 100, 0.95, 0.9)
    assert more is not None
    for times, is_shown in ((1.02, True), (0.9, False)):
        n = round((100 + more) * times)
        assert (binomial_bounds(round(0.98 * n), n, 0.9)[0] >= 0.95) is is_shown
    assert needed_cases(95, 100, 0.95, 0.9) is None
    assert needed_cases(0, 0, 0.95, 0.9) is None
    assert needed_cases(95_000_001, 100_000_000, 0.95, 0.9) is None  # beyond any campaign


def test_needed_cases_stand_with_what_is_not_shown_yet_alone() -> None:
    assert requirement_verdict(demand(), cases([20], 20))["needed_cases"] == 25
    assert requirement_verdict(demand(), cases([90], 90))["needed_cases"] is None
    assert requirement_verdict(demand(), cases([10], 90))["needed_cases"] is None


def test_design_effect_is_the_size_of_packings_that_are_all_alike() -> None:
    """Kish: 1 + (m - 1) rho; rho = 1 gives m = 5 (times G/(G-1) (n-1)/n), rho = 0 about 1."""
    packing = np.repeat(np.arange(8), 5)
    alike = Clusters.of(packing).design_effect(np.repeat(np.arange(8.0), 5))
    assert alike == pytest.approx(5 * 8 / 7 * 39 / 40, rel=1e-12)
    rng = np.random.default_rng(2)
    apart = [Clusters.of(packing).design_effect(rng.normal(size=40)) for _ in range(400)]
    assert np.mean(apart) == pytest.approx(1.0, abs=0.1)
    assert math.isnan(Clusters.of(np.arange(40)).design_effect(rng.normal(size=40)))
    assert math.isnan(Clusters.of(np.zeros(40)).design_effect(rng.normal(size=40)))


@pytest.fixture
def campaign(experiment: Callable[..., Experiment]) -> tuple[dict, Experiment]:
    """Two design points, three surfaces, thirty replicates on five packings."""
    loaded = experiment(
        'mechanism.depth={ grid = ["1 cm", "2 cm"] }',
        'mechanism.blade.length={ grid = ["2 cm", "5 cm", "8 cm"], epistemic = true }',
    )
    replicate, surface, point = (i.ravel() for i in np.indices((30, 3, 2)))
    n, rng = len(point), np.random.default_rng(3)
    speed, strength = rng.normal(0.05, 0.01, 30)[replicate], np.array([0.02, 0.05, 0.08])[surface]
    mass = 0.52 - 5.9 * strength + 0.02 * point + speed + rng.normal(0, 0.005, n)
    status = np.full(n, "collected", dtype=object)
    status[0] = "diverged"
    return {
        **{name: np.full(n, np.nan) for name in outcome_columns()}, "case": np.arange(n),
        "replicate": replicate, "surface": surface, "design_point": point, "status": status,
        "collected_mass": mass, "peak_force": 8.0 + mass, "packing_seed": replicate % 5,
        "mechanism.depth": np.array([0.01, 0.02])[point], "sequence.approach_speed": speed,
        "sequence.tilt": rng.uniform(-0.03, 0.03, 30)[replicate],
        "mechanism.blade.length": strength,
    }, loaded  # fmt: skip


def test_a_file_with_surfaces_is_shown_by_surface(
    campaign: tuple[dict, Experiment], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "80")
    columns, loaded = campaign
    report = stored_summary(ATTRIBUTES, columns, loaded)
    assert [v["design_point"] for v in report["requirements"]] == [0, 1]
    assert {v["worst_surface"] for v in report["requirements"]} == {2}
    point = report["design_points"][1]
    assert [s["inputs"] for s in point["surfaces"]] == [
        {"mechanism.blade.length": length} for length in (0.02, 0.05, 0.08)
    ]
    assert [s["cases"] for s in point["surfaces"]] == [30, 30, 30]
    mass, mixed = (part["outcomes"]["collected_mass"] for part in (point["surfaces"][0], point))
    assert mass["design_effect"] > 0.0
    assert mass["mean_interval"][0] < mass["mean"] < mass["mean_interval"][1]
    assert point["packings"] == 5
    # Surfaces together are no sample of anything: no interval, no share of landings
    assert np.isnan([*mixed["mean_interval"], mixed["tolerance_low"]]).all()
    print_summary(report, "file", ("collected_mass", "peak_force"))
    out = capsys.readouterr().out
    assert "surface 2: mechanism.blade.length = 0.08" in out
    assert "worst of 3: surface 2" in out
    assert "5 packings of the bed" in out
    tables = [
        line for line in out.splitlines() if line.startswith(("collected", "peak", "outcome"))
    ]
    assert max(map(len, (line for line in tables if "cases:" not in line))) <= 80


def test_drivers_and_trades_of_a_file_are_told(
    campaign: tuple[dict, Experiment], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sampling_sim.campaign.statistics.drivers._has_density", lambda _: False)
    columns, loaded = campaign
    found = stored_drivers(columns, loaded, "collected_mass")
    assert (found["cases"], found["left_out"]) == (179, 1)
    told = {e["input"]: e["first_order"]["distinguishable"] for e in found["drivers"]}
    assert next(iter(told)) == "mechanism.blade.length"
    assert not told["sequence.tilt"]
    print_drivers(found, "file")
    trade = stored_pareto(columns, loaded, "max collected_mass, min peak_force")
    assert [p["inputs"] for p in trade["points"]] == [
        {"mechanism.depth": 0.01}, {"mechanism.depth": 0.02},
    ]  # fmt: skip
    assert all(d["interval"][0] <= 0.02 <= d["interval"][1] for d in trade["differences"][:3])
    print_pareto(trade, "file")
    out = capsys.readouterr().out
    tables = [line for line in out.splitlines() if ": " not in line]
    assert sum("mechanism.blade.length" in line for line in tables) == 1
    assert max(map(len, tables)) <= 80


def test_drivers_of_what_is_not_there_are_refused(campaign: tuple[dict, Experiment]) -> None:
    columns, loaded = campaign
    for outcome, said in (
        ("colected_mass", "did you mean 'collected_mass'?"),
        ("gas_used", "0 cases have a value; needs 20"),
    ):
        with pytest.raises(BadInput) as caught:
            stored_drivers(columns, loaded, outcome)
        assert said in str(caught.value)


def test_a_trade_needs_two_design_points(campaign: tuple[dict, Experiment]) -> None:
    columns, loaded = campaign
    one = {name: values[columns["design_point"] == 0] for name, values in columns.items()}
    with pytest.raises(BadInput, match="needs design points"):
        stored_pareto(one, loaded, "max collected_mass")


def test_a_saltelli_design_is_read_in_the_order_of_its_replicates() -> None:
    """Y = a + 2 b, both standard: S1 = ST = 0.2, 0.8; one base point lost to a failed case."""
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 500, 2))
    parts = (a, np.stack([b[:, 0], a[:, 1]], 1), np.stack([a[:, 0], b[:, 1]], 1), b)
    mass = np.stack([x[:, 0] + 2.0 * x[:, 1] for x in parts], axis=1).ravel()
    n = len(mass)
    columns = {
        "case": np.arange(n), "replicate": np.arange(n), "collected_mass": mass,
        "design_point": np.zeros(n, dtype=np.int64),
        "status": np.where(np.arange(n) == 5, "failed", "collected").astype(object),
    }  # fmt: skip
    campaign = SimpleNamespace(design="saltelli")
    asked = SimpleNamespace(campaign=campaign, draws=SimpleNamespace(replicate_keys=("a", "b")))
    found = stored_drivers(columns, cast(Any, asked), "collected_mass")
    assert (found["design"], found["cases"], found["left_out"]) == ("saltelli", 4 * 499, 1)
    # Of a sweep that was cut short whole rows are missing, one of them of the failed base point
    cut = {name: np.delete(column, [6, 802]) for name, column in columns.items()}
    short = stored_drivers(cut, cast(Any, asked), "collected_mass")
    assert short["cases"] == 4 * 498
    for entry, name, share in zip(
        found["drivers"] + short["drivers"], "baba", (0.8, 0.2) * 2, strict=True
    ):
        assert entry["input"] == name
        for index in ("first_order", "total"):
            assert entry[index]["interval"][0] <= share <= entry[index]["interval"][1]


def test_nothing_drives_what_is_always_the_same(
    campaign: tuple[dict, Experiment], capsys: pytest.CaptureFixture[str]
) -> None:
    columns, loaded = campaign
    found = stored_drivers({**columns, "peak_force": np.full(180, 0.2)}, loaded, "peak_force")
    assert (found["cases"], found["drivers"]) == (179, [])
    print_drivers(found, "file")
    assert "always the same" in capsys.readouterr().out


def test_an_old_store_without_surfaces_is_of_one(campaign: tuple[dict, Experiment]) -> None:
    columns, loaded = campaign
    one = {name: v[columns["surface"] == 0] for name, v in columns.items() if name != "surface"}
    report = stored_summary(ATTRIBUTES, one, loaded)
    assert all(len(v["surfaces"]) == 1 for v in report["requirements"])
    assert summary(one, ())["outcomes"].keys() == set(NUMERIC_OUTCOMES)


def test_a_summary_is_made_of_its_own_columns_and_no_others(
    campaign: tuple[dict, Experiment],
) -> None:
    """Of a million cases, what is not needed is not read."""
    columns, loaded = campaign
    wanted = summary_columns(columns, loaded)
    few = {name: columns[name] for name in wanted}
    assert json_text(stored_summary(ATTRIBUTES, few, loaded)) == json_text(
        stored_summary(ATTRIBUTES, columns, loaded)
    )
    assert {"case", "replicate"}.isdisjoint(wanted)
    assert set(wanted) < set(needed_columns(columns, loaded))
