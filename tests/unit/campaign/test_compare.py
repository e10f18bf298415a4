"""Verdicts on two runs: same physics, other physics, too few cases; what is refused and told."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_chain
import numpy as np
import pytest
from synthetic_masses import campaign

from sampling_sim import cli, compare, run_campaign
from sampling_sim.campaign.comparison.compared import ADDRESS, paired_rows, read_run, write_baseline
from sampling_sim.campaign.comparison.comparison import Comparison
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.errors import BadInput
from sampling_sim.store import Column, read_store, write_store

pytestmark = pytest.mark.usefixtures("serial_pool")


def _run(cases: int, seed: int, **kinds: Any) -> dict[str, Any]:
    return campaign(np.random.default_rng([seed, 9]), cases, seed=seed, **kinds)


def _p_value(found: Comparison, test: str, kind: str = "difference") -> float:
    return next(t.p_value for t in found.tests if (t.test, t.kind) == (test, kind))


def test_the_same_bits_are_equivalent_at_once_whatever_the_number() -> None:
    whole = _run(40, seed=1)
    first = {name: values[:3] for name, values in whole.items()}
    found = compare(whole, first)
    assert (found.verdict, found.tests, found.pairs) == ("equivalent", (), 3)
    assert "same bits" in found.notes[0]
    changed = first | {"collected_mass": first["collected_mass"] * (1.0 + 1e-15)}
    assert compare(whole, changed).verdict == "inconclusive"
    elsewhere = first | {"seed": first["seed"] + 1}  # the same numbers by chance are no proof
    assert compare(whole, elsewhere).verdict == "inconclusive"


@pytest.mark.parametrize(("kept", "verdict"), [(1.0, "equivalent"), (0.7, "different")])
def test_many_cases_show_the_same_physics_and_a_loss_of_thirty_percent(
    kept: float, verdict: str
) -> None:
    found = compare(_run(4000, seed=1), _run(4000, seed=2, kept=kept))
    assert found.verdict == verdict
    assert found.cases_needed is not None


def test_few_cases_are_inconclusive_and_the_number_that_would_tell_is_named() -> None:
    found = compare(_run(32, seed=1), _run(32, seed=2))
    assert found.verdict == "inconclusive"
    assert found.cases_needed is not None
    assert found.cases_needed > 500  # coefficient of variation about 0.6
    assert str(found.cases_needed) in "\n".join(found.lines())


def test_pairs_are_the_cases_of_one_address_in_whatever_order_they_lie() -> None:
    rng = np.random.default_rng(5)
    whole = _run(50, seed=1, points=3)
    whole["seed"] = np.where(np.arange(150) % 10 == 0, -1, 1)  # a tenth has no address
    sides = []
    for kept in (120, 90):
        rows = rng.permutation(150)[:kept]
        columns = {name: np.asarray(values)[rows] for name, values in whole.items()}
        sides.append(read_run(columns, "side", ("collected_mass",)))
    addresses = [
        list(zip(*(side.columns[name].tolist() for name in ADDRESS), strict=True)) for side in sides
    ]
    paired = [[addresses[i][row] for row in rows] for i, rows in enumerate(paired_rows(*sides))]
    common = set(addresses[0]) & set(addresses[1])
    assert paired[0] == paired[1] == sorted(a for a in common if a[0] >= 0)


def test_cases_that_would_tell_count_those_without_a_value() -> None:
    """Of an outcome that every fourth case has, four times as many; paired or not."""
    for seeds in ((1, 2), (1, 1)):
        runs = [_run(400, seed=i, chance=0.3 + 0.1 * k) for k, i in enumerate(seeds)]
        known = np.arange(400) % 4 == 0
        some = [
            run | {"collected_mass": np.where(known, run["collected_mass"], np.nan)} for run in runs
        ]
        few = [{name: values[known] for name, values in run.items()} for run in runs]
        found, of_few = (compare(*sides).cases_needed for sides in (some, few))
        assert found is not None
        assert of_few is not None
        assert found == pytest.approx(4 * of_few, rel=0.15)  # the quantiles' share is resampled


def test_a_small_difference_of_many_cases_is_equivalent_with_a_note() -> None:
    """3 % of 2000 pairs of correlation near 1 is beyond chance and within 10 %."""
    base = _run(2000, seed=1)
    new = base | {"collected_mass": 0.97 * base["collected_mass"]}
    found = compare(base, new)
    assert found.verdict == "equivalent"
    assert any("within the margin" in note for note in found.notes)
    assert compare(base, new, margin=0.02).verdict == "different"


def test_the_same_random_numbers_show_what_other_ones_hide() -> None:
    """Navigation and packing vary by 30 %, chance by 5 %: pairs leave the grains' own chance."""
    paired = compare(_run(64, seed=1, chance=0.05), _run(64, seed=1, chance=0.05, kept=0.8))
    loose = compare(_run(64, seed=1, chance=0.05), _run(64, seed=2, chance=0.05, kept=0.8))
    assert (paired.pairs, loose.pairs) == (64, 0)
    assert _p_value(paired, "mean") < 0.1 * _p_value(loose, "mean")


def test_every_design_point_is_compared_and_one_that_differs_decides() -> None:
    base, new = _run(150, seed=1, points=4), _run(150, seed=2, points=4)
    lossy = np.where(new["design_point"] == 2, 0.4, 1.0) * new["collected_mass"]
    found = compare(base, new | {"collected_mass": lossy})
    assert found.verdict == "different"
    told = {t.design_point for t in found.tests if t.test == "mean" and t.verdict == "different"}
    assert told == {2}
    single = compare(_run(20, seed=1), _run(20, seed=2))
    assert found.tests[0].level == pytest.approx(single.tests[0].level / 4)


