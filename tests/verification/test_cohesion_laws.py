"""Laws of cohesion through the solver: pull-off, tearing, range, against closed forms."""

import numpy as np
import pytest
from grain_cases import NO_WALLS, field, loose_grains, still, surface

from sampling_sim.regolith.bed import floor_wall

R = 0.01
RADIUS = 0.5 * R  # R* [m] of two equal grains
E, NU = 2e7, 0.25
MODULUS = E / (2 * (1 - NU**2))
HERTZ = 4 / 3 * MODULUS * np.sqrt(RADIUS)
LAWS = ["fading", "dmt", "van_der_waals", "jkr"]
REACH, SEPARATION = 1e-4, 2e-5


def bonded(law, pull_off, *, gap, speed=0.0, step=2e-5, hold=True, **values):
    """Two grains on the z axis, the lower one held, with that pull-off force [N]."""
    return loose_grains(
        [[0, 0, 0], [0, 0, 2 * R + gap]], R, fixed=[hold, False],
        velocity=[[0, 0, 0], [0, 0, speed]], step=step, cohesion_law=law, cohesion_range=REACH,
        separation=SEPARATION, pull_off_scale=pull_off / (2 * np.pi * RADIUS), youngs_modulus=E,
        poisson_ratio=NU, rolling_friction=0.0, **values,
    )  # fmt: skip


@pytest.mark.parametrize("law", LAWS[1:])
@pytest.mark.parametrize(("bond", "holds"), [(0.97, False), (1.03, True)])
def test_a_grain_hangs_by_each_cohesion_down_to_bond_number_one(law, bond, holds):
    """The weight against the pull-off force; fading is shown in `test_grain_contact`."""
    weight = 2700 * 4 / 3 * np.pi * R**3 * 1e-3
    up = field(gravity=(0, 0, 1e-3))
    solver = bonded(law, bond * weight, gap=-1e-9, step=1e-4, forces=up)
    solver.advance(None, 40000)
    gap = solver.position[1, 2] - 2 * R
    assert (gap < REACH) == holds
    if not holds:
        assert gap > 10 * REACH


def pulled_apart(law, pull_off, *, start, speed, step=2e-6, gap_to=3e-4):
    """Gap [m] and force on the upper grain [N] of every step of an undamped pull."""
    solver = bonded(law, pull_off, gap=start, speed=speed, step=step, restitution=1.0)
    mass, gaps, forces = solver.mass[1], [], []
    while solver.position[1, 2] - 2 * R < gap_to and len(gaps) < 60000:
        height, before = solver.position[1, 2], solver.velocity[1, 2]
        solver.advance(None, 1)
        gaps.append(height + 0.5 * step * before - 2 * R)  # where the force was taken
        forces.append(mass * (solver.velocity[1, 2] - before) / step)
    return np.array(gaps), np.array(forces)


def jkr_curve(work, gaps):
    """Force [N] of JKR at the gaps, by looking it up along the contact radius (stable branch)."""
    tear = (np.pi * work * RADIUS**2 / (8 * MODULUS)) ** (1 / 3)
    a = tear * np.geomspace(1.0, 30.0, 200_001)
    overlap = a**2 / RADIUS - np.sqrt(2 * np.pi * work * a / MODULUS)
    force = 4 * MODULUS * a**3 / (3 * RADIUS) - np.sqrt(8 * np.pi * work * MODULUS * a**3)
    return np.interp(-gaps, overlap, force), -overlap[0]


def test_jkr_contact_follows_its_curve_through_negative_overlap_and_tears():
    """F(δ) of Johnson, Kendall & Roberts, pull-off 1.5π w R*, tearing at 3/4 (π²w²R*/E*²)^⅓."""
    work = 0.5
    pull_off = 1.5 * np.pi * work * RADIUS
    gaps, forces = pulled_apart("jkr", pull_off, start=-2e-5, speed=0.02)
    expected, tear = jkr_curve(work, gaps)
    held = gaps < 0.995 * tear
    assert np.abs(forces - expected)[held].max() < 1e-6 * pull_off
    assert forces.min() == pytest.approx(-pull_off, rel=1e-4)
    assert np.abs(forces[gaps > 1.001 * tear]).max() == 0.0
    assert held.sum() > 100
    assert (gaps > 1.001 * tear).any()
    # must fail: the same with DMT's 2π, and where the force of a contact ends with the overlap
    assert forces.min() != pytest.approx(-2 * np.pi * work * RADIUS, rel=0.1)
    assert forces[(gaps > 0) & held].max() < -0.5 * pull_off


def test_jkr_does_not_attract_before_it_has_touched():
    """On the way in the first force comes at a gap of zero: −8/9 of the pull-off force."""
    pull_off = 1.5 * np.pi * 0.5 * RADIUS
    solver = bonded("jkr", pull_off, gap=2e-5, speed=-0.02, step=2e-6, restitution=1.0)
    velocity = solver.velocity[1, 2]
    while solver.velocity[1, 2] == velocity:
        solver.advance(None, 1)
        height = solver.position[1, 2] - 2 * R
    assert abs(height) < 0.02 * 2 * 2e-6
    force = solver.mass[1] * (solver.velocity[1, 2] - velocity) / 2e-6
    assert force == pytest.approx(-8 / 9 * pull_off, rel=0.01)


