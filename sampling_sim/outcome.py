"""What a case ends with: one definition per column (docs/outcomes.md), SI.

`Outcome` is the contract with the store and the command line: a field's metadata gives its unit
and its long name, and the order of the fields is the order of the columns.
"""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How a case ended; the first that applies, in this order."""

    FAILED = "failed"
    DIVERGED = "diverged"
    TIMED_OUT = "timed_out"
    ABORTED = "aborted"
    TIPPED_OVER = "tipped_over"
    ANCHOR_LOST = "anchor_lost"
    SLIPPED = "slipped"
    REBOUNDED = "rebounded"
    COLLECTED = "collected"
    EMPTY = "empty"


def _column(unit: str, long_name: str, default: Any = float("nan")) -> Any:
    return field(default=default, metadata={"units": unit, "long_name": long_name})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcomes of one case.  NaN where a quantity is not defined or the case did not finish."""

    collected_mass: float = _column(
        "kg", "mass inside the container; NaN where the case did not finish", 0.0
    )
    collected_count: int = _column("1", "grains inside the container", 0)
    grain_size_max: float = _column("m", "largest collected grain, diameter")
    flap_open_fraction: float = _column("1", "opening of the flap at the end, 0 shut to 1 open")
    peak_force: float = _column("N", "largest filtered ground force on the head")
    wrist_force: float = _column("N", "largest force that the head's joint carried")
    bus_force: float = _column("N", "largest force where the sampler hangs on the bus")
    impulse: float = _column("N s", "normal ground impulse on the craft")
    contact_duration: float = _column("s", "time with head force above the threshold")
    max_sinkage: float = _column("m", "deepest head reference point below the surface")
    slip_distance: float = _column("m", "largest tangential distance from first touch")
    tilt_max: float = _column("rad", "largest angle of craft +z to the surface normal")
    rate_max: float = _column("rad/s", "largest body rate of the craft")
    rebound_speed: float = _column("m/s", "outward speed where contact was lost before retreat")
    ejected_mass: float = _column("kg", "uncollected grains moving outward above the surface")
    mass_toward_craft: float = _column("kg", "ejected grains whose path meets the craft")
    ejecta_escaping: float = _column("kg", "mass that shots launched and the catcher did not get")
    gas_used: float = _column("kg", "gas spent")
    gas_held_back: float = _column("N s", "impulse on grains that the gas had no momentum for")
    wing_clearance: float = _column("m", "smallest distance of bus and wings to the mesh")
    anchor_margin: float = _column("1", "smallest R(u)/|F| - 1 over the hold")
    anchor_load: float = _column("N", "largest load of one anchor over the hold")
    anchor_slip: float = _column("m", "largest way of an anchor from where its hold began")
    drilled_depth: float = _column("m", "deepest hole of each drill along it, mean of the drills")
    propellant_impulse: float = _column("N s", "thruster impulse used")
    momentum_drift: float = _column("1", "interface and integration residual over m v0")
    energy_drift: float = _column(
        "1", "residual of the craft's energy over initial kinetic energy + motor work"
    )
    motor_work: float = _column("J", "work of the motors of the sampler")
    tool_work: float = _column("J", "work of the driven parts on the grains")
    stall_time: float = _column("s", "time for which a motor of the sampler stalled")
    overlap_mean: float = _column("1", "mean grain overlap over radius")
    overlap_peak: float = _column("1", "largest grain-grain overlap over radius")
    overlap_tool: float = _column("1", "largest grain-tool overlap over radius")
    simulated_time: float = _column("s", "simulated time from release to the end")
    tipped_over: bool = _column("1", "tilt passed the tip-over limit", False)
    slipped: bool = _column("1", "slip passed its limit", False)
    anchor_lost: bool = _column("1", "an anchor slid or was out of its hole in the hold", False)
    rebounded: bool = _column("1", "contact was lost before retreat", False)
    abort_rule: str = _column("1", "abort rule that fired, empty if none", "")
    message: str = _column("1", "why the case diverged or failed, empty otherwise", "")
    packing_seed: int = _column("1", "which packing of the bed", 0)
    wall_time: float = _column("s", "wall time of the case; left out of every comparison")
    status: Status = _column("1", "how the case ended", Status.EMPTY)


NOT_COMPARED = frozenset({"wall_time"})
"""Columns that differ between two runs of the same case."""


def outcome_columns() -> dict[str, dict[str, str]]:
    """Column name → {units, long_name}, in order."""
    return {column.name: dict(column.metadata) for column in fields(Outcome)}
