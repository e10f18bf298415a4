"""Grains on triangle meshes: the same as on the analytic surface, whatever the triangles.

Distances to triangles carry the round-off of their coordinates, 1e-17 m of overlaps of 1e-5 m, and
contacts last some thousand steps: 1e-9 leaves three decades.  Within √(2ε) r = 0.2 nm of an edge,
ε = 2.2e-16, the points on both sides are equally far to round-off and the normal is uncertain by
√(2ε) = 2e-8.  The twin gives every triangle a primitive of its own: a mesh without knowledge of
its places.
"""

import numpy as np
import pytest
import trimesh
from grain_cases import field, loose_grains, still, surface

from sampling_sim.frames import rotation_from_vector
from sampling_sim.regolith.primitives import LinkMotion, PrimitiveKind

STEP, RADIUS, HALF = 2e-5, 0.01, 0.1
SAME = 1e-9
NEAR_AN_EDGE = 2.2e-8


def mesh(corners, **values):
    """One primitive of triangles on link 0."""
    return surface(PrimitiveKind.MESH, (0.0, 0.0, 0.0), corners=np.array(corners), **values)


def triangle_by_triangle(corners, **values):
    """Twin: a primitive for each triangle."""
    return [mesh([triangle], **values) for triangle in corners]


def flat_wall(cells=4):
    """Triangles of a square of side 2 HALF in the plane z = 0, every vertex shared by up to 8."""
    side = np.linspace(-HALF, HALF, cells + 1)
    triangles = []
    for i in range(cells):
        for j in range(cells):
            a, b = (side[i], side[j], 0.0), (side[i + 1], side[j], 0.0)
            c, d = (side[i + 1], side[j + 1], 0.0), (side[i], side[j + 1], 0.0)
            along = (i + j) % 2 == 0
            triangles += [[a, b, c], [a, c, d]] if along else [[b, c, d], [b, d, a]]
    return triangles


def slab(**values):
    """Solid box whose top is the plane z = 0."""
    return surface(PrimitiveKind.BOX, (HALF, HALF, 0.03), position=(0.0, 0.0, -0.03), **values)


PLACES = {
    "face": (0.016, 0.033),
    "edge": (0.0, 0.0249),
    "diagonal": (0.0201, 0.0201),
    "beside an edge": (1e-10, 0.02),
    "vertex of eight": (0.0, 0.0),
    "vertex of four": (0.05, 0.0),
}
DROPS = {
    "normal": ((0.0, 0.0, -0.1), (0.0, 0.0, 0.0)),
    "oblique": ((0.07, 0.03, -0.1), (0.0, 0.0, 0.0)),
    "spinning": ((0.02, 0.0, -0.1), (3.0, -4.0, 10.0)),
}


def drop(primitives, place, velocity, spin):
    """Motion (6,) of one grain after it has met the surface at `place`."""
    start = np.array([*place, 1.005 * RADIUS])
    solver = loose_grains(
        [start], RADIUS, velocity=[velocity], spin=spin, step=STEP, primitives=primitives,
        rolling_friction=0.05,
    )  # fmt: skip
    solver.advance(still(), 1500)
    return np.concatenate([solver.velocity[0], RADIUS * solver.angular_velocity[0]])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", DROPS)
def test_a_drop_rebounds_from_a_triangle_wall_as_from_a_solid_one(place, kind):
    """DEM-Engine #73, still open there."""
    wanted = drop([slab()], PLACES[place], *DROPS[kind])
    got = drop([mesh(flat_wall())], PLACES[place], *DROPS[kind])
    assert wanted[2] > 0.04
    tolerance = NEAR_AN_EDGE if place == "beside an edge" else SAME
    assert np.abs(got - wanted).max() < tolerance * 0.1


@pytest.mark.parametrize("place", ["edge", "diagonal", "vertex of four", "vertex of eight"])
def test_without_places_an_inner_edge_is_felt(place):
    """Must fail: several triangles push and damp at once."""
    wanted = drop([slab()], PLACES[place], *DROPS["normal"])
    got = drop(triangle_by_triangle(flat_wall()), PLACES[place], *DROPS["normal"])
    assert abs(got[2] - wanted[2]) > 0.05 * wanted[2]


def glide(primitives, **parameters):
    """Motion (6,) after 4 cm under 0.5 m/s² from equilibrium, askew across edges and vertices."""
    solver = loose_grains(
        [[0.0, 0.0, 0.0]], RADIUS, step=STEP, forces=field(gravity=(0, 0, -0.5)),
        primitives=primitives, **parameters,
    )  # fmt: skip
    modulus = 2.0 * solver._parameters.pair_modulus
    overlap = (solver.mass[0] * 0.5 / (4 / 3 * modulus * np.sqrt(RADIUS))) ** (2 / 3)
    start = np.array([-0.021, -0.0105, RADIUS - overlap])
    solver._grains.position[0, :3] = start
    solver.set_motion([[0.2, 0.1, 0.0]])
    solver.advance(still(), 10000)
    assert np.linalg.norm(solver.position[0] - start) > 0.03
    return np.concatenate([solver.velocity[0], RADIUS * solver.angular_velocity[0]])


