"""Intervals: how far a number from few cases may lie from that of all landings.

In: values of one outcome, finite, one entry a case; out: (low, high), NaN where the sample cannot
say.  Every interval is for cases drawn independently; `mean_interval` and
`clustered_quantile_interval` also for cases that share a packing of the bed (`clusters.py`).  What
each covers in simulations: tests/unit/campaign/test_interval_coverage.py; which one is right when:
docs/statistics.md.

References
----------
.. [CP1934] Clopper & Pearson (1934), Biometrika 26, 404-413: exact binomial limits.
.. [W1927] Wilson (1927), J. Am. Stat. Assoc. 22, 209-212: score interval of a share.
.. [E1987] Efron (1987), J. Am. Stat. Assoc. 82, 171-185: BCa bootstrap.
.. [H2015] Hesterberg (2015), Am. Stat. 69, 371-386: expanded levels for small samples.
.. [W1941] Wilks (1941), Ann. Math. Stat. 12, 91-96: tolerance limits from order statistics.
.. [W1952] Woodruff (1952), J. Am. Stat. Assoc. 47, 635-646: quantiles of clustered samples.
"""

import math
from functools import cache, lru_cache

import numpy as np

from sampling_sim.campaign.statistics.clusters import Clusters
from sampling_sim.constants import FloatArray

Interval = tuple[float, float]

CONFIDENCE = 0.95
"""Two-sided, of every interval shown; chosen: what readers take an interval for."""
TOLERANCE_SHARE, TOLERANCE_CONFIDENCE = 0.95, 0.90
"""Of the one-sided tolerance bounds shown; chosen: as the requirements of `design.md` ask."""
BCA_UP_TO = 400
"""Cases up to which the mean's interval is bootstrapped; chosen: beyond, skewness of a lognormal
with sd = mean moves the ends by less than a tenth of the width, and a million cases stay fast."""
RESAMPLES = 4000
"""Bootstrap resamples; chosen: the ends of a 95 % interval then move by 2 % of its width."""
ROUND_OFF = 1e-12
"""Error of a mean, over the largest value, up to which it is one of arithmetic alone; chosen: sums
of a million doubles err by less."""
NONE = (math.nan, math.nan)
"""The interval of what the sample cannot say."""


def binomial_bounds(successes: int, cases: int, confidence: float) -> Interval:
    """Lower and upper bound of a probability, each one-sided at `confidence` [CP1934]_."""
    from scipy.special import betaincinv

    failures, alpha = cases - successes, 1.0 - confidence
    low = float(betaincinv(successes, failures + 1, alpha)) if successes else 0.0
    high = float(betaincinv(successes + 1, failures, confidence)) if failures else 1.0
    return low, high


def wilson_interval(successes: int, cases: int, confidence: float = CONFIDENCE) -> Interval:
    """Two-sided interval of a share, for display: it covers on average over shares [W1927]_."""
    from scipy.special import ndtri

    if not cases:
        return 0.0, 1.0
    share, z2 = successes / cases, float(ndtri(0.5 + 0.5 * confidence)) ** 2 / cases
    half = math.sqrt(z2 * (share * (1.0 - share) + 0.25 * z2))
    middle = share + 0.5 * z2
    return max(0.0, (middle - half) / (1.0 + z2)), min(1.0, (middle + half) / (1.0 + z2))


