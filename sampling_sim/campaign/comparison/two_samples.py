"""Two samples of one number: do they differ, are they alike within a margin, how many would tell.

Difference: the null hypothesis is that both runs draw from the same law, so that cases could be
swapped between them.  Permutation tests are exact under it, whatever zeros, ties and skew there
are.  Samples are paired where entry i of both had the same random inputs: then only the members of
a pair are swapped, or the differences are tested.  Equivalence: two one-sided tests [S1987]_ that
new > (1 - margin) base and new < (1 + margin) base, so that the base's own uncertainty counts.

References
----------
.. [S1987] Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680: two one-sided tests.
.. [SS1987] Scholz & Stephens (1987), J. Am. Stat. Assoc. 82, 918-924: Anderson-Darling with ties.
.. [ET1993] Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapters 13 and 16.
.. [N1998] Newcombe (1998), Stat. Med. 17, 873-890: difference of two shares from limits of each.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.campaign.statistics.intervals import binomial_bounds
from sampling_sim.constants import FloatArray, IntArray

EXACT_BELOW = 50
"""Cases of the smaller run below which the mean is tested by permutation, not by Student's t;
chosen: a skew of 2 shifts tail probabilities of 1e-4 little from there on (docs/compare.md)."""
PERMUTED_UP_TO = 500
"""Cases of the smaller run up to which the distributions are compared by permutation, beyond it by
Kolmogorov and Smirnov's limit; chosen: a second of computing."""
FIRST_LOOK, FIRST_LEVEL = 199, 0.05
"""Permutations of the first look and the p-value above which it is the last; chosen."""
PERMUTED_OF = 10_000
"""Cases of a run that are permuted at most, the first ones; chosen: seconds of computing."""
MOST_PERMUTATIONS = 1_000_000
"""Permutations at most; chosen: tens of seconds of computing."""
RESAMPLES = 1999
"""Bootstrap resamples of a quantile; chosen: p = 0.05 to ±0.01."""
JOINT_UP_TO = 5000
"""Pairs up to which quantiles are resampled pair by pair; beyond it each run on its own, which is
wider."""
CASES_BELOW = 5
"""Cases that must lie below a quantile, on average, before it is judged; chosen: the percentile
bootstrap of a quantile is too narrow with fewer."""
EQUIVALENCE_LEVEL = 0.05
"""Level of each one-sided test of equivalence; the customary one [S1987]_."""
POWER = 0.9
"""[1] probability with which the number of cases named decides; issue: 0.9."""
SPREAD_CONFIDENCE = 0.8
"""Confidence of the upper bound of the observed variance that the number of cases is computed
with; chosen: with the variance itself every second forecast would be too small."""


@dataclass(frozen=True)
class TwoSamples:
    """Values of two runs, shapes (m,) and (n,), without NaN; entry i of both a pair if paired."""

    base: NDArray[Any]
    new: NDArray[Any]
    is_paired: bool

    @property
    def smaller(self) -> int:
        """Cases of the smaller run."""
        return min(len(self.base), len(self.new))

    @property
    def larger(self) -> int:
        """Cases of the larger run."""
        return max(len(self.base), len(self.new))

    def of_mean(self, share: float = 1.0) -> tuple[float, float]:
        """Estimate and standard error of mean(new) - share × mean(base), 0 where only round-off."""
        scaled = share * self.base
        if self.is_paired:
            gap = self.new - scaled
            mean, error = float(gap.mean()), float(gap.std(ddof=1) / math.sqrt(len(gap)))
        else:
            mean = float(self.new.mean() - scaled.mean())
            variances = (v.var(ddof=1) / len(v) for v in (self.new, scaled))
            error = math.sqrt(sum(variances))
        round_off = 1e-12 * max(abs(self.base).max(), abs(self.new).max())
        return (mean if abs(mean) > round_off else 0.0), (error if error > round_off else 0.0)


def mean_difference(samples: TwoSamples, level: float, rng: np.random.Generator) -> float:
    """Two-sided p-value of a difference of the means, to be held against `level`.

    Student's t of the paired differences, or Welch's; by permutation where a run has fewer than
    `EXACT_BELOW` cases.
    """
    from scipy.stats import ttest_ind, ttest_rel

    gap, error = samples.of_mean()
    if gap == error == 0.0:
        return 1.0
    if samples.smaller < EXACT_BELOW:
        return _permuted(samples, _difference_of_means, "two-sided", level, rng)
    if error == 0.0:
        return 0.0
    if samples.is_paired:
        return float(ttest_rel(samples.new, samples.base).pvalue)
    return float(ttest_ind(samples.new, samples.base, equal_var=False).pvalue)


