"""Progress of a sweep: what the numbers are, and that a log file stays short."""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from sampling_sim import progress
from sampling_sim.outcome import Outcome, Status
from sampling_sim.progress import MeanInterval, SweepState, sweep_display


class Clock:
    """Time [s] that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def outcome(mass: float, status: Status = Status.COLLECTED) -> Outcome:
    return Outcome(collected_mass=mass, status=status)


def test_the_interval_is_students() -> None:
    """Against scipy.stats; 1e-12: Welford's update and two passes differ by round-off alone."""
    values = np.random.default_rng(1).normal(3.0, 0.2, 17)
    mean = MeanInterval()
    for value in values:
        mean.add(value)
    low, high = stats.t.interval(0.95, 16, loc=values.mean(), scale=stats.sem(values))
    assert mean.mean == pytest.approx(values.mean(), rel=1e-12)
    assert mean.half_width == pytest.approx((high - low) / 2.0, rel=1e-12)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Normal numbers: 95 % of 2000 intervals, within 3 binomial sd (1.5 %); a normal quantile in
    place of Student's holds 87.8 % with 5 numbers, and would fail.
    """
    rng, held, normal = np.random.default_rng(2), 0, 0
    for _ in range(2000):
        mean, values = MeanInterval(), rng.normal(1.0, 1.0, 5)
        for value in values:
            mean.add(value)
        held += abs(mean.mean - 1.0) <= mean.half_width
        normal += abs(values.mean() - 1.0) <= 1.96 * stats.sem(values)
    sd = math.sqrt(0.95 * 0.05 / 2000)
    assert abs(held / 2000 - 0.95) < 3.0 * sd
    assert abs(normal / 2000 - 0.95) > 3.0 * sd


def test_one_case_has_no_interval() -> None:
    mean = MeanInterval()
    mean.add(1.0)
    assert mean.half_width == math.inf


def test_counts_rate_end_and_headline() -> None:
    clock = Clock()
    state = SweepState(clock)
    assert state.headline == ""
    clock.seconds += 30.0
    state.running = 2
    state.add(5, 10, outcome(1.0))  # the first four were there before
    state.add(6, 10, outcome(math.nan, Status.FAILED))
    state.add(7, 10, outcome(2.0, Status.EMPTY))
    assert state.failed == 1
    assert state.remaining == pytest.approx(30.0, rel=1e-12)  # 3 of 10 left, 3 took 30 s
    assert state.counts.startswith("running 2, failed 1, 6/min, ends about ")
    ends = (datetime.now().astimezone() + timedelta(seconds=30.0)).strftime("%H:%M")
    assert state.counts.endswith(ends) or datetime.now().second < 2  # the minute may just turn
    assert state.headline == "collected_mass 1.5 ± 6.4 kg (mean, 95 %, 2 cases)"
    state.running = 0
    state.add(10, 10, outcome(3.0))
    assert "ends" not in state.counts


def test_a_log_file_of_many_short_cases_stays_short(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """20,000 cases of 5 ms: 100 lines, then one each 10 s of the 100 s, and the last."""
    clock = Clock()
    monkeypatch.setattr(progress, "SweepState", lambda: SweepState(clock))
    finished = outcome(1.0)
    with sweep_display("cases") as (show, watch, *_):
        watch(2)
        for case in range(20_000):
            clock.seconds += 0.005
            show(case + 1, 20_000, SimpleNamespace(case=case, outcome=finished))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 100 + 9 + 1
    assert [line.split("/")[0] for line in lines[:100]] == [str(i + 1) for i in range(100)]
    assert lines[0].startswith("1/20000  case 0: collected, 1 kg; running 2, failed 0, ")
    assert lines[-1].startswith("20000/20000  case 19999")
    assert "\x1b" not in "".join(lines)


def test_a_terminal_shows_the_numbers_and_writes_them_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with sweep_display("cases") as (show, watch, *_):
        for case in range(3):
            show(case + 1, 4, SimpleNamespace(case=case, outcome=outcome(1.0 + case)))
            watch(1)
    said = capsys.readouterr().err
    assert "3/4" in said
    assert "cases, last collected" in said
    assert "running 1, failed 0" in said
    assert "collected_mass 2 ± 2.5 kg (mean, 95 %, 3 cases)" in said
    assert "\x1b[" in said


def test_a_message_stands_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    said = replace(outcome(math.nan, Status.FAILED), message="wires crossed (3 tries)")
    with sweep_display("cases") as (show, *_):
        show(1, 1, SimpleNamespace(case=0, outcome=said))
    assert "1/1  case 0: failed, wires crossed (3 tries); running 0, failed 1" in (
        capsys.readouterr().err
    )
