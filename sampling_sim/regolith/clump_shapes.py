"""Shapes of grains and boulders as rigid clumps of overlapping spheres.

In: axis ratios of an ellipsoid, or a closed mesh; out: a `ClumpTemplate` of unit volume-equal
diameter in the solid's principal frame.  Mass properties are those of the solid, exact (ellipsoid:
closed form; mesh: integrals over its faces by trimesh), never the sum of spheres that overlap; the
spheres only stand for its surface, with the error that the template states.

Filling: maximal inscribed balls from points of the surface (shrinking balls, Ma, Bae & Choi 2012,
Vis. Comput. 28, 7), of which the best few are picked, then swelled until they stand out as much as
they fall short (Ferellec & McDowell 2010, Granular Matter 12, 459, fill likewise from the surface).
The one library for it, CLUMP, is GPL-3 and brings VTK.
"""

from dataclasses import dataclass
from functools import cache
from math import pi
from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from sampling_sim.asteroid.registry import find_shape
from sampling_sim.asteroid.shape import Shape, examine_shape, shape_from_mesh
from sampling_sim.constants import FloatArray, IntArray

SURFACE_POINTS = 1500
"""chosen: doubling them moves the surface error of the pebbles by under 5 %."""

SMALLEST_MEMBER = 0.25
"""Radius of a member over that of the largest, at least; chosen: the contact step goes with it."""

SHRINKING_STEPS = 40
"""At most; chosen: balls stop after ten to twenty."""

SWEEPS = 3
"""Passes in which each member is exchanged for a better one; chosen: later ones change nothing."""


@dataclass(frozen=True, eq=False)
class ClumpTemplate:
    """A solid of volume-equal diameter 1 and the spheres that stand for it, principal frame."""

    centre: FloatArray
    """Centres of the spheres over the volume-equal diameter, shape (m, 3)."""
    radius: FloatArray
    """Their radii over the volume-equal diameter, shape (m,)."""
    inertia: FloatArray
    """Principal moments over mass × diameter², shape (3,); a sphere has 0.1."""
    surface_error: float
    """Root mean square distance of the solid's surface to that of the spheres, over the diameter;
    its mean, with sign, is 0."""

    @property
    def extent(self) -> float:
        """Radius about the centre of mass that holds all spheres, over the diameter."""
        return float((np.linalg.norm(self.centre, axis=1) + self.radius).max())

    def step_factor(self) -> float:
        """Shortest contact time of a member, one contact at a time, over that of the sphere.

        A push along n at the arm r meets the mass 1/(1/M + (r×n)·I⁻¹(r×n)); duration goes as
        √(mass/radius).  The largest (r×n)·I⁻¹(r×n) is the largest eigenvalue of −[r]I⁻¹[r].
        """
        shortest = 1.0
        for centre, radius in zip(self.centre, self.radius, strict=True):
            cross = np.cross(np.eye(3), centre)  # rows e × r
            turning = float(np.linalg.eigvalsh(cross @ np.diag(1.0 / self.inertia) @ cross.T)[-1])
            shortest = min(shortest, (0.5 / radius / (1.0 + turning)) ** 0.5)
        return shortest


def sphere_template() -> ClumpTemplate:
    """Clump of one sphere: a grain like any other."""
    return ClumpTemplate(np.zeros((1, 3)), np.array([0.5]), np.full(3, 0.1), 0.0)


@cache
def ellipsoid_template(short: float, middle: float, members: int) -> ClumpTemplate:
    """Clump of an ellipsoid with the given axes over its long one, z its short axis.

    Moments: M (b² + c²)/5 of the semi-axes, and so on round.
    """
    import trimesh

    semi = np.array([1.0, middle, short])
    semi *= 0.5 / np.cbrt(semi.prod())
    ball: Any = trimesh.creation.icosphere(subdivisions=4)
    centre, radius, error = filled(np.asarray(ball.vertices) * semi, ball.faces, members)
    inertia = ((semi**2).sum() - semi**2) / 5.0
    return ClumpTemplate(centre, radius, inertia, error)


