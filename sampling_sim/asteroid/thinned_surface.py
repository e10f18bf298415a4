"""A surface of fewer faces, to be looked at: vertices that share a cell of a grid become one.

In: a `Shape`; out: a `Surface` whose triangles are coarser, while centre, normal and area of each
stay those of a face of the shape itself: a quantity computed there is one of the true surface.
Vertex clustering [RB1993]_ keeps the form to within a cell and takes any mesh; small gaps may open
where it is thinner than a cell.

References
----------
.. [RB1993] Rossignac & Borrel (1993), Modeling in Computer Graphics (Springer), 455-465.
"""

from math import sqrt

import numpy as np

from sampling_sim.asteroid.shape import Shape
from sampling_sim.asteroid.surface import Surface, surface_samples
from sampling_sim.constants import FloatArray, IntArray

GROWTH = 1.1
"""Factor from a cell to the next; chosen: a fifth of the faces fewer each time."""


def thinned_surface(shape: Shape, most_faces: int) -> Surface:
    """Surface of a body in at most `most_faces` triangles, and each with a true sample in it.

    The shape itself, a sample a face, where it has no more.
    """
    whole = surface_samples(shape, 1)
    if len(whole.faces) <= most_faces:
        return whole
    cell = sqrt(float(whole.area.sum()) / most_faces)
    while True:
        vertices, faces, kept = _clustered(whole, cell)
        if len(faces) <= most_faces:
            return Surface(
                vertices=vertices, faces=faces, centre=whole.centre[kept],
                normal=whole.normal[kept], area=whole.area[kept],
            )  # fmt: skip
        cell *= GROWTH


def _clustered(whole: Surface, cell: float) -> tuple[FloatArray, IntArray, IntArray]:
    """Vertices, faces, and the face that each came from: the largest where several became one."""
    place = np.floor(whole.vertices / cell)
    _, label = np.unique(place, axis=0, return_inverse=True)
    label = label.ravel()
    count = np.bincount(label)
    middle = np.stack([np.bincount(label, axis) / count for axis in whole.vertices.T], axis=1)
    faces = label[whole.faces]
    a, b, c = faces.T
    kept = np.flatnonzero((a != b) & (b != c) & (c != a))
    kept = kept[np.argsort(-whole.area[kept], kind="stable")]
    _, first = np.unique(np.sort(faces[kept], axis=1), axis=0, return_index=True)
    kept = np.sort(kept[first])
    used, renumbered = np.unique(faces[kept], return_inverse=True)
    return middle[used], renumbered.reshape(-1, 3), kept
