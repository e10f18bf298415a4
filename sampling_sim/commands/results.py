"""The commands `show` and `merge`: what result files hold, and one file of several."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sampling_sim.commands.options import Json, Output, ResultFile


def show(
    file: ResultFile,
    drivers: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="Which inputs drive an outcome.")
    ] = None,
    pareto: Annotated[
        str | None,
        typer.Option(metavar="OBJECTIVES", help='As "max collected_mass, min q95 peak_force".'),
    ] = None,
    json: Json = False,
) -> None:
    """Show what a result file holds: counts by status, outcomes, verdicts; drivers; trades."""
    from sampling_sim import terminal, terminal_trade
    from sampling_sim.campaign.statistics.stored import read_results, stored_drivers, stored_pareto
    from sampling_sim.campaign.statistics.summary import NUMERIC_OUTCOMES

    if drivers is None and pareto is None:
        print_store(file, json, NUMERIC_OUTCOMES)
        return
    _, columns, experiment = read_results(file)
    report = {}
    if drivers is not None:
        report["drivers"] = stored_drivers(columns, experiment, drivers)
    if pareto is not None:
        report["pareto"] = stored_pareto(columns, experiment, pareto)
    if json:
        terminal.print_note(terminal.json_text(report))
        return
    if drivers is not None:
        terminal_trade.print_drivers(report["drivers"], str(file))
    if pareto is not None:
        terminal_trade.print_pareto(report["pareto"], str(file))


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
    from sampling_sim import terminal, terminal_summary
    from sampling_sim.campaign.statistics.stored import (
        read_results,
        stored_summary,
        summary_columns,
    )

    report = stored_summary(*read_results(file, summary_columns))
    if json:
        terminal.print_note(terminal.json_text(report))
    else:
        terminal_summary.print_summary(report, str(file), names)
