"""A case in motion: craft, grains, sequence and monitor, and the loop over their clocks.

A control step reads the craft, asks the sequence for a command, gives it to the drives; inside it,
exchange steps advance craft and grains together.
"""

import logging
import math

import numpy as np

from sampling_sim.asteroid.site import load_site
from sampling_sim.case import Case
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.errors import ConfigError, DivergenceError
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.brush_wheels import brush_wheels_design
from sampling_sim.recording.clearance import BodyClearance
from sampling_sim.recording.monitor import CraftView, Monitor
from sampling_sim.regolith.packing import prepare_bed
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import (
    contact_steps_per_exchange,
    require_step,
    stable_step,
)
from sampling_sim.regolith.step_demand import met_limit
from sampling_sim.sequence.navigation import release_state
from sampling_sim.sequence.phases import Command, Observation, Phase
from sampling_sim.sequence.touch_and_go import TouchAndGo
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
        self.design = brush_wheels_design(case.craft, case.mechanism)
        site_field, engine = self.surroundings.field, case.engine
        _refuse_head_off_the_bed(case, self.design)
        _refuse_rim_across_the_bed(case)
        self.bed = prepare_bed(case.regolith, site_field)
        self.grains = GrainSolver(
            self.bed,
            site_field,
            primitives=self.design.primitives,
            contact_step=_first_step(case),
            active_region=engine.active_region,
            rim=(engine.rim_width, engine.rim_drag),
        )
        self.sequence = TouchAndGo(case.sequence)
        surface_top = float((self.bed.position[:, 2] + self.bed.radius).max())
        self.monitor = Monitor(engine.exchange_step, surface_top)
        bus = [box for box in self.design.outline if box.link == 0]
        self._clearance = BodyClearance(self.surroundings.shape, self.surroundings.site, bus)
        self.world = World(self.design, engine, bedrock_depth=-self.bed.floor)
        try:
            self._release(surface_top)
        except DivergenceError:
            self.world.close()
            raise

    def _release(self, surface_top: float) -> None:
        """Place the craft, couple it to the grains, start the books."""
        case, place, engine = self.case, self.surroundings, self.case.engine
        release = release_state(case.sequence, self.design, surface_top)
        self.world.set_base(
            release.position, release.rotation, release.velocity, release.angular_velocity
        )
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
        self._thrust = 0.0
        self.propellant_impulse = 0.0
        """[N·s] thrust commanded so far, integrated."""
        self.wing_clearance = self._clearance.distance(release.position, release.rotation)
        """[m] smallest distance of bus and wings to the body so far."""
        self.inside_at_clear: BoolArray | None = None
        """Bodies inside the container at t_clear, shape (b,); None before."""
        self._warned = False
        self._view = self._craft_view(self.world.state())

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
        """Clear of the surface for `SETTLING_TIME`, or out of time."""
        settled = self.time >= self.monitor.clear_time + SETTLING_TIME
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
        self._give(self.sequence.command(self._observation()))
        self.coupling.refresh()
        if engine.adaptive_step:
            self._adapt_step()
        for exchange in range(engine.exchanges_per_control):
            ground = self.coupling.exchange(*self._thrust_loads())
            head = ground[self.design.head :].sum(axis=0)
            self.monitor.add_force(self.time + (exchange + 1) * engine.exchange_step, head)
        self.propellant_impulse += abs(self._thrust) * engine.control_step
        self._steps += 1
        self._measure()
        self._guard()

    def _adapt_step(self) -> None:
        """Cut the exchange into as many contact steps as bed and tools ask for now.

        The step shortens at once and lengthens by one a control step.  An error if the step until
        now was too long for what it met.
        """
        engine, coupling = self.case.engine, self.coupling
        limit = self.grains.step_limit()
        if limit.met is not None:
            require_step(self.grains.contact_step, limit.met)
        wanted = contact_steps_per_exchange(engine.exchange_step, limit)
        count = max(wanted, engine.contacts_per_exchange, coupling.contacts_per_exchange - 1)
        coupling.contacts_per_exchange = count
        self.grains.contact_step = engine.exchange_step / count

    def _observation(self) -> Observation:
        return Observation(
            time=self.time,
            head_force=self.monitor.head_force,
            normal_speed=self._view.normal_speed,
            tilt=self.monitor.tilt,
            rate=self._view.rate,
        )

    def _give(self, command: Command) -> None:
        """Hand a command to the drives and thrusters."""
        self.world.command("brushes_on" if command.brushes_on else "brushes_off")
        self.world.command("flap_open" if command.flap_open else "flap_shut")
        limit = self.case.craft.thrust_limit
        self._thrust = min(max(command.thrust, -limit), limit)

    def _thrust_loads(self) -> tuple[FloatArray | None, FloatArray | None]:
        """Thrust along craft +z through the craft's centre of mass, as loads on the bus."""
        if self._thrust == 0.0:
            return None, None
        state = self.world.state()
        force, torque = np.zeros_like(state.position), np.zeros_like(state.position)
        force[0] = self._thrust * state.rotation[0, :, 2]
        centre = self.world.mass @ state.position / self.world.mass.sum()
        torque[0] = np.cross(centre - state.position[0], force[0])
        return force, torque

    # --- what is measured -------------------------------------------------------------------------

    def _craft_view(self, state: WorldState) -> CraftView:
        corners = [state.place(box.link, box.corners()) for box in self.design.outline]
        return CraftView(
            rim=state.place(self.design.head, self.design.reference_points),
            lowest=float(np.concatenate(corners)[:, 2].min()),
            normal_speed=float(self.world.momentum()[2] / self.world.mass.sum()),
            up=state.rotation[0, :, 2],
            rate=float(np.linalg.norm(state.angular_velocity[0])),
        )

    def _measure(self) -> None:
        state = self.world.state()
        self._view = self._craft_view(state)
        retreating = self.sequence.phase is Phase.RETREAT
        self.monitor.add_motion(self.time, self._view, retreating=retreating)
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

    @property
    def flap_open_fraction(self) -> float:
        """Opening of the flap, 0 shut to 1 open."""
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
            "thrust": self._thrust,
            "wheel_rate": float(state.joint_speed[wheels].mean()),
            "flap_open_fraction": self.flap_open_fraction,
            "contained_mass": float(self.grains.bodies.mass[self.inside_container()].sum()),
        }

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
        if not engine.adaptive_step:
            require_step(self.grains.contact_step, met_limit(self.case.regolith, seen))


