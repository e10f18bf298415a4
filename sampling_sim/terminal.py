"""What a person sees: tables and one-line errors; and the JSON that a script sees.

Tables go to stdout, errors to stderr, so that `--json` leaves one object on stdout.
"""

import json
import math
import re
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from sampling_sim.outcome import Outcome, outcome_columns

HEADLINE = ("collected_mass", "collected_count", "peak_force", "max_sinkage", "rebound_speed")
"""Outcomes that the table after a sweep shows; `show` gives all of them."""


_NEVER_HELD = "without friction no cohesion holds a grain on a slope"
"""What stands where the cohesion needed is infinite."""

_EXPONENT_ZEROS = re.compile(r"(e-?)\+?0*")
"""What "1.5e-05" can do without in a table: one sign that is plus, and leading zeros."""


def json_text(value: Mapping[str, Any]) -> str:
    """One JSON object; NaN and infinities, which JSON lacks, become null."""
    return json.dumps(_jsonable(value), indent=2, allow_nan=False)


def print_outcome(outcome: Outcome, title: str) -> None:
    """Print the outcome of one case, a line a column; the message, which may be long, below."""
    table = plain_table()
    table.add_column("outcome", no_wrap=True)
    table.add_column("value", no_wrap=True, justify="right")
    table.add_column("unit", no_wrap=True)
    table.add_column("meaning")
    for name, described in outcome_columns().items():
        if name != "message":
            value = cell(getattr(outcome, name))
            table.add_row(name, value, unit_of(name), described["long_name"])
    print_whole(title)
    print_table(table)
    if outcome.message:
        print_whole(f"message: {outcome.message}")


