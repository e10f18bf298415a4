"""The commands `show` and `merge`: what result files hold, and one file of several."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sampling_sim.commands.options import Json, Output, ResultFile


def show(file: ResultFile, json: Json = False) -> None:
    """Show what a result file holds: counts by status, outcomes, verdicts."""
    from sampling_sim.campaign.statistics import NUMERIC_OUTCOMES

    print_store(file, json, NUMERIC_OUTCOMES)


def merge(
    shards: Annotated[list[Path], typer.Argument(metavar="SHARD.h5...")], output: Output
) -> None:
    """Merge result files of one campaign into a new one."""
    from sampling_sim import terminal
    from sampling_sim.store import check_new, merge_stores

    check_new(output)
    cases = merge_stores(shards, output)
    terminal.print_note(f"{cases} cases written to {output}")


def print_store(file: Path, json: bool, names: Sequence[str]) -> None:
    """Print what a result file holds, the named outcomes in the table, or all of it as JSON."""
    from sampling_sim import terminal
    from sampling_sim.campaign.stored import stored_experiment, stored_summary
    from sampling_sim.store import read_store

    content = read_store(file)
    report = stored_summary(content, stored_experiment(content, str(file)))
    if json:
        terminal.print_note(terminal.json_text(report))
    else:
        terminal.print_summary(report, str(file), names)
