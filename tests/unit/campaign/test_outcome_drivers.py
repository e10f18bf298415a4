"""Drivers: indices of laws whose own are known, what chance alone gives, what is left out.

Ishigami: y = sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1, x in (-π, π): S1 = 0.3139, 0.4424, 0,
ST = 0.5576, 0.4424, 0.2437 (Ishigami & Homma 1990).  Linear: y = sum of a_i x_i, S_i = a_i² / sum.
"""

import math

import numpy as np
import pytest
from scipy import stats

from sampling_sim.campaign.statistics.drivers import (
    Sample,
    _mark_distinguishable,
    classes,
    correlation_ratio,
    delta_of,
    drivers,
    first_cases,
    saltelli_drivers,
)

SLOPES = {"strong": math.sqrt(0.6), "middle": math.sqrt(0.3), "weak": math.sqrt(0.1)}


def linear(cases: int, seed: int, noise: int = 1) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Draw a linear law, with inputs of no influence."""
    rng = np.random.default_rng(seed)
    names = [*SLOPES, *(f"none.{i}" for i in range(noise))]
    inputs = {name: rng.uniform(-1.0, 1.0, cases) for name in names}
    return inputs, sum(slope * inputs[name] for name, slope in SLOPES.items())


def ishigami(x: np.ndarray) -> np.ndarray:
    x1, x2, x3 = x.T
    return np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def test_first_order_of_a_linear_law_is_the_square_of_its_slopes() -> None:
    """300 cases: the standard error of a share s is about 2 sqrt(s) (1 - s) / sqrt(n) < 0.045."""
    inputs, outcome = linear(300, 1)
    found = {entry["input"]: entry for entry in drivers(inputs, outcome, np.arange(300))}
    assert list(found)[:3] == ["strong", "middle", "weak"]
    for name, slope in SLOPES.items():
        index = found[name]["first_order"]
        assert index["value"] == pytest.approx(slope**2, abs=3 * 0.045)
        assert index["interval"][0] <= slope**2 <= index["interval"][1]
        assert index["distinguishable"]
        correlation = found[name]["rank_correlation"]
        assert correlation["value"] == pytest.approx(slope, abs=3 * 0.055)
        assert correlation["interval"][0] < correlation["value"] < correlation["interval"][1]
    assert not found["none.0"]["first_order"]["distinguishable"]
    assert not found["none.0"]["delta"]["distinguishable"]
    assert found["strong"]["delta"]["distinguishable"]


def test_what_goes_up_and_down_is_seen_by_the_indices_and_not_by_the_ranks() -> None:
    x = np.random.default_rng(2).uniform(-math.pi, math.pi, (400, 3))
    inputs = {f"x{i + 1}": x[:, i] for i in range(3)}
    found = {e["input"]: e for e in drivers(inputs, ishigami(x), np.arange(400))}
    for name, truth in (("x1", 0.3139), ("x2", 0.4424), ("x3", 0.0)):
        assert found[name]["first_order"]["value"] == pytest.approx(truth, abs=0.1)
    low, high = found["x2"]["rank_correlation"]["interval"]
    assert low < 0.0 < high
    # x3 acts through x1 alone: the first order is 0, and delta sees it
    assert found["x3"]["first_order"]["interval"][0] < 0.02
    assert found["x3"]["delta"]["distinguishable"]


def test_a_saltelli_design_gives_first_order_and_total() -> None:
    """Standard errors from SALib's own intervals; a failed case costs its base point alone."""
    rng = np.random.default_rng(3)
    a, b = rng.uniform(-math.pi, math.pi, (2, 2000, 3))
    mixed = [np.where(np.arange(3) == i, b, a) for i in range(3)]
    outcome = np.stack([ishigami(x) for x in (a, *mixed, b)], axis=1).ravel()
    outcome[7] = np.nan
    entries, used = saltelli_drivers(["x1", "x2", "x3"], outcome)
    assert used == 5 * 1999
    assert [entry["input"] for entry in entries] == ["x1", "x2", "x3"]
    truths = {"first_order": (0.3139, 0.4424, 0.0), "total": (0.5576, 0.4424, 0.2437)}
    for index, values in truths.items():
        for entry, truth in zip(entries, values, strict=True):
            half = 0.5 * (entry[index]["interval"][1] - entry[index]["interval"][0])
            assert entry[index]["value"] == pytest.approx(truth, abs=1.5 * half)
            assert half < 0.12
    assert saltelli_drivers(["x1", "x2", "x3"], np.full(200, np.nan)) == ([], 0)


