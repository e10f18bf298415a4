"""Parameters of the drill anchors: four legs with a drill in each foot, and the ground they meet.

Tianwen-2's third mode has four arms with a drill at each tip (facts §2); no size of the flown
system is published, so sizes are chosen around the analogues of facts §2: drill thrust 1–20 N,
ultrasonic drills with less than 10 N on bits of 5–20 mm, 1–10 mm/min.
"""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Interval, Le

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import (
    Angle,
    AngularDamping,
    AngularRate,
    AngularStiffness,
    Damping,
    Density,
    Force,
    Length,
    Mass,
    Number,
    Pressure,
    Speed,
    Stiffness,
    Torque,
    Unit,
)

Power = Annotated[float, Unit("W")]
Inertia = Annotated[float, Unit("kg*m^2")]


SOFTEST_ROCK = 10.0
"""e A over the thrust below which Teale's balance is not meant; chosen: thrust then does a tenth of
the cutting."""


@dataclass(frozen=True, kw_only=True)
class DrillAnchorParameters:
    """Four legs at the corners of the bus's lower face, each with a damped foot and a drill."""

    sequences: ClassVar = ("anchor",)
    """Sequences that fly it."""
    kind: Literal["drill_anchor"] = "drill_anchor"
    """Which sampler."""
    # --- legs -------------------------------------------------------------------------------------
    foot_offset: Annotated[Length, Gt(0), Le(10)] = 1.5
    """[m] of each foot's middle from the craft's axis, along x and along y; chosen: wider than the
    bus, against tipping over."""
    leg_length: Annotated[Length, Gt(0), Le(10)] = 1.3
    """[m] of the strut from hip to ankle; chosen: with the foot the bus stands 1.45 m high, short
    of the 2–4 m of facts §2, which are for an arm."""
    foot_length: Annotated[Length, Gt(0), Le(5)] = 0.35
    """[m] from the ankle down to the sole, upright; chosen: houses a parked drill."""
    foot_radius: Annotated[Length, Gt(0), Le(1)] = 0.08
    """[m] of the disc that stands on grains, and of the ball that stands on rock; chosen."""
    foot_thickness: Annotated[Length, Gt(0), Le(1)] = 0.03
    """[m] of the disc; chosen."""
    leg_mass: Annotated[Mass, Ge(0.5)] = 6.0
    """[kg] each strut; chosen: 4–5 kg/m."""
    foot_mass: Annotated[Mass, Ge(0.5)] = 3.0
    """[kg] each foot with its tube; chosen."""
    hip_stiffness: Annotated[AngularStiffness, Gt(0)] = 2e4
    """[N·m/rad] of the hinge at the bus; chosen: 50 N at the foot bend the leg by 2 mm."""
    hip_damping: Annotated[AngularDamping, Ge(0)] = 200.0
    """[N·m·s/rad] of it; chosen: a third of critical for a leg in the air."""
    absorber_stiffness: Annotated[Stiffness, Gt(0)] = 1000.0
    """[N/m] of each foot against its leg, upright; chosen: 2.1 t at 5 cm/s sink 2 cm."""
    absorber_damping: Annotated[Damping, Gt(0)] = 700.0
    """[N·s/m] of it; chosen: half critical for 2.1 t on four feet."""
    absorber_stroke: Annotated[Length, Gt(0)] = 0.12
    """[m] either way to the stops; chosen: three times the sink at 10 cm/s."""
    friction_coefficient: Annotated[Number, Ge(0), Le(2)] = 0.5
    """[1] grain on a foot; chosen: rock on metal, 0.3–0.5."""
    restitution: Annotated[Number, Gt(0), Le(1)] = 0.5
    """[1] grain on a foot; chosen: as between grains."""
    # --- drills -----------------------------------------------------------------------------------
    drill_tilt: Annotated[Angle, Ge(-1.0), Le(1.0)] = 0.436
    """[rad] of each drill off upright, its tip towards the craft's axis (negative: outward);
    chosen: 25 deg, so that no pull is along all four (Wang et al. 2021: crossed drills)."""
    drill_length: Annotated[Length, Gt(0)] = 0.25
    """[m] from its carriage to the tip; chosen: fits the foot."""
    park_height: Annotated[Length, Gt(0)] = 0.06
    """[m] of the parked tip over the sole, along the drill; chosen: over the foot's disc."""
    feed_stroke: Annotated[Length, Gt(0)] = 0.25
    """[m] of the feed; chosen: 0.19 m under the sole."""
    carriage_mass: Annotated[Mass, Ge(0.5)] = 1.5
    """[kg] of the feed's carriage with the motor; chosen."""
    drill_mass: Annotated[Mass, Ge(0.5)] = 1.0
    """[kg] of what turns; chosen."""
    spin_inertia: Annotated[Inertia, Gt(0)] = 2e-3
    """[kg·m²] of what turns, about its axis; chosen: 1 kg gyrating at 45 mm, chuck
    and rotor."""
    counter_rotating: bool = True
    """Neighbours turn against one another, so that the reactions of all four cancel."""
    drill_speed: Annotated[AngularRate, Ge(0)] = 20.0
    """[rad/s] 190 rpm; chosen.  0 is the control that must not bore."""
    drill_torque: Annotated[Torque, Gt(0)] = 2.0
    """[N·m] limit of each motor; chosen: twice what frees a bit of 16 mm that 100 N holds."""
    speed_droop: Annotated[AngularRate, Gt(0)] = 4.0
    """[rad/s] by which a motor at its limit falls behind; chosen: a fifth of its speed."""
    drill_thrust: Annotated[Force, Gt(0), Le(100)] = 8.0
    """[N] of each feed; facts §2: 1–20 N an arm, ultrasonic under 10 N."""
    retract_force: Annotated[Force, Gt(0)] = 20.0
    """[N] of each feed backwards; chosen."""
    feed_speed: Annotated[Speed, Gt(0)] = 0.02
    """[m/s] of the feed in the air, out and back; chosen."""
    lock_stiffness: Annotated[Stiffness, Gt(0)] = 2e5
    """[N/m] of the feed when it holds; chosen: a self-locking spindle, 50 N move it 0.25 mm."""
    lock_damping: Annotated[Damping, Ge(0)] = 200.0
    """[N·s/m] of it; chosen."""
    # --- bit and ground ---------------------------------------------------------------------------
    bit_diameter: Annotated[Length, Gt(0), Le(0.2)] = 0.016
    """[m] of the hole; facts §2: 5–20 mm."""
    core_diameter: Annotated[Length, Gt(0)] = 0.008
    """[m] of the core; chosen: half the hole."""
    percussion_power: Annotated[Power, Ge(0)] = 10.0
    """[W] of the hammer at the bit; chosen: with `specific_energy`, 8 mm/min (facts §2: 1–10)."""
    clearing_rate: Annotated[AngularRate, Gt(0)] = 5.0
    """[rad/s] at which cuttings are cleared; slower it cuts less and the walls grip; chosen."""
    bit_friction: Annotated[Number, Ge(0), Le(2)] = 0.5
    """[1] of the bit's face on the ground; chosen."""
    bond_stiffness: Annotated[Stiffness, Gt(0)] = 2e5
    """[N/m] of a drill in its hole, along and across; chosen: 50 N move it 0.25 mm."""
    bond_damping: Annotated[Damping, Ge(0)] = 200.0
    """[N·s/m] of it; chosen: a fifth of critical for the drill."""
    specific_energy: Annotated[Pressure, Gt(0)] = 5e8
    """[J/m³ = Pa] of rock; chosen: ten times the strength of a weak rock (at best about equal,
    Teale 1965); 1e8–1e10 for small percussive drills."""
    least_weight: Annotated[Force, Ge(0)] = 2.0
    """[N] on the bit under which it does not cut rock; chosen: within the 10 N of facts §2."""
    rock_shear: Annotated[Pressure, Gt(0)] = 2e5
    """[Pa] of the walls on a shaft that does not turn; chosen: jammed cuttings, far below the
    rock's own 1e6–1e7; unknown: 1e4–1e6."""
    rock_bearing: Annotated[Pressure, Gt(0)] = 2e7
    """[Pa] of rock under the shaft's side and under the bit; chosen: weak chondrite, 1e6–1e8."""
    rock_density: Annotated[Density, Gt(0)] = 2700.0
    """[kg/m³] facts §1."""
    regolith_shear: Annotated[Pressure, Ge(0)] = 100.0
    """[Pa] of regolith on the shaft; chosen: over its few Pa of tension, the bit has pressed it
    aside; unknown: 1–1e3."""
    regolith_bearing: Annotated[Pressure, Ge(0)] = 1000.0
    """[Pa] of regolith under the shaft's side; chosen: N_c c with N_c about 10; unknown: 10–1e4."""
    regolith_density: Annotated[Density, Gt(0)] = 1500.0
    """[kg/m³] in bulk; chosen: 2700 kg/m³ at a packing of 0.56."""
    penetration_resistance: Annotated[Pressure, Ge(0)] = 5e4
    """[Pa] of regolith under a bit at rest; chosen: 10 N on 16 mm, more than the thrust: grains as
    wide as the bit jam under it; unknown: 1e3–1e5 (N_c c alone would be 10 Pa)."""
    rotation_relief: Annotated[Number, Interval(gt=0, le=1)] = 0.2
    """[1] share of it under a bit that turns and hammers; chosen, so that low thrust suffices."""

    def __post_init__(self) -> None:
        """Refuse legs that do not reach, and drills that do not fit, reach the ground, or miss."""
        tip = math.cos(self.drill_tilt) * self.park_height
        checks: tuple[tuple[str, bool, str], ...] = (
            ("core_diameter", self.core_diameter < self.bit_diameter, "below bit_diameter"),
            ("feed_stroke", self.feed_stroke > self.park_height, "above park_height: the ground"),
            (
                "park_height",
                tip > self.foot_thickness + self.bit_diameter,
                "above the foot's disc (foot_thickness, and a bit_diameter more) at this tilt",
            ),
            (
                "foot_length",
                self.foot_length
                > math.cos(self.drill_tilt) * (self.park_height + self.drill_length)
                and self.foot_length > self.absorber_stroke + tip + self.bit_diameter,
                "above drill and park_height upright, and the tip and absorber_stroke",
            ),
            (
                "foot_offset",
                self.foot_offset > self.foot_radius + self.inward_reach,
                "above foot_radius and what the tilted drills reach inward: they would meet",
            ),
        )
        for name, holds, allowed in checks:
            if not holds:
                raise ConfigError(f"mechanism.{name}", getattr(self, name), allowed)
        if self.spin_inertia > self.drill_mass * self.foot_radius**2:
            allowed = "at most drill_mass × foot_radius², a ring as wide as the foot"
            raise ConfigError("mechanism.spin_inertia", self.spin_inertia, allowed)
        if self.least_weight > self.drill_thrust:
            allowed = f"at most drill_thrust, {self.drill_thrust:g} N: it would never cut"
            raise ConfigError("mechanism.least_weight", self.least_weight, allowed)
        kerf = 0.25 * math.pi * (self.bit_diameter**2 - self.core_diameter**2)
        least = SOFTEST_ROCK * self.drill_thrust / kerf
        if self.specific_energy < least:
            allowed = f"at least {least:.3g} Pa: below, drill_thrust alone would push the bit in"
            raise ConfigError("mechanism.specific_energy", self.specific_energy, allowed)

    @property
    def inward_reach(self) -> float:
        """[m] along x and y that a drill at full stroke reaches towards the craft's axis."""
        under = self.feed_stroke - self.park_height
        return max(0.0, math.sqrt(0.5) * math.sin(self.drill_tilt) * under)

    @property
    def leg_chain_mass(self) -> float:
        """Mass [kg] of one leg with foot, carriage and drill."""
        return self.leg_mass + self.foot_mass + self.carriage_mass + self.drill_mass

    def leg_drop(self, bus_size: float) -> float:
        """Height [m] of the hip over the ankle.

        Raises
        ------
        ConfigError
            If the strut is too short for the feet to stand where they are wanted.
        """
        across = math.sqrt(2.0) * abs(self.foot_offset - 0.5 * bus_size)
        if self.leg_length <= across:
            allowed = f"above {across:.3g} m, from the bus's corner out to the foot"
            raise ConfigError("mechanism.leg_length", self.leg_length, allowed)
        return math.sqrt(self.leg_length**2 - across**2)
