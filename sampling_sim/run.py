"""One case from release to the end: the loop and its clocks.

A control step reads the craft, asks the sequence for a command, gives it to the drives; inside it,
exchange steps advance craft and grains together.  `run_case` is a pure function of its case.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sampling_sim.asteroid.site import load_site
from sampling_sim.case import Case
from sampling_sim.constants import GRAVITATIONAL_CONSTANT, BoolArray, FloatArray
from sampling_sim.errors import DivergenceError
from sampling_sim.mechanism.base import Box
from sampling_sim.mechanism.brush_wheels import brush_wheels_design
from sampling_sim.outcome import Outcome, Status
from sampling_sim.recording.clearance import BodyClearance
from sampling_sim.recording.ejecta import CraftPath, leaving, meets_craft
from sampling_sim.recording.monitor import CraftView, Monitor
from sampling_sim.recording.series import Recorder, size_classes
from sampling_sim.regolith.packing import prepare_bed
from sampling_sim.regolith.solver import GrainSolver
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


@dataclass(frozen=True)
class CaseResult:
    """What a case ends with."""

    outcome: Outcome
    series: dict[str, FloatArray] = field(default_factory=dict)
    """Size classes of the sample ("sizes/…"); if recorded, time series of equal length too."""


def run_case(
    case: Case,
    *,
    record: bool = False,
    observer: Callable[["Simulation"], None] | None = None,
) -> CaseResult:
    """Run one case.

    Parameters
    ----------
    case
        Every parameter, in SI.
    record
        Keep the time series; the outcome is the same either way.
    observer
        Called after every control step with the simulation, which it must only read.

    Raises
    ------
    BadInput
        If the case cannot be run at all: no such shape, a bed that cannot stay, steps that do not
        go together.  A case that diverges is not an error: its status says so.
    """
    start = time.perf_counter()
    recorder = Recorder() if record else None
    with Simulation(case) as simulation:
        message = ""
        try:
            while not simulation.is_over:
                simulation.advance()
                if recorder is not None:
                    recorder.add(simulation.row())
                if observer is not None:
                    observer(simulation)
        except DivergenceError as error:
            message = str(error)
            log.info("case %s diverged: %s", case.case_id, message)
        outcome = simulation.outcome(message, time.perf_counter() - start)
        series = simulation.size_classes(message)
    log.info("case %s: %s, %.3g kg", case.case_id, outcome.status, outcome.collected_mass)
    if recorder is not None:
        series |= recorder.series()
    return CaseResult(outcome, series)


class Simulation:
    """Craft, grains, sequence and monitor of one case; use as a context manager."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.surroundings = load_site(case.asteroid, case.site)
        self.design = brush_wheels_design(case.craft, case.mechanism)
        site_field, engine = self.surroundings.field, case.engine
        self.bed = prepare_bed(case.regolith, site_field)
        self.grains = GrainSolver(
            self.bed,
            site_field,
            primitives=self.design.primitives,
            contact_step=engine.contact_step,
        )
        self.sequence = TouchAndGo(case.sequence)
        surface_top = float((self.bed.position[:, 2] + self.bed.radius).max())
        self.monitor = Monitor(engine.exchange_step, surface_top)
        self.world = World(self.design, engine, bedrock_depth=-self.bed.floor)
        release = release_state(case.sequence, self.design, surface_top)
        self.world.set_base(
            release.position, release.rotation, release.velocity, release.angular_velocity
        )
        self.coupling = Coupling(
            self.world,
            self.grains,
            RotatingField(site_field, self.surroundings.polyhedron_field),
            contacts_per_exchange=engine.contacts_per_exchange,
            bedrock=True,
        )
        bus = [box for box in self.design.outline if box.link == 0]
        self._clearance = BodyClearance(self.surroundings.shape, self.surroundings.site, bus)
        self._start_momentum = self.world.momentum()
        self._start_energy = self.world.kinetic_energy()
        self._steps = 0
        self._command = Command()
        self._thrust = 0.0
        self._propellant = 0.0
        self._wing_clearance = math.inf
        self._inside_at_clear: BoolArray | None = None
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
            If an overlap guard breaks or the motion is not finite; says what to change.
        """
        engine = self.case.engine
        self._give(self.sequence.command(self._observation()))
        self.coupling.refresh()
        for exchange in range(engine.exchanges_per_control):
            ground = self.coupling.exchange(*self._thrust_loads())
            head = ground[self.design.head :].sum(axis=0)
            self.monitor.add_force(self.time + (exchange + 1) * engine.exchange_step, head)
        self._propellant += abs(self._thrust) * engine.control_step
        self._steps += 1
        self._measure()
        self._guard()

    def _observation(self) -> Observation:
        return Observation(
            time=self.time,
            head_force=self.monitor.head_force,
            clearance=self.monitor.clearance(self._view),
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
        self._command = command

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
        if self.monitor.is_clear and self._inside_at_clear is None:
            self._inside_at_clear = self.inside_container()
        stride = max(1, round(CLEARANCE_INTERVAL / self.case.engine.control_step))
        if self._steps % stride == 0:
            distance = self._clearance.distance(state.position[0], state.rotation[0])
            self._wing_clearance = min(self._wing_clearance, distance)

    def inside_container(self) -> BoolArray:
        """Mask of the grains whose centre is inside the container's closed volume, shape (n,)."""
        box = self.design.container
        if box is None:
            return np.zeros(len(self.bed.radius), dtype=bool)
        inside: BoolArray = box.contains(
            self.world.state().place_in_link(box.link, self.grains.position)
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
            "contained_mass": float(self.grains.mass[self.inside_container()].sum()),
        }

    def _guard(self) -> None:
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

    # --- the end ----------------------------------------------------------------------------------

    def outcome(self, message: str, wall_time: float) -> Outcome:
        """Outcome of the case as it stands; `message` says why it diverged, if it did."""
        monitor, books = self.monitor, self.coupling.books
        collected = self._collected(message)
        mass, overlaps = self.grains.mass, self.grains.overlaps
        thrown, toward = self._ejecta(collected) if not message else (math.nan, math.nan)
        work = self.world.drive_work
        driven = [self.design.joint_index(name) for name in self.design.driven_joints]
        momentum = self.world.momentum() - self._start_momentum - books.impulse
        scale = float(self.world.mass.sum()) * self.case.sequence.approach_speed
        gained = self.world.kinetic_energy() - self._start_energy
        missing = gained - float(work.sum()) - self.world.applied_work
        flags = self._flags()
        radius = self.bed.radius[collected]
        return Outcome(
            collected_mass=float(mass[collected].sum()),
            collected_count=int(collected.sum()),
            grain_size_max=2.0 * float(radius.max()) if radius.size else math.nan,
            flap_open_fraction=self.flap_open_fraction,
            peak_force=monitor.peak_force,
            impulse=monitor.impulse,
            contact_duration=monitor.contact_duration,
            max_sinkage=monitor.max_sinkage,
            slip_distance=monitor.slip_distance,
            tilt_max=monitor.tilt_max,
            rate_max=monitor.rate_max,
            rebound_speed=monitor.rebound_speed,
            ejected_mass=thrown,
            mass_toward_craft=toward,
            wing_clearance=self._wing_clearance,
            propellant_impulse=self._propellant,
            momentum_drift=float(np.linalg.norm(momentum)) / scale,
            energy_drift=missing / (self._start_energy + float(np.abs(work[driven]).sum())),
            motor_work=float(work[driven].sum()),
            tool_work=books.driven_work,
            overlap_mean=overlaps.mean,
            overlap_peak=overlaps.peak_grain,
            overlap_tool=overlaps.peak_tool,
            simulated_time=self.time,
            abort_rule=self.sequence.abort_rule,
            message=message,
            packing_seed=self.case.regolith.packing_seed,
            wall_time=wall_time,
            status=self._status(message, flags, bool(collected.any())),
            **flags,
        )

    def _collected(self, message: str) -> BoolArray:
        """Grains inside at t_clear and still inside now; none if aborted or not finished."""
        none = np.zeros(len(self.bed.radius), dtype=bool)
        if message or self.sequence.abort_rule or self._inside_at_clear is None:
            return none
        return self._inside_at_clear & self.inside_container()

    def size_classes(self, message: str) -> dict[str, FloatArray]:
        """Sizes of the sample against those of the free grains of the bed."""
        free = ~self.bed.fixed
        return size_classes(2.0 * self.bed.radius[free], self._collected(message)[free])

    def _ejecta(self, collected: BoolArray) -> tuple[float, float]:
        """Masses [kg] of the grains that leave, and of those that fly at the craft."""
        position, velocity = self.grains.position, self.grains.velocity
        height = 3.0 * self.case.regolith.diameter_max
        thrown = leaving(position, velocity, height) & ~collected
        state, surroundings = self.world.state(), self.surroundings
        boxes = [self._in_bus_frame(box, state) for box in self.design.outline]
        craft = CraftPath(
            state.position[0],
            state.rotation[0],
            state.velocity[0],
            state.angular_velocity[0],
            boxes,
        )
        mass = self.grains.mass[thrown]
        met = meets_craft(
            position[thrown],
            velocity[thrown],
            self.bed.radius[thrown],
            craft,
            surroundings.field,
            GRAVITATIONAL_CONSTANT * surroundings.gravity.mass,
        )
        return float(mass.sum()), float(mass[met].sum())

    def _in_bus_frame(self, box: Box, state: WorldState) -> tuple[FloatArray, FloatArray]:
        """Centre in the bus's frame and half extents; links barely turn against the bus."""
        centre = state.place_in_link(0, state.place(box.link, np.array([box.centre])))[0]
        return centre, np.array(box.half_extents)

    def _flags(self) -> dict[str, bool]:
        monitor, sequence = self.monitor, self.case.sequence
        return {
            "tipped_over": monitor.tilt_max > sequence.tip_over_angle,
            "slipped": monitor.slip_distance > sequence.slip_limit,
            "rebounded": not math.isnan(monitor.rebound_speed),
        }

    def _status(self, message: str, flags: dict[str, bool], has_sample: bool) -> Status:
        """First status that applies, in the order of `Status`."""
        applies = {
            Status.DIVERGED: bool(message),
            Status.TIMED_OUT: not self.monitor.is_clear,
            Status.ABORTED: bool(self.sequence.abort_rule),
            Status.TIPPED_OVER: flags["tipped_over"],
            Status.SLIPPED: flags["slipped"],
            Status.REBOUNDED: flags["rebounded"],
            Status.COLLECTED: has_sample,
        }
        return next((status for status, holds in applies.items() if holds), Status.EMPTY)
