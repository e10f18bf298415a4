"""PyBullet's window on a run, in a process of its own: nothing of it reaches the simulation.

The window shows what it is sent and says when it has; a run never waits for it, but shows it the
next control step when it is ready.  Without a display PyBullet ends its process, and so does Xlib
when a window is shut: here that ends the viewer alone, and the run goes on.
"""

import multiprocessing
import os
import sys
import time
from multiprocessing.connection import Connection

from sampling_sim.errors import BadInput
from sampling_sim.report.live.scenery import Scenery, scenery_of
from sampling_sim.report.live.sight import Sight, sight_of
from sampling_sim.simulation import Simulation

SIZE = (1280, 800)
"""Pixels; chosen: on the screen of any laptop."""
OPENING = 60.0
"""[s] chosen: a window that is not open by then, on a machine under load, never will be."""
LISTENING = 0.05
"""[s] between two looks of the window whether it is still open; chosen."""
INTERVAL = 0.04
"""[s] of wall time between two pictures at least; chosen: more than 25 a second nobody sees."""
ELSEWHERE = "--png FOLDER writes pictures anywhere"


def check_display() -> None:
    """Refuse where there is no display at all.

    Raises
    ------
    BadInput
        On Linux if DISPLAY is not set.
    """
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise BadInput(f"--gui: no display: DISPLAY is not set; {ELSEWHERE}")


class Window:
    """Observer of a case that shows it in a window.

    Raises
    ------
    BadInput
        If there is no display, or it cannot be opened.
    """

    def __init__(self) -> None:
        check_display()
        start = multiprocessing.get_context("spawn")
        self._line, far_end = start.Pipe()
        self._process = start.Process(target=show_window, args=(far_end,), daemon=True)
        self._process.start()
        far_end.close()
        self._is_ready = self._is_open = False
        self._has_scenery = False
        self._shown = -INTERVAL
        try:
            if self._line.poll(OPENING):
                self._line.recv()
                self._is_ready = self._is_open = True
        except (EOFError, OSError):
            pass
        if not self._is_open:
            self.close()
            display = os.environ.get("DISPLAY", "")
            raise BadInput(f"--gui: the display {display!r} cannot be opened; {ELSEWHERE}")

    def __call__(self, simulation: Simulation) -> None:
        """Show the simulation, if the window is open and ready."""
        self._listen()
        now = time.monotonic()
        if not self._is_ready or now - self._shown < INTERVAL:
            return
        self._shown = now
        if not self._has_scenery:
            self._has_scenery = True
            self._send(scenery_of(simulation))
        self._send(sight_of(simulation))
        self._is_ready = False

    def wait(self) -> None:
        """Stay until somebody closes the window."""
        if self._is_open:
            self._process.join()

    def close(self) -> None:
        """Take the window away, if it is still there."""
        self._is_open = self._is_ready = False
        self._line.close()
        self._process.join(1.0)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def _listen(self) -> None:
        """Hear whether the last picture is shown, or the window closed."""
        try:
            while self._is_open and self._line.poll():
                self._line.recv()
                self._is_ready = True
        except (EOFError, OSError):
            self._is_open = self._is_ready = False

    def _send(self, what: Scenery | Sight) -> None:
        try:
            if self._is_open:
                self._line.send(what)
        except OSError:
            self._is_open = False


def show_window(line: Connection) -> None:
    """Open the window and show what comes, until it is closed or the run gone: its own process."""
    import signal

    from sampling_sim.report.live.scene import Scene
    from sampling_sim.world._bullet import Stage

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's; the window ends with it
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # PyBullet's window tells at length what it does
    os.dup2(silence, 2)
    stage = Stage(SIZE)
    scene, label = None, -1
    try:
        line.send("open")
        while stage.is_open:
            if not line.poll(LISTENING):
                continue
            what = line.recv()
            with stage.one_picture():
                if isinstance(what, Scenery):
                    scenery, scene = what, Scene(stage, what, cut_open=False)
                    continue
                assert scene is not None
                if label < 0:
                    stage.look(scenery.view(what.frame))
                scene.show(what)
                place = (-0.5 * scenery.width, 0.0, scenery.floor - 0.1 * scenery.width)
                label = stage.write(what.caption, place, (0.1, 0.1, 0.1, 1.0), label)
            line.send("shown")
    except (EOFError, OSError):
        pass
