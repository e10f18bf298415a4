"""Beds that repeat after their width: no walls loosen them, and no place in them is special.

Some 300 soft grains (1e6 Pa): a bed takes seconds.
"""

from dataclasses import replace

import numpy as np
import pytest
from grain_cases import surface

from sampling_sim.regolith.calibration import bond_strength
from sampling_sim.regolith.images import nearest
from sampling_sim.regolith.packing import prepare_bed, uniform_field
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.primitives import LinkMotion, PrimitiveKind
from sampling_sim.regolith.relaxing import RMS_AT_REST
from sampling_sim.regolith.settling import free_speeds, run_for
from sampling_sim.regolith.shape_parameters import GrainShapeParameters
from sampling_sim.regolith.slab import close_pairs
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

WEAK = uniform_field(1e-4)
WIDTH = 0.22
QUARTER = np.array([0.25 * WIDTH, 0.25 * WIDTH, 0.0])
ROUND_OFF = 1e-10
"""[m], [N] chosen: a thousandth of an overlap that matters; round-off grows in a stirred bed."""


def small(**changes):
    """Return the parameters of a periodic bed of some 300 grains."""
    values = {
        "diameter_min": 0.024, "diameter_max": 0.032, "width_x": WIDTH, "width_y": WIDTH,
        "depth": 0.14, "youngs_modulus": 1e6, "tensile_strength": 0.5, "sides": "periodic",
    }  # fmt: skip
    return RegolithParameters(**(values | changes))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Return a folder where the tests of this file share their beds."""
    return tmp_path_factory.mktemp("beds")


@pytest.fixture(scope="module")
def bed(cache):
    """Return the periodic bed at rest."""
    return prepare_bed(small(), WEAK, cache_dir=cache)


def started(bed, field=WEAK, **options):
    """Solver of a bed at its stable step."""
    return GrainSolver(bed, field, contact_step=stable_step(bed.parameters), **options)


def across(bed, period=(WIDTH, WIDTH)):
    """Mask of the pairs whose nearest images lie on either side of a side."""
    step = bed.position[bed.pairs[:, 1]] - bed.position[bed.pairs[:, 0]]
    return (nearest(step, period) != step).any(1)


def carried(bed, shift):
    """Return the bed carried along by `shift` [m], what leaves coming in at the other side."""
    return replace(bed, position=nearest(bed.position + shift, bed.period))


def test_a_periodic_bed_rests_on_pairs_across_its_sides(bed, cache):
    """Pairs as dense there as elsewhere, within the box, with the strength asked for.

    A pair of 27 mm spans a side along x with the mean of |n_x| d / W = 27/(2·220) = 6 %, so one of
    the two with 12 %; within three standard errors of 700 pairs.  Must fail: walls have none.
    """
    assert bed.is_settled
    assert bed.rms_speed < RMS_AT_REST
    assert np.abs(bed.position[:, :2]).max() <= 0.5 * WIDTH
    assert across(bed).mean() == pytest.approx(0.12, abs=0.04)
    assert bed.rumpf_strength == pytest.approx(bond_strength(bed.parameters), rel=0.1)
    assert bed.walls.shape == (1, 7)
    walled = prepare_bed(small(sides="walls"), WEAK, cache_dir=cache)
    assert not across(walled).any()


def test_without_walls_a_bed_is_denser(bed, cache):
    """Walls 8 grains apart loosen by 0.04; each of three packings of either is within 0.006."""
    walled = prepare_bed(small(sides="walls"), WEAK, cache_dir=cache)
    assert bed.packing_fraction > walled.packing_fraction + 0.02
    assert bed.coordination_number > walled.coordination_number


def test_a_prepared_bed_starts_without_a_jump(bed):
    """Its springs, those across the sides too, are where the solver takes them up: 1 s of rest.

    Must fail: without the springs across the sides it is not at rest.
    """
    solver = started(bed)
    pairs, *_ = solver.contacts()
    assert {tuple(sorted(pair)) for pair in pairs} == {tuple(sorted(pair)) for pair in bed.pairs}
    assert _fastest_rms(solver) < RMS_AT_REST
    keep = ~across(bed)
    torn = replace(
        bed, pairs=bed.pairs[keep], tangential=bed.tangential[keep], rolling=bed.rolling[keep]
    )
    assert _fastest_rms(started(torn)) > 2.0 * _fastest_rms(started(bed))


def _fastest_rms(solver):
    """Largest rms speed [m/s] of the free grains over 1 s."""
    seen = []
    for _ in range(50):
        run_for(solver, 0.02)
        seen.append(np.sqrt((free_speeds(solver) ** 2).mean()))
    return max(seen)


def test_no_place_is_special(bed):
    """A bed in motion, carried by a quarter of its period, moves as before, to round-off.

    Must fail: with a period 1 % longer it does not.
    """
    velocity = np.random.default_rng(3).normal(0.0, 1e-3, bed.position.shape)

    def path(start, **options):
        solver = started(start, **options)
        solver.set_motion(velocity)
        run_for(solver, 0.2)
        return nearest(solver.position - start.position, bed.period), solver.velocity

    moved, speed = path(bed)
    assert np.abs(moved).max() > 1e-5
    moved_too, speed_too = path(carried(bed, QUARTER))
    assert np.abs(moved_too - moved).max() < ROUND_OFF
    assert np.abs(speed_too - speed).max() < 1e3 * ROUND_OFF
    other, _ = path(carried(bed, QUARTER), period=(1.01 * WIDTH, WIDTH))
    assert np.abs(other - moved).max() > 1e-6


def test_a_tool_at_a_side_meets_what_it_meets_in_the_middle(bed):
    """A block pressed in and drawn along: the same loads where bed and block are carried alike.

    Carried by half a period it lies across a side, by five quarters beyond the box.  Must fail: the
    block carried alone meets other grains.
    """
    block = surface(PrimitiveKind.BOX, size=(0.04, 0.04, 0.02))

    def loads(start, place):
        solver, seen = started(start, primitives=(block,)), []
        step = solver.contact_step
        speed = np.array([[0.05, 0.02, -0.1]])
        for k in range(60):
            time = 10 * step * (k + 0.5)
            centre = place + np.array([[0.0, 0.0, 0.045]]) + time * speed
            motion = LinkMotion(centre, np.eye(3)[None], speed, np.zeros((1, 3)))
            given = solver.advance(motion, 10)
            seen.append([*given.force[0], *given.torque[0]])
        assert np.abs((solver.position - centre)[:, :2]).max() < 0.6 * WIDTH
        return np.array(seen)

    pressed = loads(bed, np.zeros((1, 3)))
    assert np.abs(pressed[:, 2]).max() > 0.1
    for shift in (2.0 * QUARTER, 5.0 * QUARTER):
        alike = loads(carried(bed, shift), shift[None])
        assert np.abs(alike - pressed).max() < 1e-6 * np.abs(pressed).max()
    alone = loads(bed, QUARTER[None])
    assert np.abs(alone - pressed).max() > 0.01 * np.abs(pressed).max()


def test_close_pairs_are_those_of_nearest_images():
    """Against all pairs, at a size ratio of ten."""
    rng = np.random.default_rng(5)
    position, radius = rng.uniform(-0.05, 0.05, (300, 3)), np.geomspace(0.001, 0.01, 300)
    period = (0.1, 0.1)
    step = nearest(position[:, None] - position, period)
    gap = np.linalg.norm(step, axis=2) - radius - radius[:, None]
    expected = {(i, j) for i, j in zip(*np.nonzero(gap < 1e-3), strict=True) if i < j}
    found = close_pairs(position, radius, 1e-3, period)
    assert {(min(pair), max(pair)) for pair in found.tolist()} == expected
    assert len(expected) > len(close_pairs(position, radius, 1e-3)) > 100


def test_pebbles_repeat_as_well(cache):
    """A bed of clumps: at rest, bonds across the sides, each body whole to its nearest images."""
    p = small(diameter_min=0.028, depth=0.1, shape=GrainShapeParameters(kind="pebbles", members=3))
    pebbles = prepare_bed(p, WEAK, cache_dir=cache)
    assert pebbles.rms_speed < RMS_AT_REST
    assert across(pebbles).any()
    clumps = pebbles.clumps
    body = np.repeat(np.arange(clumps.clump_count), np.diff(clumps.start))
    arm = nearest(pebbles.position - clumps.position[body], pebbles.period)
    assert np.linalg.norm(arm, axis=1) == pytest.approx(
        np.linalg.norm(clumps.offset, axis=1), rel=1e-9, abs=1e-12
    )
    assert _fastest_rms(started(pebbles)) < RMS_AT_REST
