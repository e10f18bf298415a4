"""By how much an outcome differs between two runs, with its interval: by pairs where there are any.

Two cases with the same random numbers differ by what was changed and by chaos alone, so the error
of the mean of their differences is that of the difference, not of both runs.  Cases without a
partner are left out of a paired difference; where there are no pairs, means of all are subtracted.
Cases that share a packing of the bed are not independent: intervals are then between packings.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sampling_sim.campaign.comparison.compared import Run, paired_rows
from sampling_sim.campaign.statistics.clusters import Clusters
from sampling_sim.campaign.statistics.intervals import CONFIDENCE, NONE, Interval, mean_interval
from sampling_sim.constants import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Difference:
    """An outcome of a new run less that of the base."""

    outcome: str
    pairs: int
    """How many it is the mean of; 0 if it is between means of independent cases."""
    base: float
    """Mean of the base's cases that it is made of."""
    new: float
    mean: float
    interval: Interval
    """At 95 %; NaN where the sample cannot say."""
    values: FloatArray
    """Of each pair, shape (pairs,)."""
    rows: tuple[IntArray, IntArray]
    """Rows of each pair in the base and in the new run, each shape (pairs,)."""

    @property
    def relative(self) -> float:
        """Difference over the base's mean; NaN where that is 0."""
        return self.mean / self.base if self.base else math.nan


def difference(base: Run, new: Run, outcome: str) -> Difference:
    """Difference of an outcome, of cases that finished and have it."""
    rows = paired_rows(base, new)
    known = _known(base, outcome)[rows[0]] & _known(new, outcome)[rows[1]]
    rows = rows[0][known], rows[1][known]
    if not len(rows[0]):
        return _unpaired(base, new, outcome)
    was = np.asarray(base.columns[outcome], float)[rows[0]]
    now = np.asarray(new.columns[outcome], float)[rows[1]]
    values = now - was
    packings = base.columns["packing_seed"][rows[0]], new.columns["packing_seed"][rows[1]]
    return Difference(
        outcome=outcome, pairs=len(values), base=float(was.mean()), new=float(now.mean()),
        mean=float(values.mean()), interval=_wider(values, packings), values=values,
        rows=rows,
    )  # fmt: skip


def _wider(values: FloatArray, packings: tuple[IntArray, IntArray]) -> Interval:
    """Interval of the mean between the packings of the base or of the new run, the wider one."""
    was, now = packings
    if np.array_equal(was, now):
        return mean_interval(values, Clusters.of(was))
    found = [mean_interval(values, Clusters.of(names)) for names in packings]
    return max(found, key=lambda ends: np.nan_to_num(ends[1] - ends[0]))


def _unpaired(base: Run, new: Run, outcome: str) -> Difference:
    """Difference of means of independent samples; interval of Welch's t."""
    rows = [np.flatnonzero(_known(run, outcome)) for run in (base, new)]
    was, now = (
        np.asarray(run.columns[outcome], float)[known]
        for run, known in zip((base, new), rows, strict=True)
    )
    packings = [
        Clusters.of(run.columns["packing_seed"][known])
        for run, known in zip((base, new), rows, strict=True)
    ]
    means = tuple(float(v.mean()) if len(v) else math.nan for v in (was, now))
    nobody = np.zeros(0, dtype=np.int64)
    return Difference(
        outcome=outcome, pairs=0, base=means[0], new=means[1], mean=means[1] - means[0],
        interval=_welch((was, now), packings), values=np.zeros(0), rows=(nobody, nobody),
    )  # fmt: skip


def _welch(samples: Sequence[FloatArray], packings: Sequence[Clusters]) -> Interval:
    """Interval of the second mean less the first; between packings where cases share them."""
    from scipy.special import stdtrit

    if min(map(len, samples)) < 2:
        return NONE
    errors = np.array([_error(v, c) for v, c in zip(samples, packings, strict=True)])
    freedom = np.array([c.count if c.are_shared else len(c.label) for c in packings]) - 1.0
    square = errors**2
    if square.sum() == 0.0:
        return NONE
    degrees = square.sum() ** 2 / (square**2 / freedom).sum()
    mean = float(samples[1].mean() - samples[0].mean())
    half = float(stdtrit(degrees, 0.5 + 0.5 * CONFIDENCE) * np.sqrt(square.sum()))
    return mean - half, mean + half


def _error(values: FloatArray, packings: Clusters) -> float:
    """Return the standard error of a mean."""
    if np.ptp(values) == 0.0:
        return 0.0
    if packings.are_shared:
        return packings.error_of_mean(values)
    return float(values.std(ddof=1)) / math.sqrt(len(values))


def _known(run: Run, outcome: str) -> BoolArray:
    return run.is_finished & np.isfinite(np.asarray(run.columns[outcome], float))
