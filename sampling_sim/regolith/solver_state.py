"""What a solver keeps, as plain arrays and back; its contacts as rows.

The state of a run is nested named tuples of arrays (grains, lists, walls, ...); `flat` names each
array by its path, `filled` makes the same tuples again.
"""

from typing import Any

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.block import BLOCK, LANES, TOUCH
from sampling_sim.regolith.contacts import Contacts


def flat(parts: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Arrays of nested tuples under dotted names."""
    arrays: dict[str, Any] = {}
    for name, part in parts.items():
        if hasattr(part, "_asdict"):
            arrays |= flat(part._asdict(), f"{prefix}{name}.")
        elif isinstance(part, np.ndarray):
            arrays[prefix + name] = part
    return arrays


def filled(parts: dict[str, Any], state: dict[str, FloatArray], prefix: str = "") -> Any:
    """Fill the same nested tuples with the arrays of `state`."""
    values: dict[str, Any] = {}
    for name, part in parts.items():
        if hasattr(part, "_asdict"):
            values[name] = type(part)(**filled(part._asdict(), state, f"{prefix}{name}."))
        else:
            values[name] = state[prefix + name].copy() if isinstance(part, np.ndarray) else part
    return values


def touching(contacts: Contacts) -> tuple[IntArray, IntArray, FloatArray]:
    """Give both grains in solver order, and their springs, of what touches."""
    count = int(contacts.used[0])
    rows = contacts.block.reshape(-1, BLOCK // LANES, LANES).transpose(0, 2, 1)
    rows = rows.reshape(-1, BLOCK // LANES)[:count]
    touch = rows[:, TOUCH // LANES] > 0.0
    first, second = contacts.first[:count][touch], contacts.second[:count][touch]
    return first.astype(np.int64), second.astype(np.int64), rows[touch, :6]
