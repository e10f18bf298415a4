"""Differences between two runs: of pairs on common random numbers, else of independent means."""

import numpy as np
import pytest
from scipy.stats import t, ttest_ind

from sampling_sim.campaign.comparison.compared import read_run
from sampling_sim.campaign.comparison.differences import difference

CASES = 12


def run(mass, **columns):
    cases = len(mass)
    found = {
        "status": np.full(cases, "collected", dtype=object),
        "collected_mass": np.asarray(mass, float),
        "seed": np.full(cases, 7),
        "replicate": np.arange(cases),
        "surface": np.zeros(cases, int),
        "design_point": np.zeros(cases, int),
        "packing_seed": np.arange(cases),
    }
    return read_run(found | columns, "made", ())


@pytest.fixture
def masses():
    rng = np.random.default_rng(4)
    base = rng.normal(1.0, 0.3, CASES)
    return base, base - 0.1 + rng.normal(0.0, 0.02, CASES)


def test_pairs_give_the_mean_difference_with_the_error_of_the_difference(masses):
    base, new = masses
    found = difference(run(base), run(new), "collected_mass")
    assert found.pairs == CASES
    assert found.values == pytest.approx(new - base, rel=1e-12)
    assert found.mean == pytest.approx((new - base).mean(), rel=1e-12)
    assert found.relative == pytest.approx((new - base).mean() / base.mean(), rel=1e-12)
    half = t.ppf(0.975, CASES - 1) * (new - base).std(ddof=1) / np.sqrt(CASES)
    low, high = found.interval
    # Student's t, or the bootstrap where that is wider
    assert low <= found.mean - half + 1e-12
    assert high >= found.mean + half - 1e-12
    assert high - low < 0.3 * np.ptp(ttest_ind(new, base).confidence_interval())


def test_rows_in_any_order_are_paired_by_their_address(masses):
    base, new = masses
    order = np.random.default_rng(1).permutation(CASES)
    shuffled = run(new[order], replicate=order, packing_seed=order)
    found = difference(run(base), shuffled, "collected_mass")
    assert np.sort(found.values) == pytest.approx(np.sort(new - base), rel=1e-12)
    assert found.values == pytest.approx(new[order][found.rows[1]] - base[found.rows[0]], rel=1e-12)


def test_other_seeds_do_not_pair_and_give_welchs_interval(masses):
    base, new = masses
    found = difference(run(base), run(new, seed=np.full(CASES, 8)), "collected_mass")
    assert (found.pairs, len(found.values)) == (0, 0)
    assert found.mean == pytest.approx(new.mean() - base.mean(), rel=1e-12)
    expected = ttest_ind(new, base, equal_var=False).confidence_interval(0.95)
    assert found.interval == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_only_cases_that_finished_and_have_a_value_count(masses):
    base, new = masses
    status = np.full(CASES, "collected", dtype=object)
    status[2] = "diverged"
    holes = new.copy()
    holes[5] = np.nan
    found = difference(run(base, status=status), run(holes), "collected_mass")
    kept = np.setdiff1d(np.arange(CASES), [2, 5])
    assert found.values == pytest.approx((new - base)[kept], rel=1e-12)
    assert found.base == pytest.approx(base[kept].mean(), rel=1e-12)


def test_shared_packings_widen_the_interval(masses):
    base, _ = masses
    packing = np.arange(CASES) % 3
    new = base + 0.2 * packing  # what differs, differs between packings
    alone = difference(run(base), run(new), "collected_mass").interval
    shared = difference(
        run(base, packing_seed=packing), run(new, packing_seed=packing), "collected_mass"
    ).interval
    assert np.ptp(shared) > 2.0 * np.ptp(alone)


def test_equal_runs_and_too_few_cases_have_no_interval(masses):
    base, _ = masses
    same = difference(run(base), run(base), "collected_mass")
    assert same.mean == 0.0
    assert np.isnan(same.interval).all()
    lone = difference(run(base[:1]), run(base[:1] + 1.0, seed=np.array([8])), "collected_mass")
    assert lone.mean == pytest.approx(1.0, rel=1e-12)
    assert np.isnan(lone.interval).all()


def test_cases_of_one_packing_are_not_independent(masses):
    """Welch's t on the sums of packings, where all cases of a packing are the same."""
    base, new = np.repeat(masses[0][:4], 3), np.repeat(masses[1][:4], 3)
    packing = np.repeat(np.arange(4), 3)
    found = difference(
        run(base, packing_seed=packing),
        run(new, packing_seed=packing, seed=np.full(CASES, 8)),
        "collected_mass",
    )
    expected = ttest_ind(new[::3], base[::3], equal_var=False).confidence_interval(0.95)
    assert found.interval == pytest.approx((expected.low, expected.high), rel=1e-9)
    naive = ttest_ind(new, base, equal_var=False).confidence_interval(0.95)
    assert np.ptp(found.interval) > 1.5 * np.ptp(naive)


def test_pairs_on_other_packings_have_the_wider_interval(masses):
    """The new run flew three packings, each with an effect of its own; the base one a case."""
    base, packing = masses[0], np.repeat(np.arange(3), 4)
    new = base + np.array([0.0, 0.2, 0.4])[packing] + 0.01 * masses[1]
    apart = difference(run(base), run(new), "collected_mass")
    for sides in (
        (run(base), run(new, packing_seed=packing)),
        (run(base, packing_seed=packing), run(new)),
    ):
        found = difference(*sides, "collected_mass")
        assert found.mean == apart.mean
        assert np.ptp(found.interval) > 2.0 * np.ptp(apart.interval)


@pytest.mark.filterwarnings("error")
def test_one_run_without_spread_is_compared_in_silence(masses):
    same = np.full(CASES, 0.5)
    found = difference(run(same), run(masses[1], seed=np.full(CASES, 8)), "collected_mass")
    half = t.ppf(0.975, CASES - 1) * masses[1].std(ddof=1) / np.sqrt(CASES)
    assert np.ptp(found.interval) == pytest.approx(2.0 * half, rel=1e-9)
