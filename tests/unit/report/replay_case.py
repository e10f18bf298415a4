"""A recorded case that no physics made, for pages that play it: quick, and known in every number.

The real craft of an experiment comes down to a bed of loose spheres and leaves; some of them rise
into its container and go with it, some fly off, the rest stays where it is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from sampling_sim.campaign.experiment.config import load_experiment
from sampling_sim.campaign.single import run_single
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.poses import placed_links
from sampling_sim.outcome import Outcome, Status
from sampling_sim.recording.recorder import Recorder, Recording
from sampling_sim.recording.series import TIME_SERIES
from sampling_sim.recording.snapshots import frame_of
from sampling_sim.run import CaseResult

EXPERIMENT = Path(__file__).parents[3] / "experiments" / "touch_and_go.toml"
DWELL, RETREAT = 2, 3
"""Numbers of phases in the series."""

TURN = (0.2, 0.1, 0.5)
"""[rad] by which every link has turned in the end, about no axis of its own."""


@dataclass(frozen=True)
class FakeFlight:
    """A runner: `grains` spheres, `frames` snapshots, `stride` control steps apart."""

    grains: int = 400
    frames: int = 30
    stride: int = 7
    is_restless: bool = False
    """Every grain at random all the time: the hardest that a page can be given."""
    has_snapshots: bool = True
    outcome: Outcome | None = None

    def __call__(self, case: Any, *, record: bool | Recording = False) -> CaseResult:
        """Fly."""
        design = design_of(case.craft, case.mechanism)
        links, turns = placed_links(design, design.start)
        rng = np.random.default_rng(self.grains)
        half = np.array([case.regolith.width_x, case.regolith.width_y]) / 2
        floor = -case.regolith.depth
        start = rng.uniform([*-half, floor], [*half, 0.0], (self.grains, 3))
        flying = rng.random(self.grains) < 0.2
        taken = ~flying & (np.linalg.norm(start[:, :2], axis=1) < 0.1) & (start[:, 2] > 0.5 * floor)
        away = rng.normal([0.0, 0.0, 0.2], 0.1, (self.grains, 3))
        step, last = case.engine.control_step, self.frames * self.stride - 1
        position = start

        def frame(number: int) -> Any:
            nonlocal position
            share, time = number / last, number * step
            height = self.height(share)
            since = max(0.0, share - 0.5) * last * step
            if self.is_restless:
                position = position + rng.normal(0.0, 5e-3, position.shape)
            else:
                position = start + since * away * flying[:, None]
                position[taken, 2] += 0.15 * min(1.0, 2.0 * share) + max(0.0, height)
            velocity = away * (flying[:, None] & (since > 0.0))
            now = links + np.array([0.0, 0.0, height - links[design.head][2] + 0.1])
            turned = Rotation.from_rotvec(share * np.array(TURN)).as_matrix() @ turns
            return frame_of(number, time, (position, velocity), (now, turned))

        made = self.outcome or Outcome(
            status=Status.COLLECTED, collected_mass=0.1234, peak_force=7.5, max_sinkage=0.02,
            simulated_time=last * step,
        )  # fmt: skip
        if not record:
            return CaseResult(made)
        recorder = Recorder(Recording(interval=self.stride * step), frame(0), step)
        for number in range(1, last + 1):
            recorder.add(self.row(number * step, number / last), lambda n=number: frame(n))
        names = tuple(link.name for link in design.links)
        radius = np.full(self.grains, 0.5 * case.regolith.diameter_min)
        found = recorder.snapshots(radius, taken, names) if self.has_snapshots else None
        return CaseResult(made, recorder.series(), found)

    @staticmethod
    def height(share: float) -> float:
        """Height [m] of the head's rim over the surface at a share of the time."""
        return -0.02 + 0.4 * max(0.0, abs(share - 0.5) - 0.1)

    def row(self, time: float, share: float) -> dict[str, float]:
        """Row of the series at a time."""
        row = dict.fromkeys(TIME_SERIES, 0.0)
        force = 7.5 * np.exp(-(((share - 0.5) / 0.1) ** 2))
        return row | {
            "time": time, "phase": DWELL if share < 0.6 else RETREAT, "head_force_x": 0.6 * force,
            "head_force_z": 0.8 * force, "rim_height": self.height(share),
            "contained_mass": 0.1234 * min(1.0, 2.0 * share),
        }  # fmt: skip


def recorded_store(path: Path, *overrides: str, record: bool = True, **words: Any) -> Path:
    """Write a result file with case 0 of the touch-and-go experiment, flown by a `FakeFlight`."""
    experiment = load_experiment(EXPERIMENT, overrides)
    run_single(experiment, output=path, record=record, runner=FakeFlight(**words))
    return path
