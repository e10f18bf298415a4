"""Parameters of the dual brush-wheel sampler; sizes follow the APOSSUM analogue (facts §2).

Where a size comes from the trial of the whole thing, the source reads "engine-notes".
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Interval, Le

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import (
    AngularRate,
    Force,
    Length,
    Mass,
    Number,
    Speed,
    Stiffness,
    Torque,
)

CLEARANCE = 0.001
"""[m] chosen: gap between sliding parts (flap, roof, walls)."""


@dataclass(frozen=True, kw_only=True)
class BrushWheelsParameters:
    """Sampler head with two brush wheels."""

    sequences: ClassVar = ("touch_and_go",)
    """Sequences that fly it."""
    kind: Literal["brush_wheels"] = "brush_wheels"
    """Which sampler."""
    wheel_radius: Annotated[Length, Gt(0)] = 0.05
    """[m] tip of the paddles; APOSSUM, facts §2."""
    wheel_length: Annotated[Length, Gt(0)] = 0.1
    """[m] along the axis; APOSSUM, facts §2."""
    axis_offset: Annotated[Length, Gt(0)] = 0.07
    """[m] of each wheel axis from the middle; tip gap about the largest grain (engine-notes)."""
    paddle_count: Annotated[int, Interval(ge=2, le=24)] = 6
    """Paddles a wheel; chosen: the space between two tips passes a 32 mm grain."""
    paddle_thickness: Annotated[Length, Gt(0)] = 0.004
    """[m] chosen: well over the overlap that the guard allows (0.8 mm)."""
    hub_radius: Annotated[Length, Gt(0)] = 0.012
    """[m] chosen: leaves 38 mm between hub and tip, the largest grain and more."""
    wheel_speed: Annotated[AngularRate, Ge(0)] = 9.9
    """[rad/s] of both wheels; 95 rpm, so that the tips stay under 0.5 m/s (issue 2)."""
    torque_limit: Annotated[Torque, Gt(0)] = 0.3
    """[N·m] of each motor; chosen: six times the mean torque of sampling (0.05 N·m in a default
    run), yet a grain jammed between paddle and wall is pinched by a few newtons only."""
    speed_droop: Annotated[AngularRate, Gt(0)] = 2.5
    """[rad/s] by which a motor at its torque limit falls behind its set speed; chosen: a quarter
    of it, a small geared motor."""
    bristle_stiffness: Annotated[Stiffness, Ge(0)] = 2000.0
    """[N/m] of a paddle in series with the grain's contact, 0 for rigid; chosen: a 32 mm grain
    met at 0.5 m/s bends it 2.4 mm."""
    wheel_mass: Annotated[Mass, Gt(0)] = 0.6
    """[kg] each; engine-notes."""
    head_mass: Annotated[Mass, Gt(0)] = 12.0
    """[kg] housing, container and motors, without wheels and flap; engine-notes."""
    flap_mass: Annotated[Mass, Gt(0)] = 0.3
    """[kg] with its carriage; chosen: the plate alone weighs 0.1 kg in aluminium."""
    wheel_gap: Annotated[Length, Gt(0)] = 0.008
    """[m] from wheels to outer and end walls; chosen: half the smallest grain."""
    wall_thickness: Annotated[Length, Gt(0)] = 0.006
    """[m] of housing and container; chosen: several times the overlap that the guard allows."""
    rim_depth: Annotated[Length, Gt(0)] = 0.02
    """[m] of the housing's rim below the wheel axes; engine-notes."""
    roof_clearance: Annotated[Length, Gt(0)] = 0.012
    """[m] from the tips to the roof; engine-notes.  The flap slides in it."""
    inlet_width: Annotated[Length, Gt(0)] = 0.09
    """[m] of the inlet along x; engine-notes: at least 90 mm."""
    lip_height: Annotated[Length, Gt(0)] = 0.03
    """[m] of the chute's lips above the roof's underside; engine-notes."""
    container_height: Annotated[Length, Gt(0)] = 0.15
    """[m] from the roof's underside to the container's top; chosen: 4 l, 6 kg of grains."""
    flap_thickness: Annotated[Length, Gt(0)] = 0.003
    """[m] chosen: fits the roof clearance and leaves 8 mm to the tips."""
    flap_speed: Annotated[Speed, Gt(0)] = 0.25
    """[m/s] engine-notes: kept 0.51 kg where an open inlet lost half."""
    flap_force: Annotated[Force, Gt(0)] = 20.0
    """[N] at which the flap jams on a pinched grain; chosen: a light spindle drive."""
    inlet_shut: bool = False
    """A fixed plate over the inlet: the control that must collect nothing."""
    friction_coefficient: Annotated[Number, Ge(0), Le(2)] = 0.4
    """[1] grain on every surface of the head; chosen: rock on metal, 0.3–0.5."""
    restitution: Annotated[Number, Gt(0), Le(1)] = 0.5
    """[1] grain on every surface of the head; chosen: as between grains."""

    def __post_init__(self) -> None:
        """Refuse parts that overlap, and gaps that cannot hold the parts between them."""
        tip = self.axis_offset - self.wheel_radius
        flap_space = self.flap_thickness + 2.0 * CLEARANCE
        over_wheels = self.axis_offset + self.wheel_radius
        checks: tuple[tuple[str, float, bool, str], ...] = (
            ("axis_offset", self.axis_offset, tip > 0.0, "must exceed wheel_radius"),
            (
                "hub_radius",
                self.hub_radius,
                self.hub_radius + self.paddle_thickness < self.wheel_radius,
                "with one paddle_thickness must stay under wheel_radius",
            ),
            (
                "wheel_length",
                self.wheel_length,
                self.wheel_length > self.paddle_thickness,
                "must exceed paddle_thickness",
            ),
            (
                "lip_height",
                self.lip_height,
                self.lip_height > self.wall_thickness,
                "must exceed wall_thickness",
            ),
            (
                "roof_clearance",
                self.roof_clearance,
                self.roof_clearance > flap_space,
                f"must exceed flap_thickness + {2 * CLEARANCE} m",
            ),
            (
                "inlet_width",
                self.inlet_width,
                0.5 * self.inlet_width + 2.0 * self.wall_thickness < over_wheels,
                "must leave room for the lips inside the housing",
            ),
            (
                "container_height",
                self.container_height,
                self.container_height > self.lip_height + 2.0 * self.wall_thickness,
                "must exceed lip_height + 2 wall_thickness",
            ),
        )
        for name, value, holds, allowed in checks:
            if not holds:
                raise ConfigError(f"mechanism.{name}", value, allowed)
