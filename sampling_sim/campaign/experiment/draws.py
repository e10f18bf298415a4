"""How the cases of an experiment are addressed, and the numbers that belong to an address.

A row of the result is (replicate, surface, design point), replicates slowest.  The numbers of a
replicate are the same at every surface and design point; what is unknown of the surface is drawn
by the surface alone.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, overload

from annotated_types import Ge, Le

from sampling_sim.campaign.experiment.correlations import Copula, CorrelationParameters, copulas
from sampling_sim.campaign.experiment.design import (
    NOT_EXTENDED,
    DesignName,
    SamplingDesign,
    replicate_design,
    surface_design,
)
from sampling_sim.campaign.experiment.distributions import Distribution, Grid, Random
from sampling_sim.campaign.experiment.parameters import MissingKeyError
from sampling_sim.campaign.experiment.surfaces import Axis
from sampling_sim.errors import ConfigError

MOST_CASES = 10**9
"""chosen: to draw so many takes weeks already."""


@dataclass(frozen=True, kw_only=True)
class CampaignParameters:
    """How many cases, how their inputs are spread, and the seed that all randomness comes from."""

    cases: Annotated[int, Ge(1), Le(MOST_CASES)]
    """[1] replicates of every design point on every surface; of a Saltelli design, base points."""
    seed: Annotated[int, Ge(0), Le(2**63 - 1)]
    """Seed of the campaign; the upper limit is what a 64-bit column holds."""
    design: DesignName = "monte_carlo"
    """Where the random numbers of the replicates come from (docs/designs.md)."""
    surfaces: Annotated[int, Ge(1)] | None = None
    """[1] draws of the distributions that are marked epistemic."""
    correlations: tuple[CorrelationParameters, ...] = ()
    """Pairs of keys with a rank correlation; all others are independent."""
    scenarios_are: Literal["surfaces", "design_points"] | None = None
    """Whether the `[[campaign.scenarios]]` are unknown, or choices to compare."""

    @property
    def can_be_extended(self) -> bool:
        """Whether more cases leave the first ones as they are."""
        return self.design not in NOT_EXTENDED


@dataclass(frozen=True)
class PlannedCase:
    """Address of one case: its row name, and where its numbers come from."""

    index: int
    replicate: int
    design_point: int
    surface: int = 0


@dataclass(frozen=True)
class Draws:
    """What is drawn, and over which axes.

    `varying` holds every distribution by its key, sorted; `scenarios` is how many there are, 1
    without any.
    """

    varying: Mapping[str, Distribution]
    campaign: CampaignParameters
    scenarios: int

    def __post_init__(self) -> None:
        """Refuse a campaign whose keys do not go together."""
        self._check_surfaces()
        self._check_scenarios()
        design, keys = self.campaign.design, set(self.replicate_keys)
        if design == "saltelli" and not keys:
            allowed = "needs a distribution that is not epistemic"
            raise ConfigError("campaign.design", design, allowed)
        for copula in self._copulas:
            if design == "saltelli" and keys.intersection(copula.keys):
                allowed = f"its indices need independent inputs: {', '.join(copula.keys)} are not"
                raise ConfigError("campaign.design", design, allowed)

    @cached_property
    def replicate_keys(self) -> tuple[str, ...]:
        """Keys drawn for every replicate, sorted: the columns of its design."""
        return tuple(key for key, item in self._random.items() if not item.is_epistemic)

    @cached_property
    def surface_keys(self) -> tuple[str, ...]:
        """Keys drawn once a surface, sorted."""
        return tuple(key for key, item in self._random.items() if item.is_epistemic)

    @cached_property
    def points(self) -> Axis:
        """The design points."""
        chosen = self.campaign.scenarios_are != "surfaces"
        return Axis(self._grids(epistemic=False), self.scenarios if chosen else 1)

    @cached_property
    def surfaces(self) -> Axis:
        """The surfaces."""
        unknown = self.campaign.scenarios_are == "surfaces"
        draws = self.campaign.surfaces or 1
        return Axis(self._grids(epistemic=True), self.scenarios if unknown else 1, draws)

    @property
    def parts(self) -> int:
        """Replicates that belong to one of the `cases`: more than one in a Saltelli design."""
        return len(self.replicate_keys) + 2 if self.campaign.design == "saltelli" else 1

    def planned(self, index: int) -> PlannedCase:
        """Address of the case of one row name."""
        rest, point = divmod(index, len(self.points))
        replicate, surface = divmod(rest, len(self.surfaces))
        return PlannedCase(index, replicate, point, surface)

    def scenario_at(self, plan: PlannedCase) -> int:
        """Which scenario an address is of; one of its axes at most has any."""
        point, surface = self.points.place(plan.design_point), self.surfaces.place(plan.surface)
        return max(point.scenario, surface.scenario)

    def values_at(self, plan: PlannedCase, keys: Set[str] | None = None) -> dict[str, Any]:
        """Key → value in SI of every distribution at an address; of `keys` alone, and of grids."""
        point = self.points.place(plan.design_point).values
        drawn = self._drawn(self._design, plan.replicate, keys)
        return {**point, **self.surface_values(plan.surface, keys), **drawn}

    def surface_values(self, surface: int, keys: Set[str] | None = None) -> dict[str, Any]:
        """Key → value in SI of everything epistemic on a surface; `keys` as in `values_at`."""
        place = self.surfaces.place(surface)
        return {**place.values, **self._drawn(self._surface_design, place.draw, keys)}

    def middle(self) -> dict[str, Any]:
        """Key → value at the first place of every axis, and at the median of what is drawn."""
        first = {**self.points.place(0).values, **self.surfaces.place(0).values}
        return first | {key: item.quantile(0.5) for key, item in self._random.items()}

    @cached_property
    def _random(self) -> dict[str, Random]:
        return {k: item for k, item in self.varying.items() if not isinstance(item, Grid)}

    def _grids(self, *, epistemic: bool) -> dict[str, Grid]:
        grids = {key: item for key, item in self.varying.items() if isinstance(item, Grid)}
        return {key: grid for key, grid in grids.items() if grid.is_epistemic == epistemic}

    @cached_property
    def _copulas(self) -> list[Copula]:
        return copulas(self.campaign.correlations, self.varying)

    @cached_property
    def _design(self) -> SamplingDesign:
        campaign = self.campaign
        return replicate_design(campaign.design, self.replicate_keys, campaign.seed, campaign.cases)

    @cached_property
    def _surface_design(self) -> SamplingDesign:
        campaign, draws = self.campaign, self.campaign.surfaces or 1
        return surface_design(campaign.design, self.surface_keys, campaign.seed, draws)

    def _drawn(
        self, design: SamplingDesign, number: int, keys: Set[str] | None = None
    ) -> dict[str, Any]:
        """Key → value of what a design draws at a number, or of some of it."""
        needed = keys
        if keys is not None:  # and what they are drawn together with
            joined = (c.keys for c in self._copulas if not keys.isdisjoint(c.keys))
            needed = frozenset(keys).union(*joined)
        uniforms = design.uniforms(number, needed)
        for copula in self._copulas:
            if copula.keys[0] in uniforms:
                uniforms = copula.correlated(uniforms)
        wanted = (item for item in uniforms.items() if keys is None or item[0] in keys)
        return {key: self._random[key].quantile(u) for key, u in wanted}

    def _check_surfaces(self) -> None:
        key, draws = "campaign.surfaces", self.campaign.surfaces
        if self.surface_keys and draws is None:
            allowed = f"is missing: how often {', '.join(self.surface_keys)} (epistemic) are drawn"
            raise MissingKeyError(key, allowed)
        if not self.surface_keys and (draws or 1) > 1:
            allowed = "nothing is drawn by surface: mark a distribution with epistemic = true"
            raise ConfigError(key, draws, allowed)

    def _check_scenarios(self) -> None:
        key, kind = "campaign.scenarios_are", self.campaign.scenarios_are
        if self.scenarios > 1 and kind is None:
            raise MissingKeyError(key, 'is missing: "surfaces" if nobody knows which it is, '
                                       '"design_points" if it is ours to choose')  # fmt: skip
        if self.scenarios == 1 and kind is not None:
            raise ConfigError(key, kind, "there are no two [[campaign.scenarios]]")


class Plan(Sequence[PlannedCase]):
    """Addresses of so many rows, made as they are asked for."""

    def __init__(self, draws: Draws, rows: int) -> None:
        self._draws, self._rows = draws, range(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[PlannedCase]:
        return map(self._draws.planned, self._rows)

    @overload
    def __getitem__(self, place: int) -> PlannedCase: ...
    @overload
    def __getitem__(self, place: slice) -> list[PlannedCase]: ...
    def __getitem__(self, place: int | slice) -> PlannedCase | list[PlannedCase]:
        """Return one address, or those of a slice."""
        if isinstance(place, slice):
            return [self._draws.planned(row) for row in self._rows[place]]
        return self._draws.planned(self._rows[place])
