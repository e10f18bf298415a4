"""Time series of a case: one row a control step.  Keeping them changes nothing."""

from collections.abc import Mapping

import numpy as np

from sampling_sim.constants import FloatArray

SERIES = {
    "time": ("s", "since release"),
    "phase": ("1", "0 approach, 1 brake, 2 dwell, 3 retreat"),
    "head_force_x": ("N", "filtered ground force on the head, x of P"),
    "head_force_y": ("N", "filtered ground force on the head, y of P"),
    "head_force_z": ("N", "filtered ground force on the head, along the normal"),
    "rim_height": ("m", "lowest rim point over the undisturbed surface"),
    "normal_speed": ("m/s", "craft's centre of mass, outward"),
    "tilt": ("rad", "craft +z to the normal"),
    "thrust": ("N", "along craft +z"),
    "wheel_rate": ("rad/s", "mean of the driven wheels"),
    "flap_open_fraction": ("1", "0 shut, 1 open"),
    "contained_mass": ("kg", "grains inside the container now"),
}
"""Column → unit, long name."""


class Recorder:
    """Keeps a row a control step."""

    def __init__(self) -> None:
        self._rows: list[list[float]] = []

    def add(self, row: Mapping[str, float]) -> None:
        """Keep one row; it must have exactly the columns of `SERIES`."""
        self._rows.append([float(row[name]) for name in SERIES])

    def series(self) -> dict[str, FloatArray]:
        """Columns of equal length, time first."""
        table = np.array(self._rows, dtype=float).reshape(-1, len(SERIES))
        return {name: table[:, column].copy() for column, name in enumerate(SERIES)}