def test_a_rise_of_failures_is_a_difference_though_the_rest_collects_the_same() -> None:
    base, new = _run(1500, seed=1), _run(1500, seed=2)
    fails = np.arange(1500) % 8 == 0
    new["status"] = np.where(fails, "failed", new["status"])
    new["collected_mass"] = np.where(fails, np.nan, new["collected_mass"])
    found = compare(base, new)
    assert found.verdict == "different"
    told = {(t.outcome, t.test) for t in found.tests if t.verdict == "different"}
    assert ("status", "unfinished") in told
    assert ("collected_mass", "mean") not in told


def test_runs_of_failures_alone_show_nothing() -> None:
    base = _run(8, seed=1)
    failed = base | {"status": np.full(8, "failed"), "collected_mass": np.full(8, np.nan)}
    for one, other in ((failed, failed), (base, failed)):
        found = compare(one, other)
        assert found.verdict != "equivalent"
        assert found.cases_needed is None


def test_other_packings_are_compared_by_their_means_and_never_shown_to_be_alike() -> None:
    """Two beds of 300 cases each differ beyond the chance of cases, but not of beds."""
    base, new = (_run(300, seed=i, packings=[bed]) for i, bed in ((1, 4), (2, 5)))
    found = compare(base, new)
    assert found.verdict == "inconclusive"
    assert found.cases_needed is None
    assert any("packing" in note for note in found.notes)
    forgotten = (run | {"packing_seed": np.zeros(300)} for run in (base, new))
    assert compare(*forgotten).verdict == "different"  # the twin: beds taken for physics


def test_columns_of_surfaces_are_compared_surface_by_surface() -> None:
    runs = [_run(60, seed=i) | {"surface": np.arange(60) % 2} for i in (1, 2)]
    assert {t.surface for t in compare(*runs).tests} == {0, 1}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"margin": 0.0}, "margin = 0.0"),
        ({"outcomes": ("collected_mas",)}, "did you mean 'collected_mass'"),
        ({"outcomes": ("wall_time",)}, "wall_time"),
        ({"outcomes": ("peak_force",)}, "base: has no column 'peak_force'"),
        ({"outcomes": ()}, "name one"),
    ],
)
def test_bad_requests_are_refused(change: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInput, match=named.replace("(", r"\(")):
        compare(_run(8, seed=1), _run(8, seed=2), **change)


def test_other_design_points_are_refused_by_name() -> None:
    with pytest.raises(BadInput, match="base: has no case of design point 1"):
        compare(_run(8, seed=1), _run(8, seed=1, points=2))


def _file(experiment: Callable[..., Experiment], path: Path, *overrides: str) -> Path:
    loaded = experiment(*overrides)
    return run_campaign(loaded, path, runner=fake_chain.fake_run)


def _scaled(path: Path, share: float, step: int = 1) -> Path:
    """File with masses times a share, in the order of the cases or against it."""
    content = read_store(path)
    mass = content.runs["collected_mass"]
    changed = Column(share * mass.values[::step], mass.attributes)
    runs = {**content.runs, "collected_mass": changed}
    other = path.with_name(f"{share}-{step}-{path.name}")
    write_store(other, replace(content, runs=runs))
    return other


def test_files_say_in_what_they_were_made_differently(
    experiment: Callable[..., Experiment], tmp_path: Path
) -> None:
    few = "campaign.cases=2"
    base = _file(experiment, tmp_path / "base.h5", few)
    new = _file(experiment, tmp_path / "new.h5", few, "campaign.seed=8", "mechanism.depth=12 cm")
    found = compare(base, new)
    assert found.differs == ("campaign.seed: 7 -> 8", "mechanism.depth: 'default' -> '12 cm'")
    assert compare(base, base).differs == ()


def test_a_baseline_keeps_what_a_comparison_reads(
    experiment: Callable[..., Experiment], tmp_path: Path
) -> None:
    flown = _file(experiment, tmp_path / "flown.h5", "campaign.cases=16")
    write_baseline(flown, tmp_path / "kept.h5")
    assert compare(tmp_path / "kept.h5", flown).verdict == "equivalent"
    kept = read_store(tmp_path / "kept.h5")
    assert "sequence.approach_speed" in kept.columns
    assert "mechanism.width" not in kept.columns
    assert "mechanism.width" in read_store(flown).columns
    loss = compare(tmp_path / "kept.h5", _scaled(flown, 0.4))
    assert loss.verdict == "different"


def test_the_command_exits_by_the_verdict_and_prints_one_object(
    experiment: Callable[..., Experiment],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = _file(experiment, tmp_path / "base.h5", "campaign.cases=16")
    other = _scaled(base, 1.0, -1)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sampling-sim", "compare", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        text = capsys.readouterr()
        return int(end.value.code or 0), text.out, text.err

    assert call(base, base)[0] == 0
    code, out, _ = call(base, other, "--json")
    assert code == 4
    report = json.loads(out)
    assert report["verdict"] == "inconclusive"
    keys = {"outcome", "test", "statistic", "p_value", "verdict"}
    assert all(keys <= test.keys() for test in report["tests"])
    code, out, err = call(base, tmp_path / "absent.h5")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert call(base, _scaled(base, 0.4))[0] == 3
    code, out, _ = call(base, other, "--outcome", "collected_count", "--margin", "0.2")
    assert code == 4
    assert "collected_count" in out
    assert "margin ±0.2" in out
