"""What is kept of a case: at which steps, to which resolution, within how many bytes."""

import numpy as np
import pytest

from sampling_sim.recording.recorder import ROW, Recorder, Recording
from sampling_sim.recording.series import TIME_SERIES
from sampling_sim.recording.snapshots import (
    POSITION_STEP,
    SPEED_STEP,
    Frame,
    Snapshots,
    frame_of,
)

GRAINS, CONTROL_STEP = 50, 0.015


def frame(step: int) -> Frame:
    """Grains of which each goes its own way, and two links that turn."""
    rng = np.random.default_rng(step)
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # 90 degrees about z
    motion = rng.normal(size=(GRAINS, 3)), rng.normal(size=(GRAINS, 3))
    links = rng.normal(size=(2, 3)), np.array([np.eye(3), turn])
    return frame_of(step, step * CONTROL_STEP, motion, links)


def recorded(recording: Recording, steps: int) -> tuple[dict[str, np.ndarray], Snapshots | None]:
    recorder = Recorder(recording, frame(0), CONTROL_STEP)
    for step in range(1, steps + 1):
        recorder.add(dict.fromkeys(TIME_SERIES, float(step)), lambda step=step: frame(step))
    names = ("bus", "head")
    return recorder.series(), recorder.snapshots(
        np.full(GRAINS, 0.01), np.ones(GRAINS, bool), names
    )


def test_frames_are_whole_control_steps_apart_from_release_on() -> None:
    """0.1 s over steps of 15 ms is 7 steps (0.105 s); a row of the series at each step."""
    series, found = recorded(Recording(), 30)
    assert found is not None
    assert found.step.tolist() == [0, 7, 14, 21, 28]
    assert found.time == pytest.approx(found.step * CONTROL_STEP)
    assert found.widening == 1
    assert series["time"].tolist() == list(range(1, 31))


def test_positions_and_speeds_are_right_to_half_their_resolution() -> None:
    rng = np.random.default_rng(7)
    position, velocity = rng.normal(size=(GRAINS, 3)), rng.normal(size=(GRAINS, 3))
    velocity[0] = 1e-4  # at rest but for the last digit
    links = np.zeros((1, 3)), np.eye(3)[None]
    found = frame_of(0, 0.0, (position, velocity), links)
    assert np.abs(found.position - position).max() <= POSITION_STEP / 2
    assert np.abs(found.position - position).max() > POSITION_STEP / 4  # it is rounded
    speed = np.linalg.norm(velocity, axis=1)
    assert np.abs(found.speed - speed).max() <= SPEED_STEP / 2
    assert found.speed[0] == 0.0


def test_quaternions_are_x_y_z_w_from_link_to_patch() -> None:
    """A quarter turn about z is (0, 0, sin 45°, cos 45°)."""
    half = np.sqrt(0.5)
    expected = [[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, half, half]]
    assert frame(0).link_orientation == pytest.approx(np.array(expected), abs=1e-7)


@pytest.mark.parametrize("frames", [6, 10, 57])
def test_what_outgrows_the_budget_is_thinned_evenly_and_stays_within(frames: int) -> None:
    """Less than the budget, more than a third of it, and what is kept is every 2**k-th."""
    budget = frames * frame(0).size
    series, found = recorded(Recording(budget=budget), 7 * 200)
    assert found is not None
    size = ROW * len(series["time"]) + frame(0).size * len(found.step)
    assert budget / 3 < size <= budget
    assert found.widening > 1
    assert found.widening & (found.widening - 1) == 0
    assert set(np.diff(found.step)) == {7 * found.widening}
    assert set(np.diff(series["time"])) == {found.widening}
    assert (found.position[-1] == frame(int(found.step[-1])).position).all()


def test_no_frame_is_kept_where_one_is_larger_than_the_budget() -> None:
    series, found = recorded(Recording(budget=frame(0).size), 100)
    assert found is None
    assert 0 < ROW * len(series["time"]) <= frame(0).size


def test_a_budget_of_less_than_a_row_is_refused() -> None:
    with pytest.raises(ValueError, match="budget of at least"):
        Recording(budget=ROW - 1)
