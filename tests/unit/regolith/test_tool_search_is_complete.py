"""Near triangles and candidate lists against looking at every one; mesh contacts."""

from itertools import pairwise

import numpy as np
import pytest
import trimesh

from sampling_sim.errors import ShapeError
from sampling_sim.frames import rotation_from_vector
from sampling_sim.regolith.grains import Grains
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind
from sampling_sim.regolith.tool_arrays import MESH_SLOTS, Links, no_tool_pairs, tools_of
from sampling_sim.regolith.tool_lists import build_tool_pairs
from sampling_sim.regolith.tool_mesh import closest_on_triangle, meshes_of, near_triangles
from sampling_sim.regolith.tool_mesh_contact import mesh_contacts

MARGIN = 0.004


def primitive(kind, size=(0.0, 0.0, 0.0), link=0, **values):
    """One surface with plain laws."""
    standard = {"position": (0.0, 0.0, 0.0), "friction_coefficient": 0.5, "restitution": 0.5}
    return Primitive(link=link, part="part", kind=kind, size=size, **(standard | values))


def bent_sheet():
    """Concave, open, with triangles of very different sizes."""
    ball = trimesh.creation.icosphere(subdivisions=3, radius=0.05)
    half = ball.triangles[ball.triangles[:, :, 2].max(1) < 0.01]
    brim = np.array([[[0.05, -0.2, 0.0], [0.3, 0.0, 0.0], [0.05, 0.2, 0.0]]])
    return np.concatenate([half, brim])


@pytest.fixture(scope="module")
def scene():
    """Grains, primitives on three links (one far away, one without), and the links turned."""
    rng = np.random.default_rng(7)
    position = np.column_stack([rng.uniform(-0.2, 0.2, (400, 3)), rng.uniform(0.004, 0.012, 400)])
    none = np.zeros((400, 6))
    grains = Grains(**dict.fromkeys(Grains._fields, none) | {"position": position})
    turned = rotation_from_vector(np.array([0.3, -0.5, 0.2]))
    primitives = [
        primitive(PrimitiveKind.PLATE, (0.15, 0.1, 0.002), 2, position=(0.1, 0.0, 0.02)),
        primitive(PrimitiveKind.MESH, corners=bent_sheet(), position=(-0.05, 0.02, 0.0)),
        primitive(PrimitiveKind.CYLINDER, (0.06, 0.1, 0.0), 2, rotation=turned),
        primitive(PrimitiveKind.BOX, (0.05, 0.02, 0.08), 3),
    ]
    place = np.array([[0.05, 0.0, -0.05], [0, 0, 0], [-0.1, 0.1, 0.1], [0.0, 0.0, 2.0]])
    turns = np.array([rotation_from_vector(np.array(w)) for w in np.eye(4, 3) + 0.3])
    still = np.zeros((4, 3))
    links = Links(place, turns, still, still, place.copy(), turns.copy(), np.zeros((4, 6)))
    return grains, tools_of(primitives), links, primitives


def gap(point, radius, surface, position, turn):
    """Gap [m] of a sphere and a primitive of a link, from the closest point by other means."""
    x = surface.rotation.T @ (turn.T @ (point - position) - surface.position)
    if surface.kind == PrimitiveKind.MESH:
        corners = surface.corners
        foot = trimesh.triangles.closest_point(corners, np.tile(x, (len(corners), 1)))
        return np.linalg.norm(foot - x, axis=1).min() - radius
    a, b, c = surface.size
    if surface.kind == PrimitiveKind.CYLINDER:
        x, half = np.array([np.hypot(x[0], x[1]), x[2], 0.0]), np.array([a, b, 0.0])
    else:
        half = np.array([a, b, 0.0 if surface.kind == PrimitiveKind.PLATE else c])
    out = np.linalg.norm(np.maximum(np.abs(x) - half, 0.0))
    return out - radius - (c if surface.kind == PrimitiveKind.PLATE else 0.0)


def reached(scene, surface):
    """Grains within MARGIN of one primitive, by looking at all."""
    grains, _, links, _ = scene
    k = surface.link
    return [
        i
        for i, (*x, r) in enumerate(grains.position)
        if gap(np.array(x), r, surface, links.position[k], links.rotation[k]) < MARGIN
    ]


def test_lists_hold_every_grain_in_reach_in_rising_order(scene):
    grains, tools, links, primitives = scene
    pairs = build_tool_pairs(grains, tools, links, MARGIN, no_tool_pairs(4, 4))
    for p, surface in enumerate(primitives):
        listed = pairs.grain[pairs.start[p] : pairs.start[p + 1]]
        slots = MESH_SLOTS if surface.kind == PrimitiveKind.MESH else 1
        wanted = reached(scene, surface)
        assert listed.tolist() == np.repeat(wanted, slots).tolist()
        assert len(wanted) > 3 or surface.link == 3
    again = pairs._replace(history=np.arange(6.0 * pairs.grain.size).reshape(-1, 6))
    kept = build_tool_pairs(grains, tools, links, MARGIN, again)
    assert (kept.history == again.history).all()  # every slot of a mesh keeps its own


