"""Experiment files: TOML in, one frozen `Experiment` out, every case drawn from it by address.

An experiment is checked as a whole when it is loaded: keys, units, ranges, distributions, and the
rules across keys at the middle of every distribution.  What a case is made of depends only on
(seed, replicate, design point), so more cases never change earlier ones.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le

from sampling_sim.campaign.distributions import Grid, Random, draw
from sampling_sim.campaign.leaves import Leaf, field_types
from sampling_sim.campaign.parameters import (
    MissingKeyError,
    build,
    build_fixed,
    distributions,
    read_table,
    unknown_key,
)
from sampling_sim.campaign.requirements import Requirement, read_requirement
from sampling_sim.campaign.toml_tree import content_hash, flat, override
from sampling_sim.errors import BadInput, ConfigError
from sampling_sim.rng import Stream, generator


@dataclass(frozen=True, kw_only=True)
class CampaignParameters:
    """How many cases, and the seed that all their randomness comes from."""

    cases: Annotated[int, Ge(1)]
    """[1] replicates of every design point."""
    seed: Annotated[int, Ge(0), Le(2**63 - 1)]
    """Seed of the campaign; the upper limit is what a 64-bit column holds."""


@dataclass(frozen=True)
class PlannedCase:
    """Address of one case: its row name, and where its numbers come from."""

    index: int
    replicate: int
    design_point: int


@dataclass(frozen=True)
class Experiment:
    """A checked experiment: the text it came from, and what cases are drawn from.

    `text` and `overrides` are kept so that a result file can be run again; `tree` is what they
    amount to, before units are read.
    """

    file: str
    text: str
    overrides: tuple[str, ...]
    tree: Mapping[str, Any]
    case_type: type
    sections: Mapping[str, Mapping[str, Any]]
    campaign: CampaignParameters
    requirements: tuple[Requirement, ...]

    @cached_property
    def campaign_id(self) -> str:
        """Name of the cases asked for, whatever the layout, their number and what is required."""
        campaign = {k: v for k, v in self.tree["campaign"].items() if k != "cases"}
        asked = {k: v for k, v in self.tree.items() if k != "requirements"}
        return content_hash({**asked, "campaign": campaign})

    @cached_property
    def varying(self) -> Mapping[str, tuple[Leaf, Random | Grid]]:
        """Keys that vary between cases, with leaf and distribution, sorted by key."""
        types = field_types(self.case_type)
        found = (
            d
            for name, read in self.sections.items()
            for d in distributions(types[name], read, name)
        )
        return {
            leaf.key: (leaf, item) for leaf, item in sorted(found, key=lambda pair: pair[0].key)
        }

    @property
    def design_points(self) -> int:
        """Number of combinations of the grids, 1 without any."""
        return math.prod(len(grid.values) for grid in self._grids().values())

    @property
    def grid_keys(self) -> list[str]:
        """Keys that span the design points."""
        return list(self._grids())

    def plan(self, cases: int | None = None) -> list[PlannedCase]:
        """Addresses of all cases, replicate by replicate, so that more cases only append rows."""
        rows = (self.campaign.cases if cases is None else cases) * self.design_points
        return [self.planned(index) for index in range(rows)]

    def planned(self, index: int) -> PlannedCase:
        """Address of the case of one row name."""
        return PlannedCase(index, *divmod(index, self.design_points))

    def case_of(self, plan: PlannedCase) -> Any:
        """Draw the case at an address of the plan; see `case`."""
        return self.case(plan.replicate, plan.design_point)

    def case(self, replicate: int, design_point: int = 0) -> Any:
        """Draw one case; design points of a replicate share their random numbers.

        Raises
        ------
        ConfigError
            If what was drawn breaks a rule across keys.
        """
        if not 0 <= design_point < self.design_points:
            allowed = f"this experiment has {self.design_points} (counted from 0)"
            raise ConfigError("design_point", design_point, allowed, self.file)
        values = self._grid_values(design_point)
        for key, (leaf, distribution) in self.varying.items():
            if not isinstance(distribution, Grid):
                stream = Stream[key.split(".")[0].upper()]
                rng = generator(self.campaign.seed, replicate, stream, key)
                values[key] = leaf.from_si(draw(distribution, rng))
        return self._built(values, f" (replicate {replicate}, design point {design_point})")

    def reseeded(self, seed: int) -> "Experiment":
        """Return the same experiment with another campaign seed."""
        overrides = (*self.overrides, f"campaign.seed={seed}")
        return parse_experiment(self.text, overrides, self.file, self.case_type)

    def differences(self, other: "Experiment") -> list[str]:
        """Keys in which two experiments ask for different cases."""
        mine, theirs = flat(self.tree), flat(other.tree)
        keys = sorted(mine.keys() | theirs.keys())
        free = {"campaign.cases", "requirements"}
        return [k for k in keys if mine.get(k) != theirs.get(k) and k not in free]

    def check_middle(self) -> None:
        """Build the case at the middle of every distribution, to find rules across keys broken."""
        values = self._grid_values(0)
        medians = {
            key: distribution.quantile(0.5)
            for key, (_, distribution) in self.varying.items()
            if not isinstance(distribution, Grid)
        }
        self._built(values | medians, " (every distribution at its median)" if medians else "")

    def _grids(self) -> dict[str, Grid]:
        return {key: item for key, (_, item) in self.varying.items() if isinstance(item, Grid)}

    def _grid_values(self, design_point: int) -> dict[str, Any]:
        grids = self._grids()
        if not grids:
            return {}
        steps = np.unravel_index(design_point, [len(grid.values) for grid in grids.values()])
        return {
            key: grid.values[int(i)] for (key, grid), i in zip(grids.items(), steps, strict=True)
        }

    def _built(self, values: Mapping[str, Any], where: str) -> Any:
        types = field_types(self.case_type)
        try:
            parts = {
                name: build(types[name], read, name, values.__getitem__)
                for name, read in self.sections.items()
            }
            return self.case_type(**parts)
        except ConfigError as error:
            raise ConfigError(error.key, error.value, error.allowed + where, self.file) from None


def load_experiment(
    path: str | Path, overrides: Sequence[str] = (), case_type: type | None = None
) -> Experiment:
    """Load and check an experiment file.

    Parameters
    ----------
    path
        TOML file.
    overrides
        `KEY=VALUE` texts, KEY dotted, VALUE as in TOML or bare text, in order.
    case_type
        Dataclass whose fields are the sections; `sampling_sim.case.Case` unless told.

    Raises
    ------
    BadInput
        If the file cannot be read; a `ConfigError` names the key that is wrong.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: is not UTF-8 text") from None
    return parse_experiment(text, overrides, str(path), case_type)


