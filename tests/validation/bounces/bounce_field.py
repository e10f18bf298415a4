"""A field of fixed boulders on level rock, tiled without end; convex hulls by trimesh.  SI, z up.

How many are larger than what: Ryugu's count, carried on below what it was read for.  Sizes are
longest extents.  All boulders near a place are one `Boulder` of the world, too heavy to move, whose
hulls do not meet each other or the rock, so that distances to it are exact.
"""

from dataclasses import dataclass

import numpy as np
import trimesh

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.sizes import PowerLaw
from sampling_sim.world.bodies import Boulder

INDEX = -2.65
"""[1] cumulative: Ryugu, boulders of 5 m and more, ± 0.05 (Michikami & Hagermann 2021, P,
abstract)."""
COUNTED, COUNT = 5.0, 4400 / 2.7e6
"""[m], [1/m²] boulders of 5 m and more (Michikami et al. 2019, P, abstract)."""
SMALLEST, LARGEST = 0.3, 3.0
"""[m] chosen: MASCOT's own side (smaller stones are roughness under it, and it would kick them);
what a tile can hold.  They cover a third to two fifths of the ground (`share_covered`).  The index
is carried on from 5 m down; closer pictures show fewer small ones (index about -2, M), so that this
ground is rather too full."""
ASPECT, HEIGHT = 2.0**-0.5, 0.5
"""[1] width and height over length: 2 : √2 : 1 (Michikami et al. 2022, P, abstract: from shadows,
so the height is that above the ground)."""
TILE = 8.0
"""[m] side of the square that is repeated; chosen: half of MASCOT's way, 2.7 largest boulders."""
OUTLINE, DOME, ROUGHNESS = 12, 24, 0.15
"""Points of a boulder at the ground and above it; [1] share by which they may lie within the
ellipsoid.  chosen: angular blocks, facets 16° apart in the median, up to 45°."""
CLEARANCE = 1.005
"""[1] chosen: covers the chords between the points at which outlines are compared."""
LIFT = (1e-6, 1e-4)
"""[m] of the lowest points above the rock, each its own: not in one plane, which would count as a
face that lands flat and share the contact's stiffness among them all."""
FIXED = 1e12
"""[kg], and per m² [kg·m²]: a blow of MASCOT's moves it by 1e-12 m/s.  True by their own mass of
boulders over about 0.7 m (ten times MASCOT's at 1200 to 1800 kg/m³, M), a tenth of them; smaller
ones are held by the ground they lie in, or would give way."""
TRIES = 20_000
"""Places tried for one boulder; chosen: a tile is far from full."""


@dataclass(frozen=True, eq=False)
class Field:
    """One tile of boulders, repeated without end."""

    length: FloatArray
    """[m] longest extent of each, shape (n,)."""
    centre: FloatArray
    """[m] shape (n, 2)."""
    hulls: tuple[trimesh.Trimesh, ...]
    """Each about its centre, standing on the rock."""

    @property
    def top(self) -> float:
        """Height [m] of the highest point."""
        return max((float(hull.vertices[:, 2].max()) for hull in self.hulls), default=0.0)

    def near(self, place: FloatArray, reach: float) -> Boulder | None:
        """All boulders within `reach` [m] of a place, as one body whose origin is there."""
        # so that of the images of a boulder only the nearest can be within
        assert reach + 0.5 * self.length.max(initial=0.0) < 0.5 * TILE
        apart = self.centre - place
        apart -= TILE * np.round(apart / TILE)
        within = np.flatnonzero(np.linalg.norm(apart, axis=1) < reach + 0.5 * self.length)
        if not within.size:
            return None
        found = [
            (self.hulls[i].vertices + np.array([*apart[i], 0.0]), self.hulls[i].faces)
            for i in within
        ]
        return fixed_boulder(*trimesh.util.append_faces(*zip(*found, strict=True)))

    def share_covered(self) -> float:
        """Share of the ground under boulders: of their outlines, not of the ellipses about them."""
        return float(sum(footprint(hull) for hull in self.hulls)) / TILE**2


