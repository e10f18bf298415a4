"""What is kept of a case beside its outcome, within a number of bytes known beforehand.

A row of the time series each control step, a frame of grains and links each interval.  When they
outgrow the budget every second of both is dropped and both intervals are doubled: what is kept
depends on the case and the budget alone.  Keeping changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.recording.series import TIME_SERIES
from sampling_sim.recording.snapshots import Frame, Snapshots

ROW = 8 * len(TIME_SERIES)
"""[B] of a row of the time series."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """How much is kept of a case."""

    interval: float = 0.1
    """[s] between snapshots, rounded to whole control steps; chosen: 5 mm of motion at 5 cm/s, and
    ten pictures a second of a case in its own time."""
    budget: float = 1e8
    """[B] before compression; chosen: 600 frames of 10,000 grains, and what a worker can hold."""

    def __post_init__(self) -> None:
        if self.interval <= 0.0 or self.budget < ROW:
            msg = f"{self}: needs an interval above 0 s and a budget of at least {ROW} B"
            raise ValueError(msg)


class Recorder:
    """Keeps rows and frames of one case; `first` is the frame at release."""

    def __init__(self, recording: Recording, first: Frame, control_step: float) -> None:
        self._budget = recording.budget
        self._stride = max(1, round(recording.interval / control_step))
        self._rows: list[list[float]] = []
        self._keeps_frames = first.size + ROW <= recording.budget
        self._frame_size = first.size
        self._frames = [first] if self._keeps_frames else []
        self._steps = 0
        self._widening = 1

    def add(self, row: Mapping[str, float], frame_now: Callable[[], Frame]) -> None:
        """Take one control step.

        Parameters
        ----------
        row
            Must have the columns of `TIME_SERIES`.
        frame_now
            Gives the frame; called only where it is kept.
        """
        if self._steps % self._widening == 0:
            self._rows.append([float(row[name]) for name in TIME_SERIES])
        self._steps += 1
        if self._keeps_frames and self._steps % (self._stride * self._widening) == 0:
            self._frames.append(frame_now())
        self._thin()

    def series(self) -> dict[str, FloatArray]:
        """Columns of equal length, time first."""
        table = np.array(self._rows, dtype=float).reshape(-1, len(TIME_SERIES))
        return {name: table[:, column].copy() for column, name in enumerate(TIME_SERIES)}

    def snapshots(
        self, radius: FloatArray, collected: BoolArray, link_names: tuple[str, ...]
    ) -> Snapshots | None:
        """Return all frames as arrays; None if not one fits into the budget.

        Parameters
        ----------
        radius, collected
            [m] of each grain, and whether it is in the sample, shapes (n,).
        link_names
            Names of the links in order.
        """
        if not self._frames:
            return None
        step, time, position, speed, link_position, link_orientation = zip(
            *self._frames, strict=True
        )
        return Snapshots(
            step=np.array(step, np.int64),
            time=np.array(time, float),
            position=np.array(position),
            speed=np.array(speed),
            radius=radius.astype(np.float32),
            collected=collected.copy(),
            link_names=link_names,
            link_position=np.array(link_position),
            link_orientation=np.array(link_orientation),
            widening=self._widening,
        )

    def _thin(self) -> None:
        """Drop every second row and frame while they are too many."""
        while len(self._rows) * ROW + len(self._frames) * self._frame_size > self._budget:
            self._widening *= 2
            self._rows, self._frames = self._rows[::2], self._frames[::2]
