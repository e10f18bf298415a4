"""Result files of real experiments with made-up outcomes: no case is flown, so they are quick."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from sampling_sim.campaign.experiment.config import Experiment, PlannedCase, parse_experiment
from sampling_sim.campaign.provenance import root_attributes
from sampling_sim.campaign.records import case_record
from sampling_sim.outcome import Outcome, Status
from sampling_sim.recording.series import TIME_SERIES
from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.store import StoreContent, batch_content, write_store

TEXT = """\
# Does it collect enough?
[sequence]
approach_speed = { normal = ["5 cm/s", "1 cm/s"], min = "1 cm/s", max = "9 cm/s" }
tilt_x = { normal = ["0 deg", "1 deg"], min = "-3 deg", max = "3 deg" }

[campaign]
cases = 8
seed = 11

[[requirements]]
text = "collected_mass >= 100 g"
probability = 0.8
confidence = 0.9
"""

Rule = Callable[[PlannedCase, np.random.Generator], Outcome]
"""Outcome of a case, with random numbers of its own."""


def collected(plan: PlannedCase, rng: np.random.Generator) -> Outcome:
    """Collect some mass, with a spread, more of it at later design points."""
    mass = float(rng.normal(0.5 + 0.2 * plan.design_point, 0.1))
    return Outcome(
        collected_mass=mass, collected_count=int(100 * mass), peak_force=float(rng.gamma(4.0, 5.0)),
        max_sinkage=float(rng.uniform(0.01, 0.05)), packing_seed=plan.index,
        wall_time=float(rng.uniform(10, 20)), status=Status.COLLECTED,
    )  # fmt: skip


def nothing(plan: PlannedCase, rng: np.random.Generator) -> Outcome:
    """Not a grain."""
    return Outcome(peak_force=float(rng.gamma(4.0, 5.0)), packing_seed=plan.index)


def failed(plan: PlannedCase, rng: np.random.Generator) -> Outcome:
    """Nothing that can be trusted."""
    status = (Status.FAILED, Status.DIVERGED)[plan.index % 2]
    return Outcome(
        collected_mass=np.nan, collected_count=0, packing_seed=plan.index, status=status,
        message=f"case {plan.index}: lower engine.contact_step",
    )  # fmt: skip


def experiment_of(text: str = TEXT, *overrides: str) -> Experiment:
    """Experiment of the real chain."""
    return parse_experiment(text, overrides, "made.toml")


def made_content(
    experiment: Experiment, rule: Rule = collected, recorded: int = 0, first: int = 0
) -> StoreContent:
    """Content of a file of all cases from `first` on; the first `recorded` of them recorded."""
    records = []
    described = {}
    for plan in list(experiment.plan())[first:]:
        rng = np.random.default_rng([experiment.campaign.seed, plan.index])
        outcome, times = rule(plan, rng), np.linspace(0.0, 2.0, 20)
        series = dict.fromkeys(TIME_SERIES, times) if plan.index < recorded else {}
        snapshots = drifting_grains() if series else None
        result = SimpleNamespace(outcome=outcome, series=series, snapshots=snapshots)
        record, described = case_record(experiment, plan, experiment.case_of(plan), result)
        records.append(record)
    attributes = root_attributes(experiment, {"made": "0" * 64})
    return batch_content(records, attributes, described)


def drifting_grains() -> Snapshots:
    """Twenty grains that rise for three frames, and a craft of one link that stays."""
    frames, grains = 3, 20
    position = np.zeros((frames, grains, 3), np.float32)
    position[:, :, 2] = 0.01 * np.arange(frames)[:, None]
    orientation = np.zeros((frames, 1, 4), np.float32)
    orientation[..., 3] = 1.0
    return Snapshots(
        step=np.arange(frames), time=0.1 * np.arange(frames), position=position,
        speed=np.full((frames, grains), 0.1, np.float32), radius=np.full(grains, 0.01, np.float32),
        collected=np.arange(grains) < 5, link_names=("bus",),
        link_position=np.zeros((frames, 1, 3), np.float32), link_orientation=orientation,
    )  # fmt: skip


def made_store(
    path: Path, experiment: Experiment | None = None, rule: Rule = collected, recorded: int = 0
) -> Path:
    """Write such a file."""
    write_store(path, made_content(experiment or experiment_of(), rule, recorded))
    return path
