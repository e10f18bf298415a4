"""What a set of cases says: counts, quantiles, and verdicts on requirements.

The verdict is a one-sided binomial test: "met" if the lower Clopper-Pearson bound of the share of
cases that meet the requirement reaches the share demanded, "not met" if the upper bound stays below
it, "not shown yet" otherwise.  Cases are taken as independent.

References
----------
.. [CP1934] Clopper & Pearson (1934), Biometrika 26, 404-413: exact binomial limits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from typing import Any

import numpy as np

from sampling_sim.campaign.requirements import NOT_FINISHED, Requirement
from sampling_sim.constants import FloatArray
from sampling_sim.outcome import Outcome, Status


class Verdict(StrEnum):
    """What the sample shows about a requirement."""

    MET = "met"
    NOT_MET = "not met"
    NOT_SHOWN_YET = "not shown yet"


NUMERIC_OUTCOMES = tuple(
    field.name
    for field in fields(Outcome)
    if field.type in (float, int) and field.name != "packing_seed"  # a name, not a measure
)


def binomial_bounds(successes: int, cases: int, confidence: float) -> tuple[float, float]:
    """Lower and upper bound of a probability, each one-sided at `confidence` [CP1934]_."""
    from scipy.stats import beta

    failures = cases - successes
    low = float(beta.ppf(1.0 - confidence, successes, failures + 1)) if successes else 0.0
    high = float(beta.ppf(confidence, successes + 1, failures)) if failures else 1.0
    return low, high


def requirement_verdict(requirement: Requirement, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict on one requirement, as `show --json` gives it."""
    is_met = requirement.is_met(columns)
    cases, successes = len(is_met), int(is_met.sum())
    low, high = binomial_bounds(successes, cases, requirement.confidence)
    verdict = Verdict.NOT_SHOWN_YET
    if low >= requirement.probability:
        verdict = Verdict.MET
    elif high < requirement.probability:
        verdict = Verdict.NOT_MET
    return {
        "text": requirement.text,
        "verdict": str(verdict),
        "probability": requirement.probability,
        "confidence": requirement.confidence,
        "interval": [low, high],
        "met_cases": successes,
        "cases": cases,
    }


def outcome_statistics(values: FloatArray) -> dict[str, float]:
    """Count, mean, sample standard deviation and quantiles of the finite values."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return {"n": 0} | dict.fromkeys(("mean", "sd", "q05", "q50", "q95"), float("nan"))
    low, median, high = (float(q) for q in np.quantile(finite, [0.05, 0.5, 0.95]))
    return {
        "n": len(finite),
        "mean": float(finite.mean()),
        "sd": float(finite.std(ddof=1)) if len(finite) > 1 else float("nan"),
        "q05": low,
        "q50": median,
        "q95": high,
    }


def summary(columns: Mapping[str, Any], requirements: Sequence[Requirement]) -> dict[str, Any]:
    """Summarise a set of cases: counts by status, outcome statistics, verdicts.

    Parameters
    ----------
    columns
        Column name → values of every case, shape (n,), as `/runs` of a store holds them.
    requirements
        What is demanded.

    Returns
    -------
    The keys of `show --json` but for those of the file.  Statistics leave out failed and diverged
    cases; requirements count them as not met.
    """
    status = np.asarray(columns["status"], dtype=str)
    is_finished = ~np.isin(status, NOT_FINISHED)
    counts = Counter(status.tolist())
    return {
        "cases": len(status),
        "status": {str(name): counts[name] for name in Status if counts[name]},
        "outcomes": {
            name: outcome_statistics(np.asarray(columns[name], float)[is_finished])
            for name in NUMERIC_OUTCOMES
        },
        "requirements": [requirement_verdict(r, columns) for r in requirements],
    }
