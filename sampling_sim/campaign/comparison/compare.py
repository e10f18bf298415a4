"""Is what two runs collected the same: equivalent, different or inconclusive.

*Different*: a difference beyond chance is shown, in the mean, the distribution, the share that
finished or the share that collected, at a level that all tests of one comparison together keep
(Bonferroni): identical physics is called different at most once in a thousand comparisons.
*Equivalent*: mean, median and low quantile of every outcome are shown to be within the margin, and
failures not to have risen by as much; a difference that is shown, but to be that small, is a note.
*Inconclusive*: neither; `cases_needed` says how many cases would tell.  docs/compare.md has the
tests, their sources, and error rates and power as measured.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sampling_sim.campaign.comparison import two_samples
from sampling_sim.campaign.comparison.compared import (
    Point,
    Run,
    Source,
    are_same_bits,
    check_same_points,
    paired_rows,
    read_run,
    what_differs,
)
from sampling_sim.campaign.comparison.comparison import Comparison, Finding, Verdict
from sampling_sim.campaign.comparison.two_samples import EQUIVALENCE_LEVEL, TwoSamples
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.errors import BadInput
from sampling_sim.outcome import Status

MARGIN = 0.10
"""Relative difference that is taken for none; chosen: the loss that a comparison must see."""
FALSE_ALARMS = 1e-3
"""Share of comparisons of identical physics that may be called different; issue: one in 1000."""
QUANTILES = {"median": 0.5, "quantile_10": 0.1}
"""Quantiles that must be alike beside the mean; chosen: requirements ask for the low ones."""
_STATUSES = {"unfinished": (Status.FAILED, Status.DIVERGED), "collected": (Status.COLLECTED,)}
FEWEST_PAIRS = 16
"""Pairs from which the pairs are tested; chosen: of fewer, too few swaps for `FALSE_ALARMS`."""
PAIRED_SHARE = 0.8
"""Share of the larger run that must be in pairs for the pairs alone to be tested; chosen."""
PACKINGS_LEVEL = 0.01
"""Level at which runs are found to have flown other packings; chosen."""
SEED = 20250528
"""Of the permutations and resamples: the same files always get the same verdict."""


def compare(
    base: Source,
    new: Source,
    *,
    margin: float = MARGIN,
    outcomes: Sequence[str] = ("collected_mass",),
) -> Comparison:
    """Compare two runs: same physics, other physics, or too few cases to tell.

    Parameters
    ----------
    base, new
        Result files, or columns by name as `/runs` holds them: the outcomes and `status`; without
        `seed` and `replicate` nothing is paired.
    margin
        Relative difference of an outcome's mean and quantiles that is taken for none; the same
        number as a rise of the share of failed and diverged cases.
    outcomes
        Numeric columns to compare.  Failed and diverged cases, and NaN, are left out of them.

    Raises
    ------
    BadInput
        If the margin is not between 0 and 1, an outcome is not in both, or the design points
        differ; `StoreError` if a file cannot be read.
    """
    if not 0.0 < margin < 1.0:
        raise BadInput(f"margin = {margin!r}: must be over 0 and under 1, as 0.1 for 10 %")
    if not outcomes:
        raise BadInput("outcomes: name one at least, as collected_mass")
    sides = read_run(base, "base", outcomes), read_run(new, "new", outcomes)
    check_same_points(*sides)
    pairs = len(paired_rows(*sides)[0])
    counts = {"base_cases": sides[0].cases, "new_cases": sides[1].cases, "pairs": pairs}
    differs = tuple(what_differs(*sides))
    if are_same_bits(*sides) and sides[0].is_finished.any():
        note = f"the same bits in every outcome of the {pairs} cases that both hold"
        return Comparison(
            verdict=Verdict.EQUIVALENT, margin=margin, cases_needed=None, tests=(),
            notes=(note,), differs=differs, **counts,
        )  # fmt: skip
    points = sides[0].points
    level = FALSE_ALARMS / (len(points) * (2 * len(outcomes) + 2))
    parts = [_PointComparison(sides[0].at(p), sides[1].at(p), p, margin, level) for p in points]
    for part in parts:
        part.judge(outcomes)
    return Comparison(
        verdict=_worst([part.verdict for part in parts]),
        margin=margin,
        cases_needed=_largest([part.cases_needed for part in parts]),
        tests=tuple(test for part in parts for test in part.tests),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        differs=differs,
        **counts,
    )


class _PointComparison:
    """The comparison at one design point and surface."""

    def __init__(self, base: Run, new: Run, point: Point, margin: float, level: float) -> None:
        self.base, self.new, self.point = base, new, point
        self.margin, self.level = margin, level
        self.rng = np.random.default_rng([SEED, *point])
        self.tests: list[Finding] = []
        self.notes: list[str] = []
        self.verdict = Verdict.INCONCLUSIVE
        self.cases_needed = 0.0
        self.whole = base, new
        rows = paired_rows(base, new)
        self.is_paired = len(rows[0]) >= max(
            FEWEST_PAIRS, PAIRED_SHARE * max(base.cases, new.cases)
        )
        if self.is_paired:
            self.base, self.new = base.rows(rows[0]), new.rows(rows[1])
        self.has_same_packings = _have_same_packings(self.base, self.new, self.rng)
        if not self.has_same_packings:
            self.is_paired = False
            self.notes.append(
                "other packings were flown: their means are compared, and cannot be shown to be "
                "alike; fly the same packing_seed"
            )

    def judge(self, outcomes: Sequence[str]) -> None:
        """Run all tests and say what they show together."""
        verdicts = [self._statuses()] + [self._outcome(name) for name in outcomes]
        self.verdict = _worst(verdicts)

    def _statuses(self) -> Verdict:
        """Shares of all cases, in pairs or not, that did not finish, and that collected."""
        is_alike = self.has_same_packings
        for name, statuses in _STATUSES.items():
            flags = [np.isin(r.columns["status"].astype(str), statuses) for r in self.whole]
            (was, cases), (now, others) = counts = [(int(f.sum()), len(f)) for f in flags]
            shares = was / cases, now / others
            p_value = self._share_difference(counts, flags)
            self._add("status", name, "difference", shares, shares[1] - shares[0], p_value)
            if name == "unfinished":
                p_value = two_samples.share_rise(counts[0], counts[1], self.margin)
                self._add("status", name, "equivalence", shares, shares[1] - shares[0], p_value)
                is_alike &= p_value <= EQUIVALENCE_LEVEL
                needed = two_samples.share_cases_to_show(counts[0], counts[1], self.margin)
                self.cases_needed = max(self.cases_needed, needed)
        if any(test.verdict is Verdict.DIFFERENT for test in self.tests):
            return Verdict.DIFFERENT
        return Verdict.EQUIVALENT if is_alike else Verdict.INCONCLUSIVE

    def _share_difference(
        self, counts: Sequence[tuple[int, int]], flags: Sequence[BoolArray]
    ) -> float:
        """Two-sided p-value: Fisher's of the counts, or of the packings' shares."""
        from scipy.stats import fisher_exact

        if self.has_same_packings:
            return float(fisher_exact([[hit, cases - hit] for hit, cases in counts]).pvalue)
        runs = zip(self.whole, flags, strict=True)
        base, new = (_by_packing(run, flag.astype(float)) for run, flag in runs)
        samples = TwoSamples(base, new, is_paired=False)
        if samples.smaller < 2:
            return math.nan
        return two_samples.mean_difference(samples, self.level, self.rng)

    def _outcome(self, name: str) -> Verdict:
        """Mean, distribution and quantiles of one outcome."""
        sides = (self.base, self.new)
        known = [run.is_finished & np.isfinite(run.columns[name].astype(float)) for run in sides]
        if self.is_paired:
            known = [known[0] & known[1]] * 2
        samples = self._samples(name, known)
        if samples.smaller < 2:
            self.notes.append(f"{name}: fewer than 2 finished cases, or packings, of a run have it")
            self.cases_needed = math.inf
            return Verdict.INCONCLUSIVE
        first = len(self.tests)
        self._differences(name, samples)
        is_different = any(t.verdict is Verdict.DIFFERENT for t in self.tests[first:])
        is_alike = self.has_same_packings and self._equivalences(name, samples)
        if is_alike and is_different:
            self.notes.append(f"{name}: a difference is shown, and that it is within the margin")
        if is_alike:
            return Verdict.EQUIVALENT
        return Verdict.DIFFERENT if is_different else Verdict.INCONCLUSIVE

    def _differences(self, name: str, samples: TwoSamples) -> None:
        means = float(samples.base.mean()), float(samples.new.mean())
        p_value = two_samples.mean_difference(samples, self.level, self.rng)
        self._add(name, "mean", "difference", means, _relative(*means), p_value)
        statistic, p_value = two_samples.distribution_difference(samples, self.level, self.rng)
        unknown = math.nan, math.nan
        self._add(name, "distribution", "difference", unknown, statistic, p_value)
        needed = two_samples.cases_to_see(samples, self.margin, self.level)
        self._need(needed if self.has_same_packings else math.inf, samples)

    def _equivalences(self, name: str, samples: TwoSamples) -> bool:
        means = float(samples.base.mean()), float(samples.new.mean())
        p_values = [two_samples.mean_equivalence(samples, self.margin)]
        self._add(name, "mean", "equivalence", means, _relative(*means), p_values[0])
        self._need(two_samples.cases_to_show(samples, self.margin), samples)
        width = self.margin * abs(means[0])
        for title, share in QUANTILES.items():
            p_value, error = two_samples.quantile_equivalence(samples, share, width, self.rng)
            ends = tuple(float(np.quantile(v, share)) for v in (samples.base, samples.new))
            self._add(name, title, "equivalence", ends, _relative(*ends), p_value)
            p_values.append(p_value)
            needed = two_samples.quantile_cases_to_show(samples, share, width, error)
            self._need(needed, samples)
        return all(p <= EQUIVALENCE_LEVEL for p in p_values)

    def _need(self, values: float, samples: TwoSamples) -> None:
        """Take up how many cases give so many values, if as many have one as did."""
        cases_a_value = min(self.base.cases, self.new.cases) / samples.smaller
        self.cases_needed = max(self.cases_needed, values * cases_a_value)

    def _samples(self, name: str, known: Sequence[BoolArray]) -> TwoSamples:
        """Give a column's rows that are known; packings' means where the runs flew others."""
        rows = zip((self.base, self.new), known, strict=True)
        runs = [run.rows(np.flatnonzero(is_known)) for run, is_known in rows]
        base, new = (
            values if self.has_same_packings else _by_packing(run, values)
            for run, values in ((run, run.columns[name].astype(float)) for run in runs)
        )
        return TwoSamples(base, new, self.is_paired)

    def _add(
        self, outcome: str, test: str, kind: str, estimates: tuple[Any, ...],
        statistic: float, p_value: float,
    ) -> None:  # fmt: skip
        is_difference = kind == "difference"
        level = self.level if is_difference else EQUIVALENCE_LEVEL
        shown = Verdict.DIFFERENT if is_difference else Verdict.EQUIVALENT
        self.tests.append(
            Finding(
                outcome=outcome, test=test, kind=kind, design_point=self.point[0],
                surface=self.point[1], base=estimates[0], new=estimates[1], statistic=statistic,
                p_value=p_value, level=level,
                verdict=shown if p_value <= level else Verdict.INCONCLUSIVE,
            )
        )  # fmt: skip


def _have_same_packings(base: Run, new: Run, rng: np.random.Generator) -> bool:
    """Whether both runs drew their packings alike: then cases are independent, given the packings.

    A difference that packings alone make cannot be beyond chance where their own is not.
    """
    packings = [run.columns["packing_seed"] for run in (base, new)]
    if np.array_equal(packings[0], packings[1]):
        return True
    p_value = two_samples.kinds_difference(packings[0], packings[1], PACKINGS_LEVEL, rng)
    return p_value > PACKINGS_LEVEL


def _by_packing(run: Run, values: FloatArray) -> FloatArray:
    """Mean of each packing, shape (packings,): what is independent where cases of one are not."""
    packings = run.columns["packing_seed"]
    return np.array([values[packings == one].mean() for one in np.unique(packings)])


def _relative(base: float, new: float) -> float:
    return (new - base) / base if base else math.nan


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    order = (Verdict.DIFFERENT, Verdict.INCONCLUSIVE, Verdict.EQUIVALENT)
    return min(verdicts, key=order.index)


def _largest(needed: Sequence[float]) -> int | None:
    largest = max(needed)
    return math.ceil(largest) if math.isfinite(largest) else None