def distribution_difference(
    samples: TwoSamples, level: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Statistic and p-value of a difference of the distributions, to be held against `level`.

    Anderson and Darling's statistic [SS1987]_, which weighs the tails and so sees location and
    scale, by permutation; of more than `PERMUTED_UP_TO` cases Kolmogorov and Smirnov's, which
    ignores pairs and is too careful with ties.
    """
    from scipy.stats import ks_2samp

    if samples.smaller > PERMUTED_UP_TO or samples.larger > PERMUTED_OF:
        found = ks_2samp(samples.base, samples.new, method="asymp")
        return float(found.statistic), float(found.pvalue)
    values, ranks = np.unique(np.concatenate([samples.base, samples.new]), return_inverse=True)
    cut = len(samples.base)
    ranked = TwoSamples(ranks[:cut], ranks[cut:], samples.is_paired)
    statistic = _anderson_darling(ranks, len(values))
    return float(statistic(ranked.base, ranked.new, axis=-1)), (
        1.0 if len(values) == 1 else _permuted(ranked, statistic, "greater", level, rng)
    )


def kinds_difference(
    base: IntArray, new: IntArray, level: float, rng: np.random.Generator
) -> float:
    """p-value that two runs drew their kinds (names, as packing seeds) otherwise.

    χ² of the counts by permutation, beyond `PERMUTED_UP_TO` cases by its limit.
    """
    from scipy.stats import chi2_contingency

    known, ranks = np.unique(np.concatenate([base, new]), return_inverse=True)
    if len(known) == 1 or min(len(base), len(new)) < 2:  # of one case nothing is beyond chance
        return 1.0
    pooled, cut = np.bincount(ranks), len(base)
    ranked = TwoSamples(ranks[:cut], ranks[cut:], is_paired=False)
    if ranked.smaller > PERMUTED_UP_TO or ranked.larger > PERMUTED_OF:
        counts = np.bincount(ranked.base, minlength=len(known))
        return float(chi2_contingency([counts, pooled - counts]).pvalue)
    expected = pooled * (cut / len(ranks))

    def statistic(base: Any, new: Any, axis: int) -> Any:  # noqa: ARG001 - as scipy calls it
        return (_counts(base, len(known)) - expected) ** 2 @ (1.0 / expected)

    return _permuted(ranked, statistic, "greater", level, rng)


def mean_equivalence(samples: TwoSamples, margin: float) -> float:
    """p-value of two one-sided t tests; null: the mean is off by `margin`, relative, or more."""
    from scipy.stats import ttest_ind, ttest_rel

    p_values = []
    for share, side in ((1.0 - margin, "greater"), (1.0 + margin, "less")):
        scaled = share * samples.base
        gap, error = samples.of_mean(share)
        if error == 0.0:
            p_values.append(float(gap < 0.0 if side == "greater" else gap > 0.0))
            continue
        if samples.is_paired:
            found = ttest_rel(samples.new, scaled, alternative=side)
        else:
            found = ttest_ind(samples.new, scaled, equal_var=False, alternative=side)
        p_values.append(float(found.pvalue))
    return max(p_values)


def quantile_equivalence(
    samples: TwoSamples, share: float, width: float, rng: np.random.Generator
) -> tuple[float, float]:
    """p-value that a quantile is not within `width` of the base's, and the gap's standard error.

    Percentile bootstrap [ET1993]_; NaN where fewer than `CASES_BELOW` cases would lie on its
    shorter side.
    """
    if samples.smaller * min(share, 1.0 - share) < CASES_BELOW:
        return math.nan, math.nan
    if samples.is_paired and samples.smaller <= JOINT_UP_TO:
        rows = rng.integers(samples.smaller, size=(RESAMPLES, samples.smaller))
        base, new = (np.quantile(v[rows], share, axis=1) for v in (samples.base, samples.new))
    else:
        base, new = (_resampled_quantile(v, share, rng) for v in (samples.base, samples.new))
    outside = (new - base < -width).sum(), (new - base > width).sum()
    return (1.0 + max(outside)) / (1.0 + RESAMPLES), float((new - base).std(ddof=1))


def share_rise(base: tuple[int, int], new: tuple[int, int], margin: float) -> float:
    """p-value that a share rose by `margin` or more; each (count, cases).

    The level at which the upper limit of the rise, made of both shares' Clopper-Pearson bounds
    [N1998]_, comes down to the margin; 1 where it is over a half.
    """
    from scipy.optimize import brentq

    was, now = (count / cases for count, cases in (base, new))

    def excess(level: float) -> float:
        low, high = binomial_bounds(*base, 1.0 - level)[0], binomial_bounds(*new, 1.0 - level)[1]
        return now - was + math.hypot(was - low, high - now) - margin

    if excess(0.5) >= 0.0:
        return 1.0
    return float(brentq(excess, 1e-15, 0.5)) if excess(1e-15) > 0.0 else 1e-15


def cases_to_see(samples: TwoSamples, margin: float, level: float) -> float:
    """Cases of each run at which a shift of the mean by `margin` is seen at `level` in 9 of 10."""
    from scipy.stats import norm

    return _cases(samples, margin, float(norm.isf(level / 2.0) + norm.ppf(POWER)))


def cases_to_show(samples: TwoSamples, margin: float) -> float:
    """Cases of each run at which equal means are shown to be within `margin` in 9 of 10."""
    return _cases(samples, margin, _equivalence_z())


def quantile_cases_to_show(samples: TwoSamples, share: float, width: float, error: float) -> float:
    """Cases of each run at which an equal quantile is shown to be within `width` in 9 of 10.

    `error` is the standard error of the quantiles' gap at the cases there are, NaN if not known.
    """
    fewest = CASES_BELOW / min(share, 1.0 - share)
    if math.isnan(error) or error == 0.0:
        return fewest
    sizes = len(samples.base), len(samples.new)
    cases = 2.0 * sizes[0] * sizes[1] / sum(sizes)  # of equal runs with the same error
    return max(fewest, cases * (_equivalence_z() * error / width) ** 2) if width else math.inf


def share_cases_to_show(base: tuple[int, int], new: tuple[int, int], margin: float) -> float:
    """Cases of each run at which equal shares are shown not to rise by `margin` in 9 of 10."""
    from scipy.stats import norm

    share = (base[0] + new[0] + 1.0) / (base[1] + new[1] + 2.0)
    sum_of_z = float(norm.isf(EQUIVALENCE_LEVEL) + norm.ppf(POWER))
    # Where nothing fails, so many that the bound of the new run alone is within the margin
    fewest = math.log(EQUIVALENCE_LEVEL) / math.log1p(-margin)
    return max(fewest, 2.0 * share * (1.0 - share) * (sum_of_z / margin) ** 2)


def _equivalence_z() -> float:
    """Margin in standard errors at which two one-sided tests both show equal means in 9 of 10."""
    from scipy.stats import norm

    return float(norm.isf(EQUIVALENCE_LEVEL) + norm.isf((1.0 - POWER) / 2.0))


def _cases(samples: TwoSamples, margin: float, sum_of_z: float) -> float:
    from scipy.stats import chi2

    width = margin * abs(float(samples.base.mean()))
    if samples.is_paired:
        variance = float((samples.new - samples.base).var(ddof=1))
    else:
        variance = float(samples.new.var(ddof=1) + samples.base.var(ddof=1))
    freedom = samples.smaller - 1
    variance *= freedom / float(chi2.ppf(1.0 - SPREAD_CONFIDENCE, freedom))
    return variance * (sum_of_z / width) ** 2 if width else math.inf


def _permuted(
    samples: TwoSamples,
    statistic: Callable[..., Any],
    alternative: str,
    level: float,
    rng: np.random.Generator,
) -> float:
    """p-value by permutation; in two looks, since most comparisons are far from `level`.

    Both looks must be at or under a small level, so the error rate is not above that of the last.
    """
    from scipy.stats import permutation_test

    data = samples.base[:PERMUTED_OF], samples.new[:PERMUTED_OF]
    # p can be a fifth of what it is held against, unless there are hundreds of design points
    last = min(math.ceil(5.0 / level), MOST_PERMUTATIONS)
    for resamples in (FIRST_LOOK, last):
        p_value = float(
            permutation_test(
                data,
                statistic,
                permutation_type="samples" if samples.is_paired else "independent",
                alternative=alternative,
                vectorized=True,
                n_resamples=resamples,
                batch=max(1, 2_000_000 // sum(len(values) for values in data)),
                rng=rng,
            ).pvalue
        )
        if p_value > FIRST_LEVEL:
            break
    return p_value


def _difference_of_means(base: FloatArray, new: FloatArray, axis: int) -> Any:
    return new.mean(axis=axis) - base.mean(axis=axis)


def _anderson_darling(ranks: Any, distinct: int) -> Callable[..., Any]:
    """Statistic of two samples of ranks 0 to `distinct` - 1 along the last axis.

    Σ h (F_base - H)² / (H (1 - H)) over the distinct values but the last: H the pooled
    distribution, h its steps.  The other sample's term is proportional to it.
    """
    steps = np.bincount(ranks, minlength=distinct) / len(ranks)
    pooled = np.cumsum(steps)[:-1]
    weights = steps[:-1] / (pooled * (1.0 - pooled))

    def statistic(base: Any, new: Any, axis: int) -> Any:  # noqa: ARG001 - as scipy calls it
        reached = np.cumsum(_counts(base, distinct), axis=-1)[..., :-1] / base.shape[-1]
        return (reached - pooled) ** 2 @ weights

    return statistic


def _counts(ranks: Any, distinct: int) -> Any:
    """How often each of `distinct` ranks stands in each row, shape (..., distinct)."""
    rows = ranks.reshape(-1, ranks.shape[-1]).astype(np.intp)
    flat = (rows + distinct * np.arange(len(rows))[:, np.newaxis]).ravel()
    counts = np.bincount(flat, minlength=distinct * len(rows))
    return counts.reshape(*ranks.shape[:-1], distinct)


def _resampled_quantile(values: FloatArray, share: float, rng: np.random.Generator) -> FloatArray:
    """Bootstrap replicates of a quantile, without drawing the resamples.

    The k-th smallest of a resample of n is the entry ceil(n B) of the sorted sample, B Beta
    distributed with k and n + 1 - k: the k-th smallest of n uniform numbers.
    """
    n = len(values)
    k = min(n, max(1, round(share * (n - 1)) + 1))
    place = np.ceil(n * rng.beta(k, n + 1 - k, size=RESAMPLES)).astype(int) - 1
    return np.sort(values)[np.clip(place, 0, n - 1)]
