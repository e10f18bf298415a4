"""Where the cases of a sweep run, as options of the command line (docs/cluster.md)."""

import os
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sampling_sim.errors import BadInput

if TYPE_CHECKING:
    from sampling_sim.campaign.executors.interface import Executor


class Where(StrEnum):
    """Where the cases of a sweep can run (docs/cluster.md)."""

    INLINE = "inline"
    LOCAL = "local"
    DASK = "dask"
    SLURM = "slurm"


MOST = 1e15
"""[s] or [B] that a limit may be; chosen: the kernel takes it, and nothing comes near it."""

Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes, one a core here; jobs of Slurm.")
]
ChosenWhere = Annotated[
    Where, typer.Option("--executor", help="This process, this machine, a cluster.")
]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Of dask, as tcp://host:8786.")
]
SlurmOption = Annotated[
    list[str] | None, typer.Option(metavar="KEY=VALUE", help="As walltime=02:00:00; repeatable.")
]
CaseTimeout = Annotated[
    str | None, typer.Option(metavar="TIME", help='A worker longer at a case is killed; "24 h".')
]
Memory = Annotated[
    str | None, typer.Option(metavar="SIZE", help='Most a worker may have, as "2 GB".')
]


def executor_of(
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
    return places.LocalProcesses(workers=workers or cores(), case_timeout=timeout, memory=most)


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0))


def _quantity(option: str, text: str | None, unit: str) -> float | None:
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


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals and value):
        raise BadInput(f"--slurm-option {text!r}: must be KEY=VALUE, as walltime=02:00:00")
    return key, value
