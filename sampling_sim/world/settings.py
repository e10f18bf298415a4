"""Clocks, guards and engine knobs: every number that decides how a case is computed.

Three clocks: the contact step advances grains, the exchange step advances the links and hands
forces over, the control step runs sequence and recording.  Each is a whole number of the one
before.  Why each knob of PyBullet is as it is, and which test shows it: docs/world.md.
"""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import AngularRate, Length, Number, Rate, Stiffness, Time

RATIO_TOLERANCE = 1e-9
"""Relative error allowed in a ratio of two steps, for the round-off of decimal texts."""


@dataclass(frozen=True, kw_only=True)
class EngineParameters:
    """How a case is computed."""

    contact_step: Annotated[Time, Gt(0), Le(1e-2)] = 5e-5
    """[s] of the grains; chosen: below the stable step of 16 mm grains at 60 MPa, 0.074 ms."""
    adaptive_step: bool = False
    """Shorten and lengthen the contact step with the phase, from `contact_step` down
    (`regolith/step_demand.py`); chosen: off, so that a case has one step."""
    exchange_step: Annotated[Time, Gt(0), Le(1e-2)] = 5e-4
    """[s] of the links and of the exchange; engine-notes: 0.3–0.6 ms."""
    control_step: Annotated[Time, Gt(0), Le(1.0)] = 0.015
    """[s] of sequence, recording and the links' gravity; chosen: 0.75 mm at 5 cm/s."""
    active_region: bool = False
    """Leave grains at rest that nothing disturbs out of the step (regolith/activity.py);
    chosen: off, as it leaves collected mass within 10 %, but peak force and sinkage have been
    compared to 19 and 8 % only (docs/convergence-beds.md)."""
    rim_width: Annotated[Length, Ge(0), Le(10)] = 0.0
    """[m] of a rim along the sides of the bed whose grains are dragged (regolith/rim.py); chosen:
    none, the sides are smooth walls (periodic sides take none)."""
    rim_drag: Annotated[Rate, Ge(0), Le(1e5)] = 500.0
    """[1/s] of the rim's grains at the side, where `rim_width` is set; chosen: a wave in a row
    of grains comes back from 0.1 m with a tenth of its energy, from wider ones with less."""
    overlap_grain_mean: Annotated[Number, Gt(0), Le(1)] = 0.01
    """[1] guard: mean overlap between grains over the radius; issue 2."""
    overlap_grain_peak: Annotated[Number, Gt(0), Le(1)] = 0.05
    """[1] guard: largest overlap between grains over the radius; issue 2."""
    overlap_tool_peak: Annotated[Number, Gt(0), Le(1)] = 0.10
    """[1] guard: largest overlap of grain and tool over the radius, bristles' own bending apart;
    issue 2, demonstration."""
    overlap_fixed_peak: Annotated[Number, Gt(0), Le(1)] = 0.10
    """[1] guard: largest overlap with a grain fixed to the body; chosen: it cannot give way."""
    joint_rate_limit: Annotated[AngularRate, Gt(0)] = 1e4
    """[rad/s or m/s] PyBullet's silent clamp, 100 by default; chosen: out of the way of drills."""
    bedrock_stiffness: Annotated[Stiffness, Gt(0)] = 1e5
    """[N/m] of a link or boulder that lands flat on bedrock or on a boulder, shared by its points;
    chosen: the head at 5 cm/s sinks in 0.9 mm."""
    bedrock_restitution: Annotated[Number, Ge(0.01), Le(1)] = 0.5
    """[1] rebound ratio of each link (with what it moves) or boulder that lands flat; chosen."""
    bedrock_friction: Annotated[Number, Ge(0), Le(2)] = 0.6
    """[1] of links and boulders on bedrock and on boulders; chosen: as between grains."""

    def __post_init__(self) -> None:
        """Refuse steps that are not whole numbers of one another, naming both."""
        _steps("exchange_step", self.exchange_step, "contact_step", self.contact_step)
        _steps("control_step", self.control_step, "exchange_step", self.exchange_step)

    @property
    def contacts_per_exchange(self) -> int:
        """Contact steps in one exchange step."""
        return round(self.exchange_step / self.contact_step)

    @property
    def exchanges_per_control(self) -> int:
        """Exchange steps in one control step."""
        return round(self.control_step / self.exchange_step)


def _steps(long_name: str, long: float, short_name: str, short: float) -> None:
    count = round(long / short)
    if count < 1 or abs(long - count * short) > RATIO_TOLERANCE * long:
        allowed = f"must be a whole number of engine.{short_name} = {short!r} s"
        raise ConfigError(f"engine.{long_name}", long, allowed)
