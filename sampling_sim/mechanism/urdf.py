"""A design as URDF, the format that PyBullet and other tools load."""

from xml.etree import ElementTree as ET

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Ball, Design, Link, Vector, principal_axes
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind


def urdf(design: Design, *, visual: bool = False) -> str:
    """URDF text of the design: exact inertials, shapes for bedrock contact, no limits.

    With `visual` the surfaces that grains meet are in it, too, but for meshes, which URDF keeps in
    files of their own.

    Each link's URDF frame sits at its joint with the axes of S; the inertial frame is the principal
    one, so that no engine has to diagonalise (PyBullet's own diagonalisation reorders axes).
    """
    robot = ET.Element("robot", name="craft")
    frames = {design.links[0].name: np.array(design.links[0].position)}
    frames |= {joint.child: np.array(joint.position) for joint in design.joints}
    for link in design.links:
        _add_link(robot, link, np.array(link.position) - frames[link.name])
    if visual:
        for primitive in design.primitives:
            link = design.links[primitive.link]
            _add_visual(robot, link.name, primitive, np.array(link.position) - frames[link.name])
    for joint in design.joints:
        node = ET.SubElement(robot, "joint", name=joint.name, type=joint.kind.value)
        ET.SubElement(node, "parent", link=joint.parent)
        ET.SubElement(node, "child", link=joint.child)
        ET.SubElement(node, "origin", xyz=_text(frames[joint.child] - frames[joint.parent]))
        ET.SubElement(node, "axis", xyz=_text(joint.axis))
        # lower > upper: no stop (a stop of the engine dissipates what nobody books)
        ET.SubElement(node, "limit", lower="1", upper="-1", effort="0", velocity="0")
    ET.indent(robot)  # PyBullet breaks lines of over 8 kB, in the middle of a number
    return ET.tostring(robot, encoding="unicode")


def _add_link(robot: ET.Element, link: Link, centre: FloatArray) -> None:
    node = ET.SubElement(robot, "link", name=link.name)
    moments, axes = principal_axes(link.inertia)
    inertial = ET.SubElement(node, "inertial")
    ET.SubElement(inertial, "origin", xyz=_text(centre), rpy=_text(_roll_pitch_yaw(axes)))
    ET.SubElement(inertial, "mass", value=repr(float(link.mass)))
    entries = dict(zip(("ixx", "iyy", "izz"), (repr(float(m)) for m in moments), strict=True))
    ET.SubElement(inertial, "inertia", entries | {"ixy": "0", "ixz": "0", "iyz": "0"})
    for shape in link.ground_shapes:
        collision = ET.SubElement(node, "collision")
        ET.SubElement(collision, "origin", xyz=_text(centre + np.array(shape.centre)))
        geometry = ET.SubElement(collision, "geometry")
        if isinstance(shape, Ball):
            ET.SubElement(geometry, "sphere", radius=repr(float(shape.radius)))
        else:
            ET.SubElement(geometry, "box", size=_text(2.0 * np.array(shape.half_extents)))


def _add_visual(robot: ET.Element, name: str, primitive: Primitive, centre: FloatArray) -> None:
    """Add a plate or box as a box, a cylinder as one; a plate's rounded edge as a square one."""
    if primitive.kind == PrimitiveKind.MESH:
        return
    node = ET.SubElement(robot[[link.get("name") for link in robot].index(name)], "visual")
    place = centre + np.array(primitive.position)
    turn = _text(_roll_pitch_yaw(primitive.rotation))
    ET.SubElement(node, "origin", xyz=_text(place), rpy=turn)
    geometry, (x, y, z) = ET.SubElement(node, "geometry"), primitive.size
    if primitive.kind == PrimitiveKind.CYLINDER:
        ET.SubElement(geometry, "cylinder", radius=repr(float(x)), length=repr(2.0 * float(y)))
        return
    half = (x + z, y + z, z) if primitive.kind == PrimitiveKind.PLATE else (x, y, z)
    ET.SubElement(geometry, "box", size=_text(2.0 * np.array(half)))


def _text(vector: FloatArray | Vector) -> str:
    return " ".join(repr(float(value)) for value in vector)


def _roll_pitch_yaw(rotation: FloatArray) -> FloatArray:
    """Fixed-axis angles [rad] of R = Rz(yaw) Ry(pitch) Rx(roll), URDF's convention."""
    pitch = np.arcsin(np.clip(-rotation[2, 0], -1.0, 1.0))
    roll = np.arctan2(rotation[2, 1], rotation[2, 2])
    yaw = np.arctan2(rotation[1, 0], rotation[0, 0])
    return np.array([roll, pitch, yaw])
