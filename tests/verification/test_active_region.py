"""The active region against the same grains all awake: who is left out must not change the rest."""

import numpy as np
import pytest
from grain_cases import NO_FIELD, NO_WALLS, TIP, loose_bed, surface

from sampling_sim.regolith.primitives import LinkMotion
from sampling_sim.regolith.solver import GrainSolver

RADIUS, STEP = 0.01, 2e-5


def row(**options):
    """Six grains on a line, a diameter and a tenth apart, their solver."""
    bed = loose_bed([[0.022 * k, 0.0, 0.0] for k in range(6)], RADIUS, restitution=1.0)
    return GrainSolver(bed, NO_FIELD, contact_step=STEP, walls=NO_WALLS, **options)


def struck(active_region):
    """Row whose first grain was sent on its way at 5 cm/s, 1.5 s later."""
    solver = row(active_region=active_region)
    asleep = ~solver.awake
    velocity = np.zeros((6, 3))
    velocity[0, 0] = 0.05
    solver.set_motion(velocity)
    for _ in range(round(1.5 / STEP / 5)):
        solver.advance(None, 5)
    return solver, asleep


def test_a_blow_goes_through_a_row_of_sleepers():
    """Newton's cradle: the last grain leaves with the first one's speed, the others stay.

    A sleeper is fixed until the end of the call in which it is first touched: 5 steps of the some
    200 of a contact, when the force, as δ^1.5, is still small.
    """
    solver, asleep = struck(active_region=True)
    assert asleep.all()
    assert solver.velocity[-1, 0] == pytest.approx(0.05, rel=0.02)
    reference, awake = struck(active_region=False)
    assert not awake.any()  # none slept
    assert solver.velocity[-1, 0] == pytest.approx(reference.velocity[-1, 0], rel=0.02)


def test_rest_is_left_out_and_what_a_tool_may_reach_is_not():
    """A plate at 1 mm/s moves the first grain as it does with every grain awake.

    The plate wakes it before it touches, so both runs do the same sums; it ends before the next
    grain is met.
    """

    def pushed(active_region):
        plate = surface(size=(0.05, 0.05, 0.001), rotation=TURNED, restitution=0.5)
        solver = row(active_region=active_region, primitives=[plate])
        awake = []
        for k in range(290):
            place = np.array([[-0.025 + 1e-3 * 0.05 * (k + 0.5), 0.0, 0.0]])
            motion = LinkMotion(
                place, np.eye(3)[None], np.array([[1e-3, 0.0, 0.0]]), np.zeros((1, 3))
            )
            solver.advance(motion, 2500)
            awake.append(int(solver.awake.sum()))
        return solver, awake

    solver, awake = pushed(True)
    reference, _ = pushed(False)
    assert awake[0] == 0
    assert max(awake) > 0
    assert solver.position[0, 0] > 1e-4  # it was pushed
    assert solver.position == pytest.approx(reference.position, abs=1e-12)


TURNED = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
"""Takes a plate's normal, its own z, to the link's x."""


@pytest.mark.parametrize("may_leave", [True, False])
def test_a_bed_that_may_leave_starts_awake_and_leaves(may_leave):
    """½ a t² outward at the tip; the twin is said to be at rest, sleeps, and so stays."""
    bed = loose_bed([[0.0, 0.0, 0.02]], RADIUS, may_leave=may_leave)
    solver = GrainSolver(bed, TIP, contact_step=STEP, walls=NO_WALLS, active_region=True)
    for _ in range(100):
        solver.advance(None, 2500)
    outward = float(TIP.effective_acceleration[2])
    risen = 0.5 * outward * 5.0**2 if may_leave else 0.0
    assert solver.position[0, 2] - 0.02 == pytest.approx(risen, rel=0.01, abs=1e-9)
