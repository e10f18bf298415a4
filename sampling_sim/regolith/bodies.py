"""Which spheres of a bed are one body, where that body is, and what it weighs.

In: templates (`clump_shapes.py`), places, sizes; out: `BedClumps`, plain arrays that a `Bed`
carries.  The spheres of the clumps come first in a bed, clump by clump, grains on their own after
them; bodies are counted in the same order.  A bed of spheres has no clumps, and then body and
sphere are the same.  Frame P, SI; quaternions x, y, z, w, body → P.
"""

from collections.abc import Sequence
from math import pi
from typing import NamedTuple

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray, IntArray
from sampling_sim.regolith.clump_shapes import ClumpTemplate


class BedClumps(NamedTuple):
    """Rigid clumps of a bed; the rows of their spheres are start[0] = 0 to start[-1]."""

    start: IntArray
    """Spheres of clump c are rows start[c] to start[c + 1] of the bed, shape (c + 1,)."""
    offset: FloatArray
    """[m] centre of each sphere in its body's principal frame, shape (m, 3)."""
    position: FloatArray
    """[m] centres of mass, shape (c, 3)."""
    attitude: FloatArray
    """Quaternions x, y, z, w, body → P, shape (c, 4)."""
    mass: FloatArray
    """[kg] of the solid, shape (c,)."""
    inertia: FloatArray
    """[kg m²] its principal moments, shape (c, 3)."""

    @property
    def clump_count(self) -> int:
        """Number of clumps."""
        return len(self.mass)

    def body_of(self, spheres: int) -> IntArray:
        """Body of each of the bed's spheres, shape (spheres,)."""
        alone = np.arange(spheres - int(self.start[-1])) + self.clump_count
        return np.concatenate([np.repeat(np.arange(self.clump_count), np.diff(self.start)), alone])

    def kept(self, keep: BoolArray) -> "BedClumps":
        """Clumps whose spheres are kept; `keep` has one entry a sphere, the same for a body."""
        whole = keep[self.start[:-1]]
        start = np.concatenate([[0], np.cumsum(np.diff(self.start)[whole])])
        return BedClumps(
            start.astype(np.int64), self.offset[keep[: len(self.offset)]], self.position[whole],
            self.attitude[whole], self.mass[whole], self.inertia[whole],
        )  # fmt: skip


class Bodies(NamedTuple):
    """The bodies of a bed in motion: clumps, then grains on their own."""

    position: FloatArray
    """[m] centres of mass, shape (b, 3)."""
    velocity: FloatArray
    """[m/s] relative to P, shape (b, 3)."""
    angular_velocity: FloatArray
    """[rad/s] relative to P, shape (b, 3)."""
    mass: FloatArray
    """[kg] shape (b,)."""
    diameter: FloatArray
    """[m] of the sphere of equal volume, shape (b,)."""


def no_bed_clumps() -> BedClumps:
    """Return what a bed of spheres has."""
    return BedClumps(
        np.zeros(1, np.int64), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 4)),
        np.zeros(0), np.zeros((0, 3)),
    )  # fmt: skip


def random_attitudes(rng: np.random.Generator, count: int) -> FloatArray:
    """Quaternions of rotations drawn evenly over all of them, shape (count, 4)."""
    vectors = rng.normal(size=(count, 4))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def clumps_of(
    templates: Sequence[ClumpTemplate],
    position: FloatArray,
    diameter: FloatArray,
    attitude: FloatArray,
    density: float,
) -> tuple[BedClumps, FloatArray]:
    """Clumps of given volume-equal diameters [m], and the radii [m] of all their spheres.

    One template each; the places of the spheres follow from `sphere_centres`.
    """
    mass = density * pi / 6.0 * diameter**3
    size = [len(template.radius) for template in templates]
    parts = list(zip(templates, diameter, strict=True))
    clumps = BedClumps(
        np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        np.concatenate([t.centre * d for t, d in parts]),
        np.array(position, float),
        np.array(attitude, float),
        mass,
        np.array([t.inertia for t in templates]) * (mass * diameter**2)[:, None],
    )
    return clumps, np.concatenate([t.radius * d for t, d in parts])


def sphere_centres(clumps: BedClumps, rotation: FloatArray) -> FloatArray:
    """Centres [m] in P of the clumps' spheres, shape (m, 3); `rotation` body → P, (c, 3, 3)."""
    body = np.repeat(np.arange(clumps.clump_count), np.diff(clumps.start))
    turned = np.einsum("mij,mj->mi", rotation[body], clumps.offset)
    return np.asarray(clumps.position[body] + turned)


def shared_by_volume(whole: FloatArray, body: IntArray, radius: FloatArray) -> FloatArray:
    """Shares of what each body has in whole (mass, volume), by the volumes of its spheres."""
    cube = radius**3
    return np.asarray(whole[body] * cube / np.bincount(body, cube)[body])
