"""Small mechanisms and fields that the tests of the world share."""

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.mechanism.base import Ball, Box, Design, Joint, JointKind, Link
from sampling_sim.mechanism.drives import SpringDamper
from sampling_sim.world.bodies import Boulder
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.world import World

FREE = SpringDamper(stiffness=0.0, damping=0.0)
SPIN = 2.0 * np.pi / 1674.0


def engine(step, **changes):
    """Engine parameters with one exchange step for every clock."""
    clocks = {"contact_step": step, "exchange_step": step, "control_step": step}
    return EngineParameters(**(clocks | changes))


def single_link(mass=13.5, inertia=None, shape=None):
    """One free body; `shape` (a Ball or a Box) meets bedrock."""
    return Design(
        links=(
            Link(
                name="body",
                mass=mass,
                inertia=np.diag([0.4, 0.5, 0.6]) if inertia is None else np.asarray(inertia),
                position=(0.0, 0.0, 0.0),
                ground_shapes=() if shape is None else (shape,),
            ),
        ),
        joints=(),
    )


def ball(radius=0.1):
    return Ball(centre=(0.0, 0.0, 0.0), radius=radius)


def brick(x=0.2, y=0.2, z=0.05):
    return Box(link=0, centre=(0.0, 0.0, 0.0), half_extents=(x, y, z))


def solid(mass, shape):
    """One free, uniform body of its shape: a ball or a box about its centre of mass."""
    if isinstance(shape, Ball):
        return single_link(mass, 0.4 * mass * shape.radius**2 * np.eye(3), shape)
    edges = 2.0 * np.array(shape.half_extents)
    return single_link(mass, mass / 12.0 * np.diag((edges**2).sum() - edges**2), shape)


def boulder(mass, mesh, name="boulder"):
    """Make a free, uniform boulder of a closed mesh (trimesh), about its centre of mass."""
    mesh = mesh.copy()
    mesh.apply_translation(-mesh.center_mass)
    mesh.density = mass / mesh.volume
    return Boulder(
        name=name,
        mass=mass,
        inertia=np.array(mesh.moment_inertia),
        vertices=np.array(mesh.vertices),
        faces=np.array(mesh.faces),
    )


def ell():
    """Extrude an L along y: floor at z = 1 for x < 0, wall at x = 0, top at z = 2."""
    profile = np.array([(-1, 0), (1, 0), (1, 2), (0, 2), (0, 1), (-1, 1)], dtype=float)
    n = len(profile)
    vertices = np.array([(x, y, z) for y in (-1.0, 1.0) for x, z in profile])
    caps = [(0, 4, 5), (0, 1, 4), (1, 3, 4), (1, 2, 3)]
    faces = [*caps, *((n + a, n + c, n + b) for a, b, c in caps)]
    for i in range(n):
        j = (i + 1) % n
        faces += [(i, n + i, j), (j, n + i, n + j)]
    return vertices, np.array(faces)


def chain(drive=FREE, kind=JointKind.REVOLUTE, base_mass=5.0):
    """Join a base, an arm and a tilted hand: nothing symmetric about it."""
    tilted = np.array([[0.10, 0.01, 0.0], [0.01, 0.12, 0.02], [0.0, 0.02, 0.15]])
    return Design(
        links=(
            Link(
                name="base",
                mass=base_mass,
                inertia=np.diag([1.0, 2.0, 2.5]) * base_mass / 5.0,
                position=(0.1, 0.2, 0.3),
            ),
            Link(
                name="arm", mass=2.0, inertia=np.diag([0.1, 0.2, 0.25]), position=(0.0, 0.0, -1.5)
            ),
            Link(name="hand", mass=1.0, inertia=tilted, position=(0.0, 0.1, -2.2)),
        ),
        joints=(
            Joint(
                name="shoulder",
                kind=kind,
                parent="base",
                child="arm",
                position=(0.0, 0.0, -1.0),
                axis=(0.0, 1.0, 0.0),
                drive=drive,
            ),
            Joint(
                name="elbow",
                kind=JointKind.PRISMATIC,
                parent="arm",
                child="hand",
                position=(0.0, 0.0, -2.0),
                axis=(0.6, 0.0, 0.8),
                drive=FREE,
            ),
        ),
    )


def rest(world, position=(0.0, 0.0, 0.0), rotation=None, velocity=(0.0, 0.0, 0.0), rate=None):
    """Set the base; everything not named is at rest, axes along P's."""
    world.set_base(
        np.array(position, dtype=float),
        np.eye(3) if rotation is None else rotation,
        np.array(velocity, dtype=float),
        np.zeros(3) if rate is None else np.array(rate, dtype=float),
    )


def angular_momentum(world: World):
    """About the origin of P [kg·m²/s], shape (3,)."""
    state = world.state()
    orbital = np.cross(state.position, world.mass[:, None] * state.velocity)
    spin = np.einsum("mij,mj->mi", world.patch_inertia(), state.angular_velocity)
    return (orbital + spin).sum(axis=0)


class NoAttraction:
    """A polyhedron of no density."""

    def gravity(self, position):
        """No attraction."""
        return np.zeros((len(position), 3))

    def gradient(self, position):
        """No gradient."""
        return np.zeros((len(position), 3, 3))


def rotation_only(spin=SPIN):
    """Site at the tip of the long axis of a body without attraction, spin oblique in P."""
    return SiteField(
        gravity=np.zeros(3),
        gradient_exterior=np.zeros((3, 3)),
        gradient_interior=np.zeros((3, 3)),
        spin=spin * np.array([0.36, 0.48, 0.8]),
        position=np.array([0.0, 0.0, 10.0]),
    )
