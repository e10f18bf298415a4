"""Grain sizes: power law, log-normal or a table, cut at both ends.

Each distribution knows its cumulative fraction by number, the inverse of it, and the mean cube of
the diameter, all in closed form.  Sizes are diameters [m].  The truncated log-normal's moment:
Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions 1, ch. 14.
"""

from dataclasses import dataclass
from math import exp, log, pi
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sampling_sim.constants import FloatArray

if TYPE_CHECKING:
    from sampling_sim.regolith.parameters import RegolithParameters


class SizeDistribution(Protocol):
    """How many grains are how large."""

    def fraction_below(self, diameter: FloatArray) -> FloatArray:
        """Fraction of grains, by number, smaller than `diameter` [m]: the closed-form CDF."""

    def quantile(self, share: FloatArray) -> FloatArray:
        """Diameter [m] that the fraction `share` of the grains, by number, is smaller than."""

    @property
    def mean_cube(self) -> float:
        """Mean of the diameter cubed [m³], by number."""


@dataclass(frozen=True)
class PowerLaw:
    """Number of grains larger than d goes as d^index, the index negative and cumulative."""

    smallest: float
    largest: float
    index: float

    def fraction_below(self, diameter: FloatArray) -> FloatArray:
        """CDF by number, see `SizeDistribution`."""
        a, b, q = self.smallest, self.largest, self.index
        if a == b:
            return np.where(np.asarray(diameter) >= b, 1.0, 0.0)
        return (a**q - np.clip(diameter, a, b) ** q) / (a**q - b**q)

    def quantile(self, share: FloatArray) -> FloatArray:
        """Diameter [m] of a share, see `SizeDistribution`."""
        a, b, q = self.smallest, self.largest, self.index
        return np.clip((a**q - share * (a**q - b**q)) ** (1.0 / q), a, b)

    @property
    def mean_cube(self) -> float:
        """∫ d³ p(d) dd [m³] with p ∝ d^(q−1)."""
        a, b, q = self.smallest, self.largest, self.index
        if a == b:
            return a**3
        integral = log(b / a) if q == -3.0 else (b ** (q + 3.0) - a ** (q + 3.0)) / (q + 3.0)
        return -q / (a**q - b**q) * integral


@dataclass(frozen=True)
class LogNormal:
    """ln d is normal, by number, with the mean ln `median` and the deviation `sigma`, and cut."""

    smallest: float
    largest: float
    median: float
    sigma: float

    def fraction_below(self, diameter: FloatArray) -> FloatArray:
        """CDF by number, see `SizeDistribution`."""
        from scipy.special import ndtr

        low, high = self._ends(0.0)
        inside = np.clip(diameter, self.smallest, self.largest)
        return (ndtr(np.log(inside / self.median) / self.sigma) - low) / (high - low)

    def quantile(self, share: FloatArray) -> FloatArray:
        """Diameter [m] of a share, see `SizeDistribution`."""
        from scipy.special import ndtri

        low, high = self._ends(0.0)
        diameter = self.median * np.exp(self.sigma * ndtri(low + share * (high - low)))
        return np.clip(diameter, self.smallest, self.largest)

    @property
    def mean_cube(self) -> float:
        """E[d³] [m³]: the whole law's exp(3μ + 9σ²/2) times the ratio of the shifted ends."""
        low, high = self._ends(0.0)
        shifted_low, shifted_high = self._ends(3.0 * self.sigma)
        whole = self.median**3 * exp(4.5 * self.sigma**2)
        return whole * (shifted_high - shifted_low) / (high - low)

    @property
    def share_inside(self) -> float:
        """Share of the uncut law that lies between the ends."""
        low, high = self._ends(0.0)
        return high - low

    def _ends(self, shift: float) -> tuple[float, float]:
        """Φ of the two ends in standard units less `shift`."""
        from scipy.special import ndtr

        low = log(self.smallest / self.median) / self.sigma - shift
        high = log(self.largest / self.median) / self.sigma - shift
        return float(ndtr(low)), float(ndtr(high))


