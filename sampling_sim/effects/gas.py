"""Gas of the annular head: thrust on the head, drag on the grains under and in it.

The bottle empties through a choked orifice, isothermally, so its flow falls as exp(−t/τ) while the
valve is open (Anderson, Modern Compressible Flow, ch. 5).  The gas takes a prescribed way, fixed to
the head and steady: down from the stem, turned in a bowl under the plate, up the throat, out
through the window and straight to the screen.  Its mass flux is divergence-free all the way; its
speed is the exhaust speed in the jet and a share of it, `speed_kept`, once turned.

On the head act the jet's momentum and that of the gas which comes up the throat and is turned out
by the roof, both along the head's axis.  On a grain acts F = ½ C_d A ρ |u − v| (u − v), integrated
exactly over the exchange with u held.  Taken together, the impulses on the grains never exceed
the momentum of the gas spent: beyond that all are scaled down (`gas_held_back` says by how much),
and what grains took does not reach the roof.

Limits: no pore pressure and no flow through the bed outside the bowl; grains do not turn or shade
the stream but for that budget; the field is that of a head on the ground; it is taken at the
centre of a grain, however large; no lift, no spin.  With `inlet_shut` the gas leaves under the
plate, where nothing is followed.  Frames: H of `gas_surfaces.py` for the field, P for the rest.
"""

import math

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.effects.effect import Ground, Loads
from sampling_sim.mechanism.base import Action
from sampling_sim.mechanism.gas_head import GasJet
from sampling_sim.world.world import WorldState


class GasEffect:
    """Gas of one head; its clock runs while the sampler is on."""

    def __init__(self, jet: GasJet) -> None:
        self._jet = jet
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
        p = self._jet.sampler
        momentum = spent * p.exhaust_speed
        taken = self._drag(state, ground, spent, momentum)
        # what comes up the throat is turned out, all around, by the roof
        lift = 0.0 if p.inlet_shut else p.speed_kept * (momentum - taken)
        self.thrust_impulse += momentum + lift
        force, torque = np.zeros_like(state.position), np.zeros_like(state.position)
        link = self._jet.link
        # the axis passes through the head's centre of mass
        force[link] = (momentum + lift) / step * state.rotation[link, :, 2]
        return force, torque

    def _spend(self, step: float) -> float:
        """Gas [kg] that leaves in one exchange."""
        if not self._is_on:
            return 0.0
        start, self._time = self._time, self._time + step
        spent = released(self._jet, self._time) - released(self._jet, start)
        self.used += spent
        return spent

    def _drag(self, state: WorldState, ground: Ground, spent: float, momentum: float) -> float:
        """Kick the grains in the stream; return the sum [N·s] of the magnitudes."""
        jet, bodies = self._jet, ground.bodies
        if len(bodies.mass) == 0:
            return 0.0
        turn, origin = state.rotation[jet.link], state.position[jet.link]
        points = (bodies.position - origin) @ turn
        points[:, 2] -= jet.origin
        met = np.flatnonzero(_within_reach(jet, points))
        flux, speed = gas_flow(jet, points[met])
        density = np.linalg.norm(flux, axis=1)
        way = np.divide(flux, density[:, None], out=np.zeros_like(flux), where=density[:, None] > 0)
        gas = (speed[:, None] * way) @ turn.T + state.velocity[jet.link]
        area = 0.25 * np.pi * bodies.diameter[met] ** 2
        # ½ C_d A ρ times the step, ρ = flux over speed
        drag = 0.5 * jet.sampler.drag_coefficient * area * density * spent / speed
        mass = bodies.mass[met]
        impulse = mass[:, None] * drag_change(gas - bodies.velocity[met], drag / mass)
        wanted = float(np.linalg.norm(impulse, axis=1).sum())
        if wanted == 0.0:
            return 0.0
        share = min(1.0, momentum / wanted)
        kicks = np.zeros_like(points)
        kicks[met] = share * impulse
        ground.kick(kicks)
        self.drag_impulse += share * wanted
        self.held_back += (1.0 - share) * wanted
        return share * wanted


