"""Bodies of the world: the only way to make one, so that no trap of PyBullet can be forgotten.

A free body is a `Design`, or a `Boulder`, loaded through URDF with its own inertias; damping, joint
motors, the clamp on rates and PyBullet's contacts are off (ours: `compliant.py`).
"""

from dataclasses import dataclass

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.mechanism.base import Design, Link
from sampling_sim.mechanism.urdf import urdf
from sampling_sim.world._bullet import BASE, Bullet


@dataclass(frozen=True, eq=False, kw_only=True)
class Boulder:
    """A free rigid body with a closed mesh, convex or concave."""

    name: str
    mass: float
    """[kg]."""
    inertia: FloatArray
    """[kg·m²] about the centre of mass, in the boulder's axes, shape (3, 3)."""
    vertices: FloatArray
    """[m] from the centre of mass, shape (n, 3)."""
    faces: IntArray
    """Vertex indices, counter-clockwise seen from outside, shape (nf, 3)."""

    @property
    def design(self) -> Design:
        """The boulder as a mechanism of one link; what it touches with is the mesh."""
        link = Link(name=self.name, mass=self.mass, inertia=self.inertia, position=(0.0, 0.0, 0.0))
        return Design(links=(link,), joints=())


def add_design(bullet: Bullet, design: Design) -> int:
    """Load a design; return its body index."""
    body = bullet.load(urdf(design))
    for link in range(BASE, bullet.joint_count(body)):
        # getDynamicsInfo does not show damping; the default 0.04 halves 1 m/s in 10 s
        bullet.change(body, link, linearDamping=0.0, angularDamping=0.0, jointDamping=0.0)
        bullet.untouchable(body, link)
    for joint in range(bullet.joint_count(body)):
        bullet.free_joint(body, joint)
    return body


def lift_rate_limit(bullet: Bullet, body: int, limit: float) -> None:
    """Raise PyBullet's silent clamp on joint rates, 100 rad/s by default."""
    for joint in range(bullet.joint_count(body)):
        bullet.change(body, joint, maxJointVelocity=limit)
