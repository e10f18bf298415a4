"""Experiments of the fake chain: `fake_chain.py` says what they run."""

import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import fake_chain
import pytest

from sampling_sim.campaign.executors.attempts import Runner
from sampling_sim.campaign.executors.inline import InlinePool
from sampling_sim.campaign.executors.places import LocalProcesses
from sampling_sim.campaign.experiment.config import Experiment, parse_experiment

TEXT = """
[mechanism]
width = "30 cm"

[sequence]
approach_speed = { normal = ["5 cm/s", "1 cm/s"], min = "1 cm/s", max = "9 cm/s" }
tilt = { uniform = ["-2 deg", "2 deg"] }

[campaign]
cases = 6
seed = 7

[[requirements]]
text = "collected_mass >= 100 g"
probability = 0.5
confidence = 0.9
"""


@pytest.fixture
def experiment_text() -> str:
    return TEXT


@pytest.fixture
def experiment() -> Callable[..., Experiment]:
    """Experiment of the fake chain with overrides."""

    def load(*overrides: str, text: str = TEXT) -> Experiment:
        return parse_experiment(text, overrides, "fake.toml", fake_chain.FakeCase)

    return load


@pytest.fixture
def experiment_file(tmp_path: Path) -> Path:
    path = tmp_path / "fake.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


class FaltersPool(InlinePool):
    """Full now and then although nothing runs, as when every worker has died at once."""

    asked = 0

    @property
    def is_full(self) -> bool:
        self.asked += 1
        return super().is_full or self.asked % 3 == 1


@pytest.fixture
def serial_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run cases in this process; about 2 s a sweep are saved."""

    @contextmanager
    def opened(_: LocalProcesses, runner: Runner, most: int) -> Iterator[InlinePool]:
        yield FaltersPool(runner)

    monkeypatch.setattr(LocalProcesses, "open", opened)


@pytest.fixture
def fake_physics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the fake chain where the command line looks for the real one."""
    case, run = types.ModuleType("sampling_sim.case"), types.ModuleType("sampling_sim.run")
    vars(case)["Case"] = fake_chain.FakeCase
    vars(run)["run_case"] = fake_chain.fake_run
    monkeypatch.setitem(sys.modules, "sampling_sim.case", case)
    monkeypatch.setitem(sys.modules, "sampling_sim.run", run)
