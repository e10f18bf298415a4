"""PyBullet behind two typed classes: the only file that imports it.

`Bullet` is one DIRECT client, in which a craft moves; `Stage` is another one that only shows, in a
window or in pictures.  Each method is one engine call, or one batch of them.  What PyBullet does
unasked to a world is switched off here, what it does to a body in `bodies.py`.  Quaternions are
xyzw.  Traps and measurements: docs/world.md.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, each 0 to 1.  Pictures know no opacity."""
FIELD_OF_VIEW = 45.0
"""[°] of a picture's height; chosen: as a standard lens."""
BACKGROUND = (0.93, 0.94, 0.95)
"""Colour behind everything in a window; chosen: near the white of pictures, and no glare."""
NEAR, FAR = 0.02, 60.0
"""[m] between which there is something to see; chosen: a grain before the lens, a craft of 15 m."""
LIGHT = (-2.0, -3.0, 5.0)
"""Direction to the Sun; chosen: over the viewer's left shoulder."""
NO_PANELS = ("GUI", "TINY_RENDERER", "RGB_BUFFER_PREVIEW", "DEPTH_BUFFER_PREVIEW",
             "SEGMENTATION_MARK_PREVIEW", "MOUSE_PICKING")  # fmt: skip
"""What a window has beside what is looked at, all switched off."""


@dataclass(frozen=True)
class View:
    """Where a camera is: on a sphere around its target, z up."""

    target: tuple[float, float, float]
    """[m]."""
    distance: float
    """[m]."""
    yaw: float
    """[°] about z; 0 looks along +y."""
    pitch: float
    """[°] negative from above."""


class Stage:
    """A PyBullet client that only shows: bodies without mass, put where they are to be seen.

    A window without a display ends the process: `report/live/window.py` keeps it in one of its own.
    """

    def __init__(self, window: tuple[int, int] | None = None) -> None:
        if window is None:
            self._client = int(engine.connect(engine.DIRECT))
            return
        options = [f"--width={window[0]} --height={window[1]}"]
        names = ("red", "green", "blue")
        options += [f"--background_color_{n}={v}" for n, v in zip(names, BACKGROUND, strict=True)]
        self._client = int(engine.connect(engine.GUI, options=" ".join(options)))
        for panel in NO_PANELS:
            self._show(panel, on=False)

    def close(self) -> None:
        """Disconnect."""
        engine.disconnect(physicsClientId=self._client)

    @property
    def is_open(self) -> bool:
        """Nobody has closed the window."""
        return bool(engine.isConnected(physicsClientId=self._client))

    def _show(self, what: str, *, on: bool) -> None:
        flag = getattr(engine, f"COV_ENABLE_{what}")
        engine.configureDebugVisualizer(flag, int(on), physicsClientId=self._client)

    @contextlib.contextmanager
    def one_picture(self) -> Iterator[None]:
        """Draw what is changed in the block once, at its end."""
        self._show("RENDERING", on=False)
        yield
        self._show("RENDERING", on=True)

    # --- what is there ----------------------------------------------------------------------------

    def balls(self, radius: float, position: FloatArray, colour: Colour) -> list[int]:
        """Add balls of one radius [m] at positions (n, 3) [m]; return their bodies."""
        shape = engine.createVisualShape(
            engine.GEOM_SPHERE, radius=radius, rgbaColor=colour, physicsClientId=self._client
        )
        made = engine.createMultiBody(
            baseVisualShapeIndex=shape,
            batchPositions=position.tolist(),
            physicsClientId=self._client,
        )
        return list(made)

    def solid(self, triangles: FloatArray, colour: Colour) -> int:
        """Add a body of flat triangles (t, 3, 3) [m], wound outward."""
        edge = triangles[:, 1:] - triangles[:, :1]
        normal = np.cross(edge[:, 0], edge[:, 1])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        shape = engine.createVisualShape(
            engine.GEOM_MESH,
            vertices=triangles.reshape(-1, 3).tolist(),
            indices=list(range(3 * len(triangles))),
            normals=np.repeat(normal, 3, axis=0).tolist(),
            rgbaColor=colour,
            physicsClientId=self._client,
        )
        return int(engine.createMultiBody(0.0, -1, shape, physicsClientId=self._client))

    def put(self, body: int, position: Sequence[float], quaternion: Sequence[float]) -> None:
        """Put a body where it is to be seen."""
        engine.resetBasePositionAndOrientation(
            body, position, quaternion, physicsClientId=self._client
        )

    def paint(self, body: int, colour: Colour) -> None:
        """Give a body another colour."""
        engine.changeVisualShape(body, BASE, rgbaColor=colour, physicsClientId=self._client)

    # --- how it is seen ---------------------------------------------------------------------------

    def window_field_of_view(self) -> float:
        """Angle [°] that the window's height shows."""
        lens = engine.getDebugVisualizerCamera(physicsClientId=self._client)[3]
        return float(2.0 * np.degrees(np.arctan(1.0 / lens[5])))

    def write(self, text: str, position: Sequence[float], colour: Colour, line: int = -1) -> int:
        """Write a line at a place in the window, in place of an earlier one; return its number."""
        return int(
            engine.addUserDebugText(
                text,
                position,
                textColorRGB=colour[:3],
                textSize=1.2,
                replaceItemUniqueId=line,
                physicsClientId=self._client,
            )
        )

    def look(self, view: View) -> None:
        """Put the window's camera."""
        engine.resetDebugVisualizerCamera(
            view.distance, view.yaw, view.pitch, view.target, physicsClientId=self._client
        )

    def picture(self, view: View, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Picture of what is there, drawn on the processor, shape (height, width, 3).

        `FIELD_OF_VIEW` high; PyBullet's own light, with shadows.
        """
        width, height = size
        camera = engine.computeViewMatrixFromYawPitchRoll(
            view.target, view.distance, view.yaw, view.pitch, 0.0, 2
        )
        lens = engine.computeProjectionMatrixFOV(FIELD_OF_VIEW, width / height, NEAR, FAR)
        pixels = engine.getCameraImage(
            width,
            height,
            camera,
            lens,
            lightDirection=LIGHT,
            lightAmbientCoeff=0.45,
            lightDiffuseCoeff=0.6,
            lightSpecularCoeff=0.05,
            shadow=1,
            renderer=engine.ER_TINY_RENDERER,
            physicsClientId=self._client,
        )[2]
        return np.reshape(pixels, (height, width, 4))[:, :, :3].astype(np.uint8)
