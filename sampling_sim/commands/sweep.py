"""The command `sweep`: all cases of an experiment into one result file."""

import os
from collections.abc import Sequence
from enum import StrEnum
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
)
from sampling_sim.commands.results import print_store
from sampling_sim.errors import BadInput

if TYPE_CHECKING:
    from sampling_sim.campaign.config import Experiment
    from sampling_sim.campaign.executors.interface import Executor


class Where(StrEnum):
    """Where the cases of a sweep can run (docs/cluster.md)."""

    INLINE = "inline"
    LOCAL = "local"
    DASK = "dask"
    SLURM = "slurm"


def sweep(
    experiment: ExperimentFile,
    output: Output,
    set_: Setting = None,
    cases: Annotated[
        int | None, typer.Option("--cases", "-n", min=1, help="Replicates of each design point.")
    ] = None,
    seed: Seed = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes, one a core here; jobs of Slurm.")
    ] = None,
    where: Annotated[
        Where, typer.Option("--executor", help="This process, this machine, a cluster.")
    ] = Where.LOCAL,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Of dask, as tcp://host:8786.")
    ] = None,
    slurm_option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="As walltime=02:00:00; repeatable."),
    ] = None,
    case_timeout: Annotated[
        str | None,
        typer.Option(metavar="TIME", help='A worker longer at a case is killed; "24 h".'),
    ] = None,
    memory: Annotated[
        str | None, typer.Option(metavar="SIZE", help='Most a worker may have, as "2 GB".')
    ] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="k/K", help="Only part k of K; merge joins them.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from FILE.h5.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.h5.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take; run and write nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Run all cases of an experiment into one file; Ctrl-C keeps the finished ones."""
    from sampling_sim import terminal
    from sampling_sim.campaign.config import load_experiment
    from sampling_sim.campaign.execute import SweepInterrupted, run_campaign
    from sampling_sim.campaign.sharing import read_share
    from sampling_sim.progress import sweep_display

    executor = _executor(where, workers, scheduler, slurm_option or (), case_timeout, memory)
    share = None if shard is None else read_share(shard)
    loaded = load_experiment(experiment, set_ or ())
    if dry_run:
        loaded = loaded if seed is None else loaded.reseeded(seed)
        _print_plan(loaded, cases, workers or _cores(), output if resume else None, json)
        return
    kept: int | None = None
    with sweep_display("cases") as (progress, watch):
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


def _print_plan(
    experiment: "Experiment", cases: int | None, workers: int, resumed: Path | None, json: bool
) -> None:
    from sampling_sim import terminal
    from sampling_sim.campaign.cost import campaign_plan, plan_lines

    report = campaign_plan(experiment, cases=cases, workers=workers, resumed=resumed)
    if json:
        terminal.print_note(terminal.json_text(report))
    else:
        terminal.print_mapping(plan_lines(report), f"{experiment.file}: nothing is run")


def _executor(
    where: Where,
    workers: int | None,
    scheduler: str | None,
    slurm_options: Sequence[str],
    case_timeout: str | None,
    memory: str | None,
) -> "Executor":
    """Where the cases run; an option that has no meaning there is refused, not ignored."""
    from sampling_sim.campaign.executors import places

    given = {
        "--workers": workers, "--scheduler": scheduler, "--slurm-option": slurm_options or None,
        "--case-timeout": case_timeout, "--memory": memory,
    }  # fmt: skip
    meant = {
        Where.INLINE: set[str](),
        Where.LOCAL: {"--workers", "--case-timeout", "--memory"},
        Where.DASK: {"--scheduler", "--case-timeout", "--memory"},
        Where.SLURM: {"--workers", "--slurm-option", "--case-timeout", "--memory"},
    }[where]
    for option, value in given.items():
        if value is not None and option not in meant:
            raise BadInput(f"{option} has no meaning with --executor {where}")
    timeout = _quantity("--case-timeout", case_timeout, "s") or places.CASE_TIMEOUT
    most = _quantity("--memory", memory, "byte")
    if where is Where.INLINE:
        return places.Inline()
    if where is Where.DASK:
        if scheduler is None:
            raise BadInput("--executor dask needs --scheduler ADDRESS, as tcp://host:8786")
        return places.DaskScheduler(scheduler, case_timeout=timeout, memory=most)
    if where is Where.SLURM:
        options = dict(_assignment(text) for text in slurm_options)
        return places.SlurmJobs(
            workers=workers or 2, options=options, case_timeout=timeout, memory=most
        )
    return places.LocalProcesses(workers=workers or _cores(), case_timeout=timeout, memory=most)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _quantity(option: str, text: str | None, unit: str) -> float | None:
    from sampling_sim.quantities import magnitude

    if text is None:
        return None
    try:
        found = magnitude(text, unit)
    except ValueError as error:
        raise BadInput(f"{option} {text!r} {error}") from None
    if not 0.0 < found < float("inf"):
        raise BadInput(f"{option} {text!r} must be more than 0 {unit} and finite")
    return found


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals and value):
        raise BadInput(f"--slurm-option {text!r}: must be KEY=VALUE, as walltime=02:00:00")
    return key, value
