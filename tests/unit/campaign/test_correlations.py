"""Correlated inputs: the rank correlation asked for, marginals as they were, one line else."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.correlations import CorrelationParameters, copulas
from sampling_sim.campaign.experiment.design import replicate_design
from sampling_sim.campaign.experiment.distributions import Uniform
from sampling_sim.errors import ConfigError

Load = Callable[..., Experiment]
SPEED, TILT, WIDTH = "sequence.approach_speed", "sequence.tilt", "mechanism.width"
WIDE = 'mechanism.width={ log_uniform = ["20 cm", "30 cm"] }'
QUICK = 'sequence.approach_speed={ uniform = ["1 cm/s", "9 cm/s"] }'
"""In place of a normal, which takes ten times as long to draw."""
CASES = 1500


def correlation(*pairs: tuple[str, str, float]) -> str:
    """Return an override that asks for pairs with their rank correlations."""
    tables = (f'{{ between = ["{a}", "{b}"], rank_correlation = {r} }}' for a, b, r in pairs)
    return f"campaign.correlations=[{', '.join(tables)}]"


def allowed_error(rank: float, size: int) -> float:
    """Four standard errors, (1 - r²) √((1 + r²/2)/(n - 3)) each (Bonett & Wright 2000)."""
    return 4.0 * (1.0 - rank**2) * np.sqrt((1.0 + rank**2 / 2.0) / (size - 3))


def drawn(loaded: Experiment, size: int = CASES) -> dict[str, np.ndarray]:
    values = [loaded.draws.values_at(plan) for plan in loaded.plan(size)]
    return {key: np.array([value[key] for value in values]) for key in loaded.draws.replicate_keys}


@pytest.mark.parametrize(
    ("design", "rank"),
    [("monte_carlo", -0.8), ("monte_carlo", 0.5), ("latin_hypercube", 0.5), ("sobol", 0.5)],
)
def test_pairs_have_the_rank_correlation_asked_for(
    experiment: Load, design: str, rank: float
) -> None:
    """Within its sampling error, across laws; the twin without it is far off."""
    design_ = (QUICK, f"campaign.design={design}", f"campaign.cases={CASES}")
    asked = drawn(experiment(WIDE, *design_, correlation((TILT, WIDTH, rank))))
    found = stats.spearmanr(asked[TILT], asked[WIDTH]).statistic
    assert found == pytest.approx(rank, abs=allowed_error(rank, CASES))
    other = stats.spearmanr(asked[SPEED], asked[WIDTH]).statistic
    assert other == pytest.approx(0.0, abs=allowed_error(0.0, CASES))
    twin = drawn(experiment(WIDE, *design_))
    plain = stats.spearmanr(twin[TILT], twin[WIDTH]).statistic
    assert plain != pytest.approx(rank, abs=allowed_error(rank, CASES))


def test_every_key_keeps_its_distribution(experiment: Load) -> None:
    """Kolmogorov-Smirnov at 1e-3 for each; the twin, an average of two u, is no uniform."""
    loaded = experiment(WIDE, correlation((TILT, WIDTH, 0.7), (SPEED, TILT, -0.4)))
    values = drawn(loaded)
    tilt = (np.degrees(values[TILT]) + 2.0) / 4.0
    width = np.log(values[WIDTH] / 0.2) / np.log(1.5)
    speed = stats.truncnorm(-4.0, 4.0, 0.05, 0.01).cdf(values[SPEED])
    for share in (tilt, width, speed):
        assert stats.kstest(share, "uniform").pvalue > 1e-3
    assert stats.kstest(0.5 * (tilt + speed), "uniform").pvalue < 1e-3


def test_uncorrelated_keys_and_the_first_of_a_group_keep_their_bits(experiment: Load) -> None:
    base = experiment(WIDE)
    loaded = experiment(WIDE, correlation((TILT, WIDTH, 0.7)))
    for replicate in range(5):
        was, now = base.case(replicate), loaded.case(replicate)
        assert now.sequence.approach_speed == was.sequence.approach_speed
        assert now.mechanism.width == was.mechanism.width  # "mechanism" sorts before "sequence"
        assert now.sequence.tilt != was.sequence.tilt
    another = experiment(WIDE, 'mechanism.depth={ uniform = ["1 cm", "2 cm"] }',
                         'mechanism.limit={ uniform = ["1 cm", "2 cm"] }',
                         correlation((TILT, WIDTH, 0.7),
                                     ("mechanism.depth", "mechanism.limit", 0.9)))  # fmt: skip
    assert another.case(3).sequence.tilt == loaded.case(3).sequence.tilt


@given(
    st.floats(-0.999, 0.999),
    st.lists(st.floats(2.0**-54, 1.0 - 2.0**-53), min_size=3, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_any_numbers_stay_inside(rank: float, numbers: list[float]) -> None:
    asked = [CorrelationParameters(between=("x.a", "x.b"), rank_correlation=rank)]
    (copula,) = copulas(asked, dict.fromkeys(("x.a", "x.b", "x.c"), Uniform(0.0, 1.0)))
    found = copula.correlated(dict(zip(("x.a", "x.b", "x.c"), numbers, strict=True)))
    assert all(0.0 < u < 1.0 for u in found.values())
    assert (found["x.a"], found["x.c"]) == (numbers[0], numbers[2])


def test_three_keys_have_all_their_correlations() -> None:
    keys = ("sequence.a", "sequence.b", "sequence.c")
    ranks = {(0, 1): 0.6, (0, 2): -0.5, (1, 2): 0.1}
    asked = [
        CorrelationParameters(between=(keys[i], keys[j]), rank_correlation=r)
        for (i, j), r in ranks.items()
    ]
    (copula,) = copulas(asked, dict.fromkeys(keys, Uniform(0.0, 1.0)))
    design = replicate_design("monte_carlo", keys, 9, CASES)
    rows = [copula.correlated(design.uniforms(i)) for i in range(CASES)]
    found = stats.spearmanr([[row[key] for key in keys] for row in rows]).statistic
    for (i, j), rank in ranks.items():
        assert found[i, j] == pytest.approx(rank, abs=allowed_error(rank, CASES))


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ([correlation((TILT, "sequence.tlit", 0.5))], "'sequence.tlit': has no distribution"),
        ([correlation((TILT, WIDTH, 0.5))], f"continuous ones: {SPEED}, {TILT}"),
        ([correlation((TILT, SPEED, 1.0))], "rank_correlation = 1.0: must be less than 1"),
        ([correlation((TILT, SPEED, -1.5))], "greater than -1"),
        ([correlation((TILT, TILT, 0.5))], "two keys"),
        ([correlation((TILT, SPEED, 0.5), (SPEED, TILT, 0.5))], "each pair once"),
        ([WIDE.replace("log_uniform", "grid"), correlation((TILT, WIDTH, 0.5))], "is a grid"),
        ([WIDE.replace("log_uniform", "choice"), correlation((TILT, WIDTH, 0.5))], "is a choice"),
        ([WIDE, correlation((TILT, WIDTH, 0.9), (TILT, SPEED, 0.9), (SPEED, WIDTH, -0.9))],
         f"campaign.correlations = '{WIDTH}, {SPEED}, {TILT}': these rank correlations cannot"),
        ([WIDE, correlation((TILT, WIDTH, 0.9), (TILT, SPEED, 0.9))], "smallest eigenvalue"),
        ([WIDE.replace("] }", "], epistemic = true }"), "campaign.surfaces=2",
          correlation((TILT, WIDTH, 0.5))], "one is epistemic"),
        (["campaign.design=saltelli", correlation((TILT, SPEED, 0.5))], "independent inputs"),
        (["campaign.correlations=3"], "campaign.correlations = 3: must be an array of tables"),
        (['campaign.correlations=[{ between = ["sequence.tilt"], rank_correlation = 0.5 }]'],
         "campaign.correlations.0.between"),
        (['campaign.correlations=[{ between = ["a.b", "c.d"] }]'], "rank_correlation is missing"),
    ],
)  # fmt: skip
def test_correlations_that_cannot_be_are_refused_in_one_line(
    experiment: Load, overrides: list[str], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment(*overrides)
    line = str(caught.value)
    assert line.startswith("fake.toml: campaign.")
    assert "\n" not in line
    assert said in line


def test_epistemic_keys_are_correlated_among_themselves(experiment: Load) -> None:
    loaded = experiment(
        'mechanism.width={ uniform = ["20 cm", "30 cm"], epistemic = true }',
        'mechanism.depth={ uniform = ["1 cm", "2 cm"], epistemic = true }',
        "campaign.surfaces=400",
        correlation(("mechanism.depth", WIDTH, 0.8)),
    )
    values = [loaded.surface_values(i) for i in range(400)]
    found = stats.spearmanr([[*v.values()] for v in values]).statistic
    assert found == pytest.approx(0.8, abs=allowed_error(0.8, 400))
