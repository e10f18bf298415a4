"""Trades: what nothing beats, how sure it is, and differences on common random numbers."""

import numpy as np
import pytest

from sampling_sim.campaign.statistics.pareto import (
    _weighted_quantile,
    is_non_dominated,
    paired_differences,
    pareto,
    read_objectives,
)
from sampling_sim.errors import BadInput

OBJECTIVES = read_objectives("max collected_mass, min peak_force")


def columns(mass: np.ndarray, force: np.ndarray) -> dict[str, np.ndarray]:
    """Columns of outcomes given as (points, replicates) or (points, surfaces, replicates)."""
    if mass.ndim == 2:
        mass, force = mass[:, None], force[:, None]
    point, surface, replicate = (i.ravel() for i in np.indices(mass.shape))
    n = mass.size
    return {
        "case": np.arange(n), "design_point": point, "surface": surface, "replicate": replicate,
        "packing_seed": np.ones(n, dtype=np.int64), "collected_mass": mass.ravel(),
        "peak_force": force.ravel(), "status": np.full(n, "collected", dtype=object),
    }  # fmt: skip


def test_domination_needs_no_worse_in_all_and_better_in_one() -> None:
    gains = np.array([[[1.0, 1.0], [1.0, 2.0], [3.0, 0.0], [1.0, 2.0], [np.nan, 9.0]]])
    assert is_non_dominated(gains)[0].tolist() == [False, True, True, True, True]


def test_a_clear_front_is_sure_and_equal_points_are_not() -> None:
    """Three points: light and gentle, heavy and rough, beaten in both; all but noise apart.

    A twin of the second, on random numbers of its own, is as often beaten as not.
    """
    rng = np.random.default_rng(1)
    shared = rng.normal(0.0, 0.05, 60)
    mass = np.array([[0.1], [0.3], [0.05], [0.3]]) + np.stack(
        [shared] * 3 + [rng.permutation(shared)]
    )
    force = np.array([[5.0], [9.0], [12.0], [9.0]]) + np.zeros((4, 60))
    points = pareto(columns(mass, force), OBJECTIVES)["points"]
    assert [point["share"] for point in points[:1]] == [1.0]
    assert points[2]["share"] == 0.0
    assert [points[i]["is_non_dominated"] for i in (0, 2)] == [True, False]
    assert 0.3 < points[1]["share"] < 0.7
    assert points[1]["share"] + points[3]["share"] == pytest.approx(1.0, abs=0.05)


def test_an_objective_counts_on_the_surface_where_it_is_worst() -> None:
    """The first point is best on average and worst on one surface."""
    mass = np.array([[[0.9] * 20, [0.1] * 20], [[0.3] * 20, [0.3] * 20]])
    mass = mass + np.random.default_rng(2).normal(0.0, 0.01, mass.shape)
    points = pareto(columns(mass, np.ones_like(mass)), OBJECTIVES[:1])["points"]
    assert points[0]["values"]["max mean collected_mass"] == pytest.approx(0.1, abs=0.01)
    assert [point["is_non_dominated"] for point in points] == [False, True]


def test_pairs_on_common_random_numbers_show_what_means_do_not() -> None:
    """A tenth of a standard deviation, 40 pairs: error 0.001 of the pairs, 0.02 of the means."""
    rng = np.random.default_rng(3)
    luck = rng.normal(0.2, 0.1, 40)
    mass = np.stack([luck, luck + 0.01 + rng.normal(0.0, 0.005, 40)])
    mass[1, 7] = np.nan
    found = paired_differences(columns(mass, mass), "collected_mass")
    assert [(f["design_point"], f["against"], f["pairs"]) for f in found] == [(1, 0, 39)]
    low, high = found[0]["interval"]
    assert 0.0 < low < 0.01 < high
    assert high - low < 0.01
    assert paired_differences(columns(mass, mass), "collected_mass", against=1)[0]["mean"] < 0.0


def test_weighted_quantiles_are_those_of_the_repeated_values() -> None:
    rng = np.random.default_rng(4)
    ordered, weights = np.sort(rng.normal(size=9)), rng.integers(0, 4, (20, 9)).astype(float)
    for q in (0.05, 0.5, 0.95):
        repeated = [np.quantile(np.repeat(ordered, w.astype(int)), q) for w in weights]
        assert _weighted_quantile(ordered, weights, q) == pytest.approx(repeated, rel=1e-12)


def test_resamples_draw_packings_together() -> None:
    """Gains of four packings are 1, -0.9, 0.6 and -0.3, 25 replicates each: mean 0.1, sd 0.76.

    Error of the mean of 100 cases 0.076, so P(best) = 0.91; of 4 packings 0.38, so about 0.6.
    """
    gain = np.tile([1.0, -0.9, 0.6, -0.3], 25)
    found = columns(np.stack([np.zeros(100), gain]), np.zeros((2, 100)))
    for packing, low, high in ((np.arange(100) % 4, 0.5, 0.7), (np.arange(100), 0.85, 0.95)):
        trade = pareto(found | {"packing_seed": np.tile(packing, 2)}, OBJECTIVES[:1])
        assert low < trade["points"][1]["share"] < high
        assert trade["packings"] == len(set(packing))


def test_what_no_case_has_cannot_be_traded() -> None:
    """Else nothing beats any point, in all resamples."""
    mass = np.random.default_rng(6).normal(0.2, 0.01, (3, 20))
    nowhere = np.full_like(mass, np.nan)
    with pytest.raises(BadInput, match="'min mean peak_force': no finished case has a value"):
        pareto(columns(mass, nowhere), OBJECTIVES)
    nowhere[1] = 4.0  # a point of its own: nothing beats what alone has a value
    assert pareto(columns(mass, nowhere), OBJECTIVES)["points"][1]["is_non_dominated"]


def test_quantiles_can_be_traded() -> None:
    rng = np.random.default_rng(5)
    mass = rng.lognormal(0.0, [[0.1], [1.0]], (2, 200))
    points = pareto(columns(mass, mass), read_objectives("max q05 collected_mass"))["points"]
    assert [point["share"] for point in points] == [1.0, 0.0]
    assert points[0]["values"]["max q05 collected_mass"] == np.quantile(mass[0], 0.05)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max colected_mass", "did you mean 'collected_mass'?"),
        ("collected_mass", "must be max or min"),
        ("max q50", "'q50'"),
        ("max collected_mass,", "must be max or min"),
        ("max status", "'status'"),
    ],
)
def test_a_wrong_objective_is_one_clear_line(text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_objectives(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
