"""Drill anchors: four legs at the corners of the bus, each with a hip, a damped foot and a drill.

Leg i of 0 to 3 stands in the quadrant (+,+), (−,+), (−,−), (+,−) of x and y of S.  Its chain: bus –
hip, a hinge across the leg – strut – absorber, upright – foot – feed, along the drill – carriage –
spin – drill.  A drill leaves the middle of its foot's sole, tilted in the leg's upright plane; with
all joints at zero it is parked over the sole.  The drills bore and hold through `DrillTips`; the
sample is what their cores hold.  The bus is the head: the ground's force on all feet is its.
"""

import math

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import (
    Action,
    Ball,
    Box,
    Design,
    Joint,
    JointKind,
    Link,
    as_vector,
)
from sampling_sim.mechanism.craft import (
    CraftParameters,
    box_inertia,
    craft_outline,
    cylinder_inertia,
    wings_on_bus,
)
from sampling_sim.mechanism.drill_anchor_parameters import DrillAnchorParameters
from sampling_sim.mechanism.drill_tips import Bit, DrillTips, Strength
from sampling_sim.mechanism.drives import Drive, ForceLimitedSlide, Lock, SpeedMotor, SpringDamper
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind

__all__ = ["DrillAnchorParameters", "drill_anchor_design"]

QUADRANTS = ((1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0))
"""Signs of x and y of each leg."""
STRUT_RADIUS = 0.03
"""[m] chosen: only outline and inertia use it."""
STRUT_BOXES = 4
"""Boxes along a strut in the outline; chosen: they follow its slope to 4 cm."""
CARRIAGE_RADIUS = 0.05
"""[m] gyration sphere of the carriage; chosen."""
STOP_RATIO = 20.0
"""Stiffness of the absorber's stops over that of its spring; chosen: as the arm's."""
PUSH_RATIO = 1.25
"""Force of a feed that is stopped over its limit, before it is cut off; chosen: full thrust from
a fifth of the feed's speed down, at a gain that the exchange step allows."""
LINKS_A_LEG = 4
"""Strut, foot, carriage, drill."""


class LegGeometry:
    """Places of one leg in S, all joints at zero."""

    def __init__(self, p: DrillAnchorParameters, craft: CraftParameters, number: int) -> None:
        signs = np.array([*QUADRANTS[number], 0.0])
        half, drop = 0.5 * craft.bus_size, p.leg_drop(craft.bus_size)
        self.outward = signs / math.sqrt(2.0)
        """Unit vector from the craft's axis to the leg, level."""
        self.hip = half * signs - [0.0, 0.0, half]
        self.ankle = p.foot_offset * signs - [0.0, 0.0, half + drop]
        self.sole = self.ankle - [0.0, 0.0, p.foot_length]
        up = np.array([0.0, 0.0, 1.0])
        self.drill = -math.sin(p.drill_tilt) * self.outward - math.cos(p.drill_tilt) * up
        """Unit vector of the drill, towards the ground."""
        self.hinge = np.cross(up, self.outward)
        """Unit vector of the hip's axis."""
        self.tip = self.sole - p.park_height * self.drill
        self.carriage = self.tip - p.drill_length * self.drill
        self.first = 1 + LINKS_A_LEG * number
        """Index of the strut's link; foot, carriage and drill follow."""
        self.names = tuple(f"{part}_{number}" for part in ("strut", "foot", "carriage", "drill"))


def drill_anchor_design(craft: CraftParameters, p: DrillAnchorParameters) -> Design:
    """Craft with four legs, their drills, commands and tips."""
    legs = [LegGeometry(p, craft, number) for number in range(len(QUADRANTS))]
    commands = _commands(p)
    chains = [_chain(p, leg, number, commands) for number, leg in enumerate(legs)]
    return Design(
        links=(_bus(craft, p), *(link for leg in legs for link in _links(p, leg))),
        joints=tuple(joint for chain in chains for joint in chain),
        primitives=tuple(_disc(p, leg) for leg in legs),
        head=0,
        reference_points=np.array([leg.sole - _foot_centre(p, leg) for leg in legs]),
        reference_links=tuple(leg.first + 1 for leg in legs),
        outline=(*craft_outline(craft)[:3], *(box for leg in legs for box in _outline(p, leg))),
        commands=commands,
        effects=(_tips(p, legs),),
        driven_joints=tuple(f"spin_{number}" for number in range(len(QUADRANTS))),
    )


