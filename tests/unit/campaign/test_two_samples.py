"""Tests of two samples against closed forms, scipy's own statistic and brute force."""

import math

import numpy as np
import pytest
from scipy.stats import anderson_ksamp, binom, norm

from sampling_sim.campaign.comparison import two_samples
from sampling_sim.campaign.comparison.two_samples import TwoSamples

LEVEL = 1e-3


def _normal(
    cases: int, shift: float = 0.0, *, paired: bool = False, correlation: float = 0.0
) -> TwoSamples:
    """Two samples of mean 1 and 1 + shift, standard deviation 0.2."""
    rng = np.random.default_rng(11)
    shared, *own = rng.standard_normal((3, cases))
    low, high = math.sqrt(correlation), math.sqrt(1.0 - correlation)
    base, new = (1.0 + 0.2 * (low * shared + high * one) for one in own)
    return TwoSamples(base, new + shift, paired)


def test_p_of_two_separate_triples_is_two_of_their_twenty_splits() -> None:
    """C(6, 3) = 20 splits, of which two are as far apart as these; paired, 2 of 2³ swaps."""
    base, new = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    rng = np.random.default_rng(1)
    for is_paired, p_value in ((False, 2 / 20), (True, 2 / 8)):
        samples = TwoSamples(base, new, is_paired)
        assert two_samples.mean_difference(samples, LEVEL, rng) == pytest.approx(p_value)
        _, p = two_samples.distribution_difference(samples, LEVEL, rng)
        assert p == pytest.approx(p_value)


@pytest.mark.filterwarnings("ignore:p-value")  # out of scipy's table
def test_the_distributions_distance_is_scipys_anderson_darling() -> None:
    """Scipy's is A² up to numbers that follow from the sizes alone, so splits lie on one line.

    A² = n (n + m) / m times ours, S: Scholz and Stephens, equation 7, with two samples.
    """
    rng = np.random.default_rng(2)
    values = np.round(rng.gamma(3.0, 1.0, 40), 1)  # with ties
    ours, theirs = [], []
    for _ in range(3):
        rng.shuffle(values)
        base, new = values[:15], values[15:]
        statistic, _ = two_samples.distribution_difference(
            TwoSamples(base, new, False), 0.05, np.random.default_rng(1)
        )
        ours.append(15 * 40 / 25 * statistic)
        theirs.append(anderson_ksamp([base, new], variant="right").statistic)
    slopes = np.diff(theirs) / np.diff(ours)
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-9)
    assert abs(np.diff(ours)).min() > 0.01  # the splits differ


def test_a_wider_spread_of_the_same_mean_is_a_difference_of_the_distribution_alone() -> None:
    same = _normal(120)
    wider = TwoSamples(same.base, 1.0 + 2.5 * (same.new - 1.0), False)
    rng = np.random.default_rng(3)
    assert two_samples.distribution_difference(wider, LEVEL, rng)[1] <= LEVEL
    assert two_samples.mean_difference(wider, LEVEL, rng) > LEVEL
    assert two_samples.distribution_difference(same, LEVEL, rng)[1] > LEVEL


@pytest.mark.parametrize("cases", [30, 200, 900])
def test_pairs_see_a_shift_that_hides_in_the_spread(cases: int) -> None:
    """Of correlation 0.96 the differences have a fifth of the standard deviation."""
    shift = 0.2 * 3.0 / math.sqrt(cases) / math.sqrt(2.0)  # about 1.5 standard errors unpaired
    paired = _normal(cases, shift, paired=True, correlation=0.96)
    loose = TwoSamples(paired.base, paired.new, is_paired=False)
    rng = np.random.default_rng(4)
    assert two_samples.mean_difference(paired, LEVEL, rng) <= LEVEL
    assert two_samples.mean_difference(loose, LEVEL, rng) > LEVEL


def test_equivalence_of_the_mean_is_the_two_one_sided_z_test_of_many_cases() -> None:
    """0.9 and 1.1 times the base's mean, each with its own standard error."""
    samples, margin = _normal(4000, 0.005), 0.02
    p_values = []
    for share, sign in ((1.0 - margin, 1.0), (1.0 + margin, -1.0)):
        gap = samples.new.mean() - share * samples.base.mean()
        variances = samples.new.var() + share**2 * samples.base.var()
        p_values.append(norm.sf(sign * gap / math.sqrt(variances / 4000)))
    found = two_samples.mean_equivalence(samples, margin)
    assert found == pytest.approx(max(p_values), rel=0.02)  # t of 8000 against z at 3 sd
    assert found < 0.05 < two_samples.mean_equivalence(samples, 0.001)


