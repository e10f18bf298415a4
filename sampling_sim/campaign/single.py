"""One case on its own: run it, or run a stored one again."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.campaign.provenance import root_attributes, setting
from sampling_sim.campaign.recorded import tell_of
from sampling_sim.campaign.records import case_record
from sampling_sim.campaign.statistics.stored import check_same_meshes, stored_experiment
from sampling_sim.errors import BadInput
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.recording.recorder import Recording
from sampling_sim.store import (
    CaseRecord,
    check_new,
    read_attributes,
    read_columns,
    read_row,
    same_bits,
    single_content,
    write_store,
)


def run_single(
    experiment: Experiment,
    case: int = 0,
    *,
    output: Path | None = None,
    record: bool = True,
    runner: Callable[..., Any] | None = None,
    observer: Callable[[Any], None] | None = None,
) -> CaseRecord:
    """Run one case in this process.

    Parameters
    ----------
    experiment
        What to run.
    case
        Row name: replicate * design points + design point.
    output
        Result file to write, with time series and snapshots if `record`; must not exist.
    record
        Whether to keep time series and snapshots, as the default `Recording` says.
    runner
        `sampling_sim.run.run_case` unless told.
    observer
        Looks at the run, as that of `run_case`.

    Raises
    ------
    BadInput
        If the case cannot be run, or the output not be written.
    """
    if runner is None:
        from sampling_sim.run import run_case

        runner = run_case
    if output is not None:
        check_new(output)
    meshes = mesh_hashes(experiment)
    plan = experiment.planned(case)
    inputs = experiment.case_of(plan)
    recording = Recording() if record and output is not None else None
    try:
        watched = {} if observer is None else {"observer": observer}
        result = runner(inputs, record=recording or False, **watched)
    except BadInput as error:
        raise BadInput(f"{experiment.file}: {error}") from None
    if recording is not None:
        tell_of(recording, result)
    finished, described = case_record(experiment, plan, inputs, result)
    if output is not None:
        attributes = root_attributes(experiment, meshes)
        write_store(output, single_content(finished, attributes, described))
    return finished


def rerun_case(
    file: Path,
    case: int,
    *,
    output: Path | None = None,
    record: bool = False,
    case_type: type | None = None,
    runner: Callable[..., Any] | None = None,
    observer: Callable[[Any], None] | None = None,
) -> tuple[CaseRecord, list[str]]:
    """Run a stored case again; `observer` looks at it, as that of `run_case`.

    Returns
    -------
    The case as it came out now, and the columns in which it differs from the stored one by any bit
    (`wall_time` aside); none if it is reproduced.

    Raises
    ------
    BadInput
        If the file holds no such case, or the mesh is not the one it was made with.
    """
    cases = read_columns(file, ["case"])["case"].tolist()
    if case not in cases:
        raise BadInput(f"{file}: has no case {case}; it holds {len(cases)}, up to {max(cases)}")
    attributes = read_attributes(file)
    experiment = stored_experiment(attributes, str(file), case_type)
    check_same_meshes(attributes, str(file), mesh_hashes(experiment))
    again = run_single(
        experiment, case, output=output, record=record, runner=runner, observer=observer
    )
    return again, _differing(read_row(file, cases.index(case)), again)


def other_setting(file: Path) -> list[str]:
    """Root attributes in which this process is not where a file, or any part of it, was made."""
    stored = read_attributes(file)
    return [name for name, now in setting().items() if now not in str(stored[name]).split("; ")]


def _differing(stored: Mapping[str, Any], again: CaseRecord) -> list[str]:
    """Columns in which a stored row differs from a case, or that it lacks."""
    found = {"case_id": again.case_id, **again.inputs, **vars(again.outcome)}
    return [
        name
        for name, value in found.items()
        if name not in NOT_COMPARED and not (name in stored and same_bits(stored[name], value))
    ]
