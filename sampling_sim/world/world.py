"""The world: a craft in PyBullet, perhaps boulders and bedrock, stepped at the exchange step.

PyBullet's world axes are those of the patch frame P, taken as inertial: what P's rotation adds
comes from outside as forces and torques.  One step is a kick and then a drift: the loads given act
on the velocities, the new velocities move the bodies, so positions of step n belong between the
velocities of steps n and n + 1 (leapfrog).  PyBullet moves the bodies and sees no contact: what
touches what is ours (`contacts.py`).  The world knows nothing of grains, gravity or the mission.
"""

import math
from collections.abc import Mapping, Sequence
from types import TracebackType

import numpy as np
from scipy.spatial.transform import Rotation

from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError, DivergenceError
from sampling_sim.mechanism.base import Action, Design, principal_axes
from sampling_sim.mechanism.drives import Drive, Lock
from sampling_sim.world._bullet import BASE, Bullet
from sampling_sim.world.bodies import Boulder, add_design, lift_rate_limit
from sampling_sim.world.contacts import ContactBooks, Contacts, touching_boulder, touching_link
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.state import WorldState

__all__ = ["World", "WorldState"]

UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])


class World:
    """One craft, free or among boulders and above bedrock; close it, or use it in a `with`.

    Raises
    ------
    ConfigError
        If the exchange step is too long for a drive or for a contact.
    """

    def __init__(
        self,
        design: Design,
        settings: EngineParameters,
        *,
        bedrock_depth: float | None = None,
        boulders: Sequence[Boulder] = (),
    ) -> None:
        self.design = design
        self.step_size = settings.exchange_step
        self.mass = np.concatenate([design.mass, [boulder.mass for boulder in boulders]])
        """[kg] of links and boulders, shape (m,)."""
        self.inertia = np.array([*design.inertia, *(boulder.inertia for boulder in boulders)])
        """[kg·m²] each in its body's axes, shape (m, 3, 3)."""
        self.drives: dict[str, Drive] = {joint.name: joint.drive for joint in design.joints}
        self.drive_work = np.zeros(len(design.joints))
        """[J] work of each joint's drive on the mechanism since the start, shape (k,)."""
        self.applied_work = 0.0
        """[J] work of all that acted on the bodies since the start, contacts included."""
        self._bullet = Bullet(self.step_size)
        self._body = add_design(self._bullet, design)
        self._boulders = {b.name: add_design(self._bullet, b.design) for b in boulders}
        lift_rate_limit(self._bullet, self._body, settings.joint_rate_limit)
        self._joints = self._engine_joints()
        self._axes = np.array([principal_axes(inertia)[1] for inertia in self.inertia])
        try:
            self._refuse_long_step()
            self.contact_books = self._books(settings, bedrock_depth, boulders)
        except ConfigError:
            self.close()
            raise
        self._steps = 0
        self._state: WorldState | None = None
        self._force = np.zeros((len(self.mass), 3))
        self._torque = np.zeros((len(self.mass), 3))
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
        self._place(self._body, 0, position, rotation, velocity, angular_velocity)

    def set_boulder(
        self,
        name: str,
        position: FloatArray,
        rotation: FloatArray,
        velocity: FloatArray,
        angular_velocity: FloatArray,
    ) -> None:
        """Set a boulder: centre of mass [m], its axes to P, [m/s], [rad/s]; frame P."""
        row = len(self.design.links) + list(self._boulders).index(name)
        self._place(self._boulders[name], row, position, rotation, velocity, angular_velocity)

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
        """Advance by the exchange step: kick with all that acts, then drift."""
        before = self.state()
        effort = self._effort + self._drive_efforts(before)
        contact_force, contact_torque = self.contact_books.loads(before, self.step_size)
        self._force += contact_force
        self._torque += contact_torque
        self._push(before)
        self._bullet.drive(self._body, self._joints, effort.tolist())
        self._bullet.step()
        self._steps += 1
        self._state = None
        # an impulse F·H meets the mean of the speeds before and after it: exact work
        after, half_step = self.state(), 0.5 * self.step_size
        self.drive_work += effort * (before.joint_speed + after.joint_speed) * half_step
        velocity = before.velocity + after.velocity
        rate = before.angular_velocity + after.angular_velocity
        self.applied_work += half_step * _power(self._force, self._torque, velocity, rate)
        self.contact_books.work += half_step * _power(contact_force, contact_torque, velocity, rate)
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
            position, rotation, velocity, rate = self._bodies()
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
        """Linear momentum [kg·m/s] of all bodies, shape (3,)."""
        return self.mass @ self.state().velocity

    def kinetic_energy(self) -> float:
        """Kinetic energy [J] of all bodies, relative to P."""
        state = self.state()
        spun = np.einsum("mji,mj->mi", state.rotation, state.angular_velocity)
        turning = np.einsum("mi,mij,mj->", spun, self.inertia, spun)
        return float(0.5 * (self.mass @ np.square(state.velocity).sum(axis=1) + turning))

    def patch_inertia(self) -> FloatArray:
        """Inertias [kg·m²] of the bodies about their centres of mass in axes of P, (m, 3, 3)."""
        rotation = self.state().rotation
        return np.asarray(rotation @ self.inertia @ rotation.transpose(0, 2, 1), dtype=float)

    def whole_inertia(self) -> FloatArray:
        """Inertia [kg·m²] of the craft about its centre of mass, axes of P, shape (3, 3)."""
        links = len(self.design.links)
        place, mass = self.state().position[:links], self.mass[:links]
        arm = place - mass @ place / mass.sum()
        squares = (mass[:, None] * arm).T @ arm
        own = self.patch_inertia()[:links].sum(axis=0)
        return np.asarray(own + np.trace(squares) * np.eye(3) - squares, dtype=float)

    def contacts(self) -> Contacts:
        """Contacts of the links with bedrock and boulders in the last step."""
        return self.contact_books.craft()

    # --- private ----------------------------------------------------------------------------------

    def _bodies(self) -> tuple[FloatArray, ...]:
        """Position, rotation, velocity and rate of all inertial frames, boulders last."""
        links = self._bullet.links(self._body, self._joints)
        if not self._boulders:
            return links
        stones = [self._bullet.links(body, ()) for body in self._boulders.values()]
        return tuple(np.concatenate(parts) for parts in zip(links, *stones, strict=True))

    def _push(self, state: WorldState) -> None:
        """Hand the loads of this step to the engine."""
        count = len(self.design.links)
        bodies = [(self._body, self._joints, slice(0, count))]
        for row, body in enumerate(self._boulders.values(), start=count):
            bodies.append((body, [], slice(row, row + 1)))
        for body, joints, rows in bodies:
            self._bullet.push(
                body, joints, state.position[rows], self._force[rows], self._torque[rows]
            )

    def _place(
        self,
        body: int,
        row: int,
        position: FloatArray,
        rotation: FloatArray,
        velocity: FloatArray,
        angular_velocity: FloatArray,
    ) -> None:
        quaternion = Rotation.from_matrix(rotation @ self._axes[row]).as_quat()
        self._bullet.place_base(
            body,
            np.asarray(position, float),
            quaternion,
            np.asarray(velocity, float),
            np.asarray(angular_velocity, float),
        )
        self._state = None

    def _books(
        self, settings: EngineParameters, bedrock_depth: float | None, boulders: Sequence[Boulder]
    ) -> ContactBooks:
        """Pairs of all that can touch; none for a craft alone in space."""
        alone = bedrock_depth is None and not boulders
        links = [
            touching_link(link, row, self._rebound_mass(row), meets_boulders=bool(boulders))
            for row, link in enumerate(self.design.links)
            if link.ground_shapes and not alone
        ]
        first = len(self.design.links)
        stones = [touching_boulder(b, row) for row, b in enumerate(boulders, start=first)]
        return ContactBooks(links, stones, bedrock_depth, settings)

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
        inertia = {
            joint.name: min(self._joint_inertia(i, {}), self._joint_inertia(i, self.design.start))
            for i, joint in enumerate(self.design.joints)
        }
        for name, drive in drives:
            longest = drive.longest_step(inertia[name])
            if self.step_size > longest:
                allowed = f"the drive of joint {name!r} asks for {longest:.3g} s or less"
                raise ConfigError("engine.exchange_step", self.step_size, allowed)

    def _joint_inertia(self, joint: int, pose: Mapping[str, float]) -> float:
        """Inertia [kg or kg·m²] that a joint's drive feels in a pose, by a trial step from rest."""
        for name, position in pose.items():
            self.set_joint(name, position)
        effort = [float(other == joint) for other in range(len(self._joints))]
        self._bullet.drive(self._body, self._joints, effort)
        self._bullet.step()
        speed = self._bullet.joints(self._body, self._joints)[1][joint]
        self._upright()
        return self.step_size / float(speed)

    def _rebound_mass(self, link: int) -> float:
        """Mass [kg] that a push along z at a link's centre of mass meets, its joints free."""
        position = self._bullet.links(self._body, self._joints)[0]
        force = np.zeros((len(position), 3))
        force[link, 2] = 1.0
        self._bullet.push(self._body, self._joints, position, force, np.zeros_like(force))
        self._bullet.step()
        speed = self._bullet.links(self._body, self._joints)[2][link, 2]
        self._upright()
        return self.step_size / float(speed)

    def _upright(self) -> None:
        """Put the craft back at rest, upright in the origin, all joints at zero."""
        for joint in self._joints:
            self._bullet.place_joint(self._body, joint, 0.0, 0.0)
        still = np.zeros(3)
        self._bullet.place_base(self._body, still, UPRIGHT, still, still)

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


def _power(force: FloatArray, torque: FloatArray, velocity: FloatArray, rate: FloatArray) -> float:
    return float((force * velocity).sum() + (torque * rate).sum())
