"""Paired comparison of two levels: mean difference of an outcome with its interval.

Replicates are paired by number (same approach errors).  Those that share a packing are not
independent, so the interval is that of packing means if there are at least three packings, which is
the wider and the honest one, and of replicates otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

FINISHED = ("failed", "diverged")
"""Status of cases that cannot be compared; how many there were is reported."""


@dataclass(frozen=True)
class Difference:
    """Mean of an outcome at a level, and how far it lies from the default's in the same cases."""

    mean: float
    share: float
    """Mean difference over the default's mean."""
    half: float
    """Half-width of the 95 % interval of `share`."""
    pairs: int
    lost: int
    """Pairs left out because one of the two did not finish."""

    @property
    def text(self) -> str:
        """As a table shows it."""
        lost = f", {self.lost} lost" if self.lost else ""
        return f"{self.mean:.3g} ({self.share:+.0%} ± {self.half:.0%}, n = {self.pairs}{lost})"


def difference(base: Mapping, level: Mapping, outcome: str) -> Difference:
    """Level against base, both as columns over the same replicates in the same order."""
    ours, theirs = (np.asarray(c[outcome], float) for c in (level, base))
    ended = ~(np.isin(level["status"], FINISHED) | np.isin(base["status"], FINISHED))
    good = ended & np.isfinite(ours) & np.isfinite(theirs)
    change, seeds = (ours - theirs)[good], np.asarray(level["packing_seed"])[good]
    scale = theirs[good].mean() if good.any() else np.nan
    groups = [change[seeds == seed].mean() for seed in np.unique(seeds)]
    sample = np.array(groups) if len(groups) >= 3 else change
    half = np.inf
    if sample.size > 1:
        half = student.ppf(0.975, sample.size - 1) * sample.std(ddof=1) / np.sqrt(sample.size)
    share = float(change.mean() / scale) if good.any() else float("nan")
    mean = float(ours[good].mean()) if good.any() else float("nan")
    return Difference(mean, share, float(half / abs(scale)), int(good.sum()), int((~good).sum()))
