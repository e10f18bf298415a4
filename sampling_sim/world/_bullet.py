"""PyBullet behind one typed class: the only file that imports it.

`Bullet` is one DIRECT client.  Each method is one engine call, or one batch of them.  What PyBullet
does unasked to a world is switched off here, what it does to a body in `bodies.py`.  Quaternions
are xyzw.  Traps and measurements: docs/world.md.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sampling_sim.constants import FloatArray


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Send the process's stderr away: PyBullet writes its build date there when it is loaded."""
    saved = os.dup(2)
    with Path(os.devnull).open("w") as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)


with _quiet():
    import pybullet as engine

BASE = -1
"""PyBullet's index of a body's base link."""


class Bullet:
    """One PyBullet client."""

    def __init__(self, step: float) -> None:
        self.step_size = step
        self._client = int(engine.connect(engine.DIRECT))
        engine.setGravity(0.0, 0.0, 0.0, physicsClientId=self._client)
        engine.setPhysicsEngineParameter(
            fixedTimeStep=step,
            numSubSteps=0,
            enableFileCaching=0,  # every design has its own text, whatever its file's name
            physicsClientId=self._client,
        )

    def close(self) -> None:
        """Disconnect; a second call does nothing."""
        if self._client >= 0:
            engine.disconnect(physicsClientId=self._client)
            self._client = -1

    def step(self) -> None:
        """Advance by one step; forces, torques and efforts given before act in it only."""
        engine.stepSimulation(physicsClientId=self._client)

    # --- bodies -----------------------------------------------------------------------------------

    def load(self, urdf: str) -> int:
        """Load a free body from URDF text with its own inertias; return its index."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "body.urdf"
            path.write_text(urdf)
            flags = engine.URDF_USE_INERTIA_FROM_FILE
            return int(engine.loadURDF(str(path), flags=flags, physicsClientId=self._client))

    def joint_count(self, body: int) -> int:
        """Joints of a body; link i is moved by joint i."""
        return int(engine.getNumJoints(body, physicsClientId=self._client))

    def change(self, body: int, link: int, **dynamics: float) -> None:
        """Set dynamics of one link, by PyBullet's names."""
        engine.changeDynamics(body, link, **dynamics, physicsClientId=self._client)

    def free_joint(self, body: int, joint: int) -> None:
        """Switch off the velocity motor that PyBullet puts in every joint."""
        engine.setJointMotorControl2(
            body, joint, engine.VELOCITY_CONTROL, force=0.0, physicsClientId=self._client
        )

    def untouchable(self, body: int, link: int) -> None:
        """Take a link out of PyBullet's own contacts."""
        engine.setCollisionFilterGroupMask(body, link, 0, 0, physicsClientId=self._client)

    def dynamics(self, body: int, link: int) -> tuple[float, FloatArray]:
        """Mass [kg] and principal inertia (3,) [kg·m²] that the engine holds for a link."""
        found = engine.getDynamicsInfo(body, link, physicsClientId=self._client)
        return float(found[0]), np.array(found[2])

    def joint_name(self, body: int, joint: int) -> str:
        """Name of a joint."""
        return str(engine.getJointInfo(body, joint, physicsClientId=self._client)[1].decode())

    # --- state ------------------------------------------------------------------------------------

    def links(self, body: int, joints: Sequence[int]) -> tuple[FloatArray, ...]:
        """Position, rotation, velocity and rate of the links' inertial frames, base first.

        Rotations (m, 3, 3) take components in the inertial frame to the world's.  Forward
        kinematics are asked for: without them PyBullet reports links one step late.
        """
        position, quaternion = engine.getBasePositionAndOrientation(
            body, physicsClientId=self._client
        )
        velocity, angular_velocity = engine.getBaseVelocity(body, physicsClientId=self._client)
        states: Sequence[Any] = ()
        if joints:
            states = engine.getLinkStates(
                body,
                joints,
                computeLinkVelocity=1,
                computeForwardKinematics=1,
                physicsClientId=self._client,
            )
        quaternions = (quaternion, *(s[1] for s in states))
        matrices = np.array([engine.getMatrixFromQuaternion(q) for q in quaternions])
        return (
            np.array([position, *(s[0] for s in states)]),
            matrices.reshape(-1, 3, 3),
            np.array([velocity, *(s[6] for s in states)]),
            np.array([angular_velocity, *(s[7] for s in states)]),
        )

    def joints(self, body: int, joints: Sequence[int]) -> tuple[FloatArray, FloatArray]:
        """Positions and speeds of joints, each shape (k,)."""
        if not joints:
            return np.zeros(0), np.zeros(0)
        states = engine.getJointStates(body, joints, physicsClientId=self._client)
        return np.array([s[0] for s in states]), np.array([s[1] for s in states])

    def place_base(
        self,
        body: int,
        position: FloatArray,
        quaternion: FloatArray,
        velocity: FloatArray,
        angular_velocity: FloatArray,
    ) -> None:
        """Set pose and velocity of the base's inertial frame."""
        engine.resetBasePositionAndOrientation(
            body, position.tolist(), quaternion.tolist(), physicsClientId=self._client
        )
        engine.resetBaseVelocity(
            body, velocity.tolist(), angular_velocity.tolist(), physicsClientId=self._client
        )

    def place_joint(self, body: int, joint: int, position: float, speed: float) -> None:
        """Set position and speed of a joint."""
        engine.resetJointState(body, joint, position, speed, physicsClientId=self._client)

    # --- loads of the next step -------------------------------------------------------------------

    def push(
        self,
        body: int,
        joints: Sequence[int],
        position: FloatArray,
        force: FloatArray,
        torque: FloatArray,
    ) -> None:
        """Force and torque on every link, base first, shapes (m, 3), world axes, at `position`.

        `position` must be the links' centres of mass as `links` has just reported them.
        """
        links = (BASE, *joints)
        rows = zip(links, position.tolist(), force.tolist(), torque.tolist(), strict=True)
        for link, at, f, t in rows:
            engine.applyExternalForce(
                body, link, f, at, engine.WORLD_FRAME, physicsClientId=self._client
            )
            engine.applyExternalTorque(
                body, link, t, engine.WORLD_FRAME, physicsClientId=self._client
            )

    def drive(self, body: int, joints: Sequence[int], effort: Sequence[float]) -> None:
        """Force or torque in each joint."""
        if joints:
            engine.setJointMotorControlArray(
                body, joints, engine.TORQUE_CONTROL, forces=effort, physicsClientId=self._client
            )
