"""A paddle of the brush wheel throws a grain at rest with (1 + e) ω r, r where it is struck.

The wheel turns at a set rate, as one far heavier than the grain does; rigid paddles, no friction.
The paddle turns on while it pushes: over a contact of t_c the direction turns by ω t_c, under 2e-2,
and r grows by its square.
"""

import numpy as np
import pytest
from grain_cases import loose_grains

from sampling_sim.frames import rotation_from_vector
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.brush_surfaces import WHEEL_RIGHT
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.regolith.primitives import LinkMotion

STEP, RADIUS = 2e-6, 0.004
RATE = 9.9
"""[rad/s] of the default wheel."""


def thrown(restitution: float, arm: float, rate: float = RATE) -> float:
    """Speed [m/s] of a grain at rest in front of a paddle, `arm` [m] from the axis."""
    sampler = BrushWheelsParameters(
        bristle_stiffness=0.0, friction_coefficient=0.0, restitution=restitution
    )
    design = design_of(CraftParameters(), sampler)
    paddles = [p for p in design.primitives if p.link == WHEEL_RIGHT and p.part == "paddle"]
    # the first paddle lies along x of the wheel and comes up, as the wheel turns about −y
    start = [arm, 0.0, RADIUS + 0.5 * sampler.paddle_thickness + 1e-5]
    solver = loose_grains([start], RADIUS, step=STEP, primitives=paddles, restitution=restitution)
    still, turn = np.zeros((len(design.links), 3)), np.zeros((len(design.links), 3))
    turn[WHEEL_RIGHT] = [0.0, -rate, 0.0]
    for number in range(120):
        time = (number + 0.5) * 25 * STEP
        rotation = np.tile(np.eye(3), (len(design.links), 1, 1))
        rotation[WHEEL_RIGHT] = rotation_from_vector(time * turn[WHEEL_RIGHT])
        motion = LinkMotion(
            position=still, rotation=rotation, velocity=still, angular_velocity=turn
        )
        solver.advance(motion, 25)
        if solver.velocity[0, 2] > 0.0 and solver.position[0, 2] > start[2] + 2e-3:
            break
    return float(np.linalg.norm(solver.velocity[0]))


@pytest.mark.parametrize("restitution", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("arm", [0.025, 0.04])
def test_a_grain_leaves_a_paddle_at_one_plus_e_times_its_speed(restitution, arm):
    """To 3 %: restitution to 1 % (test_grain_tools), the paddle's turning the rest."""
    assert thrown(restitution, arm) == pytest.approx((1.0 + restitution) * RATE * arm, rel=0.03)


def test_twice_the_rate_throws_twice_as_fast():
    assert thrown(0.5, 0.04, 2.0 * RATE) == pytest.approx(2.0 * thrown(0.5, 0.04), rel=0.03)
    # the twin: a wheel that stands still throws nothing
    assert thrown(0.5, 0.04, 0.0) == 0.0
