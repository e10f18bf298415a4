"""Speed at 6 s, predicted from the deepest point and the time of stop.

Gas and thrust are not published, and both move depth, stop and speed together: what was measured of
the first two stands in for them.  A craft that loses speed evenly until 6 s, and evenly otherwise
from then on, keeps by Newton u = 2 (z - 3 s v0) / T at 6 s, v0 its approach speed, z the deepest
point and T the time of stop, whatever slows it.  Flights keep what a curve of second order through
all of them says at their u: least squares, with Student's interval for one more flight.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from flight_rows import CASE, FEWEST_IN_BAND, FLOWN, LPSC, Case, good
from flight_tables import Kept, cases_at, group_of, pictures_of
from rows import CONFIDENCE, Row

APPROACH, DECIDED = 0.1, 6.0
"""Approach speed [m/s], and the time of the speed asked for [s]."""
SPEED = "sequence.approach_speed"
KEYS = ("depth", "stop_time", "speed_at_6s")
BED = ("regolith.packing_fraction", "regolith.grain_density", "packing_seed")
"""What tells poured beds apart, in 0.8 m."""
FITTED = ("ensemble", "ground", "near", "quick")
"""Groups that the table of offsets leaves out: those that the curve goes through, and the quick."""
TITLE = "speed down at 6 s, predicted from depth and stop [m/s]"
NOTE = (
    "Predicted from depth and stop: {count} flights with gas over loose ground, all drawn, on "
    "{beds} poured beds ({near} of them with 50 to 100 g and a thrust of 17.8 to 24 N, chosen "
    "afterwards so that 48.8 cm and 9 s lie among the flights); a curve of second order of "
    "their speed at 6 s over u = 2 (z - 0.3 m)/T, z the deepest point and T the time of stop. "
    "The interval is that of one more flight at the measured z and T, with the errors of both "
    "in quadrature. Of the beds left out one at a time, {covered} of {count} flights lie in the "
    "interval that the others give. z and T stand in for gas and thrust, so this is a weaker "
    "test than the speed alone: even braking without any ground gives u = {even:.1f} cm/s, "
    "which agrees as well. Ground would disagree whose flights keep {above:.1f} cm/s more or "
    "{below:.1f} cm/s less than ours: what is tested is whether the braking comes early or "
    "late."
)


def even_speed(depth: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Speed at 6 s [m/s] of a craft braked evenly until then and evenly after.

    The way is z = 6 s (v0 + u)/2 + (T - 6 s) u/2.
    """
    return 2.0 * (np.asarray(depth) - 0.5 * DECIDED * APPROACH) / np.asarray(stop)


def stopped(cases: Sequence[Case]) -> list[Case]:
    """Flights that measured all three and stopped after 6 s."""
    return [
        case
        for case in good(cases)
        if np.isfinite(float(case["speed_at_6s"])) and float(case["stop_time"]) > DECIDED
    ]


def evens_and_speeds(cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray]:
    """Even speeds and speeds at 6 s [m/s]."""
    depth, stop, speed = np.array([[float(c[key]) for key in KEYS] for c in cases]).T
    return even_speed(depth, stop), speed


def fitted(kept: Kept) -> list[Case]:
    """Flights that the line goes through: gas, over drawn ground, watched until they stop."""
    return stopped(
        [
            *kept.get("unknowns", {"cases": []})["cases"],
            *cases_at(kept, "ground").get(100.0, []),
            *(case for cases in cases_at(kept, "near").values() for case in cases),
        ]
    )


class Curve:
    """Least squares of second order of speeds over even speeds [m/s], four or more."""

    def __init__(self, even: np.ndarray, speed: np.ndarray) -> None:
        design = np.vander(even, 3)
        self._best, *_ = np.linalg.lstsq(design, speed, rcond=None)
        self._inverse = np.linalg.inv(design.T @ design)
        self._spare = len(speed) - 3
        left = speed - design @ self._best
        self.scatter = float(np.sqrt((left**2).sum() / self._spare))

    def at(self, even: np.ndarray) -> np.ndarray:
        """Speed [m/s] on the curve."""
        return np.polyval(self._best, even)

    def slope(self, even: float) -> float:
        """Change of the speed with the even speed."""
        return float(np.polyval(np.polyder(self._best), even))

    def half_width(self, even: np.ndarray) -> np.ndarray:
        """Half-width [m/s] in which 90 % of further flights lie."""
        from scipy.stats import t as student

        x = np.vander(np.atleast_1d(even), 3)
        leverage = np.einsum("ni,ij,nj->n", x, self._inverse, x).reshape(np.shape(even))
        quantile = float(student.ppf(0.5 + 0.5 * CONFIDENCE, self._spare))
        return quantile * self.scatter * np.sqrt(1.0 + leverage)


