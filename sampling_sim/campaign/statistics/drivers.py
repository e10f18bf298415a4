"""What drives an outcome: shares of its variance and of its distribution that each input explains.

From ordinary samples (Monte Carlo, Latin hypercube), sorted into classes of each input:

- first order: variance of the class means over that of the outcome [P2010]_, Sobol's S1;
- delta: half the area between the outcome's density in a class and in all [B2007]_;
- rank correlation: Spearman's, the simple companion, blind to what goes up and down.

Class means differ by chance too, so both indices are too large, at few cases by much.  What an
input whose values are shuffled gets is taken off, and an input is told a driver only where it
explains more than shuffled ones do: where it has an influence of any kind.  What varies within a
class is lost, so both are low where an input acts in its tails.  From a Saltelli design: first
order and total, by SALib.

Design points and surfaces share the random numbers of a replicate: replicates are resampled and
shuffled, not cases.

References
----------
.. [P2010] Plischke (2010), Reliab. Eng. Syst. Saf. 95, 354-360: first order from given data.
.. [B2007] Borgonovo (2007), Reliab. Eng. Syst. Saf. 92, 771-784: moment-independent importance.
.. [PBS2013] Plischke, Borgonovo & Smith (2013), Eur. J. Oper. Res. 226, 536-550: classes, delta.
.. [S2010] Saltelli et al. (2010), Comput. Phys. Commun. 181, 259-270: S1 and ST, as SALib has them.
.. [H1979] Holm (1979), Scand. J. Stat. 6, 65-70: several tests at once.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.campaign.statistics.intervals import CONFIDENCE
from sampling_sim.constants import BoolArray, FloatArray, IntArray

FEWEST = 20
"""Cases below which drivers are refused; chosen: two classes of ten."""
MOST, MOST_DELTA = 5000, 1000
"""Cases used, the first ones; chosen: indices are then known to ±0.03 and ±0.05, in seconds."""
DISTINCT = 10
"""Different values an outcome needs for a density, none of more than a tenth of the cases, and up
to which an input has a class for each; chosen: the fewest that a density can be drawn through."""
MOST_CLASSES = 48
"""Of one input, as in SALib."""
RESAMPLES = 100
"""Bootstrap resamples; chosen: an interval's ends then move by a seventh of its width."""
SIGNIFICANCE = 0.05
"""Chance that any input of no influence is told a driver; chosen: the common one."""

Estimator = Callable[[IntArray, FloatArray], float]
"""Index of the classes of an input and the outcomes."""
Correction = Callable[[float, float], float]
"""Index less what shuffled inputs get on average."""


@dataclass(frozen=True)
class Sample:
    """Cases that are looked at: `replicate` labels what was drawn together, shape (n,)."""

    outcome: FloatArray
    replicate: IntArray

    @property
    def replicates(self) -> int:
        """How many there are."""
        return int(self.replicate[-1]) + 1

    @cached_property
    def _first(self) -> IntArray:
        """First case of each replicate."""
        return np.unique(self.replicate, return_index=True)[1]

    def is_between(self, label: IntArray) -> bool:
        """Whether an input has one value in each replicate."""
        return np.array_equal(label, label[self._first][self.replicate])

    def shuffled(self, label: IntArray, rng: np.random.Generator) -> IntArray:
        """Classes of an input that has no influence: its own, dealt out anew.

        What is one value in a replicate goes to another replicate; what differs within replicates,
        as the unknowns of the surface, is dealt out within each.
        """
        if self.is_between(label):
            return label[rng.permutation(self._first)][self.replicate]
        dealt = np.zeros_like(label)
        by_replicate = np.argsort(self.replicate, kind="stable")
        dealt[by_replicate] = label[np.lexsort((rng.random(len(label)), self.replicate))]
        return dealt

    def resampled(self, rng: np.random.Generator) -> IntArray:
        """Rows of as many replicates, drawn with replacement."""
        count = self.replicates
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        return np.repeat(np.arange(len(self.replicate)), times[self.replicate])


