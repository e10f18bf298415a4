"""MASCOT among boulders: the field, what flies over it, and twins that must fail."""

import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh

sys.path.insert(0, str(Path(__file__).parent / "bounces"))
import bounce_boulders
from bounce_boulders import COLUMNS, PATCH, BoulderFlyer, hop, mascot_row, rebounds
from bounce_cases import RYUGU, impact_speed, mascot_box
from bounce_field import INDEX, LARGEST, LEVEL_ROCK, SMALLEST, TILE, Field, drawn_field
from bounce_flight import Flyer, Motion, rock

STEP = 5e-3


@pytest.fixture(scope="module")
def field():
    return drawn_field(np.random.default_rng(3))


def one_block(side=1.0, height=0.5):
    """Return a field of one block with a level top, whose middle is at the origin."""
    block = trimesh.creation.box(extents=(side, side, height))
    block.apply_translation((0.0, 0.0, 0.5 * height + 1e-5))
    return Field(np.array([np.sqrt(2.0) * side]), np.zeros((1, 2)), (block,))


def level(height, down, sideways=0.0, rate=(0.0, 0.0, 0.0)):
    """Box without tilt."""
    return Motion(
        np.array([0.0, 0.0, height]), np.eye(3), np.array([sideways, 0.0, -down]), np.array(rate)
    )


def flown_until(flyer, done):
    """Motions of a flight until `done`; the engine is given back."""
    motions = []
    while not done():
        flyer.advance()
        motions.append((flyer.where(), flyer.now, flyer._touching))
    flyer.close()
    return motions


def test_sizes_follow_the_law_and_no_boulder_meets_another(field):
    """Number over 0.6 m: 2^-2.65 of all, ± 3 σ; no point of a hull lies in another's."""
    more = (0.6**INDEX - LARGEST**INDEX) / (SMALLEST**INDEX - LARGEST**INDEX)
    count = field.length.size
    assert (field.length > 0.6).sum() == pytest.approx(
        more * count, abs=3.0 * np.sqrt(count * more * (1.0 - more))
    )
    assert 0.25 < field.share_covered() < 0.5
    assert field.top == pytest.approx(0.5 * field.length[0], rel=0.25)
    closest = np.inf
    for i, hull in enumerate(field.hulls[:40]):
        apart = field.centre - field.centre[i]
        apart -= TILE * np.round(apart / TILE)
        for j in np.flatnonzero(np.linalg.norm(apart, axis=1) < 2.0):
            points = field.hulls[j].vertices + np.array([*apart[j], 0.0])
            inside = (
                hull.face_normals @ points.T
                - np.einsum("fi,fi->f", hull.face_normals, hull.triangles[:, 0])[:, None]
            )
            closest = min(closest, inside.max(axis=0).min()) if j != i else closest
    assert closest > 0.0


def test_the_tile_goes_on_over_its_sides(field):
    """The same patch a tile away, and across a corner of the tile."""
    place = np.array([0.2, 7.9])
    here, there = field.near(place, PATCH), field.near(place + TILE * np.array([1, -3]), PATCH)
    assert there.vertices == pytest.approx(here.vertices, abs=1e-9)
    assert {*np.sign(here.vertices[:, 0])} == {*np.sign(here.vertices[:, 1])} == {-1.0, 1.0}
    assert np.linalg.norm(here.vertices[:, :2], axis=1).max() < PATCH + LARGEST


def test_a_box_on_a_flat_top_bounces_as_from_level_rock():
    """Four corners on one face of a boulder that does not move: the same law, the same shares."""
    out = []
    for field, height in ((one_block(), 0.5 + 1e-5), (LEVEL_ROCK, 0.0)):
        flyer = BoulderFlyer(mascot_box(), rock(0.5, 0.5, 2e3, STEP), field)
        flyer.start(np.zeros(2), level(height + 0.1005, 0.1))
        flown_until(flyer, lambda f=flyer: f.touches and not f._touching)
        out.append(flyer.out.velocity[2])
    assert out[0] == pytest.approx(out[1], rel=1e-4)
    assert out[0] == pytest.approx(0.05, rel=0.02)


class WithoutHeights(BoulderFlyer):
    """The twin: jumps as over level rock."""

    def safe(self, now):
        return Flyer.safe(self, now)