def test_near_triangles_are_those_within_the_limit():
    """Also with the point far beyond the mesh's cells."""
    corners, rng = bent_sheet(), np.random.default_rng(2)
    meshes = meshes_of([np.zeros((0, 3, 3)), corners])
    near, seen = np.zeros(len(corners) + 5, np.int64), 0
    for point in rng.uniform(-0.35, 0.35, (200, 3)):
        limit = rng.uniform(0.0, 0.3)
        foot = trimesh.triangles.closest_point(corners, np.tile(point, (len(corners), 1)))
        wanted = np.flatnonzero(np.linalg.norm(foot - point, axis=1) < limit)
        found = near_triangles(meshes, 1, *point, limit, near, 5)
        assert near[5:found].tolist() == wanted.tolist()
        seen += len(wanted)
    assert seen > 1000


def test_a_look_up_takes_few_of_many_triangles():
    """Of 20,480 triangles of a ball, a grain looks at those of its cells: under 2 %."""
    ball = trimesh.creation.icosphere(subdivisions=5, radius=0.3)
    meshes = meshes_of([np.array(ball.triangles)])
    width, counts = meshes.grid[0, 3], meshes.grid[0, 4:].astype(int)
    low = np.maximum(np.floor((np.array([0.3, 0, 0]) - 0.01 - meshes.grid[0, :3]) / width), 0)
    high = np.minimum(
        np.floor((np.array([0.3, 0, 0]) + 0.01 - meshes.grid[0, :3]) / width), counts - 1
    )
    ranges = [np.arange(a, b + 1) for a, b in zip(low.astype(int), high.astype(int), strict=True)]
    cells = np.ravel_multi_index(np.meshgrid(*ranges), counts).ravel()
    looked_at = (meshes.cell[cells + 1] - meshes.cell[cells]).sum()
    assert 0 < looked_at < 0.02 * len(ball.triangles)


def test_closest_points_on_thin_and_fat_triangles_are_those_of_trimesh():
    """1e-12 of the size: slivers to a thousandth in height are among them."""
    rng = np.random.default_rng(1)
    corners = rng.normal(size=(300, 3, 3))
    corners[::3, 2] = corners[::3, 0] + 0.4 * (corners[::3, 1] - corners[::3, 0])
    corners[::3, 2] += 1e-3 * rng.normal(size=(100, 3))
    points = rng.normal(size=(300, 3))
    wanted = trimesh.triangles.closest_point(corners, points)
    flat = corners.reshape(-1, 9)
    got = np.array([closest_on_triangle(flat, t, *points[t]) for t in range(300)])
    distance = np.linalg.norm(got - points, axis=1)
    assert distance == pytest.approx(np.linalg.norm(wanted - points, axis=1), abs=1e-9)


def contacts_in_bore(facets, turn):
    """Contacts of a sphere of 10 mm that overlaps the inside of a faceted bore by 0.1 mm."""
    angle = 2.0 * np.pi * np.arange(facets + 1) / facets
    ring = np.column_stack([0.05 * np.cos(angle), 0.05 * np.sin(angle)])
    corners = []
    for a, b in pairwise(ring):
        low, high = [*a, -0.1], [*b, 0.1]
        corners += [[low, [*b, -0.1], high], [low, high, [*a, 0.1]]]
    flat = np.array(corners).reshape(-1, 9)
    reach = 0.01
    distance = 0.05 * np.cos(np.pi / facets) / np.cos(min(turn, np.pi / facets)) - reach + 1e-4
    at = distance * np.array([np.cos(np.pi / facets + turn), np.sin(np.pi / facets + turn)])
    scratch, contact = np.zeros((len(flat), 6)), np.zeros((MESH_SLOTS, 4))
    near = np.arange(len(flat))
    return mesh_contacts(flat, near, 0, len(flat), *at, 0.003, reach, scratch, contact)


def test_a_bore_of_many_facets_is_one_wall_and_of_few_is_several():
    for turn in (0.0, 0.5, 1.0):
        assert contacts_in_bore(24, turn * np.pi / 24) == 1
    assert contacts_in_bore(8, 0.0) == 1
    assert contacts_in_bore(8, np.pi / 8) == 2


@pytest.mark.parametrize(
    ("corners", "code"),
    [
        (np.zeros((0, 3, 3)), "no-faces"),
        (np.zeros((4, 3)), "no-faces"),
        (np.array([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]]), "degenerate-faces"),
        (np.array([[[0.0, 0, np.nan], [1, 0, 0], [0, 1, 0]]]), "not-finite"),
    ],
)
def test_a_mesh_that_has_no_surface_is_refused(corners, code):
    with pytest.raises(ShapeError, match="part 'part'") as refused:
        primitive(PrimitiveKind.MESH, corners=corners)
    assert refused.value.code == code
