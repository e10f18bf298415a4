"""Figures of a bed as wide as one likes, from flights over beds of several widths."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from flight_rows import Case, values
from flight_tables import Kept, cases_at, group_of, level_table, pictures_of
from rows import CONFIDENCE

POWERS = np.linspace(1.0, 8.0, 141)
"""Powers of 1/width that are tried where three widths were flown; chosen: a line, and steeper."""


class Endless(NamedTuple):
    """Fit y = value + slope / width^power; no numbers with too few flights."""

    value: float
    interval: tuple[float, float]
    """90 %, of the value, whatever the power."""
    change: float
    """Of the value to the mean at the narrowest width: that of the ensemble and of the sweeps."""
    slope: float
    power: float

    @property
    def half_width(self) -> float:
        """Of the interval about the value, on its longer side."""
        return max(self.value - self.interval[0], self.interval[1] - self.value)

    def at(self, inverse_width: np.ndarray) -> np.ndarray:
        """Measure at 1/width [1/m]."""
        return self.value + self.slope * np.asarray(inverse_width) ** self.power


def endless(levels: Mapping[float, Sequence[Case]], name: str) -> Endless:
    """Extrapolate a measure to an endless bed.

    The interval holds every value that with some power leaves no more than S (1 + t²/n) of squares,
    S the least and n the flights less what is fitted (profile likelihood).

    Parameters
    ----------
    levels
        Width [m] → flights; at least two widths and three flights.  Two widths make a line in
        1/width; of three or more, and five flights, the power is fitted as well.
    name
        Measure.
    """
    points = [(1.0 / w, v) for w, cases in levels.items() for v in values(cases, name)]
    widths = len({x for x, _ in points})
    if widths < 2 or len(points) < 3:
        return Endless(np.nan, (-np.inf, np.inf), np.nan, np.nan, np.nan)
    from scipy.stats import t as student

    x, y = np.array(points).T
    is_bent = widths > 2 and len(points) > 4
    fits = [(power, *_line(x**power, y)) for power in (POWERS if is_bent else [1.0])]
    power, value, slope, _, least = min(fits, key=lambda fit: fit[-1])
    spare = len(y) - (3 if is_bent else 2)
    most = least * (1.0 + student.ppf(0.5 + 0.5 * CONFIDENCE, spare) ** 2 / spare)
    reach = [(v, np.sqrt(share * (most - left))) for _, v, _, share, left in fits if left <= most]
    interval = (min(v - half for v, half in reach), max(v + half for v, half in reach))
    change = value - float(np.mean(values(levels[min(levels)], name)))
    return Endless(value, interval, change, slope, float(power))


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    """Value at 0 and slope of the best line, variance of the value over that of a flight, squares.

    Squares left where the value is off by d: theirs plus d² over the first variance.
    """
    design = np.column_stack([np.ones_like(x), x])
    (value, slope), *_ = np.linalg.lstsq(design, y, rcond=None)
    left = float(((y - value - slope * x) ** 2).sum())
    return float(value), float(slope), float(np.linalg.inv(design.T @ design)[0, 0]), left


def width_part(kept: Kept, drawn: Mapping[str, str]) -> list[str]:
    """Every figure against the width of the bed, and extrapolated."""
    found = group_of(kept, "width, loose", "width, dense", "rim, loose", "rim, dense")
    if not found:
        return []
    lines = []
    for kind in ("loose", "dense"):
        by_width = cases_at(kept, f"width, {kind}")
        for name, unit in (("speed_at_6s", "m/s"), ("depth_at_6s", "m"), ("ground_force", "N")):
            fit = endless(by_width, name)
            if np.isfinite(fit.value):
                low, high = fit.interval
                figure = f"{fit.value:.3g} ({low:.3g} to {high:.3g}) {unit}"
                lines.append(
                    f"- {kind}, endless bed (best power of 1/width {fit.power:.2g}; 90 %, whatever "
                    f"power): {name.replace('_', ' ')} {figure}."
                )
    lines += rim_lines(kept)
    if not lines:
        lines = ["- Not extrapolated: fewer than two widths or three flights."]
    return [
        "## Width of the bed",
        level_table(found),
        "\n".join(lines),
        pictures_of(drawn, "width"),
    ]


def rim_lines(kept: Kept) -> list[str]:
    """Say what a rim that drains motion does, against the same bed without."""
    lines = []
    for kind in ("loose", "dense"):
        plain = cases_at(kept, f"width, {kind}")
        for width, cases in cases_at(kept, f"rim, {kind}").items():
            forces = [values(flown, "ground_force") for flown in (cases, plain.get(width, []))]
            if all(force.size for force in forces):
                with_rim, without = (float(force.mean()) for force in forces)
                effect = "holds back what would move aside" if with_rim > without else "gives way"
                lines.append(
                    f"- {kind}, {width:g} m: a rim of 0.2 m that drains motion at 50 /s {effect}: "
                    f"{with_rim:.2g} N of ground with it, {without:.2g} N without."
                )
    return lines
