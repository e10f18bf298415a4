"""One case from release to its outcome: `run_case` is a pure function of its case."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sampling_sim.case import Case
from sampling_sim.constants import GRAVITATIONAL_CONSTANT, BoolArray, FloatArray
from sampling_sim.errors import DivergenceError
from sampling_sim.mechanism.base import Box
from sampling_sim.outcome import Outcome, Status
from sampling_sim.recording.ejecta import CraftPath, leaving, meets_craft
from sampling_sim.recording.recorder import Recorder, Recording
from sampling_sim.recording.series import size_classes
from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.simulation import Simulation
from sampling_sim.world.world import WorldState

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CaseResult:
    """What a case ends with."""

    outcome: Outcome
    series: dict[str, FloatArray] = field(default_factory=dict)
    """Size classes of the sample ("sizes/…"); if recorded, time series of equal length too."""
    snapshots: Snapshots | None = None
    """Grains and links at regular times; None if not recorded, or if no frame fits the budget."""


def run_case(
    case: Case,
    *,
    record: bool | Recording = False,
    observer: Callable[[Simulation], None] | None = None,
) -> CaseResult:
    """Run one case.

    Parameters
    ----------
    case
        Every parameter, in SI.
    record
        Keep time series and snapshots, by a `Recording` or the default one; the outcome is the same
        either way.
    observer
        Called at release and after every control step with the simulation, which it must only
        read.

    Raises
    ------
    BadInput
        If the case cannot be run at all: no such shape, a bed that cannot stay, steps that do not
        go together.  A case that diverges is not an error: its status says so.
    """
    start = time.perf_counter()
    recorder, snapshots = None, None
    reached = math.nan
    try:
        with Simulation(case) as simulation:
            if record:
                how = record if isinstance(record, Recording) else Recording()
                recorder = Recorder(how, simulation.frame(), case.engine.control_step)
            message = _fly(simulation, recorder, observer)
            reached = simulation.time
            outcome = case_outcome(simulation, message, time.perf_counter() - start)
            series = _sample_sizes(simulation, message)
            if recorder is not None:
                snapshots = _snapshots(recorder, simulation, message)
    except DivergenceError as error:
        # so far gone that nothing can be measured: the row says why and how to run it again
        series = {}
        outcome = Outcome(
            status=Status.DIVERGED,
            collected_mass=math.nan,
            message=str(error),
            simulated_time=reached,
            packing_seed=case.regolith.packing_seed,
            wall_time=time.perf_counter() - start,
        )
    log.info("case %s: %s, %.3g kg", case.case_id, outcome.status, outcome.collected_mass)
    if recorder is not None:
        series |= recorder.series()
    return CaseResult(outcome, series, snapshots)


def _fly(
    simulation: Simulation,
    recorder: Recorder | None,
    observer: Callable[[Simulation], None] | None,
) -> str:
    """Advance to the end; return why the case diverged, or an empty text."""
    try:
        if observer is not None:
            observer(simulation)
        while not simulation.is_over:
            simulation.advance()
            if recorder is not None:
                recorder.add(simulation.row(), simulation.frame)
            if observer is not None:
                observer(simulation)
    except DivergenceError as error:
        return str(error)
    return ""


def case_outcome(simulation: Simulation, message: str, wall_time: float) -> Outcome:
    """Outcome of the case as it stands; `message` says why it diverged, if it did."""
    monitor, books = simulation.monitor, simulation.coupling.books
    collected = _collected(simulation, message)
    caught = simulation.caught_mass if _is_kept(simulation, message) else 0.0
    measured = simulation.measures()
    bodies, overlaps = simulation.grains.bodies, simulation.grains.overlaps
    thrown, toward = _ejecta(simulation) if not message else (math.nan, math.nan)
    work = simulation.world.drive_work
    driven = [simulation.design.joint_index(name) for name in simulation.design.driven_joints]
    momentum = simulation.world.momentum() - simulation.start_momentum - books.impulse
    scale = float(simulation.world.mass.sum()) * simulation.case.sequence.speed_scale
    gained = simulation.world.kinetic_energy() - simulation.start_energy
    missing = gained - float(work.sum()) - simulation.world.applied_work
    flags = _flags(simulation)
    diameter = bodies.diameter[collected]
    return Outcome(
        collected_mass=math.nan if message else float(bodies.mass[collected].sum()) + caught,
        collected_count=int(collected.sum()),
        grain_size_max=float(diameter.max()) if diameter.size else math.nan,
        flap_open_fraction=simulation.flap_open_fraction,
        peak_force=monitor.peak_force,
        impulse=monitor.impulse,
        contact_duration=monitor.contact_duration,
        wrist_force=simulation.joint_loads.wrist_force,
        bus_force=simulation.joint_loads.bus_force,
        max_sinkage=monitor.max_sinkage,
        slip_distance=monitor.slip_distance,
        tilt_max=monitor.tilt_max,
        rate_max=monitor.rate_max,
        rebound_speed=monitor.rebound_speed if flags["rebounded"] else math.nan,
        ejected_mass=thrown,
        mass_toward_craft=toward,
        ejecta_escaping=measured.get("ejecta_escaping", math.nan),
        gas_used=measured.get("gas_used", math.nan),
        gas_held_back=measured.get("gas_held_back", math.nan),
        wing_clearance=simulation.wing_clearance,
        anchor_margin=measured.get("anchor_margin", math.nan),
        anchor_load=measured.get("anchor_load", math.nan),
        anchor_slip=measured.get("anchor_slip", math.nan),
        drilled_depth=measured.get("drilled_depth", math.nan),
        propellant_impulse=simulation.thrusters.impulse,
        momentum_drift=float(np.linalg.norm(momentum)) / scale,
        energy_drift=missing / (simulation.start_energy + float(np.abs(work[driven]).sum())),
        motor_work=float(work[driven].sum()),
        tool_work=books.driven_work,
        stall_time=simulation.stall_clock.time,
        overlap_mean=overlaps.mean,
        overlap_peak=overlaps.peak_grain,
        overlap_tool=overlaps.peak_tool,
        simulated_time=simulation.time,
        abort_rule=simulation.sequence.abort_rule,
        message=message,
        packing_seed=simulation.case.regolith.packing_seed,
        wall_time=wall_time,
        status=_status(simulation, message, flags, bool(collected.any()) or caught > 0.0),
        **flags,
    )


def _collected(simulation: Simulation, message: str) -> BoolArray:
    """Bodies inside at t_clear and still inside now; none if aborted or not finished."""
    none = np.zeros(len(simulation.grains.bodies.mass), dtype=bool)
    if simulation.inside_at_clear is None or not _is_kept(simulation, message):
        return none
    return simulation.inside_at_clear & simulation.inside_container()


def _is_kept(simulation: Simulation, message: str) -> bool:
    """Whether what is inside counts: not diverged, not aborted, and the craft got clear."""
    ended = message or simulation.sequence.abort_rule
    return not ended and simulation.inside_at_clear is not None


def _sample_sizes(simulation: Simulation, message: str) -> dict[str, FloatArray]:
    """Sizes of the sample against those of the free grains of the bed."""
    free = ~simulation.bed.body_fixed
    diameter = simulation.bed.body_diameter[free]
    return size_classes(diameter, _collected(simulation, message)[free])


def _snapshots(recorder: Recorder, simulation: Simulation, message: str) -> Snapshots | None:
    """Frames so far, and which of their spheres are in the sample."""
    bed = simulation.bed
    collected = _collected(simulation, message)[bed.body]
    names = tuple(link.name for link in simulation.design.links)
    return recorder.snapshots(bed.radius, collected, names)


def _ejecta(simulation: Simulation) -> tuple[float, float]:
    """Masses [kg] of the grains that leave, and of those that fly at the craft.

    Grains that ride in the head, wheels and container included, do neither.
    """
    bodies = simulation.grains.bodies
    height = 3.0 * simulation.case.regolith.diameter_max
    thrown = leaving(bodies.position, bodies.velocity, height) & ~_riding(simulation)
    state, surroundings = simulation.world.state(), simulation.surroundings
    boxes = [_in_bus_frame(box, state) for box in simulation.design.outline]
    craft = CraftPath(
        state.position[0],
        state.rotation[0],
        state.velocity[0],
        state.angular_velocity[0],
        boxes,
    )
    mass = bodies.mass[thrown]
    met = meets_craft(
        bodies.position[thrown],
        bodies.velocity[thrown],
        0.5 * bodies.diameter[thrown],
        craft,
        surroundings.field,
        GRAVITATIONAL_CONSTANT * surroundings.gravity.mass,
    )
    return float(mass.sum()), float(mass[met].sum())


def _riding(simulation: Simulation) -> BoolArray:
    """Mask of the bodies inside the head's outline."""
    design, position = simulation.design, simulation.grains.bodies.position
    head = simulation.world.state().place_in_link(design.head, position)
    boxes = [box for box in design.outline if box.link == design.head]
    return np.any([box.contains(head) for box in boxes], axis=0)


