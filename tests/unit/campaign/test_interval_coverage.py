"""Intervals cover what they say, by simulation, for few cases of outcomes as landings give them.

A coverage over M samples has the binomial error sqrt(p (1 - p) / M); 3 of it are allowed, at fixed
seeds, beside a shortfall that is named where there is one.  Each law has a twin that falls short.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from sampling_sim.campaign.statistics.clusters import Clusters
from sampling_sim.campaign.statistics.intervals import (
    BCA_UP_TO,
    bca_interval,
    clustered_quantile_interval,
    mean_interval,
    ordered_quantile,
    quantile_interval,
    tolerance_bounds,
    tolerance_cases,
    wilson_interval,
)
from sampling_sim.campaign.statistics.summary import outcome_statistics

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]

LAWS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, size: rng.normal(2.0, 1.0, size), 2.0),
    "lognormal": (lambda rng, size: rng.lognormal(0.0, 0.5, size), math.exp(0.125)),
    "exponential": (lambda rng, size: rng.exponential(1.0, size), 1.0),
    "often empty": (
        lambda rng, size: rng.lognormal(0.0, 0.5, size) * (rng.random(size) < 0.7),
        0.7 * math.exp(0.125),
    ),
    "counts": (lambda rng, size: rng.poisson(6.0, size).astype(float), 6.0),
}
SHORT = {5: 0.06, 10: 0.03, 20: 0.015, 50: 0.005}
"""Shortfall of the mean's interval on the skewed of these laws, by cases: docs/statistics.md."""


def covered(ends: list[tuple[float, float]], truth: float) -> float:
    """Share of the intervals that hold the truth; an end that is not there holds anything."""
    low, high = np.array(ends).T
    return float(np.mean(~(low > truth) & ~(high < truth)))


def error(samples: int, confidence: float = 0.95) -> float:
    return math.sqrt(confidence * (1.0 - confidence) / samples)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("cases", SHORT)
def test_the_interval_of_the_mean_covers(law: str, cases: int) -> None:
    draw, mean = LAWS[law]
    samples = draw(np.random.default_rng(cases), (400, cases))
    found = covered([mean_interval(sample) for sample in samples], mean)
    short = SHORT[cases] if law in {"lognormal", "exponential"} else 0.0
    assert found >= 0.95 - short - 3 * error(400)


def test_the_normal_interval_of_five_skewed_cases_does_not_cover() -> None:
    """The twin: 1.96 standard errors, and BCa alone at its nominal level."""
    draw, mean = LAWS["lognormal"]
    samples = draw(np.random.default_rng(5), (400, 5))
    half = 1.96 * samples.std(axis=1, ddof=1) / math.sqrt(5)
    middle = samples.mean(axis=1)
    allowed = 0.95 - SHORT[5] - 3 * error(400)
    assert np.mean(np.abs(middle - mean) <= half) < allowed
    assert covered([bca_interval(sample, 0.95) for sample in samples], mean) < allowed


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("cases", [*SHORT, 150, 390, 500])
def test_the_interval_of_the_mean_covers_in_many_samples(law: str, cases: int) -> None:
    draw, mean = LAWS[law]
    samples = draw(np.random.default_rng(1000 + cases), (3000, cases))
    found = covered([mean_interval(sample) for sample in samples], mean)
    short = SHORT.get(cases, 0.0) if law in {"lognormal", "exponential"} else 0.0
    assert found >= 0.95 - short - 3 * error(3000)


def test_many_cases_have_the_interval_of_student() -> None:
    values = np.random.default_rng(1).exponential(size=BCA_UP_TO + 1)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert mean_interval(values) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_what_shows_no_spread_has_no_interval() -> None:
    for values in (np.zeros(0), np.ones(1), np.full(30, 0.2)):
        assert all(math.isnan(end) for end in mean_interval(values))


