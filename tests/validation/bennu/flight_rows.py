"""Rows of the validation table from the kept flights at Bennu, and what they are worked out from.

An ensemble row's interval is the band of 90 % of the flights: all that is unknown was drawn over
its stated range, so the band is of the unknown and not of a mean.  Every other row has one value a
packing, as those of the laboratory.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from rows import CONFIDENCE, Row, interval, row

CASE = "8 OSIRIS-REx at Bennu"
LPSC, LAURETTA, BALLOUZ = (
    "Lauretta et al. 2021 (LPSC)",
    "Lauretta et al. 2022",
    "Ballouz et al. 2021",
)
MASS = 1300.0
"""[kg] of the craft."""
FLOWN = {
    "depth": ("deepest point of the head", "m", LAURETTA, 0.488, (0.478, 0.498)),
    "speed_at_6s": ("speed down at 6 s", "m/s", LPSC, 0.04, (0.035, 0.045)),
    "stop_time": ("time of stop", "s", LPSC, 9.0, (8.5, 9.5)),
    "mean_force": ("mean force over 6 s, all in", "N", "derived", 13.0, (11.9, 14.1)),
}
"""Quantity → name, unit, source, measured, band: ± half of the last published figure, ± 1 cm of
the depth (chosen)."""
SAMPLE = (0.25, (0.149, 0.351))
"""[kg] estimated in flight, with its published error; 122 g came home, some was lost before."""
SAMPLE_NOTE = (
    "Mass collected: base ground, one value a packing, 30 g of gas (chosen), grains of 28 to 40 mm "
    "through a window of 40 mm; TAGSAM takes 2 cm and finer. A flight lost at the guard of the "
    "glued grains is flown again in grains of 30 MPa. The sample is some 30 grains of 27 g: "
    "grains and window this coarse, and how deep the gas stirs (chosen), are the likely causes; "
    "the flap that stones held open, through which TAGSAM lost some, was not flown."
)
ENSEMBLE_NOTE = (
    "Band of 90 % of the flights, not the interval of a mean: nine unknowns drawn over their "
    "ranges (docs/validation-bennu.md), restitution, grain size, stiffness and the arm's "
    "damping fixed. All but the time of stop are moved and widened by what an endless bed does "
    "to loose ground; denser ground leans more on its walls, so the lower end of speed and "
    "depth is still too low. Gas, whose mass was not found in print, and rolling friction each "
    "make about half of the band of the speed. Depth and time of stop hang besides on a thrust: "
    "that four thrusters fired was read, and which were aboard, not which fired. Speed, force, "
    "depth and time are not independent: a craft slowed evenly from 10 to 4 cm/s goes 42 cm in "
    "6 s, whatever slowed it."
)
GIVEN = {
    0.0: ("no gas", ("speed_at_6s",)),
    30.0: ("30 g of gas", ("speed_at_6s",)),
    100.0: ("100 g of gas", ("speed_at_6s", "depth", "stop_time")),
}
"""Mass of gas given [g] → its words, and what is held against the flight: two do not stop."""
GIVEN_NOTE = (
    "Mass of gas given, over the same 20 grounds: packing, density, friction, rolling, cohesion, "
    "arm, thrust and the share of speed that the gas keeps are drawn over their ranges. {forces}"
    "No mass is published: each verdict is on these grounds *and* that gas. Most of the loss at "
    "100 g is the gas's, so that agreement there says little of the ground. The width of the bed "
    "does not move these bands, it widens them by as much as it moves loose ground without gas. "
    "{lost}"
)
DENSE = {
    ("packing", 0.60): "31°",
    ("friction, dense", 0.6): "36°",
    ("friction, dense", 1.0): "40° to 43°",
}
"""Group and place of a level → friction angle of such grains, dry, sheared slowly at 0.60
(docs/virtual-laboratory.md, measured on 18 to 32 mm; the last from its neighbours); published as
stopped from 28° on."""
DENSE_NOTE = (
    "Packing 0.60: published as stopped from a friction angle of 28° on (and/or cohesion of 50 "
    "Pa); band: a tenth of the approach speed, or thrown back. In 0.8 m the walls help the ground "
    "(a wider dense bed resists less, docs/validation-bennu.md), so in the open more speed would "
    "be left. With nothing to press the grains together, dense ground moves aside once it has "
    "dilated: the force peaks in the first second or two and falls. Which boundaries, depth and "
    "measure of the angle the published beds had was not read. Over the roughest all are thrown "
    "back; three packings left more than the 2 cm/s that decide, so two more were flown."
)
FEWEST_IN_BAND = 20
"""Flights of the ensemble below which its twentieth parts are not known: no verdict then."""
LOST = ("failed", "diverged")

Case = Mapping[str, object]


def good(cases: Sequence[Case]) -> list[Case]:
    """Cases that measured something."""
    return [case for case in cases if case["status"] not in LOST]


def values(cases: Sequence[Case], name: str) -> np.ndarray:
    """Finite values of a measure."""
    found = np.array([float(case[name]) for case in good(cases)])
    return found[np.isfinite(found)]


def band(found: np.ndarray) -> tuple[float, float]:
    """Return the ends between which 90 % of the flights lie; not numbers with too few of them."""
    if found.size < FEWEST_IN_BAND:
        return (np.nan, np.nan)
    tail = 0.5 * (1.0 - CONFIDENCE)
    low, high = np.quantile(found, [tail, 1.0 - tail])
    return float(low), float(high)


def ensemble_rows(
    cases: Sequence[Case], change: Mapping[str, tuple[float, float]], gas: str = "gas unknown",
    names: Sequence[str] = tuple(FLOWN), note: str = ENSEMBLE_NOTE,
) -> list[Row]:  # fmt: skip
    """Rows of the measured quantities.

    Parameters
    ----------
    cases
        Flights of one ensemble.
    change
        By quantity, how far the extrapolation to an endless bed moves a flight, and its error: the
        first shifts the band, the second joins its half-width in quadrature.
    gas
        What the flights had of it, in words.
    names
        Quantities, by their keys in `FLOWN`.
    note
        Of the first row.
    """
    found = []
    for name in names:
        title, unit, source, measured, measured_band = FLOWN[name]
        sample = values(cases, name)
        low, high = band(sample)
        shift, error = change.get(name, (0.0, 0.0))
        middle, half = 0.5 * (low + high) + shift, float(np.hypot(0.5 * (high - low), error))
        median = float(np.median(sample)) + shift if sample.size else np.nan
        found.append(
            Row(CASE, f"{title}, {gas} [{unit}]", source, measured, measured_band, median,
                (middle - half, middle + half), sample.size, note=note if not found else ""),
        )  # fmt: skip
    return found


def given_rows(
    levels: Mapping[float, Sequence[Case]], change: Mapping[str, tuple[float, float]]
) -> list[Row]:
    """Rows of the grounds with the mass of gas [g] given; `change` as of `ensemble_rows`."""
    wider = {name: (0.0, float(np.hypot(*moved))) for name, moved in change.items()}
    shown = {gas: levels[gas] for gas in GIVEN if good(levels.get(gas, []))}
    forces = "".join(
        "{} gave {:.2g} to {:.2g} N in the mean of 6 s. ".format(GIVEN[gas][0], *flown_with_gas(c))
        for gas, c in shown.items()
        if gas
    )
    lost = sum(len(cases) - len(good(cases)) for cases in shown.values())
    again = f"Grains pressed too hard ended {lost} of them."
    note = GIVEN_NOTE.format(forces=forces, lost=again if lost else "").strip()
    rows: list[Row] = []
    for gas, cases in shown.items():
        rows += ensemble_rows(cases, wider, *GIVEN[gas], "" if rows else note)
    return rows


def exponents(levels: Mapping[float, Sequence[Case]]) -> list[float]:
    """Exponent of the drag in the speed, of each packing flown at three or more speeds."""
    found: dict[int, list[tuple[float, float]]] = {}
    for cases in levels.values():
        for case in good(cases):
            drag, speed = float(case["drag"]), float(case["drag_speed"])
            if np.isfinite(drag) and drag > 0.0 and speed > 0.0:
                found.setdefault(int(case["packing_seed"]), []).append((speed, drag))
    return [
        float(np.polyfit(*np.log(np.array(points)).T, 1)[0])
        for _, points in sorted(found.items())
        if len(points) >= 3
    ]


def sample_rows(cases: Sequence[Case]) -> list[Row]:
    """Row of the mass collected, from flights in grains that pass the window."""
    found = values(cases, "collected_mass")
    if not found.size:
        return []
    return [
        row(CASE, "mass collected [kg], 30 g of gas", LAURETTA, *SAMPLE, found,
            note=SAMPLE_NOTE),
    ]  # fmt: skip


def local_exponents(levels: Mapping[float, Sequence[Case]]) -> list[float]:
    """Exponents between neighbouring speeds, of the means over packings."""
    means = [
        (float(np.mean(values(levels[s], "drag_speed"))), float(np.mean(values(levels[s], "drag"))))
        for s in sorted(levels)
        if values(levels[s], "drag").size
    ]
    slopes = np.diff(np.log(means), axis=0)
    return [float(force / speed) for speed, force in slopes]


def law_rows(
    levels: Mapping[float, Sequence[Case]], dense: Mapping[str, Sequence[Case]]
) -> list[Row]:
    """Exponent of the loose bed's drag, and that a dense bed stops the head.

    `dense` maps the words for a friction to the flights over it at a packing of 0.60.
    """
    rows = []
    found = exponents(levels)
    if found:
        rows.append(
            row(CASE, "exponent of drag in speed, packing 0.45", BALLOUZ, 4.0 / 3.0,
                (4.0 / 3.0 - 0.1, 4.0 / 3.0 + 0.1), found,
                note="Exponent: mean force without gas between 5 and 25 cm of depth, 5 to 40 cm/s; "
                "band of ± 0.1 chosen. Neighbouring speeds give "
                f"{', '.join(f'{p:.1f}' for p in local_exponents(levels))}: between 4/3 and the 2 "
                "of grains set in motion. At 10 cm/s the walls, 24 cm from the plate, add a fifth "
                "to the force; their share at other speeds was not flown. Other friction, one "
                "packing each: docs/validation-bennu.md."),
        )  # fmt: skip
    note = DENSE_NOTE
    for words, cases in dense.items():
        left = values(cases, "speed_at_6s")
        if left.size:
            rows.append(
                row(CASE, f"speed at 6 s without gas, packing 0.60, {words} [m/s]", BALLOUZ,
                    0.0, (-0.1, 0.01), left, resolution=0.02, note=note),
            )  # fmt: skip
            note = ""
    return rows


def flown_with_gas(cases: Sequence[Case]) -> tuple[float, float]:
    """Least and largest mean force [N] over 6 s that the gas gave in the flights."""
    found = values(cases, "gas_force")
    return (float(found.min()), float(found.max())) if found.size else (np.nan, np.nan)


def gas_needed(cases: Sequence[Case]) -> str:
    """Mean force [N] over 6 s that gas must add to a ground flown without; 0 where none is."""
    found = values(cases, "mean_force")
    return f"{max(0.0, FLOWN['mean_force'][3] - found.mean()):.2g}" if found.size else "–"


def reproduces(cases: Sequence[Case], gas: tuple[float, float]) -> str:
    """Whether a ground flown without gas leaves for the gas what it can give.

    The flight lost 11.9 to 14.1 N of speed in all; the rest of the ground's share must lie within
    the gas's range.
    """
    found = values(cases, "mean_force")
    if not found.size or not np.isfinite(gas).all():
        return "not flown"
    low, high = FLOWN["mean_force"][-1]
    mean, ends, _ = interval(found)
    worst = ends if np.isfinite(ends).all() else (mean, mean)
    return "yes" if worst[0] + gas[0] <= high and worst[1] + gas[1] >= low else "no"
