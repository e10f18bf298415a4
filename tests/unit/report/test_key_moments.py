"""Which control steps are key moments, of histories made up for it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from sampling_sim.recording.snapshots import frame_of
from sampling_sim.report.live import sight
from sampling_sim.report.live.sight import KeyMoments, Sight
from sampling_sim.sequence.phases import Phase

STEP = 0.02
"""[s] control step."""


def looked_at(monkeypatch: pytest.MonkeyPatch, steps: list[dict[str, object]]) -> KeyMoments:
    """Key moments of a history; each step says what is new in it."""
    monkeypatch.setattr(sight, "scenery_of", lambda _: "scenery")
    monkeypatch.setattr(sight, "sight_of", lambda simulation: simulation.sight)
    monitor = {"first_contact": math.nan, "peak_force": 0.0, "max_sinkage": 0.0, "is_clear": False}
    seen, phase = KeyMoments(), Phase.APPROACH
    for number, new in enumerate(steps):
        monitor |= {name: value for name, value in new.items() if name in monitor}
        phase = new.get("phase", phase)  # type: ignore[assignment]
        nothing = np.zeros((0, 3))
        frame = frame_of(number, number * STEP, (nothing, nothing), (nothing, np.eye(3)[None]))
        row = {"phase": float(list(Phase).index(phase)), "head_force_x": 0.0, "head_force_y": 3.0,
               "head_force_z": 4.0}  # fmt: skip
        now = Sight(frame, np.zeros(0, dtype=bool), row, "")
        seen(SimpleNamespace(sight=now, monitor=SimpleNamespace(**monitor)))  # type: ignore[arg-type]
    return seen


def found(seen: KeyMoments) -> dict[int, tuple[str, ...]]:
    return {moment.sight.frame.step: moment.names for moment in seen.moments()}


def test_a_whole_touchdown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest force and the deepest sinkage are the last ones that were larger than before."""
    steps: list[dict[str, object]] = [{} for _ in range(41)]
    steps[10] = {"first_contact": 0.19, "peak_force": 1.0}
    steps[11] = {"phase": Phase.BRAKE, "peak_force": 5.0, "max_sinkage": 0.001}
    steps[12] = {"peak_force": 7.0, "max_sinkage": 0.004}
    steps[15] = {"max_sinkage": 0.006}
    steps[20] = {"phase": Phase.DWELL}
    steps[21] = {"max_sinkage": 0.007}
    steps[22] = {"phase": Phase.RETREAT}
    steps[30] = {"is_clear": True}
    seen = looked_at(monkeypatch, steps)
    assert found(seen) == {
        0: ("release",), 10: ("first_contact",), 12: ("peak_force",), 20: ("dwell",),
        21: ("deepest_sinkage",), 22: ("retreat",), 30: ("clear",), 40: ("end",),
    }  # fmt: skip
    assert seen.time == pytest.approx(STEP * np.arange(41))
    assert seen.force == pytest.approx([5.0] * 41)


def test_moments_of_one_step_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[dict[str, object]] = [{} for _ in range(9)]
    steps[8] = {"first_contact": 0.15, "peak_force": 2.0, "max_sinkage": 0.01,
                "phase": Phase.BRAKE}  # fmt: skip
    names = found(looked_at(monkeypatch, steps))
    assert list(names) == [0, 8]
    assert set(names[8]) == {"first_contact", "peak_force", "deepest_sinkage", "brake", "end"}


def test_an_abort_before_the_ground_has_neither_contact_nor_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A retreat is kept however soon it comes."""
    steps: list[dict[str, object]] = [{} for _ in range(9)]
    steps[1] = {"phase": Phase.RETREAT}
    assert found(looked_at(monkeypatch, steps)) == {0: ("release",), 1: ("retreat",), 8: ("end",)}


def test_a_case_that_ends_at_once_is_one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(looked_at(monkeypatch, [{}])) == {0: ("release", "end")}
