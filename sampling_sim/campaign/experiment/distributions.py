"""Distributions of one input: what a user may write where a number could stand.

Every distribution is drawn through its inverse, `quantile(u)` with u uniform in (0, 1): one random
number a value, never a redraw, so that design points share their numbers and a changed spread
moves every case continuously.  Where the u come from: `design.py`.  All values are SI.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sampling_sim.campaign.experiment.leaves import Leaf
from sampling_sim.errors import ConfigError

SMALLEST, LARGEST = 2.0**-54, 1.0 - 2.0**-53
"""Range of u: Generator.random() is a multiple of 2⁻⁵³ in [0, 1); a 0 counts as half a step."""


@dataclass(frozen=True)
class _Input:
    """What every distribution says of its input."""

    is_epistemic: bool = field(default=False, kw_only=True)
    """Unknown of the surface, the same in every touch of it, and not an error of each touch."""


@dataclass(frozen=True)
class Normal(_Input):
    """Normal of given mean and standard deviation, cut to [low, high] and rescaled."""

    mean: float
    sd: float
    low: float = -math.inf
    high: float = math.inf

    def quantile(self, u: float) -> float:
        """Inverse distribution function at u."""
        from scipy.stats import truncnorm

        if self.sd == 0.0:
            return self.mean
        bounds = (self.low - self.mean) / self.sd, (self.high - self.mean) / self.sd
        value = self.mean + self.sd * float(truncnorm.ppf(u, *bounds))
        return min(max(value, self.low), self.high)  # the rescaling can round across a bound


@dataclass(frozen=True)
class Uniform(_Input):
    """Uniform between low and high."""

    low: float
    high: float

    def quantile(self, u: float) -> float:
        """Inverse distribution function at u."""
        return min(self.low + (self.high - self.low) * u, self.high)


@dataclass(frozen=True)
class LogUniform(_Input):
    """Uniform in the logarithm between low and high, both > 0."""

    low: float
    high: float

    def quantile(self, u: float) -> float:
        """Inverse distribution function at u."""
        return min(max(self.low * (self.high / self.low) ** u, self.low), self.high)


@dataclass(frozen=True)
class Triangular(_Input):
    """Triangular between low and high with its peak at mode."""

    low: float
    mode: float
    high: float

    def quantile(self, u: float) -> float:
        """Inverse distribution function at u."""
        width = self.high - self.low
        if u * width < self.mode - self.low:
            return self.low + math.sqrt(u * width * (self.mode - self.low))
        return self.high - math.sqrt((1.0 - u) * width * (self.high - self.mode))


@dataclass(frozen=True)
class Choice(_Input):
    """One of the values, each as likely."""

    values: tuple[Any, ...]

    def quantile(self, u: float) -> Any:
        """Value whose share of (0, 1) holds u."""
        return self.values[int(u * len(self.values))]


@dataclass(frozen=True)
class Grid(_Input):
    """Values that are all run, with the same random numbers: design points, or surfaces."""

    values: tuple[Any, ...]


Random = Normal | Uniform | LogUniform | Triangular | Choice
Distribution = Random | Grid


def read_distribution(leaf: Leaf, table: Mapping[str, Any]) -> Distribution:
    """Distribution that a table of the file describes, checked so that every draw is allowed.

    Raises
    ------
    ConfigError
        If the table is not a distribution, cannot be drawn, or reaches out of the field's range.
    """
    kinds = [name for name in table if name in _READERS]
    if len(kinds) != 1:
        wanted = f"needs exactly one of {', '.join(_READERS)}"
        raise ConfigError(leaf.key, dict(table), wanted)
    kind = kinds[0]
    extra = set(table) - {kind, "epistemic"} - ({"min", "max"} if kind == "normal" else set())
    if extra:
        raise ConfigError(f"{leaf.key}.{min(extra)}", table[min(extra)], f"is not a part of {kind}")
    if not isinstance(table[kind], list):
        raise ConfigError(f"{leaf.key}.{kind}", table[kind], "must be a list")
    if kind not in {"choice", "grid"} and not leaf.is_continuous:
        raise ConfigError(leaf.key, dict(table), "is not a continuous number: choice or grid only")
    is_epistemic = table.get("epistemic", False)
    if not isinstance(is_epistemic, bool):
        raise ConfigError(f"{leaf.key}.epistemic", is_epistemic, "must be true or false")
    distribution = replace(_READERS[kind](leaf, table), is_epistemic=is_epistemic)
    if not isinstance(distribution, Choice | Grid):
        for bound in (distribution.low, distribution.high):
            _check_reach(leaf, table, bound)
    return distribution


def _check_reach(leaf: Leaf, table: Mapping[str, Any], bound: float) -> None:
    try:
        leaf.from_si(bound)
    except ConfigError as error:
        help_ = ": give min and max" if math.isinf(bound) else ""
        allowed = f"reaches {bound:g} {leaf.unit}, but {error.allowed}{help_}"
        raise ConfigError(leaf.key, dict(table), allowed) from None


def _numbers(leaf: Leaf, table: Mapping[str, Any], kind: str, *names: str) -> list[float]:
    entries = table[kind]
    if len(entries) != len(names):
        raise ConfigError(f"{leaf.key}.{kind}", entries, f"must be [{', '.join(names)}]")
    return [Leaf(f"{leaf.key}.{kind}", leaf.annotation).number(entry) for entry in entries]


def _normal(leaf: Leaf, table: Mapping[str, Any]) -> Normal:
    mean, sd = _numbers(leaf, table, "normal", "mean", "standard deviation")
    low, high = (
        Leaf(f"{leaf.key}.{name}", leaf.annotation).number(table[name]) if name in table else limit
        for name, limit in (("min", -math.inf), ("max", math.inf))
    )
    if sd < 0.0:
        raise ConfigError(leaf.key, dict(table), "the standard deviation must not be negative")
    if not low < high:
        raise ConfigError(leaf.key, dict(table), "min must be below max")
    if sd == 0.0 and not low <= mean <= high:
        raise ConfigError(leaf.key, dict(table), "the mean must lie between min and max")
    normal = Normal(mean, sd, low, high)
    if not all(math.isfinite(normal.quantile(u)) for u in (SMALLEST, LARGEST)):
        raise ConfigError(leaf.key, dict(table), "min and max leave nothing of the distribution")
    return normal


def _uniform(leaf: Leaf, table: Mapping[str, Any]) -> Uniform:
    low, high = _numbers(leaf, table, "uniform", "low", "high")
    if not low < high:
        raise ConfigError(leaf.key, dict(table), "low must be below high")
    return Uniform(low, high)


def _log_uniform(leaf: Leaf, table: Mapping[str, Any]) -> LogUniform:
    low, high = _numbers(leaf, table, "log_uniform", "low", "high")
    if not 0.0 < low < high:
        raise ConfigError(leaf.key, dict(table), "needs 0 < low < high")
    return LogUniform(low, high)


def _triangular(leaf: Leaf, table: Mapping[str, Any]) -> Triangular:
    low, mode, high = _numbers(leaf, table, "triangular", "low", "mode", "high")
    if not (low <= mode <= high and low < high):
        raise ConfigError(leaf.key, dict(table), "needs low <= mode <= high and low < high")
    return Triangular(low, mode, high)


def _values(leaf: Leaf, table: Mapping[str, Any], kind: str) -> tuple[Any, ...]:
    if not table[kind]:
        raise ConfigError(f"{leaf.key}.{kind}", table[kind], "needs at least one value")
    return tuple(Leaf(f"{leaf.key}.{kind}", leaf.annotation).from_file(v) for v in table[kind])


def _choice(leaf: Leaf, table: Mapping[str, Any]) -> Choice:
    return Choice(_values(leaf, table, "choice"))


def _grid(leaf: Leaf, table: Mapping[str, Any]) -> Grid:
    values = _values(leaf, table, "grid")
    if len(set(values)) < len(values):
        raise ConfigError(f"{leaf.key}.grid", table["grid"], "must not name a value twice")
    return Grid(values)


_READERS: dict[str, Callable[[Leaf, Mapping[str, Any]], Distribution]] = {
    "normal": _normal,
    "uniform": _uniform,
    "log_uniform": _log_uniform,
    "triangular": _triangular,
    "choice": _choice,
    "grid": _grid,
}
