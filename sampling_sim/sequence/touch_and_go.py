"""Touch-and-go: approach, brake at contact with the brushes on, dwell, shut the flap and retreat.

The ground does not stop the craft (the contact impulse is a few per cent of its momentum), so
braking thrust starts at contact and ends when the descent has stopped.  Abort limits are
parameters: the first one passed is named in `abort_rule` and the craft retreats at once.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from sampling_sim.mechanism.base import Action, Design
from sampling_sim.quantities import Force, Length, Time
from sampling_sim.sequence.approach import DescentParameters, Hanging, RetreatBurn
from sampling_sim.sequence.phases import Command, Observation, Phase, Sequence

SLOW_SHARE = 0.01
"""Share of the approach speed at which a proportional braking ends; chosen: it never reaches 0."""


@dataclass(frozen=True, kw_only=True)
class TouchAndGoParameters(DescentParameters):
    """The sequence, its navigation state at release, and its limits.

    The navigation values are those of one case; give a distribution to disperse them.
    """

    kind: Literal["touch_and_go"] = "touch_and_go"
    """Which sequence."""
    braking_thrust: Annotated[Force, Ge(0)] = 40.0
    """[N] along craft +z from contact until the descent has stopped; chosen: stops 2.1 t at
    5 cm/s in 2.6 s and 6.6 cm."""
    braking_law: Literal["constant", "proportional"] = "constant"
    """Whether the braking thrust stays, or falls with the speed: thrust × speed over approach
    speed, until a hundredth of it is left; chosen: constant, thrusters are on or off."""
    dwell: Annotated[Time, Ge(0), Le(600.0)] = 4.0
    """[s] from contact to retreat; facts §2: 2–20 s assumed."""
    brushes_from: Literal["release", "altitude", "contact", "never"] = "contact"
    """When the sampler starts (wheels, gas, projectile); "never" is the control that must collect
    nothing."""
    brushes_altitude: Annotated[Length, Gt(0), Le(5.0)] = 0.1
    """[m] of the lowest craft point, as the altimeter reads it, at which the sampler starts where
    `brushes_from` is "altitude"; chosen."""

    def hanging(self, design: Design) -> Hanging:
        """Lowest head point at `release_clearance`, the middle of the housing's rim at the aim."""
        head = np.array(design.links[design.head].position)
        corners = [box.corners() for box in design.outline if box.link == design.head]
        return Hanging(
            points=head + np.concatenate(corners),
            aim=head + design.reference_points.mean(axis=0),
            clearance=self.release_clearance,
            descent=self.approach_speed,
        )


class TouchAndGo(Sequence):
    """State machine of one touch-and-go."""

    def __init__(self, parameters: TouchAndGoParameters) -> None:
        self.parameters = parameters
        self.phase = Phase.APPROACH
        self.abort_rule = ""
        self.contact_time = float("nan")
        self._burn = RetreatBurn(parameters)
        self._is_low = False

    @property
    def is_leaving(self) -> bool:
        """The craft has been told to leave the ground."""
        return self.phase is Phase.RETREAT

    def command(self, seen: Observation) -> Command:
        """Advance the phase by what is seen, then command what the phase asks for."""
        self._advance(seen)
        if self.phase is Phase.RETREAT:
            # the sampler stops with the inlet shutting, so that nothing is thrown at it
            thrust = self._burn.thrust(seen)
            return Command(thrust=thrust, actions=(Action.SAMPLER_OFF, Action.INLET_SHUT))
        thrust = self._braking(seen) if self.phase is Phase.BRAKE else 0.0
        sampler = Action.SAMPLER_ON if self._is_sampling(seen) else Action.SAMPLER_OFF
        return Command(thrust=thrust, actions=(sampler, Action.INLET_OPEN))

    def _is_sampling(self, seen: Observation) -> bool:
        p = self.parameters
        self._is_low = self._is_low or seen.altitude <= p.brushes_altitude
        touched = self.phase is not Phase.APPROACH
        starts = {
            "release": True,
            "altitude": self._is_low or touched,
            "contact": touched,
            "never": False,
        }
        return starts[p.brushes_from]

    def _braking(self, seen: Observation) -> float:
        p = self.parameters
        if p.braking_law == "constant":
            return p.braking_thrust
        return p.braking_thrust * min(1.0, max(0.0, -seen.normal_speed / p.approach_speed))

    def _advance(self, seen: Observation) -> None:
        p = self.parameters
        if self.phase is Phase.RETREAT:
            return
        self.abort_rule = self._broken_rule(seen)
        if self.abort_rule:
            self.phase = Phase.RETREAT
            return
        if self.phase is Phase.APPROACH and seen.head_force > p.contact_force:
            self.phase, self.contact_time = Phase.BRAKE, seen.time
        left = SLOW_SHARE * p.approach_speed if p.braking_law == "proportional" else 0.0
        if self.phase is Phase.BRAKE and seen.normal_speed >= -left:
            self.phase = Phase.DWELL
        # NaN before contact: the comparison is false until the clock runs
        if seen.time - self.contact_time >= p.dwell:
            self.phase = Phase.RETREAT

    def _broken_rule(self, seen: Observation) -> str:
        late = self.phase is Phase.APPROACH and seen.time > self.parameters.contact_timeout
        return "no_contact" if late else self.parameters.broken_rule(seen)
