"""What a user can set about the bed: grains, their contacts, and the box they lie in.

Goes in: the `[regolith]` section of an experiment.  SI.  Stiffness is chosen soft on purpose (see
`youngs_modulus`): what matters at these speeds is restitution, friction and cohesion, as long as
the overlaps stay small, which the solver guards.
"""

import math
from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Interval

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import Density, Length, Number, Pressure
from sampling_sim.regolith.layers import RegolithLayer
from sampling_sim.regolith.preparation_rules import check_preparation
from sampling_sim.regolith.shape_parameters import GrainShapeParameters

LARGEST_ACROSS = 6
"""Largest grains that must fit across the box; chosen: below that walls order the packing."""

COHESIVE_OVERLAP_LIMIT = 0.01
"""Overlap over radius that cohesion alone may cause; the mean overlap guard of the bed."""

NOMINAL_PACKING = 2.0
"""φ Z of a loose bed, for the check of cohesion against stiffness only; chosen: 0.52 times 4."""


@dataclass(frozen=True, kw_only=True)
class RegolithParameters:
    """Grains, contact laws and box of one regolith bed."""

    grain_density: Annotated[Density, Gt(0)] = 2700.0
    """[kg/m³] of the grains themselves; chosen: bulk density the asteroid is assumed to have."""
    diameter_min: Annotated[Length, Gt(0)] = 0.016
    """[m] smallest grain; chosen: demonstration resolution, far coarser than real regolith."""
    diameter_max: Annotated[Length, Gt(0)] = 0.032
    """[m] largest grain; chosen: demonstration resolution."""
    size_index: Annotated[Number, Interval(ge=-6, le=-0.1)] = -2.5
    """[1] exponent of the cumulative power law; assumed −2.5 to −3 (never measured)."""
    size_distribution: Literal["power_law", "log_normal", "table"] = "power_law"
    """Which law the sizes follow, cut to diameter_min and diameter_max."""
    size_median: Annotated[Length, Gt(0)] | None = None
    """[m] median of the uncut log-normal, by number."""
    size_sigma: Annotated[Number, Interval(gt=0, le=3)] | None = None
    """[1] standard deviation of ln d of the uncut log-normal."""
    size_table: tuple[tuple[Length, Number], ...] = ()
    """[m], [1] diameter and cumulative fraction, straight lines in between."""
    size_table_by: Literal["number", "mass"] = "number"
    """What the table's fractions count."""
    size_grading: Annotated[Number, Interval(ge=-1, le=1)] = 0.0
    """[1] correlation of size with depth where the grains are poured: 1 sorts the largest to the
    floor, −1 to the surface, 0 mixes."""
    tensile_strength: Annotated[Pressure, Ge(0)] = 1.0
    """[Pa] macroscopic, through Rumpf; chosen: between 0 and the ~3 Pa of Cheng & Baoyin 2024."""
    cohesion_range: Annotated[Length, Gt(0)] = 1e-4
    """[m] gap at which cohesion has faded to nothing; chosen: a small part of a grain."""
    friction_coefficient: Annotated[Number, Interval(ge=0, le=2)] = 0.6
    """[1] Coulomb; chosen: angular silicate grains."""
    rolling_friction: Annotated[Number, Interval(ge=0, le=1)] = 0.1
    """[1] limit torque over (normal force × effective radius); chosen: stands for angularity."""
    restitution: Annotated[Number, Interval(ge=0.1, le=1)] = 0.5
    """[1] normal, grain on grain; chosen: rock at cm/s lies between 0.3 and 0.8."""
    youngs_modulus: Annotated[Pressure, Interval(ge=1e4, le=1e12)] = 6e7
    """[Pa] chosen soft: a grain met by a rigid tool at 0.5 m/s then overlaps it by 2 % of its
    radius, a stalled wheel keeps grains under 5 %, and the contact step is 0.07 ms; real rock
    (5e10 Pa) would ask for 30 times less."""
    poisson_ratio: Annotated[Number, Interval(ge=0, le=0.49)] = 0.25
    """[1] rock."""
    width_x: Annotated[Length, Gt(0)] = 0.5
    """[m] inner width of the box along x; chosen: footprint of the head and four largest grains."""
    width_y: Annotated[Length, Gt(0)] = 0.4
    """[m] inner width of the box along y; chosen as width_x."""
    depth: Annotated[Length, Gt(0)] = 0.12
    """[m] from the undisturbed surface to the floor; chosen: several times the sinkage."""
    shape: GrainShapeParameters = field(default_factory=GrainShapeParameters)
    """Spheres, or clumps; sizes above are diameters of the sphere of equal volume."""
    layers: tuple[RegolithLayer, ...] = ()
    """From the surface down; none: one bed."""
    packing_fraction: Annotated[Number, Interval(ge=0.05, le=0.9)] | None = None
    """[1] wanted between the glued layer and the surface; left out: as the grains fall with their
    own friction.  Which values can be reached is known once the bed is poured."""
    may_be_unsettled: bool = False
    """Accept a bed looser than its friction and cohesion hold: it starts as placed and may sink."""
    boulder_count: Annotated[int, Interval(ge=0, le=1000)] = 0
    """[1] single large spheres in the bed, placed before the grains are poured around them."""
    boulder_diameter: Annotated[Length, Gt(0)] = 0.08
    """[m] of each boulder; chosen: several of the largest grains."""
    packing_seed: Annotated[int, Interval(ge=0, le=2**63 - 1)] = 1
    """Which packing: sizes and pouring positions follow from it."""
    may_leave: bool = False
    """Accept a bed that the site's field carries away instead of refusing it."""

    def __post_init__(self) -> None:
        key = "regolith."
        if self.diameter_min > self.diameter_max:
            raise ConfigError(
                key + "diameter_min", self.diameter_min, f"at most diameter_max {self.diameter_max}"
            )
        for name, width in (("width_x", self.width_x), ("width_y", self.width_y)):
            if width < LARGEST_ACROSS * self.diameter_max:
                raise ConfigError(
                    key + name,
                    width,
                    f"at least {LARGEST_ACROSS} largest grains, "
                    f"{LARGEST_ACROSS * self.diameter_max:g} m",
                )
        if self.depth < 2.0 * self.diameter_max:
            raise ConfigError(
                key + "depth", self.depth, f"at least 2 largest grains, {2 * self.diameter_max:g} m"
            )
        if self.cohesion_range > 0.1 * self.diameter_min:
            raise ConfigError(
                key + "cohesion_range", self.cohesion_range, "at most a tenth of diameter_min"
            )
        if self.tensile_strength > self.strongest:
            raise ConfigError(
                key + "tensile_strength",
                self.tensile_strength,
                f"at most {self.strongest:.3g} Pa at this youngs_modulus (above, cohesion alone "
                f"presses grains together by more than {COHESIVE_OVERLAP_LIMIT:.0%} of a radius)",
            )
        check_preparation(self)

    @property
    def pair_modulus(self) -> float:
        """E* [Pa] of two grains: E / (2 (1 − ν²))."""
        return self.youngs_modulus / (2.0 * (1.0 - self.poisson_ratio**2))

    @property
    def shear_ratio(self) -> float:
        """Mindlin's tangential stiffness over Hertz's secant one: 8 G* / (4/3 E*).

        G* = G / (2 (2 − ν)) and E* = E / (2 (1 − ν²)) of two like grains; the same ratio holds
        against a rigid tool, where both moduli double.
        """
        nu = self.poisson_ratio
        shear = self.youngs_modulus / (4.0 * (1.0 + nu) * (2.0 - nu))
        return 6.0 * shear / self.pair_modulus

    @property
    def strongest(self) -> float:
        """Tensile strength [Pa] whose Rumpf force makes the largest cohesive overlap allowed."""
        radius = 0.5 * self.diameter_min
        overlap = COHESIVE_OVERLAP_LIMIT * radius
        force = 4.0 / 3.0 * self.pair_modulus * math.sqrt(0.5 * radius) * overlap**1.5
        return NOMINAL_PACKING * force / (math.pi * self.diameter_min**2)
