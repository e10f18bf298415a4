"""Speed at 6 s of the flights that go as deep and stop as late as the real one did.

The gas and the thrust are not published, and both move depth, time of stop and speed together.
What was measured of depth and stop therefore says what the two must have been; the speed at 6 s is
then a prediction.  So few flights meet both that a surface is laid through all of them instead of
picking some: regression adjustment in the sense of Beaumont, Zhang & Balding (2002, Genetics 162,
2025).
"""

from collections.abc import Sequence

import numpy as np
from flight_rows import CASE, FEWEST_IN_BAND, FLOWN, LPSC, Case, good
from flight_tables import Kept, cases_at
from rows import CONFIDENCE, Row

TITLE = "speed down at 6 s, depth and stop as flown [m/s]"
NOTE = (
    "Depth and stop as flown: a surface of second order, speed over deepest point and "
    "time of stop, through {flights} flights with gas over drawn loose ground; 90 % of single "
    "flights about it where the depth is 47.8 to 49.8 cm and the stop at 8.5 to 9.5 s. Of each "
    "flight left out in turn, {held} of {flights} lie in its own interval. Depth and stop stand in "
    "for the gas and the thrust, which are not published; the speed is used for nothing. It is a "
    "weaker test than the speed alone: a craft that loses speed evenly to 6 s, and evenly "
    "otherwise after, has {even:.1f} cm/s whatever slows it. What it tests is when the ground "
    "brakes. Flights without gas lie off the surface by {dense} cm/s over ground of 0.58 and 0.60, "
    "which brakes early and gives way, and by {loose} cm/s over 0.45."
)
KEYS = ("depth", "stop_time", "speed_at_6s")


def flights_of(kept: Kept) -> dict[str, list[Case]]:
    """Flights with gas over drawn ground, watched until they stop; some without, to hold beside."""
    levels = {
        "gas, ground drawn": [
            *kept.get("unknowns", {"cases": []})["cases"],
            *cases_at(kept, "ground").get(100.0, []),
        ],
        "no gas, 0.58 and 0.60": [
            *cases_at(kept, "width, dense").get(0.8, []),
            *cases_at(kept, "packing").get(0.60, []),
        ],
        "no gas, 0.45": list(cases_at(kept, "width, loose").get(0.8, [])),
    }
    return {words: good(cases) for words, cases in levels.items()}


def told(cases: Sequence[Case]) -> np.ndarray:
    """Return depth [m], time of stop [s] and speed at 6 s [m/s], (n, 3), of those with all."""
    found = np.array([[float(c[k]) for k in KEYS] for c in good(cases)]).reshape(-1, 3)
    return found[np.isfinite(found).all(axis=1)]


def terms(depth: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Terms of second order about what was measured, (n, 6)."""
    z, t = np.asarray(depth) - FLOWN["depth"][3], np.asarray(stop) - FLOWN["stop_time"][3]
    return np.stack([np.ones_like(z), z, t, z * z, z * t, t * t], axis=-1)


class Surface:
    """Least squares of the speed at 6 s over depth and time of stop."""

    def __init__(self, flights: np.ndarray) -> None:
        from scipy.stats import t as student

        design, speed = terms(*flights[:, :2].T), flights[:, 2]
        self._best, *_ = np.linalg.lstsq(design, speed, rcond=None)
        spare = len(speed) - design.shape[1]
        self._variance = float(((speed - design @ self._best) ** 2).sum() / spare)
        self._inverse = np.linalg.pinv(design.T @ design)
        self._quantile = float(student.ppf(0.5 + 0.5 * CONFIDENCE, spare))

    def at(self, depth: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Speed [m/s] there, and the half-width within which 90 % of single flights lie."""
        x = terms(depth, stop)
        leverage = np.einsum("...i,ij,...j->...", x, self._inverse, x)
        return x @ self._best, self._quantile * np.sqrt(self._variance * (1.0 + leverage))

    def misses(self, flights: np.ndarray) -> np.ndarray:
        """Speeds less those of the surface [m/s]."""
        return flights[:, 2] - self.at(*flights[:, :2].T)[0]


def held(flights: np.ndarray) -> int:
    """How many flights lie in the interval that the others give."""
    count = 0
    for i, (depth, stop, speed) in enumerate(flights):
        value, half = Surface(np.delete(flights, i, axis=0)).at(depth, stop)
        count += int(abs(speed - value) <= half)
    return count


def even_speed() -> float:
    """Speed at 6 s [m/s] of 10 cm/s lost evenly to 6 s and evenly from then on, to what was met.

    With v the speed at 6 s and T the time of stop, the way is 6 s (0.1 + v)/2 + (T - 6 s) v/2.
    """
    depth, stop = FLOWN["depth"][3], FLOWN["stop_time"][3]
    return (depth - 0.3) / (0.5 * stop)


def prediction(surface: Surface) -> tuple[float, tuple[float, float]]:
    """Speed [m/s] at the depth and stop measured, and its ends over the errors of both."""
    depths, stops = (np.array([FLOWN[k][3], *FLOWN[k][-1]]) for k in KEYS[:2])
    value, half = surface.at(*np.meshgrid(depths, stops))
    return float(value[0, 0]), (float((value - half).min()), float((value + half).max()))


def conditioned_rows(kept: Kept) -> list[Row]:
    """Row of the speed at 6 s of flights that meet depth and stop; none with too few flights."""
    drawn, dense, loose = (told(cases) for cases in flights_of(kept).values())
    if len(drawn) < FEWEST_IN_BAND:
        return []
    surface = Surface(drawn)
    middle, ends = prediction(surface)
    note = NOTE.format(
        flights=len(drawn), held=held(drawn), even=100.0 * even_speed(),
        dense=off(surface, dense), loose=off(surface, loose),
    )  # fmt: skip
    *_, measured, band = FLOWN["speed_at_6s"]
    return [Row(CASE, TITLE, LPSC, measured, band, middle, ends, len(drawn), note=note)]


def off(surface: Surface, flights: np.ndarray) -> str:
    """How far flights lie off a surface, in cm/s."""
    if not len(flights):
        return "(not flown)"
    found = 100.0 * surface.misses(flights)
    return f"{found.min():+.1f} to {found.max():+.1f}"
