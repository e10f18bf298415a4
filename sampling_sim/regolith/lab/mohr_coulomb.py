"""From stresses to numbers with intervals: Mohr–Coulomb's line, and means over packings.

In: normal and shear stresses [Pa] of several packings; out: friction angle [rad] and cohesion [Pa],
each with the interval that Student's t gives at 95 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan, sqrt

import numpy as np

from sampling_sim.constants import FloatArray

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Measured:
    """A measured value and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


def mean_interval(values: Sequence[float]) -> Measured:
    """Mean of independent values and its t-interval; one value has no bounds (NaN)."""
    count, mean = len(values), float(np.mean(values))
    if count < 2:
        return Measured(mean, float("nan"), float("nan"))
    half = _quantile(count - 1) * float(np.std(values, ddof=1)) / sqrt(count)
    return Measured(mean, mean - half, mean + half)


def mohr_coulomb(normal: FloatArray, shear: FloatArray) -> tuple[Measured, Measured]:
    """Friction angle [rad] and cohesion [Pa] of τ = c + σ tan φ, fitted to (n,) stresses each.

    The scatter of a granular stress is a share of it, so each point weighs as the inverse of its
    fitted shear stress (twice over); intervals are those of the linear regression, n − 2 degrees
    of freedom.
    """
    normal = np.asarray(normal, float)
    shear = np.asarray(shear, float)
    columns = np.column_stack([np.ones_like(normal), normal])
    scale: FloatArray = np.full(shear.shape, float(np.abs(shear).mean()))
    found: FloatArray = np.zeros(2)
    for _ in range(4):
        weighted = columns / scale[:, None]
        found = np.asarray(np.linalg.lstsq(weighted, shear / scale, rcond=None)[0], float)
        # a point below a tenth of the mean would weigh without limit
        scale = np.asarray(np.maximum(columns @ found, 0.1 * float(np.abs(shear).mean())))
    weighted = columns / scale[:, None]
    found = np.asarray(np.linalg.lstsq(weighted, shear / scale, rcond=None)[0], float)
    freedom = normal.size - 2
    error = (shear / scale - weighted @ found) ** 2
    covariance = np.linalg.inv(weighted.T @ weighted) * float(error.sum()) / max(1, freedom)
    half = _quantile(max(1, freedom)) * np.sqrt(np.diag(covariance))
    angle = Measured(*(atan(float(t)) for t in (found[1], found[1] - half[1], found[1] + half[1])))
    cohesion = Measured(float(found[0]), float(found[0] - half[0]), float(found[0] + half[0]))
    return angle, cohesion


def _quantile(freedom: int) -> float:
    """Student's t that leaves half of what the confidence does not cover above it."""
    from scipy.stats import t

    return float(t.ppf(0.5 + 0.5 * CONFIDENCE, freedom))
