"""What a campaign will cost, before anything starts: cases, core-hours, memory, file, beds.

Nothing is run, prepared or written.  Every figure is an estimate with its source beside it; the
core-hours of a sweep that goes on come from the wall times of the cases it has already.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sampling_sim.campaign.batches import BatchFolder, shards_of
from sampling_sim.campaign.case_cost import CaseCost, case_cost
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.distributions import Choice, Distribution, Grid
from sampling_sim.campaign.experiment.leaves import flat_inputs
from sampling_sim.campaign.recorded import RecordedReplicates
from sampling_sim.errors import BadInput
from sampling_sim.outcome import outcome_columns
from sampling_sim.store import read_attributes, read_columns

MOST_DRAWN = 100
"""Cases that the model is evaluated for, spread evenly over the rows; chosen: under a second."""
ACCURACY = 2.0
"""Factor by which the model's core-hours may be off either way (docs/designs.md)."""
WORKER = 4.5e8
"""[B] of a worker without grains: 0.34 to 0.36 GB measured in one process, and dask; 0.6 to 0.7
GB where kernels are compiled, once after an installation."""
DRIVER = 3e8
"""[B] of the process that hands out the cases; chosen: dask, the shapes and the table of cases."""
SPHERE = 1580.0
"""[B] a sphere while lists are made (docs/grain-speed.md)."""
SIZES = 264.0
"""[B] of the size classes of a case: 4 values of 8 classes, and where they start."""
COLUMN = 1000.0
"""[B] of the file for each column, however many cases: headers, attributes and index, measured."""
ADDRESS_COLUMNS = 6
"""Columns of the store beside inputs and outcomes (docs/store.md)."""
BED_SECTIONS = ("regolith.", "asteroid.", "site.")
"""Sections that a bed follows from."""


@dataclass(frozen=True)
class _Estimate:
    """Core seconds of a case, and where the figure comes from."""

    seconds: float
    factor: float
    source: str


def campaign_plan(
    experiment: Experiment,
    *,
    cases: int | None = None,
    workers: int = 1,
    resumed: Path | None = None,
    record: RecordedReplicates | None = None,
    cost_of: Callable[[Any], CaseCost] = case_cost,
) -> dict[str, Any]:
    """Estimate what a sweep will take.

    Parameters
    ----------
    experiment
        What would be run.
    cases
        In place of the experiment's own.
    workers
        Worker processes, one core each.
    resumed
        Result file that the sweep would go on from, with what waits beside it: what is finished
        costs nothing, and its wall times stand for the rest.
    record
        Replicates of which time series and snapshots would be kept.
    cost_of
        Model of one case.

    Returns
    -------
    What `sweep --dry-run --json` prints (docs/designs.md): counts, [s], [B], core-hours.

    Raises
    ------
    BadInput
        If a case that is drawn breaks a rule, or the file is of another experiment.
    """
    experiment = experiment.sized(cases)
    plan = experiment.plan(cases)
    rows = np.unique(np.linspace(0, len(plan) - 1, min(len(plan), MOST_DRAWN)).astype(int))
    drawn = [experiment.case_of(plan[int(row)]) for row in rows]
    costs = [cost_of(case) for case in drawn]
    finished, estimate = _measured(experiment, len(plan), resumed)
    estimate = estimate or _modelled(costs, len(plan))
    left = len(plan) - finished
    beds = _beds(experiment, len(plan), cost_of)
    bed_seconds = beds * float(np.mean([cost.bed_seconds for cost in costs])) if left else 0.0
    seconds = left * estimate.seconds + bed_seconds
    per_worker = WORKER + SPHERE * max(cost.spheres for cost in costs)
    columns = ADDRESS_COLUMNS + len(flat_inputs(drawn[0])[0]) + len(outcome_columns())
    replicates = len(plan) // (experiment.surfaces * experiment.design_points)
    recorded = 0.0 if record is None else record.most(experiment, replicates)
    return {
        "design": experiment.campaign.design,
        "cases": len(plan),
        "replicates": replicates,
        "surfaces": experiment.surfaces,
        "design_points": experiment.design_points,
        "finished": finished,
        "spheres": float(np.mean([cost.spheres for cost in costs])),
        "simulated_time": float(np.mean([cost.simulated_time for cost in costs])),
        "case_seconds": estimate.seconds,
        "core_hours": seconds / 3600.0,
        "core_hours_low": seconds / 3600.0 / estimate.factor,
        "core_hours_high": seconds / 3600.0 * estimate.factor,
        "workers": workers,
        "wall_hours": _wall_seconds(left, estimate.seconds, bed_seconds, workers) / 3600.0,
        "beds": beds,
        "memory_per_worker": per_worker,
        "memory": DRIVER + workers * per_worker,
        "file_size": len(plan) * (8.0 * (columns + 4) + SIZES) + COLUMN * columns + recorded,
        "sources": _sources(estimate, columns, recorded),
        "notes": _notes(experiment, len(plan)),
    }


def _sources(estimate: _Estimate, columns: int, recorded: float) -> dict[str, str]:
    """Say where the figures come from."""
    series = f"{recorded / 1e6:.3g} MB of recordings at most" if recorded else "without time series"
    return {
        "core_hours": estimate.source,
        "memory": "0.45 GB a worker (0.7 while kernels compile, once) and 1,580 B a sphere, "
        "0.3 GB for the driver",
        "file_size": f"8 B × ({columns} columns + 4) and 264 B of size classes a case, 1 kB a "
        f"column; {series}",
        "beds": "at most: every bed that distributions of regolith, asteroid and site allow; "
        "those in the cache cost nothing",
    }


