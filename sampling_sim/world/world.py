"""The world: one craft in PyBullet, perhaps bedrock, stepped at the exchange step.

PyBullet's world axes are those of the patch frame P, taken as inertial: what P's rotation adds
comes from outside as forces and torques.  One step is a kick and then a drift: the loads given act
on the velocities, the new velocities move the bodies, so positions of step n belong between the
velocities of steps n and n + 1 (leapfrog).  The world knows nothing of
grains, gravity or the mission.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from scipy.spatial.transform import Rotation

from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError, DivergenceError
from sampling_sim.mechanism.base import Action, Design, principal_axes
from sampling_sim.mechanism.drives import Drive, Lock
from sampling_sim.world._bullet import BASE, Bullet
from sampling_sim.world.bodies import Bedrock, add_bedrock, add_design, lift_rate_limit
from sampling_sim.world.contacts import Contacts, ground_contacts
from sampling_sim.world.settings import EngineParameters


@dataclass(frozen=True, kw_only=True, eq=False)
class WorldState:
    """Links (m) and joints (k) at one instant, in the design's order; frame P."""

    time: float
    """[s] since the world was made."""
    position: FloatArray
    """[m] centres of mass, shape (m, 3)."""
    rotation: FloatArray
    """Link axes to P, shape (m, 3, 3)."""
    velocity: FloatArray
    """[m/s] of the centres of mass, shape (m, 3)."""
    angular_velocity: FloatArray
    """[rad/s] shape (m, 3)."""
    joint_position: FloatArray
    """[m or rad] shape (k,)."""
    joint_speed: FloatArray
    """[m/s or rad/s] shape (k,)."""

    def place(self, link: int, points: FloatArray) -> FloatArray:
        """Points (n, 3) [m] of a link's frame, in P."""
        return self.position[link] + np.atleast_2d(points) @ self.rotation[link].T

    def place_in_link(self, link: int, points: FloatArray) -> FloatArray:
        """Points (n, 3) [m] of P, in a link's frame."""
        return (np.atleast_2d(points) - self.position[link]) @ self.rotation[link]


