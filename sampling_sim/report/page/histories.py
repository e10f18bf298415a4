"""Time series of recorded cases, aligned at first contact, their envelope, and few points of many.

In: series as a store keeps them; out: `History`, `Envelope` and the points of a curve that are
worth drawing.  Time is counted from the first sample at which the ground pushes on the head.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.recording.monitor import CONTACT_FORCE

QUANTILES = (0.05, 0.5, 0.95)
"""Of the cases, at each time: lower end, median and upper end of the envelope."""
MOST_TIMES = 20_000
"""Times at which an envelope is computed; chosen: 200 s at a control step of 10 ms."""
ROUND_OFF = 1e-6
"""Of a step, by which times of the grid may lie beyond a case's own; chosen: no sample is lost."""
BEFORE = 1.0
"""[s] before contact from which on a history is kept; chosen: the approach shows nothing more."""

Series = Mapping[str, FloatArray]


@dataclass(frozen=True, eq=False, kw_only=True)
class History:
    """One quantity of one case, shapes (n,)."""

    case: int
    time: FloatArray
    """[s] since first contact, ascending."""
    values: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Envelope:
    """Quantiles over cases at each time, shapes (n,); NaN where too few cases still run."""

    time: FloatArray
    low: FloatArray
    median: FloatArray
    high: FloatArray


def head_force(series: Series) -> FloatArray:
    """Magnitude [N] of the ground's filtered force on the head, shape (n,)."""
    parts = [series[f"head_force_{axis}"] for axis in "xyz"]
    return np.asarray(np.sqrt(sum(part**2 for part in parts)))


def first_contact(series: Series) -> float | None:
    """Time [s] since release of the first sample with contact, None if there is none."""
    touching = np.flatnonzero(head_force(series) > CONTACT_FORCE)
    return float(series["time"][touching[0]]) if touching.size else None


def aligned(case: int, series: Series, values: FloatArray) -> History | None:
    """History of a quantity from `BEFORE` contact on; None where there was no contact or value."""
    contact = first_contact(series)
    if contact is None:
        return None
    time = series["time"] - contact
    kept = (time >= -BEFORE) & np.isfinite(values)
    if not kept.any():
        return None
    return History(case=case, time=time[kept], values=values[kept])


def envelope(histories: Sequence[History]) -> Envelope | None:
    """Envelope over cases, at each time of those that have a value then: more than half, and two.

    On the finest common grid, a case linear between its samples.  None of fewer than two cases.
    """
    if len(histories) < 2:
        return None
    first = min(h.time[0] for h in histories)
    last = max(h.time[-1] for h in histories)
    steps = [float(np.median(np.diff(h.time))) for h in histories if len(h.time) > 1]
    step = max(min(steps, default=1.0), (last - first) / MOST_TIMES)
    # 0 is a time of the grid, so that the moment of contact is one
    time = np.arange(np.floor(first / step), np.ceil(last / step) + 1) * step
    table = np.stack([_at(h, time, ROUND_OFF * step) for h in histories])
    running = np.isfinite(table).sum(axis=0)
    known = (running >= 2) & (2 * running > len(histories))
    found = np.full((3, len(time)), np.nan)
    found[:, known] = np.nanquantile(table[:, known], QUANTILES, axis=0)
    low, median, high = found
    return Envelope(time=time, low=low, median=median, high=high)


def _at(history: History, time: FloatArray, slack: float) -> FloatArray:
    """Values at times, linear between samples; NaN beyond the first and the last one."""
    first, last = history.time[[0, -1]]
    is_known = (time >= first - slack) & (time <= last + slack)
    return np.where(is_known, np.interp(time, history.time, history.values), np.nan)


def drawn_points(curves: FloatArray, most: int) -> IntArray:
    """Choose at most `most` points of curves over the same times, every peak among them.

    Parameters
    ----------
    curves
        Shape (k, n); NaN is never an extreme.
    most
        Points, more than 2 + 2 k.

    Returns
    -------
    Their indices, ascending: both ends, and of each interval where each curve is lowest and where
    highest; all where there are no more than `most`.
    """
    count, n = curves.shape
    if n <= most:
        return np.arange(n)
    size = -(-n // ((most - 2) // (2 * count)))
    padded = np.full((count, -(-n // size) * size), np.nan)
    padded[:, :n] = curves
    cut = padded.reshape(count, -1, size)
    starts = np.arange(cut.shape[1]) * size
    lowest = np.where(np.isnan(cut), np.inf, cut).argmin(axis=2) + starts
    highest = np.where(np.isnan(cut), -np.inf, cut).argmax(axis=2) + starts
    return np.unique(np.concatenate([[0, n - 1], lowest.ravel(), highest.ravel()]))
