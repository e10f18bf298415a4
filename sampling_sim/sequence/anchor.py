"""Anchor: land on damped feet, press down, drill in, pull to test, sample, release, depart.

The craft is held by nothing but thrust until the drills hold; hold-down thrust must exceed what the
drills push.  An abort limit that is passed once drilling has begun first turns the drills back out.
What the anchors do is read from the measures of `effects/drilling.py`.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from sampling_sim.mechanism.base import Action, Design
from sampling_sim.quantities import Force, Length, Time
from sampling_sim.sequence.approach import DescentParameters, Hanging, RetreatBurn
from sampling_sim.sequence.phases import Command, Observation, Phase, Sequence

PRESSED = frozenset({Phase.DAMP, Phase.HOLD_DOWN, Phase.DRILL})
"""Phases in which nothing but thrust keeps the craft on the ground."""
IN_THE_GROUND = frozenset({Phase.DRILL, Phase.TEST_PULL, Phase.SAMPLE})
"""Phases in which drills may be in the ground, so that an abort releases them first."""


@dataclass(frozen=True, kw_only=True)
class AnchorParameters(DescentParameters):
    """The sequence, its navigation state at release, and its limits."""

    kind: Literal["anchor"] = "anchor"
    """Which sequence."""
    damp_thrust: Annotated[Force, Ge(0)] = 20.0
    """[N] towards the ground while the legs take up the landing, against a rebound; chosen."""
    damp_time: Annotated[Time, Ge(0), Le(600.0)] = 4.0
    """[s] for that; chosen: the absorbers settle within two."""
    hold_down_thrust: Annotated[Force, Gt(0)] = 80.0
    """[N] towards the ground until the anchors hold; chosen: over twice four drills' thrust."""
    hold_down_time: Annotated[Time, Ge(0), Le(600.0)] = 2.0
    """[s] of it before the drills start; chosen."""
    drill_depth: Annotated[Length, Gt(0), Le(1.0)] = 0.01
    """[m] along each drill that the shallowest must reach; chosen: holds 100 N in rock."""
    drill_time: Annotated[Time, Gt(0), Le(7200.0)] = 300.0
    """[s] after which drilling is aborted (rule "no_penetration"); chosen."""
    set_time: Annotated[Time, Gt(0), Le(60.0)] = 2.0
    """[s] from the drills' stop to the pull; chosen: they stop within one."""
    test_pull: Annotated[Force, Ge(0)] = 40.0
    """[N] away from the ground; chosen: over a hundred times the 0.3 N that a craft of 2 t needs
    at the long tip (facts §1)."""
    pull_ramp: Annotated[Time, Gt(0), Le(600.0)] = 4.0
    """[s] in which the pull rises; chosen: the craft bobs on its legs within three."""
    pull_time: Annotated[Time, Ge(0), Le(600.0)] = 2.0
    """[s] for which it then stays."""
    pull_slip: Annotated[Length, Gt(0)] = 0.002
    """[m] that an anchor may move in pull and sampling (rule "anchor_slip"); chosen: its elastic
    part is a tenth of that."""
    sample_time: Annotated[Time, Ge(0), Le(7200.0)] = 5.0
    """[s] anchored without thrust while the cores are taken in; chosen."""
    lost_height: Annotated[Length, Gt(0), Le(5.0)] = 0.05
    """[m] of the lowest craft point over the highest ground at which contact counts as lost before
    the drills hold (rule "lost_contact"); chosen: a bounce of the legs stays under it."""
    release_time: Annotated[Time, Gt(0), Le(600.0)] = 30.0
    """[s] after which the craft leaves though a drill is still in the ground (rule "no_release");
    chosen."""
    time_limit: Annotated[Time, Gt(0)] = 600.0
    """[s] simulated time after which the case is timed out."""

    def hanging(self, design: Design) -> Hanging:
        """Lowest foot at `release_clearance`, the middle of the soles at the aim."""
        carried = set(design.carried_by(design.head).tolist())
        boxes = [box for box in design.outline if box.link in carried]
        corners = [np.array(design.links[box.link].position) + box.corners() for box in boxes]
        return Hanging(
            points=np.concatenate(corners),
            aim=design.reference_places.mean(axis=0),
            clearance=self.release_clearance,
            descent=self.approach_speed,
        )


