"""The pair list against all pairs, and its history through a rebuild."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from sampling_sim.regolith import assembly, neighbours
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.parameters import RegolithParameters

MARGIN = 0.003


def cloud(stretch):
    """Return a bed of 300 grains, some of them far outside the cells when stretched."""
    rng = np.random.default_rng(2)
    position = rng.uniform(-0.1, 0.1, (300, 3))
    bed = Bed(
        parameters=RegolithParameters(tensile_strength=0.0, youngs_modulus=2e7),
        position=position,
        radius=rng.uniform(0.008, 0.016, 300),
        fixed=rng.random(300) < 0.2,
        floor=-1.0,
    )
    grid = assembly.grid_of(bed, MARGIN)
    moved = position.copy()
    moved[:40] *= stretch
    order = np.arange(300)
    grains = assembly.grains_of(bed, order)
    grains.position[:, :3] = moved
    return bed, grains, grid


def listed(pairs):
    """Return the set of (i, j) in a list."""
    first = np.repeat(np.arange(pairs.start.size - 1), np.diff(pairs.start))
    return set(zip(first.tolist(), pairs.neighbour.tolist(), strict=True))


@pytest.mark.parametrize("stretch", [1.0, 30.0])
def test_every_pair_within_the_margin_is_listed_once(stretch):
    """Also when grains have flown far from the cells; pairs of fixed grains are left out."""
    bed, grains, grid = cloud(stretch)
    material = assembly.material_of(bed)
    empty = neighbours.empty_pairs(300)
    pairs = neighbours.build_pairs(grains.position, grains.inverse, MARGIN, grid, empty, material)
    x, r = grains.position[:, :3], grains.position[:, 3]
    expected = {
        (int(i), int(j))
        for i, j in cKDTree(x).query_pairs(2 * r.max() + MARGIN)
        if np.linalg.norm(x[i] - x[j]) < r[i] + r[j] + MARGIN
        and not (bed.fixed[i] and bed.fixed[j])
    }
    assert len(expected) > 100
    assert listed(pairs) == expected
    assert pairs.neighbour.size == len(expected)


def test_touching_pairs_keep_their_history_in_a_new_list():
    bed, grains, grid = cloud(1.0)
    material = assembly.material_of(bed)
    empty = neighbours.empty_pairs(300)
    args = (grains.position, grains.inverse, MARGIN, grid)
    old = neighbours.build_pairs(*args, empty, material)
    rng = np.random.default_rng(4)
    old.flag[:] = rng.random(old.flag.size) < 0.5
    old.history[:] = rng.random(old.history.shape) * old.flag[:, None]
    grains.position[:, :3] += rng.normal(0, 1e-4, (300, 3))
    new = neighbours.build_pairs(*args, old, material)

    def springs(pairs):
        first = np.repeat(np.arange(300), np.diff(pairs.start))
        rows = zip(first, pairs.neighbour, pairs.flag, pairs.history, strict=True)
        return {(int(i), int(j)): tuple(h) for i, j, flag, h in rows if flag}

    kept, before = springs(new), springs(old)
    assert len(kept) > 0.9 * len(before)  # a few at the margin's edge have gone
    assert all(before[pair] == spring for pair, spring in kept.items())
