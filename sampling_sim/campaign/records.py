"""From a finished case to a row of the store: its address, its inputs as columns, its outcome."""

from typing import Any

from sampling_sim.campaign.executors.attempts import RunResult
from sampling_sim.campaign.experiment.config import Experiment, PlannedCase
from sampling_sim.campaign.experiment.leaves import belongs_to, flat_inputs
from sampling_sim.campaign.experiment.surfaces import SCENARIO
from sampling_sim.store import Attributes, CaseRecord


def case_record(
    experiment: Experiment,
    plan: PlannedCase,
    case: Any,
    result: RunResult,
) -> tuple[CaseRecord, dict[str, Attributes]]:
    """Record of a finished case, and what its input columns are."""
    inputs, units = flat_inputs(case)
    if scenario := experiment.scenario_of(plan):
        inputs, units = inputs | {SCENARIO: scenario}, units | {SCENARIO: "1"}
    record = CaseRecord(
        case=plan.index,
        case_id=case.case_id,
        replicate=plan.replicate,
        design_point=plan.design_point,
        surface=plan.surface,
        seed=experiment.campaign.seed,
        inputs=inputs,
        outcome=result.outcome,
        series=result.series,
        snapshots=result.snapshots,
    )
    return record, {key: _described(key, unit, experiment) for key, unit in units.items()}


def _described(key: str, unit: str, experiment: Experiment) -> Attributes:
    varies = belongs_to(key, experiment.varying_keys)
    # Spelt as the outcomes spell theirs, and as udunits reads them: "N m"
    spelt = unit.replace("*", " ")
    return {"units": spelt, "long_name": key.replace("_", " "), "varying": int(varies)}
