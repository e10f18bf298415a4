"""A case in motion: craft, grains, sequence and monitor, and the loop over their clocks.

A control step reads the craft, asks the sequence for a command, gives it to the drives; inside it,
exchange steps advance craft and grains together.
"""

import logging
import math
from dataclasses import replace

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.asteroid.site import load_site
from sampling_sim.case import Case
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.effects.choice import effects_of
from sampling_sim.effects.effect import Loads
from sampling_sim.effects.thrusters import Thrusters, attitude_torque
from sampling_sim.frames import cross_rows, vector_from_rotation
from sampling_sim.mechanism.base import Action, Box, Design
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.wings import WINGS
from sampling_sim.recording.clearance import BodyClearance
from sampling_sim.recording.craft_view import JointLoads, craft_view
from sampling_sim.recording.monitor import Monitor
from sampling_sim.recording.motors import StallClock
from sampling_sim.recording.snapshots import Frame, frame_of
from sampling_sim.refusals import refuse_case
from sampling_sim.regolith.bare_rock import BareRock, bare_rock
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.packing import prepare_bed
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import (
    contact_steps_per_exchange,
    require_step,
    stable_step,
)
from sampling_sim.regolith.step_demand import met_limit
from sampling_sim.sequence.choice import sequence_of
from sampling_sim.sequence.navigation import Sensors, release_state
from sampling_sim.sequence.phases import Command, Observation, Phase
from sampling_sim.world.coupling import Coupling, RotatingField
from sampling_sim.world.world import World, WorldState

log = logging.getLogger(__name__)

SETTLING_TIME = 1.0
"""[s] after t_clear in which a collected grain must stay inside (design, `collected_mass`)."""
CLEARANCE_INTERVAL = 0.25
"""[s] between two looks at the wings' clearance; chosen: 1 cm of motion at 5 cm/s."""
WARNING_SHARE = 0.8
"""Share of an overlap limit at which a warning is logged once; chosen."""


