"""Drills in the ground: holes that deepen by the laws of `drill_laws.py` and hold what is in them.

A hole is fixed to P.  It opens where a tip meets the surface, along the drill as it then stands.
Tip and hole meet in three ways: the hole's floor pushes the tip back (spring and damper, the weight
on bit); the shaft is held along by shear, where it does not turn, and across by bearing (springs
and dampers that yield); friction brakes its turning.  Held, a drill that is loaded beyond the
holding force of the load's direction slides, and its hole's reference moves with it.

The ground is regolith down to the bed's depth and rock below, or rock alone; it takes the opposite
of every load.  The regolith's grains do not see the drill, thinner than they are.  Loads act at the
tip, so a shaft carries no bending moment.  Frame P, SI.
"""

import math

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.effects.drill_laws import (
    AT_REST,
    cutting_share,
    face_torque,
    grip,
    holding_force,
    lateral_force,
    pull_out_force,
    regolith_resistance,
    rock_rate,
    utilisation,
)
from sampling_sim.effects.effect import Ground, Loads
from sampling_sim.errors import ConfigError
from sampling_sim.frames import cross_rows
from sampling_sim.mechanism.base import Action, Design
from sampling_sim.mechanism.drill_tips import Bit, DrillTips
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.world.world import WorldState

STABLE_SHARE = 0.3
"""Share of a link's inertia over the step up to which friction of turning is steep; chosen: dry
friction that stops a drill in a few steps and never turns it back."""
LEAST_SLOPE = 1e-9
"""[1] chosen: no division by zero where a drill lies level."""


