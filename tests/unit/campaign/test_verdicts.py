"""Requirements: read with units, judged by an interval that covers, never by a point estimate."""

import numpy as np
import pytest
from scipy import stats

from sampling_sim.campaign.experiment.requirements import read_requirement
from sampling_sim.campaign.statistics.intervals import binomial_bounds
from sampling_sim.campaign.statistics.summary import outcome_statistics, summary
from sampling_sim.campaign.statistics.verdicts import requirement_verdict
from sampling_sim.errors import ConfigError
from sampling_sim.outcome import Outcome, outcome_columns


def requirement(text: str, probability: float = 0.95, confidence: float = 0.90) -> dict:
    return {"text": text, "probability": probability, "confidence": confidence}


def verdict_of(met: int, cases: int) -> str:
    """Verdict on 95/90 from so many cases that meet it."""
    columns = {
        "collected_mass": np.where(np.arange(cases) < met, 0.2, 0.05),
        "status": np.full(cases, "collected", dtype=object),
    }
    rule = read_requirement(requirement("collected_mass >= 100 g"), "requirements.0")
    return requirement_verdict(rule, columns)["verdict"]


def test_95_90_needs_45_cases_without_a_failure() -> None:
    """0.9 confidence of 0.95 from n successes: 0.95ⁿ <= 0.1, n >= 44.9."""
    assert verdict_of(44, 44) == "not shown yet"
    assert verdict_of(45, 45) == "met"
    assert verdict_of(44, 45) == "not shown yet"


def test_too_many_failures_are_not_met_and_few_cases_show_nothing() -> None:
    assert verdict_of(30, 45) == "not met"
    assert verdict_of(8, 8) == "not shown yet"
    assert verdict_of(0, 0) == "not shown yet"


def test_bounds_agree_with_scipy_and_end_at_0_and_1() -> None:
    """A two-sided exact interval at 1 - 2 alpha has one-sided bounds at 1 - alpha."""
    for k, n in [(0, 9), (3, 9), (9, 9), (41, 50)]:
        exact = stats.binomtest(k, n).proportion_ci(0.8, method="exact")
        assert binomial_bounds(k, n, 0.9) == pytest.approx((exact.low, exact.high), rel=1e-9)


def test_lower_bound_covers_and_a_point_estimate_does_not() -> None:
    """Share of samples whose bound lies below the truth is at least the confidence.

    4,000 samples: the binomial error of the share is sqrt(0.9 * 0.1 / 4000) = 0.005, 3 of it
    allowed.  The twin, k/n itself, covers about half.
    """
    truth, n = 0.93, 60
    counts = np.random.default_rng(3).binomial(n, truth, 4000)
    bounds = {k: binomial_bounds(int(k), n, 0.9) for k in np.unique(counts)}
    below = np.mean([bounds[k][0] <= truth for k in counts])
    above = np.mean([bounds[k][1] >= truth for k in counts])
    assert min(below, above) >= 0.9 - 3 * 0.005
    assert np.mean(counts / n <= truth) < 0.9 - 3 * 0.005


def test_unfinished_cases_and_nan_count_as_not_met() -> None:
    columns = {
        "peak_force": np.array([1.0, 1.0, np.nan, 99.0]),
        "status": np.array(["collected", "diverged", "collected", "failed"], dtype=object),
    }
    low = read_requirement(requirement("peak_force <= 20 N"), "r")
    assert low.is_met(columns).tolist() == [True, False, False, False]
    flag = read_requirement(requirement("status != slipped"), "r")
    assert flag.is_met(columns).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("collected_mass >= 100", "wrong dimension"),
        ("collected_mass >= 100 m", "wrong dimension"),
        ("colected_mass >= 100 g", "did you mean 'collected_mass'?"),
        ("collected_mass = 100 g", "OUTCOME COMPARISON BOUND"),
        ("collected_mass == 100 g", "is a number"),
        ("collected_count >= many", "bare number"),
        ("collected_count >= nan", "must be finite"),
        ("collected_mass <= inf g", "must be finite"),
        ("slipped >= false", "not a number"),
        ("slipped == no", "true or false"),
        ("status == colected", "status is one of"),
    ],
)
def test_a_requirement_that_cannot_be_judged_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_requirement(requirement(text), "requirements.0")
    assert caught.value.key == "requirements.0.text"
    assert said in str(caught.value)


def test_probability_must_lie_between_0_and_1() -> None:
    with pytest.raises(ConfigError, match="less than 1"):
        read_requirement(requirement("slipped == false", probability=95), "requirements.0")


def test_every_outcome_can_be_required() -> None:
    for name, described in outcome_columns().items():
        value = getattr(Outcome(), name)
        if isinstance(value, bool):
            text = f"{name} == false"
        elif isinstance(value, str):
            text = f"{name} == {value or 'tilt'}"
        else:
            unit = "" if described["units"] == "1" else described["units"]
            text = f"{name} <= 1 {unit}"
        assert read_requirement(requirement(text), "r").column == name


def test_statistics_leave_out_nan_and_unfinished_cases() -> None:
    columns = {name: np.zeros(4) for name in outcome_columns()}
    columns["collected_mass"] = np.array([1.0, 3.0, np.nan, 7.0])
    columns["status"] = np.array(["collected", "empty", "collected", "diverged"], dtype=object)
    found = summary(columns, ())
    mass = found["outcomes"]["collected_mass"]
    assert (mass["n"], mass["mean"], mass["q50"]) == (2, 2.0, 2.0)
    assert mass["sd"] == pytest.approx(2**0.5, rel=1e-15)
    assert found["status"] == {"diverged": 1, "collected": 2, "empty": 1}
    assert outcome_statistics(np.array([np.nan]))["n"] == 0
    assert outcome_statistics(np.full(60, 1.0 / 3.0))["sd"] == 0.0  # numpy's is 1e-16
