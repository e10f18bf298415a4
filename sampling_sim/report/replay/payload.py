"""Arrays as the page carries them: whole numbers of a step, differences in time, deflated, base64.

A grain at rest is a row of zeros, and the two bytes of a number stand apart, as the high ones are
nearly all zero.  `player/data.js` takes it apart again with the browser's own inflater.
"""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import FloatArray
from sampling_sim.recording.snapshots import POSITION_STEP, SPEED_STEP, Single

FAR = 8.0
"""[m] along each axis from the middle of the patch within which grains are shown; farther ones stay
at this distance.  Chosen: the wings end at 7.5 m, and two bytes still tell 0.25 mm apart."""
REACH = 2**15 - 1
"""Largest whole number of two bytes with a sign."""
LEVEL = 6
"""Of deflate; measured: 9 is 1 % smaller and takes three times as long."""
ALIGNED = 8
"""Bytes to a multiple of which each array is filled up: a browser asks for it."""


@dataclass(frozen=True, eq=False)
class Quantised:
    """Positions as whole numbers: `origin + step * numbers` gives them back [m]."""

    numbers: NDArray[np.int16]
    """Shape (f, n, 3)."""
    origin: FloatArray
    """[m] shape (3,)."""
    step: float
    """[m] a power of two."""


def quantised(position: Single) -> Quantised:
    """Positions [m] (f, n, 3) in two bytes each: exact, to a step, as long as they fit.

    Beyond `FAR` they are cut off; over 4 m from end to end the step becomes 2 or 4 times coarser.
    """
    if not position.size:
        return Quantised(np.zeros(position.shape, np.int16), np.zeros(3), POSITION_STEP)
    inside = np.clip(position, -FAR, FAR).astype(float)
    low, high = inside.min(axis=(0, 1)), inside.max(axis=(0, 1))
    step = POSITION_STEP
    while (high - low).max() > 2 * REACH * step:
        step *= 2.0
    origin = np.round(0.5 * (low + high) / step) * step
    return Quantised(np.rint((inside - origin) / step).astype(np.int16), origin, step)


def speed_numbers(speed: Single) -> NDArray[np.uint16]:
    """Speeds [m/s] as whole numbers of `SPEED_STEP`; 64 m/s at most."""
    return np.clip(np.rint(speed / SPEED_STEP), 0, 2**16 - 1).astype(np.uint16)


@dataclass(frozen=True, eq=False)
class Payload:
    """Arrays one after the other, and what tells them apart."""

    text: str
    """Deflated (zlib), base64."""
    blocks: Sequence[Mapping[str, Any]]
    """Of each array `name`, `type` (NumPy's), `offset` [B], `count`, and `row`: the numbers of a
    frame where it is differences in two planes of bytes, 0 where it is stored as it is."""


def packed(arrays: Mapping[str, NDArray[Any]]) -> Payload:
    """Pack arrays; those of two bytes a number are frames, along their first axis."""
    blocks, pieces, offset = [], [], 0
    for name, array in arrays.items():
        row = 0
        if array.dtype.itemsize == 2:
            row = int(np.prod(array.shape[1:]))
            piece = _differences(array)
        else:
            piece = np.ascontiguousarray(array).tobytes()
        pieces.append(piece + b"\0" * (-len(piece) % ALIGNED))
        kind = array.dtype.name
        blocks.append(
            {"name": name, "type": kind, "offset": offset, "count": int(array.size), "row": row}
        )
        offset += len(pieces[-1])
    text = base64.b64encode(zlib.compress(b"".join(pieces), LEVEL)).decode("ascii")
    return Payload(text, blocks)


def _differences(frames: NDArray[Any]) -> bytes:
    """Change of each number from frame to frame, modulo 2¹⁶: low bytes of all, then high bytes."""
    numbers = frames.reshape(len(frames), -1).astype("<i2" if frames.dtype.kind == "i" else "<u2")
    changes = numbers.view("<u2").copy()
    changes[1:] -= numbers.view("<u2")[:-1]
    return changes.reshape(-1).view(np.uint8).reshape(-1, 2).T.tobytes()
