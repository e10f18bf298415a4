"""Closest points of plates, boxes and cylinders against a dense cloud of surface points."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from sampling_sim.regolith.primitives import PrimitiveKind
from sampling_sim.regolith.tool_distance import surface_distance

SPACING = 0.002


def line(half):
    """Return points from −half to half, at most SPACING apart."""
    return np.linspace(-half, half, int(np.ceil(2 * half / SPACING)) + 1)


def box_cloud(a, b, c):
    """Points on the six faces of a box."""
    faces = []
    half = (a, b, c)
    for axis in range(3):
        u, v = (k for k in range(3) if k != axis)
        grid = np.stack(np.meshgrid(line(half[u]), line(half[v])), -1).reshape(-1, 2)
        for side in (-half[axis], half[axis]):
            points = np.zeros((len(grid), 3))
            points[:, u], points[:, v], points[:, axis] = grid[:, 0], grid[:, 1], side
            faces.append(points)
    return np.vstack(faces)


def cylinder_cloud(radius, half):
    """Points on the side and both caps of a cylinder."""
    angle = np.arange(0, 2 * np.pi, SPACING / radius)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    side = [np.column_stack([radius * ring, np.full(len(ring), z)]) for z in line(half)]
    caps = [
        np.column_stack([r * ring, np.full(len(ring), z)])
        for r in np.linspace(0, radius, int(radius / SPACING) + 1)
        for z in (-half, half)
    ]
    return np.vstack(side + caps)


def plate_cloud(a, b):
    """Points on a rectangle."""
    grid = np.stack(np.meshgrid(line(a), line(b)), -1).reshape(-1, 2)
    return np.column_stack([grid, np.zeros(len(grid))])


CASES = {
    "plate": (PrimitiveKind.PLATE, (0.05, 0.03, 0.004), plate_cloud(0.05, 0.03), 0.004),
    "box": (PrimitiveKind.BOX, (0.05, 0.03, 0.02), box_cloud(0.05, 0.03, 0.02), 0.0),
    "cylinder": (PrimitiveKind.CYLINDER, (0.03, 0.05, 0.0), cylinder_cloud(0.03, 0.05), 0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_distance_and_normal_lead_to_the_closest_point(name):
    """The cloud's distance lies between the exact one and it plus half a grid diagonal."""
    kind, size, cloud, sweep = CASES[name]
    rng = np.random.default_rng(5)
    points = rng.uniform(-0.09, 0.09, (400, 3))
    nearest = cKDTree(cloud).query(points)[0] - sweep
    inside_seen = 0
    for point, near in zip(points, nearest, strict=True):
        distance, *normal = surface_distance(int(kind), np.array(size), *point)
        foot = point - distance * np.array(normal)
        assert np.linalg.norm(normal) == pytest.approx(1.0, abs=1e-12)
        within = distance < 0 and sweep == 0.0
        inside_seen += within
        assert abs((-near if within else near) - distance) <= SPACING / np.sqrt(2)
        # the foot lies on the surface
        assert abs(surface_distance(int(kind), np.array(size), *foot)[0]) < 1e-12
    assert inside_seen > 0 or name == "plate"


def test_a_box_without_its_corners_would_be_noticed():
    """Must fail: the distance to the infinite slab |z| < c is not the box's."""
    kind, size, cloud, _ = CASES["box"]
    corner = np.array([0.08, 0.06, 0.05])
    near = cKDTree(cloud).query(corner)[0]
    assert surface_distance(int(kind), np.array(size), *corner)[0] == pytest.approx(near, abs=1e-9)
    assert abs((corner[2] - size[2]) - near) > SPACING


def test_degenerate_points_still_have_a_direction():
    """On a plate's rectangle, a cylinder's axis, a box's centre."""
    for kind, size, _, _ in CASES.values():
        _, *normal = surface_distance(int(kind), np.array(size), 0.0, 0.0, 0.0)
        assert np.linalg.norm(normal) == 1.0
