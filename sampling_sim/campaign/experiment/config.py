"""Experiment files: TOML in, one frozen `Experiment` out, every case drawn from it by address.

An experiment is checked as a whole when it is loaded: keys, units, ranges, distributions, and the
rules across keys at the middle of every distribution.  What a case is made of depends only on
(seed, replicate, surface, design point) and not on how many there are, a Latin hypercube aside.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sampling_sim.campaign.experiment.distributions import Distribution
from sampling_sim.campaign.experiment.draws import (
    MOST_CASES,
    CampaignParameters,
    Draws,
    Plan,
    PlannedCase,
)
from sampling_sim.campaign.experiment.leaves import field_types, flat_inputs
from sampling_sim.campaign.experiment.parameters import (
    MissingKeyError,
    build,
    build_fixed,
    unknown_key,
)
from sampling_sim.campaign.experiment.requirements import Requirement, read_requirement
from sampling_sim.campaign.experiment.surfaces import (
    SCENARIO,
    Scenario,
    check_same_columns,
    read_distributions,
    read_scenarios,
    read_sections,
)
from sampling_sim.campaign.experiment.toml_tree import content_hash, flat, override
from sampling_sim.errors import BadInput, ConfigError

__all__ = ["CampaignParameters", "Experiment", "PlannedCase", "load_experiment", "parse_experiment"]


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
    scenarios: tuple[Scenario, ...]
    """One without a name where the file has none."""
    draws: Draws
    requirements: tuple[Requirement, ...]

    @property
    def campaign(self) -> CampaignParameters:
        """The section `[campaign]`."""
        return self.draws.campaign

    @cached_property
    def campaign_id(self) -> str:
        """Name of the cases asked for, whatever the layout, their number and what is required.

        The number counts where it changes the first cases, as in a Latin hypercube.
        """
        left_out = {"cases"} if self.campaign.can_be_extended else set()
        campaign = {k: v for k, v in self.tree["campaign"].items() if k not in left_out}
        asked = {k: v for k, v in self.tree.items() if k != "requirements"}
        return content_hash({**asked, "campaign": campaign})

    @property
    def varying(self) -> Mapping[str, Distribution]:
        """Distributions under their keys, sorted."""
        return self.draws.varying

    @cached_property
    def varying_keys(self) -> frozenset[str]:
        """Columns, or keys they belong to, that differ between cases."""
        return frozenset(self.varying).union(*(s.keys for s in self.scenarios), self._scenario_key)

    @property
    def design_points(self) -> int:
        """Number of combinations of grids, and of scenarios that are design points; 1 without."""
        return len(self.draws.points)

    @property
    def surfaces(self) -> int:
        """Number of combinations of what is unknown of the surface, 1 without."""
        return len(self.draws.surfaces)

    @property
    def grid_keys(self) -> list[str]:
        """Columns, or keys they belong to, that tell design points apart."""
        of_points = self.campaign.scenarios_are == "design_points"
        return [*(self._scenario_key if of_points else ()), *self.draws.points.grids]

    @property
    def surface_keys(self) -> list[str]:
        """Columns, or keys they belong to, that tell surfaces apart."""
        of_surfaces = self.campaign.scenarios_are == "surfaces"
        unknown = {*self.draws.surfaces.grids, *self.draws.surface_keys}
        return [*(self._scenario_key if of_surfaces else ()), *sorted(unknown)]

    def surface_values(self, surface: int) -> dict[str, Any]:
        """Value in SI of every one of the `surface_keys` on a surface."""
        scenario = self.draws.surfaces.place(surface).scenario
        named = {SCENARIO: self.scenarios[scenario].name, **self.draws.surface_values(surface)}
        return {key: named[key] for key in self.surface_keys}

    def scenario_of(self, plan: PlannedCase) -> str:
        """Name of the scenario at an address, empty where the file has none."""
        return self.scenarios[self.draws.scenario_at(plan)].name

    def sized(self, cases: int | None) -> "Experiment":
        """Return the experiment for a run of so many cases; itself unless the number changes it."""
        if cases in (None, self.campaign.cases) or self.campaign.can_be_extended:
            return self
        return self._changed(f"campaign.cases={cases}")

    def reseeded(self, seed: int) -> "Experiment":
        """Return the same experiment with another campaign seed."""
        return self._changed(f"campaign.seed={seed}")

    def plan(self, cases: int | None = None) -> Plan:
        """Addresses of all cases, replicate by replicate, so that more cases only append rows.

        Raises
        ------
        BadInput
            If the number of cases is none that `campaign.cases` could be; a `ConfigError` if it is
            another one where it is part of the design: see `sized`.
        """
        if cases is not None and not 1 <= cases <= MOST_CASES:
            raise BadInput(f"cases = {cases!r}: must be from 1 to {MOST_CASES}")
        own = self.campaign.cases
        if not self.campaign.can_be_extended and cases not in (None, own):
            raise ConfigError("campaign.cases", own, f"a Latin hypercube of {own} is not one of "
                                                     f"{cases}", self.file)  # fmt: skip
        replicates = (own if cases is None else cases) * self.draws.parts
        return Plan(self.draws, replicates * self.surfaces * self.design_points)

    def planned(self, index: int) -> PlannedCase:
        """Address of the case of one row name."""
        return self.draws.planned(index)

    def case(self, replicate: int, design_point: int = 0, surface: int = 0) -> Any:
        """Draw one case; design points and surfaces share the random numbers of a replicate.

        Raises
        ------
        ConfigError
            If there is no such case, or what was drawn breaks a rule across keys.
        """
        places = (("design_point", design_point, self.design_points),
                  ("surface", surface, self.surfaces))  # fmt: skip
        for name, place, count in places:
            if not 0 <= place < count:
                allowed = f"this experiment has {count} (counted from 0)"
                raise ConfigError(name, place, allowed, self.file)
        row = (replicate * self.surfaces + surface) * self.design_points + design_point
        return self.case_of(PlannedCase(row, replicate, design_point, surface))

    def case_of(self, plan: PlannedCase) -> Any:
        """Draw the case at an address of the plan; see `case`."""
        own = self.campaign.cases
        if not self.campaign.can_be_extended and plan.replicate >= own:
            allowed = f"a Latin hypercube of {own} cases has no more (counted from 0)"
            raise ConfigError("replicate", plan.replicate, allowed, self.file)
        scenario, values = self.draws.scenario_at(plan), self.draws.values_at(plan)
        points = f"design point {plan.design_point}"
        where = f"surface {plan.surface}, {points}" if self.surfaces > 1 else points
        return self._built(scenario, values, f" (replicate {plan.replicate}, {where})")

    def first_cases(self) -> list[Any]:
        """Draw one case of every scenario, the first."""
        points, surfaces = self.draws.points, self.draws.surfaces
        places = [(points.first(i), surfaces.first(i)) for i in range(len(self.scenarios))]
        return [self.case(0, point, surface) for point, surface in places]

    def differences(self, other: "Experiment") -> list[str]:
        """Keys in which two experiments ask for different cases."""
        mine, theirs = flat(self.tree), flat(other.tree)
        keys = sorted(mine.keys() | theirs.keys())
        free = {"campaign.cases", "requirements"}
        # As `campaign_id` sees them, to which 1 and 1.0 are not the same
        hashes = [[content_hash({k: tree.get(k)}) for k in keys] for tree in (mine, theirs)]
        different = [k for k, a, b in zip(keys, *hashes, strict=True) if a != b and k not in free]
        sizes = self.campaign.cases, other.campaign.cases
        if not self.campaign.can_be_extended and sizes[0] != sizes[1]:
            why = f"{self.campaign.design} of {sizes[1]} cases cannot become one of {sizes[0]}"
            different.append(f"campaign.cases ({why})")
        return different

    def check_middle(self) -> None:
        """Build the case at the middle of every distribution, to find rules across keys broken."""
        values = self.draws.middle()
        where = " (every distribution at its median)" if self.varying else ""
        cases = [self._built(i, values, where) for i in range(len(self.scenarios))]
        names = [scenario.name for scenario in self.scenarios]
        check_same_columns([(n, set(flat_inputs(c)[0])) for n, c in zip(names, cases, strict=True)])

    @property
    def _scenario_key(self) -> tuple[str, ...]:
        return (SCENARIO,) if len(self.scenarios) > 1 else ()

    def _changed(self, override_: str) -> "Experiment":
        overrides = (*self.overrides, override_)
        return parse_experiment(self.text, overrides, self.file, self.case_type)

    def _built(self, scenario: int, values: Mapping[str, Any], where: str) -> Any:
        types, name = field_types(self.case_type), self.scenarios[scenario].name
        try:
            parts = {
                section: build(types[section], read, section, values.__getitem__)
                for section, read in self.scenarios[scenario].sections.items()
            }
            return self.case_type(**parts)
        except ConfigError as error:
            allowed = error.allowed + where + (f" (scenario {name!r})" if name else "")
            raise ConfigError(error.key, error.value, allowed, self.file) from None


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
    sections = read_sections(case_type, tree)
    varying = read_distributions(case_type, sections)
    asked = tree.get("campaign", {})
    scenarios: tuple[Scenario, ...] = (Scenario("", (), sections),)
    if isinstance(asked, dict) and "scenarios" in asked:
        scenarios = read_scenarios(case_type, tree, varying)
        asked = {key: value for key, value in asked.items() if key != "scenarios"}
    campaign = build_fixed(CampaignParameters, asked, "campaign")
    experiment = Experiment(
        file=file,
        text=text,
        overrides=overrides,
        tree=tree,
        case_type=case_type,
        scenarios=scenarios,
        draws=Draws(varying, campaign, len(scenarios)),
        requirements=tuple(
            read_requirement(table, f"requirements.{i}") for i, table in enumerate(requirements)
        ),
    )
    experiment.check_middle()
    return experiment
