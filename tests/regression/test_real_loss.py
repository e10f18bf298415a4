"""A loss of a third, flown at 128 seeds: whether they show it, and how often resampled ones do.

`real_loss.py` flew them: the same navigation errors and packings, the second time with a dwell of
0.55 s instead of 0.8 s.  That took a third; masses are scaled so that it is 30 %.  Cases are drawn
from the real ones with replacement, as pairs for the same random numbers in both, and on their own
for other ones.
"""

from typing import Any

import numpy as np
import pytest
import real_loss
from scipy.stats import binom

from sampling_sim.campaign.comparison.compare import FALSE_ALARMS, compare
from sampling_sim.campaign.comparison.two_samples import POWER

SEEDS = 128
LOSS = 0.3
CHANCE = 1e-4
Columns = dict[str, Any]


@pytest.fixture(scope="module")
def flown() -> tuple[Columns, Columns]:
    with np.load(real_loss.COLUMNS) as file:
        names = [*real_loss.KEPT, "status"]
        base, loss = ({n: file[f"{side}/{n}"] for n in names} for side in real_loss.SIDES)
    return base, loss


def _scale(base: Columns, loss: Columns, share_lost: float) -> float:
    """Factor on the masses of the second run that makes their mean this much smaller."""
    means = [float(np.nanmean(run["collected_mass"])) for run in (base, loss)]
    return (1.0 - share_lost) * means[0] / means[1]


def _drawn(run: Columns, rows: Any, seed: int) -> Columns:
    drawn = {name: values[rows] for name, values in run.items()}
    return drawn | {"replicate": np.arange(len(rows)), "seed": np.full(len(rows), seed)}


def _seen(base: Columns, new: Columns, number: int, *, pairs: bool) -> int:
    """Comparisons of 128 resampled cases that are called different."""
    rng = np.random.default_rng([number, pairs])
    size, seen = len(base["status"]), 0
    for _ in range(number):
        rows = rng.integers(size, size=SEEDS)
        others = rows if pairs else rng.integers(size, size=SEEDS)
        # round-off on one side: the same case drawn for both is not the same bits
        other = _drawn(new, others, 1 if pairs else 2)
        other["collected_mass"] = other["collected_mass"] * (1.0 + 1e-12)
        seen += compare(_drawn(base, rows, 1), other).verdict == "different"
    return seen


def test_the_two_runs_are_the_same_cases_and_lost_about_a_third(
    flown: tuple[Columns, Columns],
) -> None:
    base, loss = flown
    for name in ("seed", "replicate", "packing_seed"):
        assert np.array_equal(base[name], loss[name])
    share = np.nanmean(loss["collected_mass"]) / np.nanmean(base["collected_mass"])
    print(f"{len(base['status'])} seeds, loss {1 - share:.1%}")  # noqa: T201
    assert 0.6 < share < 0.75


@pytest.mark.parametrize("share_lost", [None, LOSS])
def test_the_128_seeds_themselves_show_it(
    flown: tuple[Columns, Columns], share_lost: float | None
) -> None:
    base, loss = flown
    assert len(base["status"]) == SEEDS
    scale = 1.0 if share_lost is None else _scale(base, loss, share_lost)
    less = loss | {"collected_mass": scale * loss["collected_mass"]}
    assert compare(base, less).verdict == "different"
    assert compare(base, base).verdict == "equivalent"


@pytest.mark.parametrize("number", [8, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("pairs", [True, False])
def test_a_loss_of_thirty_percent_is_seen_at_128_seeds(
    flown: tuple[Columns, Columns], number: int, pairs: bool
) -> None:
    base, loss = flown
    scale = _scale(base, loss, LOSS)
    seen = _seen(
        base, loss | {"collected_mass": scale * loss["collected_mass"]}, number, pairs=pairs
    )
    print(f"pairs {pairs}: {seen} of {number}")  # noqa: T201
    assert seen >= binom.ppf(CHANCE, number, POWER)


def test_of_the_same_run_nothing_is_seen(flown: tuple[Columns, Columns]) -> None:
    base, _ = flown
    assert _seen(base, base, 40, pairs=False) <= binom.isf(CHANCE, 40, FALSE_ALARMS)
