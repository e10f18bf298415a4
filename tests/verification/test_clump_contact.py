"""Clumps that meet: against a grain of the same shape, closed forms of impact, conservation."""

from dataclasses import replace

import numpy as np
import pytest
from grain_cases import NO_FIELD, NO_WALLS, field, loose_bed, loose_grains, still, surface

from sampling_sim.regolith.bed import floor_wall
from sampling_sim.regolith.bodies import clumps_of, sphere_centres
from sampling_sim.regolith.clump_shapes import ClumpTemplate, ellipsoid_template, sphere_template
from sampling_sim.regolith.clumps import rotation_matrices
from sampling_sim.regolith.solver import GrainSolver

DIAMETER = 0.03
PEBBLE = ellipsoid_template(0.53, 0.69, 5)
DUMBBELL = ClumpTemplate(
    np.array([[0.5, 0.0, 0.0], [-0.5, 0.0, 0.0]]), np.full(2, 0.4), np.array([0.07, 0.3, 0.3]), 0.0
)
STILL = (0.0, 0.0, 0.0, 1.0)
SMOOTH = {"friction_coefficient": 0.0, "rolling_friction": 0.0}


def clump_bed(templates, position, attitude, fixed=False, **parameters):
    """Bodies of 3 cm at given places, nothing known between them."""
    position = np.array(position, float)
    count = len(position)
    clumps, radius = clumps_of(
        templates, position, np.full(count, DIAMETER), np.array(attitude, float), 2700.0
    )
    centres = sphere_centres(clumps, rotation_matrices(clumps.attitude))
    bed = loose_bed(centres, radius, diameter_min=0.02, **parameters)
    return replace(bed, clumps=clumps, fixed=np.full(radius.size, fixed))


def clumps_in_motion(templates, position, attitude, velocity, spin=0.0, **values):
    """Solver of a few clumps with their velocities [m/s] and angular velocities [rad/s]."""
    walls, forces = values.pop("walls", NO_WALLS), values.pop("forces", NO_FIELD)
    bed = clump_bed(templates, position, attitude, **values)
    solver = GrainSolver(bed, forces, contact_step=2e-5, walls=walls)
    solver.set_motion(np.array(velocity, float), np.array(spin, float))
    return solver


def test_a_clump_of_one_sphere_moves_as_the_grain_does():
    """Oblique impact with friction, rolling and cohesion; sums in another order: round-off."""
    places = [[0.0, 0, 0], [0.0305, 0.004, 0.002]]
    speeds = [[0.1, 0, 0.02], [-0.05, 0.01, 0]]
    spins = [[1.0, 2.0, -3.0], [0.0, -1.0, 0.5]]
    values = {"restitution": 0.5, "pull_off_scale": 0.01, "diameter_min": 0.02}
    grains = loose_grains(places, 0.5 * DIAMETER, velocity=speeds, spin=spins, step=2e-5, **values)
    del values["diameter_min"]
    attitude = np.array([[0.5, 0.5, -0.5, 0.5], [0.1, 0.7, 0.1, 0.7]])
    clumps = clumps_in_motion([sphere_template()] * 2, places, attitude, speeds, spins, **values)
    for solver in (grains, clumps):
        solver.advance(None, 2000)
    one, two = grains.bodies, clumps.bodies
    assert np.abs(one.velocity - speeds).max() > 0.01
    assert np.abs(one.position - two.position).max() < 1e-12 * 0.03 + 1e-14
    assert np.abs(one.velocity - two.velocity).max() < 1e-9 * 0.1
    assert np.abs(one.angular_velocity - two.angular_velocity).max() < 1e-9 * 3.0
    assert clumps.kinetic_energy() == pytest.approx(grains.kinetic_energy(), rel=1e-9)


def total_momenta(solver):
    """Linear and angular momentum of all bodies about the origin, where P does not turn."""
    bodies, rigid = solver.bodies, solver._clumps
    linear = bodies.mass[:, None] * bodies.velocity
    return linear.sum(0), (np.cross(bodies.position, linear) + rigid.momentum).sum(0)


def test_clumps_that_collide_keep_both_momenta_to_round_off():
    """Pebbles with friction and rolling, several spheres touching; spin alone is not kept."""
    rng = np.random.default_rng(3)
    places = [[0, 0, 0], [0.04, 0.008, 0.004], [0.02, 0.035, -0.003]]
    attitude = rng.normal(size=(3, 4))
    attitude /= np.linalg.norm(attitude, axis=1, keepdims=True)
    solver = clumps_in_motion(
        [PEBBLE] * 3, places, attitude, [[0.1, 0, 0], [-0.1, 0, 0.02], [0, -0.1, 0]],
        [[5.0, 0, 3.0], [0, -4.0, 0], [2.0, 2.0, 2.0]],
    )  # fmt: skip
    linear, angular = total_momenta(solver)
    spin = solver._clumps.momentum.sum(0).copy()
    energy = solver.kinetic_energy()
    for _ in range(10):
        solver.advance(None, 2000)
    after_linear, after_angular = total_momenta(solver)
    scale = solver.bodies.mass[0] * 0.1
    assert np.abs(after_linear - linear).max() < 1e-12 * scale
    assert np.abs(after_angular - angular).max() < 1e-12 * scale * 0.04
    assert np.abs(solver._clumps.momentum.sum(0) - spin).max() > 1e-3 * scale * 0.04
    assert solver.kinetic_energy() < 0.9 * energy


