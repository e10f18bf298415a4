"""Made-up fragments: a seeded body of given extents, angularity, roughness, craters and boulders.

In: `FragmentParameters`; out: a closed mesh in its principal axes, metres.  An ellipsoid is cut by
random planes (a fragment breaks along planes), then its surface is moved along the rays from its
middle: by a self-affine relief, by bowls, by mounds.  A surface of one distance per direction
cannot pass through itself, whatever the numbers, and an affine map at the end, which brings the
extents and the principal axes, keeps that.  Nothing here is measured but the extents.

Each feature has random numbers of its own, addressed by (seed, feature): more craters keep the
first ones where they are, and another roughness keeps the planes.
"""

from dataclasses import replace
from enum import IntEnum
from typing import Any

import numpy as np

from sampling_sim.asteroid.mesh import Mesh
from sampling_sim.asteroid.parameters import FRAGMENT, FragmentParameters
from sampling_sim.asteroid.shape import Shape, shape_from_mesh
from sampling_sim.constants import FloatArray, IntArray

PLANE_COUNT = 40
"""chosen: faces of a few metres on a body of 20 m."""

DEEPEST_CUT = 0.3
"""Of the ellipsoid's own distance, at angularity 1; chosen: deeper ones leave a few planes only."""

WAVE_COUNT = 200
"""chosen: enough for a relief that is close to Gaussian."""

WAVE_NUMBERS = (2.5, 16.0)
"""[1/mean radius] chosen: from the body's size to two and a half edges of the default mesh."""

HURST = 0.8
"""Exponent of the relief, heights differ as L^0.8 over a length L; chosen: fractured rock."""

CRATER_RADII, CRATER_INDEX, CRATER_DEPTH = (0.2, 0.6), -2.0, 0.2
"""Over the mean radius; cumulative index; depth over radius.  chosen: shallow bowls, and no raised
rim, since what is thrown out leaves the body."""

BOULDER_RADII, BOULDER_INDEX, BOULDER_HEIGHT = (0.15, 0.35), -2.5, 0.5
"""Over the mean radius; cumulative index; height over radius.  chosen: the smallest is an edge of
the default mesh."""


class Feature(IntEnum):
    """What the random numbers are for."""

    PLANES = 0
    RELIEF = 1
    CRATERS = 2
    BOULDERS = 3


def fragment_shape(parameters: FragmentParameters) -> Shape:
    """Fragment as the body of a run."""
    mesh = fragment_mesh(parameters)
    shape = shape_from_mesh(mesh.vertices, mesh.faces, FRAGMENT)
    return replace(shape, source=f"made up (sampling_sim/asteroid/fragment.py): {parameters}")


def fragment_mesh(parameters: FragmentParameters) -> Mesh:
    """Fragment in its principal axes [m], centre of mass at the origin, extents as asked for."""
    import trimesh

    sphere: Any = trimesh.creation.icosphere(subdivisions=parameters.subdivisions)
    faces = np.array(sphere.faces, np.int64)
    extents = np.array([parameters.extent_x, parameters.extent_y, parameters.extent_z])
    # lengths are over the mean radius from here on; `points` lie on the ellipsoid
    radius = 0.5 * float(np.cbrt(extents.prod()))
    points = np.array(sphere.vertices, float) * extents / (2.0 * radius)
    distance = _plane_factor(points, extents / (2.0 * radius), parameters)
    height = (
        parameters.roughness * _relief(points, parameters.seed)
        - CRATER_DEPTH * _caps(points, parameters.seed, Feature.CRATERS, parameters.craters)
        + BOULDER_HEIGHT * _caps(points, parameters.seed, Feature.BOULDERS, parameters.boulders)
    )
    # to first order a shift by the height along the ray; the exponential keeps every distance
    # positive, however many craters overlap
    vertices = points * (distance * np.exp(height / _norms(points)[:, 0]))[:, None]
    return Mesh(_in_principal_axes(vertices, faces, extents), faces)


def _generator(seed: int, feature: Feature) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(feature),)))


