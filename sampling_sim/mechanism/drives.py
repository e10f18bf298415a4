"""Drives: what acts in a joint, as an explicit law of its position and speed.

The laws are ours, not the engine's, so that the work of a motor and the loss of a damper are known
exactly.  Position and speed are the joint's: m and m/s, or rad and rad/s; effort is N or N·m.
An explicit law is stable only while stiffness·H²/m and damping·H/m stay under 1 (H exchange step,
m the mass it moves): `longest_step` tells, and the world refuses more.
"""

import math
from dataclasses import dataclass, replace
from typing import Protocol

SETTLING_TIME = 0.02
"""[s] over which a slide closes the last of its way; chosen: 5 mm before the end at 0.25 m/s."""


class Drive(Protocol):
    """A law of effort in a joint."""

    def effort(self, position: float, speed: float) -> float:
        """Force [N] or torque [N·m] on the child link along the joint's axis."""
        ...

    def longest_step(self, inertia: float) -> float:
        """Longest step [s] at which the law stays stable on `inertia` [kg or kg·m²]."""
        ...


@dataclass(frozen=True, kw_only=True)
class SpringDamper:
    """Spring and damper about zero; past the stroke a stiffer stop adds to the spring."""

    stiffness: float
    """[N/m or N·m/rad]."""
    damping: float
    """[N·s/m or N·m·s/rad]."""
    stroke: float = float("inf")
    """[m or rad] deflection at which the stop begins, either way."""
    stop_stiffness: float = 0.0
    """[N/m or N·m/rad] of the stop."""

    def effort(self, position: float, speed: float) -> float:
        """−k q − c q̇ − k_stop·(q beyond the stroke)."""
        beyond = position - min(max(position, -self.stroke), self.stroke)
        return -self.stiffness * position - self.damping * speed - self.stop_stiffness * beyond

    def longest_step(self, inertia: float) -> float:
        """Smaller of m/c and √(m/k), the stop counted in k."""
        return _longest_step(inertia, self.stiffness + self.stop_stiffness, self.damping)


@dataclass(frozen=True, kw_only=True)
class SpeedMotor:
    """Motor that holds a speed as far as its torque allows."""

    speed: float
    """[rad/s] set speed; 0 brakes to rest."""
    gain: float
    """[N·m·s/rad] torque for a speed error."""
    torque_limit: float
    """[N·m] the motor stalls above it."""

    def effort(self, position: float, speed: float) -> float:  # noqa: ARG002 - same call for all
        """clip(gain·(set − speed), ±limit)."""
        return min(max(self.gain * (self.speed - speed), -self.torque_limit), self.torque_limit)

    def longest_step(self, inertia: float) -> float:
        """Inertia over the gain, which acts as a damper."""
        return _longest_step(inertia, 0.0, self.gain)


@dataclass(frozen=True, kw_only=True)
class ForceLimitedSlide:
    """Slide, or turn, towards a target at a set speed, with no more than a set force or torque."""

    target: float
    """[m or rad] where it goes, and is then held."""
    speed: float
    """[m/s or rad/s] on the way."""
    gain: float
    """[N·s/m or N·m·s/rad] force or torque for a speed error."""
    force_limit: float
    """[N or N·m] it jams above it."""
    settling_time: float = SETTLING_TIME
    """[s] over which the last of the way is closed."""

    def effort(self, position: float, speed: float) -> float:
        """clip(gain·(wanted − speed), ±limit), wanted speed ∝ the way left, limited."""
        wanted = (self.target - position) / self.settling_time
        wanted = min(max(wanted, -self.speed), self.speed)
        return min(max(self.gain * (wanted - speed), -self.force_limit), self.force_limit)

    def longest_step(self, inertia: float) -> float:
        """Gain acts as a damper, gain over settling time as a spring."""
        return _longest_step(inertia, self.gain / self.settling_time, self.gain)


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A brake that holds the joint where it was when it was engaged: a stiff spring and damper."""

    stiffness: float
    """[N/m or N·m/rad]."""
    damping: float
    """[N·s/m or N·m·s/rad]."""
    place: float = 0.0
    """[m or rad] where it holds."""

    def engaged(self, position: float) -> "Lock":
        """Return the brake as it holds at a position."""
        return replace(self, place=position)

    def effort(self, position: float, speed: float) -> float:
        """−k (q − place) − c q̇."""
        return -self.stiffness * (position - self.place) - self.damping * speed

    def longest_step(self, inertia: float) -> float:
        """Smaller of m/c and √(m/k)."""
        return _longest_step(inertia, self.stiffness, self.damping)


def _longest_step(inertia: float, stiffness: float, damping: float) -> float:
    by_damper = inertia / damping if damping > 0.0 else math.inf
    by_spring = math.sqrt(inertia / stiffness) if stiffness > 0.0 else math.inf
    return min(by_damper, by_spring)
