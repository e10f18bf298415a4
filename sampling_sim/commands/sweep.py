"""The command `sweep`: all cases of an experiment into one result file."""

import os
from typing import Annotated

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


def sweep(
    experiment: ExperimentFile,
    output: Output,
    set_: Setting = None,
    cases: Annotated[
        int | None, typer.Option("--cases", "-n", min=1, help="Replicates of each design point.")
    ] = None,
    seed: Seed = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one a core.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from FILE.h5.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.h5.")] = False,
    json: Json = False,
) -> None:
    """Run all cases of an experiment into one file; Ctrl-C keeps the finished ones."""
    from sampling_sim import terminal
    from sampling_sim.campaign.config import load_experiment
    from sampling_sim.campaign.execute import SweepInterrupted, run_campaign

    loaded = load_experiment(experiment, set_ or ())
    kept: int | None = None
    with terminal.progress_display("cases") as progress:
        try:
            run_campaign(
                loaded,
                output,
                cases=cases,
                seed=seed,
                workers=workers or len(os.sched_getaffinity(0)),
                resume=resume,
                overwrite=overwrite,
                progress=progress,
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
