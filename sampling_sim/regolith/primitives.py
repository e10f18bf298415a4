"""Tool surfaces as grains meet them: plates, boxes, cylinders and meshes on moving links.

A mechanism describes its touching surfaces as primitives fixed to links; the solver computes the
exact closest point of each to a sphere.  Link frames have their origin at the link's centre of
mass.  Poses and velocities of links are in the patch frame P.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from sampling_sim.asteroid.mesh import degenerate_faces
from sampling_sim.constants import FloatArray
from sampling_sim.errors import ShapeError


class PrimitiveKind(IntEnum):
    """Shape of a primitive; the meaning of `size` for each."""

    PLATE = 0
    """Rectangle in its own xy plane swept by a sphere: size = (half x, half y, sweep radius)."""
    BOX = 1
    """Solid box: size = half extents."""
    CYLINDER = 2
    """Solid cylinder along its own z: size = (radius, half length, 0)."""
    MESH = 3
    """Thin sheet of the triangles `corners`, open or closed, concave or not, swept by a sphere:
    size = (sweep radius, 0, 0).  It has two sides and no inside: a centre that has gone through
    it is pushed on, so overlaps must stay under a radius, as the guards see to."""


@dataclass(frozen=True, kw_only=True)
class Primitive:
    """One touching surface of one link."""

    link: int
    """Index of the link that carries it, in the order of `LinkMotion`."""
    part: str
    """Name of the part, for messages: "paddle", "housing"…"""
    kind: PrimitiveKind
    size: tuple[float, float, float]
    """[m] see `PrimitiveKind`."""
    position: tuple[float, float, float]
    """[m] centre in the link's frame."""
    rotation: FloatArray = field(default_factory=lambda: np.eye(3))
    """Components in the primitive's frame to components in the link's, shape (3, 3)."""
    friction_coefficient: float
    restitution: float
    bristle_stiffness: float = 0.0
    """[N/m] spring in series with the grain's own contact; 0 stands for a rigid surface."""
    corners: FloatArray = field(default_factory=lambda: np.zeros((0, 3, 3)))
    """[m] corners of each triangle of a mesh in the primitive's frame, shape (t, 3, 3), in any
    winding: `triangles` of a trimesh, or vertices[faces].  Neighbours are found by their places,
    so corners that ought to coincide must do so within a millionth of a grain."""

    def __post_init__(self) -> None:
        """Refuse a mesh that has no triangle, or one without area or not finite."""
        corners = np.asarray(self.corners, float)
        if self.kind != PrimitiveKind.MESH:
            return
        if corners.ndim != 3 or corners.shape[1:] != (3, 3) or len(corners) == 0:
            msg = f"part {self.part!r}: corners have shape {corners.shape}, not (triangles, 3, 3)"
            raise ShapeError("no-faces", msg)
        if not np.isfinite(corners).all():
            raise ShapeError("not-finite", f"part {self.part!r}: a corner is not a finite number")
        faces = np.arange(3 * len(corners)).reshape(-1, 3)
        flat = degenerate_faces(corners.reshape(-1, 3), faces)
        if flat.any():
            msg = f"part {self.part!r}: {flat.sum()} of {len(flat)} triangles have no area"
            raise ShapeError("degenerate-faces", msg + ": leave them out")


@dataclass
class LinkMotion:
    """Motion of the coupled links over one exchange interval, frame P.

    Links move as x(t) = position + velocity·(t − H/2), t in [0, H], and turn likewise about their
    centre of mass: poses are those of the middle of the interval, which makes the exchange a
    leapfrog (the impulse of the interval is applied to the velocity at its end).
    """

    position: FloatArray
    """[m] centres of mass, shape (m, 3)."""
    rotation: FloatArray
    """Link frame to P, shape (m, 3, 3)."""
    velocity: FloatArray
    """[m/s], shape (m, 3)."""
    angular_velocity: FloatArray
    """[rad/s], shape (m, 3)."""


@dataclass
class ToolLoads:
    """What the grains did to the links over one exchange interval, frame P."""

    force: FloatArray
    """[N] mean force on each link, shape (m, 3)."""
    torque: FloatArray
    """[N·m] mean torque about each link's centre of mass, shape (m, 3)."""
    work: FloatArray
    """[J] work done by each link on the grains, shape (m,)."""
