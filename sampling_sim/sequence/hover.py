"""Hover: hold station over the site, reach down with the arm, sample, stow the arm, leave.

Station keeping holds the craft at its place of release, corotating with the ground, by a push in P:
F = −m (ω_n² x + 2 ζ ω_n v), x the bus's offset and v the speed of the craft's centre of mass.  The
field's steady pull leaves it a/ω_n² away (1.8 mm, 3 m over the tip); thrusters pulse
(`craft.thrust_bit`).  Phases last as long as they are told; the arm's joints do not know whether
they met ground.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Action, Design
from sampling_sim.quantities import Length, Number, Rate, Time
from sampling_sim.sequence.approach import ApproachParameters, Hanging, RetreatBurn
from sampling_sim.sequence.phases import Command, Observation, Phase, Sequence, no_vector


@dataclass(frozen=True, kw_only=True)
class HoverParameters(ApproachParameters):
    """The sequence, its navigation state at release, and its limits."""

    can_rebound: ClassVar[bool] = False
    kind: Literal["hover"] = "hover"
    """Which sequence."""
    hover_height: Annotated[Length, Gt(0), Le(20)] = 2.0
    """[m] of the bus's bottom over the highest grain at release; chosen: not published, within
    2–4 m of arm (facts §2)."""
    station_keeping: Literal["on", "off"] = "on"
    """"off" lets the craft drift: the control."""
    station_frequency: Annotated[Rate, Gt(0), Le(1)] = 0.05
    """[1/s] natural frequency ω_n/2π of station keeping; chosen: a quarter of the wings' bending,
    10 N of digging then move 2.1 t by 5 cm at most."""
    station_damping: Annotated[Number, Ge(0), Le(5)] = 0.7
    """[1] its damping ratio ζ; chosen: settles fastest without ringing."""
    station_time: Annotated[Time, Ge(0), Le(3600)] = 2.0
    """[s] from release to the reach; chosen: nothing happens in it but station keeping."""
    reach_time: Annotated[Time, Gt(0), Le(600)] = 6.0
    """[s] for the arm to come down; chosen: its farthest joint takes 5 s."""
    sample_time: Annotated[Time, Gt(0), Le(600)] = 7.0
    """[s] for the sweep; chosen: it takes 6 s."""
    shut_after: Annotated[Time, Ge(0), Le(600)] = 4.0
    """[s] from the start of the sweep to the shutting of the lid; chosen: as the mouth leaves the
    ground, for where nothing pulls down a scoop that stops throws its sample out of its mouth."""
    stow_time: Annotated[Time, Gt(0), Le(600)] = 6.0
    """[s] for the arm to come up before the craft leaves; chosen: as down."""
    arm: Literal["works", "stays"] = "works"
    """"stays" keeps it stowed: the control that must collect nothing."""
    abort_drift: Annotated[Length, Gt(0), Le(20)] = 0.3
    """[m] off station at which the craft aborts; chosen: a sixth of the arm's reach."""
    slip_limit: Annotated[Length, Gt(0)] = 0.6
    """[m] slip distance that counts as slipped; chosen: twice the scoop's own sweep."""

    @property
    def speed_scale(self) -> float:
        """Speed [m/s] that residuals are measured by: it starts at rest and leaves at this."""
        return self.retreat_speed

    def hanging(self, design: Design) -> Hanging:
        """Bus bottom at `hover_height`; the place the arm goes to is right below it."""
        corners = np.concatenate([box.corners() for box in design.outline if box.link == 0])
        bus = np.array(design.links[0].position) + corners
        below = np.array([0.0, 0.0, bus[:, 2].min() - self.hover_height])
        return Hanging(points=bus, aim=below, clearance=self.hover_height, descent=0.0)

    def broken_rule(self, seen: Observation) -> str:
        """Name of the first abort limit that is passed, or an empty text."""
        drifted = float(np.linalg.norm(seen.offset)) > self.abort_drift
        return super().broken_rule(seen) or ("drift" if drifted else "")


class Hover(Sequence):
    """State machine of one hover."""

    def __init__(self, parameters: HoverParameters) -> None:
        self.parameters = parameters
        self.phase = Phase.STATION
        self.abort_rule = ""
        self._since = 0.0
        self._burn = RetreatBurn(parameters)

    @property
    def is_leaving(self) -> bool:
        """The arm comes up, or the craft leaves."""
        return self.phase in {Phase.STOW, Phase.RETREAT}

    @property
    def is_done(self) -> bool:
        """The craft has left with its retreat speed."""
        return self.phase is Phase.RETREAT and self._burn.is_over

    def command(self, seen: Observation) -> Command:
        """Advance the phase by what is seen, then command what the phase asks for."""
        self._advance(seen)
        if self.phase is Phase.RETREAT:
            thrust = self._burn.thrust(seen)
            return Command(thrust=thrust, actions=(Action.INLET_SHUT, Action.ARM_STOW))
        return Command(push=self._push(seen), actions=self._actions(seen.time))

    def _actions(self, time: float) -> tuple[Action, ...]:
        p = self.parameters
        if self.phase is Phase.STATION or p.arm == "stays":
            return (Action.INLET_OPEN, Action.ARM_STOW)
        if self.phase is Phase.REACH:
            return (Action.INLET_OPEN, Action.ARM_REACH)
        if self.phase is Phase.SAMPLE:
            shuts = time - self._since >= p.shut_after
            return (Action.INLET_SHUT if shuts else Action.INLET_OPEN, Action.SAMPLER_ON)
        return (Action.INLET_SHUT, Action.ARM_STOW)

    def _push(self, seen: Observation) -> FloatArray:
        """Push [N] of station keeping, in P, shape (3,)."""
        p = self.parameters
        if p.station_keeping == "off":
            return no_vector()
        natural = 2.0 * np.pi * p.station_frequency
        wanted = natural**2 * seen.offset + 2.0 * p.station_damping * natural * seen.velocity
        return np.asarray(-seen.mass * wanted)

    def _advance(self, seen: Observation) -> None:
        p = self.parameters
        if self.phase is Phase.RETREAT:
            return
        self.abort_rule = p.broken_rule(seen)
        if self.abort_rule:
            self.phase = Phase.RETREAT
            return
        lasts = {
            Phase.STATION: (p.station_time, Phase.REACH),
            Phase.REACH: (p.reach_time, Phase.SAMPLE),
            Phase.SAMPLE: (p.sample_time, Phase.STOW),
            Phase.STOW: (p.stow_time, Phase.RETREAT),
        }
        duration, following = lasts[self.phase]
        if seen.time - self._since >= duration:
            self.phase, self._since = following, seen.time
