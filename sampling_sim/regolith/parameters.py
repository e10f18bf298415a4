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
from sampling_sim.quantities import Angle, Density, Length, Number, Pressure, Stiffness
from sampling_sim.regolith.images import Period
from sampling_sim.regolith.laws.choice import CohesionName, NormalName
from sampling_sim.regolith.laws.rules import check_laws
from sampling_sim.regolith.layers import RegolithLayer
from sampling_sim.regolith.preparation_rules import check_preparation
from sampling_sim.regolith.shape_parameters import GrainShapeParameters

LARGEST_ACROSS = 6
"""Largest grains that must fit across the box; chosen: below that walls order the packing."""

COHESIVE_OVERLAP_LIMIT = 0.01
"""Overlap over radius that cohesion alone may cause; the mean overlap guard of the bed."""

LEAST_SHARE = 0.11
"""Strength of a bed, in tension or as cohesion, over the Rumpf sum of its bonds: the smallest of
`calibration.TENSION_SHARE`, by `SPECIMEN_BONDS`."""

NOMINAL_PACKING = 2.0
"""φ Z of a loose bed, for the check of cohesion against stiffness only; chosen: 0.52 times 4."""


DEFAULT_STRENGTH = 1.0
"""[Pa] tensile strength where neither it nor a cohesion is given; chosen: between 0 and the ~3 Pa
of Cheng & Baoyin 2024."""