def print_mapping(report: Mapping[str, Any], title: str) -> None:
    """Print a report of one thing, a line a key; SI, radians."""
    table = plain_table(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for key, value in report.items():
        table.add_row(key, cell(value))
    print_whole(title)
    print_table(table)


def print_site(report: Mapping[str, Any], title: str) -> None:
    """Print what a grain feels at a place, a line a key; SI, radians."""
    is_held = math.isfinite(report["needed_cohesion"])
    print_mapping(report if is_held else {**report, "needed_cohesion": _NEVER_HELD}, title)


def print_survey(report: Mapping[str, Any], title: str) -> None:
    """Print the best sites of a survey, a line each, and the shares of the surface."""
    columns = (
        ("lat [deg]", "lat", math.degrees(1.0)), ("lon [deg]", "lon", math.degrees(1.0)),
        ("slope [deg]", "slope", math.degrees(1.0)), ("area [m²]", "retained_area", 1.0),
        ("a_n [µm/s²]", "normal_acceleration", 1e6), ("needs [Pa]", "needed_cohesion", 1.0),
        ("escape [mm/s]", "escape_speed", 1e3), ("Coriolis [mm]", "coriolis_displacement", 1e3),
    )  # fmt: skip
    table = plain_table()
    for heading in ("", *(heading for heading, _, _ in columns)):
        table.add_column(heading, justify="right")
    for number, found in enumerate(report["sites"], start=1):
        values = (cell(factor * found[name]) for _, name, factor in columns)
        table.add_row(str(number), *values)
    found_any = bool(report["sites"])
    print_whole(title if found_any else f"{title}: nowhere under these constraints")
    if found_any:
        print_table(table)
    least, largest = report["least_cohesion"], report["largest_cohesion"]
    needs = f"anywhere they need at least {least:.3g} Pa, everywhere {largest:.3g} Pa"
    print_whole(
        f"Grains stay on {report['retained_area']:.4g} of {report['area']:.4g} m², "
        f"{report['outward_share']:.1%} of it pulled outward; "
        f"{needs if math.isfinite(largest) else _NEVER_HELD}"
    )


def print_mechanism(report: Mapping[str, Any], title: str) -> None:
    """Print the links and joints of a craft."""
    table = plain_table()
    for heading in ("link", "mass [kg]", "hangs by", "joint"):
        table.add_column(heading, justify="right" if heading.startswith("mass") else "left")
    joints = {joint["child"]: joint for joint in report["joints"]}
    for link in report["links"]:
        joint = joints.get(link["name"], {"name": "", "type": ""})
        table.add_row(link["name"], cell(link["mass"]), joint["name"], joint["type"])
    print_whole(f"{title}: {report['kind']}, {report['mass']:.6g} kg")
    print_table(table)
    print_whole(f"actions of the joints: {', '.join(report['actions'])}")
    print_whole(f"surfaces: {report['surfaces']}; effects: {', '.join(report['effects']) or '-'}")


def print_bed(report: Mapping[str, Any], title: str) -> None:
    """Print what a bed was asked to be and what was measured, angles in degrees."""
    table = plain_table()
    table.add_column("quantity", no_wrap=True)
    for heading in ("requested", "measured", "low", "high"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for name, entry in report.items():
        if not (isinstance(entry, Mapping) and "requested" in entry):
            continue
        is_angle = name.startswith(("friction_angle", "angle_of"))
        factor = math.degrees(1.0) if is_angle else 1.0
        cells = (
            "-" if entry[key] is None else cell(factor * entry[key])
            for key in ("requested", "value", "low", "high")
        )
        plain = {"packing_fraction", "coordination_number"}
        table.add_row(name, *cells, "deg" if is_angle else "" if name in plain else "Pa")
    print_whole(f"{title}, {report['grains']} grains (intervals at 95 %)")
    print_table(table)
    print_whole("angle_of_repose: cohesion off, at 1 m/s²; strengths as packed, flow where steady")
    for key, value in report["calibration"].items():
        print_whole(f"calibration: {key} = {_calibrated(key, value)}")
    for line in report["beyond_calibration"]:
        print_whole(f"beyond the calibration: {line}")
    for line in report["not_reached"]:
        print_whole(f"not reached: {line}")


def _calibrated(key: str, value: float) -> str:
    """One number of a bed's calibration with its unit, angles in degrees."""
    if key.endswith("angle"):
        return f"{cell(math.degrees(value))} deg"
    unit = {"bond_strength": " Pa", "pull_off_scale": " J/m²"}.get(key, "")
    return cell(value) + unit


def print_note(text: str) -> None:
    """Print one line on stdout."""
    sys.stdout.write(text + "\n")


def print_error(text: str) -> None:
    """Print one line on stderr, whatever breaks the text had."""
    sys.stderr.write(f"sampling-sim: {' '.join(text.split())}\n")


def _console() -> Console:
    # Square brackets hold units and lists here, colons are of paths and names: no markup, no emoji
    return Console(markup=False, highlight=False, emoji=False)


def plain_table(*, show_header: bool = True) -> Table:
    """Table without lines or margins, which 80 columns have no room for."""
    return Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=show_header)


def print_table(table: Table) -> None:
    """Print a table to stdout."""
    _console().print(table)


def print_whole(text: str) -> None:
    """Print a line as it is: what reads it may search it, and a terminal breaks it."""
    _console().print(text, soft_wrap=True)


def unit_of(outcome: str) -> str:
    """Return the unit of an outcome as tables show it, empty for a bare number."""
    unit = outcome_columns()[outcome]["units"]
    return "" if unit == "1" else unit


def cell(value: Any) -> str:
    """One value as tables show it."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "-" if math.isnan(value) else _EXPONENT_ZEROS.sub(r"\1", f"{value:.4g}")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(cell(entry) for entry in value) + "]"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {cell(entry)}" for key, entry in value.items())
    text = str(
        value
    )  # of a file from elsewhere: breaks would tear lines, escapes command terminals
    return text if text.isprintable() else repr(text)[1:-1]


def _jsonable(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _jsonable(entry) for key, entry in value.items()}
    return [_jsonable(entry) for entry in value] if isinstance(value, list | tuple) else value