class Simulation:
    """Craft, grains, sequence and monitor of one case; use as a context manager."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.surroundings = load_site(case.asteroid, case.site)
        self.design = design_of(case.craft, case.mechanism)
        site_field, engine = self.surroundings.field, case.engine
        refuse_case(case, self.design, -float(site_field.effective_acceleration[2]))
        self.bed, self.grains = _ground(case, site_field, self.design)
        self.sequence = sequence_of(case.sequence)
        surface_top = float((self.bed.position[:, 2] + self.bed.radius).max(initial=0.0))
        self.monitor = Monitor(engine.exchange_step, surface_top)
        self._clearance = BodyClearance(
            self.surroundings.shape, self.surroundings.site, _bus_and_wings(self.design)
        )
        self._head_links = self.design.carried_by(self.design.head)
        self.world = World(self.design, engine, bedrock_depth=-self.bed.floor)
        try:
            self._release(surface_top)
        except BaseException:
            self.world.close()
            raise

    def _release(self, surface_top: float) -> None:
        """Place the craft, couple it to the grains, start the books."""
        case, place, engine = self.case, self.surroundings, self.case.engine
        release = release_state(case.sequence, self.design, surface_top)
        self.world.set_base(
            release.position, release.rotation, release.velocity, release.angular_velocity
        )
        for joint, position in self.design.start.items():
            self.world.set_joint(joint, position)
        self.coupling = Coupling(
            self.world,
            self.grains,
            RotatingField(place.field, place.polyhedron_field),
            contacts_per_exchange=round(engine.exchange_step / self.grains.contact_step),
            bedrock=True,
        )
        self.start_momentum = self.world.momentum()
        """[kg·m/s] of the craft at release, shape (3,)."""
        self.start_energy = self.world.kinetic_energy()
        """[J] of the craft at release, relative to P."""
        self._steps = 0
        self.thrusters = Thrusters(case.craft, engine.control_step)
        self.effects = effects_of(
            self.design, case.regolith, -float(place.field.effective_acceleration[2])
        )
        self.joint_loads = JointLoads(self.design, self.world.mass)
        self.stall_clock = StallClock(self.design, engine.control_step)
        self._sensors = Sensors(case.sequence, engine.control_step)
        self._held, self._release_place = release.rotation, release.position
        self._actions: tuple[Action, ...] = ()
        self.wing_clearance = self._clearance.distance(release.position, release.rotation)
        """[m] smallest distance of bus and wings to the body so far."""
        self.inside_at_clear: BoolArray | None = None
        """Bodies inside the container at t_clear, shape (b,); None before."""
        self._warned = False
        self._view = craft_view(self.world)

    def __enter__(self) -> "Simulation":
        return self

    def __exit__(self, *details: object) -> None:
        self.world.close()

    # --- the loop ---------------------------------------------------------------------------------

    @property
    def time(self) -> float:
        """Simulated time [s] since release."""
        return self._steps * self.case.engine.control_step

    @property
    def is_over(self) -> bool:
        """Clear of the surface for `SETTLING_TIME` and done, or out of time."""
        settled = self.time >= self.monitor.clear_time + SETTLING_TIME and self.sequence.is_done
        return settled or self.time >= self.case.sequence.time_limit

    def advance(self) -> None:
        """Advance by one control step.

        Raises
        ------
        DivergenceError
            If an overlap guard or the criterion of the step breaks, or the motion is not finite;
            says what to change.
        """
        engine = self.case.engine
        self._give(self.sequence.command(self._sensors.seen(self._observation())))
        self.coupling.refresh()
        if engine.adaptive_step and isinstance(self.grains, GrainSolver):
            self._adapt_step(self.grains)
        for exchange in range(engine.exchanges_per_control):
            before = self.world.state()
            loads, of_ground = self._outer_loads(before)
            ground = self.coupling.exchange(*loads) + of_ground
            head = ground[self._head_links].sum(axis=0)
            self.monitor.add_force(self.time + (exchange + 1) * engine.exchange_step, head)
            self.joint_loads.add(
                before, self.world.state(), self.coupling.outer_force, engine.exchange_step
            )
        self._steps += 1
        self._measure()
        self._guard()

    def _adapt_step(self, grains: GrainSolver) -> None:
        """Cut the exchange into as many contact steps as bed and tools ask for now.

        The step shortens at once and lengthens by one a control step.  An error if the step until
        now was too long for what it met.
        """
        engine, coupling = self.case.engine, self.coupling
        limit = grains.step_limit()
        if limit.met is not None:
            require_step(grains.contact_step, limit.met)
        wanted = contact_steps_per_exchange(engine.exchange_step, limit)
        count = max(wanted, engine.contacts_per_exchange, coupling.contacts_per_exchange - 1)
        coupling.contacts_per_exchange = count
        grains.contact_step = engine.exchange_step / count

    def _observation(self) -> Observation:
        """Return what there is to see, before the sensors' errors."""
        view, state = self._view, self.world.state()
        return Observation(
            time=self.time,
            head_force=self.monitor.head_force,
            normal_speed=view.normal_speed,
            tilt=self.monitor.tilt,
            rate=view.rate,
            altitude=self.monitor.clearance(view),
            offset=state.position[0] - self._release_place,
            velocity=view.velocity,
            mass=float(self.world.mass.sum()),
            measures=self.measures(),
        )

    def _give(self, command: Command) -> None:
        """Hand a command to the drives, the effects and the thrusters."""
        for action in command.actions:
            if action not in self._actions:
                self.world.command(action)
                for effect in self.effects:
                    effect.command(action)
        self._actions = command.actions
        state = self.world.state()
        turn = state.rotation[0]
        centre = turn.T @ (self.world.mass @ state.position / self.world.mass.sum())
        centre -= turn.T @ state.position[0]
        force = turn.T @ command.push + np.array([0.0, 0.0, command.thrust])
        self.thrusters.command(force, self._attitude_torque(state), centre)

    def _attitude_torque(self, state: WorldState) -> FloatArray:
        """Torque [N·m] in S that the attitude control asks for."""
        craft, turn = self.case.craft, state.rotation[0]
        on_ground = craft.attitude_control == "free" and self.monitor.has_contact
        if craft.attitude_control == "off" or on_ground:
            return np.zeros(3)
        error = vector_from_rotation(self._held.T @ turn)
        rate = turn.T @ state.angular_velocity[0]
        return attitude_torque(craft, turn.T @ self.world.whole_inertia() @ turn, error, rate)

    def _outer_loads(self, state: WorldState) -> tuple[Loads, FloatArray]:
        """Return force and torque of thrusters and effects on the links, and the ground's share.

        Shapes (m, 3); the ground's share is that of effects which are the ground.
        """
        force, torque, of_ground = np.zeros((3, *state.position.shape))
        for effect in self.effects:
            load = effect.act(state, self.grains, self.world.step_size)
            if load is not None:
                force, torque = force + load[0], torque + load[1]
                of_ground = of_ground + load[0] if effect.is_ground else of_ground
        thrust, couple = self.thrusters.force, self.thrusters.torque
        if thrust.any() or couple.any():
            load = self._thrust_loads(state, thrust, couple)
            force, torque = force + load[0], torque + load[1]
        return (force, torque), of_ground

    def _thrust_loads(self, state: WorldState, thrust: FloatArray, couple: FloatArray) -> Loads:
        """Thrust [N] through the craft's centre of mass and couple [N·m], as loads on the bus."""
        force, torque = np.zeros_like(state.position), np.zeros_like(state.position)
        force[0] = state.rotation[0] @ thrust
        centre = self.world.mass @ state.position / self.world.mass.sum()
        arm = centre - state.position[0]
        torque[0] = cross_rows(arm[None], force[:1])[0] + state.rotation[0] @ couple
        return force, torque

    # --- what is measured -------------------------------------------------------------------------

    def _measure(self) -> None:
        state = self.world.state()
        self._view = craft_view(self.world)
        self.stall_clock.look(self.world)
        self.monitor.add_motion(self.time, self._view, retreating=self.sequence.is_leaving)
        if self.monitor.is_clear and self.inside_at_clear is None:
            self.inside_at_clear = self.inside_container()
        stride = max(1, round(CLEARANCE_INTERVAL / self.case.engine.control_step))
        if self._steps % stride == 0:
            distance = self._clearance.distance(state.position[0], state.rotation[0])
            self.wing_clearance = min(self.wing_clearance, distance)

    def inside_container(self) -> BoolArray:
        """Mask of the bodies whose centre is inside the container's closed volume, shape (b,).

        A body is a grain on its own or a clump.
        """
        box, bodies = self.design.container, self.grains.bodies
        if box is None:
            return np.zeros(len(bodies.mass), dtype=bool)
        inside: BoolArray = box.contains(
            self.world.state().place_in_link(box.link, bodies.position)
        )
        return inside

    def measures(self) -> dict[str, float]:
        """Return what the effects measure, by name."""
        return {k: v for effect in self.effects for k, v in effect.measures().items()}

    @property
    def caught_mass(self) -> float:
        """Mass [kg] that effects have brought into the container beside the grains."""
        return self.measures().get("caught_mass", 0.0)

    @property
    def flap_open_fraction(self) -> float:
        """Opening of the flap, 0 shut to 1 open; NaN without one."""
        if not self.design.flap_joint:
            return math.nan
        joint = self.design.joint_index(self.design.flap_joint)
        shut = float(self.world.state().joint_position[joint]) / self.design.flap_travel
        return min(1.0, max(0.0, 1.0 - shut))

    def row(self) -> dict[str, float]:
        """Columns of the time series now."""
        state = self.world.state()
        wheels = [self.design.joint_index(name) for name in self.design.driven_joints]
        force = self.monitor.mean_force
        return {
            "time": self.time,
            "phase": list(Phase).index(self.sequence.phase),
            "head_force_x": force[0],
            "head_force_y": force[1],
            "head_force_z": force[2],
            "rim_height": float(self._view.rim[:, 2].min()),
            "normal_speed": self._view.normal_speed,
            "tilt": self.monitor.tilt,
            "thrust": float(self.thrusters.force[2]),
            "wheel_rate": float(state.joint_speed[wheels].mean()) if wheels else 0.0,
            "flap_open_fraction": self.flap_open_fraction,
            "contained_mass": self.caught_mass
            + float(self.grains.bodies.mass[self.inside_container()].sum()),
        }

    def frame(self) -> Frame:
        """Grains and links now."""
        state, grains = self.world.state(), self.grains
        moving = grains.position, grains.velocity
        return frame_of(self._steps, self.time, moving, (state.position, state.rotation))

    def _guard(self) -> None:
        """Refuse overlaps beyond the guards, and a fixed step too long for them (`_adapt_step`)."""
        engine, seen = self.case.engine, self.grains.overlaps
        limits = {
            "grain_mean": engine.overlap_grain_mean,
            "grain_peak": engine.overlap_grain_peak,
            "tool": engine.overlap_tool_peak,
            "fixed": engine.overlap_fixed_peak,
        }
        values = dict(
            zip(limits, (seen.mean, seen.peak_grain, seen.peak_tool, seen.peak_fixed), strict=True)
        )
        near = [name for name, limit in limits.items() if values[name] > WARNING_SHARE * limit]
        if near and not self._warned:
            self._warned = True
            log.warning("at %.3g s the overlap %s is near its limit", self.time, ", ".join(near))
        self.grains.check_overlaps(**limits)
        if not engine.adaptive_step and isinstance(self.grains, GrainSolver):
            require_step(self.grains.contact_step, met_limit(self.case.regolith, seen))