class World:
    """One craft, free or above bedrock; use as a context manager, or call `close`.

    Raises
    ------
    ConfigError
        If the exchange step is too long for a drive, or for the bedrock's restitution.
    """

    def __init__(
        self, design: Design, settings: EngineParameters, *, bedrock_depth: float | None = None
    ) -> None:
        self.design = design
        self.step_size = settings.exchange_step
        self.mass = design.mass
        self.inertia = design.inertia
        self.drives: dict[str, Drive] = {joint.name: joint.drive for joint in design.joints}
        self.drive_work = np.zeros(len(design.joints))
        """[J] work of each joint's drive on the mechanism since the start, shape (k,)."""
        self.applied_work = 0.0
        """[J] work of all that was applied to the links since the start."""
        self._bullet = Bullet(
            self.step_size, settings.solver_iterations, settings.contact_breaking_distance
        )
        self._body = add_design(self._bullet, design)
        lift_rate_limit(self._bullet, self._body, settings.joint_rate_limit)
        self._joints = self._engine_joints()
        self._axes = np.array([principal_axes(link.inertia)[1] for link in design.links])
        try:
            self._refuse_long_step()
            if bedrock_depth is not None:
                add_bedrock(self._bullet, _bedrock(design, settings, bedrock_depth))
        except ConfigError:
            self.close()
            raise
        self._steps = 0
        self._state: WorldState | None = None
        self._force = np.zeros((len(design.links), 3))
        self._torque = np.zeros((len(design.links), 3))
        self._effort = np.zeros(len(design.joints))

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the engine back."""
        self._bullet.close()

    # --- initial state ----------------------------------------------------------------------------

    def set_base(
        self,
        position: FloatArray,
        rotation: FloatArray,
        velocity: FloatArray,
        angular_velocity: FloatArray,
    ) -> None:
        """Set the first link: centre of mass [m], link axes to P, [m/s], [rad/s]; frame P.

        The other links follow through their joints, which keep their positions and speeds.
        """
        quaternion = Rotation.from_matrix(rotation @ self._axes[0]).as_quat()
        self._bullet.place_base(
            self._body,
            np.asarray(position, float),
            quaternion,
            np.asarray(velocity, float),
            np.asarray(angular_velocity, float),
        )
        self._state = None

    def set_joint(self, name: str, position: float, speed: float = 0.0) -> None:
        """Set a joint [m or rad] and its speed."""
        joint = self._joints[self.design.joint_index(name)]
        self._bullet.place_joint(self._body, joint, position, speed)
        self._state = None

    # --- what acts --------------------------------------------------------------------------------

    def command(self, action: Action) -> None:
        """Give the joints the drives that the design has for an action, if it has any."""
        self.use_drives(self.design.commands.get(action, {}))

    def use_drives(self, drives: Mapping[str, Drive]) -> None:
        """Replace the drives of the joints named; they act until replaced again."""
        unknown = set(drives) - set(self.drives)
        if unknown:
            raise KeyError(f"no joint {sorted(unknown)}: there are {sorted(self.drives)}")
        place = self.state().joint_position
        for name, drive in drives.items():
            if isinstance(drive, Lock):
                drive = drive.engaged(float(place[self.design.joint_index(name)]))  # noqa: PLW2901
            self.drives[name] = drive

    def apply(self, force: FloatArray, torque: FloatArray) -> None:
        """Add forces [N] at the centres of mass and torques [N·m], (m, 3), to the next step."""
        self._force += force
        self._torque += torque

    def drive(self, name: str, effort: float) -> None:
        """Add an effort [N or N·m] in one joint to the next step, beside its drive's."""
        self._effort[self.design.joint_index(name)] += effort

    def step(self) -> None:
        """Advance by the exchange step: kick with all that was applied, then drift."""
        before = self.state()
        effort = self._effort + self._drive_efforts(before)
        self._bullet.push(self._body, self._joints, before.position, self._force, self._torque)
        self._bullet.drive(self._body, self._joints, effort.tolist())
        self._bullet.step()
        self._steps += 1
        self._state = None
        # an impulse F·H meets the mean of the speeds before and after it: exact work
        after, half_step = self.state(), 0.5 * self.step_size
        self.drive_work += effort * (before.joint_speed + after.joint_speed) * half_step
        power = (self._force * (before.velocity + after.velocity)).sum()
        power += (self._torque * (before.angular_velocity + after.angular_velocity)).sum()
        self.applied_work += float(power) * half_step
        self._force[:] = 0.0
        self._torque[:] = 0.0
        self._effort[:] = 0.0

    # --- what is seen -----------------------------------------------------------------------------

    def state(self) -> WorldState:
        """State now; read from the engine once a step.

        Raises
        ------
        DivergenceError
            If a link has no finite place or speed any more.
        """
        if self._state is None:
            position, rotation, velocity, rate = self._bullet.links(self._body, self._joints)
            joint_position, joint_speed = self._bullet.joints(self._body, self._joints)
            if not math.isfinite(position.sum() + velocity.sum() + rate.sum()):
                message = (
                    f"the craft's motion is not finite after {self._steps * self.step_size:g} s: "
                    f"reduce engine.exchange_step = {self.step_size!r} s"
                )
                raise DivergenceError(message)
            self._state = WorldState(
                time=self._steps * self.step_size,
                position=position,
                rotation=rotation @ self._axes.transpose(0, 2, 1),
                velocity=velocity,
                angular_velocity=rate,
                joint_position=joint_position,
                joint_speed=joint_speed,
            )
        return self._state

    def engine_masses(self) -> FloatArray:
        """Masses [kg] of the links as the engine holds them, shape (m,)."""
        places = (BASE, *self._joints)
        return np.array([self._bullet.dynamics(self._body, place)[0] for place in places])

    def momentum(self) -> FloatArray:
        """Linear momentum [kg·m/s] of all links, shape (3,)."""
        return self.mass @ self.state().velocity

    def kinetic_energy(self) -> float:
        """Kinetic energy [J] of all links, relative to P."""
        state = self.state()
        spun = np.einsum("mji,mj->mi", state.rotation, state.angular_velocity)
        turning = np.einsum("mi,mij,mj->", spun, self.inertia, spun)
        return float(0.5 * (self.mass @ np.square(state.velocity).sum(axis=1) + turning))

    def patch_inertia(self) -> FloatArray:
        """Inertias [kg·m²] of the links about their centres of mass in axes of P, (m, 3, 3)."""
        rotation = self.state().rotation
        return np.asarray(rotation @ self.inertia @ rotation.transpose(0, 2, 1), dtype=float)

    def whole_inertia(self) -> FloatArray:
        """Inertia [kg·m²] of the craft about its centre of mass, axes of P, shape (3, 3)."""
        place = self.state().position
        arm = place - self.mass @ place / self.mass.sum()
        squares = (self.mass[:, None] * arm).T @ arm
        own = self.patch_inertia().sum(axis=0)
        return np.asarray(own + np.trace(squares) * np.eye(3) - squares, dtype=float)

    def contacts(self) -> Contacts:
        """Contacts with bedrock in the last step."""
        return ground_contacts(self._bullet, self._body, self._joints)

    # --- private ----------------------------------------------------------------------------------

    def _engine_joints(self) -> list[int]:
        """PyBullet's joint index of each of the design's joints (it may order them its own way)."""
        count = self._bullet.joint_count(self._body)
        index = {self._bullet.joint_name(self._body, joint): joint for joint in range(count)}
        return [index[joint.name] for joint in self.design.joints]

    def _refuse_long_step(self) -> None:
        """Refuse an exchange step at which a drive would be unstable, naming its joint."""
        drives = [(joint.name, joint.drive) for joint in self.design.joints]
        for command in self.design.commands.values():
            drives.extend(command.items())
        inertia = {j.name: self._joint_inertia(i) for i, j in enumerate(self.design.joints)}
        for name, drive in drives:
            longest = drive.longest_step(inertia[name])
            if self.step_size > longest:
                allowed = f"the drive of joint {name!r} asks for {longest:.3g} s or less"
                raise ConfigError("engine.exchange_step", self.step_size, allowed)

    def _joint_inertia(self, joint: int) -> float:
        """Inertia [kg or kg·m²] that a joint's drive feels, by a trial step from rest."""
        effort = [float(other == joint) for other in range(len(self._joints))]
        self._bullet.drive(self._body, self._joints, effort)
        self._bullet.step()
        speed = self._bullet.joints(self._body, self._joints)[1][joint]
        for other in self._joints:
            self._bullet.place_joint(self._body, other, 0.0, 0.0)
        still = np.zeros(3)
        upright = np.array([0.0, 0.0, 0.0, 1.0])
        self._bullet.place_base(self._body, still, upright, still, still)
        return self.step_size / float(speed)

    def _drive_efforts(self, state: WorldState) -> FloatArray:
        return np.array(
            [
                self.drives[joint.name].effort(float(q), float(u))
                for joint, q, u in zip(
                    self.design.joints, state.joint_position, state.joint_speed, strict=True
                )
            ],
            dtype=float,
        )


def _bedrock(design: Design, settings: EngineParameters, depth: float) -> Bedrock:
    """Bedrock whose dashpot is set for the head and what it carries: they rebound, not the bus."""
    return Bedrock(
        depth=depth,
        stiffness=settings.bedrock_stiffness,
        restitution=settings.bedrock_restitution,
        mass=float(design.mass[design.carried_by(design.head)].sum()),
        friction_coefficient=settings.bedrock_friction,
    )
