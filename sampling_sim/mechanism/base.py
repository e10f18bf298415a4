"""What a mechanism is: links, joints, drives, touching surfaces and the points that are measured.

A `Design` is plain data.  The world loads it as URDF (`urdf.py`), grains meet its primitives, and
outcomes use its container, inlet, reference points and outline.  Every link has its own frame:
origin at its centre of mass, axes along those of S when all joints are at zero.  SI.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray, IntArray
from sampling_sim.mechanism.drives import Drive
from sampling_sim.regolith.primitives import Primitive

Vector = tuple[float, float, float]


def as_vector(values: FloatArray) -> Vector:
    """Three numbers as a plain tuple."""
    x, y, z = (float(value) for value in values)
    return (x, y, z)


class Action(StrEnum):
    """What a sequence can ask of a mechanism; a design answers with drives for those it knows."""

    SAMPLER_ON = "sampler_on"
    """Wheels turn, gas flows, the projectile is fired, the scoop digs."""
    SAMPLER_OFF = "sampler_off"
    INLET_OPEN = "inlet_open"
    INLET_SHUT = "inlet_shut"
    ARM_REACH = "arm_reach"
    """A jointed arm goes down to the ground."""
    ARM_STOW = "arm_stow"
    ANCHOR_DRILL = "anchor_drill"
    """The anchors' drills turn and feed."""
    ANCHOR_HOLD = "anchor_hold"
    """The drills stop where they are."""
    ANCHOR_RELEASE = "anchor_release"
    """The drills turn back out."""


class JointKind(StrEnum):
    """Freedom of a joint, in URDF's words; none has hard stops (drives hold what must be held)."""

    REVOLUTE = "continuous"
    PRISMATIC = "prismatic"


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box fixed to a link, its edges along the link's axes."""

    link: int
    """Index of the link, in the design's order."""
    centre: Vector
    """[m] in the link's frame."""
    half_extents: Vector
    """[m] along the link's axes."""

    def corners(self) -> FloatArray:
        """Corners [m] in the link's frame, shape (8, 3)."""
        signs = np.array(np.meshgrid(*[(-1.0, 1.0)] * 3)).reshape(3, -1).T
        return np.array(self.centre) + signs * np.array(self.half_extents)

    def contains(self, points: FloatArray) -> BoolArray:
        """Mask (n,) of the points (n, 3) [m], in the link's frame, that lie inside."""
        inside: BoolArray = np.all(
            np.abs(np.atleast_2d(points) - self.centre) <= self.half_extents, axis=1
        )
        return inside


@dataclass(frozen=True, kw_only=True)
class Ring:
    """A ring of rectangular section fixed to a link, its axis along the link's z."""

    link: int
    """Index of the link, in the design's order."""
    centre: Vector
    """[m] in the link's frame."""
    inner_radius: float
    """[m]."""
    outer_radius: float
    """[m]."""
    half_height: float
    """[m] along the link's z."""

    def contains(self, points: FloatArray) -> BoolArray:
        """Mask (n,) of the points (n, 3) [m], in the link's frame, that lie inside."""
        x, y, z = (np.atleast_2d(points) - self.centre).T
        radius = np.hypot(x, y)
        inside: BoolArray = (radius >= self.inner_radius) & (radius <= self.outer_radius)
        return inside & (np.abs(z) <= self.half_height)


@dataclass(frozen=True, kw_only=True)
class Ball:
    """A ball fixed to a link: the shape that meets bedrock in one point."""

    centre: Vector
    """[m] in the link's frame."""
    radius: float
    """[m]."""


@dataclass(frozen=True, kw_only=True)
class Inlet:
    """The rectangle that every collected grain crosses; normal along the link's z."""

    link: int
    """Index of the link, in the design's order."""
    centre: Vector
    """[m] in the link's frame."""
    half_x: float
    """[m] half width along the link's x."""
    half_y: float
    """[m] half width along the link's y."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """One rigid body of the mechanism."""

    name: str
    mass: float
    """[kg]."""
    inertia: FloatArray
    """[kg·m²] about the centre of mass, in the link's axes, shape (3, 3)."""
    position: Vector
    """[m] centre of mass in S with all joints at zero."""
    ground_shapes: tuple[Box | Ball, ...] = ()
    """What touches bedrock (grains meet the primitives instead)."""