def _directions(rng: np.random.Generator, count: int) -> FloatArray:
    """Directions uniform over the sphere, shape (n, 3); more of them begin with the same ones."""
    vectors = rng.normal(size=(count, 3))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _plane_factor(
    points: FloatArray, semi_axes: FloatArray, parameters: FragmentParameters
) -> FloatArray:
    """Distance along the ray through each point at which a plane cuts it, at most 1, shape (n,)."""
    rng = _generator(parameters.seed, Feature.PLANES)
    normals = _directions(rng, PLANE_COUNT)
    # distance of the ellipsoid's tangent plane with this normal
    tangent = np.linalg.norm(normals * semi_axes, axis=1)
    cut = parameters.angularity * DEEPEST_CUT * rng.random(PLANE_COUNT)
    # a plane n·x = d meets the ray t p at t = d/(n·p); the nearest plane has the largest 1/t
    nearness = (points @ normals.T / (tangent * (1.0 - cut))).max(axis=1)
    return np.asarray(1.0 / np.maximum(nearness, 1.0))


def _relief(points: FloatArray, seed: int) -> FloatArray:
    """Sum of plane waves with amplitude ∝ k^(−Hurst), k log-uniform, of rms 1, shape (n,)."""
    rng = _generator(seed, Feature.RELIEF)
    low, high = np.log(WAVE_NUMBERS)
    number = np.exp(rng.uniform(low, high, WAVE_COUNT))
    waves = _directions(rng, WAVE_COUNT) * number[:, None]
    height = np.cos(points @ waves.T + rng.uniform(0.0, 2.0 * np.pi, WAVE_COUNT)) @ number**-HURST
    height -= height.mean()
    return np.asarray(height / np.sqrt(np.mean(height**2)))


def _caps(points: FloatArray, seed: int, feature: Feature, count: int) -> FloatArray:
    """Sum of caps R (1 − s²/R²), s the distance from the middle of each, shape (n,)."""
    is_crater = feature is Feature.CRATERS
    (low, high), index = (
        (CRATER_RADII, CRATER_INDEX) if is_crater else (BOULDER_RADII, BOULDER_INDEX)
    )
    # one generator for places and one for sizes, so that a larger count keeps the first caps
    places, sizes = _generator(seed, feature).spawn(2)
    share = sizes.random(count)
    radii = (low**index + share * (high**index - low**index)) ** (1.0 / index)
    # the middle is a point of the mesh, so that it shows the whole height of the cap
    middles = _directions(places, count)
    nearest = points[np.argmax(middles @ (points / _norms(points)).T, axis=1)]
    height = np.zeros(len(points))
    for middle, radius in zip(nearest, radii, strict=True):
        share_of_radius = _norms(points - middle)[:, 0] / radius
        height += radius * np.maximum(1.0 - share_of_radius**2, 0.0)
    return height


def _norms(vectors: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.norm(vectors, axis=1, keepdims=True))


def _in_principal_axes(vertices: FloatArray, faces: IntArray, extents: FloatArray) -> FloatArray:
    """Map the body affinely so that its principal axes are x, y, z and its extents those asked for.

    The symmetric root of the second moments makes them equal without a turn, even where two axes
    are nearly alike and the principal axes themselves jump about; a stretch along x, y, z then sets
    the extents and leaves the moments diagonal.
    """
    scaled = vertices / extents
    centre, moments = _moments(scaled, faces)
    values, axes = np.linalg.eigh(moments)
    scaled = (scaled - centre) @ (axes / np.sqrt(values)) @ axes.T
    vertices = scaled * extents / np.ptp(scaled, axis=0)
    # of equal extents the widest in mass comes first, so that z has the largest moment of inertia
    spread = np.diag(_moments(vertices, faces)[1])
    order = np.lexsort((-spread, -extents))
    vertices = vertices[:, order]
    if np.linalg.det(np.eye(3)[order]) < 0.0:
        vertices[:, 0] *= -1.0  # an exchange of two axes alone would mirror the body
    return np.asarray(vertices)


def _moments(vertices: FloatArray, faces: IntArray) -> tuple[FloatArray, FloatArray]:
    """Centroid, shape (3,), and second moments ∫ s sᵀ dV about it, shape (3, 3).

    Sums over the tetrahedra (origin, a, b, c): V/4 (a + b + c), and
    V/20 [(a + b + c)(a + b + c)ᵀ + a aᵀ + b bᵀ + c cᵀ].
    """
    corners = vertices[faces]
    volumes = np.linalg.det(corners) / 6.0
    total = corners.sum(axis=1)
    centre = volumes @ total / (4.0 * volumes.sum())
    second = np.einsum("f,fi,fj->ij", volumes, total, total)
    second += np.einsum("f,fki,fkj->ij", volumes, corners, corners)
    return centre, second / 20.0 - volumes.sum() * np.outer(centre, centre)