def drivers(
    inputs: Mapping[str, NDArray[Any]], outcome: FloatArray, replicate: IntArray
) -> list[dict[str, Any]]:
    """Give the indices of every input from an ordinary sample, the largest first order first.

    Parameters
    ----------
    inputs
        Input → its value in each case, numbers or texts, shape (n,).
    outcome
        Finite, shape (n,).
    replicate
        What was drawn together, ascending, shape (n,).

    Returns
    -------
    For each input `first_order`, `delta` (none of an outcome of few values) and `rank_correlation`
    (none of texts and of what is not always there): each `value` and `interval`; of the first two
    also `p_value` against shuffled inputs and whether it is `distinguishable` from them among all
    inputs [H1979]_.
    """
    outcome = outcome / (np.abs(outcome).max() or 1.0)  # no index depends on it; squares overflow
    label = np.unique(replicate, return_inverse=True)[1]
    some, few = first_cases(label, MOST), first_cases(label, MOST_DELTA)
    whole, part = Sample(outcome[some], label[some]), Sample(outcome[few], label[few])
    shuffles = max(199, math.ceil(2 * len(inputs) / SIGNIFICANCE))
    share = _Index(whole, correlation_ratio, less_share, shuffles)
    area = (
        _Index(part, delta_of(part.outcome), less_noise, shuffles) if _has_density(part) else None
    )
    found: list[dict[str, Any]] = []
    for name, values in inputs.items():
        entry: dict[str, Any] = {
            "input": name,
            "first_order": share.of(classes(values[some], whole, 2.0)),
            "delta": area.of(classes(values[few], part, 0.5)) if area else None,
            "rank_correlation": _rank_correlation(whole, values[some]),
        }
        found.append(entry)
    for index in ("first_order", "delta"):
        _mark_distinguishable([entry[index] for entry in found if entry[index]])
    return sorted(found, key=lambda entry: -entry["first_order"]["value"])


def saltelli_drivers(names: Sequence[str], outcome: FloatArray) -> tuple[list[dict[str, Any]], int]:
    """First-order and total indices from a Saltelli design [S2010]_, the largest total first.

    Parameters
    ----------
    names
        Inputs, in the order of the design.
    outcome
        Case by case, of every base point A, AB_1 … AB_d and B, shape (n · (d + 2),); NaN where a
        case says nothing: its base point is left out.

    Returns
    -------
    For each input `first_order` and `total`, each `value` and `interval`; how many cases were used.
    """
    from SALib.analyze import sobol

    blocks = outcome[: len(outcome) // (len(names) + 2) * (len(names) + 2)]
    blocks = blocks.reshape(-1, len(names) + 2)
    whole = blocks[np.isfinite(blocks).all(axis=1)]
    if len(whole) < FEWEST or np.ptp(whole) == 0.0:
        return [], 0
    found = sobol.analyze(
        {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)},
        whole.ravel(),
        calc_second_order=False,
        num_resamples=1000,
        conf_level=CONFIDENCE,
        seed=1,
    )
    entries = [
        {"input": name}
        | {
            key: {"value": value, "interval": [value - half, value + half]}
            for key, value, half in (
                ("first_order", float(found["S1"][i]), float(found["S1_conf"][i])),
                ("total", float(found["ST"][i]), float(found["ST_conf"][i])),
            )
        }
        for i, name in enumerate(names)
    ]
    return sorted(entries, key=lambda entry: -entry["total"]["value"]), whole.size


def first_cases(replicate: IntArray, most: int) -> BoolArray:
    """Which cases are of the first whole replicates, at most so many, of one at least."""
    label = np.unique(replicate, return_inverse=True)[1]
    last = label[min(most, len(label)) - 1]
    ends_within = len(label) <= most or label[most] != last
    return np.asarray(label <= max(last - (not ends_within), 0), dtype=bool)


