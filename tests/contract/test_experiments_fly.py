"""The first case of every experiment file, at its own resolution: it collects what it is for."""

from pathlib import Path

import pytest

from sampling_sim import load_experiment, run_case
from sampling_sim.outcome import Status

EXPERIMENTS = sorted((Path(__file__).parents[2] / "experiments").glob("*.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_first_case_collects(path: Path) -> None:
    outcome = run_case(load_experiment(path).case(0)).outcome
    assert outcome.status is Status.COLLECTED, (outcome.status, outcome.message)
    assert outcome.collected_mass > 0.0
    assert outcome.momentum_drift < 1e-5