@dataclass(frozen=True, kw_only=True)
class RegolithParameters:
    """Grains, contact laws and box of one regolith bed."""

    surface: Literal["grains", "rock"] = "grains"
    """Grains over bedrock (thin where `depth` is a few grains), or bare rock."""
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
    tensile_strength: Annotated[Pressure, Ge(0)] | None = None
    """[Pa] peak stress of pulling end plates apart; without a cohesion `DEFAULT_STRENGTH` where it
    is left out."""
    cohesion: Annotated[Pressure, Ge(0)] | None = None
    """[Pa] Mohr–Coulomb intercept wanted, in place of a tensile strength; the bonds follow from the
    calibration (docs/virtual-laboratory.md)."""
    friction_angle: Annotated[Angle, Interval(gt=0, lt=math.pi / 2)] | None = None
    """[rad] wanted of the bed as packed; friction_coefficient and rolling_friction then follow from
    the calibration, and what is given for them does not count."""
    cohesion_range: Annotated[Length, Gt(0)] = 1e-4
    """[m] gap at which cohesion has faded to nothing, of fading and van der Waals (DMT and JKR have
    none); chosen: a small part of a grain."""
    cohesion_law: CohesionName = "fading"
    """How the attraction depends on the gap; chosen: no jump in force where a bond breaks."""
    separation: Annotated[Length, Gt(0)] = 2e-5
    """[m] least separation z₀ of van der Waals; chosen: within one contact step a grain crosses
    thousands of times the molecular 1.65e-10 m; for 20 µm it takes three, at 10 cm/s."""
    friction_coefficient: Annotated[Number, Interval(ge=0, le=2)] = 0.6
    """[1] Coulomb; chosen: angular silicate grains."""
    rolling_friction: Annotated[Number, Interval(ge=0, le=1)] = 0.1
    """[1] limit torque over (normal force × effective radius); chosen: stands for angularity."""
    twisting_friction: Annotated[Number, Interval(ge=0, le=1)] = 0.0
    """[1] limit torque about the normal over (normal force × effective radius); chosen: off, as
    a flat contact's own ⅔ μ a/R* (Marshall 2009) is under 0.02 below 0.1 % overlap."""
    restitution: Annotated[Number, Interval(ge=0.1, le=1)] = 0.5
    """[1] normal, grain on grain; chosen: rock at cm/s lies between 0.3 and 0.8."""
    normal_law: NormalName = "hertz"
    """Repulsion of two grains; chosen: elastic spheres, whose restitution knows no speed."""
    normal_stiffness: Annotated[Stiffness, Interval(ge=1, le=1e9)] = 1e5
    """[N/m] of two grains, read where `normal_law` is linear; chosen: 2e4 was not converged in
    trials (grains overlapped a tool by 17 % of a radius and more)."""
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
    """[m] from the undisturbed surface to the floor; chosen: several times the sinkage, a layer on
    rock.  The brush wheels collect a third less from a bed of 0.22 m, and no less still from one of
    0.33 m (docs/convergence.md): a deep bed wants twice the default."""
    sides: Literal["walls", "periodic"] = "walls"
    """Smooth walls, or x and y repeat after the widths, as in a wide plain (`images.py`); chosen:
    walls, which hold what is thrown along the ground, and every figure so far was made with."""
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
    boulder_place: Literal["buried", "surface"] = "buried"
    """In the bed at a random depth, or dropped on its surface last."""
    packing_seed: Annotated[int, Interval(ge=0, le=2**63 - 1)] = 1
    """Which packing: sizes and pouring positions follow from it."""
    may_leave: bool = False
    """Accept a bed that the site's field carries away instead of refusing it."""

    def __post_init__(self) -> None:
        key = "regolith."
        if self.cohesion is None and self.tensile_strength is None:
            # here and not above, so that a strength the user gave is told from none
            object.__setattr__(self, "tensile_strength", DEFAULT_STRENGTH)
        self._refuse_layers_of_rock()
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
        check_laws(self)
        if self.cohesion is not None and self.tensile_strength:
            raise ConfigError(
                key + "cohesion",
                self.cohesion,
                f"takes the place of tensile_strength, which is {self.tensile_strength:g} Pa: give "
                "one (a tensile_strength of 0 Pa counts as none)",
            )
        name = "tensile_strength" if self.cohesion is None else "cohesion"
        if self.strength > self.strongest:
            raise ConfigError(
                key + name,
                self.strength,
                f"at most {self.strongest:.3g} Pa at this stiffness (above, bonds alone may "
                f"press grains together by more than {COHESIVE_OVERLAP_LIMIT:.0%} of a radius)",
            )
        check_preparation(self)

    def _refuse_layers_of_rock(self) -> None:
        """Refuse what bare rock does not have."""
        if self.surface == "grains":
            return
        if self.boulder_count:
            allowed = 'must be 0 with surface = "rock"'
            raise ConfigError("regolith.boulder_count", self.boulder_count, allowed)
        if self.layers:
            raise ConfigError("regolith.layers", len(self.layers), 'none with surface = "rock"')

    @property
    def strength(self) -> float:
        """Strength [Pa] asked for: the cohesion, or else the tensile strength."""
        asked = self.tensile_strength if self.cohesion is None else self.cohesion
        return asked or 0.0

    @property
    def period(self) -> Period:
        """[m] after which the bed repeats along x and y; None with walls."""
        return (self.width_x, self.width_y) if self.sides == "periodic" else None

    @property
    def pair_modulus(self) -> float:
        """E* [Pa] of two grains: E / (2 (1 − ν²))."""
        return self.youngs_modulus / (2.0 * (1.0 - self.poisson_ratio**2))

    @property
    def shear_ratio(self) -> float:
        """Tangential over secant normal stiffness, after Mindlin.

        Mindlin's tangential stiffness 8 G* a over the normal tangent 2 E* a is 2 (1 − ν)/(2 − ν)
        for two like grains, and against a rigid tool, where both moduli double.  Hertz's tangent
        is 1.5 times its secant, a linear spring's is the secant.
        """
        tangent = 2.0 * (1.0 - self.poisson_ratio) / (2.0 - self.poisson_ratio)
        return tangent if self.normal_law == "linear" else 1.5 * tangent

    def tangent_stiffness(self, share: float) -> float:
        """Tangent stiffness dF/dδ [N/m] of the smallest pair at an overlap of `share` radii."""
        if self.normal_law == "linear":
            return self.normal_stiffness
        radius = 0.5 * self.diameter_min
        return 2.0 * self.pair_modulus * radius * math.sqrt(0.5 * share)

    def bond_strength(self, force: float) -> float:
        """Least strength [Pa] of a loose bed of the smallest grains with that pull-off [N]."""
        return LEAST_SHARE * NOMINAL_PACKING * force / (math.pi * self.diameter_min**2)

    @property
    def strongest(self) -> float:
        """Strength [Pa] whose bonds make the largest cohesive overlap allowed."""
        overlap = COHESIVE_OVERLAP_LIMIT * 0.5 * self.diameter_min
        # force over tangent stiffness × overlap: ⅔ for Hertz, 1 for a linear spring
        share = 1.0 if self.normal_law == "linear" else 2.0 / 3.0
        stiffness = self.tangent_stiffness(COHESIVE_OVERLAP_LIMIT)
        return self.bond_strength(share * stiffness * overlap)
