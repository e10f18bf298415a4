"""Cases that share a packing of the bed: what their outcomes say is less than their number.

Landings on one packing resemble each other, so the error of a mean comes from how the packings
differ, not only from how the cases do.  Clusters are the distinct values of `packing_seed`.

References
----------
.. [K1965] Kish (1965), Survey Sampling: design effect, clusters, effective sample size.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray, IntArray

CAUTION = 1.5
"""Design effect above which a summary warns; chosen: the true interval is then a fifth wider."""
FEW = 10
"""Packings below which their intervals are wide because so few were seen; chosen: Student's t on
nine degrees of freedom is a sixth wider than on many."""


@dataclass(frozen=True)
class Clusters:
    """Which cluster each case is in: `label` >= 0, shape (n,); `count` of those that occur."""

    label: IntArray
    count: int

    @classmethod
    def of(cls, names: Any) -> "Clusters":
        """Return the clusters of cases by any name of theirs, as `packing_seed`; shape (n,)."""
        found = np.asarray(names)
        if found.dtype.kind == "i" and len(found) and np.ptp(found) < len(found):
            label = found - found.min()  # at a million cases a tenth of a second less than sorting
        else:
            label = np.unique(found, return_inverse=True)[1]
        return cls(label, int(np.count_nonzero(np.bincount(label))))

    @property
    def are_shared(self) -> bool:
        """Whether there are several, and cases that share one.

        A single one says nothing of how clusters differ: all that follows then holds for it alone.
        """
        return 1 < self.count < len(self.label)

    def among(self, chosen: BoolArray) -> "Clusters":
        """Return the clusters of the cases that are chosen."""
        label = self.label[chosen]
        return Clusters(label, int(np.count_nonzero(np.bincount(label))))

    def error_of_mean(self, values: FloatArray) -> float:
        """Return the standard error of the mean of values, shape (n,); needs two clusters."""
        away = np.bincount(self.label, values - values.mean())
        unbiased = self.count / (self.count - 1)
        return math.sqrt(unbiased * float(away @ away)) / len(values)

    def design_effect(self, values: FloatArray) -> float:
        """Variance of the mean over what it would be of as many independent cases [K1965]_.

        NaN where the sample cannot say: no shared clusters, or no spread.
        """
        if not self.are_shared or np.ptp(values) == 0.0:
            return math.nan
        return self.error_of_mean(values) ** 2 * len(values) / float(values.var(ddof=1))
