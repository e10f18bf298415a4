"""Gaps between boxes and a cube that are known by hand, whichever feature is the nearest.

The cube is 2 m wide, centred in B; the box is turned, off its link's origin, and seen from a site
away from the middle of a face, so that every frame is in it.
"""

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid.shape import shape_from_mesh
from sampling_sim.asteroid.site import site_at
from sampling_sim.frames import rotation_from_vector
from sampling_sim.mechanism.base import Box
from sampling_sim.recording.clearance import BodyClearance

CUBE = trimesh.creation.box((2.0, 2.0, 2.0))
SHAPE = shape_from_mesh(CUBE.vertices, CUBE.faces)
SITE = site_at(SHAPE, 0.2, 0.1)
HALF = np.array([0.3, 0.2, 0.1])
OFFSET = np.array([0.05, -0.4, 0.2])
BOX = Box(link=0, centre=tuple(OFFSET), half_extents=tuple(HALF))
LEVEL = np.eye(3)
TURNED = rotation_from_vector(np.array([0.4, -0.9, 0.7]))


def axes(normal: list[float], along: list[float]) -> np.ndarray:
    """Box axes in B: z along `normal`, x along `along`."""
    z, x = np.array(normal) / np.linalg.norm(normal), np.array(along) / np.linalg.norm(along)
    return np.column_stack([x, np.cross(z, x), z])


def distance(middle: np.ndarray, rotation: np.ndarray, boxes: tuple[Box, ...] = (BOX,)) -> float:
    """Ask for the distance with the middle of `BOX` at `middle` in B, turned by `rotation`."""
    origin = middle - rotation @ OFFSET
    place = (origin - SITE.position_b) @ SITE.rotation_bp
    return BodyClearance(SHAPE, SITE, boxes).distance(place, SITE.rotation_bp.T @ rotation)


EDGE_UP = axes([1.0, 1.0, 0.0], [0.0, 0.0, 1.0])
CORNER_UP = axes([1.0, 1.0, 1.0], [1.0, -1.0, 0.0])
GAPS = {
    "face to face": ([1.55, 0.2, -0.3], LEVEL, 0.25),
    "edge to edge": ([1.6, 1.6, 0.1], LEVEL, 0.5),
    "corner to corner": ([1.5, 1.5, 1.7], LEVEL, 0.7),
    # the corner of a turned box reaches Σ|R_xj| h_j towards the face
    "turned corner to face": ([1.15 + np.abs(TURNED[0]) @ HALF, 0.1, 0.05], TURNED, 0.15),
    "edge under a turned face": (
        np.array([1.0, 1.0, 0.1]) + EDGE_UP @ [0, 0.1, 0.45],
        EDGE_UP,
        0.35,
    ),
    # off the sampled points of the box: only the mesh's own vertex tells
    "corner under a turned face": (1.0 + CORNER_UP @ [0.11, 0.07, 0.45], CORNER_UP, 0.35),
}


@pytest.mark.parametrize("name", GAPS)
def test_the_gap_is_that_of_the_nearest_features(name: str) -> None:
    """Exact in each of these places: round-off of a few metres."""
    middle, rotation, gap = GAPS[name]
    assert distance(np.array(middle), rotation) == pytest.approx(gap, rel=1e-12)


def test_a_craft_turned_the_other_way_has_another_gap() -> None:
    """Twin: the transposed attitude is told apart, by over a centimetre."""
    for name in ("turned corner to face", "corner under a turned face"):
        middle, rotation, gap = GAPS[name]
        assert abs(distance(np.array(middle), rotation.T) - gap) > 0.01


def test_the_nearest_of_several_boxes_counts() -> None:
    middle, rotation, gap = GAPS["face to face"]
    x, y, z = OFFSET
    nearer = Box(link=0, centre=(x - 0.1, y, z), half_extents=tuple(HALF))
    farther = Box(link=0, centre=(x + 2.0, y, z), half_extents=tuple(HALF))
    both = distance(np.array(middle), rotation, (farther, BOX, nearer))
    assert both == pytest.approx(gap - 0.1, rel=1e-12)
