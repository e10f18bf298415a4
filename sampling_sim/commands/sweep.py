"""The command `sweep`: all cases of an experiment into one result file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sampling_sim.commands.case import print_resolution
from sampling_sim.commands.options import (
    INTERRUPTED,
    ExperimentFile,
    Json,
    Output,
    Seed,
    Setting,
    end,
    quantity,
)
from sampling_sim.commands.results import print_store
from sampling_sim.commands.where import (
    CaseTimeout,
    ChosenWhere,
    Memory,
    Scheduler,
    SlurmOption,
    Where,
    Workers,
    executor_of,
)
from sampling_sim.errors import BadInput

if TYPE_CHECKING:
    from sampling_sim.campaign.experiment.config import Experiment
    from sampling_sim.campaign.recorded import RecordedReplicates

Cases = Annotated[
    int | None, typer.Option("--cases", "-n", min=1, help="Replicates of each design point.")
]
Shard = Annotated[
    str | None, typer.Option(metavar="k/K", help="Only part k of K; merge joins them.")
]
Until = Annotated[
    str | None,
    typer.Option(metavar="RULE", help='As "mean collected_mass known to ±5 %"; n at most.'),
]
Recorded = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Keep series and snapshots of the first replicates."),
]
RecordBudget = Annotated[
    str | None, typer.Option(metavar="SIZE", help='Of all of them, before compression; "1 GB".')
]


def sweep(
    experiment: ExperimentFile,
    output: Output,
    set_: Setting = None,
    cases: Cases = None,
    seed: Seed = None,
    workers: Workers = None,
    where: ChosenWhere = Where.LOCAL,
    scheduler: Scheduler = None,
    slurm_option: SlurmOption = None,
    case_timeout: CaseTimeout = None,
    memory: Memory = None,
    shard: Shard = None,
    until: Until = None,
    record: Recorded = None,
    record_budget: RecordBudget = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from FILE.h5.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.h5.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take; run and write nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Run all cases of an experiment into one file; Ctrl-C keeps the finished ones."""
    from sampling_sim import terminal
    from sampling_sim.campaign.execute import SweepInterrupted, run_campaign
    from sampling_sim.campaign.executors.places import LocalProcesses, SlurmJobs
    from sampling_sim.campaign.experiment.config import load_experiment
    from sampling_sim.campaign.sharing import read_share
    from sampling_sim.campaign.stages import refuse_dependent
    from sampling_sim.campaign.statistics.stopping import read_rule
    from sampling_sim.progress import sweep_display

    executor = executor_of(where, workers, scheduler, slurm_option or (), case_timeout, memory)
    share = None if shard is None else read_share(shard)
    recorded = _recorded(record, record_budget)
    loaded = load_experiment(experiment, set_ or ())
    rule = None if until is None else read_rule(until, loaded.requirements)
    if resume and overwrite:
        raise BadInput("--resume and --overwrite exclude each other")
    if dry_run:
        if share is not None:
            raise BadInput("--shard has no meaning with --dry-run, which is of the whole campaign")
        if rule is not None:
            refuse_dependent(loaded, share)
        loaded = loaded if seed is None else loaded.reseeded(seed)
        # A Dask scheduler is not asked
        used = executor.workers if isinstance(executor, LocalProcesses | SlurmJobs) else 1
        _print_plan(loaded, cases, used, output if resume else None, recorded, json)
        return
    kept: int | None = None
    with sweep_display("cases") as (progress, watch, looked, checked):
        try:
            run_campaign(
                loaded,
                output,
                cases=cases,
                seed=seed,
                executor=executor,
                share=share,
                resume=resume,
                overwrite=overwrite,
                progress=progress,
                watch=watch,
                until=rule,
                looked=looked,
                record=recorded,
                checked=checked,
            )
        except SweepInterrupted as interrupt:
            kept = interrupt.cases
    if kept == 0:
        end("interrupted: no case was finished, nothing was written", INTERRUPTED)
    if kept is not None:
        end(f"interrupted: {output} keeps {kept} finished cases; --resume goes on", INTERRUPTED)
    print_store(output, json, terminal.HEADLINE)
    if not json:
        print_resolution(loaded)
        terminal.print_note(f"written to {output}")


def _recorded(replicates: int | None, budget: str | None) -> "RecordedReplicates | None":
    """Read what is to be recorded; a budget of nothing is refused, not ignored."""
    from sampling_sim.campaign.recorded import BUDGET, RecordedReplicates

    most = quantity("--record-budget", budget, "byte")
    if replicates is not None:
        return RecordedReplicates(replicates, BUDGET if most is None else most)
    if most is not None:
        raise BadInput("--record-budget needs --record N: of how many replicates")
    return None


def _print_plan(
    experiment: "Experiment",
    cases: int | None,
    workers: int,
    resumed: Path | None,
    record: "RecordedReplicates | None",
    json: bool,
) -> None:
    from sampling_sim import terminal
    from sampling_sim.campaign.cost import campaign_plan, plan_lines

    report = campaign_plan(experiment, cases=cases, workers=workers, resumed=resumed, record=record)
    if json:
        terminal.print_note(terminal.json_text(report))
    else:
        terminal.print_mapping(plan_lines(report), f"{experiment.file}: nothing is run")
