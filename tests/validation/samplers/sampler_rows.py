"""Rows of case 10: the horn against Hayabusa2, the brush wheels against published trends.

Horn: the interval holds 90 % of the shots, as nobody knows which ground was shot at.  Brushes: one
ratio a packing, Student's interval of their mean.  A trend has no number but a side of 1: it is
seen where the whole interval lies on that side, and counted apart (`rows.py`).
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from brush_flights import PACKINGS
from horn_shots import COLUMNS, MODEL, shots
from rows import Row, band_row, row
from sampler_notes import brush_notes, horn_notes

from sampling_sim.constants import FloatArray

CASE = "10 Samplers"
SHOTS = {"grains": 100, "rock": 60, "beads": 40}
TACHIBANA, ZHANG, SCHAEFER = (
    "Tachibana et al. 2022 (P)", "Zhang et al. 2022 (P, abstract)",
    "Schäfer et al. 2017 (P, abstract)",
)  # fmt: skip
THUILLET = "Thuillet et al. 2019 in Tachibana et al. 2022 (P)"
LAUNCHED, SEEN = (63.0, (20.0, 200.0)), (6.3, (2.0, 20.0))
"""[g] in all, estimated; seen at about 1 m/s; the value is the middle of the logarithms."""
TENFOLD, KEPT_SHARE = (10.0, (5.0, 20.0)), (0.5, (0.25, 1.0))
"""[1] in all over about 1 m/s, and [%] of the ejecta in the catcher, both of the simulations that
the estimate rests on (Thuillet et al. 2019); bands of a factor of two, chosen."""
CAUGHT, LABORATORY = (0.52, (0.1, 2.7)), (0.2, (0.15, 0.25))
"""[g] from the least of the estimate to half of the 5.4 g of two touches, the value is the middle
of the logarithms; 1 mm beads on Earth."""


def horn_shots() -> dict[str, FloatArray]:
    """All shots, a row each; a minute and a half of a core."""
    return {kind: shots(kind, count, MODEL) for kind, count in SHOTS.items()}


def column(found: FloatArray, name: str) -> FloatArray:
    """One quantity of all shots."""
    return np.asarray(found[:, COLUMNS.index(name)])


def horn_rows(found: dict[str, FloatArray]) -> list[Row]:
    """Rows of the horn."""
    notes, rows = horn_notes(found), []
    for kind, name in (("grains", "fine grains"), ("rock", "rock")):
        launched, about, caught = (
            1e3 * column(found[kind], c) for c in ("launched", "about", "caught")
        )
        horn, ratio = f"Horn over {name}", "launched in all over at about 1 m/s"
        rows += [
            band_row(CASE, f"{horn}: launched in all [g]", TACHIBANA, LAUNCHED, launched,
                     notes[kind]),
            band_row(CASE, f"{horn}: launched at about 1 m/s [g]", TACHIBANA, SEEN, about,
                     notes["outside"]),
            band_row(CASE, f"{horn}: {ratio}", THUILLET, TENFOLD, launched / about, notes["all"]),
            band_row(CASE, f"{horn}: share caught [%]", THUILLET, KEPT_SHARE,
                     100.0 * caught / launched, notes["all"]),
            band_row(CASE, f"{horn}: caught in one touch [g]", TACHIBANA, CAUGHT, caught,
                     notes["caught"]),
        ]  # fmt: skip
        if kind == "grains":  # of rock all starts under the mouth
            outside = 1e3 * column(found[kind], "outside")
            quantity = f"{horn}: at about 1 m/s, launched outside the mouth [g]"
            rows.insert(2, band_row(CASE, quantity, TACHIBANA, SEEN, outside, notes["outside"]))
    beads = 1e3 * column(found["beads"], "caught")
    rows.append(
        band_row(CASE, "Horn over 1 mm beads on Earth: caught [g]", TACHIBANA, LABORATORY, beads,
                 notes["beads"])
    )  # fmt: skip
    return rows


# --- brushes --------------------------------------------------------------------------------------

NO_NUMBER = (float("nan"), (float("nan"), float("nan")))
"""Published value and band where none was read; such a row cannot tell."""


def brush_rows(flights: list[dict[str, Any]]) -> list[Row]:
    """Rows of the brush wheels."""
    notes = brush_notes(flights)
    share = [f | {"share": lifted_share(f)} for f in flights]
    return [
        trend_row("Brushes: collected at 300 over 95 rpm", ZHANG, (0.0, 1.0),
                  ratios(flights, "300 rpm", "about"), notes["speed"]),
        trend_row("Brushes: collected at 300 over 50 rpm", ZHANG, (0.0, 1.0),
                  ratios(flights, "300 rpm", "50 rpm"), notes["speed"]),
        trend_row("Brushes: share collected of what they lift, 300 over 95 rpm", ZHANG,
                  (0.0, 1.0), ratios(share, "300 rpm", "about", "share"), notes["why"]),
        trend_row("Brushes: collected in 4 over 1.5 s", SCHAEFER, (1.0, 4.0 / 1.5),
                  ratios(flights, "about", "1.5 s"), notes["dwell"]),
        trend_row("Brushes: collected in 8 over 4 s", SCHAEFER, (1.0, 2.0),
                  ratios(flights, "8 s", "about"), notes["dwell"]),
        row(CASE, "Brushes: collected with tips 70 over 24 mm apart", "none read", *NO_NUMBER,
            ratios(flights, "tips 70 mm apart", "tips 24 mm apart"), note=notes["gap"]),
        row(CASE, "Brushes: collected with tips 15 over 30 mm below the rim", "none read",
            *NO_NUMBER, ratios(flights, "bite 15 mm", "about"), note=notes["picture"]),
    ]  # fmt: skip


def lifted_share(flight: dict[str, Any]) -> float:
    """Share of the grains lifted above the wheels' axes that is collected."""
    taken = float(flight["taken"])
    return taken / (taken + flight["dropped"] + flight["refused"])


def trend_row(
    quantity: str, source: str, side: tuple[float, float], values: FloatArray, note: str
) -> Row:
    """Row of a ratio of which only the side of 1 is published."""
    return row(CASE, quantity, source, 1.0, side, values, note=note, is_trend=True)


def ratios(
    flights: list[dict[str, Any]], over: str, under: str, name: str = "collected_mass"
) -> FloatArray:
    """Ratio of one outcome between two levels, one a packing."""
    value = {(f["level"], f["packing"]): f[name] for f in flights}
    return np.array([value[over, p] / value[under, p] for p in PACKINGS])
