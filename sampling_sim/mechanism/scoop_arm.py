"""Scoop arm: shoulder, elbow and wrist in a vertical plane under the bus, a scoop with a lid.

The plane is xz of S.  All joints at zero, the arm hangs straight down and the scoop lies beside the
wrist, mouth down; positive turns swing what hangs down towards +x.  The poses are closed-form
inverse kinematics of two links: let down with the wrist over the middle of the site and the lip at
`entry_angle`, swept to `exit_angle` by the wrist alone, stowed.  Joints do not know the ground: how
deep they get is what the ground and their torques make of it.  The craft's own arm and wrist
(`craft.arm_length` and the like) are not there.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import (
    Action,
    Box,
    Design,
    Joint,
    JointKind,
    Link,
    Vector,
    as_vector,
)
from sampling_sim.mechanism.checks import TOUCH
from sampling_sim.mechanism.craft import (
    CraftParameters,
    box_inertia,
    craft_outline,
    wings_on_bus,
)
from sampling_sim.mechanism.drives import Drive, ForceLimitedSlide
from sampling_sim.mechanism.poses import placed_links, refuse_meeting_parts
from sampling_sim.mechanism.scoop_arm_parameters import ScoopArmParameters
from sampling_sim.mechanism.scoop_surfaces import (
    SCOOP,
    ScoopGeometry,
    rim_points,
    scoop_surfaces,
)
from sampling_sim.mechanism.shutters import shutter_commands

__all__ = ["ScoopArmParameters", "arm_poses", "scoop_arm_design"]

JOINTS = ("shoulder", "elbow", "wrist")
LID_SETTLING = 0.05
"""[s] over which the lid closes the last of its way; chosen: 8° at its rate."""
WRIST_EARLY = 0.7
"""Share of a move in which the wrist is done; chosen: the scoop has turned before it arrives."""

SWEEP_STEPS = 9
"""Places along the sweep at which its extent is taken; chosen: 10 deg apart."""

Pose = Mapping[str, float]
"""[rad] of shoulder, elbow and wrist."""


def scoop_arm_design(craft: CraftParameters, sampler: ScoopArmParameters) -> Design:
    """Craft, arm, scoop and lid, stowed, with their surfaces and commands.

    Raises
    ------
    ConfigError
        If the arm does not reach, a pose is beyond a joint's limits, or parts meet in one.
    """
    g = ScoopGeometry(sampler)
    poses = arm_poses(sampler)
    commands = _commands(g, poses)
    design = Design(
        links=_links(craft, g),
        joints=_joints(craft, g, commands),
        primitives=scoop_surfaces(g),
        head=SCOOP,
        container=g.container,
        inlet=g.inlet,
        reference_points=rim_points(g),
        outline=(*craft_outline(craft)[:3], *_bars(sampler), g.cup, g.lid),
        commands=commands,
        driven_joints=JOINTS,
        flap_joint="lid",
        flap_travel=math.pi,
        start=poses["stowed"],
    )
    for name, pose in poses.items():
        for lid in (0.0, 0.5 * math.pi, math.pi):
            refuse_meeting_parts(design, {**pose, "lid": lid}, f"when {name}", TOUCH)
    ground = -0.5 * craft.bus_size - sampler.reach
    return replace(design, swept_points=_swept(design, poses, ground))


def _swept(design: Design, poses: Mapping[str, Pose], ground: float) -> FloatArray:
    """Places [m] in S of the scoop's rim along its sweep, below the ground [m], shape (n, 3)."""
    down, up = poses["let down"], poses["swept"]
    places = []
    for share in np.linspace(0.0, 1.0, SWEEP_STEPS):
        wrist = (1.0 - share) * down["wrist"] + share * up["wrist"]
        place, turn = placed_links(design, {**down, "wrist": wrist})
        places.append(place[SCOOP] + design.reference_points @ turn[SCOOP].T)
    rim = np.concatenate(places)
    return np.asarray(rim[rim[:, 2] <= ground])