def parse_experiment(
    text: str, overrides: Sequence[str] = (), file: str = "", case_type: type | None = None
) -> Experiment:
    """Check the text of an experiment; `file` names it in messages.  See `load_experiment`."""
    if case_type is None:
        from sampling_sim.case import Case

        case_type = Case
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file}: is not valid TOML: {error}") from None
    try:
        for assignment in overrides:
            override(tree, assignment)
        return _checked(text, tuple(overrides), file, tree, case_type)
    except MissingKeyError as error:
        raise MissingKeyError(error.key, error.allowed, file) from None
    except ConfigError as error:
        raise ConfigError(error.key, error.value, error.allowed, file) from None


def _checked(
    text: str, overrides: tuple[str, ...], file: str, tree: dict[str, Any], case_type: type
) -> Experiment:
    types = field_types(case_type)
    known = [*types, "campaign", "requirements"]
    for name, table in tree.items():
        if name not in known:
            raise ConfigError(name, table, unknown_key(name, known))
    requirements = tree.get("requirements", [])
    if not isinstance(requirements, list):
        raise ConfigError("requirements", requirements, "must be tables [[requirements]]")
    experiment = Experiment(
        file=file,
        text=text,
        overrides=overrides,
        tree=tree,
        case_type=case_type,
        sections={name: read_table(types[name], tree.get(name, {}), name) for name in types},
        campaign=build_fixed(CampaignParameters, tree.get("campaign", {}), "campaign"),
        requirements=tuple(
            read_requirement(table, f"requirements.{i}") for i, table in enumerate(requirements)
        ),
    )
    experiment.check_middle()
    return experiment