class Drilling:
    """Holes of all drills of a design, and what they do to the links."""

    is_ground = True

    def __init__(self, design: Design, tips: DrillTips, regolith: RegolithParameters) -> None:
        self._tips, self._bit = tips, tips.bit
        self._links = np.array(tips.links)
        self._points, self._axes = np.array(tips.points), np.array(tips.axes)
        self._senses = np.array(tips.senses)
        self._depth = regolith.depth if regolith.surface == "grains" else 0.0
        inertia = design.inertia[self._links]
        self._spin_inertia = np.einsum("ni,nij,nj->n", self._axes, inertia, self._axes)
        self._longest = _longest_step(self._bit, float(design.mass[self._links].min()))
        self._shape = (len(design.links), 3)
        n = len(self._links)
        self._is_open: BoolArray = np.zeros(n, dtype=bool)
        self._entry, self._along = np.zeros((n, 3)), np.zeros((n, 3))
        self._floor, self._slide = np.zeros(n), np.zeros(n)
        self._rock = np.zeros(n)
        self._drift = np.zeros((n, 3))
        self._mass = np.zeros(n)
        self._held_from: FloatArray | None = None
        self._is_lost: BoolArray = np.zeros(n, dtype=bool)
        self._is_held = self._is_kept = False
        self._margin, self._peak, self._slip = math.nan, 0.0, 0.0
        self._deepest = np.zeros(n)
        self.work = 0.0
        """[J] that went into the ground: cutting, rubbing, sliding."""
        self.load: FloatArray = np.zeros((n, 3))
        """[N] of each anchor on the ground now, shape (n, 3)."""
        self.embedded: FloatArray = np.zeros(n)
        """[m] length of each drill in its hole now, shape (n,)."""

    def command(self, action: Action) -> None:
        """Start and end the hold; break the cores off when the sampler is on."""
        if action in {Action.ANCHOR_DRILL, Action.ANCHOR_RELEASE}:
            self._is_held = False
        if action is Action.ANCHOR_HOLD:
            self._is_held, self._held_from = True, None
        if action is Action.SAMPLER_ON:
            self._is_kept = True

    def measures(self) -> dict[str, float]:
        """Return what the holes have come to."""
        return {
            "anchor_margin": self._margin,
            "anchor_load": math.nan if self._held_from is None else self._peak,
            "anchor_slip": math.nan if self._held_from is None else self._slip,
            "anchors_lost": float(self._is_lost.sum()),
            "drilled_depth": float(self._deepest.mean()),
            "drilled_depth_least": float(self._deepest.min()),
            "embedded_most": float(self.embedded.max()),
            "caught_mass": float(self._mass.sum()) if self._is_kept else 0.0,
        }

    def act(self, state: WorldState, ground: Ground, step: float) -> Loads | None:  # noqa: ARG002
        """Advance the holes over one exchange; return what they do to the links."""
        if step > self._longest:
            allowed = f"a drill's hold in its hole asks for {self._longest:.3g} s or less"
            raise ConfigError("engine.exchange_step", step, allowed)
        turn, links = state.rotation[self._links], self._links
        axis = np.einsum("nij,nj->ni", turn, self._axes)
        arm = np.einsum("nij,nj->ni", turn, self._points)
        rate = state.angular_velocity[links]
        tip, speed = state.position[links] + arm, state.velocity[links] + cross_rows(rate, arm)
        self._open_and_close(tip, axis)
        if not self._is_open.any():
            self.load[:], self.embedded[:] = 0.0, 0.0
            none = np.zeros(len(links))
            self._watch(tip, none, none, spin=none)
            return None
        spin = np.einsum("ni,ni->n", rate, axis)
        force, torque = self._hole_loads(tip, speed, spin, step)
        loads = np.zeros(self._shape), np.zeros(self._shape)
        loads[0][links] = force
        loads[1][links] = cross_rows(arm, force) + torque[:, None] * axis
        return loads

    # --- the hole ---------------------------------------------------------------------------------

    def _open_and_close(self, tip: FloatArray, axis: FloatArray) -> None:
        """Open holes where tips meet the surface, close those that tips have left."""
        # upwards out of its hole, a tip is clear of it
        depth = np.einsum("ni,ni->n", tip - self._entry, self._along)
        self._is_open &= depth >= 0.0
        fresh = ~self._is_open & (tip[:, 2] <= 0.0)
        if not fresh.any():
            return
        self._is_open |= fresh
        self._entry[fresh], self._along[fresh] = tip[fresh], axis[fresh]
        self._floor[fresh], self._slide[fresh], self._drift[fresh] = 0.0, 0.0, 0.0
        slope = np.maximum(-axis[fresh, 2], LEAST_SLOPE)
        self._rock[fresh] = np.maximum(0.0, self._depth + tip[fresh, 2]) / slope

    def _hole_loads(
        self, tip: FloatArray, speed: FloatArray, spin: FloatArray, step: float
    ) -> tuple[FloatArray, FloatArray]:
        """Force (n, 3) [N] at the tips and torque (n,) [N·m] about the axes, on the drills."""
        bit, along = self._bit, self._along
        reach = tip - self._entry
        depth, fall = (np.einsum("ni,ni->n", v, along) for v in (reach, speed))
        aside, drift = reach - depth[:, None] * along, speed - fall[:, None] * along
        weight = self._weight(depth, fall, spin)
        # by where the walls hold: what stretches between them and the tip leaves no hole empty
        self.embedded = np.where(self._is_open, np.clip(self._slide, 0.0, self._floor), 0.0)
        held_along, held_across = self.capacities(spin)
        torque = self._friction(weight, held_along, spin, step)
        self._deepen(depth, weight, spin, np.abs(torque), step)
        # bonds: trial, then back to the holding force of its direction
        pull = -bit.stiffness * (depth - self._slide) - bit.damping * fall
        side = -bit.stiffness * (aside - self._drift) - bit.damping * drift
        # a turning drill slides along freely: that must not use up what holds it across
        slides = np.abs(spin) > AT_REST * bit.clearing_rate
        pull = np.where(slides, np.clip(pull, -held_along, held_along), pull)
        used = utilisation(held_along, held_across, pull, np.linalg.norm(side, axis=1))
        share = 1.0 / np.maximum(used, 1.0)
        pull, side = pull * share, side * share[:, None]
        self._move_references(depth, fall, aside, drift, pull, side)
        force = (pull - weight)[:, None] * along + side
        force[~self._is_open], torque[~self._is_open] = 0.0, 0.0
        self.load = -force
        self.work += float((np.abs(torque * spin)).sum()) * step
        self._watch(tip, held_along, held_across, spin=spin, yields=used > 1.0)
        return force, torque

    def _weight(self, depth: FloatArray, fall: FloatArray, spin: FloatArray) -> FloatArray:
        """Weight on bit (n,) [N]; regolith that cannot bear it gives way."""
        bit = self._bit
        weight = np.maximum(0.0, bit.stiffness * (depth - self._floor) + bit.damping * fall)
        weight = np.where(self._is_open & (depth > self._floor), weight, 0.0)
        most = np.where(self._in_rock, np.inf, regolith_resistance(self._tips, spin * self._senses))
        gives = weight > most
        weight = np.minimum(weight, most)
        to = np.where(gives, depth - (weight - bit.damping * fall) / bit.stiffness, self._floor)
        # no further than the rock: it is met there
        self._advance(np.clip(to - self._floor, 0.0, self._to_rock), weight, spin)
        return weight

    def _deepen(
        self,
        depth: FloatArray,
        weight: FloatArray,
        spin: FloatArray,
        torque: FloatArray,
        step: float,
    ) -> None:
        """Cut rock under the tips over one step."""
        rate = rock_rate(self._tips, weight, spin * self._senses, torque)
        cut = np.where(self._in_rock & (depth > self._floor), rate * step, 0.0)
        self._advance(cut, weight, spin)

    def _advance(self, deeper: FloatArray, weight: FloatArray, spin: FloatArray) -> None:
        """Lower the floors by (n,) [m]: a core grows where the bit turns in its sense."""
        if not deeper.any():
            return
        density = np.where(self._in_rock, self._tips.rock.density, self._tips.regolith.density)
        share = cutting_share(self._bit, spin * self._senses) > 0.0
        self._mass += np.where(share, density * self._bit.core_area * deeper, 0.0)
        self._floor = self._floor + deeper
        self._deepest = np.maximum(self._deepest, self._floor)
        self.work += float((weight * deeper).sum())

    @property
    def _to_rock(self) -> FloatArray:
        return np.maximum(0.0, self._rock - self._floor)

    @property
    def _in_rock(self) -> BoolArray:
        return np.asarray(self._to_rock <= 0.0)

    def capacities(self, spin: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the holding forces (n,) [N] along and across the shafts at rates [rad/s]."""
        tips, bit = self._tips, self._bit
        soft = np.minimum(self.embedded, self._rock)
        hard = self.embedded - soft
        shear = pull_out_force(bit, tips.rock, hard) + pull_out_force(bit, tips.regolith, soft)
        across = lateral_force(bit, tips.rock, hard) + lateral_force(bit, tips.regolith, soft)
        return grip(bit, spin) * shear, across

    def _friction(
        self, weight: FloatArray, held: FloatArray, spin: FloatArray, step: float
    ) -> FloatArray:
        """Torque (n,) [N·m] of face and shaft against turning, dry, made steep but stable."""
        most = face_torque(self._bit, weight) + 0.5 * self._bit.diameter * held
        steep = STABLE_SHARE * self._spin_inertia / step
        return np.clip(-steep * spin, -most, most)

    def _move_references(
        self,
        depth: FloatArray,
        fall: FloatArray,
        aside: FloatArray,
        drift: FloatArray,
        pull: FloatArray,
        side: FloatArray,
    ) -> None:
        """Let the references follow what slid, so that the bonds carry what they hold."""
        bit = self._bit
        slide = depth + (pull + bit.damping * fall) / bit.stiffness
        moved = aside + (side + bit.damping * drift) / bit.stiffness
        self.work += float(np.abs(pull * (slide - self._slide))[self._is_open].sum())
        self.work += float(np.abs((side * (moved - self._drift)).sum(axis=1))[self._is_open].sum())
        self._slide, self._drift = slide, moved

    # --- the hold ---------------------------------------------------------------------------------

    def _watch(
        self,
        tip: FloatArray,
        held_along: FloatArray,
        held_across: FloatArray,
        *,
        spin: FloatArray,
        yields: BoolArray | None = None,
    ) -> None:
        """Take the margin while the anchors hold, from when the drills have stopped."""
        turns = bool((np.abs(spin) >= AT_REST * self._bit.clearing_rate).any())
        if not self._is_held or (self._held_from is None and turns):
            return
        if self._held_from is None:
            self._held_from = tip.copy()
        size = np.linalg.norm(self.load, axis=1)
        pushed = np.einsum("ni,ni->n", self.load, self._along) > 0.0
        soft = regolith_resistance(self._tips, spin * self._senses)
        floor = np.where(self._in_rock, self._tips.rock.bearing * self._bit.hole_area, soft)
        along = held_along + np.where(pushed, floor, 0.0)
        hold = holding_force(along, held_across, self.load, self._along)
        margin = np.divide(hold, size, out=np.full_like(size, np.inf), where=size > 0.0) - 1.0
        margin = np.where(self.embedded > 0.0, margin, -1.0)
        if yields is not None:
            margin = np.where(yields, np.minimum(margin, 0.0), margin)
        self._is_lost |= margin <= 0.0
        self._margin = float(np.fmin(self._margin, margin.min()))
        self._peak = max(self._peak, float(size.max()))
        self._slip = max(self._slip, float(np.linalg.norm(tip - self._held_from, axis=1).max()))


def _longest_step(bit: Bit, mass: float) -> float:
    """Step [s] at which springs along and across, and the floor's, stay stable on a link [kg]."""
    return min(math.sqrt(0.5 * mass / bit.stiffness), 0.5 * mass / bit.damping)
