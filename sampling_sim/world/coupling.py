"""Coupling of grains and links: impulses exchanged at a fixed interval H, centred in time.

With x_n the links at step n and v_n the velocity that brought them there, the grains advance over
[t_n − H/2, t_n + H/2] past links that move as x_n + v_n (t − t_n).  The mean force and torque of
that interval, with the field's, then kick the links: v_{n+1} = v_n + F H/m,
x_{n+1} = x_n + v_{n+1} H.  So the force is, on average, that of the place it is applied at: a
leapfrog, of second order in H and without drift of energy.  What links get is what
grains give: the impulses sum to zero.

Frame P, SI.  P's rotation is part of the field: the engine takes P as inertial.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from sampling_sim.asteroid.field import (
    PolyhedronField,
    SiteField,
    gravity_gradient_torque,
    rotating_frame_torque,
)
from sampling_sim.constants import FloatArray
from sampling_sim.frames import cross_rows
from sampling_sim.regolith.primitives import LinkMotion, ToolLoads
from sampling_sim.world.world import World, WorldState


class Grains(Protocol):
    """What the coupling needs of a grain solver."""

    def advance(self, motion: LinkMotion | None, steps: int) -> ToolLoads:
        """Advance `steps` contact steps past moving links; return what they felt."""
        ...


class LinkField(Protocol):
    """A force field on the links."""

    def refresh(self, world: World) -> None:
        """Take up what is held between two control steps."""
        ...

    def loads(self, world: World) -> tuple[FloatArray, FloatArray]:
        """Force [N] and torque [N·m] on each link now, shapes (m, 3)."""
        ...


class RotatingField:
    """Attraction of the polyhedron and the rotation of P, on links.

    Attraction and its gradient are held between two calls of `refresh` (at 5 cm/s and 15 ms the
    place moves by 0.8 mm, the attraction by 1e-9 m/s²); the rest is exact at every step.
    """

    def __init__(self, site: SiteField, polyhedron: PolyhedronField) -> None:
        site.require_uniform_spin()
        self._spin = site.spin
        self._polyhedron = polyhedron
        self._gravity = np.zeros((0, 3))
        self._gradient = np.zeros((0, 3, 3))
        # a uniform rotation is affine in place and speed: taken once from the site's own terms
        axes, still = np.eye(3), np.zeros((3, 3))
        self._origin = site.inertial(still[:1], still[:1])[0]
        self._centrifugal = site.inertial(axes, still) - self._origin
        self._coriolis = site.inertial(still, axes) - self._origin

    def refresh(self, world: World) -> None:
        """Take the attraction and its gradient where the links are."""
        position = world.state().position
        self._gravity = self._polyhedron.gravity(position)
        self._gradient = self._polyhedron.gradient(position)

    def loads(self, world: World) -> tuple[FloatArray, FloatArray]:
        """Force [N] and torque [N·m] on each link, shapes (m, 3)."""
        state = world.state()
        still = self._gravity + self._origin + state.position @ self._centrifugal
        # the kick spans [v_n, v_{n+1}]: Coriolis at the middle of it, by one predictor step
        ahead = still + state.velocity @ self._coriolis
        middle = state.velocity + 0.5 * world.step_size * ahead
        inertia = world.patch_inertia()
        torque = rotating_frame_torque(inertia, state.angular_velocity, self._spin)
        torque += gravity_gradient_torque(inertia, self._gradient)
        return world.mass[:, None] * (still + middle @ self._coriolis), torque


@dataclass
class ExchangeBooks:
    """What has passed since the start; frame P."""

    grain_impulse: FloatArray = field(default_factory=lambda: np.zeros(3))
    """[N·s] of the grains on all links, shape (3,)."""
    field_impulse: FloatArray = field(default_factory=lambda: np.zeros(3))
    """[N·s] of the field on all links."""
    applied_impulse: FloatArray = field(default_factory=lambda: np.zeros(3))
    """[N·s] of what was applied from outside (thrusters, effects)."""
    bedrock_impulse: FloatArray = field(default_factory=lambda: np.zeros(3))
    """[N·s] of bedrock."""
    tool_work: float = 0.0
    """[J] of the links on the grains: impulse times the mean of the speeds around the kick.  The
    grain solver's own count leaves out the half-step jumps of the links from one interval to the
    next, J·Δv/2 each."""
    driven_work: float = 0.0
    """[J] of that, what was done by turning the driven joints: to hold against motor work."""

    @property
    def impulse(self) -> FloatArray:
        """All that acted on the craft [N·s]; its momentum change but for the engine's residual."""
        return self.grain_impulse + self.field_impulse + self.applied_impulse + self.bedrock_impulse