@cache
def mesh_template(name: str, members: int) -> ClumpTemplate:
    """Clump of a registered shape or a mesh file, whatever its unit: size is given apart.

    Raises
    ------
    ShapeError
        If there is no such mesh or it is not the closed surface of a solid.
    """
    return solid_template(solid(name), members)


def solid_template(shape: Shape, members: int) -> ClumpTemplate:
    """Clump of a closed mesh in its principal axes; moments are integrals over its faces."""
    diameter = np.cbrt(6.0 / pi * shape.volume)
    centre, radius, error = filled(shape.vertices / diameter, shape.faces, members)
    inertia = np.diag(shape.inertia) / (shape.volume * diameter**2)
    return ClumpTemplate(centre, radius, inertia, error)


def solid(name: str) -> Shape:
    """Read a registered shape or mesh file that passes every check of a body's but its size's."""
    _, entry = find_shape(name)
    examined = examine_shape(name) if entry else examine_shape(name, scale=1.0)
    if examined.mesh is None or any(code != "wrong-unit" for code, _ in examined.faults):
        raise examined.error()
    return shape_from_mesh(examined.mesh.vertices, examined.mesh.faces, name)


def filled(
    vertices: FloatArray, faces: IntArray, members: int
) -> tuple[FloatArray, FloatArray, float]:
    """Centres (m, 3), radii (m,) and surface error of spheres that stand for a closed mesh.

    At most `members` spheres; all in the unit of the vertices.
    """
    import trimesh

    mesh: Any = trimesh.Trimesh(vertices, faces, process=False)
    points, face = trimesh.sample.sample_surface(mesh, SURFACE_POINTS, seed=0)
    points = np.asarray(points)
    centre, radius = _inscribed_balls(points, -np.asarray(mesh.face_normals)[face])
    large = radius >= SMALLEST_MEMBER * radius.max()
    centre, radius = centre[large], radius[large]
    # distance of every point of the surface to every ball, never negative but for the sampling
    gap = np.maximum(cdist(points, centre) - radius, 0.0)
    chosen = _best_few(gap, members)
    left = gap[:, chosen].min(axis=1)
    return centre[chosen], radius[chosen] + left.mean(), float(left.std())


def _inscribed_balls(points: FloatArray, inward: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ball through each point, tangent to the surface there, that holds no other point."""
    tree = cKDTree(points)
    radius = np.full(len(points), float(np.ptp(points, axis=0).max()))
    for _ in range(SHRINKING_STEPS):
        centre = points + radius[:, None] * inward
        distance, nearest = tree.query(centre)
        too_large = distance < radius * (1.0 - 1e-9)
        if not too_large.any():
            break
        # through its own point and the one that was inside: |q − p|² = 2 r n·(q − p)
        step = points[nearest[too_large]] - points[too_large]
        radius[too_large] = (step**2).sum(1) / (2.0 * (step * inward[too_large]).sum(1))
    return points + radius[:, None] * inward, radius


def _best_few(gap: FloatArray, members: int) -> IntArray:
    """Balls that leave the least sum of squared gaps: greedy, then exchanged one by one."""
    chosen: list[int] = []
    nearest = np.full(len(gap), np.inf)
    for _ in range(min(members, gap.shape[1])):
        left = np.minimum(gap, nearest[:, None])
        chosen.append(int((left**2).sum(axis=0).argmin()))
        nearest = left[:, chosen[-1]]
    for _ in range(SWEEPS):
        for k in range(len(chosen)):
            others = gap[:, chosen[:k] + chosen[k + 1 :]].min(axis=1, initial=np.inf)
            left = np.minimum(gap, others[:, None])
            chosen[k] = int((left**2).sum(axis=0).argmin())
    return np.unique(chosen)
