"""The spacecraft that carries a sampler: bus, wings, arm and wrist, common to every sampler.

Frame S: origin at the bus's centre of mass, +z up (away from the ground at touch-down), wings along
±y.  The arm hangs from the bottom face along −z, slides along its axis on a spring and damper, and
ends in a universal joint.  The thrusters act as a force along +z at the craft's centre of mass.
Mass properties: the bus is a uniform box, each wing a uniform thin disc in the xy plane
(chosen: level with the ground, where its clearance is largest).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Box, Joint, JointKind, Link
from sampling_sim.mechanism.drives import SpringDamper
from sampling_sim.quantities import (
    Angle,
    AngularDamping,
    AngularStiffness,
    Damping,
    Force,
    Impulse,
    Length,
    Mass,
    Number,
    Rate,
    Stiffness,
    Time,
    Torque,
)

WING_THICKNESS = 0.03
"""[m] chosen: a folding panel with its hinges; only the outline uses it."""
CROSS_RADIUS = 0.05
"""[m] chosen: radius of gyration sphere of the wrist's cross piece."""
STOP_RATIO = 20.0
"""Stiffness of the arm's stops over that of its spring; chosen: a stop, yet soft enough for the
explicit law at 0.5 ms with a 14 kg head (k H²/m = 2e-4)."""


@dataclass(frozen=True, kw_only=True)
class CraftParameters:
    """Spacecraft, arm and wrist."""

    mass: Annotated[Mass, Gt(0)] = 2100.0
    """[kg] whole craft, arm and sampler included; Tianwen-2, facts §2."""
    bus_size: Annotated[Length, Gt(0), Le(20)] = 2.0
    """[m] edge of the cubic bus; chosen: not published, a 2 t craft of usual density."""
    wing_span: Annotated[Length, Gt(0), Le(100)] = 15.0
    """[m] tip to tip over the two circular wings; facts §2."""
    wing_mass: Annotated[Mass, Ge(0)] = 40.0
    """[kg] each; chosen: 33 m² at 1.2 kg/m², a light flexible array."""
    arm_length: Annotated[Length, Gt(0), Le(20)] = 3.0
    """[m] from the bottom face of the bus to the wrist; facts §2 gives 2–4 m."""
    arm_mass: Annotated[Mass, Gt(0)] = 15.0
    """[kg] the sliding part, a uniform rod; chosen: 5 kg/m."""
    arm_stiffness: Annotated[Stiffness, Ge(0)] = 500.0
    """[N/m] along the arm's axis; chosen: 20 N of ground force moves the head 4 cm."""
    arm_damping: Annotated[Damping, Ge(0)] = 120.0
    """[N·s/m] along the axis; chosen: half critical for arm and head of 29 kg."""
    arm_stroke: Annotated[Length, Gt(0)] = 0.15
    """[m] slide either way before the stops; chosen: twice the braking distance at 5 cm/s."""
    wrist_stiffness: Annotated[AngularStiffness, Ge(0)] = 20.0
    """[N·m/rad] about each axis of the wrist; chosen: 5 N at the rim's edge tilts it 2 degrees."""
    wrist_damping: Annotated[AngularDamping, Ge(0)] = 3.0
    """[N·m·s/rad] about each axis; chosen: 0.6 of critical for the head about the wrist."""
    wrist_mass: Annotated[Mass, Gt(0)] = 1.0
    """[kg] of the cross piece between the wrist's two axes; chosen."""
    wing_frequency: Annotated[Rate, Ge(0), Le(20)] = 0.2
    """[1/s] first bending of each wing, its root held, 0 for rigid wings (`wings.py`); chosen:
    large light arrays lie between 0.1 and 0.5 Hz."""
    wing_damping: Annotated[Number, Ge(0), Le(1)] = 0.005
    """[1] damping ratio of that mode; chosen: a deployed structure in vacuum."""
    thrust_limit: Annotated[Force, Gt(0)] = 400.0
    """[N] along +z, and along x and y each; chosen: four 100 N thrusters; commands are clipped."""
    thrust_bit: Annotated[Impulse, Ge(0)] = 0.5
    """[N·s] least impulse of the thrusters in one control step: what is asked for is saved up
    until it comes to that; chosen: 100 N for 5 ms."""
    thrust_delay: Annotated[Time, Ge(0), Le(10)] = 0.0
    """[s] from command to thrust, rounded to control steps; chosen: valves open in 10 ms."""
    thrust_angle_x: Annotated[Angle, Ge(-0.2), Le(0.2)] = 0.0
    """[rad] by which the thrusters' line is turned about x of S: the force then misses the centre
    of mass (they stand in the plane of the bus's lower face); disperse it."""
    thrust_angle_y: Annotated[Angle, Ge(-0.2), Le(0.2)] = 0.0
    """[rad] the same about y."""
    torque_limit: Annotated[Torque, Ge(0)] = 20.0
    """[N·m] of the attitude control about each axis; chosen: a pair of 10 N thrusters on a 2 m
    bus.  Its minimum impulse is left out: far below what the wings store."""
    attitude_control: Literal["always", "free", "off"] = "always"
    """When the attitude at release is held: "free" leaves off while the head is on the ground."""
    attitude_frequency: Annotated[Rate, Gt(0), Le(5)] = 0.02
    """[1/s] of the attitude loop, damped by 0.7; chosen: a tenth of the wings' bending, which it
    so does not excite."""

    def __post_init__(self) -> None:
        if self.wing_span <= self.bus_size:
            raise ConfigError("craft.wing_span", self.wing_span, "must exceed craft.bus_size")
        if self.wing_frequency > 0.0 and self.wing_mass == 0.0:
            allowed = "above 0 kg where craft.wing_frequency is above 0"
            raise ConfigError("craft.wing_mass", self.wing_mass, allowed)
        if 2.0 * self.wing_mass + self.arm_mass + self.wrist_mass >= self.mass:
            allowed = "must exceed the masses of wings, arm and wrist together"
            raise ConfigError("craft.mass", self.mass, allowed)

    @property
    def wing_radius(self) -> float:
        """Radius [m] of each circular wing, which starts at the bus's side."""
        return 0.25 * (self.wing_span - self.bus_size)

    @property
    def wrist_height(self) -> float:
        """Height [m] of the wrist in S, all joints at zero."""
        return -0.5 * self.bus_size - self.arm_length


