"""One rigid body above bare rock under uniform gravity: contacts by the world, arcs in closed form.

While nothing can touch, a body with two equal moments flies a parabola and precesses as Euler says;
steps of the world are spent where a corner may meet the rock.  Frame: z up from the rock, SI.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Ball, Box, Design, Link
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.world import World

SHORTEST_JUMP = 5
"""Steps that an arc must spare to be flown in closed form; chosen: reading it costs a few."""


def single_body(mass: float, moments: tuple[float, float], *shapes: Ball | Box) -> Design:
    """One link about its centre of mass; moments [kg·m²] across and along its z."""
    link = Link(
        name="body", mass=mass, inertia=np.diag([moments[0], moments[0], moments[1]]),
        position=(0.0, 0.0, 0.0), ground_shapes=shapes,
    )  # fmt: skip
    return Design(links=(link,), joints=())


def uniform_box(mass: float, side: float, height: float) -> Design:
    """Square box of uniform density."""
    half = (0.5 * side, 0.5 * side, 0.5 * height)
    moments = (mass / 12.0 * (side**2 + height**2), mass / 6.0 * side**2)
    return single_body(mass, moments, Box(link=0, centre=(0.0, 0.0, 0.0), half_extents=half))


def on_a_ring(
    mass: float, moments: tuple[float, float], count: int, radius: float, below: float
) -> Design:
    """Body on `count` points around a ring that lies `below` [m] its centre of mass."""
    angle = 2.0 * np.pi * np.arange(count) / count
    balls = (
        Ball(centre=(radius * float(np.cos(a)), radius * float(np.sin(a)), -below), radius=1e-3)
        for a in angle
    )
    return single_body(mass, moments, *balls)


@dataclass
class Motion:
    """Centre of mass [m], axes to the rock's frame, [m/s], [rad/s]."""

    position: FloatArray
    rotation: FloatArray
    velocity: FloatArray
    rate: FloatArray


def free_motion(now: Motion, inertia: FloatArray, gravity: FloatArray, time: float) -> Motion:
    """Motion after `time` [s] without contact, for moments (A, A, C).

    ω and the axis of symmetry turn about L at L/A; the body turns about that axis at
    (1 − C/A) ω₃ besides.
    """
    across, along = inertia[0, 0], inertia[2, 2]
    axis = now.rotation[:, 2]
    spin = float(now.rate @ axis)
    precession = now.rate + (along / across - 1.0) * spin * axis
    turn = Rotation.from_rotvec(precession * time).as_matrix()
    own = Rotation.from_rotvec([0.0, 0.0, (1.0 - along / across) * spin * time]).as_matrix()
    return Motion(
        now.position + now.velocity * time + 0.5 * gravity * time**2,
        turn @ now.rotation @ own,
        now.velocity + gravity * time,
        turn @ now.rate,
    )


@dataclass
class Flyer:
    """A body over level rock; `gravity` [m/s²] is along its normal."""

    world: World
    gravity: FloatArray
    time: float = 0.0
    touches: list[list[float]] = field(default_factory=list)
    """[s] start and end of each contact."""

    def __post_init__(self) -> None:
        shapes = self.world.design.links[0].ground_shapes
        self.points = np.vstack([s.corners() if isinstance(s, Box) else s.centre for s in shapes])
        self.radius = max(0.0 if isinstance(s, Box) else s.radius for s in shapes)
        self.reach = float(np.linalg.norm(self.points, axis=1).max()) + self.radius
        """[m] that no point of the body is farther than, from its centre of mass."""
        self.mass = float(self.world.mass[0])
        self._touching = False

    @property
    def now(self) -> Motion:
        """Motion now."""
        s = self.world.state()
        return Motion(s.position[0], s.rotation[0], s.velocity[0], s.angular_velocity[0])

    def place(self, motion: Motion) -> None:
        """Set the motion."""
        self.world.set_base(motion.position, motion.rotation, motion.velocity, motion.rate)
        self._touching = False

    def gap(self, now: Motion) -> float:
        """Distance [m] of the lowest point from the rock."""
        return float(now.position[2] + (self.points @ now.rotation[2]).min()) - self.radius

    def advance(self) -> None:
        """Fly on as far as nothing can touch, or take one step of the world."""
        now, step = self.now, self.world.step_size
        safe = self.safe(now)
        if safe > SHORTEST_JUMP * step:
            self.place(free_motion(now, self.world.inertia[0], self.gravity, safe))
            self.time += safe
            return
        load = np.zeros((len(self.world.mass), 3))
        load[0] = self.mass * self.gravity
        self.world.apply(load, np.zeros_like(load))
        self.world.step()
        self.time += step
        if not len(self.world.contacts().gap):
            self._touching = False
        elif self._touching:
            self.touches[-1][1] = self.time
        else:
            self.touches.append([self.time, self.time])
            self._touching = True

    def safe(self, now: Motion) -> float:
        """Time [s] in which no point can come down to the rock."""
        return self.time_to_close(self.gap(now), abs(float(now.velocity[2])), now)

    def time_to_close(self, gap: float, speed: float, now: Motion) -> float:
        """Shortest time [s] to close a gap [m] for a centre of mass that nears at `speed` [m/s]."""
        # no point is faster than this while speeds change by less than g t
        closing = speed + self.reach * float(np.linalg.norm(now.rate))
        pull, gap = float(np.linalg.norm(self.gravity)), max(gap, 0.0)
        return float(2.0 * gap / (closing + np.sqrt(closing**2 + 2.0 * pull * gap) + 1e-12))

    def is_clear(self) -> bool:
        """Whether it flies up and no turn can make it touch."""
        now = self.now
        return bool(now.position[2] > self.reach and now.velocity[2] > 0.0 and self.touches)


def rock(restitution: float, friction: float, stiffness: float, step: float) -> EngineParameters:
    """Bare rock of the world; one step for all clocks."""
    return EngineParameters(
        contact_step=step, exchange_step=step, control_step=step, bedrock_stiffness=stiffness,
        bedrock_restitution=restitution, bedrock_friction=friction,
    )  # fmt: skip


def first_bounce(
    design: Design, ground: EngineParameters, start: Motion, gravity: float, longest: float
) -> tuple[float, float, float]:
    """Speed [m/s] and its upward part when first clear of the rock, and the time in between [s].

    `start` need not have the height: it is put just above the rock.  Zeros if it is not clear
    after `longest` [s].
    """
    with World(design, ground, bedrock_depth=0.0) as world:
        flyer = Flyer(world, np.array([0.0, 0.0, -gravity]))
        start.position = np.zeros(3)
        start.position[2] = 1e-3 - flyer.gap(start)
        flyer.place(start)
        while flyer.time < longest:
            flyer.advance()
            if flyer.is_clear():
                speed = flyer.now.velocity
                return float(np.linalg.norm(speed)), float(speed[2]), flyer.time
    return 0.0, 0.0, longest