def classes(values: NDArray[Any], sample: Sample, fineness: float) -> IntArray:
    """Class of each case by one input, from 0: a class a value, or as many ranks in each.

    Their number is the root of `fineness` × independent values; chosen, measured on linear and
    curved laws: with 2 the first order loses little within classes and more classes add noise
    only; a density in each class needs cases, hence 1/2 for delta [PBS2013]_.
    """
    found, label = np.unique(values, return_inverse=True)
    independent = sample.replicates if sample.is_between(label) else len(label)
    if values.dtype.kind not in "fi" or len(found) <= min(DISTINCT, independent // 2):
        return label
    count = min(len(found), sample.replicates)
    wanted = min(max(round(math.sqrt(fineness * count)), 2), MOST_CLASSES)
    # By rank among the different values, so that equal values stay together
    return label * wanted // len(found)


def correlation_ratio(label: IntArray, outcome: FloatArray) -> float:
    """Variance of the class means over that of the outcome, 0 to 1."""
    sizes = np.bincount(label)
    away = outcome - outcome.mean()
    sums = np.bincount(label, away)
    total = float(away @ away)
    return float((sums**2 / np.maximum(sizes, 1)).sum()) / total if total > 0.0 else 0.0


def delta_of(outcome: FloatArray) -> Estimator:
    """Borgonovo's delta, on a grid over the outcomes seen [PBS2013]_.

    The estimator of `SALib.analyze.delta` (a test compares them) without its object a class, which
    take most of the time: hundreds of resamples and shuffled inputs are what tells chance apart.
    """
    grid = np.linspace(outcome.min(), outcome.max(), 100)

    def estimate(label: IntArray, values: FloatArray) -> float:
        whole, area = _density(values, grid), 0.0
        sizes = np.bincount(label)
        members = np.split(values[np.argsort(label, kind="stable")], np.cumsum(sizes)[:-1])
        for found in members:
            if len(found) > 1 and np.ptp(found) > 0.0:
                gap = np.abs(whole - _density(found, grid))
                area += len(found) / len(values) * float(np.trapezoid(gap, grid))
        return 0.5 * area

    return estimate


def _density(values: FloatArray, at: FloatArray) -> FloatArray:
    """Gaussian kernel density with Silverman's width, shape of `at`."""
    width = float(values.std(ddof=1)) * (0.75 * len(values)) ** -0.2
    away = (at[:, None] - values) / width
    return np.exp(-0.5 * away * away).mean(axis=1) / (width * math.sqrt(2.0 * math.pi))


def _has_density(sample: Sample) -> bool:
    """Whether the outcome has enough different values, and none that stands out."""
    times = np.unique(sample.outcome, return_counts=True)[1]
    return len(times) >= DISTINCT and int(times.max()) * DISTINCT <= len(sample.outcome)


def less_share(raw: float, floor: float) -> float:
    """Share of variance less that of chance: of what is left to explain, as in adjusted R²."""
    # Of classes that hold one case each, all is explained by chance and nothing is left
    return (raw - floor) / (1.0 - floor) if floor < 1.0 - 1e-9 else 0.0


def less_noise(raw: float, floor: float) -> float:
    """Area between densities less that of chance, which adds to it as noise does to a length."""
    return math.sqrt(max(0.0, raw * raw - floor * floor))


class _Index:
    """One index of any input of a sample, less what shuffled ones get."""

    def __init__(
        self, sample: Sample, estimate: Estimator, less: Correction, shuffles: int
    ) -> None:
        self._sample, self._estimate, self._less = sample, estimate, less
        self._shuffles = shuffles
        self._chance: dict[tuple[int, ...], FloatArray] = {}

    def of(self, label: IntArray) -> dict[str, Any]:
        """Value, interval and p value of an input by its classes."""
        raw, chance = self._estimate(label, self._sample.outcome), self._by_chance(label)
        floor = float(chance.mean())
        rng, again = np.random.default_rng(1), np.zeros(RESAMPLES)
        for i in range(RESAMPLES):
            rows = self._sample.resampled(rng)
            again[i] = self._estimate(label[rows], self._sample.outcome[rows])
        # Resamples are off by the bias of the estimator once more: only their spread is taken
        tail = 0.5 - 0.5 * CONFIDENCE
        spread = np.quantile(again - again.mean(), [tail, 1.0 - tail])
        ends = (self._less(raw + float(shift), floor) for shift in spread)
        return {
            "value": max(0.0, self._less(raw, floor)),
            "interval": [min(1.0, max(0.0, end)) for end in ends],
            "p_value": (1 + int(np.sum(chance >= raw))) / (1 + self._shuffles),
        }

    def _by_chance(self, label: IntArray) -> FloatArray:
        """Index of the input shuffled, shape (shuffles,).

        Inputs that differ between replicates and have classes of the same sizes share it.
        """
        key = tuple(np.bincount(label).tolist()) if self._sample.is_between(label) else ()
        if not key or key not in self._chance:
            rng = np.random.default_rng(0)
            self._chance[key] = np.array(
                [
                    self._estimate(self._sample.shuffled(label, rng), self._sample.outcome)
                    for _ in range(self._shuffles)
                ]
            )
        return self._chance[key]


def _mark_distinguishable(entries: Sequence[dict[str, Any]]) -> None:
    """Tell which are larger than chance makes any of them [H1979]_."""
    holds = True
    for i, entry in enumerate(sorted(entries, key=lambda entry: entry["p_value"])):
        holds = holds and entry["p_value"] <= SIGNIFICANCE / (len(entries) - i)
        entry["distinguishable"] = holds


def _rank_correlation(sample: Sample, values: NDArray[Any]) -> dict[str, Any] | None:
    """Spearman's correlation and its interval, by resampling replicates on Fisher's scale."""
    from scipy.stats import rankdata

    if values.dtype.kind not in "fib" or not np.isfinite(values).all():
        return None
    rng, ranks = np.random.default_rng(2), (rankdata(values), rankdata(sample.outcome))

    def fisher(rows: IntArray | slice) -> float:
        x, y = ranks[0][rows] - ranks[0][rows].mean(), ranks[1][rows] - ranks[1][rows].mean()
        scale = math.sqrt(float(x @ x) * float(y @ y))
        return math.atanh(max(-0.999999, min(0.999999, float(x @ y) / scale))) if scale else 0.0

    middle = fisher(slice(None))
    half = 1.96 * float(np.std([fisher(sample.resampled(rng)) for _ in range(RESAMPLES)]))
    return {
        "value": math.tanh(middle),
        "interval": [math.tanh(middle - half), math.tanh(middle + half)],
    }
