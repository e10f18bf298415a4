"""A motor stalls where it is told to turn, pushes with all it has, and hardly turns."""

from types import SimpleNamespace

import numpy as np
import pytest

from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.drives import SpeedMotor
from sampling_sim.recording.motors import StallClock

DESIGN = design_of(CraftParameters(), BrushWheelsParameters())
ON = SpeedMotor(speed=10.0, gain=0.2, torque_limit=0.3)


def stalled(motor: SpeedMotor, speed: float) -> float:
    """Time counted in one control step of 10 ms with the left wheel so, the right one at speed."""
    clock = StallClock(DESIGN, 0.01)
    speeds = np.full(len(DESIGN.joints), 10.0)
    speeds[DESIGN.joint_index("wheel_left")] = speed
    drives = {"wheel_left": motor, "wheel_right": ON}
    clock.look(SimpleNamespace(state=lambda: SimpleNamespace(joint_speed=speeds), drives=drives))
    return clock.time


@pytest.mark.parametrize(
    ("motor", "speed", "time"),
    [
        (ON, 0.0, 0.01),
        (ON, 0.9, 0.01),
        (ON, 1.1, 0.0),
        (ON, 10.0, 0.0),
        (SpeedMotor(speed=0.0, gain=0.2, torque_limit=0.3), 0.0, 0.0),
        # strong enough: slow, but not at its limit
        (SpeedMotor(speed=10.0, gain=0.2, torque_limit=3.0), 0.0, 0.0),
    ],
)
def test_stalls_are_told_by_torque_and_speed(motor, speed, time) -> None:
    assert stalled(motor, speed) == pytest.approx(time)