class Coupling:
    """Advances links and grains together, one exchange step a call."""

    def __init__(
        self,
        world: World,
        grains: Grains | None,
        link_field: LinkField | None,
        *,
        contacts_per_exchange: int,
        bedrock: bool = False,
    ) -> None:
        self.world = world
        self.books = ExchangeBooks()
        self._grains = grains
        self._field = link_field
        self.contacts_per_exchange = contacts_per_exchange
        """Contact steps in an exchange; whoever changes it changes the grains' step to fit."""
        self._bedrock = bedrock
        self.outer_force = np.zeros((len(world.design.links), 3))
        """[N] of all that acted on each link from outside in the last exchange, shape (m, 3)."""
        design = world.design
        self._driven = [design.joint_index(name) for name in design.driven_joints]
        axes = [design.joints[joint].axis for joint in self._driven]
        self._driven_axes = np.array(axes, dtype=float).reshape(-1, 3)
        self._driven_pivots = [
            np.array(design.joints[joint].position) - design.links[joint + 1].position
            for joint in self._driven
        ]
        self._driven_links = [design.carried_by(joint + 1) for joint in self._driven]
        self.refresh()

    def refresh(self) -> None:
        """Take up the field where the links are; call at every control step."""
        if self._field is not None:
            self._field.refresh(self.world)

    def exchange(
        self, thrust: FloatArray | None = None, thrust_torque: FloatArray | None = None
    ) -> FloatArray:
        """Advance grains and links by one exchange step.

        Returns the mean force [N] of the ground, grains and bedrock, on each link, shape (m, 3).

        Parameters
        ----------
        thrust, thrust_torque
            [N], [N·m] applied from outside to each link, frame P, shape (m, 3).
        """
        world, books, step = self.world, self.books, self.world.step_size
        before = world.state()
        loads = self._advance_grains()
        outer = loads.force.copy()
        world.apply(loads.force, loads.torque)
        books.grain_impulse += step * loads.force.sum(axis=0)
        if self._field is not None:
            force, torque = self._field.loads(world)
            world.apply(force, torque)
            outer += force
            books.field_impulse += step * force.sum(axis=0)
        if thrust is not None or thrust_torque is not None:
            zero = np.zeros_like(loads.force)
            world.apply(
                zero if thrust is None else thrust, zero if thrust_torque is None else thrust_torque
            )
            if thrust is not None:
                outer += thrust
                books.applied_impulse += step * thrust.sum(axis=0)
        world.step()
        self._book_work(before, loads)
        ground = loads.force.copy()
        if self._bedrock:
            contacts = world.contacts()
            np.add.at(ground, contacts.link, contacts.force)
            np.add.at(outer, contacts.link, contacts.force)
            books.bedrock_impulse += step * contacts.force.sum(axis=0)
        self.outer_force = outer
        return ground

    def _advance_grains(self) -> ToolLoads:
        state = self.world.state()
        if self._grains is None:
            zero = np.zeros_like(state.position)
            return ToolLoads(force=zero, torque=zero, work=np.zeros(len(zero)))
        motion = LinkMotion(
            position=state.position,
            rotation=state.rotation,
            velocity=state.velocity,
            angular_velocity=state.angular_velocity,
        )
        return self._grains.advance(motion, self.contacts_per_exchange)

    def _book_work(self, before: WorldState, loads: ToolLoads) -> None:
        if not (loads.force.any() or loads.torque.any()):
            return
        after, step = self.world.state(), self.world.step_size
        velocity = 0.5 * (before.velocity + after.velocity)
        rate = 0.5 * (before.angular_velocity + after.angular_velocity)
        power = (loads.force * velocity).sum() + (loads.torque * rate).sum()
        self.books.tool_work -= step * float(power)
        joint_speed = 0.5 * (before.joint_speed + after.joint_speed)
        parts = zip(
            self._driven, self._driven_axes, self._driven_pivots, self._driven_links, strict=True
        )
        for joint, axis, pivot, links in parts:
            axis_p = before.rotation[joint + 1] @ axis
            # a wheel turns about its centre of mass, an arm swings all that hangs on it
            lever = before.position[links] - before.place(joint + 1, pivot)
            turning = loads.torque[links] + cross_rows(lever, loads.force[links])
            torque = float(turning.sum(axis=0) @ axis_p)
            self.books.driven_work -= step * torque * float(joint_speed[joint])
