"""The craft without grains landing on rock: ours, MuJoCo, and the closed form of two masses.

The cross-code check of docs/verification-mujoco.md.  Limits, by what each code leaves out:

- *slow* figures (impulse, stroke, time, the craft's rebound) 5e-4: half a step of the arm's swing,
  ωH/2 = 1.2e-4, a step at the last touch, H/6 s = 1e-4, and 0.5 % of the knocks' share of 1 %.
- *knock* figures (peak force, the head's first rebound) 5e-3: MuJoCo's dashpot is a step late, so
  that k h/c = 0.6 % of it is missing, 0.4 % of the rebound; its added mass 8/R is 0.07 % of the
  head's; ours has the arm's damper half a step late, c H/2m = 0.1 %; tops of a step, 0.1 %.
"""

import sys

import numpy as np
import pytest
from peers.arm_bounce import ROCK, Landing, in_closed_form, in_ours, rock_damping

OURS, PEER = 5e-4, 5e-5
"""[s] steps: the default exchange step, and a tenth of it."""
KNOCK, SLOW = 5e-3, 5e-4
LIMITS = {
    "peak force [N]": KNOCK,
    "impulse [N·s]": SLOW,
    "arm stroke [m]": SLOW,
    "head off its first knock [m/s]": KNOCK,
    "first to last touch [s]": SLOW,
    "craft's rebound [m/s]": SLOW,
}
LIGHT = 1e-6
"""[kg] of the flap where two masses are to stand for the craft: the real one hangs off centre."""
LEVEL = [Landing(speed=v, flap=LIGHT) for v in (0.03, 0.05, 0.08, 0.12)]
WHOLE = {
    "level": Landing(speed=0.05, wings=0.2),
    "tilted by 2°": Landing(speed=0.05, wings=0.2, tilt=float(np.radians(2.0))),
}


def differences(mine, theirs):
    """Relative difference of each figure, theirs less mine."""
    return {name: theirs[name] / value - 1.0 for name, value in mine.items()}


def told_apart(mine, theirs):
    """Names of the figures beyond their limits."""
    found = differences(mine, theirs)
    return {name for name, limit in LIMITS.items() if abs(found[name]) > limit}


def shown(title, *legs):
    """Print figures side by side, the table of the page."""
    sys.stdout.write(f"\n{title}\n")
    for name in LIMITS:
        sys.stdout.write(f"| {name} | " + " | ".join(f"{leg[name]:.5g}" for leg in legs) + " |\n")


def test_the_closed_form_is_that_of_one_mass_where_there_is_no_arm():
    """A soft arm: the head's rebound is the coefficient; twin: with the arm it is not."""
    loose = Landing(speed=0.05, flap=LIGHT, duration=0.2, stiffness=0.0, damping=0.0)
    head = in_closed_form(loose, 1e-4).measures()["head off its first knock [m/s]"]
    assert head == pytest.approx(0.5 * 0.05, rel=1e-2)  # 0.13 mm/s² for 0.1 s add 5e-4
    sprung = in_closed_form(Landing(speed=0.05, flap=LIGHT, duration=0.2), 1e-4).measures()
    assert sprung["head off its first knock [m/s]"] < 0.95 * head


def test_ours_lands_as_two_masses_do():
    """One speed; twin: an arm of twice the stiffness, a flap at its place and weight."""
    landing = Landing(speed=0.05, flap=LIGHT)
    closed = in_closed_form(landing, OURS).measures()
    assert not told_apart(closed, in_ours(landing, OURS).measures())
    stiffer = Landing(speed=0.05, flap=LIGHT, stiffness=1000.0)
    assert told_apart(closed, in_closed_form(stiffer, OURS).measures()) >= {
        "impulse [N·s]", "arm stroke [m]", "first to last touch [s]", "craft's rebound [m/s]",
    }  # fmt: skip


@pytest.mark.bench
@pytest.mark.parametrize("landing", LEVEL, ids=lambda landing: f"{landing.speed} m/s")
def test_three_ways_to_land_agree(landing):
    """Two masses, ours and MuJoCo, pair by pair; at 12 cm/s the arm meets its stop."""
    peer = pytest.importorskip("peers.craft_mujoco", reason="no mujoco", exc_type=ImportError)
    legs = [
        in_closed_form(landing).measures(),
        in_ours(landing, OURS).measures(),
        peer.in_mujoco(landing, PEER).measures(),
    ]
    shown(f"{landing.speed} m/s: two masses, ours, MuJoCo", *legs)
    assert (legs[0]["arm stroke [m]"] > landing.craft.arm_stroke) == (landing.speed > 0.1)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert not told_apart(legs[i], legs[j]), (i, j)


@pytest.mark.bench
@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_craft_lands_in_mujoco_as_in_ours(name):
    """Flap and bending wings as they are; the twin, an arm twice as stiff, is told apart."""
    peer = pytest.importorskip("peers.craft_mujoco", reason="no mujoco", exc_type=ImportError)
    landing = WHOLE[name]
    mine, theirs = in_ours(landing, OURS).measures(), peer.in_mujoco(landing, PEER).measures()
    stiffer = Landing(**{**landing.__dict__, "stiffness": 2.0 * landing.stiffness})
    twin = peer.in_mujoco(stiffer, PEER).measures()
    own = peer.in_mujoco(landing, PEER, own_contact=True).measures()
    shown(f"{name}: ours, MuJoCo, twin, MuJoCo's own contact", mine, theirs, twin, own)
    assert not told_apart(mine, theirs)
    assert told_apart(mine, twin) >= {"impulse [N·s]", "arm stroke [m]", "craft's rebound [m/s]"}
    # no restitution coefficient: its own contact is not the same landing
    assert told_apart(mine, own) >= {"peak force [N]", "head off its first knock [m/s]"}


@pytest.mark.bench
def test_a_head_with_friction_wanders_farther_in_mujoco():
    """With friction they part, perhaps as MuJoCo's has a damper and no spring: the head wanders."""
    peer = pytest.importorskip("peers.craft_mujoco", reason="no mujoco", exc_type=ImportError)
    landing = Landing(speed=0.05, wings=0.2, lateral=0.01, friction=0.6)
    tracks = [in_ours(landing, OURS), peer.in_mujoco(landing, PEER)]
    figures = [track.measures() for track in tracks]
    shown("1 cm/s along: ours, MuJoCo", *figures)
    ways = [1e3 * float(np.ptp(t.along[: round(5.0 / t.step)])) for t in tracks]
    sys.stdout.write(f"| way of the head in 5 s [mm] | {ways[0]:.2f} | {ways[1]:.2f} |\n")
    assert not told_apart(*figures) & {"peak force [N]", "impulse [N·s]", "arm stroke [m]"}
    assert ways[1] > 2.0 * ways[0]


@pytest.mark.bench
def test_mujoco_has_our_contact_law():
    """What it uses: K/R and B/R are k and c of each of the eight points to 1e-9."""
    peer = pytest.importorskip("peers.craft_mujoco", reason="no mujoco", exc_type=ImportError)
    landing = Landing(speed=0.05)
    stiffness, damping, points = peer.law_in_use(landing)
    mass = float(landing.design.mass[landing.design.carried_by(1)].sum())
    assert points == 8
    assert points * stiffness == pytest.approx(ROCK, rel=1e-9)
    assert points * damping == pytest.approx(rock_damping(mass), rel=1e-9)
