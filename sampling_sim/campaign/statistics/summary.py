"""What a set of cases says: counts, and each outcome's statistics with their intervals.

Intervals: `intervals.py`; cases that share a packing: `clusters.py`; verdicts: `verdicts.py`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from sampling_sim.campaign.experiment.requirements import Requirement, is_finished
from sampling_sim.campaign.statistics.clusters import Clusters
from sampling_sim.campaign.statistics.intervals import (
    clustered_quantile_interval,
    mean_interval,
    ordered_quantile,
    quantile_interval,
    tolerance_bounds,
)
from sampling_sim.campaign.statistics.verdicts import requirement_verdict
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.outcome import Outcome, Status

NUMERIC_OUTCOMES = tuple(
    field.name
    for field in fields(Outcome)
    if field.type in (float, int) and field.name != "packing_seed"  # a name, not a measure
)

QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}

NO_INTERVALS: Mapping[str, Any] = {
    **{f"{name}_interval": [np.nan, np.nan] for name in ("mean", *QUANTILES)},
    **dict.fromkeys(("tolerance_low", "tolerance_high", "design_effect"), np.nan),
}
"""Where there is no sample to take any from."""


@np.errstate(over="ignore", invalid="ignore")
def outcome_statistics(
    values: FloatArray, clusters: Clusters | None = None, *, is_mixed: bool = False
) -> dict[str, Any]:
    """Statistics of the finite values of one outcome, each with its interval.

    Parameters
    ----------
    values
        One a case, shape (n,).
    clusters
        Which packing each case has; without, all are independent.
    is_mixed
        Whether the cases are of several surfaces or design points: they are no sample of anything
        there is to land on, and what they have in common has no interval.

    Returns
    -------
    The entry of the outcome in `show --json`; NaN where the sample cannot say.
    """
    valid = np.isfinite(values)
    if not valid.all():
        values, clusters = values[valid], clusters and clusters.among(valid)
    ordered = np.sort(values)
    return {
        "n": len(values),
        "mean": float(values.mean()) if len(values) else np.nan,
        "sd": _spread(values, ordered),
        **{name: ordered_quantile(ordered, q) for name, q in QUANTILES.items()},
        **(NO_INTERVALS if is_mixed else _intervals(values, ordered, clusters)),
    }


def summary(
    columns: Mapping[str, Any], requirements: Sequence[Requirement], *, is_mixed: bool = False
) -> dict[str, Any]:
    """Summarise a set of cases: counts by status, outcome statistics, verdicts.

    Parameters
    ----------
    columns
        Column name → values of every case, shape (n,), as `/runs` of a store holds them.
    requirements
        What is demanded.
    is_mixed
        As in `outcome_statistics`.

    Returns
    -------
    The keys of `show --json` but for those of the file.  Statistics leave out failed and diverged
    cases; requirements count them as not met.
    """
    status = columns["status"]
    finished = is_finished(status)
    counts = Counter(np.asarray(status).tolist())
    packing = columns.get("packing_seed")
    clusters = None if packing is None else Clusters.of(_chosen(packing, finished))
    return {
        "cases": len(finished),
        "status": {str(name): counts[name] for name in Status if counts[name]},
        "packings": 0 if clusters is None else clusters.count,
        "outcomes": {
            name: outcome_statistics(
                _chosen(columns[name], finished).astype(float, copy=False),
                clusters,
                is_mixed=is_mixed,
            )
            for name in NUMERIC_OUTCOMES
        },
        "requirements": [requirement_verdict(r, columns) for r in requirements],
    }


def _spread(values: FloatArray, ordered: FloatArray) -> float:
    """Return the sample's standard deviation; 0, not round-off of the mean, where all are equal."""
    if len(values) < 2:
        return np.nan
    return float(values.std(ddof=1)) if ordered[0] < ordered[-1] else 0.0


def _intervals(
    values: FloatArray, ordered: FloatArray, clusters: Clusters | None
) -> dict[str, Any]:
    """Intervals of one outcome, between packings where several are shared."""
    shared = clusters if clusters is not None and clusters.are_shared else None
    at = {
        f"{name}_interval": list(
            quantile_interval(ordered, q)
            if shared is None
            else clustered_quantile_interval(values, ordered, q, shared)
        )
        for name, q in QUANTILES.items()
    }
    low, high = tolerance_bounds(ordered)
    return {
        "mean_interval": list(mean_interval(values, shared)),
        **at,
        "tolerance_low": low,
        "tolerance_high": high,
        "design_effect": np.nan if shared is None else shared.design_effect(values),
    }


def _chosen(values: Any, rows: BoolArray) -> Any:
    """Rows of a column; not a copy of it where all are chosen."""
    found = np.asarray(values)
    return found if rows.all() else found[rows]
