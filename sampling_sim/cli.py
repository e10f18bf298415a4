"""Command line: each command is a few lines around a function that a notebook can call.

Exit codes: 0 done; 2 bad input, one line on stderr; 1 what went wrong inside (a traceback with
SAMPLING_SIM_DEBUG=1); 130 after Ctrl-C.  Libraries are imported by the command that needs them, so
that `--help` is quick.  The commands themselves: `commands/`.
"""

import logging
import os
import shlex
import sys
from typing import Any, cast

import typer

from sampling_sim.commands import bed, body, case, compare, mechanism, report, results, sweep
from sampling_sim.commands.options import INTERRUPTED, end
from sampling_sim.errors import BadInput, StoreError

app = typer.Typer(
    name="sampling-sim",
    help="Touch-and-go sampling of small bodies, made for (469219) Kamo'oalewa.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for _command in (
    case.run, sweep.sweep, results.merge, case.rerun, results.show, compare.compare,
    report.report, body.shape, body.site, bed.bed, mechanism.mechanism,
):  # fmt: skip
    app.command()(_command)

UsageError = cast(type[Exception], typer.BadParameter.__base__)
"""click's own, which typer does not name, and of which newer releases carry a copy."""


def main() -> None:
    """Run the command line; the entry point of `sampling-sim`."""
    logging.getLogger("sampling_sim").addHandler(_WARNINGS)
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False) or 0
    except UsageError as error:
        # typer does not say which value it could not use
        end(f"{cast(Any, error).format_message()} (in: {shlex.join(sys.argv[1:])})", 2)
    except (BadInput, StoreError) as error:
        end(str(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if os.environ.get("SAMPLING_SIM_DEBUG"):
            raise
        end(f"internal error: {type(error).__name__}: {error} (SAMPLING_SIM_DEBUG=1 tells more)", 1)
    if code == INTERRUPTED:  # by Ctrl-C, of which typer makes an exit code
        end("interrupted: nothing was written", INTERRUPTED)
    raise SystemExit(code)


class _ErrorLines(logging.Handler):
    """Warnings of the package as lines on stderr, in the form of an error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        from sampling_sim.terminal import print_error

        print_error(f"{record.levelname.lower()}: {record.getMessage()}")


_WARNINGS = _ErrorLines(logging.WARNING)