@np.errstate(over="ignore", invalid="ignore")
def mean_interval(
    values: FloatArray, clusters: Clusters | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """Two-sided interval of the mean.

    Parameters
    ----------
    values
        Finite, shape (n,).
    clusters
        Which packing each case has, if several share one.
    confidence
        Two-sided.

    Returns
    -------
    Low and high end; NaN for fewer than two values, or where all are equal, or the sums of all
    packings: what has shown no spread says nothing of its own error.  Infinite where squares of
    the values are beyond a double.

    Notes
    -----
    Independent cases up to `BCA_UP_TO`: the wider end, on either side, of Student's t and of BCa
    [E1987]_ at the expanded level of [H2015]_: on skewed outcomes each of the two covers less.
    Beyond, Student's t.  Clustered cases: t on the clusters' sums, one less than clusters degrees
    of freedom.
    """
    n = len(values)
    if n < 2 or np.ptp(values) == 0.0:
        return NONE
    mean = float(values.mean())
    if clusters is not None and clusters.are_shared:
        error = clusters.error_of_mean(values)
        half = _t(confidence, clusters.count - 1) * error
        return (mean - half, mean + half) if error > ROUND_OFF * abs(values).max() else NONE
    half = _t(confidence, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    low, high = mean - half, mean + half
    if n > BCA_UP_TO or not math.isfinite(half):
        return low, high
    bootstrapped = bca_interval(values, expanded_level(n, confidence))
    return min(low, bootstrapped[0]), max(high, bootstrapped[1])


def expanded_level(cases: int, confidence: float) -> float:
    """Level at which a bootstrap percentile is as wide as Student's t on normal data [H2015]_."""
    from scipy.special import ndtr

    stretched = math.sqrt(cases / (cases - 1)) * _t(confidence, cases - 1)
    # Beyond what the resamples resolve, their extremes are all there is
    return min(1.0 - 2.0 * float(ndtr(-stretched)), 1.0 - 1.0 / RESAMPLES)


def bca_interval(values: FloatArray, confidence: float) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of the mean [E1987]_.

    As `scipy.stats.bootstrap` gives it (a test compares them), but with one set of resamples for
    all outcomes of as many cases, as a product of matrices: `show` has hundreds to make.
    """
    from scipy.special import ndtr, ndtri

    mean, away = values.mean(), values - values.mean()
    means = np.sort(_resampling(len(values)) @ values)
    # Of counts many resamples have the very mean, but for round-off: half of them are below it
    near = ROUND_OFF * abs(values).max()
    below = np.searchsorted(means, mean - near), np.searchsorted(means, mean + near, side="right")
    share = np.clip(0.5 * sum(below) / len(means), 1.0 / len(means), 1.0 - 1.0 / len(means))
    bias = ndtri(share)
    acceleration = (away**3).sum() / (6.0 * (away**2).sum() ** 1.5)
    ends = ndtri([0.5 - 0.5 * confidence, 0.5 + 0.5 * confidence])
    levels = ndtr(bias + (bias + ends) / (1.0 - acceleration * (bias + ends)))
    low, high = np.quantile(means, levels)
    return float(low), float(high)


def quantile_interval(ordered: FloatArray, q: float, confidence: float = CONFIDENCE) -> Interval:
    """Distribution-free interval of the quantile `q` of independent cases.

    Parameters
    ----------
    ordered
        Finite values, ascending, shape (n,).
    q
        In (0, 1).
    confidence
        Two-sided, both tails equal.

    Returns
    -------
    Two order statistics; NaN at an end that would lie beyond the sample.

    Notes
    -----
    The number of cases below the quantile is binomial (n, q), whatever the distribution; ties only
    widen the coverage.
    """
    ranks = _quantile_ranks(len(ordered), q, 0.5 - 0.5 * confidence)
    return _between(ordered, *ranks) if len(ordered) else NONE


def clustered_quantile_interval(
    values: FloatArray,
    ordered: FloatArray,
    q: float,
    clusters: Clusters,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Interval of the quantile `q` of cases that share packings.

    The interval of the share of cases below the sample's quantile, between clusters, taken back to
    order statistics [W1952]_.  `values` are in the order of `clusters`, `ordered` ascending; else
    as `quantile_interval`.
    """
    n = len(values)
    is_below = (values <= ordered_quantile(ordered, q)).astype(float)
    half = _t(confidence, clusters.count - 1) * clusters.error_of_mean(is_below)
    return _between(ordered, math.floor(n * (q - half)), math.ceil(n * (q + half)) + 1)


def ordered_quantile(ordered: FloatArray, q: float) -> float:
    """Quantile of ascending values as `numpy.quantile` gives it, which would sort them again."""
    if not len(ordered):
        return math.nan
    place = q * (len(ordered) - 1)
    low = math.floor(place)
    step = float(ordered[min(low + 1, len(ordered) - 1)]) - float(ordered[low])
    return float(ordered[low]) + (place - low) * step


def tolerance_bounds(
    ordered: FloatArray, share: float = TOLERANCE_SHARE, confidence: float = TOLERANCE_CONFIDENCE
) -> Interval:
    """Bounds that at least `share` of all landings keep to, each one-sided [W1941]_.

    Parameters
    ----------
    ordered
        Finite values, ascending, shape (n,).
    share, confidence
        `share` of all landings reach the lower bound, and stay at or below the upper one, each
        with `confidence`.

    Returns
    -------
    Two order statistics; NaN if there are fewer than `tolerance_cases`.
    """
    n = len(ordered)
    r = _tolerance_rank(n, share, confidence)
    return (float(ordered[r - 1]), float(ordered[n - r])) if r >= 1 else NONE


def tolerance_cases(
    share: float = TOLERANCE_SHARE, confidence: float = TOLERANCE_CONFIDENCE
) -> int:
    """Cases from which on a tolerance bound exists: 45 for 95 % at 90 %."""
    return math.ceil(math.log(1.0 - confidence) / math.log(share))


def _between(ordered: FloatArray, first: int, last: int) -> Interval:
    """Order statistics counted from 1; NaN for what is not in the sample."""
    low = float(ordered[first - 1]) if first >= 1 else math.nan
    return low, float(ordered[last - 1]) if last <= len(ordered) else math.nan


@cache
def _quantile_ranks(cases: int, q: float, tail: float) -> tuple[int, int]:
    """Order statistics, counted from 1, beyond which the quantile lies with at most `tail` each.

    The first is 0, or the last `cases` + 1, where none of the sample does.
    """
    return _lower_rank(cases, q, tail), cases + 1 - _lower_rank(cases, 1.0 - q, tail)


def _lower_rank(cases: int, share: float, tail: float) -> int:
    """Return the largest r with P(fewer than r of the cases lie in `share`) <= `tail`."""
    from scipy.special import bdtr

    r, above = 0, cases + 1
    while above - r > 1:
        middle = (r + above) // 2
        r, above = (middle, above) if bdtr(middle - 1, cases, share) <= tail else (r, middle)
    return r


@cache
def _tolerance_rank(cases: int, share: float, confidence: float) -> int:
    """Return the largest r with P(at least r of the cases in the outer 1 - share) >= confidence."""
    return _lower_rank(cases, 1.0 - share, 1.0 - confidence)


@cache
def _t(confidence: float, freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + 0.5 * confidence))


@lru_cache(maxsize=4)
def _resampling(cases: int) -> FloatArray:
    """Weights of the cases in each resample, shape (RESAMPLES, cases); always the same."""
    rng = np.random.default_rng(np.random.SeedSequence(cases))
    return rng.multinomial(cases, np.full(cases, 1.0 / cases), RESAMPLES) / cases
