"""Touch-and-go: approach, brake at contact with the brushes on, dwell, shut the flap and retreat.

The ground does not stop the craft (the contact impulse is a few per cent of its momentum), so
braking thrust starts at contact and ends when the descent has stopped.  Abort limits are
parameters: the first one passed is named in `abort_rule` and the craft retreats at once.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from sampling_sim.quantities import Angle, AngularRate, Force, Length, Speed, Time
from sampling_sim.sequence.phases import Command, Observation, Phase


@dataclass(frozen=True, kw_only=True)
class TouchAndGoParameters:
    """The sequence, its navigation state at release, and its limits.

    The navigation values are those of one case; give a distribution to disperse them.
    """

    kind: Literal["touch_and_go"] = "touch_and_go"
    """Which sequence."""
    approach_speed: Annotated[Speed, Gt(0), Le(1.0)] = 0.05
    """[m/s] closing speed along −n at release; chosen: 3–10 cm/s assumed in facts §2."""
    lateral_speed_x: Annotated[Speed, Ge(-0.2), Le(0.2)] = 0.0
    """[m/s] drift along x of P at release."""
    lateral_speed_y: Annotated[Speed, Ge(-0.2), Le(0.2)] = 0.0
    """[m/s] drift along y of P at release."""
    offset_x: Annotated[Length, Ge(-1.0), Le(1.0)] = 0.0
    """[m] head centre off the middle of the bed at release, along x."""
    offset_y: Annotated[Length, Ge(-1.0), Le(1.0)] = 0.0
    """[m] head centre off the middle of the bed at release, along y."""
    tilt_x: Annotated[Angle, Ge(-0.5), Le(0.5)] = 0.0
    """[rad] attitude error about x of P at release (rotation vector component)."""
    tilt_y: Annotated[Angle, Ge(-0.5), Le(0.5)] = 0.0
    """[rad] attitude error about y of P at release."""
    rate_x: Annotated[AngularRate, Ge(-0.1), Le(0.1)] = 0.0
    """[rad/s] body rate about x relative to the rotating surface at release."""
    rate_y: Annotated[AngularRate, Ge(-0.1), Le(0.1)] = 0.0
    """[rad/s] body rate about y."""
    rate_z: Annotated[AngularRate, Ge(-0.1), Le(0.1)] = 0.0
    """[rad/s] body rate about z."""
    release_clearance: Annotated[Length, Gt(0), Le(5.0)] = 0.02
    """[m] lowest head point above the highest grain at release; chosen: nothing happens above."""
    contact_force: Annotated[Force, Gt(0)] = 0.5
    """[N] filtered head force that counts as contact on board; chosen: above sensor noise."""
    braking_thrust: Annotated[Force, Ge(0)] = 40.0
    """[N] along craft +z from contact until the descent has stopped; chosen: stops 2.1 t at
    5 cm/s in 2.6 s and 6.6 cm."""
    dwell: Annotated[Time, Ge(0), Le(600.0)] = 4.0
    """[s] from contact to retreat; facts §2: 2–20 s assumed."""
    retreat_thrust: Annotated[Force, Gt(0)] = 200.0
    """[N] along craft +z until `retreat_speed`; chosen: 0.1 m/s² for 2.1 t."""
    retreat_speed: Annotated[Speed, Gt(0), Le(5.0)] = 0.25
    """[m/s] outward speed at which the retreat thrust ends; chosen."""
    brushes_from: Literal["release", "contact", "never"] = "contact"
    """When the wheels start; "never" is the control that must collect nothing."""
    contact_timeout: Annotated[Time, Gt(0)] = 20.0
    """[s] without contact after which the approach is aborted (rule "no_contact"); chosen."""
    abort_tilt: Annotated[Angle, Gt(0)] = 0.35
    """[rad] tilt at which the craft aborts; chosen: 20 deg."""
    abort_rate: Annotated[AngularRate, Gt(0)] = 0.0524
    """[rad/s] body rate at which the craft aborts; chosen: 3 deg/s."""
    abort_force: Annotated[Force, Gt(0)] = 400.0
    """[N] filtered head force at which the craft aborts; chosen."""
    tip_over_angle: Annotated[Angle, Gt(0)] = 0.785
    """[rad] tilt that counts as tipped over; chosen: 45 deg, wings near the ground."""
    slip_limit: Annotated[Length, Gt(0)] = 0.15
    """[m] slip distance that counts as slipped; chosen: about half a head."""
    time_limit: Annotated[Time, Gt(0)] = 60.0
    """[s] simulated time after which the case is timed out."""


class TouchAndGo:
    """State machine of one touch-and-go."""

    def __init__(self, parameters: TouchAndGoParameters) -> None:
        self.parameters = parameters
        self.phase = Phase.APPROACH
        self.abort_rule = ""
        self.contact_time = float("nan")
        self._retreat_burn = True

    def command(self, seen: Observation) -> Command:
        """Advance the phase by what is seen, then command what the phase asks for."""
        self._advance(seen)
        p = self.parameters
        brushes = p.brushes_from == "release" or (
            p.brushes_from == "contact" and self.phase in {Phase.BRAKE, Phase.DWELL}
        )
        if self.phase is Phase.APPROACH:
            return Command(brushes_on=brushes)
        if self.phase is Phase.BRAKE:
            return Command(thrust=p.braking_thrust, brushes_on=brushes)
        if self.phase is Phase.DWELL:
            return Command(brushes_on=brushes)
        # Wheels stop with the flap shutting, so that nothing is thrown at it.
        self._retreat_burn = self._retreat_burn and seen.normal_speed < p.retreat_speed
        return Command(thrust=p.retreat_thrust if self._retreat_burn else 0.0, flap_open=False)

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
        if self.phase is Phase.BRAKE and seen.normal_speed >= 0.0:
            self.phase = Phase.DWELL
        # NaN before contact: the comparison is false until the clock runs
        if seen.time - self.contact_time >= p.dwell:
            self.phase = Phase.RETREAT

    def _broken_rule(self, seen: Observation) -> str:
        p = self.parameters
        rules = {
            "no_contact": self.phase is Phase.APPROACH and seen.time > p.contact_timeout,
            "tilt": seen.tilt > p.abort_tilt,
            "rate": seen.rate > p.abort_rate,
            "force": seen.head_force > p.abort_force,
        }
        return next((name for name, broken in rules.items() if broken), "")
