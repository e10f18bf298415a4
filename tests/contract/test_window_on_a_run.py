"""PyBullet's window on a run: in a virtual display, without one, and closed in the middle."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from coarse_case import flown
from looked_at import command, differing

from sampling_sim.outcome import Outcome
from sampling_sim.report.live import window
from sampling_sim.report.live.window import Window
from sampling_sim.run import run_case
from sampling_sim.simulation import Simulation

GLIMPSE = flown(dwell=0.3, time_limit=0.4)
"""Touches, and no more."""
EXPERIMENT = "experiments/touch_and_go.toml"
PATIENCE = 60.0
"""[s] for a picture of 700 grains drawn in software, on a machine under load."""


@cache
def plain() -> Outcome:
    """Outcome of GLIMPSE with nobody looking."""
    return run_case(GLIMPSE).outcome


@pytest.fixture
def screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a virtual display of 1300 x 820 pixels: the file that holds them."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("no Xvfb on this machine (Debian's package xvfb)")
    read, write = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", "1300x820x24", "-fbdir", tmp_path],
        pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as told:
        monkeypatch.setenv("DISPLAY", f":{told.readline().strip()}")
    yield tmp_path / "Xvfb_screen0"
    server.terminate()
    server.wait()


def seen_on(screen: Path) -> np.ndarray:
    """Red, green, blue of the display (XWD, 32 bits a pixel), shape (height, width, 3)."""
    data = screen.read_bytes()
    header = np.frombuffer(data[:100], ">u4")
    size, width, height, line, colours = (int(header[i]) for i in (0, 4, 5, 12, 19))
    start = size + 12 * colours
    image = np.frombuffer(data[start : start + line * height], np.uint8)
    return image.reshape(height, line // 4, 4)[:, :width, 2::-1].astype(int)


def colours_on(screen: Path) -> int:
    """Colours in the middle of the display, where bed and head are."""
    return len(np.unique(seen_on(screen)[200:600, 300:1000].reshape(-1, 3), axis=0))


@pytest.mark.slow
def test_the_window_shows_the_run_and_changes_no_bit(screen: Path) -> None:
    """Half a minute, most of it to draw in software."""
    assert colours_on(screen) == 1
    look = Window()
    try:
        outcome = run_case(GLIMPSE, observer=look).outcome
        end = time.monotonic() + PATIENCE
        while colours_on(screen) < 500 and time.monotonic() < end:
            time.sleep(0.5)
        assert colours_on(screen) >= 500
    finally:
        look.close()
    assert differing(outcome, plain()) == []


@pytest.mark.parametrize("when", ["before the first step", "in the run"])
def test_a_window_closed_in_the_run_does_not_end_it(screen: Path, when: str) -> None:
    look = Window()
    steps = []

    def close(simulation: Simulation) -> None:
        """End the window's process, as Xlib does when its window is shut."""
        if len(steps) == (0 if when == "before the first step" else 10):
            os.kill(look._process.pid, signal.SIGKILL)  # type: ignore[arg-type]
            look._process.join()
        steps.append(simulation.time)
        look(simulation)

    outcome = run_case(GLIMPSE, observer=close).outcome
    look.wait()  # there is nothing to wait for
    look.close()
    assert len(steps) == 41
    assert differing(outcome, plain()) == []


def refused(monkeypatch: pytest.MonkeyPatch, command_name: str = "run") -> str:
    """Line with which `--gui` is refused; an error if anything ran or is left."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it ran")

    monkeypatch.setattr("sampling_sim.run.run_case", never)
    code, out, error = command(command_name, EXPERIMENT, "--gui", "--json")
    assert (code, out, error.count("\n")) == (2, "", 1), error
    return error


def test_without_a_display_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    expected = "no display: DISPLAY is not set; --png FOLDER writes pictures anywhere"
    assert refused(monkeypatch) == f"sampling-sim: --gui: {expected}\n"


def test_a_display_that_cannot_be_opened_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyBullet ends the process that asks for it: not this one."""
    monkeypatch.setenv("DISPLAY", ":7777")
    assert "the display ':7777' cannot be opened; --png FOLDER" in refused(monkeypatch)


def test_a_window_that_never_opens_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":7777")
    monkeypatch.setattr(window, "OPENING", 0.0)
    assert "cannot be opened" in refused(monkeypatch)
