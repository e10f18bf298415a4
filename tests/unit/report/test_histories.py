"""Histories line up at contact, their envelope is that of numpy, thinning keeps every peak."""

import numpy as np
import pytest

from sampling_sim.recording.monitor import CONTACT_FORCE
from sampling_sim.report.page.histories import (
    BEFORE,
    QUANTILES,
    History,
    aligned,
    drawn_points,
    envelope,
    first_contact,
    head_force,
)

STEP = 0.01


def series(contact: float, end: float = 6.0) -> dict[str, np.ndarray]:
    """Force of 3 N along x and 4 N along z from a time on, 0.01 N of field before."""
    time = np.round(np.arange(0.0, end, STEP), 10)
    touching = time >= contact - 1e-9
    return {
        "time": time,
        "head_force_x": np.where(touching, 3.0, 0.0),
        "head_force_y": np.zeros_like(time),
        "head_force_z": np.where(touching, 4.0, 0.01),
    }


def test_contact_is_the_first_sample_over_the_threshold():
    found = series(2.5)
    assert head_force(found).max() == pytest.approx(5.0, rel=1e-15)
    assert first_contact(found) == pytest.approx(2.5, rel=1e-12)
    never = found | {
        "head_force_x": 0 * found["time"],
        "head_force_z": 0 * found["time"] + 0.9 * CONTACT_FORCE,
    }
    assert first_contact(never) is None
    assert aligned(0, never, head_force(never)) is None


def test_histories_of_different_contacts_lie_on_each_other():
    """One second of approach is kept, and the jump of force is at 0 in both."""
    early, late = (aligned(k, s, head_force(s)) for k, s in enumerate((series(1.5), series(3.0))))
    for found in (early, late):
        assert found.time[0] == pytest.approx(-BEFORE, abs=1e-9)
        at = int(np.searchsorted(found.time, -1e-9))
        assert found.values[at] == pytest.approx(5.0, rel=1e-15)
        assert found.values[at - 1] == pytest.approx(0.01, rel=1e-12)
    assert late.time[-1] == pytest.approx(early.time[-1] - 1.5, abs=1e-9)


def test_missing_samples_are_left_out():
    found = series(2.0)
    values = np.where(found["time"] > 4.0, np.nan, 1.0)
    assert aligned(0, found, values).time[-1] == pytest.approx(2.0, abs=1e-9)
    assert aligned(0, found, np.full_like(values, np.nan)) is None


def test_the_envelope_of_ramps_is_their_quantiles():
    """Case k rises with slope k: at every time the quantiles are those of the slopes."""
    time = np.arange(0.0, 2.0, STEP)
    found = envelope([History(case=k, time=time, values=k * time) for k in range(21)])
    slopes = np.quantile(np.arange(21.0), QUANTILES)
    assert found.time == pytest.approx(time, abs=1e-12)
    for curve, slope in zip((found.low, found.median, found.high), slopes, strict=True):
        assert curve == pytest.approx(slope * time, rel=1e-9, abs=1e-12)


def test_cases_sampled_at_other_times_are_linear_between_them():
    coarse, fine = np.arange(0.0, 1.01, 0.1), np.arange(0.0, 1.0001, 0.004)
    made = [History(case=k, time=t, values=3.0 * t) for k, t in enumerate((coarse, fine, coarse))]
    found = envelope(made)
    known = np.isfinite(found.median)
    assert found.median[known] == pytest.approx(3.0 * found.time[known], rel=1e-9, abs=1e-9)
    assert np.diff(found.time) == pytest.approx(0.004, rel=1e-6)


def test_the_envelope_ends_where_half_of_the_cases_have():
    time = np.arange(0.0, 4.0, STEP)
    lengths = (100, 200, 300, 400)
    made = [History(case=k, time=time[:n], values=np.ones(n)) for k, n in enumerate(lengths)]
    found = envelope(made)
    # three of four run up to sample 199, two of four are not more than half
    assert found.time[np.isfinite(found.median)].max() == pytest.approx(time[199], abs=1e-9)
    assert np.isnan(found.median[found.time > time[200]]).all()


def test_one_case_has_no_envelope():
    time = np.arange(0.0, 1.0, STEP)
    assert envelope([History(case=0, time=time, values=time)]) is None


@pytest.mark.parametrize("curves", [1, 3])
def test_thinning_keeps_peaks_ends_and_the_limit(curves):
    rng = np.random.default_rng(curves)
    values = rng.normal(size=(curves, 7001))
    spots = rng.choice(7000, size=(curves, 2), replace=False)
    for curve, (up, down) in zip(values, spots, strict=True):
        curve[up], curve[down] = 50.0, -50.0
    kept = drawn_points(values, 400)
    assert len(kept) <= 400
    assert len(kept) > 200
    assert (np.diff(kept) > 0).all()
    assert {0, 7000} <= set(kept.tolist())
    assert set(spots.ravel().tolist()) <= set(kept.tolist())


def test_every_interval_keeps_its_highest_and_lowest_point():
    values = np.sin(np.arange(5000) * 0.9)[None]
    kept = drawn_points(values, 102)
    for start in range(0, 5000, 100):  # 50 intervals of 100 samples
        inside = kept[(kept >= start) & (kept < start + 100)]
        part = values[0, start : start + 100]
        assert values[0, inside].max() == part.max()
        assert values[0, inside].min() == part.min()


def test_few_points_and_gaps_are_kept_as_they_are():
    values = np.array([[np.nan, 1.0, np.nan]])
    assert drawn_points(values, 10).tolist() == [0, 1, 2]
    gappy = np.full((1, 1000), np.nan)
    gappy[0, 500] = 3.0
    assert 500 in drawn_points(gappy, 20)
