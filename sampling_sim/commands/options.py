"""Arguments and options that several commands share, how they are read, and how a command ends."""

import os
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from sampling_sim.errors import BadInput

MOST = 1e15
"""[s] or [B] that a limit may be; chosen: the kernel takes it, and nothing comes near it."""
INTERRUPTED = 130
"""128 + SIGINT, what shells expect of a program that Ctrl-C ended."""


def _result_file(text: str) -> Path:
    """Path of a result file; a folder's name would lose its slash as a Path."""
    if text.endswith(os.sep) or not Path(text).name:
        raise typer.BadParameter(f"{text!r} is not the name of a file, as results/out.h5")
    return Path(text)


ExperimentFile = Annotated[Path, typer.Argument(metavar="EXPERIMENT.toml")]
ResultFile = Annotated[Path, typer.Argument(metavar="FILE.h5")]
Mesh = Annotated[str, typer.Argument(metavar="FILE|NAME", help="Mesh file, or registered name.")]
MeshUnit = Annotated[str | None, typer.Option("--unit", help="Unit of a mesh file: m or km.")]
MeshScale = Annotated[
    str | None, typer.Option("--scale", help='Length of 1 in a file without unit, as "9 m".')
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace one key; repeatable."),
]
Seed = Annotated[int | None, typer.Option(help="Campaign seed, in place of the experiment's.")]
_OUTPUT = typer.Option(
    "--output", "-o", metavar="FILE.h5", help="Result file.", parser=_result_file
)
Output = Annotated[Path, _OUTPUT]
OptionalOutput = Annotated[Path | None, _OUTPUT]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, SI units.")]


def parameters_of(kind: type, key: str, **texts: Any) -> Any:
    """Parameters of a dataclass from the options that were given."""
    from sampling_sim.campaign.experiment.parameters import build_fixed

    given = {name: text for name, text in texts.items() if text is not None}
    return build_fixed(kind, given, key)


def listed(text: str | None, kind: type) -> list[Any] | None:
    """Entries of an option that lists several, separated by commas."""
    if text is None:
        return None
    try:
        return [kind(part.strip()) for part in text.split(",")]
    except ValueError:
        raise BadInput(f"{text!r}: must be numbers separated by commas") from None


def metres(scale: str | None) -> float | None:
    """Give the length of an option, if it was given."""
    from sampling_sim.quantities import magnitude

    try:
        return None if scale is None else magnitude(scale, "m")
    except ValueError as error:
        raise BadInput(f"--scale {scale!r} {error}") from None


def quantity(option: str, text: str | None, unit: str) -> float | None:
    """Give the positive quantity of an option, if it was given."""
    from sampling_sim.quantities import magnitude

    if text is None:
        return None
    try:
        found = magnitude(text, unit)
    except ValueError as error:
        raise BadInput(f"{option} {text!r} {error}") from None
    if unit == "byte" and text.strip()[-1:].isdigit():  # for pint a byte is a number
        raise BadInput(f'{option} {text!r} needs a unit, as "2 GB"')
    if not 0.0 < found < MOST:
        raise BadInput(f"{option} {text!r} must be more than 0 and less than {MOST:g} {unit}")
    return found


def end(line: str, code: int) -> NoReturn:
    """End the program with one line on stderr."""
    from sampling_sim.terminal import print_error

    print_error(line)
    raise SystemExit(code)