def test_packings_whose_sums_are_equal_show_no_spread_between_them() -> None:
    """Counts 1, 2 and 2, 1 on two packings: as many in each by chance, not by law."""
    counts, packings = np.array([1.0, 2.0, 2.0, 1.0]) / 3.0, Clusters.of([0, 0, 1, 1])
    assert np.isnan(mean_interval(counts, packings)).all()
    assert np.isfinite(mean_interval(counts)).all()
    assert np.isfinite(mean_interval(counts, Clusters.of([0, 1, 1, 0]))).all()


def test_values_whose_squares_no_double_holds_have_statistics() -> None:
    """Pytest makes an error of numpy's warnings, which `show` would print."""
    values = 1e300 * np.arange(1.0, 10.0)
    for clusters in (None, Clusters.of(np.arange(9) % 3)):
        found = outcome_statistics(values, clusters)
        assert found["mean"] == pytest.approx(5e300, rel=1e-15)
        assert found["q50"] == 5e300
        assert not np.isfinite([found["sd"], *found["mean_interval"]]).any()
    assert outcome_statistics(1e308 * np.array([1.0, -1.0, 1.7, 1.0]))["n"] == 4


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(2).lognormal(0.0, 0.8, 30),
        np.repeat([0.0, 1.0], [25, 5]),
        np.repeat([0.0, 0.3], [25, 5]),
    ],
    ids=["skewed", "counts", "tied"],
)
def test_bca_agrees_with_scipy(values: np.ndarray) -> None:
    """Ends of 4,000 resamples move by 1.1 % of the width, of 9,999 by 0.7 %; 3 of it allowed."""
    expected = stats.bootstrap((values,), np.mean, method="BCa", rng=np.random.default_rng(3))
    low, high = expected.confidence_interval
    found = bca_interval(values, 0.95)
    assert found == pytest.approx((low, high), abs=3 * 0.013 * (high - low))


def clustered(
    rng: np.random.Generator, packings: int, each: int, samples: int
) -> tuple[np.ndarray, Clusters]:
    """Draw samples whose packings make up half of the variance, mean 0."""
    luck = np.repeat(rng.normal(size=(samples, packings)), each, axis=1)
    return luck + rng.normal(size=luck.shape), Clusters.of(np.repeat(np.arange(packings), each))


@pytest.mark.parametrize("packings", [2, 5, 10, 20])
def test_the_mean_between_packings_covers_and_between_cases_does_not(packings: int) -> None:
    values, clusters = clustered(np.random.default_rng(packings), packings, 8, 1000)
    between = covered([mean_interval(sample, clusters) for sample in values], 0.0)
    assert between >= 0.95 - 3 * error(1000)
    assert covered([mean_interval(sample) for sample in values[:200]], 0.0) < 0.8


def test_quantiles_between_packings_cover_and_between_cases_do_not() -> None:
    """Woodruff's interval is an approximation: 2 % short is what is allowed for."""
    values, clusters = clustered(np.random.default_rng(4), 12, 8, 1000)
    ordered = np.sort(values, axis=1)
    pairs = list(zip(values, ordered, strict=True))
    found = covered([clustered_quantile_interval(v, o, 0.5, clusters) for v, o in pairs], 0.0)
    assert found >= 0.95 - 0.02 - 3 * error(1000)
    assert covered([quantile_interval(o, 0.5) for o in ordered], 0.0) < 0.85


def test_ranks_of_a_quantile_between_packings_are_those_of_the_closed_form() -> None:
    """1, 2, 3 and 4 of 5 cases of four packings lie below the median of 20.

    Error of the share: sqrt(4/3 · (1.5² + 0.5² + 0.5² + 1.5²)) / 20 = 0.1291; t of 3 is 0.765.
    So floor(20 · 0.4013) = 8 and ceil(20 · 0.5987) + 1 = 13.
    """
    packing = np.repeat(np.arange(4), 5)
    is_high = np.concatenate([np.arange(5) >= below for below in (1, 2, 3, 4)])
    values = np.zeros(20)
    values[~is_high], values[is_high] = np.arange(1.0, 11.0), np.arange(11.0, 21.0)
    found = clustered_quantile_interval(values, np.sort(values), 0.5, Clusters.of(packing), 0.5)
    assert found == (8.0, 13.0)


