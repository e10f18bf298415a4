"""Runners and a store that stand for the rest, so that only the machinery of a campaign is timed.

Run as a script it is one of the plain processes that a campaign is compared with: its arguments are
how many cases to run and how many units of work a case is.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from annotated_types import Ge

from sampling_sim.asteroid.parameters import AsteroidParameters
from sampling_sim.campaign.experiment.config import Experiment, parse_experiment
from sampling_sim.outcome import Outcome, Status
from sampling_sim.regolith.shape_parameters import GrainShapeParameters

UNIT = 100_000
"""Steps of a loop in a unit of work: some 4 ms of one core, whatever else the machine does."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a case does."""

    units: Annotated[int, Ge(0)] = 0
    sleep: Annotated[float, Ge(0)] = 0.0
    draw: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Bed:
    """What every bed has."""

    packing_seed: int = 0
    shape: GrainShapeParameters = field(default_factory=GrainShapeParameters)


@dataclass(frozen=True, kw_only=True)
class BenchCase:
    """What a campaign needs of a case; `sequence` because its random stream has that name."""

    asteroid: AsteroidParameters = field(default_factory=AsteroidParameters)
    regolith: Bed = field(default_factory=Bed)
    sequence: Load = field(default_factory=Load)

    @property
    def case_id(self) -> str:
        """Name."""
        return f"{hash(self.sequence.draw) & 0xFFFFFFFFFFFFFFFF:016x}"


@dataclass(frozen=True)
class Result:
    """What a runner returns."""

    outcome: Outcome
    series: Mapping[str, Any] = field(default_factory=dict)
    snapshots: None = None


def work(units: int) -> float:
    """Work that takes the same processor time every time."""
    total = 0.0
    for i in range(units * UNIT):
        total += i % 7
    return total


def run(case: BenchCase) -> Result:
    """Run a case."""
    work(case.sequence.units)
    time.sleep(case.sequence.sleep)
    return Result(Outcome(status=Status.EMPTY, collected_mass=0.0))


def experiment(cases: int, *, units: int = 0, sleep: float = 0.0) -> Experiment:
    """Experiment of equal cases, one of whose inputs is drawn."""
    text = f"""
        [sequence]
        units = {units}
        sleep = {sleep}
        draw = {{ uniform = [0.0, 1.0] }}
        [campaign]
        cases = {cases}
        seed = 1
        """
    return parse_experiment(text, (), "bench.toml", BenchCase)


if __name__ == "__main__":
    for _ in range(int(sys.argv[1])):
        work(int(sys.argv[2]))
