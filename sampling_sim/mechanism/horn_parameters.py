"""Parameters of the projectile and horn, after Hayabusa2.

Sources, with the trust tags of the project's facts (P read in the agency's own text, S second hand,
M recalled): JAXA's interview with Yano, who led Hayabusa's sampler ("extends one meter underneath",
"20 cm in inner diameter"; P), the University of Tokyo's page on Hayabusa2's ("about 1 m"; P), facts
§3 for the shot (P/M).  Hayabusa2's own mouth, throat and catcher were not found in print here.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Interval, Le

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import Angle, Density, Force, Length, Mass, Number, Speed, Time

CLEARANCE = 0.001
"""[m] chosen: gap between the lid and what it slides between."""
LEAST_SPEED = 20.0
"""[m/s] of the projectile; at and below it, a body into the bed is the grain solver's business."""


@dataclass(frozen=True, kw_only=True)
class ProjectileHornParameters:
    """A horn on the ground, a projectile fired down its axis, a catcher above its throat."""

    sequences: ClassVar = ("touch_and_go",)
    """Sequences that fly it."""
    kind: Literal["projectile_horn"] = "projectile_horn"
    """Which sampler."""
    mouth_diameter: Annotated[Length, Gt(0), Le(2)] = 0.2
    """[m] inner, at the ground; Hayabusa's tube (JAXA, P), Hayabusa2's taken alike."""
    throat_diameter: Annotated[Length, Gt(0), Le(2)] = 0.05
    """[m] inner, of throat and catcher; recalled of Hayabusa2's catcher, 48 mm (M)."""
    horn_length: Annotated[Length, Gt(0), Le(5)] = 1.0
    """[m] from mouth to throat; JAXA (P).  One cone; the real one is a tube with a cone above."""
    catcher_height: Annotated[Length, Gt(0), Le(1)] = 0.06
    """[m] inner; recalled of Hayabusa2's catcher, 57 mm (M)."""
    wall_thickness: Annotated[Length, Gt(0)] = 0.006
    """[m] of horn and catcher; chosen: several times the overlap that the guard allows."""
    wall_facets: Annotated[int, Interval(ge=6, le=64)] = 12
    """Sides of the wall that grains meet; chosen: within 2 % of the round one of the parcels."""
    lid_thickness: Annotated[Length, Gt(0)] = 0.003
    """[m] chosen: as the brush head's flap."""
    lid_speed: Annotated[Speed, Gt(0)] = 0.25
    """[m/s] chosen: as the brush head's flap."""
    lid_force: Annotated[Force, Gt(0)] = 20.0
    """[N] at which the lid jams; chosen: as the brush head's flap."""
    head_mass: Annotated[Mass, Gt(0)] = 8.0
    """[kg] horn, catcher and projectors, without the lid; chosen: not published."""
    lid_mass: Annotated[Mass, Gt(0)] = 0.2
    """[kg] with its carriage; chosen."""
    projectile_mass: Annotated[Mass, Gt(0), Le(1)] = 0.005
    """[kg] facts §3."""
    projectile_density: Annotated[Density, Gt(0)] = 16600.0
    """[kg/m³] tantalum, handbook (M)."""
    projectile_speed: Annotated[Speed, Gt(0), Le(5000)] = 300.0
    """[m/s] facts §3; above 20 m/s."""
    barrel_length: Annotated[Length, Gt(0), Le(1)] = 0.1
    """[m] over which the projectile gains its speed, evenly: the recoil lasts 2 L/U; chosen."""
    projectile_delay: Annotated[Time, Ge(0), Le(60)] = 0.0
    """[s] from the start of sampling to the first shot; chosen: at once."""
    shots: Annotated[int, Interval(ge=0, le=20)] = 1
    """[1] projectiles; 0 is the control that must collect nothing.  Facts §3: one a touch-down."""
    shot_interval: Annotated[Time, Gt(0), Le(60)] = 0.2
    """[s] between two shots, each into ground as the first found it; chosen."""
    grain_target: Literal["sand", "sand_fly_ash", "perlite_sand"] = "sand_fly_ash"
    """Row of the scaling for a bed of grains; chosen: the one with strength and the porosity, 45 %,
    of a poured bed ("sand" knows no strength: its crater ends by gravity)."""
    rock_target: Literal["rock", "weakly_cemented_basalt"] = "rock"
    """Row of the scaling, strength and density with it, for bare rock."""
    launch_angle: Annotated[Angle, Interval(ge=0.35, le=1.4)] = 0.785
    """[rad] of the ejecta to the surface; 45 deg, of which laboratory craters in sand stray by 10
    (M); the scaling does not say."""
    launch_spread: Annotated[Angle, Interval(ge=0, le=0.3)] = 0.087
    """[rad] standard deviation of it from parcel to parcel; chosen: 5 deg."""
    parcel_count: Annotated[int, Interval(ge=10, le=100_000)] = 2000
    """[1] equal parcels that stand for the ejecta of one shot; chosen: where a
    twentieth is caught, that mass is known to 10 %."""
    parcel_restitution: Annotated[Number, Gt(0), Le(1)] = 0.5
    """[1] of ejecta on the horn's wall; chosen: as grains."""
    parcel_friction: Annotated[Number, Ge(0), Le(2)] = 0.4
    """[1] of ejecta on the horn's wall; chosen: as grains."""
    parcel_scatter: Annotated[Number, Ge(0), Le(1)] = 0.3
    """[1] by which the normal of a bounce strays, each component of the unit vector; chosen: the
    corner that a fragment lands on lies some 20 deg off its middle.  Chosen knowing what Hayabusa2
    brought home; without scatter next to nothing is caught (docs/projectile-horn.md)."""
    ejecta_seed: Annotated[int, Interval(ge=0, le=2**63 - 1)] = 1
    """Which parcels: where and at what angle they are launched."""
    friction_coefficient: Annotated[Number, Ge(0), Le(2)] = 0.4
    """[1] grain on every surface; chosen: rock on metal, 0.3-0.5."""
    restitution: Annotated[Number, Gt(0), Le(1)] = 0.5
    """[1] grain on every surface; chosen: as between grains."""

    def __post_init__(self) -> None:
        """Refuse a horn that does not narrow, a slow projectile, and shots that overlap."""
        checks: tuple[tuple[str, float, bool, str], ...] = (
            (
                "throat_diameter",
                self.throat_diameter,
                self.throat_diameter <= self.mouth_diameter,
                f"at most mouth_diameter, {self.mouth_diameter:g} m",
            ),
            (
                "wall_thickness",
                self.wall_thickness,
                self.wall_thickness < 0.5 * min(self.throat_diameter, self.catcher_height),
                "less than half of throat_diameter and of catcher_height",
            ),
            (
                "projectile_speed",
                self.projectile_speed,
                self.projectile_speed > LEAST_SPEED,
                f"above {LEAST_SPEED:g} m/s: below, the scaling of its ejecta does not hold",
            ),
            (
                "shot_interval",
                self.shot_interval,
                self.shot_interval > self.recoil_time,
                f"above the recoil of one shot, {self.recoil_time:.3g} s",
            ),
        )
        for name, value, holds, allowed in checks:
            if not holds:
                raise ConfigError(f"mechanism.{name}", value, allowed)

    @property
    def recoil_time(self) -> float:
        """Time [s] that a shot pushes the head, 2 L/U."""
        return 2.0 * self.barrel_length / self.projectile_speed