def covered(cases: Sequence[Case]) -> int:
    """How many flights lie in the interval that those on other beds give."""
    beds = [tuple(case[key] for key in BED) for case in cases]
    even, speed = evens_and_speeds(cases)
    count = 0
    for bed in set(beds):
        out = np.array([other == bed for other in beds])
        curve = Curve(even[~out], speed[~out])
        count += int((abs(speed[out] - curve.at(even[out])) <= curve.half_width(even[out])).sum())
    return count


def measured_even() -> tuple[float, float]:
    """Even speed [m/s] of the depth and stop measured, and its half-width from the errors."""
    (depth, stop), bands = (FLOWN[k][3] for k in KEYS[:2]), [FLOWN[k][4] for k in KEYS[:2]]
    (low, high), (soon, late) = bands
    by_depth = even_speed(high, stop) - even_speed(low, stop)
    by_stop = even_speed(depth, soon) - even_speed(depth, late)
    return float(even_speed(depth, stop)), 0.5 * float(np.hypot(by_depth, by_stop))


def prediction(curve: Curve) -> tuple[float, float]:
    """Speed [m/s] at the depth and stop measured, and its 90 % half-width."""
    even, error = measured_even()
    half = np.hypot(curve.half_width(even), curve.slope(even) * error)
    return float(curve.at(even)), float(half)


def predicted_rows(kept: Kept) -> list[Row]:
    """Row of the speed predicted; none with too few flights."""
    cases = fitted(kept)
    if len(cases) < FEWEST_IN_BAND:
        return []
    *_, measured, band = FLOWN["speed_at_6s"]
    middle, half = prediction(Curve(*evens_and_speeds(cases)))
    note = NOTE.format(
        count=len(cases), beds=len({tuple(case[key] for key in BED) for case in cases}),
        near=sum(len(stopped(flown)) for flown in cases_at(kept, "near").values()),
        covered=covered(cases), even=100.0 * measured_even()[0],
        above=100.0 * (band[1] - middle + half), below=100.0 * (middle + half - band[0]),
    )  # fmt: skip
    ends = (middle - half, middle + half)
    return [Row(CASE, TITLE, LPSC, measured, band, middle, ends, len(cases), note=note)]


def predicted_part(kept: Kept, drawn: Mapping[str, str]) -> list[str]:
    """How the speed is predicted, and by how much other grounds are off."""
    cases = fitted(kept)
    if len(cases) < FEWEST_IN_BAND:
        return []
    curve = Curve(*evens_and_speeds(cases))
    lines = ["| level, not in the curve | flights | more speed at 6 s [cm/s] |", "|---|---|---|"]
    groups = {entry["group"] for entry in kept.values()} - set(FITTED)
    for name, entry in group_of(kept, *groups):
        flights = [c for c in stopped(entry["cases"]) if c[SPEED] == APPROACH]
        if flights:
            even, speed = evens_and_speeds(flights)
            lines.append(
                f"| {name} | {len(flights)} | {spread(100.0 * (speed - curve.at(even)))} |"
            )
    return [
        "## What depth and stop tell of the speed",
        predicted_rows(kept)[0].note,
        f"About the curve flights scatter by {100.0 * curve.scatter:.2f} cm/s; its slope at the "
        f"measured u is {curve.slope(measured_even()[0]):.2f}. What a ground keeps more than the "
        "curve says, gas or not:",
        "\n".join(lines),
        "More is ground that brakes early and then gives way, less is ground that brakes late. "
        "Flights stopped before 6 s have no u.",
        pictures_of(drawn, "predicted"),
    ]


def spread(found: np.ndarray) -> str:
    """Mean with its sign, and the range of several."""
    ends = f" ({found.min():+.2f} to {found.max():+.2f})" if found.size > 1 else ""
    return f"{found.mean():+.2f}{ends}"
