"""Distributions: drawn by address, of the shape they say, refused where they cannot be drawn."""

from collections.abc import Callable
from math import inf, isfinite, log

import numpy as np
import pytest
from scipy import stats

from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.design import MonteCarlo
from sampling_sim.campaign.experiment.distributions import (
    LARGEST,
    SMALLEST,
    Choice,
    LogUniform,
    Normal,
    Random,
    Triangular,
    Uniform,
)
from sampling_sim.errors import ConfigError

Load = Callable[..., Experiment]
SPEED = "sequence.approach_speed="
CASES = [
    (Normal(2.0, 0.5), stats.norm(2.0, 0.5)),
    (Normal(2.0, 0.5, 1.8, inf), stats.truncnorm(-0.4, inf, 2.0, 0.5)),
    (Uniform(-1.0, 3.0), stats.uniform(-1.0, 4.0)),
    (LogUniform(0.1, 10.0), stats.loguniform(0.1, 10.0)),
    (Triangular(1.0, 1.5, 4.0), stats.triang(1 / 6, 1.0, 3.0)),
]


def sample(distribution: Random, size: int = 2000) -> list[float]:
    design = MonteCarlo(["sequence.x"], seed=1)
    return [distribution.quantile(design.uniforms(i)["sequence.x"]) for i in range(size)]


@pytest.mark.parametrize(("ours", "law"), CASES)
def test_draws_follow_their_law(ours: Random, law: stats.rv_continuous) -> None:
    """Kolmogorov-Smirnov at 1e-3 on 2,000 fixed draws; the twin, shifted by 0.2 sd, must fail."""
    values = np.array(sample(ours))
    assert stats.kstest(values, law.cdf).pvalue > 1e-3
    assert stats.kstest(values + 0.2 * law.std(), law.cdf).pvalue < 1e-3


@pytest.mark.parametrize(("ours", "law"), CASES)
def test_quantile_inverts_the_distribution_function(ours: Random, law: stats.rv_continuous) -> None:
    for u in (1e-6, 0.1, 0.5, 0.9, 1.0 - 1e-6):
        assert law.cdf(ours.quantile(u)) == pytest.approx(u, rel=1e-9)


def test_choice_takes_every_value_as_often() -> None:
    counts = np.unique(sample(Choice((1, 2, 3))), return_counts=True)[1]
    assert stats.chisquare(counts).pvalue > 1e-3


def test_a_cut_normal_never_leaves_its_bounds() -> None:
    values = sample(Normal(0.0, 1.0, 2.0, 2.5), 500)
    assert 2.0 <= min(values) < max(values) <= 2.5


def test_spread_of_the_file_reaches_the_cases(experiment: Load) -> None:
    loaded = experiment(SPEED + '{ log_uniform = ["1 cm/s", "10 cm/s"] }')
    speeds = [loaded.case(i).sequence.approach_speed for i in range(200)]
    assert min(speeds) >= 0.01
    assert max(speeds) <= 0.1
    # Mean of log10 is -1.5; sd of it over 200 draws is 1/sqrt(12 * 200): five of them allowed
    assert np.mean(np.log10(speeds)) == pytest.approx(-1.5, abs=5 / np.sqrt(2400))
    assert len(set(speeds)) == 200


def test_more_cases_another_key_or_a_grid_never_change_a_case(experiment: Load) -> None:
    base = [case.sequence.approach_speed for case in map(experiment().case, range(6))]
    more = experiment(
        "campaign.cases=50",
        'mechanism.width={ uniform = ["20 cm", "30 cm"] }',
        'mechanism.depth={ grid = ["1 cm", "2 cm", "3 cm"] }',
    )
    for point in range(3):
        assert [more.case(i, point).sequence.approach_speed for i in range(6)] == base
    assert [experiment().reseeded(8).case(i).sequence.approach_speed for i in range(6)] != base