def _in_bus_frame(box: Box, state: WorldState) -> tuple[FloatArray, FloatArray]:
    """Centre in the bus's frame and half extents; links barely turn against the bus."""
    centre = state.place_in_link(0, state.place(box.link, np.array([box.centre])))[0]
    return centre, np.array(box.half_extents)


def _flags(simulation: Simulation) -> dict[str, bool]:
    monitor, sequence = simulation.monitor, simulation.case.sequence
    return {
        "tipped_over": monitor.tilt_max > sequence.tip_over_angle,
        "slipped": monitor.slip_distance > sequence.slip_limit,
        "anchor_lost": simulation.measures().get("anchors_lost", 0.0) > 0.0,
        "rebounded": sequence.can_rebound and not math.isnan(monitor.rebound_speed),
    }


def _status(
    simulation: Simulation, message: str, flags: dict[str, bool], has_sample: bool
) -> Status:
    """First status that applies, in the order of `Status`."""
    applies = {
        Status.DIVERGED: bool(message),
        Status.TIMED_OUT: not simulation.monitor.is_clear,
        Status.ABORTED: bool(simulation.sequence.abort_rule),
        Status.TIPPED_OVER: flags["tipped_over"],
        Status.ANCHOR_LOST: flags["anchor_lost"],
        Status.SLIPPED: flags["slipped"],
        Status.REBOUNDED: flags["rebounded"],
        Status.COLLECTED: has_sample,
    }
    return next((status for status, holds in applies.items() if holds), Status.EMPTY)