class Anchor(Sequence):
    """State machine of one anchored sampling."""

    def __init__(self, parameters: AnchorParameters) -> None:
        self.parameters = parameters
        self.phase = Phase.APPROACH
        self.abort_rule = ""
        self._since = 0.0
        self._has_drilled = False
        self._burn = RetreatBurn(parameters)

    @property
    def is_leaving(self) -> bool:
        """The craft has been told to leave the ground."""
        return self.phase is Phase.RETREAT

    def command(self, seen: Observation) -> Command:
        """Advance the phase by what is seen, then command what the phase asks for."""
        self._advance(seen)
        return Command(thrust=self._thrust(seen), actions=self._actions())

    def _thrust(self, seen: Observation) -> float:
        p = self.parameters
        if self.phase is Phase.RETREAT:
            return self._burn.thrust(seen)
        if self.phase is Phase.TEST_PULL:
            pulled = seen.time - self._since - p.set_time
            if pulled > 0.0:
                return p.test_pull * min(1.0, pulled / p.pull_ramp)
        pressed = {
            Phase.DAMP: p.damp_thrust,
            Phase.HOLD_DOWN: p.hold_down_thrust,
            Phase.DRILL: p.hold_down_thrust,
            Phase.TEST_PULL: p.hold_down_thrust,
            Phase.RELEASE: p.damp_thrust,
        }
        return -pressed.get(self.phase, 0.0)

    def _actions(self) -> tuple[Action, ...]:
        """Return what is asked of the drills; before drilling and once out, nothing."""
        asked = {
            Phase.DRILL: (Action.ANCHOR_DRILL,),
            Phase.TEST_PULL: (Action.ANCHOR_HOLD,),
            Phase.SAMPLE: (Action.ANCHOR_HOLD, Action.SAMPLER_ON),
            Phase.RELEASE: (Action.ANCHOR_RELEASE,),
        }
        left = (Action.ANCHOR_RELEASE,) if self._has_drilled else ()
        return asked.get(self.phase, left)

    def _advance(self, seen: Observation) -> None:
        """Go on to the next phase where this one is over, or out where a limit is passed."""
        if self.phase is Phase.RETREAT:
            return
        if not self.abort_rule:
            self.abort_rule = self._broken_rule(seen)
            if self.abort_rule and self.phase is not Phase.RELEASE:
                self._enter(self._way_out(), seen.time)
                return
        following = self._following(seen)
        if following is not self.phase:
            self._enter(following, seen.time)

    def _enter(self, phase: Phase, time: float) -> None:
        self.phase, self._since = phase, time
        self._has_drilled = self._has_drilled or phase is Phase.DRILL

    def _way_out(self) -> Phase:
        return Phase.RELEASE if self.phase in IN_THE_GROUND else Phase.RETREAT

    def _following(self, seen: Observation) -> Phase:
        """Phase that follows by what is seen: this one, where it is not over."""
        p, spent = self.parameters, seen.time - self._since
        is_out = seen.measures.get("embedded_most", 0.0) <= 0.0
        after_pull = p.set_time + p.pull_ramp + p.pull_time
        ends: dict[Phase, tuple[bool, Phase]] = {
            Phase.APPROACH: (seen.head_force > p.contact_force, Phase.DAMP),
            Phase.DAMP: (spent >= p.damp_time, Phase.HOLD_DOWN),
            Phase.HOLD_DOWN: (spent >= p.hold_down_time, Phase.DRILL),
            Phase.DRILL: (_depth(seen) >= p.drill_depth, Phase.TEST_PULL),
            Phase.TEST_PULL: (spent >= after_pull, Phase.SAMPLE),
            Phase.SAMPLE: (spent >= p.sample_time, Phase.RELEASE),
            Phase.RELEASE: (is_out or spent >= p.release_time, Phase.RETREAT),
        }
        is_over, following = ends[self.phase]
        return following if is_over else self.phase

    def _broken_rule(self, seen: Observation) -> str:
        p, spent = self.parameters, seen.time - self._since
        rules = {
            "no_contact": self.phase is Phase.APPROACH and spent > p.contact_timeout,
            "no_penetration": self.phase is Phase.DRILL and spent > p.drill_time,
            "lost_contact": self.phase in PRESSED and seen.altitude > p.lost_height,
            "anchor_slip": self.phase in {Phase.TEST_PULL, Phase.SAMPLE}
            and seen.measures.get("anchor_slip", 0.0) > p.pull_slip,
            "no_release": self.phase is Phase.RELEASE
            and spent >= p.release_time
            and seen.measures.get("embedded_most", 0.0) > 0.0,
        }
        own = next((name for name, broken in rules.items() if broken), "")
        return own or p.broken_rule(seen)


def _depth(seen: Observation) -> float:
    return seen.measures.get("drilled_depth_least", 0.0)
