"""The bounces: closed forms of what flies them, rows made of made-up flights, and the real ones."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

sys.path.insert(0, str(Path(__file__).parent / "bounces"))
from bounce_boulders import BoulderFlyer, hop
from bounce_cases import DESCENT, RELEASE_HEIGHT, RYUGU, impact_speed, mascot_box
from bounce_field import LEVEL_ROCK
from bounce_flight import Flyer, Motion, first_bounce, free_motion, on_a_ring, rock, uniform_box
from bounce_rows import (
    CASE,
    bounce_rows,
    fitting,
    flown,
    hops_of,
    like_mascot,
    mascot_flights,
    write_picture,
)

from sampling_sim.world.world import World

DOWN = np.array([0.0, 0.0, -RYUGU])


def motion(speed=0.1, rate=(0.0, 0.0, 0.0), turn=None, height=0.0):
    """Come down, level unless turned."""
    turned = np.eye(3) if turn is None else turn
    return Motion(np.array([0.0, 0.0, height]), turned, np.array([0, 0, -speed]), np.array(rate))


def test_free_motion_keeps_angular_momentum_and_agrees_with_the_world():
    """Euler's closed form against steps of the world, first order in the step: 1e-4."""
    design = uniform_box(9.6, 0.3, 0.2)
    turn = Rotation.from_rotvec([0.3, -0.5, 0.2]).as_matrix()
    start = motion(rate=(0.1, 0.2, -0.15), turn=turn, height=5.0)
    with World(design, rock(0.5, 0.5, 1e4, 2e-3)) as world:
        world.set_base(start.position, start.rotation, start.velocity, start.rate)
        for _ in range(1000):
            world.apply(9.6 * DOWN[None], np.zeros((1, 3)))
            world.step()
        state, inertia = world.state(), world.inertia[0]
    end = free_motion(start, inertia, DOWN, 2.0)
    assert end.rotation == pytest.approx(state.rotation[0], abs=2e-4)
    assert end.rate == pytest.approx(state.angular_velocity[0], abs=2e-4)
    assert end.position == pytest.approx(state.position[0], abs=1e-6)
    momenta = [m.rotation @ inertia @ m.rotation.T @ m.rate for m in (start, end)]
    assert momenta[1] == pytest.approx(momenta[0], rel=1e-9)
    assert np.abs(end.rotation - start.rotation).max() > 0.1


@pytest.mark.parametrize("restitution", [0.4, 0.8])
def test_a_level_box_rebounds_with_the_restitution_drawn(restitution):
    """On four corners at once; a tilted one gives part of it to its rotation."""
    ground = rock(restitution, 0.5, 1e4, 2e-3)
    box = uniform_box(9.6, 0.3, 0.2)
    flat = first_bounce(box, ground, motion(), RYUGU, 1e4)
    leaning = motion(turn=Rotation.from_rotvec([0.4, 0.0, 0.0]).as_matrix())
    # what it has lost on the way to being clear of the rock: g times 0.13 m
    assert flat[1] == pytest.approx(np.sqrt((0.1 * restitution) ** 2 - 2 * RYUGU * 0.134), rel=0.02)
    assert first_bounce(box, ground, leaning, RYUGU, 1e4)[1] < 0.8 * flat[1]


def test_a_body_on_feet_is_put_just_above_the_rock_and_bounces():
    """Three feet at once share the rock's spring: the restitution of one body."""
    lander = on_a_ring(98.0, (16.0, 16.0), count=3, radius=1.3, below=0.9)
    found = first_bounce(lander, rock(0.5, 0.5, 1e5, 2.5e-4), motion(1.0), 1e-9, 100.0)
    assert found[1] == pytest.approx(0.5, rel=5e-3)
    assert first_bounce(lander, rock(0.5, 0.5, 1e5, 2.5e-4), motion(1.0), 1e-9, 0.5)[1] == 0.0