def test_drivers_are_told_from_chance_among_all_inputs() -> None:
    """Holm: 0.05 / 4, / 3, / 2, / 1, up to the first that is not; at 0.05 all four would be."""
    entries = [{"p_value": p} for p in (0.03, 0.005, 0.04, 0.015)]
    _mark_distinguishable(entries)
    assert [entry["distinguishable"] for entry in entries] == [False, True, False, True]


def simulated(cases: int, share: float, times: int, seed: int) -> tuple[np.ndarray, float, float]:
    """First orders, coverage of `share`, mean of raw ratios: of a linear law in two inputs."""
    rng = np.random.default_rng(seed)
    values, covered, raw = np.zeros(times), 0, 0.0
    for i in range(times):
        x, other = rng.uniform(-1.0, 1.0, (2, cases))
        outcome = math.sqrt(share) * x + math.sqrt(1.0 - share) * other
        (found,) = drivers({"x": x}, outcome, np.arange(cases))
        low, high = found["first_order"]["interval"]
        values[i], covered = found["first_order"]["value"], covered + (low <= share <= high)
        sample = Sample(outcome, np.arange(cases))
        raw += correlation_ratio(classes(x, sample, 2.0), outcome) / times
    return values, covered / times, raw


@pytest.fixture
def no_density(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave delta out: it takes most of the time."""
    monkeypatch.setattr("sampling_sim.campaign.statistics.drivers._has_density", lambda _: False)


@pytest.mark.usefixtures("no_density")
def test_chance_is_taken_off_and_a_raw_ratio_keeps_it() -> None:
    """No influence, 50 cases, 10 classes: the raw ratio is 9/49 on average; ours is near 0.

    What is below 0 is shown as 0, so the mean of ours is half the mean size of the error, 0.03.
    """
    values, _, raw = simulated(50, 0.0, 40, 4)
    assert raw == pytest.approx(9 / 49, abs=0.05)
    assert values.mean() < 0.06


@pytest.mark.slow
@pytest.mark.usefixtures("no_density")
@pytest.mark.parametrize("cases", [20, 50, 200])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_intervals_of_the_first_order_cover(cases: int, share: float) -> None:
    """95 % promised from 50 cases on, within 3 binomial errors of 400 samples (0.011) and 0.02.

    20 cases in 6 classes lose a twentieth of the share within them: 80 % is what they cover.
    """
    values, covered, _ = simulated(cases, share, 400, 5)
    assert covered >= (0.8 if cases < 50 else 0.95 - 0.02 - 3 * 0.011)
    assert values.mean() == pytest.approx(share, abs=0.09 if cases < 50 else 0.03)


@pytest.mark.slow
@pytest.mark.usefixtures("no_density")
def test_inputs_of_no_influence_are_seldom_told_drivers() -> None:
    """5 % of samples name any of 4; 300 samples: 0.0126, 3 of it allowed.

    The twin: that some raw index lies above the mean of shuffled ones is what mostly happens.
    """
    rng, told, above = np.random.default_rng(6), 0, 0
    for _ in range(300):
        inputs = {f"none.{i}": rng.uniform(size=40) for i in range(4)}
        found = drivers(inputs, rng.lognormal(size=40), np.arange(40))
        told += any(entry["first_order"]["distinguishable"] for entry in found)
        above += any(entry["first_order"]["value"] > 0.0 for entry in found)
    assert told / 300 <= 0.05 + 3 * 0.0126
    assert above / 300 > 0.5


@pytest.mark.usefixtures("no_density")
def test_cases_that_share_random_numbers_are_not_taken_for_more() -> None:
    """Twenty surfaces of 30 replicates: an input of no influence has 30 values, not 600.

    The twin, with every case a replicate of its own, finds the chance difference significant.
    """
    rng = np.random.default_rng(9)
    replicate = np.repeat(np.arange(30), 20)
    luck = rng.normal(size=30)
    x, outcome = rng.uniform(size=30)[replicate], luck[replicate] + 0.1 * rng.normal(size=600)
    surface = np.tile(np.arange(20.0), 30)
    (shared,) = drivers({"x": x}, outcome, replicate)
    (alone,) = drivers({"x": x}, outcome, np.arange(600))
    assert not shared["first_order"]["distinguishable"]
    assert alone["first_order"]["distinguishable"]
    # What is unknown of the surface differs within each replicate, and is found in spite of them
    (found,) = drivers({"strength": surface}, outcome + 0.1 * surface, replicate)
    assert found["first_order"]["distinguishable"]


def test_words_have_classes_and_flags_no_density() -> None:
    rng = np.random.default_rng(8)
    kind = np.array(["wheels", "scoop", "horn"], dtype=object)[rng.integers(0, 3, 90)]
    slipped = rng.random(90) < np.where(kind == "scoop", 0.9, 0.1)
    (found,) = drivers({"mechanism.kind": kind}, slipped.astype(float), np.arange(90))
    assert found["first_order"]["distinguishable"]
    assert found["delta"] is None
    assert found["rank_correlation"] is None


def test_the_first_cases_are_whole_replicates() -> None:
    label = np.repeat(np.arange(4), 3)
    assert first_cases(label, 12).sum() == 12
    assert first_cases(label, 7).sum() == 6
    assert first_cases(label, 6).sum() == 6
    assert first_cases(label, 2).sum() == 3


@pytest.mark.usefixtures("no_density")
def test_classes_of_one_case_each_say_nothing() -> None:
    """Ten replicates on two surfaces: ten values of one input; words all different."""
    replicate, rng = np.repeat(np.arange(10), 2), np.random.default_rng(10)
    inputs = {
        "x": rng.uniform(size=10)[replicate],
        "word": np.array([f"w{i}" for i in replicate], dtype=object),
    }
    found = {e["input"]: e["first_order"] for e in drivers(inputs, replicate * 1.0, replicate)}
    assert found["word"]["value"] == 0.0
    assert not found["word"]["distinguishable"]
    assert found["x"]["value"] < 1.0


def test_an_outcome_that_is_often_the_same_has_no_density_and_texts_no_rank() -> None:
    rng = np.random.default_rng(11)
    x = rng.uniform(size=60)
    mass = np.where(x < 0.5, 0.0, rng.lognormal(size=60))
    inputs = {"x": x, "left out": np.where(np.arange(60) % 2, np.nan, x)}
    found = {entry["input"]: entry for entry in drivers(inputs, mass, np.arange(60))}
    assert found["x"]["delta"] is None
    assert found["x"]["first_order"]["distinguishable"]
    assert found["left out"]["rank_correlation"] is None
    assert drivers({"x": x}, mass + x, np.arange(60))[0]["delta"] is not None


def test_delta_of_a_normal_law_and_of_none() -> None:
    """Two normals of correlation 0.9: delta 0.515 by quadrature.

    The classes and the width of the kernels take off a tenth, the error of 300 cases is 0.03.
    Without influence SALib's own estimate is 0.1 all the same.
    """
    x = stats.norm.ppf((np.arange(400) + 0.5) / 400)
    y, spread = np.linspace(-6.0, 6.0, 1001), math.sqrt(1.0 - 0.9**2)
    gaps = np.abs(stats.norm.pdf(y) - stats.norm.pdf(y, 0.9 * x[:, None], spread))
    truth = float(np.trapezoid(gaps, y, axis=1).mean()) / 2.0
    assert truth == pytest.approx(0.515, abs=0.001)
    a, b = np.random.default_rng(12).normal(size=(2, 300))
    outcome = 0.9 * a + spread * b
    (found,) = drivers({"a": a}, outcome, np.arange(300))
    assert 0.85 * truth - 0.03 <= found["delta"]["value"] <= truth + 0.03
    other = np.random.default_rng(13).normal(size=300)
    (none,) = drivers({"none": other}, outcome, np.arange(300))
    sample = Sample(outcome, np.arange(300))
    raw = delta_of(outcome)(classes(other, sample, 0.5), outcome)
    assert raw > 0.07
    assert none["delta"]["value"] < 0.7 * raw


def test_delta_is_that_of_salib() -> None:
    """The same sums: round-off alone."""
    from SALib.analyze.delta import calc_delta

    rng = np.random.default_rng(14)
    x = rng.normal(size=150)
    outcome = rng.lognormal(x)
    label = classes(x, Sample(outcome, np.arange(150)), 0.5)
    edges = np.concatenate([[0], np.cumsum(np.bincount(label))])
    expected = calc_delta(outcome, np.linspace(outcome.min(), outcome.max(), 100), label, edges)
    assert delta_of(outcome)(label, outcome) == pytest.approx(expected, rel=1e-9)
