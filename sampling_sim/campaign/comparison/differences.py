"""By how much an outcome differs between two runs, with its interval: by pairs where there are any.

Two cases with the same random numbers differ by what was changed and by chaos alone, so the error
of the mean of their differences is that of the difference, not of both runs.  Cases without a
partner are left out of a paired difference; where there are no pairs, means of all are subtracted.
"""

import math
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
    clusters = Clusters.of(packings[0]) if np.array_equal(*packings) else None
    return Difference(
        outcome=outcome, pairs=len(values), base=float(was.mean()), new=float(now.mean()),
        mean=float(values.mean()), interval=mean_interval(values, clusters), values=values,
        rows=rows,
    )  # fmt: skip


def _unpaired(base: Run, new: Run, outcome: str) -> Difference:
    """Difference of means of independent cases; interval of Welch's t."""
    was, now = (
        np.asarray(run.columns[outcome], float)[_known(run, outcome)] for run in (base, new)
    )
    means = tuple(float(v.mean()) if len(v) else math.nan for v in (was, now))
    nobody = np.zeros(0, dtype=np.int64)
    return Difference(
        outcome=outcome, pairs=0, base=means[0], new=means[1], mean=means[1] - means[0],
        interval=_welch(was, now), values=np.zeros(0), rows=(nobody, nobody),
    )  # fmt: skip


def _welch(was: FloatArray, now: FloatArray) -> Interval:
    from scipy.stats import ttest_ind

    if min(len(was), len(now)) < 2 or np.ptp(was) == np.ptp(now) == 0.0:
        return NONE
    found = ttest_ind(now, was, equal_var=False).confidence_interval(CONFIDENCE)
    return float(found.low), float(found.high)


def _known(run: Run, outcome: str) -> BoolArray:
    return run.is_finished & np.isfinite(np.asarray(run.columns[outcome], float))