def _first_step(case: Case) -> float:
    """Contact step [s] to start with: that of the case, or if it adapts at most the stable one."""
    engine = case.engine
    if not engine.adaptive_step:
        return engine.contact_step
    stable = math.ceil(engine.exchange_step / stable_step(case.regolith))
    return engine.exchange_step / max(engine.contacts_per_exchange, stable)


def _refuse_rim_across_the_bed(case: Case) -> None:
    """Refuse a rim that leaves nothing of the bed inside, and one along sides that are none."""
    if case.engine.rim_width > 0.0 and case.regolith.period is not None:
        allowed = 'must be 0 m with regolith.sides = "periodic": there are no sides to absorb at'
        raise ConfigError("engine.rim_width", case.engine.rim_width, allowed)
    most = 0.5 * min(case.regolith.width_x, case.regolith.width_y)
    if case.engine.rim_width >= most:
        allowed = f"less than half of the bed's smaller width, {most:g} m"
        raise ConfigError("engine.rim_width", case.engine.rim_width, allowed)


def _refuse_head_off_the_bed(case: Case, design: Design) -> None:
    """Refuse an offset that puts part of the housing's rim beside the bed."""
    reach = np.abs(design.reference_points).max(axis=0)
    widths = {"x": case.regolith.width_x, "y": case.regolith.width_y}
    offsets = {"x": case.sequence.offset_x, "y": case.sequence.offset_y}
    if case.regolith.period is not None:
        # or a grain would meet the head and its image at once, which the tools' lists leave out
        for axis, half in zip("xy", reach[:2], strict=True):
            least = 2.0 * (float(half) + case.regolith.diameter_max)
            if widths[axis] < least:
                allowed = f"at least {least:.3g} m with periodic sides: head and two largest grains"
                raise ConfigError(f"regolith.width_{axis}", widths[axis], allowed)
    for axis, half in zip("xy", reach[:2], strict=True):
        room = 0.5 * widths[axis] - float(half)
        if abs(offsets[axis]) > room:
            allowed = (
                f"the head ({2.0 * half:.3g} m along {axis}) must stay on the bed of "
                f"regolith.width_{axis} = {widths[axis]:g} m: at most {max(room, 0.0):.3g} m"
            )
            raise ConfigError(f"sequence.offset_{axis}", offsets[axis], allowed)
