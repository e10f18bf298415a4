"""The cheap hovers that the contract tests share: a quick arm, over rock and over coarse grains."""

from dataclasses import replace
from functools import cache

import numpy as np

from sampling_sim.case import Case
from sampling_sim.mechanism.scoop_arm import ScoopArmParameters
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.run import CaseResult, run_case
from sampling_sim.sequence.hover import HoverParameters
from sampling_sim.simulation import Simulation
from sampling_sim.world.settings import EngineParameters

ROCK = Case(
    regolith=RegolithParameters(surface="rock"),
    mechanism=ScoopArmParameters(slew_rate=1.0, sweep_rate=0.5, lid_torque=1.0),
    sequence=HoverParameters(
        station_time=0.2,
        reach_time=2.2,
        sample_time=4.0,
        shut_after=2.4,
        stow_time=2.5,
        retreat_thrust=400.0,
        retreat_speed=0.1,
    ),
    engine=EngineParameters(
        contact_step=1e-4,
        exchange_step=5e-4,
        control_step=1e-2,
        overlap_grain_peak=0.1,
        overlap_tool_peak=0.15,
    ),
)
TIMED = replace(
    ROCK,
    regolith=RegolithParameters(
        diameter_min=0.02, depth=0.1, width_x=0.42, width_y=0.24, youngs_modulus=2e7, packing_seed=2
    ),
)
"""What docs/mechanism-cost.md timed."""
GRAINS = replace(
    TIMED,
    regolith=replace(TIMED.regolith, youngs_modulus=4e7),
    engine=replace(TIMED.engine, contact_step=5e-4 / 7),
)
"""Stiffer: on another machine's round-off the timed one presses grains to 0.104 of their radius."""


def hovering(case: Case, **sequence: object) -> Case:
    """Return a case with its sequence changed."""
    return replace(case, sequence=replace(case.sequence, **sequence))  # type: ignore[arg-type]


class Track:
    """What every control step shows: grains in the scoop's frame, offset, joints, phase."""

    def __init__(self) -> None:
        self.grains: list[np.ndarray] = []
        self.offset: list[np.ndarray] = []
        self.phases: list[str] = []
        self.start: np.ndarray | None = None
        self.simulation: Simulation | None = None

    def __call__(self, simulation: Simulation) -> None:
        state, self.simulation = simulation.world.state(), simulation
        if self.start is None:
            self.start = state.position[0]
        self.offset.append(state.position[0] - self.start)
        self.phases.append(simulation.sequence.phase.value)
        bodies = simulation.grains.bodies
        self.grains.append(state.place_in_link(simulation.design.head, bodies.position))


@cache
def flown(case_name: str) -> tuple[CaseResult, Track]:
    """Run ROCK or GRAINS whole."""
    track = Track()
    case = {"rock": ROCK, "grains": GRAINS}[case_name]
    return run_case(case, record=True, observer=track), track
