"""The commands `run` and `rerun`: one case, and the same case again."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sampling_sim.commands.look import Gui, Pictures, looking
from sampling_sim.commands.options import (
    ExperimentFile,
    Json,
    OptionalOutput,
    ResultFile,
    Seed,
    Setting,
    end,
)
from sampling_sim.errors import BadInput

if TYPE_CHECKING:
    from sampling_sim.campaign.experiment.config import Experiment


def run(
    experiment: ExperimentFile,
    set_: Setting = None,
    seed: Seed = None,
    output: OptionalOutput = None,
    gui: Gui = False,
    png: Pictures = None,
    json: Json = False,
) -> None:
    """Run one case (replicate 0), and print its outcome."""
    from sampling_sim import terminal
    from sampling_sim.campaign.experiment.config import load_experiment
    from sampling_sim.campaign.single import run_single
    from sampling_sim.progress import busy_display

    loaded = load_experiment(experiment, set_ or ())
    loaded = loaded if seed is None else loaded.reseeded(seed)
    with looking(gui=gui, png=png) as looks:
        with busy_display(f"one case of {experiment}"):
            record = run_single(loaded, case=0, output=output, observer=looks.observer)
        if json:
            terminal.print_note(terminal.json_text(_case_report(record)))
        else:
            terminal.print_outcome(record.outcome, f"{experiment}: case {record.case_id}")
            print_resolution(loaded)
        looks.finish(f"{experiment.name}, {record.outcome.status}", quiet=json)


def rerun(
    file: ResultFile,
    case: Annotated[int, typer.Option("--case", min=0, help="Row name: the column `case`.")],
    record: Annotated[
        bool, typer.Option("--record", help="Keep time series and snapshots, in -o.")
    ] = False,
    output: OptionalOutput = None,
    gui: Gui = False,
    png: Pictures = None,
    json: Json = False,
) -> None:
    """Run a stored case again, and say whether every bit is the same; exit 1 if not."""
    from sampling_sim import terminal
    from sampling_sim.campaign.single import other_setting, rerun_case
    from sampling_sim.progress import busy_display

    if record and output is None:
        raise BadInput("--record needs -o FILE.h5 to keep time series and snapshots in")
    with looking(gui=gui, png=png) as looks:
        with busy_display(f"case {case} of {file} again"):
            again, differing = rerun_case(
                file, case, output=output, record=record, observer=looks.observer
            )
        changed = other_setting(file)
        if json:
            report = _case_report(again) | {"differing": differing, "changed": changed}
            terminal.print_note(terminal.json_text(report))
        else:
            terminal.print_outcome(again.outcome, f"{file}: case {case} again")
        looks.finish(f"{file.name}, case {case}, {again.outcome.status}", quiet=json)
    if differing:
        since = f" (changed since: {', '.join(changed)})" if changed else ""
        end(f"{file}: case {case} came out different in {', '.join(differing)}{since}", 1)
    if not json:
        terminal.print_note("the same bits as stored, in every column but wall_time")


def print_resolution(experiment: "Experiment") -> None:
    """Say so where the grains are too coarse for a conclusion."""
    from sampling_sim import terminal

    note = experiment.case(0).resolution_note()
    if note:
        terminal.print_note(note)


def _case_report(record: Any) -> dict[str, Any]:
    return {"seed": record.seed, "case_id": record.case_id} | asdict(record.outcome)
