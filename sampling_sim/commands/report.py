"""The command `report`: what a result file says, as one page."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.h5...")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="PAGE.html", help="Page to write.")
    ],
) -> None:
    """Write what a result file says as one HTML page that needs nothing else."""
    from sampling_sim import terminal
    from sampling_sim.report.page.page import write_report

    write_report(files, output)
    terminal.print_note(f"{output}: {output.stat().st_size / 1e6:.1f} MB")