@dataclass(frozen=True)
class SizeTable:
    """Cumulative fraction at given diameters, by number or by mass, straight lines in between.

    `diameter` rises [m], `fraction` goes from 0 to 1; both have shape (k,), k ≥ 2.
    """

    diameter: FloatArray
    fraction: FloatArray
    by_mass: bool

    def fraction_below(self, diameter: FloatArray) -> FloatArray:
        """CDF by number, see `SizeDistribution`."""
        ends = self._number_at_ends()
        d = np.clip(diameter, self.diameter[0], self.diameter[-1])
        if not self.by_mass:
            return np.interp(d, self.diameter, ends)
        k = np.clip(np.searchsorted(self.diameter, d, side="right") - 1, 0, len(ends) - 2)
        a, b = self.diameter[k] ** -2, self.diameter[k + 1] ** -2
        return ends[k] + (ends[k + 1] - ends[k]) * (a - d**-2.0) / (a - b)

    def quantile(self, share: FloatArray) -> FloatArray:
        """Diameter [m] of a share, see `SizeDistribution`."""
        ends = self._number_at_ends()
        if not self.by_mass:
            return np.interp(share, ends, self.diameter)
        # a straight line in mass is one in d⁻² by number: dN ∝ dM/d³
        return np.interp(share, ends, self.diameter**-2) ** -0.5

    @property
    def mean_cube(self) -> float:
        """Mean of d³ [m³] by number."""
        a, b, step = self.diameter[:-1], self.diameter[1:], np.diff(self.fraction)
        if self.by_mass:
            return float(step.sum() / (step * _inverse_cube(a, b)).sum())
        return float((step * 0.25 * (a + b) * (a * a + b * b)).sum())

    def cut(self, smallest: float, largest: float) -> "SizeTable":
        """Table between two diameters [m], its fractions from 0 to 1 again."""
        inside = (self.diameter > smallest) & (self.diameter < largest)
        diameter = np.array([smallest, *self.diameter[inside], largest])
        fraction = np.interp(diameter, self.diameter, self.fraction)
        share = fraction[-1] - fraction[0]
        return SizeTable(diameter, (fraction - fraction[0]) / share, self.by_mass)

    def _number_at_ends(self) -> FloatArray:
        """Cumulative fraction by number at the table's diameters, shape (k,)."""
        if not self.by_mass:
            return self.fraction
        number = np.diff(self.fraction) * _inverse_cube(self.diameter[:-1], self.diameter[1:])
        total = np.concatenate([[0.0], np.cumsum(number)])
        return np.asarray(total / total[-1])


def sizes_of(
    parameters: "RegolithParameters", smallest: float | None = None, largest: float | None = None
) -> SizeDistribution:
    """Distribution that the parameters ask for, cut to `smallest` and `largest` [m] if given."""
    p = parameters
    a, b = smallest or p.diameter_min, largest or p.diameter_max
    if p.size_distribution == "log_normal" and a < b:
        return LogNormal(a, b, p.size_median or a, p.size_sigma or 1.0)
    if p.size_distribution == "table" and a < b:
        diameter, fraction = np.array(p.size_table, float).T
        return SizeTable(diameter, fraction, p.size_table_by == "mass").cut(a, b)
    return PowerLaw(a, b, p.size_index)


def draw_diameters(
    rng: np.random.Generator, sizes: SizeDistribution, solid_volume: float
) -> FloatArray:
    """Draw diameters [m] by inverting the CDF, as many as make up `solid_volume` [m³]."""
    drawn = np.zeros(0)
    expected = solid_volume / (pi / 6.0 * sizes.mean_cube)
    while pi / 6.0 * (drawn**3).sum() < solid_volume:
        more = sizes.quantile(rng.random(int(1.1 * expected) + 10))
        drawn = np.concatenate([drawn, more])
    volume = np.cumsum(pi / 6.0 * drawn**3)
    return drawn[: int(np.searchsorted(volume, solid_volume)) + 1]


def _inverse_cube(low: FloatArray, high: FloatArray) -> FloatArray:
    """Mean of d⁻³ over d uniform between `low` and `high`: (a⁻² − b⁻²)/(2(b − a))."""
    return np.asarray(0.5 * (low + high) / (low * high) ** 2)
