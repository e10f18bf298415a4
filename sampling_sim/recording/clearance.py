"""Distance of the craft's bus and wings to the whole body, not only the patch.  Frame P, SI."""

from collections.abc import Sequence

import numpy as np

from sampling_sim.asteroid.shape import Shape
from sampling_sim.asteroid.site import Site
from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Box

SAMPLES = 5
"""Points along each edge of a box face; chosen: 1.6 m apart on a 15 m craft, so that between them a
flat facet comes no nearer than at them, and the vertices of the mesh are tested apart."""


class BodyClearance:
    """Smallest distance between a link's boxes and the mesh, both ways round.

    Points of the boxes against the facets, and vertices of the mesh against the boxes; only a mesh
    edge that crosses a box edge between samples is seen later than it should.  Unsigned: a craft
    that has passed into the body came through zero.
    """

    def __init__(self, shape: Shape, site: Site, boxes: Sequence[Box]) -> None:
        self._vertices = (shape.vertices - site.position_b) @ site.rotation_bp
        self._triangles = self._vertices[shape.faces]
        self._boxes = [(np.array(box.centre), np.array(box.half_extents)) for box in boxes]
        self._points = np.concatenate([_surface_points(box) for box in boxes])

    def distance(self, position: FloatArray, rotation: FloatArray) -> float:
        """Distance [m] with the link at `position` (3,), its axes turned by `rotation` (3, 3)."""
        from trimesh.triangles import closest_point

        points = position + self._points @ rotation.T
        faces, count = len(self._triangles), len(points)
        near = closest_point(
            np.tile(self._triangles, (count, 1, 1)), np.repeat(points, faces, axis=0)
        )
        best = float(np.linalg.norm(near - np.repeat(points, faces, axis=0), axis=1).min())
        inside = (self._vertices - position) @ rotation
        for centre, half in self._boxes:
            outside = np.maximum(np.abs(inside - centre) - half, 0.0)
            best = min(best, float(np.linalg.norm(outside, axis=1).min()))
        return best


def _surface_points(box: Box) -> FloatArray:
    """Grid over the lower and the upper face of a box, in the link's frame, shape (n, 3)."""
    line = np.linspace(-1.0, 1.0, SAMPLES)
    grid = np.array(np.meshgrid(line, line, [-1.0, 1.0])).reshape(3, -1).T
    return np.asarray(np.array(box.centre) + grid * np.array(box.half_extents))
