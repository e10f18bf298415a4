"""Trades between design points: which ones nothing beats in all objectives, and how sure that is.

Design points share the random numbers of a replicate, so they are compared replicate by replicate:
resamples draw the same replicates for all, and a difference is the mean of paired ones, whose error
is that of the difference and not of the two.  Each objective is taken on the surface where it is
worst: which surface there is, is not ours to choose.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sampling_sim.campaign.experiment.parameters import unknown_key
from sampling_sim.campaign.experiment.requirements import is_finished
from sampling_sim.campaign.statistics.clusters import Clusters
from sampling_sim.campaign.statistics.intervals import Interval, mean_interval
from sampling_sim.campaign.statistics.rows import Columns, with_surface
from sampling_sim.campaign.statistics.summary import NUMERIC_OUTCOMES, QUANTILES, outcome_statistics
from sampling_sim.constants import BoolArray, FloatArray, IntArray
from sampling_sim.errors import BadInput

RESAMPLES = 1000
"""Chosen: a share of resamples is then known to 0.016 at worst."""
MOST = 10_000
"""Replicates that are resampled, the first ones; chosen: 80 MB of weights."""
_OBJECTIVE = re.compile(r"\s*(max|min)\s+(?:(mean|q05|q50|q95)\s+)?(\w+)\s*")


@dataclass(frozen=True)
class Objective:
    """One thing to make large or small: a statistic of an outcome."""

    outcome: str
    statistic: str
    is_maximised: bool

    @property
    def text(self) -> str:
        """As a user writes it, the statistic named."""
        return f"{'max' if self.is_maximised else 'min'} {self.statistic} {self.outcome}"


def read_objectives(text: str) -> tuple[Objective, ...]:
    """Read "max collected_mass, min q95 peak_force"; without a statistic it is the mean.

    Raises
    ------
    BadInput
        If a part is no objective; the line says what is allowed.
    """
    found = []
    for part in text.split(","):
        match = _OBJECTIVE.fullmatch(part)
        if match is None:
            allowed = f"max or min, one of mean, {', '.join(QUANTILES)} or none, and an outcome"
            raise BadInput(f"--pareto {part.strip()!r}: must be {allowed}")
        direction, statistic, outcome = match.groups()
        if outcome not in NUMERIC_OUTCOMES:
            raise BadInput(f"--pareto: {outcome!r} {unknown_key(outcome, NUMERIC_OUTCOMES)}")
        found.append(Objective(outcome, statistic or "mean", direction == "max"))
    return tuple(found)


def pareto(columns: Columns, objectives: Sequence[Objective]) -> dict[str, Any]:
    """Which design points are not dominated, and paired differences between them.

    Parameters
    ----------
    columns
        As `/runs` of a store holds them, shape (n,).
    objectives
        What is traded.

    Returns
    -------
    `points`: for each design point `values` of the objectives, their `intervals` (those of `show`,
    on the worst surface), `is_non_dominated`, and `share`: of the resamples, those in which it is
    so; with few `packings`, surer than they allow.
    `differences`: `paired_differences` from the first design point.

    Raises
    ------
    BadInput
        If there is one design point alone, or no finished case has a value of an objective.
    """
    table = _Table.of(with_surface(columns), objectives)
    if len(table.points) < 2:
        raise BadInput("--pareto: needs design points to choose from: give a key { grid = [...] }")
    for objective, values in zip(objectives, table.values, strict=True):
        if not np.isfinite(values).any():
            raise BadInput(f"--pareto {objective.text!r}: no finished case has a value of it")
    weights = table.resampled(np.random.default_rng(1))
    whole = np.ones((1, len(table.packing)))
    seen = np.stack([table.worst(i, whole) for i in range(len(objectives))], axis=-1)[0]
    drawn = np.stack([table.worst(i, weights) for i in range(len(objectives))], axis=-1)
    signs = np.array([1.0 if o.is_maximised else -1.0 for o in objectives])
    sure = is_non_dominated(drawn * signs).mean(axis=0)
    best = is_non_dominated(seen[None] * signs)[0]
    points = [
        {
            "design_point": int(number),
            "values": {o.text: float(v) for o, v in zip(objectives, seen[i], strict=True)},
            "intervals": {o.text: table.interval(k, i) for k, o in enumerate(objectives)},
            "is_non_dominated": bool(best[i]),
            "share": float(sure[i]),
        }
        for i, number in enumerate(table.points)
    ]
    outcomes = dict.fromkeys(objective.outcome for objective in objectives)
    differences = [entry for name in outcomes for entry in paired_differences(columns, name)]
    packings = len(np.unique(table.packing))
    return {
        "replicates": len(table.packing),
        "packings": packings,
        "points": points,
        "differences": differences,
    }


def paired_differences(columns: Columns, outcome: str, against: int | None = None) -> list[Any]:
    """Differences of an outcome between design points on common random numbers.

    Parameters
    ----------
    columns
        As `/runs` of a store holds them, shape (n,).
    outcome
        Its column.
    against
        Design point that the others are compared with; the first unless told.

    Returns
    -------
    For each other design point and each surface: `mean` of the differences, `interval`, `pairs`.
    """
    columns = with_surface(columns)
    table = _Table.of(columns, [Objective(outcome, "mean", True)])
    values = table.values[0]
    reference = 0 if against is None else int(np.flatnonzero(table.points == against)[0])
    found = []
    for i, point in enumerate(table.points):
        for j, surface in enumerate(table.surfaces):
            if i == reference:
                continue
            difference = values[i, j] - values[reference, j]
            valid = np.isfinite(difference)
            entry = {"outcome": outcome, "design_point": int(point), "surface": int(surface)}
            found.append(entry | _difference(difference[valid], table.packing[valid]))
            found[-1]["against"] = int(table.points[reference])
    return found


def is_non_dominated(gains: FloatArray) -> BoolArray:
    """Which points no other beats: as good in every gain and better in one.

    Parameters
    ----------
    gains
        Larger is better, shape (samples, points, objectives); a NaN is beaten by any number.

    Returns
    -------
    Shape (samples, points).
    """
    gains = np.where(np.isnan(gains), -np.inf, gains)
    beaten = np.zeros(gains.shape[:2], dtype=bool)
    for other in range(gains.shape[1]):
        rival = gains[:, other : other + 1]
        beaten |= (rival >= gains).all(axis=-1) & (rival > gains).any(axis=-1)
    return ~beaten


@dataclass(frozen=True)
class _Table:
    """Outcomes by place: values of each objective, shape (points, surfaces, replicates)."""

    objectives: Sequence[Objective]
    points: IntArray
    surfaces: IntArray
    packing: IntArray
    values: Sequence[FloatArray]

    @classmethod
    def of(cls, columns: Columns, objectives: Sequence[Objective]) -> "_Table":
        """Sort the columns by place; what did not finish or is not there is NaN."""
        names = ("design_point", "surface", "replicate")
        axes = [np.unique(columns[name], return_inverse=True) for name in names]
        place = tuple(inverse for _, inverse in axes)
        finished = is_finished(columns["status"])
        tables = []
        for objective in objectives:
            table = np.full([len(found) for found, _ in axes], np.nan)
            table[place] = np.where(finished, columns[objective.outcome], np.nan)
            tables.append(table)
        packing = np.zeros(len(axes[2][0]), dtype=np.int64)
        packing[place[2]] = columns["packing_seed"]
        return cls(objectives, axes[0][0], axes[1][0], packing, tables)

    def resampled(self, rng: np.random.Generator) -> FloatArray:
        """How often each of the first replicates is drawn, packings together.

        Shape (RESAMPLES, at most MOST).
        """
        packing = self.packing[:MOST]
        clusters, n = Clusters.of(packing), len(packing)
        if not clusters.are_shared:
            return rng.multinomial(n, np.full(n, 1.0 / n), RESAMPLES).astype(float)
        label = np.unique(packing, return_inverse=True)[1]
        share = np.full(clusters.count, 1.0 / clusters.count)
        return rng.multinomial(clusters.count, share, RESAMPLES)[:, label].astype(float)

    def worst(self, which: int, weights: FloatArray) -> FloatArray:
        """Return the objective on its worst surface, shape (samples, points)."""
        taken = np.stack([self._on_each(which, i, weights) for i in range(len(self.points))], 1)
        return (taken.min if self.objectives[which].is_maximised else taken.max)(axis=-1)

    def interval(self, which: int, point: int) -> list[float]:
        """Interval of the objective on its worst surface."""
        objective = self.objectives[which]
        seen = self._on_each(which, point, np.ones((1, len(self.packing))))[0]
        worst = int((np.argmin if objective.is_maximised else np.argmax)(seen))
        values = self.values[which][point, worst]
        valid = np.isfinite(values)
        found = outcome_statistics(values[valid], Clusters.of(self.packing[valid]))
        return list(found[f"{objective.statistic}_interval"])

    def _on_each(self, which: int, point: int, weights: FloatArray) -> FloatArray:
        """Return the objective of one point on each surface, shape (samples, surfaces)."""
        name = self.objectives[which].statistic
        values = self.values[which][point, :, : weights.shape[1]]
        return np.stack([_statistic(v, weights, name) for v in values], axis=-1)


def _statistic(values: FloatArray, weights: FloatArray, name: str) -> FloatArray:
    """Statistic of weighted values, shape (samples,); NaN where none is finite."""
    valid = np.isfinite(values)
    weights = weights[:, valid]
    if name != "mean":
        order = np.argsort(values[valid])
        return _weighted_quantile(values[valid][order], weights[:, order], QUANTILES[name])
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(weights @ values[valid] / total)


def _weighted_quantile(ordered: FloatArray, weights: FloatArray, q: float) -> FloatArray:
    """Quantile of ascending values, each there as often as it weighs, shape (samples,)."""
    if not len(ordered):
        return np.full(len(weights), np.nan)
    up_to = np.cumsum(weights, axis=1)
    place = q * (up_to[:, -1:] - 1.0)
    low = (up_to <= np.floor(place)).sum(axis=1)
    high = (up_to <= np.floor(place) + 1.0).sum(axis=1)
    found = [ordered[np.minimum(at, len(ordered) - 1)] for at in (low, high)]
    step = place[:, 0] - np.floor(place[:, 0])
    return np.where(up_to[:, -1] > 0, found[0] + step * (found[1] - found[0]), np.nan)


def _difference(differences: FloatArray, packing: IntArray) -> dict[str, Any]:
    """Mean of paired differences, its interval and their number."""
    interval: Interval = mean_interval(differences, Clusters.of(packing))
    mean = float(differences.mean()) if len(differences) else float("nan")
    return {"mean": mean, "interval": list(interval), "pairs": len(differences)}