def released(jet: GasJet, time: float) -> float:
    """Gas [kg] that has left the bottle, `time` [s] after the sampler's start.

    M (1 − exp(−t/τ)), t the time that the valve has been open: after the delay, for the duration.
    """
    p = jet.sampler
    opened = min(max(time - p.gas_delay, 0.0), p.gas_duration)
    return p.gas_mass * -math.expm1(-opened / p.gas_time_constant)


def drag_change(relative: FloatArray, rate: FloatArray) -> FloatArray:
    """Change of velocity [m/s] by quadratic drag over a step, exact for a steady gas, (n, 3).

    Parameters
    ----------
    relative
        [m/s] w, of the gas against the grain, at the start, shape (n, 3).
    rate
        [1/m] ½ C_d A ρ h/m, h the step, shape (n,).

    Notes
    -----
    dw/dt = −k |w| w has w(h) = w/(1 + k |w| h): the direction stays, and no step is so long that
    the grain overtakes the gas.
    """
    share = rate * np.linalg.norm(relative, axis=1)
    return np.asarray(relative * (share / (1.0 + share))[:, None])


def gas_flow(jet: GasJet, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mass flux [1/m²] over the bottle's flow, and speed [m/s], at points (n, 3) of frame H.

    Returns shapes (n, 3) and (n,); no flux where no gas is.

    Notes
    -----
    Stokes' stream function for m unit flow: 2π r ρu_z = −∂ψ/∂r, 2π r ρu_r = ∂ψ/∂z.  In the bowl
    (depth d below the plate up to the nozzle at z_n, radius up to the throat's b), ψ = Φ(r) Z(z),
    Z = (z + d)/(z_n + d), Φ = (r/a)² in the jet (r < a), (b² − r²)/(b² − a²) around it: down as
    a uniform jet, up as a uniform ring.  Behind the window's height h the ring turns out evenly.
    """
    p = jet.sampler
    r, z = np.hypot(points[:, 0], points[:, 1]), points[:, 2]
    a, b = p.stem_radius, p.throat_radius
    ring = 1.0 / (np.pi * (b**2 - a**2))
    deep = p.nozzle_height + p.gas_depth
    safe = np.maximum(r, 1e-12)
    core, around = r < a, (r >= a) & (r < b)
    bowl = (z > -p.gas_depth) & (z < p.nozzle_height)
    jet_zone, turn_zone = bowl & core, bowl & around
    rises = around & (z >= p.nozzle_height) & (z < p.sill_height)
    at_window = (z >= p.sill_height) & (z < jet.window_top)
    turns_out, leaves = at_window & around, at_window & (r >= b) & (r < jet.outer_radius)
    share = (z + p.gas_depth) / deep
    to_top = (jet.window_top - z) / p.inlet_height
    up = np.select(
        [jet_zone, turn_zone, rises, turns_out],
        [-share / (np.pi * a**2), share * ring, np.full_like(z, ring), to_top * ring],
        0.0,
    )
    out = np.select(
        [jet_zone, turn_zone, turns_out, leaves],
        [
            r / (2.0 * np.pi * a**2 * deep),
            (b**2 - r**2) * ring / (2.0 * safe * deep),
            ring * (r**2 - a**2) / (2.0 * safe * p.inlet_height),
            1.0 / (2.0 * np.pi * safe * p.inlet_height),
        ],
        0.0,
    )
    if p.inlet_shut:
        # nothing comes up: what is turned leaves under the plate
        up = np.where(jet_zone, up, 0.0)
        out = np.select([jet_zone, turn_zone], [out, 1.0 / (2.0 * np.pi * safe * deep)], 0.0)
    flux = np.column_stack([out * points[:, 0] / safe, out * points[:, 1] / safe, up])
    return flux, np.where(jet_zone, 1.0, p.speed_kept) * p.exhaust_speed


def _within_reach(jet: GasJet, points: FloatArray) -> FloatArray:
    """Mask of the points in the cylinder that holds all of the stream."""
    low, high = -jet.sampler.gas_depth, jet.window_top
    z, square = points[:, 2], points[:, 0] ** 2 + points[:, 1] ** 2
    return np.asarray((z > low) & (z < high) & (square < jet.outer_radius**2))
