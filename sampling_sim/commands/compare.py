"""The command `compare`: whether two result files show the same physics."""

from pathlib import Path
from typing import Annotated

import typer

from sampling_sim.commands.options import Json

EXIT_CODES = {"equivalent": 0, "different": 3, "inconclusive": 4}
"""By verdict, for CI; 1 and 2 are taken by errors."""


def compare(
    base: Annotated[Path, typer.Argument(metavar="BASE.h5")],
    new: Annotated[Path, typer.Argument(metavar="NEW.h5")],
    margin: Annotated[
        float, typer.Option(help="Relative difference of an outcome that is taken for none.")
    ] = 0.1,
    outcome: Annotated[
        list[str] | None, typer.Option(help="What to compare; repeatable [collected_mass].")
    ] = None,
    json: Json = False,
) -> None:
    """Compare two result files: exit 0 if equivalent, 3 if different, 4 if inconclusive."""
    from sampling_sim import terminal
    from sampling_sim.campaign.comparison.compare import compare as compared

    found = compared(base, new, margin=margin, outcomes=outcome or ("collected_mass",))
    if json:
        terminal.print_note(terminal.json_text(found.as_dict()))
    else:
        terminal.print_note("\n".join(found.lines()))
    raise typer.Exit(EXIT_CODES[found.verdict])
