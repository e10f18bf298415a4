"""Rules across keys, checked of every case before any runs, without drawing every case.

A rule is the `__post_init__` of a section or of a table in it, and reads what stands there alone;
that of the whole case reads `kind`, which cannot be drawn.  So only sections that vary and have a
rule are built: with every combination of their values where these can be listed, and case by case
where one of them breaks a rule, or values are continuous.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sampling_sim.campaign.experiment.config import Experiment, PlannedCase
from sampling_sim.campaign.experiment.distributions import Choice, Grid
from sampling_sim.campaign.experiment.leaves import field_types
from sampling_sim.campaign.experiment.parameters import (
    alternative,
    build,
    distributions,
    entry_kind,
)
from sampling_sim.errors import ConfigError

MOST_COMBINATIONS = 10_000
"""chosen: half a second; more are not listed, but checked case by case."""
TELL_EVERY = 1000
"""Cases between two calls of `told`; chosen: a tenth of a second."""

Told = Callable[[int, int], None]
"""Called with the cases that are checked, and the cases in all."""


def check_rules(
    experiment: Experiment, plans: Sequence[PlannedCase], told: Told | None = None
) -> None:
    """Refuse the first case that breaks a rule, as drawing it would.

    Parameters
    ----------
    experiment
        What the cases are drawn from.
    plans
        Addresses of the cases.
    told
        Called now and then, unless nothing has to be checked case by case.

    Raises
    ------
    ConfigError
        Names the key, its value, the rule, and the case.
    """
    ruled = [part for part in _ruled(experiment) if not part.holds_everywhere(experiment)]
    if not ruled:
        return
    draws, keys = experiment.draws, frozenset(key for part in ruled for key in part.keys)
    reached = [part.scenario for part in ruled]
    for plan in _telling(_differing(experiment, plans, keys), len(plans), told):
        scenario = draws.scenario_at(plan)
        if scenario not in reached:
            continue
        values = draws.values_at(plan, keys)
        if not all(part.holds(values) for part in ruled if part.scenario == scenario):
            experiment.case_of(plan)
    if told is not None:
        told(len(plans), len(plans))


@dataclass(frozen=True)
class _Ruled:
    """A section of a scenario that has a rule, and the keys in it that vary."""

    scenario: int
    section: str
    kind: Any
    read: Mapping[str, Any]
    keys: tuple[str, ...]

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the section can have these values."""
        try:
            build(self.kind, self.read, self.section, values.__getitem__)
        except ConfigError:
            return False
        return True

    def holds_everywhere(self, experiment: Experiment) -> bool:
        """Whether its values can be listed, and no combination of them breaks a rule."""
        found = [experiment.varying[key] for key in self.keys]
        lists = [item.values for item in found if isinstance(item, Choice | Grid)]
        if len(lists) < len(found) or math.prod(map(len, lists)) > MOST_COMBINATIONS:
            return False
        named = (dict(zip(self.keys, values, strict=True)) for values in product(*lists))
        return all(self.holds(values) for values in named)


def _ruled(experiment: Experiment) -> Iterator[_Ruled]:
    types = field_types(experiment.case_type)
    for number, scenario in enumerate(experiment.scenarios):
        for section, read in scenario.sections.items():
            kind = types[section]
            keys = tuple(leaf.key for leaf, _ in distributions(kind, read, section))
            if keys and _has_rule(kind, read, section):
                yield _Ruled(number, section, kind, read, keys)


def _has_rule(kind: Any, read: Mapping[str, Any], key: str) -> bool:
    """Whether a table, or one in it, has a rule; one that the file leaves out does not vary."""
    kind = alternative(kind, read, key)
    if hasattr(kind, "__post_init__"):
        return True
    for name, value in read.items():
        annotation = field_types(kind)[name]
        inner = entry_kind(annotation) or annotation
        tables = value if isinstance(value, list) else [value]
        if any(isinstance(t, dict) and _has_rule(inner, t, f"{key}.{name}") for t in tables):
            return True
    return False


def _differing(
    experiment: Experiment, plans: Sequence[PlannedCase], keys: frozenset[str]
) -> Iterator[tuple[int, PlannedCase]]:
    """Cases that differ in the keys or in their scenario from those before, and their place."""
    draws = experiment.draws
    of_replicate = not keys.isdisjoint(draws.replicate_keys)
    points, surfaces = (
        axis.scenarios > 1 or not keys.isdisjoint(axis.grids)
        for axis in (draws.points, draws.surfaces)
    )
    surfaces = surfaces or not keys.isdisjoint(draws.surface_keys)
    replicate, seen = -1, set[tuple[int, int]]()
    for place, plan in enumerate(plans):
        if of_replicate and plan.replicate != replicate:
            replicate = plan.replicate
            seen.clear()
        address = plan.surface if surfaces else 0, plan.design_point if points else 0
        if address not in seen:
            seen.add(address)
            yield place, plan


def _telling(
    placed: Iterator[tuple[int, PlannedCase]], cases: int, told: Told | None
) -> Iterator[PlannedCase]:
    """Cases, each given once it is its turn, with what is told between them."""
    due = TELL_EVERY
    for place, plan in placed:
        if told is not None and place >= due:
            told(place, cases)
            due = place + TELL_EVERY
        yield plan