def box_inertia(mass: float, size: tuple[float, float, float]) -> FloatArray:
    """Inertia [kg·m²] of a uniform box with edges `size` [m] about its centre, shape (3, 3)."""
    squares = np.square(size)
    return np.diag(mass / 12.0 * (squares.sum() - squares))


def cylinder_inertia(mass: float, radius: float, length: float, axis: int) -> FloatArray:
    """Inertia [kg·m²] of a uniform cylinder along `axis` about its centre, shape (3, 3)."""
    moments = np.full(3, mass * (3.0 * radius**2 + length**2) / 12.0)
    moments[axis] = 0.5 * mass * radius**2
    return np.diag(moments)


def wings_on_bus(craft: CraftParameters) -> FloatArray:
    """Inertia [kg·m²] of both wings about the bus's centre, shape (3, 3)."""
    wing = cylinder_inertia(craft.wing_mass, craft.wing_radius, 0.0, axis=2)
    offset = 0.5 * craft.bus_size + craft.wing_radius
    return 2.0 * (wing + craft.wing_mass * offset**2 * np.diag([1.0, 0.0, 1.0]))


def craft_links(craft: CraftParameters, sampler_mass: float) -> tuple[Link, ...]:
    """Bus, arm and wrist cross; the bus weighs what the sampler [kg] leaves of the total."""
    bus_mass = craft.mass - craft.arm_mass - craft.wrist_mass - sampler_mass
    box_mass = bus_mass - 2.0 * craft.wing_mass
    if box_mass <= 0.0:
        raise ConfigError("craft.mass", craft.mass, f"must exceed wings, arm and {sampler_mass} kg")
    bus = box_inertia(box_mass, (craft.bus_size,) * 3) + wings_on_bus(craft)
    middle = -0.5 * (craft.bus_size + craft.arm_length)
    rod = cylinder_inertia(craft.arm_mass, CROSS_RADIUS, craft.arm_length, axis=2)
    cross = 0.4 * craft.wrist_mass * CROSS_RADIUS**2 * np.eye(3)
    wrist = (0.0, 0.0, craft.wrist_height)
    return (
        Link(name="bus", mass=bus_mass, inertia=bus, position=(0.0, 0.0, 0.0)),
        Link(name="arm", mass=craft.arm_mass, inertia=rod, position=(0.0, 0.0, middle)),
        Link(name="wrist", mass=craft.wrist_mass, inertia=cross, position=wrist),
    )


def craft_joints(craft: CraftParameters) -> tuple[Joint, ...]:
    """Slide of the arm (positive: pushed in), and the wrist's two axes; the last carries `head`."""
    slide = SpringDamper(
        stiffness=craft.arm_stiffness,
        damping=craft.arm_damping,
        stroke=craft.arm_stroke,
        stop_stiffness=STOP_RATIO * craft.arm_stiffness,
    )
    bend = SpringDamper(stiffness=craft.wrist_stiffness, damping=craft.wrist_damping)
    top, wrist = (0.0, 0.0, -0.5 * craft.bus_size), (0.0, 0.0, craft.wrist_height)
    return (
        _joint("arm", JointKind.PRISMATIC, ("bus", "arm"), top, (0.0, 0.0, 1.0), slide),
        _joint("wrist_x", JointKind.REVOLUTE, ("arm", "wrist"), wrist, (1.0, 0.0, 0.0), bend),
        _joint("wrist_y", JointKind.REVOLUTE, ("wrist", "head"), wrist, (0.0, 1.0, 0.0), bend),
    )


def craft_outline(craft: CraftParameters) -> tuple[Box, ...]:
    """Bus, the squares around the two discs of the wings, and the arm."""
    half, radius = 0.5 * craft.bus_size, craft.wing_radius
    wing = (radius, radius, 0.5 * WING_THICKNESS)
    arm = (CROSS_RADIUS, CROSS_RADIUS, 0.5 * craft.arm_length)
    return (
        Box(link=0, centre=(0.0, 0.0, 0.0), half_extents=(half,) * 3),
        Box(link=0, centre=(0.0, half + radius, 0.0), half_extents=wing),
        Box(link=0, centre=(0.0, -half - radius, 0.0), half_extents=wing),
        Box(link=1, centre=(0.0, 0.0, 0.0), half_extents=arm),
    )


def _joint(
    name: str,
    kind: JointKind,
    ends: tuple[str, str],
    position: tuple[float, float, float],
    axis: tuple[float, float, float],
    drive: SpringDamper,
) -> Joint:
    return Joint(
        name=name,
        kind=kind,
        parent=ends[0],
        child=ends[1],
        position=position,
        axis=axis,
        drive=drive,
    )
