"""Candidate pairs against all pairs, and springs through new lists."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from sampling_sim.regolith import contacts as contacts_
from sampling_sim.regolith.block import LANES, SPRINGS
from sampling_sim.regolith.cells import Cells, candidate_pairs

MARGIN, COUNT = 0.003, 400


def cloud(ratio=2.0, stretch=1.0):
    """Centres and radii (n, 4) of grains whose sizes span `ratio`, some flown far off; cells."""
    rng = np.random.default_rng(2)
    radius = 0.016 * ratio ** -rng.random(COUNT)
    position = np.column_stack([rng.uniform(-0.1, 0.1, (COUNT, 3)), radius])
    cells = Cells(np.full(3, -0.2), np.full(3, 0.4), np.zeros(3))
    position[:40, :3] *= stretch
    return position, cells


def listed(found):
    """Return the pairs (i, j) of a list, as often as they stand there."""
    first = np.repeat(np.arange(found.start.size - 1), np.diff(found.start))
    return sorted(zip(first.tolist(), found.second.tolist(), strict=True))


def close_pairs(position, box=None):
    """All pairs with a gap below the margin, by a k-d tree."""
    x, r = position[:, :3], position[:, 3]
    tree = cKDTree(x if box is None else x - x.min(0), boxsize=box)
    pairs = tree.query_pairs(2 * r.max() + MARGIN, output_type="ndarray")
    step = x[pairs[:, 0]] - x[pairs[:, 1]]
    if box is not None:
        period = np.array(box)
        whole = np.where(period > 0, period, 1.0)
        step -= np.where(period > 0, whole * np.rint(step / whole), 0.0)
    reach = r[pairs].sum(1) + MARGIN
    return sorted(map(tuple, np.sort(pairs[np.linalg.norm(step, axis=1) < reach], axis=1).tolist()))


@pytest.mark.parametrize(("ratio", "stretch"), [(2.0, 1.0), (2.0, 30.0), (1.0, 1.0), (20.0, 1.0)])
def test_every_pair_within_the_margin_is_listed_once(ratio, stretch):
    """Also where grains have flown far from the cells, and for sizes that differ twentyfold."""
    position, cells = cloud(ratio, stretch)
    expected = close_pairs(position)
    assert len(expected) > 100
    alone = -1 - np.arange(COUNT)
    assert listed(candidate_pairs(position, alone, MARGIN, cells)) == expected


def test_grains_of_one_body_never_meet():
    position, cells = cloud()
    group = -1 - np.arange(COUNT)
    group[:200], group[200:220] = 0, 7
    expected = [(i, j) for i, j in close_pairs(position) if j >= 200 and not (i >= 200 and j < 220)]
    assert listed(candidate_pairs(position, group, MARGIN, cells)) == expected


@pytest.mark.parametrize("length", [0.2, 0.09])
def test_periodic_sides_list_the_nearest_images(length):
    """Also where fewer than three cells fit into a period."""
    position, _ = cloud()
    position[:, :2] *= length / 0.2
    period = np.array([length, length, 0.0])
    cells = Cells(
        np.array([-length / 2, -length / 2, -0.2]), np.array([length, length, 0.4]), period
    )
    expected = close_pairs(position, [length, length, 0.0])
    assert len(expected) > len(close_pairs(position))
    alone = -1 - np.arange(COUNT)
    assert listed(candidate_pairs(position, alone, MARGIN, cells)) == expected


def made(position, cells, old=None, awake=None):
    """Contacts, dormant contacts and near pairs of a cloud."""
    material = contacts_.Material(1e7, 0.0, 0.8, 1.0, 0.5, 0.1, 0.0, 0.0, 1e-4, 1.0, False, 1e4)
    alone = -1 - np.arange(COUNT)
    found = candidate_pairs(position, alone, MARGIN, cells)
    everyone = np.ones(COUNT, bool) if awake is None else awake
    contacts, dormant = old or (contacts_.no_contacts(0), contacts_.no_contacts(0))
    inverse = np.ones((COUNT, 2))
    return contacts_.sorted_pairs(
        found,
        everyone,
        position,
        inverse,
        np.ones(COUNT),
        material,
        MARGIN - 1e-4,
        contacts,
        dormant,
    )


def springs(contacts):
    """Map each pair to its row of springs and touch."""
    count = int(contacts.used[0])
    rows = contacts.block.reshape(len(contacts.block), -1, LANES).transpose(0, 2, 1)
    rows = rows.reshape(-1, rows.shape[2])[:count, :SPRINGS]
    pairs = zip(contacts.first[:count].tolist(), contacts.second[:count].tolist(), strict=True)
    return dict(zip(pairs, map(tuple, rows), strict=True))


def test_touching_pairs_keep_their_springs_in_a_new_list():
    """Whether their grains are awake, fall asleep or wake up."""
    position, cells = cloud()
    old, dormant, _ = made(position, cells)
    rng = np.random.default_rng(4)
    filled = rng.random((len(old.block), SPRINGS * LANES))
    old.block[:, : SPRINGS * LANES] = filled
    position[:, :3] += rng.normal(0, 1e-5, (COUNT, 3))
    awake = rng.random(COUNT) < 0.5
    some, asleep, _ = made(position, cells, (old, dormant), awake)
    assert some.used[0] > 50
    assert asleep.used[0] > 50
    again, none, _ = made(position, cells, (some, asleep))
    assert none.used[0] == 0
    before, kept = springs(old), springs(again)
    shared = before.keys() & kept.keys()
    assert len(shared) > 0.95 * len(before)  # a few at the edge of reach have gone
    assert all(before[pair] == kept[pair] for pair in shared)
