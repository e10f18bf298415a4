"""The coarse, cheap touch-and-go that the contract tests share (20-32 mm grains, soft).

Its overlap guards are wider than the default because a shut inlet pinches grains against the plate.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from sampling_sim.case import Case
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.run import CaseResult, run_case
from sampling_sim.sequence.touch_and_go import TouchAndGoParameters
from sampling_sim.simulation import Simulation
from sampling_sim.world.settings import EngineParameters

BASE = Case(
    regolith=RegolithParameters(
        # of packings 1 to 5 the first jams the flap by one grain, 19 % open; the others shut it
        diameter_min=0.02,
        depth=0.09,
        width_x=0.46,
        width_y=0.33,
        youngs_modulus=2e7,
        packing_seed=3,
    ),
    mechanism=BrushWheelsParameters(torque_limit=0.4, bristle_stiffness=1000.0),
    sequence=TouchAndGoParameters(
        release_clearance=0.005, dwell=2.5, braking_thrust=60.0, retreat_thrust=400.0
    ),
    engine=EngineParameters(
        contact_step=1e-4,
        exchange_step=5e-4,
        control_step=1e-2,
        overlap_grain_peak=0.1,
        overlap_tool_peak=0.15,
    ),
)


def flown(**sequence: object) -> Case:
    """Return BASE with a sequence changed."""
    return replace(BASE, sequence=replace(BASE.sequence, **sequence))  # type: ignore[arg-type]


class Tracks:
    """Grain positions in the head's frame at release and after every control step."""

    def __init__(self) -> None:
        self.steps: list[np.ndarray] = []
        self.simulation: Simulation | None = None

    def __call__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        head = simulation.world.state().place_in_link(
            simulation.design.head, simulation.grains.position
        )
        self.steps.append(head)


@cache
def sampled() -> tuple[CaseResult, Simulation, np.ndarray]:
    """Run BASE whole: its result, how it ended, and the grains' tracks in the head's frame."""
    tracks = Tracks()
    result = run_case(BASE, record=True, observer=tracks)
    assert tracks.simulation is not None
    return result, tracks.simulation, np.array(tracks.steps)