LEVEL_ROCK = Field(np.zeros(0), np.zeros((0, 2)), ())
"""No boulders at all."""


def drawn_field(rng: np.random.Generator) -> Field:
    """Boulders widest at the ground, without overhangs, none of which meets another."""
    length = sizes(rng)
    heading = rng.uniform(0.0, np.pi, length.size)
    along, across = 0.5 * length, 0.5 * ASPECT * length
    cosine, sine = np.cos(heading), np.sin(heading)
    # takes the unit circle to each outline
    shape = np.array([[cosine * along, -sine * across], [sine * along, cosine * across]])
    shape = shape.transpose(2, 0, 1)
    centre = places(shape, rng)
    pairs = zip(shape, length, strict=True)
    return Field(length, centre, tuple(block(s, HEIGHT * long, rng) for s, long in pairs))


def sizes(rng: np.random.Generator) -> FloatArray:
    """Longest extents [m] of a tile's boulders, largest first."""
    more = COUNT * ((SMALLEST / COUNTED) ** INDEX - (LARGEST / COUNTED) ** INDEX)
    law = PowerLaw(SMALLEST, LARGEST, INDEX)
    return np.sort(law.quantile(rng.random(round(more * TILE**2))))[::-1]


def places(shape: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Centres [m] at random, largest first, where outlines meet no other, over the tile's sides."""
    angle = 2.0 * np.pi * np.arange(48) / 48
    outline = CLEARANCE * shape @ np.array([np.cos(angle), np.sin(angle)])
    inverse = np.linalg.inv(CLEARANCE * shape)
    bound = np.linalg.norm(outline, axis=1).max(axis=1)
    centre = np.zeros((len(shape), 2))
    for i in range(len(shape)):
        for _ in range(TRIES):
            centre[i] = rng.uniform(0.0, TILE, 2)
            apart = centre[i] - centre[:i]
            apart -= TILE * np.round(apart / TILE)
            near = np.flatnonzero(np.linalg.norm(apart, axis=1) < bound[i] + bound[:i])
            ours = inverse[near] @ (outline[i] + apart[near, :, None])
            theirs = inverse[i] @ (outline[near] - apart[near, :, None])
            if min(np.square(p).sum(axis=1).min(initial=2.0) for p in (ours, theirs)) > 1.0:
                break
        else:
            message = f"no room for a boulder of {2.0 * bound[i]:.2g} m"
            raise RuntimeError(message)
    return centre


def block(shape: FloatArray, height: float, rng: np.random.Generator) -> trimesh.Trimesh:
    """Hull of points on the upper half of an ellipsoid, and of its outline at the ground."""
    angle = 2.0 * np.pi * (np.arange(OUTLINE) + rng.uniform(0.0, 1.0, OUTLINE)) / OUTLINE
    ring = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(OUTLINE)])
    dome = rng.normal(size=(DOME, 3))
    dome /= np.linalg.norm(dome, axis=1)[:, None]
    dome[:, 2] = np.abs(dome[:, 2])
    points = np.vstack([ring, dome]) * rng.uniform(1.0 - ROUGHNESS, 1.0, OUTLINE + DOME)[:, None]
    placed = np.column_stack([points[:, :2] @ shape.T, height * points[:, 2]])
    placed[:, 2] = np.maximum(placed[:, 2], rng.uniform(*LIFT, len(placed)))
    return trimesh.convex.convex_hull(placed)


def fixed_boulder(vertices: FloatArray, faces: IntArray) -> Boulder:
    """Body of the world that nothing moves; its origin is the mesh's."""
    return Boulder(
        name="field", mass=FIXED, inertia=FIXED * np.eye(3), vertices=vertices, faces=faces
    )


def footprint(hull: trimesh.Trimesh) -> float:
    """Area [m²] that a convex body covers from above."""
    up = hull.face_normals[:, 2] > 0.0
    return float((hull.area_faces[up] * hull.face_normals[up, 2]).sum())