def test_grids_span_design_points_replicate_by_replicate(experiment: Load) -> None:
    loaded = experiment(
        'mechanism.depth={ grid = ["1 cm", "2 cm"] }', "mechanism.blade.count={ grid = [4, 5, 6] }"
    )
    assert loaded.design_points == 6
    plan = loaded.plan(2)
    assert [p.index for p in plan] == list(range(12))
    assert list(loaded.plan(1)) == plan[:6]
    cases = [loaded.case(p.replicate, p.design_point) for p in plan]
    pairs = [(c.mechanism.blade.count, c.mechanism.depth) for c in cases[:6]]
    assert pairs == [(n, d) for n in (4, 5, 6) for d in (0.01, 0.02)]
    with pytest.raises(ConfigError, match="has 6"):
        loaded.case(0, 6)


def test_choice_and_grid_serve_words_and_whole_tuples(experiment: Load) -> None:
    loaded = experiment(
        "mechanism.axis={ choice = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]] }",
        'sequence.behaviour={ grid = ["collect", "diverge"] }',
    )
    assert {loaded.case(i).mechanism.axis[1] for i in range(20)} == {0.0, 1.0}
    assert loaded.case(0, 1).sequence.behaviour == "diverge"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('{ normal = ["5 cm/s", "-1 cm/s"], min = "1 cm/s", max = "9 cm/s" }', "not be negative"),
        ('{ normal = ["5 cm/s", "1 cm/s"], min = "6 cm/s", max = "4 cm/s" }', "min must be below"),
        ('{ normal = ["5 cm/s", "1 cm/s"] }', "reaches -inf m/s"),
        ('{ normal = ["5 cm/s", "1 cm/s"], min = "1 cm/s" }', "reaches inf m/s"),
        ('{ normal = ["5 cm/s", "0 cm/s"], min = "6 cm/s", max = "7 cm/s" }', "mean must lie"),
        ('{ normal = ["5 cm/s", "1 kg"], min = "1 cm/s", max = "9 cm/s" }', "wrong dimension"),
        ('{ normal = ["5 cm/s", 0.01], min = "1 cm/s", max = "9 cm/s" }', "text with a unit"),
        ('{ normal = ["5 cm/s"] }', "must be [mean, standard deviation]"),
        ('{ uniform = ["5 cm/s", "5 cm/s"] }', "low must be below high"),
        ('{ uniform = ["1 cm/s", "5 m/s"] }', "reaches 5 m/s"),
        ('{ uniform = ["1 cm/s", "nan cm/s"] }', "finite"),
        ('{ uniform = ["1 cm/s", "2 cm/s"], min = "1 cm/s" }', "not a part of uniform"),
        ('{ log_uniform = ["0 cm/s", "2 cm/s"] }', "0 < low < high"),
        ('{ triangular = ["1 cm/s", "5 cm/s", "2 cm/s"] }', "low <= mode <= high"),
        ("{ choice = [] }", "at least one"),
        ('{ choice = ["1 cm/s", "2 m/s"] }', "less than or equal to 1 m/s"),
        ('{ choice = "1 cm/s" }', "must be a list"),
        ('{ grid = ["1 cm/s", "10 mm/s"] }', "twice"),
        ('{ gaussian = ["5 cm/s", "1 cm/s"] }', "exactly one of normal"),
        ('{ uniform = ["1 cm/s", "2 cm/s"], choice = ["1 cm/s"] }', "exactly one of"),
    ],
)
def test_a_distribution_that_cannot_be_drawn_is_refused(
    experiment: Load, table: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment(SPEED + table)
    assert caught.value.key.startswith("sequence.approach_speed")
    assert said in str(caught.value)


def test_a_whole_number_cannot_be_drawn_from_a_continuous_law(experiment: Load) -> None:
    with pytest.raises(ConfigError, match="choice or grid only"):
        experiment("mechanism.blade.count={ uniform = [1, 5] }")


def test_log_uniform_median_is_the_geometric_mean() -> None:
    assert log(LogUniform(0.02, 0.5).quantile(0.5)) == pytest.approx(log(0.1), rel=1e-12)


@pytest.mark.parametrize("ours", [case[0] for case in CASES] + [Choice((1, 2, 3))])
def test_the_extreme_random_numbers_give_values(ours: Random) -> None:
    assert all(isfinite(ours.quantile(u)) for u in (SMALLEST, LARGEST))