def test_jkr_rests_at_the_contact_radius_of_no_load():
    """a₀ = (9π w R*²/(2E*))^⅓, seen as its overlap a₀²/(3R*); Hertz and DMT rest elsewhere."""
    work = 0.1
    pull_off = 1.5 * np.pi * work * RADIUS
    rest = {}
    for law in ("jkr", "dmt"):
        solver = bonded(law, pull_off, gap=-1e-6, step=2e-5)
        solver.advance(None, 20000)
        assert abs(solver.velocity[1, 2]) < 1e-9
        rest[law] = 2 * R - solver.position[1, 2]
    radius = (4.5 * np.pi * work * RADIUS**2 / MODULUS) ** (1 / 3)
    assert rest["jkr"] == pytest.approx(radius**2 / (3 * RADIUS), rel=1e-3)
    # DMT: Hertz's overlap under the pull-off force
    assert rest["dmt"] == pytest.approx((pull_off / HERTZ) ** (2 / 3), rel=1e-3)
    assert rest["dmt"] != pytest.approx(rest["jkr"], rel=0.05)


@pytest.mark.parametrize("law", ["fading", "dmt", "van_der_waals"])
def test_a_bond_pulled_apart_costs_the_work_of_its_attraction(law):
    """½ m v² lost on the way out: F_c times reach/2 (fading), 0 (DMT), Hamaker's integral."""
    pull_off, speed = 1e-2, 0.02
    gaps, forces = pulled_apart(law, pull_off, start=0.0, speed=speed)
    cut = SEPARATION / (SEPARATION + REACH)
    hamaker = SEPARATION * (1 - cut) - REACH * cut**2
    length = {"fading": 0.5 * REACH, "dmt": 0.0, "van_der_waals": hamaker / (1 - cut**2)}
    assert gaps[-1] > REACH
    work = -np.sum(forces * np.gradient(gaps))
    assert work == pytest.approx(pull_off * length[law], rel=0.02, abs=1e-3 * pull_off * REACH)
    assert forces.min() >= -pull_off * (1 + 1e-6)
    assert np.abs(forces[gaps > REACH]).max() < 1e-12


@pytest.mark.parametrize("law", LAWS)
def test_bonds_survive_the_rebuilding_of_the_list(law):
    """Galilei: the pair swings alike at rest and in a fast drift over many rebuilds."""

    def swing(drift):
        solver = bonded(law, 5e-3, gap=-2e-6, hold=False, step=5e-5)
        solver.set_motion(np.array([[drift, 0, 0], [drift, 0, 1e-3]]))
        solver.advance(None, 4000)
        return solver.position[1] - solver.position[0]

    at_rest, moving = swing(0.0), swing(1.0)
    assert np.abs(at_rest - [0, 0, 2 * R - 2e-6]).max() > 1e-7  # something happened
    assert np.abs(moving - at_rest).max() < 1e-11  # round-off of 0.2 m over thousands of steps


def test_linear_grains_meet_for_half_a_period_at_any_speed():
    """F = v √(k m*), t = π √(m*/k); Hertz's force grows as v^1.2 instead."""
    stiffness = 1e4
    for speed in (0.01, 0.1):
        values = {"normal_law": "linear", "normal_stiffness": stiffness, "restitution": 1.0}
        mass = 2700 * 4 / 3 * np.pi * R**3 / 2
        step = np.pi * np.sqrt(mass / stiffness) / 400
        solver = loose_grains(
            [[0, 0, 0], [0, 0, 2 * R * (1 + 1e-12)]], R, velocity=[[0, 0, speed], [0, 0, -speed]],
            step=step, **values,
        )  # fmt: skip
        forces, before = [], solver.velocity[1, 2]
        for _ in range(420):
            solver.advance(None, 1)
            forces.append(2 * mass * (solver.velocity[1, 2] - before) / step)
            before = solver.velocity[1, 2]
        assert max(forces) == pytest.approx(2 * speed * np.sqrt(stiffness * mass), rel=0.001)
        assert np.count_nonzero(forces) == pytest.approx(400, abs=2)
        assert solver.velocity[1, 2] == pytest.approx(speed, rel=1e-3)


@pytest.mark.parametrize("bristle", [0.0, 2e3])
@pytest.mark.parametrize("restitution", [0.5, 1.0])
def test_linear_grains_meet_walls_and_tools_with_twice_the_stiffness_of_a_pair(
    bristle, restitution
):
    """On a tool k = 2 `normal_stiffness`, in series with bristles; on a wall the pair's own."""
    stiffness, speed = 1e4, 0.05
    mass = 2700 * 4 / 3 * np.pi * R**3
    grain = 2 * stiffness
    both = grain * bristle / (grain + bristle) if bristle else grain
    for tool, k in ((True, both), (False, stiffness)):
        step = np.pi * np.sqrt(mass / k) / 400
        tools = [surface(size=(0.1, 0.1, 0.002), position=(0.0, 0.0, -0.002),
                         restitution=restitution, bristle_stiffness=bristle)]  # fmt: skip
        solver = loose_grains(
            [[0, 0, R * (1 + 1e-12)]], R, velocity=[[0, 0, -speed]], step=step,
            primitives=tools if tool else (), walls=NO_WALLS if tool else floor_wall(0.0, 0.5, 0.0),
            normal_law="linear", normal_stiffness=stiffness, restitution=restitution,
        )  # fmt: skip
        overlaps = []
        for _ in range(900):
            solver.advance(still() if tool else None, 1)
            overlaps.append(R - solver.position[0, 2])
        assert solver.velocity[0, 2] / speed == pytest.approx(restitution, rel=0.01)
        if restitution == 1.0:
            assert max(overlaps) == pytest.approx(speed * np.sqrt(mass / k), rel=1e-3)
            assert np.count_nonzero(np.array(overlaps) > 0) == pytest.approx(400, abs=3)
