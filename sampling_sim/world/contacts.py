"""What touches what: the pairs of a craft, boulders and bedrock, and their loads.  Frame P, SI.

Corners and balls of the links, and vertices of the boulders, meet bedrock and the surfaces of the
boulders; vertices of the boulders meet the boxes of the links.  Each pair is a `ContactPair`; links
of one craft do not meet each other.  Rows of bodies: the design's links, then the boulders.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Box, Link
from sampling_sim.world.bodies import Boulder
from sampling_sim.world.compliant import (
    GROUND,
    ContactLaw,
    ContactPair,
    dashpot,
    longest_step,
    point_share,
)
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.state import WorldState
from sampling_sim.world.surfaces import LevelGround, MeshSurface, Surface, box_surface


@dataclass(frozen=True)
class Contacts:
    """Contact points of one step between the craft and what it stands on."""

    link: IntArray
    """Index of the link, in the design's order, shape (k,)."""
    point: FloatArray
    """[m] middle of the overlap, shape (k, 3)."""
    normal: FloatArray
    """Unit vector from the ground to the link, shape (k, 3)."""
    gap: FloatArray
    """[m] signed distance, negative in contact, shape (k,)."""
    force: FloatArray
    """[N] of the ground on the link, normal and friction, shape (k, 3)."""


NO_CONTACTS = Contacts(
    np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0), np.zeros((0, 3))
)


@dataclass(frozen=True, kw_only=True)
class TouchingBody:
    """A body as its contacts see it."""

    name: str
    row: int
    mass: float
    """[kg] that rebounds when it is pushed at its centre of mass along z."""
    points: FloatArray
    """[m] in the body's frame, shape (n, 3)."""
    radius: FloatArray
    """[m] shape (n,)."""
    surfaces: tuple[Surface, ...]
    """What points of others meet."""
    mobility: float
    """[1/kg] bound of the speed that a unit impulse gives any of its points."""


def touching_link(
    link: Link, row: int, rebound_mass: float, *, meets_boulders: bool
) -> TouchingBody:
    """Corners and balls of a link's ground shapes; its boxes are met by vertices of boulders."""
    boxes = [shape for shape in link.ground_shapes if isinstance(shape, Box)]
    balls = [shape for shape in link.ground_shapes if not isinstance(shape, Box)]
    points = np.vstack([*(box.corners() for box in boxes), *(ball.centre for ball in balls)])
    radius = np.array([0.0] * (8 * len(boxes)) + [ball.radius for ball in balls])
    return TouchingBody(
        name=link.name,
        row=row,
        mass=rebound_mass,
        points=points,
        radius=radius,
        surfaces=tuple(box_surface(box) for box in boxes if meets_boulders),
        mobility=_mobility(link.mass, link.inertia, points, radius),
    )


def touching_boulder(boulder: Boulder, row: int) -> TouchingBody:
    """Vertices and surface of a boulder."""
    radius = np.zeros(len(boulder.vertices))
    return TouchingBody(
        name=boulder.name,
        row=row,
        mass=boulder.mass,
        points=boulder.vertices,
        radius=radius,
        surfaces=(MeshSurface(boulder.vertices, boulder.faces),),
        mobility=_mobility(boulder.mass, boulder.inertia, boulder.vertices, radius),
    )


class ContactBooks:
    """All pairs of a world, their loads of one step and their energies.

    Raises
    ------
    ConfigError
        If the exchange step is too long for a pair, naming its bodies.
    """

    def __init__(
        self,
        links: Sequence[TouchingBody],
        boulders: Sequence[TouchingBody],
        bedrock_depth: float | None,
        settings: EngineParameters,
    ) -> None:
        self.work = 0.0
        """[J] of all contacts on all bodies since the start."""
        self._links = {body.row for body in links}
        self._pairs: list[ContactPair] = []
        bodies = (*links, *boulders)
        if bedrock_depth is not None:
            ground = LevelGround(-bedrock_depth)
            self._pairs += [_pair(body, None, ground, settings) for body in bodies]
        for i, boulder in enumerate(boulders):
            for other in (*links, *boulders[:i]):
                self._pairs += [_pair(other, boulder, s, settings) for s in boulder.surfaces]
                self._pairs += [_pair(boulder, other, s, settings) for s in other.surfaces]

    @property
    def elastic_energy(self) -> float:
        """Energy [J] in the springs of all contacts, as of the last step's loads."""
        return sum(pair.elastic_energy for pair in self._pairs)

    @property
    def friction_loss(self) -> float:
        """Energy [J] that sliding has dissipated."""
        return sum(pair.friction_loss for pair in self._pairs)

    def loads(self, state: WorldState, step: float) -> tuple[FloatArray, FloatArray]:
        """Mean force [N] and torque [N·m] on every body over the step about now, (m, 3).

        Takes one step of the springs' memory: call once a step.
        """
        force, torque = np.zeros((2, *state.position.shape))
        if not self._pairs:
            return force, torque
        pose = np.stack((state.position, state.velocity, state.angular_velocity), axis=1)
        for pair in self._pairs:
            total = pair.loads(pose, state.rotation, step)
            force[pair.a] += total[0]
            torque[pair.a] += total[1]
            if pair.b != GROUND:
                force[pair.b] -= total[0]
                torque[pair.b] += total[2]
        return force, torque

    def craft(self) -> Contacts:
        """Contacts of the craft's links in the last step."""
        seen = []
        for pair in self._pairs:
            row, sign = (pair.a, 1.0) if pair.a in self._links else (pair.b, -1.0)
            near = np.flatnonzero(pair.touched)
            if near.size and row in self._links:
                link = np.full(near.size, row)
                normal, force = sign * pair.normal[near], sign * pair.force[near]
                seen.append((link, pair.point[near], normal, pair.gap[near], force))
        return Contacts(*map(np.concatenate, zip(*seen, strict=True))) if seen else NO_CONTACTS


def _pair(
    a: TouchingBody, b: TouchingBody | None, surface: Surface, settings: EngineParameters
) -> ContactPair:
    mass = a.mass if b is None else 1.0 / (1.0 / a.mass + 1.0 / b.mass)
    stiffness = settings.bedrock_stiffness
    law = ContactLaw(
        stiffness=stiffness,
        damping=dashpot(settings.bedrock_restitution, stiffness, mass, settings.exchange_step),
        friction_coefficient=settings.bedrock_friction,
    )
    mobility = a.mobility + (0.0 if b is None else b.mobility)
    names = f"{a.name!r} on {'bedrock' if b is None else repr(b.name)}"
    longest = longest_step(law, mobility)
    if settings.exchange_step > longest:
        allowed = f"contact of {names} asks for {longest:.3g} s or less"
        raise ConfigError("engine.exchange_step", settings.exchange_step, allowed)
    return ContactPair(
        a=a.row,
        b=GROUND if b is None else b.row,
        points=a.points,
        radius=a.radius,
        surface=surface,
        share=point_share(a.points),
        law=law,
    )


def _mobility(mass: float, inertia: FloatArray, points: FloatArray, radius: FloatArray) -> float:
    """1/m + (s + r/√I)²: no point moves more for its impulse.

    s is the largest singular value of I^(−½) [p]×, which a push at p turns into; the ball's radius
    adds at most r over the root of the least moment I.
    """
    moments, axes = np.linalg.eigh(inertia)
    turned = np.cross(np.eye(3), points[:, None, :]) @ (axes / np.sqrt(moments))
    swing = np.linalg.norm(turned, ord=2, axis=(1, 2)) + radius / np.sqrt(moments[0])
    return float(1.0 / mass + swing.max() ** 2)
