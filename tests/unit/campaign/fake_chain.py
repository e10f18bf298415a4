"""A case and a runner that stand for the physics: quick, and able to fail in every way.

Importable by name in a worker process, as the real runner is.
"""

import hashlib
import json
import logging
import os
import signal
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from sampling_sim.asteroid.parameters import AsteroidParameters
from sampling_sim.constants import FloatArray
from sampling_sim.errors import BadInput, ConfigError, DivergenceError
from sampling_sim.outcome import Outcome, Status
from sampling_sim.quantities import Angle, Length, Number, Speed
from sampling_sim.recording.recorder import Recorder, Recording
from sampling_sim.recording.series import TIME_SERIES
from sampling_sim.recording.snapshots import Frame, Snapshots, frame_of
from sampling_sim.regolith.shape_parameters import GrainShapeParameters

HOARD = 4 * 10**9
"""[B] that a case asks for that behaves so; none of it is touched."""
DEADLY = {"die": signal.SIGKILL, "freeze": signal.SIGSTOP}


@dataclass(frozen=True, kw_only=True)
class Blade:
    """A nested table."""

    length: Annotated[Length, Gt(0)] = 0.1
    count: Annotated[int, Ge(1)] = 6


@dataclass(frozen=True, kw_only=True)
class FakeMechanism:
    """Fields of every kind that a section may hold."""

    kind: Literal["fake_wheels"] = "fake_wheels"
    width: Annotated[Length, Gt(0), Le(1.0)] = 0.3
    depth: Annotated[Length, Gt(0)] = 0.1
    axis: tuple[Number, Number, Number] = (0.0, 0.0, 1.0)
    is_open: bool = True
    limit: Length | None = None
    blade: Blade = field(default_factory=Blade)
    spares: tuple[Blade, ...] = ()

    def __post_init__(self) -> None:
        if self.depth > self.width:
            raise ConfigError("depth", self.depth, f"must not exceed width ({self.width} m)")


@dataclass(frozen=True, kw_only=True)
class FakeSequence:
    """What the fake run does."""

    approach_speed: Annotated[Speed, Gt(0), Le(1.0)]
    tilt: Annotated[Angle, Ge(-0.5), Le(0.5)] = 0.0
    behaviour: Literal[
        "collect", "diverge", "raise", "raise_once", "refuse", "die", "die_once", "hang", "freeze",
        "hoard", "warn"
    ] = "collect"  # fmt: skip
    marker: str = ""
    pause: Annotated[float, Ge(0)] = 0.0


@dataclass(frozen=True, kw_only=True)
class FakeRegolith:
    """Which packing, and what grains look like."""

    packing_seed: int = 3
    shape: GrainShapeParameters = field(default_factory=GrainShapeParameters)


@dataclass(frozen=True, kw_only=True)
class FakeCase:
    """Four sections are enough."""

    asteroid: AsteroidParameters = field(default_factory=AsteroidParameters)
    regolith: FakeRegolith = field(default_factory=FakeRegolith)
    mechanism: FakeMechanism = field(default_factory=FakeMechanism)
    sequence: FakeSequence

    def resolution_note(self) -> str:
        """Say that this is not physics."""
        return "demonstration resolution: no grains at all"

    @property
    def case_id(self) -> str:
        """As the real case makes it."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class FakeResult:
    """What the real runner returns, too."""

    outcome: Outcome
    series: dict[str, FloatArray]
    snapshots: Snapshots | None = None


def fake_run(case: FakeCase, *, record: bool | Recording = False) -> FakeResult:
    """Run a case: a deterministic outcome, or the failure that the case asks for."""
    speed, behaviour = case.sequence.approach_speed, case.sequence.behaviour
    time.sleep(case.sequence.pause)
    if behaviour == "diverge":
        raise DivergenceError(f"overlap at {speed} m/s: lower engine.step")
    if behaviour == "refuse":
        raise BadInput("the bed cannot stay: needs tensile_strength = 1 Pa")
    if behaviour == "warn":
        logging.getLogger("sampling_sim.regolith.cache").warning("bed %d: made anew", 3)
        logging.getLogger("sampling_sim.simulation").warning("overlap near its limit")
    if behaviour == "hoard":
        np.zeros(HOARD, dtype=np.uint8)
    if behaviour == "hang":
        sum(iter(int, 1))  # zeros for ever, and no other thread of Python runs
    marker = Path(f"{case.sequence.marker}.{behaviour}")
    if behaviour.endswith("_once") and not marker.exists():
        marker.touch()
        behaviour = behaviour.removesuffix("_once")
    if behaviour == "raise":
        raise RuntimeError("wires crossed")
    if behaviour in DEADLY:
        os.kill(os.getpid(), DEADLY[behaviour])
    mass = float(np.sin(1.0 / speed) ** 2)
    status = Status.COLLECTED if mass > 0.1 else Status.EMPTY
    outcome = Outcome(
        collected_mass=mass, collected_count=int(100 * mass), peak_force=1.0 / 3.0,
        slipped=mass > 0.5, abort_rule="tilt" if mass > 0.9 else "", status=status,
        wall_time=time.perf_counter(),
    )  # fmt: skip
    if not record:
        return FakeResult(outcome, {})
    times = np.arange(1.0 + outcome.collected_count % 5)
    how = record if isinstance(record, Recording) else Recording()
    return FakeResult(outcome, {"time": times, "force": times * mass}, fake_snapshots(mass, how))


def fake_snapshots(mass: float, how: Recording) -> Snapshots | None:
    """Grains that drift, kept by the real recorder: 40 frames unless the budget is short."""
    count = 500 + int(100 * mass)
    start = np.random.default_rng(count).normal(size=(count, 3))

    def frame(step: int) -> Frame:
        grains = start + 1e-3 * step * mass, np.full((count, 3), mass)
        links = np.full((2, 3), 0.01 * step), np.array([np.eye(3)] * 2)
        return frame_of(step, 0.1 * step, grains, links)

    recorder = Recorder(how, frame(0), 0.1)
    for step in range(1, 40):
        recorder.add(dict.fromkeys(TIME_SERIES, 0.1 * step), lambda step=step: frame(step))
    return recorder.snapshots(np.full(count, 0.01), start[:, 2] > 0.0, ("bus", "head"))


def fake_run_recorded(case: FakeCase) -> FakeResult:
    """Run a case and keep its time series, but no snapshots: files stay small."""
    return replace(fake_run(case, record=True), snapshots=None)