def test_a_level_box_hops_for_the_sum_of_a_geometric_series():
    """2 v e/(g (1 − e)) in all on level rock: level, so that each contact has the same ratio."""
    flyer = BoulderFlyer(mascot_box(), rock(0.3, 0.5, 1e4, 2e-3), LEVEL_ROCK)
    flyer.start(np.zeros(2), motion(impact_speed(), height=0.101))
    time, arcs, way, ended, rebound, highest, spin, sideways = hop(flyer, impact_speed())
    flyer.close()
    expected = 2.0 * impact_speed() * 0.3 / (RYUGU * 0.7)
    assert time == pytest.approx(expected, rel=0.05)
    assert arcs == 3  # of 608, 182 and 55 s; the fourth, 16 s, is too short to count
    assert way == pytest.approx(0.0, abs=1e-6)
    assert ended == 1.0
    assert (rebound, highest) == pytest.approx((0.3, 0.09), rel=0.02)
    assert (spin, sideways) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_the_descent_meets_the_published_height_and_time():
    """41 m in 350 s with a start of 9 cm/s (docs/model.md §13)."""
    start = impact_speed() - RYUGU * DESCENT
    assert start == pytest.approx(0.09, abs=0.005)
    fallen = start * DESCENT + 0.5 * RYUGU * DESCENT**2
    assert fallen == pytest.approx(RELEASE_HEIGHT)


def test_a_jump_is_never_longer_than_the_way_to_the_rock():
    """A fast turning box is met by the rock in steps, not jumped through."""
    with World(uniform_box(9.6, 0.3, 0.2), rock(0.5, 0.5, 1e4, 2e-3), bedrock_depth=0.0) as world:
        flyer = Flyer(world, DOWN)
        flyer.place(motion(0.05, rate=(0.3, 0.4, 0.1), height=0.5))
        lowest = 1.0
        while not flyer.touches:
            flyer.advance()
            lowest = min(lowest, flyer.gap(flyer.now))
    assert -2e-3 < lowest < 0.0


def made_up():
    """Flights that nobody flew, in the columns of the real ones."""
    rng = np.random.default_rng(1)
    e = rng.uniform(0.3, 0.9, 40)
    touch = np.column_stack([e, e, e, e, e])
    none = np.zeros(40)
    hops = np.column_stack(
        [none, e, 1500 * e, np.full(40, 5), e, e, 0.5 * e, 0.6 * e, none, none, none]
    )
    foot = np.array([[s, 0.01, 0.1, 7e3, 0.0, 0.0] for s in (1, 10, 100, 1000) for _ in range(5)])
    names = ("hayabusa", "horn", "philae")
    grounds = ("on level rock", "among boulders")
    flights = {mascot_flights(n, g): hops.copy() for n in ("mascot", "soft") for g in grounds}
    return dict.fromkeys(names, touch) | {"foot": foot} | flights


def test_rows_hold_the_band_of_the_flights_and_say_what_fits(tmp_path):
    """Verdicts by the rule of rows.py; the notes count the flights that fit."""
    flights = made_up()
    rows = {r.quantity: r for r in bounce_rows(flights)}
    assert len(rows) == 11
    assert rows["Philae, stress that stops it [Pa]: a foot on bonded grains"].verdict == "disagrees"
    hayabusa = rows["Hayabusa, speed out over in: rigid body on rock"]
    assert hayabusa.interval == pytest.approx(np.quantile(flights["philae"][:, 0], [0.05, 0.95]))
    count = int(like_mascot(hops_of(flights, "mascot", "on level rock")).sum())
    assert 0 < count < 40
    note = rows["MASCOT on level rock: time of bouncing [s]"].note
    assert f"{count} of 40 flights" in note
    note = rows["MASCOT among boulders: time of bouncing [s]"].note
    assert "time and way are 1.00 and 1.00 of those there" in note
    weak = flights["mascot among boulders"]
    weak = weak[weak[:, 6] < 0.0464 / impact_speed()]
    assert f"{len(weak)} of 40 rebound by less, yet" in note
    assert f"Of them {len(weak)} of {len(weak)} are thrown higher" in note
    assert f"bounce for {min(1500 * weak[:, 1]):.0f} to {max(1500 * weak[:, 1]):.0f} s" in note
    assert "40 end on the rock" in note
    assert "of 2 flights, with a restitution of 0.40" in fitting(
        np.array([0.4, 0.5]), np.array([True, False])
    )
    assert "none of 2" in fitting(np.array([0.4, 0.5]), np.array([False, False]))
    write_picture(flights, tmp_path / "bounces.png")
    assert (tmp_path / "bounces.png").stat().st_size > 10_000


@pytest.mark.validation
def test_the_bounces_of_hayabusa_philae_and_mascot(table):
    """Five minutes of a core for 254 flights on rock, four for 30 among boulders, more for feet."""
    flights = flown()
    rows = bounce_rows(flights)
    table.put(rows)
    write_picture(flights)
    assert all(r.case == CASE for r in rows)
    assert all(np.isfinite(values[:, :3]).all() for values in flights.values())
