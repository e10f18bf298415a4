"""Rows of a campaign by where they stand: design point, surface, replicate.

In: columns as `/runs` of a store holds them, name → values, shape (n,).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import BoolArray

Columns = Mapping[str, NDArray[Any]]


def with_surface(columns: Columns) -> Columns:
    """Columns with `surface`: of one surface where a file knows none."""
    if "surface" in columns:
        return columns
    return {**columns, "surface": np.zeros(len(columns["design_point"]), dtype=np.int64)}


def rows_of(columns: Columns, chosen: BoolArray) -> dict[str, NDArray[Any]]:
    """Return the chosen rows of every column."""
    rows = np.flatnonzero(chosen)  # looked for once and not in every column
    return {name: values[rows] for name, values in columns.items()}
