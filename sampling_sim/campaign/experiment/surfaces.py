"""Combinations that are all run: grids, scenarios, and draws of what is unknown of the surface.

Design points are what an engineer chooses between, surfaces are what nobody knows.  Both are an
`Axis`: every replicate is run at every place of both, with the same random numbers.  A scenario
sets several keys at once ("bare rock", "boulders") and belongs to one of the two.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sampling_sim.campaign.experiment.distributions import Distribution, Grid
from sampling_sim.campaign.experiment.leaves import field_types
from sampling_sim.campaign.experiment.parameters import distributions, read_table, unknown_key
from sampling_sim.campaign.experiment.toml_tree import flat, merged
from sampling_sim.errors import ConfigError

Sections = Mapping[str, Mapping[str, Any]]
SCENARIO = "scenario"
"""Column that holds the scenario's name."""


class Place(NamedTuple):
    """One place of an axis."""

    draw: int
    scenario: int
    values: dict[str, Any]
    """Key → value of the grids."""


@dataclass(frozen=True)
class Axis:
    """All combinations of draws, scenarios and grids; the last grid runs fastest, draws slowest."""

    grids: Mapping[str, Grid]
    scenarios: int = 1
    draws: int = 1

    @cached_property
    def combinations(self) -> int:
        """Number of combinations of the grids."""
        return math.prod(len(grid.values) for grid in self.grids.values())

    def __len__(self) -> int:
        return self.draws * self.scenarios * self.combinations

    def place(self, index: int) -> Place:
        """Return what stands at an index."""
        values = {}
        for key, grid in reversed(tuple(self.grids.items())):
            index, step = divmod(index, len(grid.values))
            values[key] = grid.values[step]
        return Place(*divmod(index, self.scenarios), values)

    def first(self, scenario: int) -> int:
        """Index of the first place of a scenario."""
        return min(scenario, self.scenarios - 1) * self.combinations


@dataclass(frozen=True)
class Scenario:
    """The sections of an experiment, with the keys of one `[[campaign.scenarios]]` table set."""

    name: str
    """Empty where the file has no scenarios."""
    keys: tuple[str, ...]
    sections: Sections


def read_sections(case_type: type, tree: Mapping[str, Any]) -> Sections:
    """Check the sections of a file against the case they are of; see `read_table`."""
    types = field_types(case_type)
    return {name: read_table(types[name], tree.get(name, {}), name) for name in types}


def read_distributions(case_type: type, sections: Sections) -> dict[str, Distribution]:
    """Key → distribution of everything that varies, sorted by key."""
    types = field_types(case_type)
    found = [
        (leaf.key, item)
        for name, read in sections.items()
        for leaf, item in distributions(types[name], read, name)
    ]
    return dict(sorted(found))


def read_scenarios(
    case_type: type, tree: Mapping[str, Any], varying: Mapping[str, Distribution]
) -> tuple[Scenario, ...]:
    """Read `[[campaign.scenarios]]`.

    Parameters
    ----------
    case_type
        Dataclass whose fields are the sections.
    tree
        The whole file.
    varying
        Distributions of the file without scenarios.

    Raises
    ------
    ConfigError
        If a scenario has no name of its own, sets a key that is wrong, or a distribution.
    """
    tables = tree["campaign"]["scenarios"]
    is_list = isinstance(tables, list) and all(isinstance(table, dict) for table in tables)
    if not is_list or len(tables) < 2:
        allowed = "must be two tables [[campaign.scenarios]] or more"
        raise ConfigError("campaign.scenarios", tables, allowed)
    names: list[str] = []
    found = []
    for i, table in enumerate(tables):
        name = table.get("name")
        if not isinstance(name, str) or not name or name in names:
            allowed = "needs a name of its own"
            raise ConfigError(f"campaign.scenarios.{i}.name", name, allowed)
        names.append(name)
        try:
            found.append(_scenario(case_type, tree, varying, table))
        except ConfigError as error:
            allowed = f"{error.allowed} (scenario {name!r})"
            raise ConfigError(error.key, error.value, allowed) from None
    return tuple(found)


def check_same_columns(columns: Sequence[tuple[str, set[str]]]) -> None:
    """Refuse scenarios whose cases have other inputs than those of the first.

    Parameters
    ----------
    columns
        Name of each scenario, and the inputs of its cases.
    """
    first, expected = columns[0]
    for name, found in columns[1:]:
        if different := sorted(found ^ expected):
            allowed = (
                f"its cases and those of {first!r} do not have the same inputs, as {different[0]}: "
                "a `kind` or a number of tables cannot change between scenarios"
            )
            raise ConfigError("campaign.scenarios", name, allowed)


def _scenario(
    case_type: type,
    tree: Mapping[str, Any],
    varying: Mapping[str, Distribution],
    table: Mapping[str, Any],
) -> Scenario:
    changes = {key: value for key, value in table.items() if key != "name"}
    for name, section in changes.items():
        if name not in field_types(case_type):
            raise ConfigError(name, section, unknown_key(name, field_types(case_type)))
    sections = read_sections(case_type, merged(tree, changes))
    left = read_distributions(case_type, sections)
    for key, item in left.items():
        if varying.get(key) != item:
            raise ConfigError(key, "a distribution", "must be one value in a scenario")
    for key, item in varying.items():
        if key not in left and (isinstance(item, Grid) or item.is_epistemic):
            what = "a grid" if isinstance(item, Grid) else "epistemic"
            raise ConfigError(key, "one value", f"is {what} in the file: a scenario cannot set it")
    return Scenario(str(table["name"]), tuple(flat(changes)), sections)