def _ground(case: Case, field: SiteField, design: Design) -> tuple[Bed, GrainSolver | BareRock]:
    """Bed and grains of the case, or bare rock."""
    if case.regolith.surface == "rock":
        rock = BareRock(case.engine.contact_step, len(design.links))
        return bare_rock(case.regolith), rock
    bed, engine = prepare_bed(case.regolith, field), case.engine
    grains = GrainSolver(
        bed,
        field,
        primitives=design.primitives,
        contact_step=_first_step(case),
        active_region=engine.active_region,
        rim=(engine.rim_width, engine.rim_drag),
    )
    return bed, grains


def _bus_and_wings(design: Design) -> list[Box]:
    """Boxes of bus and wings in the bus's frame, wings as at rest (they bend by centimetres)."""
    bus = np.array(design.links[0].position)
    rigid = {0, *(design.link_index(link.name) for link in design.links if link.name in WINGS)}
    return [
        replace(
            box, link=0, centre=tuple(np.array(design.links[box.link].position) - bus + box.centre)
        )
        for box in design.outline
        if box.link in rigid
    ]


def _first_step(case: Case) -> float:
    """Contact step [s] to start with: that of the case, or if it adapts at most the stable one."""
    engine = case.engine
    if not engine.adaptive_step:
        return engine.contact_step
    stable = math.ceil(engine.exchange_step / stable_step(case.regolith))
    return engine.exchange_step / max(engine.contacts_per_exchange, stable)
