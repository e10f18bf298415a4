"""Gas of the annular head: thrust on the head, drag on the grains under and in it.

The bottle empties through a choked orifice, isothermally, so its flow falls as exp(−t/τ) while the
valve is open (Anderson, Modern Compressible Flow, ch. 5).  The gas takes a prescribed way, fixed to
the head and steady (`gas_field.py`): down from the stem, turned in a bowl under the plate, up the
throat, out through the window and straight to the screen.  Its speed is the exhaust speed in
the jet and a share of it, `speed_kept`, once turned.

On the head act the jet's momentum and that of the gas which comes up the throat and is turned out
by the roof, both along the head's axis.  On a grain acts F = ½ C_d A ρ |u − v| (u − v), integrated
exactly over the exchange with u held.  Taken together, the impulses on the grains never exceed
the momentum of the gas spent: beyond that all are scaled down (`gas_held_back` says by how much),
and what grains took does not reach the roof.

Limits: no pore pressure and no flow through the bed outside the bowl; grains do not turn or shade
the stream but for that budget; the field is that of a head on the ground; it is taken at the
centre of a grain, however large; no lift, no spin.  With `inlet_shut` the gas leaves under the
plate, where nothing is followed.
"""

import math

import numpy as np

from sampling_sim.effects.effect import Ground, Loads
from sampling_sim.effects.gas_field import Stream, drag_impulses
from sampling_sim.mechanism.base import Action
from sampling_sim.mechanism.gas_head import GasJet
from sampling_sim.mechanism.gas_parameters import GasHeadParameters
from sampling_sim.world.world import WorldState


class GasEffect:
    """Gas of one head; its clock runs while the sampler is on."""

    is_ground = False

    def __init__(self, jet: GasJet) -> None:
        self._jet, self._stream = jet, stream_of(jet)
        self._is_on, self._time = False, 0.0
        self.used = 0.0
        """[kg] gas spent."""
        self.thrust_impulse = 0.0
        """[N·s] on the head along its axis."""
        self.drag_impulse = 0.0
        """[N·s] sum of the magnitudes of the impulses on grains."""
        self.held_back = 0.0
        """[N·s] sum of the magnitudes that the budget took off."""

    def command(self, action: Action) -> None:
        """Open and shut the valve."""
        if action in {Action.SAMPLER_ON, Action.SAMPLER_OFF}:
            self._is_on = action is Action.SAMPLER_ON

    def measures(self) -> dict[str, float]:
        """Gas spent [kg] and impulses [N·s]."""
        return {
            "gas_used": self.used,
            "gas_thrust_impulse": self.thrust_impulse,
            "gas_drag_impulse": self.drag_impulse,
            "gas_held_back": self.held_back,
        }

    def act(self, state: WorldState, ground: Ground, step: float) -> Loads | None:
        """Spend the gas of one exchange: kick the grains, return the thrust on the head."""
        spent = self._spend(step)
        if spent == 0.0:
            return None
        p, link = self._jet.sampler, self._jet.link
        momentum = spent * p.exhaust_speed
        taken = self._drag(state, ground, spent)
        # what comes up the throat is turned out, all around, by the roof
        lift = 0.0 if p.inlet_shut else p.speed_kept * (momentum - taken)
        self.thrust_impulse += momentum + lift
        force, torque = np.zeros_like(state.position), np.zeros_like(state.position)
        # the axis passes through the head's centre of mass
        force[link] = (momentum + lift) / step * state.rotation[link, :, 2]
        return force, torque

    def _spend(self, step: float) -> float:
        """Gas [kg] that leaves in one exchange."""
        if not self._is_on:
            return 0.0
        start, self._time = self._time, self._time + step
        sampler = self._jet.sampler
        spent = released(sampler, self._time) - released(sampler, start)
        self.used += spent
        return spent

    def _drag(self, state: WorldState, ground: Ground, spent: float) -> float:
        """Kick the grains in the stream, within the budget; return the sum [N·s] of magnitudes."""
        jet, bodies = self._jet, ground.bodies
        turn = state.rotation[jet.link]
        impulse, wanted = drag_impulses(
            self._stream,
            spent,
            jet.sampler.drag_coefficient,
            state.position[jet.link] + jet.origin * turn[:, 2],
            np.ascontiguousarray(turn),
            state.velocity[jet.link],
            bodies.position,
            bodies.velocity,
            bodies.mass,
            bodies.diameter,
        )
        if wanted == 0.0:
            return 0.0
        taken = min(wanted, spent * jet.sampler.exhaust_speed)
        ground.kick(taken / wanted * impulse)
        self.drag_impulse += taken
        self.held_back += wanted - taken
        return taken


def stream_of(jet: GasJet) -> Stream:
    """Bounds and speeds of the stream of a head."""
    p = jet.sampler
    return Stream(
        stem=p.stem_radius,
        throat=p.throat_radius,
        screen=jet.screen_radius,
        depth=p.gas_depth,
        nozzle=p.nozzle_height,
        sill=p.sill_height,
        window_top=jet.window_top,
        jet_speed=p.exhaust_speed,
        turned_speed=p.speed_kept * p.exhaust_speed,
        comes_up=not p.inlet_shut,
    )


def released(sampler: GasHeadParameters, time: float) -> float:
    """Gas [kg] that has left the bottle, `time` [s] after the sampler's start.

    M (1 − exp(−t/τ)), t the time that the valve has been open: after the delay, for the duration.
    """
    opened = min(max(time - sampler.gas_delay, 0.0), sampler.gas_duration)
    return sampler.gas_mass * -math.expm1(-opened / sampler.gas_time_constant)