def _bus(craft: CraftParameters, p: DrillAnchorParameters) -> Link:
    mass = craft.mass - len(QUADRANTS) * p.leg_chain_mass
    box = mass - 2.0 * craft.wing_mass
    if box <= 0.0:
        least = craft.mass - box
        raise ConfigError("craft.mass", craft.mass, f"must exceed wings and legs, {least:g} kg")
    inertia = box_inertia(box, (craft.bus_size,) * 3) + wings_on_bus(craft)
    return Link(name="bus", mass=mass, inertia=inertia, position=(0.0, 0.0, 0.0))


def _links(p: DrillAnchorParameters, leg: LegGeometry) -> tuple[Link, ...]:
    strut, foot, carriage, drill = leg.names
    along = (leg.ankle - leg.hip) / p.leg_length
    ball = Ball(
        centre=as_vector(_above(leg.sole, p.foot_radius) - _foot_centre(p, leg)),
        radius=p.foot_radius,
    )
    tube = cylinder_inertia(p.foot_mass, p.foot_radius, p.foot_length, axis=2)
    across = p.drill_mass * p.drill_length**2 / 12.0 + 0.5 * p.spin_inertia
    return (
        Link(
            name=strut,
            mass=p.leg_mass,
            inertia=_rod(p.leg_mass, p.leg_length, along),
            position=as_vector(0.5 * (leg.hip + leg.ankle)),
        ),
        Link(
            name=foot,
            mass=p.foot_mass,
            inertia=tube,
            position=as_vector(_foot_centre(p, leg)),
            ground_shapes=(ball,),
        ),
        Link(
            name=carriage,
            mass=p.carriage_mass,
            inertia=0.4 * p.carriage_mass * CARRIAGE_RADIUS**2 * np.eye(3),
            position=as_vector(leg.carriage),
        ),
        Link(
            name=drill,
            mass=p.drill_mass,
            inertia=_axial(p.spin_inertia, across, leg.drill),
            position=as_vector(leg.tip - 0.5 * p.drill_length * leg.drill),
        ),
    )


def _chain(
    p: DrillAnchorParameters,
    leg: LegGeometry,
    number: int,
    commands: dict[Action, dict[str, Drive]],
) -> tuple[Joint, ...]:
    """Four joints; at positive speed the foot is pushed in, the feed goes out."""
    hip = SpringDamper(stiffness=p.hip_stiffness, damping=p.hip_damping)
    absorber = SpringDamper(
        stiffness=p.absorber_stiffness,
        damping=p.absorber_damping,
        stroke=p.absorber_stroke,
        stop_stiffness=STOP_RATIO * p.absorber_stiffness,
    )
    parked = commands[Action.ANCHOR_RELEASE][f"feed_{number}"]
    still = commands[Action.ANCHOR_HOLD][f"spin_{number}"]
    turns, slides = JointKind.REVOLUTE, JointKind.PRISMATIC
    rows: tuple[tuple[str, JointKind, FloatArray, FloatArray, Drive], ...] = (
        ("hip", turns, leg.hip, leg.hinge, hip),
        ("absorber", slides, leg.ankle, np.array([0.0, 0.0, 1.0]), absorber),
        ("feed", slides, leg.carriage, leg.drill, parked),
        ("spin", turns, leg.tip, leg.drill, still),
    )
    parents = ("bus", *leg.names[:-1])
    return tuple(
        Joint(
            name=f"{name}_{number}",
            kind=kind,
            parent=parent,
            child=child,
            position=as_vector(position),
            axis=as_vector(axis),
            drive=drive,
        )
        for (name, kind, position, axis, drive), parent, child in zip(
            rows, parents, leg.names, strict=True
        )
    )


def _commands(p: DrillAnchorParameters) -> dict[Action, dict[str, Drive]]:
    def feeds(target: float, limit: float) -> dict[str, Drive]:
        gain = PUSH_RATIO * limit / p.feed_speed
        slide = ForceLimitedSlide(target=target, speed=p.feed_speed, gain=gain, force_limit=limit)
        return {f"feed_{number}": slide for number in range(len(QUADRANTS))}

    def spins(speed: float) -> dict[str, Drive]:
        gain = p.drill_torque / p.speed_droop
        return {
            f"spin_{number}": SpeedMotor(
                speed=sense * speed, gain=gain, torque_limit=p.drill_torque
            )
            for number, sense in enumerate(_senses(p))
        }

    lock = Lock(stiffness=p.lock_stiffness, damping=p.lock_damping)
    locks: dict[str, Drive] = {f"feed_{number}": lock for number in range(len(QUADRANTS))}
    return {
        Action.ANCHOR_DRILL: feeds(p.feed_stroke, p.drill_thrust) | spins(p.drill_speed),
        Action.ANCHOR_HOLD: locks | spins(0.0),
        Action.ANCHOR_RELEASE: feeds(0.0, p.retract_force) | spins(-p.drill_speed),
    }


