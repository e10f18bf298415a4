"""Verdicts on requirements: per surface, and overall that of the worst surface.

The verdict is a one-sided binomial test: "met" if the lower Clopper-Pearson bound of the share of
cases that meet the requirement reaches the share demanded, "not met" if the upper bound stays below
it, "not shown yet" otherwise.  What is unknown of the surface is not averaged with navigation
errors: surfaces are judged apart, because only one of them is there to land on.

The bounds take cases as independent.  Where several share a packing of the bed, `design_effect`
says how much wider the truth may be; the verdict is not changed by it, for a few packings tell too
little of how packings differ to build a bound on.
"""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import numpy as np

from sampling_sim.campaign.experiment.requirements import Requirement
from sampling_sim.campaign.statistics.clusters import Clusters
from sampling_sim.campaign.statistics.intervals import binomial_bounds, wilson_interval
from sampling_sim.constants import BoolArray

FARTHEST = 10**9
"""Cases beyond which `needed_cases` gives up; chosen: more than any campaign runs."""


class Verdict(StrEnum):
    """What the sample shows about a requirement."""

    MET = "met"
    NOT_MET = "not met"
    NOT_SHOWN_YET = "not shown yet"


def requirement_verdict(requirement: Requirement, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict on one requirement at one design point, as `show --json` gives it.

    Parameters
    ----------
    requirement
        What is demanded.
    columns
        Column name → values of every case, shape (n,); without `surface` all are of one surface,
        without `packing_seed` all are independent.

    Returns
    -------
    What is demanded and the overall verdict; with it the numbers of the worst surface, that whose
    lower bound is lowest; and under `surfaces` those of each.

    Notes
    -----
    Met is what every surface meets: no correction is needed, for all must pass.  Not met is what
    one surface does not meet at a confidence corrected for their number (Bonferroni): among many
    surfaces that do meet it, one falls short by chance.
    """
    is_met = requirement.is_met(columns)
    surface = np.asarray(columns.get("surface", np.zeros(len(is_met), dtype=np.int64)))
    packing = np.asarray(columns.get("packing_seed", np.arange(len(is_met))))
    parts = []
    for name in np.unique(surface) if len(surface) else [0]:
        rows = surface == name
        clusters = Clusters.of(packing[rows])
        parts.append({"surface": int(name), **_on_one(requirement, is_met[rows], clusters)})
    worst = min(parts, key=lambda part: (part["interval"][0], part["interval"][1]))
    return {
        "text": requirement.text,
        "probability": requirement.probability,
        "confidence": requirement.confidence,
        **worst,
        "verdict": str(_overall(requirement, parts)),
        "worst_surface": worst["surface"],
        "surfaces": parts,
    }


def needed_cases(successes: int, cases: int, probability: float, confidence: float) -> int | None:
    """How many more cases would show that a requirement is met, if the share so far persists.

    Returns
    -------
    0 if it is shown; none where the share seen does not exceed the one demanded, so that more of
    the same would never show it.
    """
    from scipy.special import betaincinv

    if binomial_bounds(successes, cases, confidence)[0] >= probability:
        return 0
    if not cases or successes <= probability * cases:
        return None
    share = successes / cases

    def is_shown(n: int) -> bool:
        low = betaincinv(share * n, (1.0 - share) * n + 1.0, 1.0 - confidence)
        return bool(low >= probability)

    low, high = cases, 2 * cases
    while not is_shown(high):
        low, high = high, 2 * high
        if high > FARTHEST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_shown(middle) else (middle, high)
    return high - cases


def _on_one(requirement: Requirement, is_met: BoolArray, clusters: Clusters) -> dict[str, Any]:
    """Verdict on one surface, with its numbers."""
    cases, successes = len(is_met), int(is_met.sum())
    low, high = binomial_bounds(successes, cases, requirement.confidence)
    verdict, needed = Verdict.NOT_SHOWN_YET, None
    if low >= requirement.probability:
        verdict = Verdict.MET
    elif high < requirement.probability:
        verdict = Verdict.NOT_MET
    else:
        needed = needed_cases(successes, cases, requirement.probability, requirement.confidence)
    return {
        "verdict": str(verdict),
        "interval": [low, high],
        "share": successes / cases if cases else math.nan,
        "share_interval": list(wilson_interval(successes, cases)),
        "met_cases": successes,
        "cases": cases,
        "needed_cases": needed,
        "design_effect": clusters.design_effect(is_met.astype(float)) if cases else math.nan,
    }


def _overall(requirement: Requirement, parts: list[dict[str, Any]]) -> Verdict:
    """Verdict on all surfaces together."""
    if all(part["verdict"] == Verdict.MET for part in parts):
        return Verdict.MET
    corrected = 1.0 - (1.0 - requirement.confidence) / len(parts)
    highest = (binomial_bounds(part["met_cases"], part["cases"], corrected)[1] for part in parts)
    is_short = any(high < requirement.probability for high in highest)
    return Verdict.NOT_MET if is_short else Verdict.NOT_SHOWN_YET