def test_bootstrap_of_a_quantile_is_that_of_real_resamples() -> None:
    """Standard error of the gap against drawing the resamples, each to 1 / sqrt(2 · 1999)."""
    samples, share = _normal(400), 0.1
    _, error = two_samples.quantile_equivalence(samples, share, 0.1, np.random.default_rng(5))
    rng = np.random.default_rng(6)
    ends = [
        np.quantile(values[rng.integers(400, size=(1999, 400))], share, axis=1)
        for values in (samples.base, samples.new)
    ]
    assert error == pytest.approx((ends[1] - ends[0]).std(), rel=4.0 / math.sqrt(1999))


def test_pairs_narrow_a_quantiles_gap_and_few_cases_are_not_judged() -> None:
    paired = _normal(400, paired=True, correlation=0.96)
    loose = TwoSamples(paired.base, paired.new, is_paired=False)
    rng = np.random.default_rng(7)
    errors = [two_samples.quantile_equivalence(s, 0.5, 0.1, rng)[1] for s in (paired, loose)]
    assert errors[0] < 0.6 * errors[1]
    assert math.isnan(two_samples.quantile_equivalence(_normal(49), 0.1, 0.1, rng)[0])


def test_cases_to_see_follow_from_spread_margin_and_level() -> None:
    """(z of level/2 + z of 0.9)² · 2 σ² / (0.1 μ)²; the bound on σ² of 4000 cases adds 2 %."""
    named = two_samples.cases_to_see(_normal(4000), 0.1, LEVEL)
    expected = (norm.isf(LEVEL / 2) + norm.ppf(0.9)) ** 2 * 2 * 0.2**2 / 0.1**2
    assert named == pytest.approx(expected, rel=0.08)  # three errors of σ², and the bound
    paired = two_samples.cases_to_see(_normal(4000, paired=True, correlation=0.96), 0.1, LEVEL)
    assert paired == pytest.approx(0.04 * expected, rel=0.08)


def test_a_share_that_did_not_rise_needs_cases_to_be_shown() -> None:
    assert two_samples.share_rise((0, 8), (0, 8), 0.1) > 0.05
    assert two_samples.share_rise((0, 64), (0, 64), 0.1) < 0.05
    assert two_samples.share_rise((0, 64), (7, 64), 0.1) > 0.05
    # Without a failure it is the chance of none in the new run where a tenth fails
    for cases in (28, 29, 64):
        p_value = two_samples.share_rise((0, cases), (0, cases), 0.1)
        assert p_value == pytest.approx(0.9**cases, rel=1e-6)
    assert 28 < two_samples.share_cases_to_show((0, 64), (0, 64), 0.1) <= 29
    assert two_samples.share_rise((3, 8), (8, 8), 0.1) == 1.0
    assert two_samples.share_rise((10**6, 10**6), (0, 10**6), 0.1) == 1e-15


@pytest.mark.parametrize(("cases", "share"), [(64, 0.0), (64, 0.005), (40, 0.1), (40, 0.4)])
def test_a_share_that_rose_by_the_margin_passes_once_in_twenty(cases: int, share: float) -> None:
    """Exact, over all pairs of counts; the twin, after Agresti & Caffo, passes twice as often."""
    counts = np.arange(cases + 1)
    chance = binom.pmf(counts, cases, share)[:, None] * binom.pmf(counts, cases, share + 0.1)
    rows = np.argwhere(chance > 1e-6)
    p_values = np.array(
        [two_samples.share_rise((int(i), cases), (int(j), cases), 0.1) for i, j in rows]
    )
    weights = chance[tuple(rows.T)]
    assert weights[p_values <= 0.05].sum() <= 0.05
    low, high = (rows.T + 1.0) / (cases + 2.0)
    error = np.sqrt((low * (1.0 - low) + high * (1.0 - high)) / (cases + 2.0))
    if share == 0.0:
        assert weights[norm.cdf((high - low - 0.1) / error) <= 0.05].sum() > 0.1


def test_constants_are_alike_only_where_they_are_the_same() -> None:
    rng = np.random.default_rng(8)
    same = TwoSamples(np.full(60, 0.3), np.full(60, 0.3), False)
    other = TwoSamples(np.full(60, 0.3), np.full(60, 0.2), False)
    empty = TwoSamples(np.zeros(60), np.zeros(60), True)
    assert two_samples.mean_difference(same, LEVEL, rng) == 1.0
    assert two_samples.mean_difference(other, LEVEL, rng) <= LEVEL
    assert two_samples.mean_equivalence(same, 0.1) == 0.0
    assert two_samples.mean_equivalence(other, 0.1) == 1.0
    assert two_samples.mean_equivalence(empty, 0.1) == 0.0
    assert two_samples.distribution_difference(empty, LEVEL, rng)[1] == 1.0
