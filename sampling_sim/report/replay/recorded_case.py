"""What a replay is made of: one recorded case of a result file, and the craft that flew it.

The craft is built anew from the case's inputs, as a result file keeps no meshes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sampling_sim.campaign.batches import finished_files
from sampling_sim.campaign.experiment.leaves import belongs_to, flat_inputs
from sampling_sim.campaign.statistics.stored import stored_experiment
from sampling_sim.case import Case
from sampling_sim.constants import FloatArray
from sampling_sim.errors import BadInput, StoreError
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.designs import design_of
from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.store import (
    open_series,
    read_attributes,
    read_columns,
    read_row,
    read_snapshots,
    same_bits,
)

SHOWN = (
    "mechanism", "craft", "regolith.surface", "regolith.width_x", "regolith.width_y",
    "regolith.depth", "regolith.sides", "regolith.grain_density", "regolith.shape.kind",
    "regolith.shape.boulder_mesh",
)  # fmt: skip
"""Inputs that a picture is made from: they must be those of the file."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RecordedCase:
    """One case: what was asked, what came out, where everything was."""

    file: Path
    number: int
    """Row name: the column `case`."""
    inputs: Case
    design: Design
    row: Mapping[str, Any]
    """Its columns, inputs and outcomes, by name."""
    series: Mapping[str, FloatArray]
    """Time series of equal length, by name."""
    snapshots: Snapshots


def read_recorded_case(file: Path, case: int) -> RecordedCase:
    """Read a case, and build its craft; a sweep that goes on may hold it beside its output.

    Raises
    ------
    StoreError
        If the file cannot be read, has no such case, or the case was not recorded, which the
        message says how to do.
    BadInput
        If the case was made by a version whose craft or bed had other parameters.
    """
    part = _part_with(file, case)
    series = open_series(part, case)  # names what is missing, and how it is recorded
    snapshots = _snapshots(part, case)
    row = read_row(part, _cases(part).index(case))
    attributes = read_attributes(part)
    experiment = stored_experiment(attributes, str(file))
    inputs = experiment.case_of(experiment.planned(case))
    made = f"{attributes['versions']}, commit {attributes['git_commit'] or 'not known'}"
    remedy = f"replay it with the version that made it ({made}), or record the case anew"
    if difference := _difference(row, flat_inputs(inputs)[0]):
        raise BadInput(f"{file}: case {case}: {difference}: {remedy}")
    design = design_of(inputs.craft, inputs.mechanism)
    names = tuple(link.name for link in design.links)
    if names != snapshots.link_names:
        said = f"has links {', '.join(snapshots.link_names)}, now they are {', '.join(names)}"
        raise BadInput(f"{file}: case {case}: {said}: {remedy}")
    links = (snapshots.link_position, snapshots.link_orientation)
    if not all(np.isfinite(a).all() for a in (snapshots.position, snapshots.speed, *links)):
        raise BadInput(f"{file}: case {case}: not every number in its snapshots is finite")
    return RecordedCase(
        file=file,
        number=case,
        inputs=inputs,
        design=design,
        row=row,
        series={str(k): v.to_numpy() for k, v in series.items() if v.dims == ("time",)}
        | {"time": series["time"].to_numpy()},
        snapshots=snapshots,
    )


def _part_with(file: Path, case: int) -> Path:
    """File that holds a case, of those that belong to an output."""
    parts = finished_files(file)
    if parts == [file]:
        return file
    if found := [part for part in parts if case in _cases(part)]:
        return found[0]
    raise StoreError(f"{file}: its sweep has not finished case {case}, or it has no such case")


def _cases(file: Path) -> list[int]:
    return read_columns(file, ["case"])["case"].tolist()


def _snapshots(file: Path, case: int) -> Snapshots:
    """Snapshots of a case that has time series."""
    try:
        return read_snapshots(file, case)
    except StoreError as error:
        if "has no snapshots" not in str(error):
            raise
        why = "not one fitted into its share of --record-budget, or it diverged early"
        raise StoreError(f"{error} (its time series are there: {why})") from None


def _difference(row: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say in which shown input a stored row is not what this version makes of it, if in any."""
    stored = {name for name in row if belongs_to(name, SHOWN)}
    shown = {name for name in now if belongs_to(name, SHOWN)}
    if strange := sorted(stored ^ shown):
        where = "this version has no" if strange[0] in stored else "it has no"
        return f"{where} {strange[0]}"
    for name in sorted(shown):
        if not same_bits(row[name], now[name]):
            return f"{name} is {row[name]!r}, this version makes it {now[name]!r}"
    return ""
