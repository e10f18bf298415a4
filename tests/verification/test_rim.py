"""A rim that absorbs: what a wave keeps after it has been to the side and back.

Grains in a row, each pressed on the next by a cohesion that does not depend on the gap, are springs
in a row.  Half of a wave's energy is kinetic, so drag takes its rate of the whole.
"""

from functools import cache

import numpy as np
import pytest
from grain_cases import NO_FIELD, NO_WALLS, loose_bed

from sampling_sim.regolith.rim import Rim, rim_drag
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.world.settings import EngineParameters

COUNT, RADIUS, STIFFNESS, STEP = 121, 0.01, 1e3, 2e-5
MASS = 2700.0 * 4.0 / 3.0 * np.pi * RADIUS**3
PULL = 1e-3
"""[N] of every bond: presses 1 µm of overlap, forty times what the wave moves."""
SPACING = 2.0 * RADIUS - PULL / STIFFNESS
NUMBER = 0.5
"""Phase from grain to grain: twelve grains to a wave."""
SPEED = SPACING * np.sqrt(STIFFNESS / MASS) * np.cos(NUMBER / 2)
"""[m/s] of the packet: dω/dk of ω = 2 √(k/m) sin(k d/2)."""
WIDTH = 40 * SPACING
SLICES = 20


@cache
def kept(rate, width=WIDTH):
    """Share of its energy that a packet of waves keeps, from the middle to both sides and back.

    It starts without displacement, all kinetic, as two halves that part and meet again; there the
    kinetic part is half of it over a period.
    """
    x = SPACING * (np.arange(COUNT) - (COUNT - 1) / 2)
    ends = [True, *[False] * (COUNT - 2), True]
    bed = loose_bed(
        np.column_stack([x, 0.0 * x, 0.0 * x - 0.1]), RADIUS, fixed=ends, normal_law="linear",
        normal_stiffness=STIFFNESS, restitution=1.0, cohesion_law="dmt", friction_coefficient=0.0,
        rolling_friction=0.0, width_x=COUNT * SPACING, width_y=2.0,
        pull_off_scale=PULL / (np.pi * RADIUS),
    )  # fmt: skip
    solver = GrainSolver(bed, NO_FIELD, contact_step=STEP, walls=NO_WALLS, rim=(width, rate))
    velocity = np.zeros((COUNT, 3))
    velocity[:, 0] = 5e-6 * np.exp(-((x / (12 * SPACING)) ** 2)) * np.cos(NUMBER / SPACING * x)
    solver.set_motion(velocity)
    before = solver.kinetic_energy()
    period = np.pi / np.sqrt(STIFFNESS / MASS) / np.sin(NUMBER / 2)
    solver.advance(None, round((2.0 * x[-1] / SPEED - 0.5 * period) / STEP))
    kinetic = []
    for _ in range(SLICES):
        solver.advance(None, round(period / SLICES / STEP))
        kinetic.append(solver.kinetic_energy())
    return 2.0 * np.mean(kinetic) / before


@pytest.mark.parametrize("rate", [5.0, 10.0, 20.0])
def test_a_wave_comes_back_with_what_the_drag_leaves(rate):
    """Within 10 %: waves of other lengths in the packet are up to 5 % slower, so longer in the rim.

    Without a rim it comes back whole (the twin that must fail).
    """
    expected = np.exp(-2.0 * rate * WIDTH / (3.0 * SPEED))
    assert kept(rate) == pytest.approx(expected * kept(0.0), rel=0.1)
    assert kept(0.0) == pytest.approx(1.0, abs=0.05)
    assert expected < 0.7


def test_the_default_drag_takes_nine_tenths_in_a_tenth_of_a_metre():
    """Stronger than a wave is fast: the closed form says 0.3 %, the rest is reflected."""
    assert 0.05 < kept(EngineParameters().rim_drag, 0.1) < 0.15


def test_drag_rises_towards_the_sides_and_spares_what_flies():
    rim = Rim(0.5, 0.4, 0.1, 200.0)
    places = np.array(
        [[0.0, 0.0, -0.01], [0.45, 0.0, -0.01], [0.0, -0.4, -0.01], [0.0, -0.4, 0.01], [0.6, 0, -1]]
    )
    assert rim_drag(places, rim) == pytest.approx([0.0, 50.0, 200.0, 0.0, 200.0])
    assert not rim_drag(places, rim._replace(width=0.0)).any()
