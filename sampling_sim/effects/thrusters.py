"""Thrusters and attitude control: what is commanded against what acts.  Frame S, SI.

Commands are clipped to the limit of each axis; what is asked for in a control step is saved up
until it makes the least impulse, then given; it acts after the delay.  The line of thrust passes
through the craft's centre of mass, or, turned by the misalignment, beside it.  Left out and so
said: the plume on the ground, and propellant leaving the craft (a few grams).
"""

from collections import deque

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.frames import rotation_from_vector
from sampling_sim.mechanism.craft import CraftParameters

DAMPING_RATIO = 0.7
"""Of the attitude loop; chosen: settles fastest without ringing."""


class Thrusters:
    """Force and torque that act in each control step."""

    def __init__(self, craft: CraftParameters, control_step: float) -> None:
        self._craft, self._step = craft, control_step
        self._saved = np.zeros(3)
        waiting = round(craft.thrust_delay / control_step)
        self._waiting = deque([(np.zeros(3), np.zeros(3))] * waiting)
        turn = rotation_from_vector(np.array([craft.thrust_angle_x, craft.thrust_angle_y, 0.0]))
        self._turn = turn
        self._plane = -0.5 * craft.bus_size
        self.force: FloatArray = np.zeros(3)
        """[N] that acts in this control step, in S, shape (3,)."""
        self.torque: FloatArray = np.zeros(3)
        """[N·m] that acts with it about the craft's centre of mass, in S, shape (3,)."""
        self.impulse = 0.0
        """[N·s] used so far: of the force, and of couples of half the bus's size as lever."""

    def command(self, force: FloatArray, torque: FloatArray, centre: FloatArray) -> None:
        """Take the force [N] and torque [N·m] wanted, in S, at the start of a control step.

        `centre` is the craft's centre of mass in S [m], shape (3,).
        """
        craft = self._craft
        self._waiting.append(
            (self._pulsed(force), np.clip(torque, -craft.torque_limit, craft.torque_limit))
        )
        force, couple = self._waiting.popleft()
        self.force = self._turn @ force
        # turned, the line misses the centre by the lever from the plane the thrusters stand in
        lever = np.array([0.0, 0.0, self._plane - centre[2]])
        self.torque = couple + np.cross(lever, self.force - force)
        used = np.abs(force).sum() + np.abs(couple).sum() / (0.5 * craft.bus_size)
        self.impulse += float(used) * self._step

    def _pulsed(self, force: FloatArray) -> FloatArray:
        """Clip a force, and give of it what makes the least impulse."""
        limit, least = self._craft.thrust_limit, self._craft.thrust_bit
        self._saved = self._saved + np.clip(force, -limit, limit) * self._step
        # nothing is owed once nothing is asked for
        self._saved[force == 0.0] = 0.0
        fired = np.where(np.abs(self._saved) >= least, self._saved, 0.0)
        fired = np.clip(fired, -limit * self._step, limit * self._step)
        self._saved = self._saved - fired
        return np.asarray(fired / self._step)


def attitude_torque(
    craft: CraftParameters, inertia: FloatArray, error: FloatArray, rate: FloatArray
) -> FloatArray:
    """Torque [N·m] in S that turns the craft back: −I (ω_n² e + 2 ζ ω_n ω).

    Parameters
    ----------
    craft
        Its attitude loop.
    inertia
        [kg·m²] of the whole craft about its centre of mass, in S, shape (3, 3).
    error
        [rad] rotation vector from the attitude held to that of now, in S, shape (3,).
    rate
        [rad/s] of the bus relative to P, in S, shape (3,).
    """
    natural = 2.0 * np.pi * craft.attitude_frequency
    wanted = natural**2 * error + 2.0 * DAMPING_RATIO * natural * rate
    return np.asarray(-inertia @ wanted)
