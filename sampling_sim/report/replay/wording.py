"""What a replay shows, in words: for who does not see it, and beside it."""

import math
from typing import Any

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.report.replay.recorded_case import RecordedCase

Fact = tuple[str, str, float | str]
"""Name, text as a person reads it, value with every digit."""


def facts(found: RecordedCase, table: FloatArray) -> list[Fact]:
    """Lines of the page's table.

    Parameters
    ----------
    found
        The case.
    table
        As `trace.shown_series` gives it.
    """
    row, snapshots = found.row, found.snapshots
    time, force = _peak(table)
    regolith, mechanism = found.inputs.regolith, found.inputs.mechanism
    lines: list[Fact] = [
        ("status", str(row["status"]), str(row["status"])),
        ("collected mass", _mass(row["collected_mass"]), float(row["collected_mass"])),
        ("peak force on the head", _measure(row["peak_force"], "N"), float(row["peak_force"])),
        ("largest force of the trace", _when(time, force), force),
        ("deepest sinkage", _measure(100.0 * row["max_sinkage"], "cm"), float(row["max_sinkage"])),
        ("simulated time", _measure(row["simulated_time"], "s"), float(row["simulated_time"])),
        ("mechanism", str(mechanism.kind), str(mechanism.kind)),
        ("grains", f"{len(snapshots.radius)} spheres", float(len(snapshots.radius))),
        ("bed", _bed(regolith), str(regolith.surface)),
        ("snapshots", _snapshots(found), float(len(snapshots.time))),
    ]
    for name in ("abort_rule", "message"):
        if row[name]:
            lines.insert(1, (name.replace("_", " "), str(row[name]), str(row[name])))
    return lines


def spoken_summary(found: RecordedCase, table: FloatArray) -> str:
    """One paragraph that says what the picture shows."""
    row = found.row
    time, force = _peak(table)
    collected, grains = int(found.snapshots.collected.sum()), len(found.snapshots.radius)
    counted = f", {collected} of {grains} spheres" if grains else ""
    ended = str(row["status"]).replace("_", " ")
    rule = f" (abort rule: {row['abort_rule']})" if row["abort_rule"] else ""
    return (
        f"Case {found.number}, {found.inputs.mechanism.kind}: {ended}{rule}. "
        f"{_mass(row['collected_mass'])} collected{counted}. "
        f"Largest force on the head in the trace: {_when(time, force)}. "
        f"Deepest sinkage {_measure(100.0 * row['max_sinkage'], 'cm')}."
    )


def _peak(table: FloatArray) -> tuple[float, float]:
    """Time [s] and size [N] of the largest force of the trace."""
    row = int(np.argmax(table[2]))
    return float(table[0, row]), float(table[2, row])


def _when(time: float, force: float) -> str:
    """Size [N] and time [s] of the largest force; of a craft that touched nothing there is none."""
    return "none" if force == 0.0 else f"{_measure(force, 'N')} at {time:.3f} s"


def _mass(value: Any) -> str:
    return _measure(value, "kg") if value >= 1.0 else _measure(1000.0 * value, "g")


def _measure(value: Any, unit: str) -> str:
    return f"{float(value):.3g} {unit}" if math.isfinite(value) else "not measured"


def _bed(regolith: Any) -> str:
    if regolith.surface != "grains":
        return "bare rock"
    size = f"{regolith.width_x:g} x {regolith.width_y:g} x {regolith.depth:g} m"
    return f"{size}, {'periodic sides' if regolith.sides == 'periodic' else 'walls'}"


def _snapshots(found: RecordedCase) -> str:
    snapshots = found.snapshots
    gaps = np.diff(snapshots.time)
    every = f", every {np.median(gaps):.3g} s" if gaps.size else ""
    wider = f"; {snapshots.widening} times the interval asked for, to stay in the budget"
    return f"{len(snapshots.time)}{every}{wider if snapshots.widening > 1 else ''}"
