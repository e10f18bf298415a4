"""What a comparison of two runs shows, as data, as JSON and as lines for people."""

import math
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a comparison, or one test of it, shows."""

    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One test: of a difference (null: the same) or of equivalence (null: beyond the margin)."""

    outcome: str
    test: str
    kind: str
    """"difference" or "equivalence"."""
    design_point: int
    surface: int
    base: float
    """Estimate of the base run: mean, quantile or share; NaN for a distribution."""
    new: float
    statistic: float
    """Relative change of the estimate, change of a share, or the distributions' distance."""
    p_value: float
    level: float
    """What p is held against, after the correction for the number of tests."""
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What two runs show about each other."""

    verdict: Verdict
    margin: float
    base_cases: int
    new_cases: int
    pairs: int
    cases_needed: int | None
    """Cases of each run that would tell, None where no number would."""
    tests: tuple[Finding, ...]
    notes: tuple[str, ...]
    differs: tuple[str, ...]
    """In what the runs were made differently, as far as their files tell."""

    def as_dict(self) -> dict[str, Any]:
        """As `compare --json` gives it."""
        return asdict(self)

    def lines(self) -> list[str]:
        """As a person reads it."""
        head = f"{self.verdict}: {self.base_cases} and {self.new_cases} cases"
        lines = [f"{head}, {self.pairs} with the same random numbers; margin ±{self.margin:.3g}"]
        lines += [
            f"{t.outcome}, point {t.design_point}.{t.surface}, {_text(t)}" for t in self.tests
        ]
        if self.verdict is Verdict.INCONCLUSIVE:
            lines.append(f"cases of each run that would tell: {self._needed}")
        return lines + list(self.notes) + [f"made differently: {line}" for line in self.differs]

    @property
    def _needed(self) -> str:
        if self.cases_needed is None:
            return "no number"
        if self.cases_needed <= min(self.base_cases, self.new_cases):
            return f"{self.cases_needed}, which are there: the difference is near the margin"
        return str(self.cases_needed)


def _text(test: Finding) -> str:
    ends = "" if math.isnan(test.base) else f" {test.base:.4g} -> {test.new:.4g}"
    asked = "difference" if test.kind == "difference" else "within the margin"
    answer = "not shown" if test.verdict is Verdict.INCONCLUSIVE else "shown"
    p_value = "too few cases" if math.isnan(test.p_value) else f"p = {test.p_value:.2g}"
    return f"{test.test}{ends}: {asked} {answer} ({p_value}, level {test.level:.2g})"