def arm_poses(sampler: ScoopArmParameters) -> dict[str, Pose]:
    """Angles of the joints when stowed, let down and swept.

    Raises
    ------
    ConfigError
        If the arm does not reach, or a pose is beyond a joint's limits.
    """
    p = sampler
    shoulder, elbow = _reaching(p)
    stowed = {j: float(getattr(p, f"stowed_{j}")) for j in JOINTS}
    down = {"shoulder": shoulder, "elbow": elbow, "wrist": p.entry_angle - shoulder - elbow}
    poses: dict[str, Pose] = {"stowed": stowed, "let down": down}
    poses["swept"] = {**down, "wrist": p.exit_angle - shoulder - elbow}
    for name, pose in poses.items():
        for joint, angle in pose.items():
            low, high = p.limits(joint)
            if not low <= angle <= high:
                end = "min" if angle < low else "max"
                allowed = f"the arm needs {angle:.3g} rad when {name}"
                raise ConfigError(f"mechanism.{joint}_{end}", low if angle < low else high, allowed)
    return poses


def _reaching(p: ScoopArmParameters) -> tuple[float, float]:
    """Shoulder and elbow [rad] that bring the wrist over the place of the sweep, x = 0 of S.

    With d the way from shoulder to wrist, cos q₂ = (d² − a² − b²)/(2ab), the elbow towards −x.
    """
    upper, fore = p.upper_arm_length, p.forearm_length
    height = ScoopGeometry(p).sweep_radius - p.dig_depth
    way_x, way_z = -p.shoulder_offset, p.shoulder_drop + height - p.reach
    way = math.hypot(way_x, way_z)
    if not abs(upper - fore) < way < upper + fore:
        deep = math.sqrt(max((upper + fore) ** 2 - way_x**2, 0.0)) + height + p.shoulder_drop
        allowed = (
            f"the arm does not reach: under {deep:.3g} m with upper_arm_length + forearm_length = "
            f"{upper + fore:g} m, and over {abs(upper - fore):g} m from shoulder to wrist"
        )
        raise ConfigError("mechanism.reach", p.reach, allowed)
    elbow = math.acos((way**2 - upper**2 - fore**2) / (2.0 * upper * fore))
    bent = math.atan2(fore * math.sin(elbow), upper + fore * math.cos(elbow))
    return math.atan2(way_x, -way_z) - bent, elbow


def _places(craft: CraftParameters, p: ScoopArmParameters) -> tuple[Vector, Vector, Vector]:
    """Axes [m] of shoulder, elbow and wrist in S, all joints at zero."""
    x, top = p.shoulder_offset, -0.5 * craft.bus_size - p.shoulder_drop
    elbow = top - p.upper_arm_length
    return (x, 0.0, top), (x, 0.0, elbow), (x, 0.0, elbow - p.forearm_length)


def _links(craft: CraftParameters, g: ScoopGeometry) -> tuple[Link, ...]:
    p = g.sampler
    mass = craft.mass - p.mass
    box_mass = mass - 2.0 * craft.wing_mass
    if box_mass <= 0.0:
        raise ConfigError("craft.mass", craft.mass, f"must exceed wings and arm of {p.mass:g} kg")
    bus = box_inertia(box_mass, (craft.bus_size,) * 3) + wings_on_bus(craft)
    shoulder, elbow, wrist = _places(craft, p)
    scoop = np.array(wrist) - (p.scoop_offset, 0.0, 0.0)
    x, y, z = (2.0 * half for half in g.half_outside)
    edges = (2.0 * g.lid.half_extents[0], 2.0 * g.lid.half_extents[1], p.lid_thickness)
    return (
        Link(name="bus", mass=mass, inertia=bus, position=(0.0, 0.0, 0.0)),
        _bar(p, "upper_arm", p.upper_arm_mass, shoulder, p.upper_arm_length),
        _bar(p, "forearm", p.forearm_mass, elbow, p.forearm_length),
        Link(
            name="scoop",
            mass=p.scoop_mass,
            inertia=box_inertia(p.scoop_mass, (x, y, z)),
            position=as_vector(scoop),
            ground_shapes=(g.cup,),
        ),
        Link(
            name="lid",
            mass=p.lid_mass,
            inertia=box_inertia(p.lid_mass, edges),
            position=as_vector(scoop + g.lid_centre),
        ),
    )


