"""Parameters of the scoop arm: three joints in a vertical plane under the bus, a lidded scoop.

Angles are counted from the arm hanging straight down with the scoop's mouth down; positive swings
what hangs down towards +x.  None of the flown arm's sizes is published (facts §2).
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Interval, Le

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import Angle, AngularRate, Length, Mass, Number, Time, Torque

Turn = Annotated[Angle, Interval(ge=-3.1416, le=3.1416)]
"""[rad] of a joint."""


@dataclass(frozen=True, kw_only=True)
class ScoopArmParameters:
    """Jointed arm with a scoop."""

    sequences: ClassVar = ("hover",)
    """Sequences that fly it."""
    kind: Literal["scoop_arm"] = "scoop_arm"
    """Which sampler."""
    reach: Annotated[Length, Gt(0), Le(20)] = 2.0
    """[m] from the bus's bottom face down to the ground that the arm is set for; facts §2: 2–4 m
    of arm.  Its fit to `sequence.hover_height` decides how deep the scoop goes."""
    dig_depth: Annotated[Length, Ge(0), Le(1)] = 0.06
    """[m] of the deepest point of the scoop's sweep below that ground; chosen: about two of the
    largest default grains."""
    upper_arm_length: Annotated[Length, Gt(0), Le(10)] = 1.2
    """[m] shoulder to elbow; chosen: folded it fits under a 2 m bus."""
    forearm_length: Annotated[Length, Gt(0), Le(10)] = 1.2
    """[m] elbow to wrist; chosen: as the upper arm, so that it folds."""
    shoulder_offset: Annotated[Length, Ge(-5), Le(5)] = 0.5
    """[m] of the shoulder along x of S; chosen: the elbow swings out to the other side."""
    shoulder_drop: Annotated[Length, Gt(0), Le(1)] = 0.1
    """[m] of the shoulder's axis below the bus's bottom face; chosen: clears the upper arm."""
    arm_thickness: Annotated[Length, Gt(0)] = 0.07
    """[m] edge of the arm's square section; chosen."""
    upper_arm_mass: Annotated[Mass, Gt(0)] = 8.0
    """[kg] a uniform bar; chosen: with its motors."""
    forearm_mass: Annotated[Mass, Gt(0)] = 6.0
    """[kg] a uniform bar; chosen."""
    scoop_mass: Annotated[Mass, Gt(0)] = 3.0
    """[kg] taken as a uniform box; chosen: 2 mm of steel and the lid's motor."""
    lid_mass: Annotated[Mass, Gt(0)] = 0.2
    """[kg] chosen: a 3 mm plate of aluminium, stiffened."""
    scoop_offset: Annotated[Length, Gt(0)] = 0.2
    """[m] from the wrist's axis to the scoop's middle: the radius of its sweep; chosen: leaves room
    for the lid between scoop and wrist."""
    scoop_width: Annotated[Length, Gt(0)] = 0.12
    """[m] inside, along the wrist's axis; chosen: four of the largest default grains."""
    scoop_height: Annotated[Length, Gt(0)] = 0.1
    """[m] of the mouth, inside, along the radius of the sweep; chosen: three such grains."""
    scoop_length: Annotated[Length, Gt(0)] = 0.12
    """[m] inside, from mouth to back; chosen: 1.4 l, 2 kg of grains."""
    wall_thickness: Annotated[Length, Gt(0)] = 0.006
    """[m] of the scoop; chosen: several times the overlap that the guard allows."""
    lid_thickness: Annotated[Length, Gt(0)] = 0.003
    """[m] chosen."""
    entry_angle: Turn = 0.785
    """[rad] pitch of the scoop when it is let down: 0 mouth down, π/2 beneath the wrist with its
    mouth level; chosen: 45°, the lip enters by half the depth before the sweep begins."""
    exit_angle: Turn = 2.53
    """[rad] pitch at the end of the sweep; chosen: 145°, the mouth is out of the ground and up."""
    stowed_shoulder: Turn = -1.4
    """[rad] chosen: -80°, the upper arm along the bottom face."""
    stowed_elbow: Turn = 2.97
    """[rad] chosen: 170°, the forearm folded back below it."""
    stowed_wrist: Turn = 1.05
    """[rad] chosen: 60°, the mouth up as at the end of the sweep."""
    shoulder_min: Turn = -1.6
    """[rad] least angle of the shoulder that a pose may ask for; chosen: level."""
    shoulder_max: Turn = 1.6
    """[rad] chosen."""
    elbow_min: Turn = 0.0
    """[rad] chosen: straight; it bends one way only."""
    elbow_max: Turn = 3.0
    """[rad] chosen: nearly folded."""
    wrist_min: Turn = -1.6
    """[rad] chosen."""
    wrist_max: Turn = 2.1
    """[rad] chosen: 120°, before scoop and forearm meet."""
    slew_rate: Annotated[AngularRate, Gt(0), Le(3)] = 0.3
    """[rad/s] of the joint with the farthest way to go; chosen: down in 5 s."""
    sweep_rate: Annotated[AngularRate, Gt(0), Le(3)] = 0.3
    """[rad/s] of the wrist as it sweeps; chosen: the lip at 8 cm/s, grains are scooped, not hit."""
    joint_settling: Annotated[Time, Gt(0), Le(10)] = 0.3
    """[s] in which a joint closes the last of its way: stiffness is torque over (droop · this);
    chosen: with the torque below the arm yields by centimetres to 10 N."""
    rate_droop: Annotated[AngularRate, Gt(0)] = 0.05
    """[rad/s] by which a joint at its torque limit falls behind; chosen: a sixth of the rate."""
    shoulder_torque: Annotated[Torque, Gt(0)] = 15.0
    """[N·m] limit; chosen: about 25 N at the scoop, a hundredth of g on the craft."""
    elbow_torque: Annotated[Torque, Gt(0)] = 12.0
    """[N·m] limit; chosen."""
    wrist_torque: Annotated[Torque, Gt(0)] = 3.0
    """[N·m] limit; chosen: 11 N at the lip."""
    lid_rate: Annotated[AngularRate, Gt(0), Le(20)] = 2.6
    """[rad/s] chosen: shut in 1.2 s, before grains at the sweep's speed are out."""
    lid_torque: Annotated[Torque, Gt(0)] = 0.6
    """[N·m] at which the lid jams on a pinched grain; chosen: 5 N at its edge."""
    friction_coefficient: Annotated[Number, Ge(0), Le(2)] = 0.4
    """[1] grain on every surface of the scoop; chosen: rock on metal, 0.3–0.5."""
    restitution: Annotated[Number, Gt(0), Le(1)] = 0.5
    """[1] grain on every surface of the scoop; chosen: as between grains."""

    def __post_init__(self) -> None:
        """Refuse limits the wrong way round, a sweep that goes backwards, a scoop on its axis."""
        for joint in ("shoulder", "elbow", "wrist"):
            low, high = self.limits(joint)
            if low >= high:
                allowed = f"must be below mechanism.{joint}_max = {high:g} rad"
                raise ConfigError(f"mechanism.{joint}_min", low, allowed)
        if self.exit_angle <= self.entry_angle:
            allowed = f"must exceed mechanism.entry_angle = {self.entry_angle:g} rad"
            raise ConfigError("mechanism.exit_angle", self.exit_angle, allowed)
        room = self.scoop_height + 2.0 * self.wall_thickness
        if self.scoop_offset <= room:
            allowed = f"must exceed scoop_height + 2 wall_thickness = {room:g} m: the lid's room"
            raise ConfigError("mechanism.scoop_offset", self.scoop_offset, allowed)

    def limits(self, joint: str) -> tuple[float, float]:
        """Least and largest angle [rad] of shoulder, elbow or wrist."""
        return getattr(self, f"{joint}_min"), getattr(self, f"{joint}_max")

    @property
    def mass(self) -> float:
        """Mass [kg] of all that hangs on the bus."""
        return self.upper_arm_mass + self.forearm_mass + self.scoop_mass + self.lid_mass
