"""Figures of a bed as wide as one likes, from flights over beds of several widths."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from flight_rows import Case, values
from rows import CONFIDENCE

ENOUGH_WIDTHS = 4
"""Widths from which on the power is fitted as well."""
POWERS = (0.5, 8.0)


class Endless(NamedTuple):
    """Fit y = value + slope / width^power; no numbers with too few flights."""

    value: float
    half_width: float
    """90 %, of the value."""
    change: float
    """Of the value to the mean at the narrowest width: that of the ensemble and of the sweeps."""
    slope: float
    power: float

    def at(self, inverse_width: np.ndarray) -> np.ndarray:
        """Measure at 1/width [1/m]."""
        return self.value + self.slope * np.asarray(inverse_width) ** self.power


def endless(levels: Mapping[float, Sequence[Case]], name: str) -> Endless:
    """Extrapolate a measure to an endless bed.

    Parameters
    ----------
    levels
        Width [m] → flights; at least two widths and three flights.  Two or three widths make a
        line in 1/width; of four or more the power is fitted as well.
    name
        Measure.
    """
    points = [(1.0 / w, v) for w, cases in levels.items() for v in values(cases, name)]
    widths = {x for x, _ in points}
    if len(widths) < 2 or len(points) < 3:
        return Endless(np.nan, np.inf, np.nan, np.nan, np.nan)
    from scipy.optimize import curve_fit
    from scipy.stats import t as student

    x, y = np.array(points).T
    x_most = x.max()  # the widest spread of the fit: at the narrowest bed
    guess = [y[x.argmin()], y[x.argmax()] - y[x.argmin()]]
    is_bent = len(widths) >= ENOUGH_WIDTHS
    best, spread = curve_fit(
        lambda x, a, b, p=1.0: a + b * (x / x_most) ** p, x, y, [*guess, 2.0] if is_bent else guess,
        bounds=([-np.inf, -np.inf, POWERS[0]][: 3 if is_bent else 2],
                [np.inf, np.inf, POWERS[1]][: 3 if is_bent else 2]),
    )  # fmt: skip
    quantile = student.ppf(0.5 + 0.5 * CONFIDENCE, len(y) - len(best))
    power = float(best[2]) if is_bent else 1.0
    change = best[0] - np.mean(values(levels[min(levels)], name))
    half = float(quantile * np.sqrt(spread[0, 0]))
    return Endless(float(best[0]), half, float(change), float(best[1] / x_most**power), power)
