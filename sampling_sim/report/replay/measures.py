"""What grains are coloured by beside the sample: speed, net force, height; and their scales.  SI.

A net force is a grain's mass times its mean acceleration, from three snapshots in a row.  Contact
forces are not recorded: a grain that is squeezed and does not move shows none.  `player/grains.js`
has the same formula.
"""

from math import pi

import numpy as np

from sampling_sim.case import Case
from sampling_sim.constants import FloatArray
from sampling_sim.report.replay.payload import Quantised

SHARE = 99.9
"""[%] of the values other than 0 that a scale holds; chosen: one grain shot away leaves the others
their colours."""


def grain_masses(inputs: Case, radius: FloatArray) -> FloatArray | None:
    """Masses [kg] (n,); None where grains are clumps: a sphere of one has no force of its own."""
    regolith = inputs.regolith
    if not regolith.shape.is_round:
        return None
    return np.asarray(regolith.grain_density * 4.0 / 3.0 * pi * radius**3)


def net_force(
    found: Quantised, time: FloatArray, mass: FloatArray, period: tuple[float, float] | None
) -> FloatArray:
    """Magnitude of the mean net force [N] on each grain at each snapshot, shape (f, n).

    The mean over the intervals before and after, weighted by a triangle.  0 where it is below what
    the resolution of positions can tell, in the first and last snapshot, and where a grain was
    moved to another periodic image.
    """
    frames, count = found.numbers.shape[:2]
    force = np.zeros((frames, count))
    for i in range(1, frames - 1):
        before, after = time[i] - time[i - 1], time[i + 1] - time[i]
        moved = np.diff(found.numbers[i - 1 : i + 2].astype(np.int32), axis=0) * found.step
        rate = 2.0 * (moved[1] / after - moved[0] / before) / (before + after)
        noise = 2.0 * found.step * (1.0 / after + 1.0 / before) / (before + after)
        size = np.linalg.norm(rate, axis=1)
        told = size > np.sqrt(3.0) * noise
        if period is not None:
            told &= (np.abs(moved[..., :2]) < 0.5 * np.array(period)).all(axis=(0, 2))
        force[i] = np.where(told, mass * size, 0.0)
    return force


def scale_top(values: FloatArray, least: float) -> float:
    """Upper end of a scale from 0, to two digits; at least `least`."""
    above = values[values > 0.0]
    top = max(least, float(np.percentile(above, SHARE)) if above.size else 0.0)
    return float(f"{top:.2g}")
