"""What the tests of looking at a run share."""

import contextlib
import io
import sys
from dataclasses import asdict
from pathlib import Path
from unittest import mock

import numpy as np

from sampling_sim import cli
from sampling_sim.outcome import NOT_COMPARED, Outcome


def differing(one: Outcome, other: Outcome) -> list[str]:
    """Columns that differ in any bit."""
    a, b = asdict(one), asdict(other)
    return [name for name in a if name not in NOT_COMPARED and repr(a[name]) != repr(b[name])]


def pixels(file: Path) -> np.ndarray:
    """Red, green, blue of a picture, 0 to 255, shape (height, width, 3)."""
    from matplotlib.image import imread

    return (imread(file)[:, :, :3] * 255.0).round().astype(int)


def command(*words: object) -> tuple[int, str, str]:
    """Call the command line in this process; gives exit code, stdout, stderr."""
    out, error, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", ["sampling-sim", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(error),
    ):
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
    return code, out.getvalue(), error.getvalue()
