"""What every code is asked to do, and what is read from it: the bench of ../shared/data/README.md.

The box has rough walls at x = 0 and y = 0, at the two widths and at z = 0, and no lid.  At rest
gravity points down; stirred, it swings by `swing` in the x–z plane, as in a box that is rocked, so
that the pile slides to and fro and the lists are made anew all the time.  A code is started anew
for every figure.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, pi, sin
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "bench"

YOUNGS_MODULUS, POISSON_RATIO, RESTITUTION = 5e7, 0.25, 0.5
FRICTION, ROLLING, DENSITY, GRAVITY, STEP = 0.6, 0.1, 2700.0, 9.81, 3e-5

SWING_RATE = 2.0 * pi * 2.0
"""[rad/s] two swings a second; chosen: slow enough that the pile follows as it slides."""


@dataclass(frozen=True)
class Case:
    """Grains, box and what is done with them."""

    position: np.ndarray
    radius: np.ndarray
    width: tuple[float, float]
    """[m] of the box along x and y."""
    warm_up: int
    timed: int
    swing: float = 0.0
    """[rad] amplitude of the swing of gravity's direction; 0 at rest."""
    step: float = STEP

    @property
    def upper(self):
        """Upper ends [m] of the space a code must hold: no grain gets that high."""
        return *self.width, 2.0 * float(self.position[:, 2].max())

    @property
    def skin(self):
        """Skin [m] of a peer's neighbour list: no other from 0.25 to 2 mm was faster for any.

        (2 mm stirred is as fast, but makes fewer lists than the bench asks for.)
        """
        return 0.001 if self.swing else 0.0005

    def gravity(self, time):
        """Acceleration [m/s²] in x and z at `time` [s]."""
        angle = self.swing * sin(SWING_RATE * time)
        return GRAVITY * sin(angle), -GRAVITY * cos(angle)

    def speed(self, seconds):
        """Particle-steps per second."""
        return self.radius.size * self.timed / seconds


@dataclass(frozen=True)
class Measured:
    """What one run of one code gave."""

    speed: float
    """Particle-steps per second of wall time, as the code itself reports it."""
    cpu_speed: float
    """The same per second of processor time: what to compare on a machine others use too."""
    coordination: float
    overlap: float
    """[1] mean overlap over the pair's summed radii."""
    rebuilds: float
    """Neighbour lists made while the clock ran; NaN where the code does not tell."""
    version: str


def shared_packing(count, **asked):
    """Case of one of the shared packings."""
    path = DATA / f"pack1g_{count}.npz"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    data = np.load(path)
    width = {5000: 0.25, 20000: 0.4}[count]
    return Case(data["x"].astype(float), data["r"].astype(float), (width, width), **asked)


def tiled(case: Case, times):
    """Set copies of a packing side by side along x, every other one mirrored, in one long box.

    A grain at a seam then meets its own image where it met the wall.
    """
    wide, long = case.width
    mirrored = case.position * [-1.0, 1.0, 1.0] + [wide, 0.0, 0.0]
    tiles = [(case.position, mirrored)[k % 2] + [k * wide, 0.0, 0.0] for k in range(times)]
    radius = np.tile(case.radius, times)
    return replace(case, position=np.concatenate(tiles), radius=radius, width=(times * wide, long))


def contact_numbers(position, radius):
    """Coordination number and mean relative overlap, the same way for every code."""
    pairs = cKDTree(position).query_pairs(2.0 * radius.max(), output_type="ndarray")
    distance = np.linalg.norm(position[pairs[:, 0]] - position[pairs[:, 1]], axis=1)
    reach = radius[pairs].sum(1)
    touching = distance < reach
    overlap = (reach - distance)[touching] / reach[touching]
    return float(2.0 * touching.sum() / radius.size), float(overlap.mean())


CLOCK = "read used rest < /proc/$PPID/schedstat; echo $used >> clock.txt\n"
"""Shell lines by which a program under test notes its processor time [ns] so far."""


def run_program(case: Case, command, deck: str, read: Callable, environment=None, **files):
    """Run a program on `deck` in a folder of its own; `read(folder, output)` gives the results.

    `read` returns wall and processor seconds of the timed part, positions in the order of the
    case, rebuilds and version.
    """
    # the deck's name is the last word of the command
    folder = Path(tempfile.mkdtemp(prefix="peer_"))
    try:
        for name, text in {command[-1]: deck, "clock": CLOCK, **files}.items():
            (folder / name).write_text(text)
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True,
            errors="replace", check=False, timeout=3600,
        )  # fmt: skip
        if done.returncode != 0:
            tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
            pytest.fail(f"{command[0]} ended with {done.returncode}:\n{tail}")
        seconds, used, position, rebuilds, version = read(folder, done.stdout)
    finally:
        shutil.rmtree(folder)
    coordination, overlap = contact_numbers(position, case.radius)
    return Measured(case.speed(seconds), case.speed(used), coordination, overlap, rebuilds, version)
