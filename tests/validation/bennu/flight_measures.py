"""What a flight is held against: depth, speed, force and times, from a case's recorded series.

The clock starts at contact, as the flight's did; depth is the way of the head from there.  SI;
speed is of the craft's centre of mass, downward.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

CONTACT = 0.1
"""[N] of ground on the head that counts as contact, as in `recording/monitor.py`."""
LEAVING = 6.0
"""[s] after contact: the flight's back-away thrust."""
DRAG_DEPTH = (0.05, 0.25)
"""[m] between which the drag is averaged; chosen: past the first layer of grains, and far from the
floor."""
KEPT_STEP = 0.1
"""[s] between the samples that are kept of a series; chosen: a figure's worth."""
SERIES = ("time", "depth", "speed", "force", "thrust")


@dataclass(frozen=True)
class Flight:
    """Series of one touch, its clock at zero at contact."""

    time: np.ndarray
    depth: np.ndarray
    speed: np.ndarray
    force: np.ndarray
    """[N] of the ground along the normal."""
    thrust: np.ndarray

    def at(self, name: str, time: float) -> float:
        """Value of a series at a time, NaN beyond its end."""
        return float(np.interp(time, self.time, getattr(self, name), right=np.nan))


def flight_of(series: Mapping[str, np.ndarray]) -> Flight:
    """Flight from the columns of a recorded case.

    Raises
    ------
    ValueError
        If the head never touched the ground.
    """
    touched = np.flatnonzero(np.abs(series["head_force_z"]) > CONTACT)
    if not touched.size:
        msg = "the head never touched the ground"
        raise ValueError(msg)
    first = max(0, int(touched[0]) - 1)  # a row is the mean up to its time
    height = series["rim_height"]
    return Flight(
        series["time"] - series["time"][first], height[first] - height,
        -series["normal_speed"], series["head_force_z"], series["thrust"],
    )  # fmt: skip


def measures(flight: Flight, mass: float, gravity: float) -> dict[str, float]:
    """Figures of one flight.

    Parameters
    ----------
    flight
        Its series.
    mass
        [kg] of the craft.
    gravity
        [m/s²] inward at the site.

    Returns
    -------
    `depth`, `depth_at_6s` [m], `speed_at_6s` [m/s] down, `stop_time` [s], and over the first 6 s in
    N: `mean_force` (mass × loss of speed over time, as the flight's was derived), `ground_force`,
    `gas_force` (what is left of the balance); `drag`, `drag_speed`: means over `DRAG_DEPTH`.  NaN
    where the flight was too short, too shallow, or did not stop.
    """
    start = flight.at("speed", 0.0)
    late = flight.at("speed", LEAVING)
    within = (flight.time > 0.0) & (flight.time <= LEAVING)
    ended = flight.time[-1] >= LEAVING - 1e-9
    mean_force = mass * (start - late) / LEAVING
    ground = float(flight.force[within].mean()) if ended else np.nan
    stopped = np.flatnonzero((flight.time > 0.0) & (flight.speed <= 0.0))
    has_stopped = bool(stopped.size)
    down = flight.time <= (flight.time[stopped[0]] if has_stopped else np.inf)
    drag, drag_speed = _drag(flight, down)
    return {
        "depth": float(flight.depth[down].max()) if has_stopped else np.nan,
        "depth_at_6s": flight.at("depth", LEAVING),
        "speed_at_6s": late,
        "stop_time": float(flight.time[stopped[0]]) if has_stopped else np.nan,
        "mean_force": mean_force,
        "ground_force": ground,
        "gas_force": mean_force - ground + mass * gravity,
        "drag": drag,
        "drag_speed": drag_speed,
    }


def _drag(flight: Flight, down: np.ndarray) -> tuple[float, float]:
    """Mean force [N] and speed [m/s] between two depths, NaN if the lower is not reached."""
    low, high = DRAG_DEPTH
    inside = down & (flight.depth >= low) & (flight.depth <= high)
    if not inside.any() or flight.depth[down].max() < high:
        return np.nan, np.nan
    return float(flight.force[inside].mean()), float(flight.speed[inside].mean())


def thinned(flight: Flight) -> dict[str, list[float]]:
    """Series at `KEPT_STEP`, force as the mean of each step, rounded to four figures."""
    stop = min(flight.time[-1], 2.5 * LEAVING)
    edges = np.arange(-KEPT_STEP, stop + 0.5 * KEPT_STEP, KEPT_STEP)
    middle = 0.5 * (edges[:-1] + edges[1:])
    kept = {"time": middle}
    for name in SERIES[1:]:
        values = getattr(flight, name)
        sums = np.histogram(flight.time, edges, weights=values)[0]
        counts = np.histogram(flight.time, edges)[0]
        kept[name] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return {
        name: [float(f"{v:.4g}") for v in values[np.isfinite(kept["force"])]]
        for name, values in kept.items()
    }
