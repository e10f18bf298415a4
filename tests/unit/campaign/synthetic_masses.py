"""Synthetic campaigns like real ones: discrete grains, empty cases, skew, packings, failures.

A case's mass is a Poisson number of grains, each of a drawn mass.  The expected number is what the
packing (sd 15 %), the navigation of the replicate (log-normal, sd 25 %) and chance (gamma of shape
8, sd 35 %: a touchdown is chaotic) make of 12 grains; one case in 25 jams and stays empty; one
in fifty diverges.  The coefficient of variation is about 0.6, twice that of the demonstration.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

GRAIN = 0.025
"""[kg] mean mass of a grain."""
EIGHT_PACKINGS = tuple(range(1, 9))


def campaign(
    rng: np.random.Generator,
    cases: int,
    *,
    seed: int,
    kept: float = 1.0,
    packings: Sequence[int] = EIGHT_PACKINGS,
    points: int = 1,
    chance: float = 0.35,
) -> dict[str, Any]:
    """Columns of a campaign; what `seed` addresses is the same in every campaign of that seed.

    Parameters
    ----------
    rng
        Of the chance that no seed addresses.
    cases, points
        Replicates of each design point; the points share their random numbers.
    seed
        Of packing and navigation.
    kept
        Share of every grain's mass that is kept.
    packings
        What each replicate picks from.
    chance
        Standard deviation of the chaotic factor.
    """
    shared = np.random.default_rng([seed, 1])
    packing = np.repeat(shared.choice(packings, cases), points)
    navigation = np.repeat(np.exp(0.25 * shared.standard_normal(cases)), points)
    effect = {one: np.random.default_rng([one, 2]).normal(1.0, 0.15) for one in packings}
    rows = cases * points
    shape = 1.0 / chance**2
    factor = rng.gamma(shape, 1.0 / shape, rows) * navigation * [effect[p] for p in packing]
    count = rng.poisson(12.0 * factor) * (rng.random(rows) > 1.0 / 25.0)
    grains = [rng.gamma(8.0, GRAIN / 8.0, n).sum() for n in count]
    status = np.where(count > 0, "collected", "empty").astype(object)
    diverged = rng.random(rows) < 0.02
    status[diverged] = "diverged"
    return {
        "collected_mass": np.where(diverged, np.nan, kept * np.array(grains)),
        "collected_count": count,
        "status": status,
        "seed": np.full(rows, seed),
        "replicate": np.repeat(np.arange(cases), points),
        "design_point": np.tile(np.arange(points), cases),
        "packing_seed": packing,
    }
