"""The command `replay`: a recorded case as a page that plays it."""

from pathlib import Path
from typing import Annotated

import typer

from sampling_sim.commands.options import ResultFile


def replay(
    file: ResultFile,
    case: Annotated[int, typer.Option("--case", min=0, help="Row name: the column `case`.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="REPLAY.html", help="Page to write.")
    ],
) -> None:
    """Write a recorded case as one page that plays it in three dimensions."""
    from sampling_sim import terminal
    from sampling_sim.campaign.batches import shards_of
    from sampling_sim.report.replay.replay import write_replay

    write_replay(file, case, output)
    size = output.stat().st_size / 1e6
    terminal.print_note(f"case {case} of {file} written to {output} ({size:.1f} MB)")
    if shards_of(file).exists():
        terminal.print_note(f"{file} is not finished: a sweep still writes it, or was killed")
