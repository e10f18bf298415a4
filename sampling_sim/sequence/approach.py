"""What every sequence shares: the navigation state at release, its errors, and the abort limits.

P turns with the asteroid, so a craft at rest in P has matched the surface's rotation: the errors of
that matching are `lateral_speed_x`, `lateral_speed_y` and the three rates.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Le

from sampling_sim.constants import FloatArray
from sampling_sim.quantities import Angle, AngularRate, Force, Length, Speed, Time
from sampling_sim.sequence.phases import Observation


@dataclass(frozen=True, kw_only=True, eq=False)
class Hanging:
    """How a craft is placed over its site at release."""

    points: FloatArray
    """[m] in S, joints at zero, shape (n, 3): the lowest of them is at the clearance."""
    aim: FloatArray
    """[m] in S, shape (3,): stands over (offset_x, offset_y); tilt turns the craft about it."""
    clearance: float
    """[m] over the highest grain."""
    descent: float
    """[m/s] along −n."""


@dataclass(frozen=True, kw_only=True)
class ApproachParameters:
    """Navigation state of one case at release, sensors, and limits; disperse them as needed."""

    can_rebound: ClassVar[bool] = True
    """Contact lost before the retreat is a rebound; not where only an arm touches the ground."""
    lateral_speed_x: Annotated[Speed, Ge(-0.2), Le(0.2)] = 0.0
    """[m/s] drift along x of P at release."""
    lateral_speed_y: Annotated[Speed, Ge(-0.2), Le(0.2)] = 0.0
    """[m/s] drift along y of P at release."""
    offset_x: Annotated[Length, Ge(-1.0), Le(1.0)] = 0.0
    """[m] head centre off the middle of the bed at release, along x."""
    offset_y: Annotated[Length, Ge(-1.0), Le(1.0)] = 0.0
    """[m] head centre off the middle of the bed at release, along y."""
    tilt_x: Annotated[Angle, Ge(-0.5), Le(0.5)] = 0.0
    """[rad] attitude error about x of P at release (rotation vector component); the craft takes
    its attitude at release for upright, so attitude control holds the error."""
    tilt_y: Annotated[Angle, Ge(-0.5), Le(0.5)] = 0.0
    """[rad] attitude error about y of P at release."""
    rate_x: Annotated[AngularRate, Ge(-0.1), Le(0.1)] = 0.0
    """[rad/s] body rate about x relative to the rotating surface at release."""
    rate_y: Annotated[AngularRate, Ge(-0.1), Le(0.1)] = 0.0
    """[rad/s] body rate about y."""
    rate_z: Annotated[AngularRate, Ge(-0.1), Le(0.1)] = 0.0
    """[rad/s] body rate about z."""
    place_bias_x: Annotated[Length, Ge(-5.0), Le(5.0)] = 0.0
    """[m] by which navigation puts the craft too far along x, once released: station keeping then
    holds it as far the other way."""
    place_bias_y: Annotated[Length, Ge(-5.0), Le(5.0)] = 0.0
    """[m] the same along y; along z it is the altimeter's bias."""
    altimeter_bias: Annotated[Length, Ge(-5.0), Le(5.0)] = 0.0
    """[m] by which the altitude is read too high."""
    contact_latency: Annotated[Time, Ge(0), Le(10.0)] = 0.0
    """[s] by which the head's force is seen late, rounded to control steps."""
    contact_force: Annotated[Force, Gt(0)] = 0.5
    """[N] filtered head force that counts as contact on board; chosen: above sensor noise."""
    retreat_thrust: Annotated[Force, Gt(0)] = 200.0
    """[N] along craft +z until `retreat_speed`; chosen: 0.1 m/s² for 2.1 t."""
    retreat_speed: Annotated[Speed, Gt(0), Le(5.0)] = 0.25
    """[m/s] outward speed at which the retreat thrust ends; chosen."""
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

    def broken_rule(self, seen: Observation) -> str:
        """Name of the first abort limit that is passed, or an empty text."""
        rules = {
            "tilt": seen.tilt > self.abort_tilt,
            "rate": seen.rate > self.abort_rate,
            "force": seen.head_force > self.abort_force,
        }
        return next((name for name, broken in rules.items() if broken), "")


@dataclass(frozen=True, kw_only=True)
class DescentParameters(ApproachParameters):
    """What sequences share in which the craft itself comes down to the ground."""

    approach_speed: Annotated[Speed, Gt(0), Le(1.0)] = 0.05
    """[m/s] closing speed along −n at release; chosen: 3–10 cm/s assumed in facts §2."""
    release_clearance: Annotated[Length, Gt(0), Le(5.0)] = 0.02
    """[m] lowest point of head or feet over the highest grain at release; chosen: nothing happens
    above."""
    contact_timeout: Annotated[Time, Gt(0)] = 20.0
    """[s] without contact after which the approach is aborted (rule "no_contact"); chosen."""

    @property
    def speed_scale(self) -> float:
        """Speed [m/s] that residuals are measured by."""
        return self.approach_speed


class RetreatBurn:
    """One burn along craft +z, from the first call until the retreat speed."""

    def __init__(self, parameters: ApproachParameters) -> None:
        self._parameters = parameters
        self.is_over = False
        """The craft has left with its retreat speed."""

    def thrust(self, seen: Observation) -> float:
        """Thrust [N] until the next control step."""
        self.is_over = self.is_over or seen.normal_speed >= self._parameters.retreat_speed
        return 0.0 if self.is_over else self._parameters.retreat_thrust
