"""Parameters of the annular gas head, after OSIRIS-REx's TAGSAM (facts §3).

A plate presses on the ground; nitrogen blown down through its middle turns in the grains and leaves
up a throat around the nozzle, out through a ring-shaped window into the container, and through the
screen of the outer wall.  Published and used: the plate's size, when and for how long it fires, and
that it takes grains up to about 2 cm (Walsh et al. 2022, Space Sci. Rev. 218, 20).  Not published
where we could read it: bottle, flow, nozzle, and where in the head the jets sit.
"""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import Force, Length, Mass, Number, Speed, Time

CLEARANCE = 0.001
"""[m] chosen: gap between the sleeve and the throat's wall."""
OVERLAP = 0.005
"""[m] chosen: by which the shut sleeve covers sill and wall on either side of the window."""


@dataclass(frozen=True, kw_only=True)
class GasHeadParameters:
    """Annular sampler head driven by gas."""

    sequences: ClassVar = ("touch_and_go",)
    """Sequences that fly it."""
    kind: Literal["gas_head"] = "gas_head"
    """Which sampler."""
    plate_radius: Annotated[Length, Gt(0), Le(1)] = 0.16
    """[m] outer radius of plate and head; TAGSAM's base plate is 32 cm across, facts §3."""
    throat_radius: Annotated[Length, Gt(0)] = 0.085
    """[m] of the hole in the plate; chosen: with the stem, an annulus that passes 55 mm."""
    stem_radius: Annotated[Length, Gt(0)] = 0.025
    """[m] of the gas pipe in the middle, and of the jet at its lower end; chosen: the least that
    leaves the throat free; the field asks for a jet no narrower than a grain."""
    nozzle_height: Annotated[Length, Ge(0)] = 0.015
    """[m] of the stem's end above the plate's underside; chosen: grains pressed into the throat do
    not stop it at once."""
    sill_height: Annotated[Length, Gt(0)] = 0.02
    """[m] from the plate's underside to the lower edge of the window; chosen: keeps what rolls on
    the container's floor from rolling out."""
    inlet_height: Annotated[Length, Gt(0)] = 0.04
    """[m] of the window between throat and container; chosen: passes 32 mm, where TAGSAM takes
    2 cm, as our grains are coarser."""
    wall_thickness: Annotated[Length, Gt(0)] = 0.006
    """[m] of plate and container; chosen: several times the overlap that the guard allows."""
    flap_thickness: Annotated[Length, Gt(0)] = 0.003
    """[m] of the sleeve that shuts the window, in place of TAGSAM's Mylar flap; chosen."""
    flap_mass: Annotated[Mass, Gt(0)] = 0.2
    """[kg] of the sleeve with its carriage; chosen: 0.2 kg of aluminium at this size."""
    flap_speed: Annotated[Speed, Gt(0)] = 0.25
    """[m/s] of the sleeve; chosen: as the brush head's flap."""
    flap_force: Annotated[Force, Gt(0)] = 20.0
    """[N] at which the sleeve jams on a pinched grain; chosen: as the brush head's flap."""
    head_mass: Annotated[Mass, Gt(0)] = 8.0
    """[kg] of the head without the sleeve; chosen: 3 mm of aluminium and fittings."""
    inlet_shut: bool = False
    """The wall of the throat goes down to the plate: the control that must collect nothing."""
    gas_mass: Annotated[Mass, Ge(0), Le(2)] = 0.03
    """[kg] of nitrogen in the bottle; chosen, 0.01–0.1: mean thrust of 4.5 N in 5 s, under the 13 N
    that ground and gas together did to OSIRIS-REx (facts §3).  0 is the control without gas."""
    gas_delay: Annotated[Time, Ge(0)] = 1.0
    """[s] from the sampler's start to the gas; TAGSAM's bottle fires about 1 s after contact."""
    gas_duration: Annotated[Time, Gt(0)] = 5.0
    """[s] for which the valve stays open, if the sampler is not stopped before; facts §3."""
    gas_time_constant: Annotated[Time, Gt(0)] = 2.0
    """[s] in which the bottle falls to 1/e; chosen, 1–5: nearly empty in the 5 s of facts §3."""
    exhaust_speed: Annotated[Speed, Gt(0), Le(780)] = 546.0
    """[m/s] momentum over mass of the jet.  A sonic orifice in vacuum gives a*(1 + 1/γ) = 546 m/s
    for nitrogen at 293 K (a* = √(2γRT/(γ + 1)) = 319 m/s, its pressure thrust counted; Anderson,
    Modern Compressible Flow, ch. 3 and 5); full expansion √(2γRT/(γ − 1)) = 780 m/s is the most."""
    speed_kept: Annotated[Number, Gt(0), Le(1)] = 0.5
    """[1] speed after turning at the ground over exhaust speed; chosen, 0.2–0.9: a shock and the
    friction of the grains take it, re-expansion gives some back."""
    drag_coefficient: Annotated[Number, Gt(0), Le(3)] = 1.0
    """[1] of a grain; 1 for a sphere in hypersonic continuum flow (Newton), up to 2 in free
    molecular flow (Bird).  The free path here is about 30 µm: continuum for grains over 0.3 mm."""
    gas_depth: Annotated[Length, Gt(0)] = 0.04
    """[m] below the plate's underside to which the gas reaches before it turns; chosen, one to four
    grains: in a packed bed the first layers take the jet."""
    friction_coefficient: Annotated[Number, Ge(0), Le(2)] = 0.4
    """[1] grain on every surface of the head; chosen: rock on metal, 0.3–0.5."""
    restitution: Annotated[Number, Gt(0), Le(1)] = 0.5
    """[1] grain on every surface of the head; chosen: as between grains."""

    def __post_init__(self) -> None:
        """Refuse parts that do not fit into one another."""
        sleeve = self.throat_radius - 2.0 * CLEARANCE - self.flap_thickness
        checks: tuple[tuple[str, float, bool, str], ...] = (
            (
                "throat_radius",
                self.throat_radius,
                self.throat_radius + 3.0 * self.wall_thickness < self.plate_radius,
                "with three wall_thickness must stay under plate_radius",
            ),
            (
                "stem_radius",
                self.stem_radius,
                self.stem_radius < sleeve,
                f"must stay under {sleeve:.3g} m, inside the sleeve",
            ),
            (
                "sill_height",
                self.sill_height,
                self.sill_height > max(self.wall_thickness, OVERLAP),
                f"must exceed wall_thickness and {OVERLAP} m",
            ),
            (
                "nozzle_height",
                self.nozzle_height,
                self.nozzle_height <= self.sill_height,
                "must not exceed sill_height: the gas turns below the window",
            ),
            (
                "inlet_height",
                self.inlet_height,
                self.inlet_height > 2.0 * self.flap_thickness,
                "must exceed two flap_thickness",
            ),
        )
        for name, value, holds, allowed in checks:
            if not holds:
                raise ConfigError(f"mechanism.{name}", value, allowed)

    @property
    def gas_released(self) -> float:
        """Gas [kg] that leaves if nothing stops it early."""
        return self.gas_mass * -math.expm1(-self.gas_duration / self.gas_time_constant)
