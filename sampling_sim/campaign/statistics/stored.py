"""From a result file back to the experiment it holds, and what it says."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.campaign.experiment.config import Experiment, parse_experiment
from sampling_sim.campaign.experiment.leaves import belongs_to
from sampling_sim.campaign.experiment.parameters import unknown_key
from sampling_sim.campaign.experiment.requirements import is_finished
from sampling_sim.campaign.statistics.drivers import (
    FEWEST,
    MOST,
    drivers,
    first_cases,
    saltelli_drivers,
)
from sampling_sim.campaign.statistics.intervals import (
    CONFIDENCE,
    TOLERANCE_CONFIDENCE,
    TOLERANCE_SHARE,
    tolerance_cases,
)
from sampling_sim.campaign.statistics.pareto import pareto, read_objectives
from sampling_sim.campaign.statistics.rows import Columns, rows_of, with_surface
from sampling_sim.campaign.statistics.summary import NUMERIC_OUTCOMES, summary
from sampling_sim.constants import FloatArray
from sampling_sim.errors import BadInput
from sampling_sim.outcome import Outcome
from sampling_sim.store import Attributes, column_names, read_attributes, read_columns

NO_SAMPLE = (
    "are no independent sample: intervals of means are mostly wider than they need be; verdicts, "
    "quantiles and tolerance bounds assume one"
)
NOT_INDEPENDENT = {
    "latin_hypercube": f"cases of a Latin hypercube {NO_SAMPLE}",
    "sobol": f"cases of a Sobol sequence {NO_SAMPLE}",
    "saltelli": "cases of a Saltelli design share inputs with each other: verdicts and all "
    "intervals are surer than they should be; show --drivers is what the design is for",
}
"""Design → what of a summary does not hold for it (docs/statistics.md)."""
Needed = Callable[[Iterable[str], Experiment], list[str]]
"""Chooses among the columns of a file what a report is made of."""
DRIVEN = (*NUMERIC_OUTCOMES, *(field.name for field in fields(Outcome) if field.type is bool))
"""Outcomes whose drivers can be asked for: numbers, and flags as 0 and 1."""


def stored_experiment(
    attributes: Attributes, file: str, case_type: type | None = None
) -> Experiment:
    """Experiment of a result file with these root attributes; `file` names it in messages."""
    overrides = json.loads(str(attributes["overrides"]))
    return parse_experiment(str(attributes["experiment"]), overrides, file, case_type)


def check_same_meshes(attributes: Attributes, file: str, meshes: Mapping[str, str]) -> None:
    """Refuse to add to a result file, or to repeat a case of it, with other meshes than its own.

    Raises
    ------
    BadInput
        If the hashes differ.
    """
    if attributes["shape_sha256"] != ", ".join(meshes.values()):
        names = ", ".join(meshes)
        raise BadInput(f"{file}: was made with another mesh than {names} is now; restore the mesh")


def read_results(
    file: Path, needed: Needed | None = None
) -> tuple[Attributes, dict[str, NDArray[Any]], Experiment]:
    """Read of a result file what the reports below are made of: a million cases have more.

    `needed` chooses among its columns: `needed_columns` unless told, for all reports.

    Raises
    ------
    StoreError
        As `read_store`.
    """
    attributes = read_attributes(file)
    experiment = stored_experiment(attributes, str(file))
    wanted = (needed or needed_columns)(column_names(file), experiment)
    return attributes, read_columns(file, wanted), experiment


def summary_columns(names: Iterable[str], experiment: Experiment) -> list[str]:
    """Of the columns of a file, those that `stored_summary` is made of."""
    kept = {"design_point", "surface", "status", "packing_seed", *NUMERIC_OUTCOMES}
    kept |= {requirement.column for requirement in experiment.requirements}
    told_apart = [*experiment.grid_keys, *experiment.surface_keys]
    return [name for name in names if name in kept or belongs_to(name, told_apart)]


def needed_columns(names: Iterable[str], experiment: Experiment) -> list[str]:
    """Of the columns of a file, those that what follows is made of."""
    kept = {"case", "replicate", "design_point", "surface", "status", "packing_seed", *DRIVEN}
    kept |= {requirement.column for requirement in experiment.requirements}  # as abort_rule
    return [name for name in names if name in kept or belongs_to(name, experiment.varying_keys)]


def stored_summary(
    attributes: Attributes, columns: Columns, experiment: Experiment
) -> dict[str, Any]:
    """Summarise a result file as `show --json` gives it.

    Each design point has its own verdicts: design points share random numbers, so their cases
    taken together are not independent.

    Parameters
    ----------
    attributes, columns
        Of the file; of its columns at least `summary_columns`.
    experiment
        That of the file.
    """
    columns = with_surface(columns)
    numbers = np.unique(columns["design_point"])
    points: list[dict[str, Any]] = []
    for number in numbers:
        part = columns if len(numbers) == 1 else rows_of(columns, columns["design_point"] == number)
        head = {"design_point": int(number), "inputs": _inputs(part, experiment.grid_keys)}
        points.append(head | _point_summary(part, experiment))
    whole = (
        points[0] if len(points) == 1 else {**summary(columns, (), is_mixed=True), "surfaces": []}
    )
    return {
        "schema_version": attributes["schema_version"],
        "campaign_id": attributes["campaign_id"],
        "seed": attributes["seed"],
        **{key: whole[key] for key in ("cases", "status", "packings", "outcomes")},
        "requirements": [
            {**verdict, "design_point": point["design_point"]}
            for point in points
            for verdict in point["requirements"]
        ],
        "surfaces": whole["surfaces"],
        "design_points": points if len(points) > 1 else [],
        "levels": {
            "interval": CONFIDENCE,
            "tolerance_share": TOLERANCE_SHARE,
            "tolerance_confidence": TOLERANCE_CONFIDENCE,
            "tolerance_cases": tolerance_cases(),
        },
        "notes": _notes(experiment),
    }


def stored_drivers(columns: Columns, experiment: Experiment, outcome: str) -> dict[str, Any]:
    """Say what drives an outcome, as `show --drivers --json` gives it.

    Raises
    ------
    BadInput
        If the outcome is unknown or no number, or too few cases have one.
    """
    if outcome not in DRIVEN:
        raise BadInput(f"--drivers {outcome!r}: {unknown_key(outcome, DRIVEN)}")
    columns = with_surface(columns)
    values = np.asarray(columns[outcome], float)
    valid = np.isfinite(values) & is_finished(columns["status"])
    base = {"outcome": outcome, "left_out": int((~valid).sum())}
    if experiment.campaign.design == "saltelli":
        keys = experiment.draws.replicate_keys
        found = _saltelli(keys, np.where(valid, values, np.nan), columns)
        return base | {"design": "saltelli", **found}
    if (cases := int(valid.sum())) < FEWEST:
        raise BadInput(f"--drivers {outcome}: {cases} cases have a value; needs {FEWEST}")
    rows = np.flatnonzero(valid)
    rows = rows[first_cases(columns["replicate"][rows], MOST)]
    names = [n for n in columns if belongs_to(n, experiment.varying_keys)]
    inputs = {n: columns[n][rows] for n in names if len(set(columns[n][rows].tolist())) > 1}
    is_constant = np.ptp(values[rows]) == 0.0
    entries = [] if is_constant else drivers(inputs, values[rows], columns["replicate"][rows])
    return base | {"design": "given", "cases": len(rows), "drivers": entries}


def stored_pareto(columns: Columns, experiment: Experiment, text: str) -> dict[str, Any]:
    """Trade between design points, as `show --pareto --json` gives it; see `pareto`."""
    found = pareto(columns, read_objectives(text))
    for point in found["points"]:
        rows = columns["design_point"] == point["design_point"]
        point["inputs"] = _inputs(rows_of(columns, rows), experiment.grid_keys)
    return found


def _notes(experiment: Experiment) -> list[str]:
    """Say what of the summary does not hold; nothing where no replicate is drawn by its design."""
    design = experiment.campaign.design
    has_drawn = design in NOT_INDEPENDENT and experiment.draws.replicate_keys
    return [NOT_INDEPENDENT[design]] if has_drawn else []


def _saltelli(keys: Sequence[str], values: FloatArray, columns: Columns) -> dict[str, Any]:
    """Give the indices at each design point and on each surface."""
    entries, cases = [], 0
    for point in np.unique(columns["design_point"]):
        for surface in np.unique(columns["surface"]):
            rows = (columns["design_point"] == point) & (columns["surface"] == surface)
            replicate = columns["replicate"][rows]
            # A sweep that was cut short lacks cases anywhere, and a block is known by its place
            placed = np.full(replicate.max(initial=-1) + 1, np.nan)
            placed[replicate] = values[rows]
            found, used = saltelli_drivers(keys, placed)
            place = {"design_point": int(point), "surface": int(surface)}
            entries += [entry | place for entry in found]
            cases += used
    return {"cases": cases, "drivers": entries}


def _inputs(columns: Columns, keys: Iterable[str]) -> dict[str, Any]:
    """Values of some inputs in the first of the cases."""
    return {name: columns[name][0] for name in columns if belongs_to(name, keys)}


def _point_summary(columns: Columns, experiment: Experiment) -> dict[str, Any]:
    """Summary of one design point, and of each of its surfaces if there are several."""
    numbers = np.unique(columns["surface"])
    surfaces = []
    for number in numbers if len(numbers) > 1 else ():
        part = rows_of(columns, columns["surface"] == number)
        inputs = _inputs(part, experiment.surface_keys)
        shown = {k: v for k, v in summary(part, ()).items() if k != "requirements"}
        surfaces.append({"surface": int(number), "inputs": inputs, **shown})
    found = summary(columns, experiment.requirements, is_mixed=len(numbers) > 1)
    return {**found, "surfaces": surfaces}
