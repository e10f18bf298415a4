"""How often a comparison errs, on synthetic campaigns: false alarms, and losses that are missed.

Default: few campaigns with a binomial tolerance; `make slow` has the whole simulation, of which
docs/compare.md gives the figures.  Every limit is where a rate as claimed is passed once in 10⁴.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom
from synthetic_masses import campaign

from sampling_sim.campaign.comparison.compare import FALSE_ALARMS, compare
from sampling_sim.campaign.comparison.comparison import Comparison
from sampling_sim.campaign.comparison.two_samples import POWER, TwoSamples, cases_to_see

CHANCE = 1e-4
Pair = tuple[dict[str, Any], dict[str, Any]]


def _unpaired(rng: np.random.Generator, i: int, cases: int = 32, more: int = 32) -> Pair:
    return campaign(rng, cases, seed=2 * i), campaign(rng, more, seed=2 * i + 1)


def _paired(rng: np.random.Generator, i: int, chance: float = 0.35, points: int = 1) -> Pair:
    one, other = (campaign(rng, 32, seed=i, chance=chance, points=points) for _ in range(2))
    return one, other


def _other_packings(rng: np.random.Generator, i: int) -> Pair:
    beds = np.random.default_rng([i, 3]).choice(10**6, 16, replace=False).tolist()
    return (
        campaign(rng, 48, seed=2 * i, packings=beds[:8]),
        campaign(rng, 48, seed=2 * i + 1, packings=beds[8:]),
    )


SAME_PHYSICS: dict[str, Callable[[np.random.Generator, int], Pair]] = {
    "unpaired, 32 and 32": _unpaired,
    "unpaired, 4 and 32": lambda rng, i: _unpaired(rng, i, 4, 32),
    "unpaired, 100 and 300": lambda rng, i: _unpaired(rng, i, 100, 300),
    "paired, correlated": lambda rng, i: _paired(rng, i, chance=0.05),
    "paired, chaotic": _paired,
    "8 design points, paired": lambda rng, i: _paired(rng, i, points=8),
    "other packings": _other_packings,
}


def _comparisons(kind: str, number: int) -> Iterator[Comparison]:
    rng = np.random.default_rng([number, len(kind)])
    for i in range(number):
        yield compare(*SAME_PHYSICS[kind](rng, i))


def _alarms(kind: str, number: int) -> tuple[int, int]:
    """Comparisons called different, and those that would be without correction for many tests."""
    called = uncorrected = 0
    for found in _comparisons(kind, number):
        called += found.verdict == "different"
        tests = [test.p_value for test in found.tests if test.kind == "difference"]
        uncorrected += min(tests) <= FALSE_ALARMS
    return called, uncorrected


def _limit(rate: float, number: int) -> int:
    return int(binom.isf(CHANCE, number, rate))


@pytest.mark.parametrize("kind", ["unpaired, 32 and 32", "paired, chaotic", "other packings"])
def test_identical_physics_is_not_called_different(kind: str) -> None:
    called, _ = _alarms(kind, 40)
    assert called <= _limit(FALSE_ALARMS, 40)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SAME_PHYSICS)
def test_identical_physics_is_called_different_once_in_a_thousand(kind: str) -> None:
    number = 500 if "points" in kind else 3000
    called, uncorrected = _alarms(kind, number)
    print(f"{kind}: {called} of {number}, without correction {uncorrected}")  # noqa: T201
    assert called <= _limit(FALSE_ALARMS, number)
    if "points" in kind:  # the twin: 32 tests, each at one in a thousand
        assert uncorrected > _limit(FALSE_ALARMS, number)


def _cases_named(rng: np.random.Generator, i: int) -> int:
    """Cases that two pilot runs of 64 name for a loss of 10 % to be seen."""
    pilots = [campaign(rng, 64, seed=4 * i + j)["collected_mass"] for j in range(2)]
    base, new = (mass[np.isfinite(mass)] for mass in pilots)
    level = FALSE_ALARMS / 4  # of one design point and one outcome
    return math.ceil(cases_to_see(TwoSamples(base, new, is_paired=False), 0.1, level))


def _seen(number: int, kept: float) -> int:
    """Comparisons called different, each at the number of cases that its own pilots name."""
    rng = np.random.default_rng([number, round(100 * kept)])
    seen = 0
    for i in range(number):
        cases = _cases_named(rng, i)
        base = campaign(rng, cases, seed=4 * i + 2)
        new = campaign(rng, cases, seed=4 * i + 3, kept=kept)
        seen += compare(base, new).verdict == "different"
    return seen


@pytest.mark.parametrize("number", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_a_loss_of_a_tenth_is_seen_at_the_number_of_cases_named(number: int) -> None:
    seen, twin = _seen(number, 0.9), _seen(number // 4, 1.0)
    print(f"10 %: {seen} of {number}; 0 %: {twin} of {number // 4}")  # noqa: T201
    assert seen >= binom.ppf(CHANCE, number, POWER)
    assert twin <= _limit(FALSE_ALARMS, number // 4)


def test_a_tenth_is_not_seen_with_a_quarter_of_the_cases() -> None:
    """The twin of the forecast: it does not name more cases than are needed."""
    rng = np.random.default_rng(5)
    cases = _cases_named(rng, 0) // 4
    found = [
        compare(campaign(rng, cases, seed=2 * i), campaign(rng, cases, seed=2 * i + 1, kept=0.9))
        for i in range(12)
    ]
    seen = sum(one.verdict == "different" for one in found)
    assert seen < binom.ppf(CHANCE, 12, POWER)