@pytest.mark.parametrize("q", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("cases", [5, 10, 20, 50])
def test_intervals_of_quantiles_cover_whatever_the_law(q: float, cases: int) -> None:
    rng = np.random.default_rng(cases)
    for sample, truth in (
        (rng.lognormal(size=(1000, cases)), stats.lognorm.ppf(q, 1.0)),
        (rng.poisson(3.0, (1000, cases)).astype(float), stats.poisson.ppf(q, 3.0)),
    ):
        found = covered([quantile_interval(row, q) for row in np.sort(sample, axis=1)], truth)
        assert found >= 0.95 - 3 * error(1000)


def test_ranks_of_quantiles_are_the_innermost_that_cover() -> None:
    """Against the binomial law itself, rank by rank."""
    for cases in (2, 5, 6, 20, 51, 300):
        for q in (0.05, 0.5, 0.95):
            low, high = quantile_interval(np.arange(1.0, cases + 1.0), q)
            ranks = np.arange(1, cases + 1)
            lows = ranks[stats.binom.cdf(ranks - 1, cases, q) <= 0.025]
            highs = ranks[stats.binom.sf(ranks - 1, cases, q) <= 0.025]
            assert (low == lows.max()) if len(lows) else math.isnan(low)
            assert (high == highs.min()) if len(highs) else math.isnan(high)


def test_ordered_quantiles_are_those_of_numpy() -> None:
    values = np.sort(np.random.default_rng(6).normal(size=37))
    for q in (0.05, 0.5, 0.95):
        assert ordered_quantile(values, q) == pytest.approx(np.quantile(values, q), rel=1e-14)
    assert math.isnan(ordered_quantile(np.zeros(0), 0.5))


def test_a_tolerance_bound_needs_45_cases() -> None:
    assert tolerance_cases() == 45
    assert math.isnan(tolerance_bounds(np.arange(44.0))[0])
    assert tolerance_bounds(np.arange(45.0)) == (0.0, 44.0)


@pytest.mark.parametrize("cases", [45, 76, 77, 200])
def test_tolerance_bounds_hold_and_a_sample_quantile_does_not(cases: int) -> None:
    """In 90 % of samples 95 % of all landings reach the bound; with q05 in half of them."""
    samples = np.sort(np.random.default_rng(cases).lognormal(size=(1000, cases)), axis=1)
    bounds = np.array([tolerance_bounds(sample) for sample in samples])
    beyond = stats.lognorm.sf(bounds[:, 0], 1.0), stats.lognorm.cdf(bounds[:, 1], 1.0)
    for share in beyond:
        assert np.mean(share >= 0.95) >= 0.90 - 3 * error(1000, 0.90)
    plain = stats.lognorm.sf([ordered_quantile(s, 0.05) for s in samples], 1.0)
    assert np.mean(plain >= 0.95) < 0.7


def test_wilson_is_that_of_scipy_and_covers_on_average() -> None:
    """Exact coverage at 20 cases, averaged over shares: 95 % within a hundredth."""
    for k, n in ((0, 9), (3, 9), (9, 9), (41, 50)):
        expected = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        assert wilson_interval(k, n) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert wilson_interval(0, 0) == (0.0, 1.0)
    shares, counts = np.linspace(0.01, 0.99, 99)[:, None], np.arange(21)
    low, high = np.array([wilson_interval(int(k), 20) for k in counts]).T
    chance = stats.binom.pmf(counts, 20, shares)
    coverage = (chance * ((low <= shares) & (shares <= high))).sum(axis=1)
    assert coverage.mean() == pytest.approx(0.95, abs=0.01)
    assert coverage.min() < 0.95
