"""Plates of glued grains against closed forms: bonds, a loaded plate, friction, momentum.

The set-up is nine columns of three equal grains, too far apart to touch sideways: the lowest and
the highest grain of each belong to a plate, the middle one is free.
"""

import numpy as np
import pytest
from grain_cases import NO_FIELD, NO_WALLS, loose_bed

from sampling_sim.regolith.solver import GrainSolver

R, COLUMNS = 0.01, 9
E_STAR = 2e7 / (2.0 * (1.0 - 0.25**2))
STEP = 2e-5


def columns(overlap=0.0, **values):
    """Return the solver of the columns, each contact with an overlap [m], and its two plates."""
    grid = 0.05 * np.stack(np.meshgrid(range(3), range(3)), -1).reshape(-1, 2)
    position = np.vstack(
        [
            np.column_stack([grid, np.full(COLUMNS, z)])
            for z in (0.0, 2 * R - overlap, 4 * R - 2 * overlap)
        ]
    )
    fixed = np.repeat([True, False, True], COLUMNS)
    bed = loose_bed(position, R, fixed, **values)
    solver = GrainSolver(bed, NO_FIELD, contact_step=STEP, walls=NO_WALLS)
    number = np.arange(3 * COLUMNS)
    return solver, solver.hold([number[:COLUMNS], number[-COLUMNS:]])


def test_a_plate_moves_as_told_and_its_grains_with_it():
    """Its way is v t over rebuilds of the lists and calls of different length.

    3000 roundings of a position of 0.1 m are 3e-14 m at random, 1e-10 of the smallest way.
    """
    solver, plates = columns()
    start = solver.position
    plates.velocity[1] = [0.03, -0.01, 0.1]
    for steps in (1, 500, 2499):
        solver.advance(None, steps)
    way = solver.position - start
    expected = solver.time * plates.velocity[1]
    assert solver.time == pytest.approx(0.06)
    assert np.allclose(way[-COLUMNS:], expected, rtol=1e-9, atol=0)
    assert np.all(way[:COLUMNS] == 0.0)


@pytest.mark.parametrize("scale", [0.002, 0.02])
def test_plates_pull_apart_at_the_number_of_bonds_times_the_pull_off_force(scale):
    """Peak force N · 2π w R*; inertia of the free grains adds less than 1 % at this speed.

    A free grain of mass m is drawn along at half the plate's speed v within the time the bond
    takes to stretch, range/v: m v²/(2 range) against 2π w R*, 1e-4 of it here.
    """
    solver, plates = columns(pull_off_scale=scale, cohesion_range=1e-4)
    plates.velocity[1, 2] = 1e-4 * np.sqrt(scale / 0.002)
    peak = 0.0
    for _ in range(150):
        plates.impulse[:] = 0.0
        solver.advance(None, round(2e-6 / plates.velocity[1, 2] / STEP))
        peak = max(peak, -float(plates.force[1, 2]))
    expected = COLUMNS * 2.0 * np.pi * scale * 0.5 * R
    assert peak == pytest.approx(expected, rel=0.01)
    # without cohesion nothing pulls: what is read is the bonds
    bare, idle = columns(cohesion_range=1e-4)
    idle.velocity[1, 2] = 1e-4
    bare.advance(None, 1000)
    assert np.abs(idle.force).max() == 0.0


def test_a_loaded_plate_rests_where_hertz_carries_it():
    """Way of the plate: two contacts of (F / (4/3 E* √R*))^⅔ each, F the load of a column.

    The plate is at rest to 1e-4 of that way, the step's error is far below.
    """
    solver, plates = columns(restitution=0.2)
    load = 2.0
    mass = float(solver.mass[-COLUMNS:].sum())
    plates.inverse_mass[1, 2], plates.push[1, 2] = 1.0 / mass, -load
    plates.damper[1, 2] = mass * 2e2
    start = solver.position[-1, 2]
    for _ in range(20):
        plates.impulse[:] = 0.0
        solver.advance(None, 500)
    overlap = (load / COLUMNS / (4.0 / 3.0 * E_STAR * np.sqrt(0.5 * R))) ** (2.0 / 3.0)
    assert start - solver.position[-1, 2] == pytest.approx(2.0 * overlap, rel=1e-3)
    stress = plates.impulse[:, 2] / (500 * STEP)
    assert stress == pytest.approx([-load, load], rel=1e-3)
    # a plate without mass does not answer to its load
    held, stiff = columns()
    stiff.push[1, 2] = -load
    held.advance(None, 500)
    assert np.all(stiff.velocity == 0.0)


@pytest.mark.parametrize(
    ("friction", "rolling", "ratio"), [(0.3, 1.0, 0.3), (0.6, 0.4, 0.2), (0.3, 0.0, 0.0)]
)
def test_sheared_columns_carry_friction_or_rolling_whichever_yields_first(friction, rolling, ratio):
    """Shear over normal force is min(μ, μ_r/2): a roller yields at μ_r N R* = μ_r N r/2.

    By then the plate has gone 5e-3 of a radius, which tilts the normals by a quarter of that.
    """
    solver, plates = columns(
        overlap=1e-5, friction_coefficient=friction, rolling_friction=rolling, restitution=0.1
    )
    solver.advance(None, 4000)
    plates.velocity[1, 0] = 1e-3
    solver.advance(None, 2000)
    plates.impulse[:] = 0.0
    solver.advance(None, 500)
    normal, shear = plates.impulse[1, 2], -plates.impulse[1, 0]
    assert normal > 0.0
    assert shear / normal == pytest.approx(ratio, abs=0.01)


def test_what_the_plates_lose_the_grains_gain():
    """Impulses on both plates and the free grains' momentum sum to zero, to round-off."""
    solver, plates = columns(overlap=5e-5, pull_off_scale=0.01, cohesion_range=1e-4)
    plates.velocity[:] = [[0.0, 0.0, 0.0], [0.01, 0.005, -0.02]]
    solver.advance(None, 2000)
    free = ~solver.fixed
    momentum = (solver.mass[free, None] * solver.velocity[free]).sum(0)
    exchanged = plates.impulse.sum(0) + momentum
    assert np.abs(momentum).max() > 1e-5
    assert np.abs(exchanged).max() < 1e-12 * np.abs(plates.impulse).max()