@pytest.mark.parametrize("kind", [BoulderFlyer, WithoutHeights])
def test_a_jump_never_goes_into_a_boulder(kind):
    """Turning fast, sideways at 10 cm/s into the side of a block; the twin is in it unawares."""
    flyer = kind(mascot_box(), rock(0.5, 0.5, 2e3, STEP), one_block())
    flyer.start([-1.5, 0.0], level(0.6, 0.02, 0.1, (0.2, 0.3, 0.1)))
    deepest = np.inf
    while flyer.time < 60.0 and not flyer.touches:
        flyer.advance()
        deepest = min(deepest, flyer.distance(flyer.now))
    lean = flyer.lean
    flyer.close()
    if kind is BoulderFlyer:
        assert -2e-3 < deepest < 0.0
        assert lean > 60.0
    else:
        assert deepest < -2e-2


def test_energy_is_lost_in_bounces_on_boulders_and_never_grows(field):
    """Between instants without contact; the rest is round-off and second order in the step."""
    flyer = BoulderFlyer(mascot_box(), rock(0.9, 0.5, 2e3, STEP), field)
    highest = np.argmax(field.length)
    flyer.start(field.centre[highest], level(field.top + 0.3, 0.1, 0.02, (0.05, 0.1, 0.02)))
    inertia = flyer.world.inertia[0]

    def energy(now):
        spun = now.rotation.T @ now.rate
        moving = 9.6 * now.velocity @ now.velocity + spun @ inertia @ spun
        return 0.5 * moving + 9.6 * RYUGU * now.position[2]

    motions = flown_until(flyer, lambda: len(flyer.touches) > 6 and not flyer._touching)
    free = np.array([energy(now) for _, now, touching in motions if not touching])
    assert np.diff(free).max() < 1e-5 * free[0]
    assert free[-1] < 0.9 * free[0]
    assert flyer.lean > 0.0


def test_a_box_comes_to_rest_in_a_hollow_between_blocks():
    """A pit of 0.6 m between four blocks; over level rock v²/(2μg) = 3.6 m of sliding."""
    block = trimesh.creation.box(extents=(0.6, 0.6, 0.3))
    block.apply_translation((0.0, 0.0, 0.15 + 1e-5))
    sides = 0.601 * np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
    pit = Field(np.full(4, 0.85), sides, (block,) * 4)
    flyer = BoulderFlyer(mascot_box(), rock(0.3, 0.4, 2e3, STEP), pit)
    flyer.start(np.zeros(2), level(0.15, 0.01, 0.02))
    found = hop(flyer, 0.01)
    place, height = flyer.where(), flyer.gap(flyer.now)
    flyer.close()
    assert found[3] == 1.0
    assert np.abs(place).max() < 0.25
    assert height < 1e-3


def test_rebounds_tell_what_the_highest_later_one_came_from():
    """Spin that loses 0.02 of twice the energy over the mass, at 0.2 m/s: half of the fall's."""
    launches = [[0.05, 0.03, 0.01], [0.04, 0.02, 0.015], [0.1, 0.01, 0.02], [0.02, 0.0, 0.02]]
    assert rebounds(launches, 0.2) == pytest.approx([0.25, 0.5, 0.5, -0.25])
    assert rebounds(launches[:1], 0.2) == [0.25, 0.0, 0.0, 0.0]
    assert rebounds([], 0.2) == [0.0] * 4


@pytest.mark.parametrize("among_boulders", [False, True])
def test_a_row_has_the_columns_that_the_table_reads(monkeypatch, among_boulders):
    """Of `hop` and of the flight; the speed down is that of the rock's level."""
    asked = []

    def not_flown(flyer, speed):
        now = flyer.now
        asked.append((speed, now.velocity[2] ** 2 + 2.0 * RYUGU * now.position[2], flyer.top))
        return [1500.0, 5.0, 20.0, 1.0, 0.3, 0.2, 0.1, -0.1]

    monkeypatch.setattr(bounce_boulders, "hop", not_flown)
    row = mascot_row.__wrapped__(0, among_boulders, 0.3, 0.9, "not kept")
    columns = dict(zip(COLUMNS, row, strict=True))
    assert (columns["time"], columns["ended"], columns["sideways"]) == (1500.0, 1.0, -0.1)
    assert 0.3 < columns["restitution"] < 0.9
    assert asked[0][:2] == pytest.approx((impact_speed(), impact_speed() ** 2), rel=1e-6)
    assert (asked[0][2] > 0.0) is among_boulders
