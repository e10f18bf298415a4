"""Motors that stall: told to turn, at their torque limit, and hardly turning.  SI."""

from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.drives import SpeedMotor
from sampling_sim.world.world import World

STALL_SPEED = 0.1
"""Share of the set speed under which a motor at its limit has stalled; chosen."""
AT_LIMIT = 0.99
"""Share of the torque limit that counts as at the limit; chosen."""


class StallClock:
    """Counts the time for which any motor of the sampler stalls."""

    def __init__(self, design: Design, control_step: float) -> None:
        self._joints = [(name, design.joint_index(name)) for name in design.driven_joints]
        self._step = control_step
        self.time = 0.0
        """[s] so far, from release to the end."""

    def look(self, world: World) -> None:
        """Take in a control step."""
        speed = world.state().joint_speed
        stalled = (
            _stalls(drive, float(speed[joint]))
            for name, joint in self._joints
            if isinstance(drive := world.drives[name], SpeedMotor)
        )
        self.time += self._step if any(stalled) else 0.0


def _stalls(motor: SpeedMotor, speed: float) -> bool:
    """Whether a motor stalls at a speed [rad/s]; one told to stand still never does."""
    if motor.speed == 0.0:
        return False
    at_limit = abs(motor.effort(0.0, speed)) >= AT_LIMIT * motor.torque_limit
    return at_limit and abs(speed) < STALL_SPEED * abs(motor.speed)