def plan_lines(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the report as a person reads it: a line a figure, its source behind it."""
    r, sources = report, report["sources"]
    axes = [f"{r[name]} {name.replace('_', ' ')}" for name in ("surfaces", "design_points")
            if r[name] > 1]  # fmt: skip
    factors = " × ".join([f"{r['replicates']} replicates", *axes])
    finished = f", {r['finished']} of them finished" if r["finished"] else ""
    low, high = f"{r['core_hours_low']:.3g}", f"{r['core_hours_high']:.3g}"
    size = f"{r['memory_per_worker'] / 1e9:.2g} GB a worker"
    lines = {
        "cases": f"{r['cases']} = {factors}{finished}",
        "design": r["design"],
        "a case": f"{r['case_seconds']:.3g} core s for {r['simulated_time']:.3g} simulated s, "
        f"{r['spheres']:.0f} spheres",
        "core-hours": f"{r['core_hours']:.3g} ({low} to {high}): {sources['core_hours']}",
        "wall time": f"{r['wall_hours']:.3g} h on {r['workers']} workers, a core each",
        "memory": f"{r['memory'] / 1e9:.2g} GB ({size}): {sources['memory']}",
        "file": f"{r['file_size'] / 1e6:.3g} MB: {sources['file_size']}",
        "beds": f"{r['beds']}, {sources['beds']}",
    }
    return lines | {f"note {i}": note for i, note in enumerate(r["notes"], start=1)}


def _modelled(costs: list[CaseCost], cases: int) -> _Estimate:
    of = f"{len(costs)} of {cases} cases" if len(costs) < cases else "all cases"
    source = f"model (docs/designs.md) over {of}, right within a factor of {ACCURACY:g}"
    return _Estimate(float(np.mean([cost.core_seconds for cost in costs])), ACCURACY, source)


def _measured(
    experiment: Experiment, cases: int, resumed: Path | None
) -> tuple[int, _Estimate | None]:
    """How many of the cases a file holds, and what its cases took; None where that says nothing."""
    taken: dict[int, float] = {}
    for path in _results(resumed):
        if read_attributes(path)["campaign_id"] != experiment.campaign_id:
            raise BadInput(f"{path}: holds another experiment than {experiment.file}")
        columns = read_columns(path, ["case", "wall_time"])
        taken |= zip(columns["case"].tolist(), columns["wall_time"].tolist(), strict=True)
    finished = sum(case < cases for case in taken)
    times = np.array([seconds for seconds in taken.values() if math.isfinite(seconds)])
    if not len(times):
        return finished, None
    error = float(times.std(ddof=1) / math.sqrt(len(times))) if len(times) > 1 else math.inf
    mean = float(times.mean())
    # two standard errors of the mean, as a factor; one case says as much as the model
    factor = 1.0 + 2.0 * error / mean if mean > 0.0 and math.isfinite(error) else ACCURACY
    source = f"mean wall time of the {len(times)} finished cases of {resumed}"
    return finished, _Estimate(mean, factor, source)


def _results(output: Path | None) -> list[Path]:
    """Files that a sweep into an output would go on from."""
    if output is None:
        return []
    return [*([output] if output.exists() else []), *BatchFolder(shards_of(output)).paths()]


def _wall_seconds(cases: int, seconds: float, bed_seconds: float, workers: int) -> float:
    """Wall time: whole rounds of cases, beds shared out."""
    return math.ceil(cases / workers) * seconds + bed_seconds / workers


def _beds(experiment: Experiment, cases: int, cost_of: Callable[[Any], CaseCost]) -> int:
    """Beds at most: combinations of what a bed follows from, as often as each is drawn."""
    follows = [d for key, d in experiment.varying.items() if key.startswith(BED_SECTIONS)]
    replicates = cases // (experiment.surfaces * experiment.design_points)
    draws = experiment.campaign.surfaces or 1
    grids = math.prod(len(item.values) for item in follows if isinstance(item, Grid))
    of_replicates = _combinations([d for d in follows if not d.is_epistemic], replicates)
    of_surfaces = _combinations([d for d in follows if d.is_epistemic], draws)
    with_grains = sum(cost_of(case).spheres > 0.0 for case in experiment.first_cases())
    return grids * of_replicates * of_surfaces * with_grains


def _combinations(follows: Sequence[Distribution], draws: int) -> int:
    """How many combinations of what is drawn so many draws give at most; grids are not drawn."""
    drawn = [item for item in follows if not isinstance(item, Grid)]
    if not all(isinstance(item, Choice) for item in drawn):
        return draws
    return min(draws, math.prod(len(item.values) for item in drawn if isinstance(item, Choice)))


def _notes(experiment: Experiment, cases: int) -> list[str]:
    notes, campaign = [], experiment.campaign
    bases = cases // (experiment.surfaces * experiment.design_points * experiment.draws.parts)
    if campaign.design in {"sobol", "saltelli"} and bases & (bases - 1):
        notes.append(f"{bases} is no power of two: a {campaign.design} design of {bases} points is "
                     "less even than one of a power of two")  # fmt: skip
    if not campaign.can_be_extended:
        notes.append("a Latin hypercube cannot be extended: --resume takes no other -n")
    return notes