@dataclass(frozen=True, kw_only=True)
class Joint:
    """One degree of freedom between two links."""

    name: str
    kind: JointKind
    parent: str
    child: str
    position: Vector
    """[m] a point of the joint's axis, in S with all joints at zero."""
    axis: Vector
    """Unit vector in S: the child turns about it, or slides along it, at positive speed."""
    drive: Drive
    """What acts in the joint until the world is commanded otherwise."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """A mechanism, complete.  Links come parents first; joint i carries link i + 1."""

    links: tuple[Link, ...]
    joints: tuple[Joint, ...]
    primitives: tuple[Primitive, ...] = ()
    """Surfaces that touch grains."""
    head: int = 0
    """Index of the sampler head's link."""
    container: Box | Ring | None = None
    """Closed volume of the sample, in the head's frame."""
    inlet: Inlet | None = None
    """The only way into the container, in the head's frame."""
    reference_points: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    """[m] rim of the housing in the head's frame, shape (k, 3)."""
    reference_links: tuple[int, ...] = ()
    """Link of each reference point, whose frame it is then in; empty: the head for all."""
    swept_points: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    """[m] in S, shape (k, 3): where an arm's tool goes through the ground; none without an arm."""
    outline: tuple[Box, ...] = ()
    """Boxes that hold the whole craft, wings included."""
    commands: Mapping[Action, Mapping[str, Drive]] = field(default_factory=dict)
    """Actions that the mechanism's joints know: joint → drive for each."""
    effects: tuple[object, ...] = ()
    """What acts on craft and grains beside contact and drives, as data (`effects/choice.py`)."""
    driven_joints: tuple[str, ...] = ()
    """Revolute joints whose motors do the sampling; their work is booked."""
    flap_joint: str = ""
    """Joint of the flap, 0 open; empty if there is none."""
    flap_travel: float = 0.0
    """[m or rad] position of the flap's joint when shut."""
    start: Mapping[str, float] = field(default_factory=dict)
    """[m or rad] joints at release, at rest; those not named are at zero."""

    def __post_init__(self) -> None:
        known: set[str] = {self.links[0].name}
        for joint, link in zip(self.joints, self.links[1:], strict=True):
            if joint.child != link.name or joint.parent not in known:
                message = f"joint {joint.name!r} must carry {link.name!r}, its parent before it"
                raise ValueError(message)
            known.add(link.name)

    @property
    def mass(self) -> FloatArray:
        """Masses of the links [kg], shape (m,)."""
        return np.array([link.mass for link in self.links])

    @property
    def inertia(self) -> FloatArray:
        """Inertias of the links [kg·m²], each in its link's axes, shape (m, 3, 3)."""
        return np.array([link.inertia for link in self.links])

    def carried_by(self, link: int) -> IntArray:
        """Return the indices of a link and of all that hangs on it, in order."""
        names = {self.links[link].name}
        for joint in self.joints:
            if joint.parent in names:
                names.add(joint.child)
        return np.array([i for i, link in enumerate(self.links) if link.name in names])

    @property
    def reference_places(self) -> FloatArray:
        """Reference points [m] in S with all joints at zero, shape (k, 3)."""
        owners = self.reference_links or (self.head,) * len(self.reference_points)
        places = np.array([self.links[owner].position for owner in owners]).reshape(-1, 3)
        return np.asarray(places + self.reference_points)

    def link_index(self, name: str) -> int:
        """Index of a link by its name."""
        return [link.name for link in self.links].index(name)

    def joint_index(self, name: str) -> int:
        """Index of a joint by its name; its child is the link of this index plus one."""
        return [joint.name for joint in self.joints].index(name)


def principal_axes(inertia: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Principal moments (3,) and the rotation (3, 3) of principal components to the link's."""
    if not np.any(inertia - np.diag(np.diag(inertia))):
        return np.diag(inertia).copy(), np.eye(3)
    moments, axes = np.linalg.eigh(inertia)
    axes[:, 2] *= np.sign(np.linalg.det(axes))
    return moments, axes
