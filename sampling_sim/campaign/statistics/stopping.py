"""When a campaign has seen enough: rules for `--until`, looked at after fixed replicates.

    collected_mass >= 100 g known to ±3 %     half-width of the probability's interval, in points
    mean collected_mass known to ±5 %         half-width of the mean's interval over the mean
    requirements decided                      each is met or not met

A rule holds when it holds at every design point and on every surface.  Looks are at numbers of
replicates that are known beforehand, so where a campaign ends depends on its seed alone.

To look often and stop at a lucky one costs coverage.  The first two rules stop by the width of an
interval, which costs little; each look takes it at `LOOK_CONFIDENCE`, wider than the 95 % that is
promised.  The third stops by where the evidence points, which would cost much; it uses evidence
that holds at any number of looks [R1970]_.  Measured: tests/unit/campaign/test_stopping_rules.py.

References
----------
.. [R1970] Robbins (1970), Ann. Math. Stat. 41, 1397-1409: mixtures of likelihood ratios, by Ville's
   inequality below 1/alpha for ever with probability 1 - alpha where the hypothesis is true.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sampling_sim.campaign.experiment.parameters import unknown_key
from sampling_sim.campaign.experiment.requirements import Requirement, is_finished, read_requirement
from sampling_sim.campaign.statistics.clusters import Clusters
from sampling_sim.campaign.statistics.intervals import binomial_bounds, mean_interval
from sampling_sim.campaign.statistics.rows import Columns, rows_of, with_surface
from sampling_sim.campaign.statistics.summary import NUMERIC_OUTCOMES
from sampling_sim.errors import BadInput, ConfigError

FIRST_LOOK = 16
"""Replicates; chosen: fewer show no 90 % requirement at 80 % confidence."""
GROWTH = 1.25
"""Replicates at a look over those at the one before; chosen: at most a quarter are run in vain."""
LOOK_CONFIDENCE = 0.975
"""Of the interval at a look, two-sided; chosen: covers 95 % at the end where 95 % would cover 93 %
(92 % of a skewed mean from few cases), for a third more cases."""

FORMS = (
    '"collected_mass >= 100 g known to ±3 %", "mean collected_mass known to ±5 %" '
    'or "requirements decided"'
)
_KNOWN = re.compile(r"\s*(.+?)\s+known\s+to\s*(?:±|\+-|\+/-)\s*([0-9.]+)\s*%\s*")


@dataclass(frozen=True)
class Look:
    """What a rule saw: whether it is reached, and one line that says how far it is."""

    is_reached: bool
    text: str


class StoppingRule(Protocol):
    """When a campaign has seen enough."""

    def look(self, columns: Columns) -> Look:
        """Look at the cases of a complete prefix of replicates, columns as `/runs` holds them."""


@dataclass(frozen=True)
class ProbabilityKnown:
    """The probability that a case meets a comparison is known to ± `half_width` (a share)."""

    requirement: Requirement
    half_width: float

    def look(self, columns: Columns) -> Look:
        """Take the widest Clopper-Pearson interval of all design points and surfaces."""
        widest, share = -1.0, 0.0
        for part in _parts(columns):
            is_met = self.requirement.is_met(part)
            low, high = binomial_bounds(int(is_met.sum()), len(is_met), 0.5 + 0.5 * LOOK_CONFIDENCE)
            if 0.5 * (high - low) > widest:
                widest, share = 0.5 * (high - low), float(is_met.mean())
        wanted = f"wanted ± {100.0 * self.half_width:.3g}%"
        text = f"{self.requirement.text}: {share:.1%} ± {widest:.1%}, {wanted}"
        return Look(0.0 <= widest <= self.half_width, text)


@dataclass(frozen=True)
class MeanKnown:
    """The mean of an outcome is known to ± `relative` of itself."""

    outcome: str
    relative: float

    def look(self, columns: Columns) -> Look:
        """Take the widest interval, over its mean, of all design points and surfaces."""
        widest = -1.0
        for part in _parts(columns):
            finite = np.isfinite(part[self.outcome]) & is_finished(part["status"])
            values = np.asarray(part[self.outcome], float)[finite]
            clusters = Clusters.of(part["packing_seed"][finite])
            low, high = mean_interval(values, clusters, LOOK_CONFIDENCE)
            # NaN where nothing varies or nothing is there: such a mean is not known
            half = math.inf if math.isnan(low) else 0.5 * (high - low)
            middle = abs(float(values.mean())) if len(values) else 0.0
            widest = max(widest, half / middle if middle else math.inf)
        text = f"mean {self.outcome}: ± {widest:.1%}, wanted ± {100.0 * self.relative:.3g}%"
        return Look(0.0 <= widest <= self.relative, text)


@dataclass(frozen=True)
class RequirementsDecided:
    """Every requirement is shown to be met or not met, at its own confidence."""

    requirements: tuple[Requirement, ...]

    def look(self, columns: Columns) -> Look:
        """Judge every requirement at every design point: on all surfaces met, or on one not."""
        points = np.unique(columns["design_point"])
        decided = 0
        for point in points:
            parts = list(_parts(rows_of(columns, columns["design_point"] == point)))
            for requirement in self.requirements:
                met = [requirement.is_met(part) for part in parts]
                decided += is_decided([(int(m.sum()), len(m)) for m in met], requirement)
        total = len(points) * len(self.requirements)
        return Look(0 < total == decided, f"{decided} of {total} verdicts decided")


def read_rule(text: str, requirements: Sequence[Requirement] = ()) -> StoppingRule:
    """Read the rule of `--until`.

    Parameters
    ----------
    text
        As the module says.
    requirements
        Those of the experiment, for "requirements decided".

    Raises
    ------
    BadInput
        If it is no such rule, or cannot be judged; the line says what is allowed.
    """
    if " ".join(text.split()) == "requirements decided":
        if not requirements:
            raise BadInput(f"--until {text!r}: the experiment has no [[requirements]]")
        return RequirementsDecided(tuple(requirements))
    match = _KNOWN.fullmatch(text)
    if match is None:
        raise BadInput(f"--until {text!r}: must be as {FORMS}")
    subject, percent = match.groups()
    try:
        width = float(percent) / 100.0
    except ValueError:
        width = 0.0
    if not 0.0 < width < 0.5:
        raise BadInput(f"--until {text!r}: ±{percent} % must be a number above 0 and below 50")
    if subject.startswith("mean "):
        outcome = subject.removeprefix("mean ").strip()
        if outcome not in NUMERIC_OUTCOMES:
            raise BadInput(
                f"--until {text!r}: {outcome!r} {unknown_key(outcome, NUMERIC_OUTCOMES)}"
            )
        return MeanKnown(outcome, width)
    # The probability demanded and its confidence play no part in how well a probability is known
    table = {"text": subject, "probability": 0.5, "confidence": 0.95}
    try:
        return ProbabilityKnown(read_requirement(table, "--until"), width)
    except ConfigError as error:
        raise BadInput(f"--until {text!r}: {error.allowed}") from None


def look_points(cases: int) -> list[int]:
    """Numbers of replicates after which a rule is looked at, up to `cases`."""
    points, point = [], FIRST_LOOK
    while point <= cases:
        points.append(point)
        point = math.ceil(GROWTH * point)
    return points


def is_decided(counts: Sequence[tuple[int, int]], requirement: Requirement) -> bool:
    """Whether a requirement is shown to be met or not met, whatever the looks before.

    Parameters
    ----------
    counts
        Cases that meet it and cases, of each surface.
    requirement
        What is demanded.

    Notes
    -----
    Evidence against "the share is at most p" is the mean, over all shares above p as likely, of
    their likelihood over that of p; against "at least p" the same with those below.  Each exceeds
    1/alpha at any look with probability alpha at most if it is true.  Met is what all surfaces
    meet; that one does not is shown at alpha over their number, as in `requirement_verdict`.
    """
    p, alpha = requirement.probability, 1.0 - requirement.confidence
    met = [_log_evidence(k, n, p) >= -math.log(alpha) for k, n in counts]
    enough = -math.log(alpha / len(counts))
    return all(met) or any(_log_evidence(n - k, n, 1.0 - p) >= enough for k, n in counts)


def _log_evidence(successes: int, cases: int, p: float) -> float:
    """Logarithm of the evidence that a share is above p."""
    from scipy.special import betaincc, betaln

    a, b = successes + 1.0, cases - successes + 1.0
    above = float(betaincc(a, b, p))
    if above == 0.0:
        return -math.inf
    average = float(betaln(a, b)) + math.log(above) - math.log1p(-p)
    return average - successes * math.log(p) - (cases - successes) * math.log1p(-p)


def _parts(columns: Columns) -> Iterator[Mapping[str, Any]]:
    """Cases of each design point and surface."""
    columns = with_surface(columns)
    point, surface = columns["design_point"], columns["surface"]
    for number in np.unique(point):
        for other in np.unique(surface[point == number]):
            yield rows_of(columns, (point == number) & (surface == other))