def _bar(p: ScoopArmParameters, name: str, mass: float, top: Vector, length: float) -> Link:
    """Uniform bar that hangs from a joint."""
    return Link(
        name=name,
        mass=mass,
        inertia=box_inertia(mass, (p.arm_thickness, p.arm_thickness, length)),
        position=(top[0], top[1], top[2] - 0.5 * length),
    )


def _bars(p: ScoopArmParameters) -> tuple[Box, Box]:
    half = 0.5 * p.arm_thickness
    upper, fore = (half, half, 0.5 * p.upper_arm_length), (half, half, 0.5 * p.forearm_length)
    return (
        Box(link=1, centre=(0.0, 0.0, 0.0), half_extents=upper),
        Box(link=2, centre=(0.0, 0.0, 0.0), half_extents=fore),
    )


def _joints(
    craft: CraftParameters, g: ScoopGeometry, commands: dict[Action, dict[str, Drive]]
) -> tuple[Joint, ...]:
    places = _places(craft, g.sampler)
    scoop = np.array(places[2]) - (g.sampler.scoop_offset, 0.0, 0.0)
    chain = (
        ("shoulder", "bus", "upper_arm", places[0]),
        ("elbow", "upper_arm", "forearm", places[1]),
        ("wrist", "forearm", "scoop", places[2]),
        ("lid", "scoop", "lid", as_vector(scoop + g.hinge)),
    )
    held = {**commands[Action.ARM_STOW], **commands[Action.INLET_OPEN]}
    return tuple(
        Joint(
            name=name,
            kind=JointKind.REVOLUTE,
            parent=parent,
            child=child,
            position=place,
            # −y: what hangs down swings to +x; the lid shuts the other way round
            axis=(0.0, 1.0, 0.0) if name == "lid" else (0.0, -1.0, 0.0),
            drive=held[name],
        )
        for name, parent, child, place in chain
    )


def _commands(g: ScoopGeometry, poses: Mapping[str, Pose]) -> dict[Action, dict[str, Drive]]:
    p = g.sampler
    down, swept = poses["let down"], poses["swept"]
    about_hinge = p.lid_mass * g.lid_length**2 / 3.0
    return {
        Action.ARM_REACH: _move(p, poses["stowed"], down),
        Action.SAMPLER_ON: {"wrist": _servo(p, "wrist", swept["wrist"], p.sweep_rate)},
        Action.ARM_STOW: _move(p, swept, poses["stowed"]),
        **shutter_commands(
            "lid",
            math.pi,
            speed=p.lid_rate,
            inertia=about_hinge,
            limit=p.lid_torque,
            settling_time=LID_SETTLING,
        ),
    }


def _move(p: ScoopArmParameters, start: Pose, end: Pose) -> dict[str, Drive]:
    """Drives that arrive together, the wrist before the others."""
    ways = {joint: abs(end[joint] - start[joint]) for joint in JOINTS}
    ways["wrist"] /= WRIST_EARLY
    farthest = max(ways.values()) or 1.0
    drives: dict[str, Drive] = {}
    for joint in JOINTS:
        share = ways[joint] / farthest / (WRIST_EARLY if joint == "wrist" else 1.0)
        drives[joint] = _servo(p, joint, end[joint], max(share, 0.1) * p.slew_rate)
    return drives


def _servo(p: ScoopArmParameters, joint: str, target: float, rate: float) -> ForceLimitedSlide:
    limit = float(getattr(p, f"{joint}_torque"))
    return ForceLimitedSlide(
        target=target,
        speed=rate,
        gain=limit / p.rate_droop,
        force_limit=limit,
        settling_time=p.joint_settling,
    )
