"""An impulse given to the grains is momentum gained, to round-off; asleep or awake."""

import numpy as np
import pytest
from grain_cases import NO_FIELD

from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.solver import GrainSolver


def bed(fixed: bool = False) -> Bed:
    return Bed(
        parameters=RegolithParameters(tensile_strength=0.0),
        position=np.array([[0.0, 0.0, -0.05], [0.1, 0.0, -0.05], [0.0, 0.1, -0.05]]),
        radius=np.array([0.008, 0.01, 0.012]),
        fixed=np.array([False, fixed, False]),
        floor=-0.12,
    )


@pytest.mark.parametrize("active", [False, True])
def test_a_kick_is_momentum_gained(active: bool) -> None:
    solver = GrainSolver(bed(), NO_FIELD, contact_step=1e-5, active_region=active)
    start = solver.momentum()
    impulse = np.array([[1e-3, 0.0, 2e-3], [0.0, -1e-3, 0.0], [0.0, 0.0, 0.0]])
    solver.kick(impulse)
    assert np.allclose(solver.momentum() - start, impulse.sum(axis=0), rtol=1e-14, atol=1e-20)
    before = solver.position.copy()
    solver.advance(None, 100)
    # a woken grain's motion may lag by one step of the hundred
    moved = np.linalg.norm(solver.position - before, axis=1)
    assert moved[0] == pytest.approx(np.sqrt(5.0) * 1e-3 / solver.mass[0] * 1e-3, rel=1e-2)


def test_a_fixed_grain_takes_no_kick() -> None:
    solver = GrainSolver(bed(fixed=True), NO_FIELD, contact_step=1e-5)
    solver.kick(np.full((3, 3), 1e-3))
    assert not solver.velocity[1].any()
    assert solver.velocity[0].any()


def test_kicks_to_grains_awake_leave_the_lists_alone() -> None:
    """The first kick wakes and asks for lists; the twenty small ones after it do not."""
    solver = GrainSolver(bed(), NO_FIELD, contact_step=1e-5, active_region=True)
    impulse = np.full((3, 3), 1e-7)
    solver.kick(impulse)
    solver.advance(None, 1)
    made = solver.rebuilds
    for _ in range(20):
        solver.kick(impulse)
        solver.advance(None, 1)
    assert solver.rebuilds == made
    assert made > 0