def test_an_off_centre_impact_is_that_of_a_rigid_body():
    """Elastic, smooth: J = 2 m v, m = 1/(1/M + a²/I) at the arm a; 1 % for the time it takes.

    The twin is a point of the same mass, which would just turn back.
    """
    speed, arm = 0.05, 0.5 * DIAMETER
    height = 0.4 * DIAMETER + 1e-4
    # both balls of a level dumb-bell, the right one over a wall that ends at x = 0
    place = [[0.0, 0.0, height]]
    step = np.array([[0.0, 0.0, 1.0, 0.0, np.inf, 0.0, 0.0]])
    quarter = np.sin(0.1), np.cos(0.1)
    attitude = [[0.0, quarter[0], 0.0, quarter[1]]]  # tilted by 0.2 rad: the +x end comes down
    lower = arm * np.sin(0.2)
    place[0][2] += lower
    solver = clumps_in_motion(
        [DUMBBELL], place, attitude, [[0, 0, -speed]], [[0, 0, 0]], walls=step, restitution=1.0,
        **SMOOTH,
    )  # fmt: skip
    mass = solver.bodies.mass[0]
    inertia = 0.3 * mass * DIAMETER**2
    level = arm * np.cos(0.2)
    effective = 1.0 / (1.0 / mass + level**2 / inertia)
    impulse = 2.0 * effective * speed
    while solver.bodies.velocity[0, 2] == -speed:
        solver.advance(None, 10)
    solver.advance(None, 250)
    velocity, rate = solver.bodies.velocity[0, 2], solver.bodies.angular_velocity[0]
    assert velocity == pytest.approx(-speed + impulse / mass, abs=0.01 * speed)
    assert rate == pytest.approx([0.0, -impulse * level / inertia, 0.0], abs=0.01 * speed / arm)
    assert solver.kinetic_energy() == pytest.approx(0.5 * mass * speed**2, rel=1e-3)
    assert abs(velocity - speed) > 0.3 * speed


def test_spheres_of_one_clump_never_meet():
    """They overlap by half a radius, and nothing moves, bit for bit; loose ones fly apart."""
    solver = clumps_in_motion([PEBBLE], [[0, 0, 0]], [STILL], [[0, 0, 0]], [[0, 0, 0]])
    before = solver.position
    solver.advance(None, 100)
    assert (solver.position == before).all()
    assert not len(solver.contacts()[0])
    loose = loose_grains(before, solver.radius, step=1e-6, diameter_min=0.01, youngs_modulus=1e6)
    loose.advance(None, 100)
    assert np.abs(loose.position - before).max() > 1e-7


def test_a_clump_falls_and_comes_to_rest_on_its_side():
    """Under weight a pebble ends with its short axis upright; a glued one stays where it is."""
    tilt = [[np.sin(0.3), 0.0, 0.0, np.cos(0.3)]]
    values = {"walls": floor_wall(-0.02, 0.5, 0.1), "forces": field(gravity=(0, 0, -1.0))}
    solver = clumps_in_motion([PEBBLE], [[0, 0, 0]], tilt, [[0, 0, 0]], [[0, 0, 0]], **values)
    solver.drag = 2.0
    solver.advance(None, 100_000)
    turn = rotation_matrices(solver.attitude)[0]
    assert abs(turn[2, 2]) > 0.95  # the spheres stand 2 % off the ellipsoid: a few degrees
    assert np.abs(solver.bodies.angular_velocity).max() < 1e-2
    half = 0.53 * 0.5 / np.cbrt(0.53 * 0.69) * DIAMETER  # of the short axis; error 2 % of d
    assert solver.bodies.position[0, 2] + 0.02 == pytest.approx(half, abs=0.05 * DIAMETER)
    glued = GrainSolver(
        clump_bed([PEBBLE], [[0, 0, 0]], tilt, fixed=True), values["forces"], contact_step=2e-5
    )
    glued.advance(None, 1000)
    assert (glued.bodies.position == 0.0).all()


def test_a_run_goes_on_from_its_state_bit_for_bit():
    """Clumps are part of the state."""

    def start():
        return clumps_in_motion(
            [PEBBLE] * 2, [[0, 0, 0], [0.045, 0, 0]], [STILL] * 2, [[0.1, 0, 0], [-0.1, 0, 0]],
            [[0, 3.0, 0], [1.0, 0, 0]],
        )  # fmt: skip

    whole, halves = start(), start()
    whole.advance(None, 1000)
    whole.advance(None, 1000)
    halves.advance(None, 1000)
    again = start()
    again.restore(halves.state())
    again.advance(None, 1000)
    assert (again.position == whole.position).all()
    assert (again.attitude == whole.attitude).all()
    assert (again.velocity == whole.velocity).all()
    assert np.abs(whole.velocity[0] - [0.1, 0, 0]).max() > 1e-3


def test_a_clump_wakes_whole_and_does_not_sleep_alone():
    """Asleep from the start; a plate near one end wakes the far end too, which is out of its reach.

    Woken by a new field, both stay awake, as they touch nothing that could hold them.
    """
    long_ = replace(DUMBBELL, centre=3.0 * DUMBBELL.centre)
    bed = clump_bed([long_] * 2, [[0, 0, 0], [0.4, 0.01, 0]], [STILL] * 2)
    plate = surface(position=(-0.065, 0, 0), size=(0.001, 0.01, 0.001))
    solver = GrainSolver(
        bed, NO_FIELD, contact_step=2e-5, walls=NO_WALLS, active_region=True, primitives=[plate]
    )
    assert not solver.awake.any()
    solver.advance(still(), 10)
    assert (solver.awake == [True, True, False, False]).all()
    solver.field = NO_FIELD
    assert solver.awake.all()
    solver.set_motion(np.zeros((2, 3)), np.array([[0, 0, 0], [0, 0, 0.05]]))
    solver.advance(None, 30_000)  # longer than two windows
    assert solver.awake.all()
    before = solver.position
    solver.advance(None, 100)
    assert (solver.position[2:] != before[2:]).any(1).all()
