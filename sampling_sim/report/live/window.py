"""PyBullet's window on a run, in a process of its own: nothing of it reaches the simulation.

The window shows what it is sent and says when it has; a run does not wait for it, but shows it the
next control step when it is ready, and the last one in any case.  Without a display PyBullet ends
its process, and so does Xlib when a window is shut: here that ends the viewer alone, and the run
goes on.
"""

import math
import multiprocessing
import os
import sys
import time
from multiprocessing.connection import Connection

import numpy as np

from sampling_sim.errors import BadInput
from sampling_sim.report.live.scenery import Scenery, camera_axes, scenery_of
from sampling_sim.report.live.sight import Sight, sight_of
from sampling_sim.simulation import Simulation
from sampling_sim.world._bullet import View

SIZE = (1280, 800)
"""Pixels; chosen: on the screen of any laptop."""
OPENING = 60.0
"""[s] chosen: a window that is not open by then, on a machine under load, never will be."""
LISTENING = 0.05
"""[s] between two looks of the window whether it is still open; chosen."""
INTERVAL = 0.04
"""[s] of wall time between two pictures at least; chosen: more than 25 a second nobody sees."""
LAST = 5.0
"""[s] that the end of a run waits for the picture before it; chosen: longer than any takes."""
CAPTION_DEPTH = 0.3
"""[1] of the distance to the target, at which the caption stands; chosen: before the bed."""
INK = (0.1, 0.1, 0.1, 1.0)
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
        """Show the simulation, if the window is open and ready, or the run over."""
        self._listen(LAST if simulation.is_over else 0.0)
        now = time.monotonic()
        if not self._is_ready or (now - self._shown < INTERVAL and not simulation.is_over):
            return
        self._shown = now
        scenery = None if self._has_scenery else scenery_of(simulation)
        self._send(scenery, sight_of(simulation))
        self._has_scenery, self._is_ready = True, False

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

    def _listen(self, patience: float) -> None:
        """Hear whether the last picture is shown, or the window closed; wait so long [s]."""
        try:
            if self._is_open and not self._is_ready and self._line.poll(patience):
                self._line.recv()
                self._is_ready = True
        except (EOFError, OSError):
            self._is_open = self._is_ready = False

    def _send(self, scenery: Scenery | None, sight: Sight) -> None:
        try:
            self._line.send((scenery, sight))
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
    angle, shape = stage.window_field_of_view(), SIZE[0] / SIZE[1]
    scene, label = None, -1
    try:
        line.send("open")
        while stage.is_open:
            if not line.poll(LISTENING):
                continue
            scenery, sight = line.recv()
            with stage.one_picture():
                if scene is None:
                    view = scenery.view(sight.frame, shape, angle)
                    stage.look(view)
                    place = _caption_place(view, angle, shape)
                    scene = Scene(stage, scenery, cut_open=False)
                scene.show(sight)
                label = stage.write(sight.caption, place, INK, label)
            line.send("shown")
    except (EOFError, OSError):
        pass


def _caption_place(view: View, angle: float, shape: float) -> list[float]:
    """Where [m] a line begins that is seen low and left, before everything else."""
    right, up, away = camera_axes()
    near = CAPTION_DEPTH * view.distance
    half = near * math.tan(math.radians(0.5 * angle))
    aside = -0.95 * half * shape * right - 0.9 * half * up
    return list(np.array(view.target) - (view.distance - near) * away + aside)
