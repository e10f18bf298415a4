"""Numbers as entries of tables: rounded for the eye, every digit kept beside it.

What a script reads back stands in `data-value` and `data-source` of the entry (docs/reports.md).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sampling_sim.report.page.parts import Cell

DIGITS, ENDS = 4, 3
"""Significant, on the page, of numbers and ends of intervals; chosen: none is known to more."""
WHOLE = 1e6
"""Below it large numbers are written without an exponent."""
NONE = "–"
"""What stands where there is no number."""


def plain(text: Any) -> Cell:
    """Entry that is a text."""
    return Cell(text=str(text))


def number(value: Any, source: str, digits: int = DIGITS) -> Cell:
    """Entry that is a number; a dash where the sample cannot say.

    Parameters
    ----------
    value
        Number, flag or None; NaN and infinities are shown as a dash.
    source
        Where it is in `show --json`, or in the result file (`Cell.source`).
    digits
        Significant ones that are shown.
    """
    if value is None or not math.isfinite(value):
        return Cell(text=NONE)
    found = value.item() if isinstance(value, np.generic) else value
    return Cell(text=figure_text(found, digits), value=found, source=source)


def share(value: Any, source: str) -> Cell:
    """Entry that is a share, shown in percent."""
    found = number(value, source)
    if found.value is None:
        return found
    return Cell(
        text=f"{figure_text(100.0 * found.value, ENDS)} %", value=found.value, source=source
    )


def ends(interval: Sequence[float], source: str) -> tuple[Cell, Cell]:
    """Two entries, the ends of an interval."""
    low, high = interval
    return number(low, f"{source}.0", ENDS), number(high, f"{source}.1", ENDS)


def shown(value: Any) -> str:
    """Value of an input or an outcome as a text: rounded if it is a number."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, float, np.number)):
        return figure_text(value) if math.isfinite(value) else NONE
    return str(value)


def figure_text(value: Any, digits: int = DIGITS) -> str:
    """Write a finite number to be read: whole ones whole, others rounded."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return str(value)
    rounded = float(f"{value:.{digits}g}") + 0.0  # which makes 0 of −0
    is_whole = 10.0**digits <= abs(rounded) < WHOLE
    return (f"{rounded:.0f}" if is_whole else f"{rounded:.{digits}g}").replace("-", "−")
