"""What the criterion of `peers/agreement.py` can see; made-up numbers, a default test."""

import numpy as np
import pytest
from peers.agreement import agree, apart, clear_of_zero

WINDOWS, TRIALS = 4, 800


def shares(packings, bias):
    """Share of trials that agree in all windows, and that are apart and clear of zero in any.

    Two codes whose runs have nothing in common but their kind, the least favourable case for a
    paired comparison: spread 1 in both, the second shifted by `bias` in the last window.
    """
    rng = np.random.default_rng(8)
    counts = np.zeros(3)
    for _ in range(TRIALS):
        ours, theirs = rng.normal(size=(2, packings, WINDOWS))
        theirs[:, -1] += bias
        change, spread = theirs - ours, ours.std(axis=0, ddof=1)
        counts += (
            agree(change, spread).all(),
            apart(change, spread).any(),
            clear_of_zero(change).any(),
        )
    return counts / TRIALS


def test_twenty_five_packings_see_a_difference_of_one_spread():
    """Alike passes, a shift of one spread passes in one trial of twenty at most."""
    alike, false_alarm, clear = shares(25, 0.0)
    assert alike > 0.6  # four windows with nothing in common, 0.9 each; pairs that have pass surely
    assert false_alarm < 0.01
    assert clear == pytest.approx(0.05, abs=0.02)
    assert shares(25, 1.0)[0] < 0.05
    assert shares(25, 0.6)[0] < 0.4
    assert shares(25, 1.2)[2] > 0.9  # also clear of zero


def test_five_packings_only_see_what_is_large():
    """They never show agreement here, and tell apart what is five spreads away."""
    alike, false_alarm, _ = shares(5, 0.0)
    assert alike < 0.05
    assert false_alarm < 0.06
    assert shares(5, 5.0)[1] > 0.9
    assert shares(5, 1.0)[1] < 0.2


def test_paired_runs_are_compared_as_pairs():
    """A spread common to both codes costs nothing: five packings then do agree."""
    rng = np.random.default_rng(8)
    ours = rng.normal(size=(5, WINDOWS))
    theirs = ours + rng.normal(scale=0.05, size=ours.shape)
    spread = ours.std(axis=0, ddof=1)
    assert agree(theirs - ours, spread).all()
    assert not agree(theirs[::-1] - ours, spread).all()  # pairs broken