def _senses(p: DrillAnchorParameters) -> tuple[float, ...]:
    """Sense of turning of each drill; the feeds' tilts cancel around the craft as well."""
    other = -1.0 if p.counter_rotating else 1.0
    return (1.0, other, 1.0, other)


def _tips(p: DrillAnchorParameters, legs: list[LegGeometry]) -> DrillTips:
    bit = Bit(
        diameter=p.bit_diameter,
        core_diameter=p.core_diameter,
        percussion_power=p.percussion_power,
        clearing_rate=p.clearing_rate,
        friction_coefficient=p.bit_friction,
        stiffness=p.bond_stiffness,
        damping=p.bond_damping,
    )
    return DrillTips(
        links=tuple(leg.first + 3 for leg in legs),
        points=tuple(as_vector(0.5 * p.drill_length * leg.drill) for leg in legs),
        axes=tuple(as_vector(leg.drill) for leg in legs),
        senses=_senses(p),
        bit=bit,
        rock=Strength(shear=p.rock_shear, bearing=p.rock_bearing, density=p.rock_density),
        specific_energy=p.specific_energy,
        least_weight=p.least_weight,
        regolith=Strength(
            shear=p.regolith_shear, bearing=p.regolith_bearing, density=p.regolith_density
        ),
        penetration_resistance=p.penetration_resistance,
        rotation_relief=p.rotation_relief,
    )


def _disc(p: DrillAnchorParameters, leg: LegGeometry) -> Primitive:
    """Disc of a foot, as grains meet it."""
    centre = _above(leg.sole, 0.5 * p.foot_thickness) - _foot_centre(p, leg)
    return Primitive(
        link=leg.first + 1,
        part="foot",
        kind=PrimitiveKind.CYLINDER,
        size=(p.foot_radius, 0.5 * p.foot_thickness, 0.0),
        position=as_vector(centre),
        friction_coefficient=p.friction_coefficient,
        restitution=p.restitution,
    )


def _outline(p: DrillAnchorParameters, leg: LegGeometry) -> tuple[Box, ...]:
    """Boxes along the strut, the foot's disc and the drill's tip; the rest is inside the foot."""
    middle, run = 0.5 * (leg.hip + leg.ankle), leg.ankle - leg.hip
    shares = (np.arange(STRUT_BOXES) + 0.5) / STRUT_BOXES
    half = as_vector(0.5 * np.abs(run) / STRUT_BOXES + STRUT_RADIUS)
    strut = tuple(
        Box(link=leg.first, centre=as_vector(leg.hip + share * run - middle), half_extents=half)
        for share in shares
    )
    lift = _above(leg.sole, 0.5 * p.foot_thickness) - _foot_centre(p, leg)
    disc = Box(
        link=leg.first + 1,
        centre=as_vector(lift),
        half_extents=(p.foot_radius, p.foot_radius, 0.5 * p.foot_thickness),
    )
    radius = 0.5 * p.bit_diameter
    end = Box(
        link=leg.first + 3,
        centre=as_vector((0.5 * p.drill_length - radius) * leg.drill),
        half_extents=(radius,) * 3,
    )
    return (*strut, disc, end)


def _foot_centre(p: DrillAnchorParameters, leg: LegGeometry) -> FloatArray:
    """Centre of mass [m] of a foot in S: the middle of its tube."""
    return _above(leg.sole, 0.5 * p.foot_length)


def _above(point: FloatArray, height: float) -> FloatArray:
    """Point [m] so much higher."""
    return np.asarray(point + np.array([0.0, 0.0, height]))


def _rod(mass: float, length: float, axis: FloatArray) -> FloatArray:
    """Inertia [kg·m²] of a strut along a unit vector."""
    along = 0.5 * mass * STRUT_RADIUS**2
    return _axial(along, mass * length**2 / 12.0 + 0.5 * along, axis)


def _axial(along: float, across: float, axis: FloatArray) -> FloatArray:
    """Inertia [kg·m²] of a body of revolution about a unit vector, shape (3, 3)."""
    return np.asarray(across * np.eye(3) + (along - across) * np.outer(axis, axis))
