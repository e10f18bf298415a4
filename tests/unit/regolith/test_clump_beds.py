"""Beds of clumps as arrays: who belongs together, masses, subsets, what a slab holds, the cache."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from sampling_sim.errors import ConfigError
from sampling_sim.regolith import cache
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.clump_beds import shaped
from sampling_sim.regolith.lab.report import bed_report
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.shape_parameters import GrainShapeParameters
from sampling_sim.regolith.slab import bonds_between, free_slab, measured

PEBBLES = GrainShapeParameters(kind="pebbles")
BALLS_AND_BOULDER = GrainShapeParameters(boulder_mesh="kamooalewa")


def bed(shape=PEBBLES, boulders=0, count=20):
    """Bodies of 20 to 30 mm in a row, far apart."""
    position = np.column_stack(
        [0.06 * np.arange(count) - 0.6, np.zeros(count), np.full(count, -0.06)]
    )
    radius = np.linspace(0.01, 0.015, count)
    places, radii, clumps = shaped(
        shape, position, radius, boulders=boulders, density=2000.0, seed=3
    )
    return Bed(
        parameters=RegolithParameters(grain_density=2000.0),
        position=places, radius=radii, fixed=np.zeros(len(radii), bool), floor=-0.12, clumps=clumps,
    )  # fmt: skip


def test_bodies_weigh_what_their_volume_equal_spheres_weigh():
    """ρ π/6 d³ each, shared among the spheres so that sums agree; their own cubes would be more."""
    pebbles = bed()
    diameter = np.linspace(0.02, 0.03, 20)
    assert pebbles.body_diameter == pytest.approx(diameter, rel=1e-12)
    assert pebbles.body_mass == pytest.approx(2000.0 * pi / 6.0 * diameter**3, rel=1e-12)
    assert np.bincount(pebbles.body, pebbles.mass) == pytest.approx(pebbles.body_mass, rel=1e-12)
    assert (2000.0 * 4 / 3 * pi * pebbles.radius**3).sum() > 1.5 * pebbles.mass.sum()


def test_a_bed_of_spheres_is_what_it_was():
    """No clumps: body and sphere are one, mass bit for bit that of the sphere."""
    round_ = bed(GrainShapeParameters())
    assert round_.clumps.clump_count == 0
    assert (round_.body == np.arange(20)).all()
    assert (round_.mass == 2000.0 * 4.0 / 3.0 * pi * round_.radius**3).all()
    assert (round_.body_position == round_.position).all()


def test_boulders_may_be_clumps_among_spheres():
    """Two boulders of 20 spheres, then 18 grains on their own."""
    mixed = bed(BALLS_AND_BOULDER, boulders=2)
    assert mixed.clumps.clump_count == 2
    assert mixed.radius.size == 2 * 20 + 18
    assert (np.bincount(mixed.body) == [20, 20] + [1] * 18).all()
    assert len(mixed.body_diameter) == len(mixed.body_position) == len(mixed.body_fixed) == 20


def test_shapes_and_attitudes_follow_from_the_seed_and_both_groups_occur():
    """Same seed, same bits; the two pebble groups differ in their largest moment."""
    one, two = bed(), bed()
    assert (one.position == two.position).all()
    moment = one.clumps.inertia.max(1) / (one.clumps.mass * one.body_diameter**2)
    assert set(moment.round(3)) == {0.144, 0.202}


def test_a_subset_takes_whole_bodies():
    """Spheres, offsets and bodies stay together; a body is glued with any of its spheres."""
    whole = bed()
    keep = whole.of_whole_bodies(np.isin(np.arange(whole.radius.size), [0, 17, 41]))
    assert keep.sum() == 15
    part = whole.subset(keep)
    assert (part.body == np.repeat([0, 1, 2], 5)).all()
    assert part.body_mass == pytest.approx(whole.body_mass[[0, 3, 8]], rel=1e-15)
    assert (part.clumps.offset == whole.clumps.offset[keep]).all()
    lower = part.lowered(0.1)
    assert lower.clumps.position == pytest.approx(part.clumps.position - [0, 0, 0.1], abs=1e-15)


def test_spheres_of_one_body_are_no_bonds_and_the_slab_holds_the_solid():
    """Far apart nothing touches, though spheres of a body overlap; volume is the solids' own."""
    pebbles = bed()
    bonds = bonds_between(pebbles, 0.0, *free_slab(pebbles)[0])
    assert bonds.radius.size == bonds.neighbours == 0
    found = measured(pebbles)
    p = pebbles.parameters
    volume = p.width_x * p.width_y * (-p.diameter_max - (-0.12 + p.diameter_min))
    expected = pebbles.body_mass.sum() / 2000.0 / volume
    assert found.packing_fraction == pytest.approx(expected, rel=1e-9)
    assert found.coordination_number == 0.0


def test_two_bodies_that_touch_twice_are_one_pair_of_neighbours():
    """Two dumb-bells side by side: two bonds, one neighbour; branch from body to body."""
    clumps = bed(count=2).clumps._replace(
        start=np.array([0, 2, 4]), offset=np.array([[0, 0.01, 0], [0, -0.01, 0]] * 2),
        position=np.array([[0.0, 0, -0.06], [0.0198, 0, -0.06]]),
    )  # fmt: skip
    places = clumps.position.repeat(2, axis=0) + clumps.offset
    pair = replace(
        bed(count=2),
        position=places,
        radius=np.full(4, 0.01),
        fixed=np.zeros(4, bool),
        clumps=clumps,
    )
    bonds = bonds_between(pair, 0.0, *free_slab(pair)[0])
    assert (bonds.radius.size, bonds.neighbours) == (2, 1)
    assert bonds.branch == pytest.approx([0.0198, 0.0198], rel=1e-12)


def test_clumps_are_cached_with_their_bed(tmp_path):
    """What is read back is what was written, bit for bit."""
    pebbles = bed()

    def from_cache(make):
        return cache.cached_bed("poured", pebbles.parameters, None, tmp_path, make)

    from_cache(lambda: pebbles)
    again = from_cache(lambda: pytest.fail("made anew"))
    for one, two in zip(pebbles.clumps, again.clumps, strict=True):
        assert (one == two).all()


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"kind": "mesh"}, "mesh"),
        ({"kind": "pebbles", "mesh": "kamooalewa"}, "mesh"),
        ({"axis_ratios": ((0.5, 0.7),)}, "axis_ratios"),
        ({"kind": "pebbles", "axis_ratios": ((0.8, 0.5),)}, "axis_ratios"),
        ({"kind": "pebbles", "axis_ratios": ((0.1, 0.5),)}, "axis_ratios"),
        ({"kind": "pebbles", "axis_ratios": ()}, "axis_ratios"),
    ],
)
def test_shapes_that_are_none_are_refused(values, key):
    """The key is named, with what is allowed."""
    with pytest.raises(ConfigError) as caught:
        GrainShapeParameters(**values)
    assert caught.value.key == key


def test_the_laboratory_refuses_clumps():
    """Its specimens are spheres: the key is named before anything is measured."""
    pebbles = replace(bed(), parameters=RegolithParameters(shape=PEBBLES))
    with pytest.raises(ConfigError, match="one material of spheres"):
        bed_report(pebbles)
