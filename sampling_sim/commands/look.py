"""The options `--gui` and `--png` of the commands that run a case, and what they do around it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sampling_sim.commands.options import INTERRUPTED, end

if TYPE_CHECKING:
    from sampling_sim.report.live.sight import KeyMoments
    from sampling_sim.report.live.window import Window
    from sampling_sim.simulation import Simulation

Gui = Annotated[bool, typer.Option("--gui", help="Show the run in PyBullet's window.")]
Pictures = Annotated[
    Path | None,
    typer.Option("--png", metavar="FOLDER", help="Draw key moments here, PNG; a new folder."),
]


@dataclass
class Looks:
    """What looks at a run: a window, key moments for pictures, both or neither."""

    window: "Window | None"
    moments: "KeyMoments | None"
    folder: Path | None

    @property
    def observer(self) -> "Callable[[Simulation], None] | None":
        """For `run_case`; None if nobody looks."""
        looks = [look for look in (self.window, self.moments) if look is not None]

        def observe(simulation: "Simulation") -> None:
            for look in looks:
                look(simulation)

        return observe if looks else None

    def finish(self, title: str, *, quiet: bool) -> None:
        """Draw the pictures, and at a terminal leave the window until it is closed."""
        from sampling_sim import terminal

        if self.folder is not None and self.moments is not None:
            from sampling_sim.report.live.pictures import draw_moments

            try:
                drawn = draw_moments(self.folder, self.moments, title)
            except KeyboardInterrupt:  # after -o is written, and the outcome said
                end("interrupted: no pictures were drawn", INTERRUPTED)
            said = f"{len(drawn)} pictures in {self.folder}" if drawn else "nothing to draw"
            if not quiet:
                terminal.print_note(said)
        if self.window is not None and sys.stdin.isatty() and sys.stderr.isatty():
            if not quiet:
                terminal.print_note("close the window to end")
            with suppress(KeyboardInterrupt):  # another way to end it: all is said and written
                self.window.wait()


@contextmanager
def looking(*, gui: bool, png: Path | None) -> Iterator[Looks]:
    """Prepare what looks at a run; refuses before anything runs, and closes the window after."""
    window, moments = None, None
    if png is not None:
        from sampling_sim.report.live.pictures import check_picture_folder
        from sampling_sim.report.live.sight import KeyMoments

        check_picture_folder(png)
        moments = KeyMoments()
    if gui:
        from sampling_sim.report.live.window import Window

        window = Window()
    try:
        yield Looks(window, moments, png)
    finally:
        if window is not None:
            window.close()