def test_a_grain_glides_across_inner_edges_without_a_bump():
    """Frictionless: speed and direction stay, and it does not hop."""
    got = glide([mesh(flat_wall(), friction_coefficient=0.0)])
    assert np.abs(got - [0.2, 0.1, 0, 0, 0, 0]).max() < SAME * 0.2


def test_a_grain_slides_into_rolling_across_inner_edges():
    """Its history goes with it: 5/7 of the speed, rolling, the same as on a solid."""
    rough = {"friction_coefficient": 1.0}  # rolls after 2 v₀/(7 μ g) = 0.13 s of 0.2 s
    got = glide([mesh(flat_wall(), **rough)], rolling_friction=0.0)
    assert got[:2] == pytest.approx(5 / 7 * np.array([0.2, 0.1]), rel=1e-3)
    assert got[3:5] == pytest.approx([-got[1], got[0]], rel=1e-3)
    assert np.abs(got - glide([slab(**rough)], rolling_friction=0.0)).max() < SAME * 0.2


def test_without_places_a_gliding_grain_hops():
    """Must fail, by four decades: it is pushed up and sideways at every crossing."""
    got = glide(triangle_by_triangle(flat_wall(), friction_coefficient=0.0))
    assert np.abs(got - [0.2, 0.1, 0, 0, 0, 0]).max() > 1e4 * SAME * 0.2


def thrown_at(primitive):
    """Motions of 26 grains that meet a moving, turning box on faces, edges and corners."""
    half = np.array([0.03, 0.04, 0.05])
    sides = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    sides = sides[np.abs(sides).sum(1) > 0]
    out = sides / np.linalg.norm(sides, axis=1)[:, None]
    centre = np.array([0.02, -0.01, 0.03])
    start = centre + sides * half + 1.02 * RADIUS * out
    solver = loose_grains(
        start, RADIUS, velocity=-0.1 * out + 0.03 * np.roll(out, 1, 1), spin=2.0, step=STEP,
        primitives=[primitive],
    )  # fmt: skip
    velocity, spin = np.array([[0.02, 0.01, -0.03]]), np.array([[0.5, -0.3, 0.8]])
    position, turn, impulse = centre[None], np.eye(3), np.zeros(6)
    for _ in range(100):
        middle = position + 5 * STEP * velocity
        half_turn = rotation_from_vector(5 * STEP * spin[0])
        loads = solver.advance(LinkMotion(middle, (half_turn @ turn)[None], velocity, spin), 10)
        impulse += 10 * STEP * np.concatenate([loads.force[0], loads.torque[0] / RADIUS])
        position, turn = middle + 5 * STEP * velocity, half_turn @ half_turn @ turn
    assert (np.linalg.norm(solver.velocity + 0.1 * out, axis=1) > 0.04).all()  # all have met it
    return np.hstack([solver.velocity, RADIUS * solver.angular_velocity]), impulse


def test_a_box_of_twelve_triangles_is_a_box():
    """Motions of the grains and impulses on the moving link, edges and corners included."""
    box = trimesh.creation.box(extents=(0.06, 0.08, 0.10))
    assert len(box.triangles) == 12
    motion, impulse = thrown_at(surface(PrimitiveKind.BOX, (0.03, 0.04, 0.05)))
    motion_mesh, impulse_mesh = thrown_at(mesh(box.triangles))
    assert np.abs(motion_mesh - motion).max() < SAME * 0.1
    assert np.abs(impulse_mesh - impulse).max() < SAME * np.abs(impulse).max()


def walls_of_a_groove(angle, **values):
    """Two thin plates that meet along y at the origin, each `angle` above the xy plane."""
    plates = []
    for side in (1.0, -1.0):
        along = np.array([side * np.cos(angle), 0.0, np.sin(angle)])
        turn = np.column_stack([along, [0, side, 0], np.cross(along, [0, side, 0])])
        x, y, z = HALF * along
        plates.append(surface(size=(HALF, HALF, 0.0), position=(x, y, z), rotation=turn, **values))
    return plates


def groove(angle):
    """Triangles of the same groove."""
    x, z = 2 * HALF * np.cos(angle), 2 * HALF * np.sin(angle)
    low = [(0, -HALF, 0), (0, HALF, 0)]
    triangles = []
    for side in (x, -x):
        a, b = (side, -HALF, z), (side, HALF, z)
        triangles += [[low[0], low[1], a], [low[1], b, a]]
    return np.array(triangles)


@pytest.mark.parametrize("angle", [15.0, 30.0, 45.0, 70.0])
def test_a_concave_edge_has_two_walls(angle):
    """A grain dropped askew into a groove: two histories, as on two plates."""
    angle = np.radians(angle)
    place = (0.0004, 1.005 * RADIUS / np.cos(angle) - RADIUS)

    def into(primitives):
        solver = loose_grains(
            [[place[0], 0.0, RADIUS + place[1]]], RADIUS, velocity=[[0.01, 0.02, -0.1]],
            spin=(1.0, 2.0, 3.0), step=STEP, primitives=primitives,
        )  # fmt: skip
        solver.advance(still(), 1500)
        return np.concatenate([solver.velocity[0], RADIUS * solver.angular_velocity[0]])

    wanted, got = into(walls_of_a_groove(angle)), into([mesh(groove(angle))])
    assert wanted[2] > 0.01
    assert np.abs(got - wanted).max() < SAME * 0.1
