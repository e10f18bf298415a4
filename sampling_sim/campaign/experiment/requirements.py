"""Requirements on outcomes: one comparison, demanded of a share of the cases.

`text = "collected_mass >= 100 g"` with `probability = 0.95` and `confidence = 0.90` asks that at
least 95 % of all touchdowns collect 100 g, and that the sample shows it at 90 % confidence.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

import numpy as np
from annotated_types import Gt, Lt

from sampling_sim.campaign.experiment.parameters import build_fixed, unknown_key
from sampling_sim.constants import BoolArray
from sampling_sim.errors import ConfigError
from sampling_sim.outcome import Outcome, Status, outcome_columns
from sampling_sim.quantities import magnitude

_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_EQUALS: dict[str, Callable[[Any, Any], Any]] = {"==": operator.eq, "!=": operator.ne}
_TEXT = re.compile(r"\s*(\w+)\s*(>=|<=|==|!=|>|<)\s*(\S.*?)\s*")

NOT_FINISHED = (Status.FAILED, Status.DIVERGED)
"""Cases without a trustworthy outcome: left out of quantiles, counted against requirements."""


def is_finished(status: Any) -> BoolArray:
    """Which cases have a trustworthy outcome, shape (n,); `status` as the column holds it."""
    found = np.asarray(status)
    return np.logical_and.reduce([np.asarray(found != name, dtype=bool) for name in NOT_FINISHED])


@dataclass(frozen=True, kw_only=True)
class RequirementParameters:
    """One `[[requirements]]` table."""

    text: str
    """Outcome, comparison and bound with its unit, as "collected_mass >= 100 g"."""
    probability: Annotated[float, Gt(0), Lt(1)]
    """[1] share of all cases that must meet it."""
    confidence: Annotated[float, Gt(0), Lt(1)]
    """[1] one-sided confidence with which the sample must show it."""


@dataclass(frozen=True)
class Requirement:
    """A requirement that can be evaluated; `bound` is in SI."""

    text: str
    column: str
    comparison: str
    bound: float | bool | str
    probability: float
    confidence: float

    def is_met(self, columns: Mapping[str, Any]) -> BoolArray:
        """Which cases meet it, shape (n,); a NaN meets nothing, nor does an unfinished case."""
        values = np.asarray(columns[self.column])
        compare = (_ORDERS | _EQUALS)[self.comparison]
        return np.asarray(compare(values, self.bound), dtype=bool) & is_finished(columns["status"])


def read_requirement(table: Any, key: str) -> Requirement:
    """Read one `[[requirements]]` table; `key` names it in messages.

    Raises
    ------
    ConfigError
        If a key is wrong, the outcome unknown, or the bound not of the outcome's dimension.
    """
    parameters = build_fixed(RequirementParameters, table, key)
    match = _TEXT.fullmatch(parameters.text)
    if match is None:
        form = 'must be OUTCOME COMPARISON BOUND, as "collected_mass >= 100 g"'
        raise ConfigError(f"{key}.text", parameters.text, form)
    column, comparison, bound = match.groups()
    try:
        si_bound = _bound(column, comparison, bound)
    except ValueError as error:
        raise ConfigError(f"{key}.text", parameters.text, str(error)) from None
    probability, confidence = parameters.probability, parameters.confidence
    return Requirement(parameters.text, column, comparison, si_bound, probability, confidence)


def _bound(column: str, comparison: str, text: str) -> float | bool | str:
    """Bound in SI, of the type of the outcome; ValueError says what is wrong with it."""
    columns = outcome_columns()
    if column not in columns:
        raise ValueError(f"{column!r} {unknown_key(column, columns)}")
    kind = next(field.type for field in fields(Outcome) if field.name == column)
    if kind in (float, int):
        if comparison not in _ORDERS:
            raise ValueError(f"{column} is a number: compare it by one of {', '.join(_ORDERS)}")
        bound = _number(text, columns[column]["units"])
        if not math.isfinite(bound):
            raise ValueError("the bound must be finite")
        return bound
    if comparison not in _EQUALS:
        raise ValueError(f"{column} is not a number: compare it by == or !=")
    if kind is bool:
        if text not in {"true", "false"}:
            raise ValueError(f"{column} is true or false")
        return text == "true"
    if kind is Status and text not in set(Status):
        raise ValueError(f"status is one of {', '.join(Status)}")
    return text


def _number(text: str, unit: str) -> float:
    if unit != "1":
        return magnitude(text, unit)
    try:
        return float(text)
    except ValueError:
        raise ValueError("the bound must be a bare number") from None
