"""The short anchored sampling that the contract tests share: bare rock, quick drills."""

from dataclasses import replace
from functools import cache

import numpy as np

from sampling_sim.case import Case
from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.drill_anchor import DrillAnchorParameters
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.run import CaseResult, run_case
from sampling_sim.sequence.anchor import AnchorParameters
from sampling_sim.simulation import Simulation
from sampling_sim.world.settings import EngineParameters

BASE = Case(
    regolith=RegolithParameters(surface="rock"),
    # 5 mm at 5 mm/s: a hammer of 400 W, where the flown kind has 10 W and takes minutes
    mechanism=DrillAnchorParameters(percussion_power=400.0, feed_speed=0.04),
    craft=CraftParameters(wing_frequency=0.0),
    sequence=AnchorParameters(
        release_clearance=0.005,
        damp_time=1.0,
        hold_down_time=0.5,
        drill_depth=0.005,
        drill_time=4.0,
        set_time=0.7,
        pull_ramp=1.5,
        pull_time=0.5,
        sample_time=0.3,
        retreat_thrust=400.0,
        time_limit=30.0,
    ),
    # feet half as stiff as by default: at 1 ms the default stiffness is refused
    engine=EngineParameters(exchange_step=1e-3, control_step=0.02, bedrock_stiffness=5e4),
)


class Loads:
    """What moves the craft along the normal, at every control step."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.rows: list[tuple[float, ...]] = []

    def __call__(self, simulation: Simulation) -> None:
        self.phases.append(str(simulation.sequence.phase))
        drilling, books = simulation.effects[0], simulation.coupling.books
        self.rows.append(
            (
                float(simulation.thrusters.force[2]),
                -float(drilling.load[:, 2].sum()),  # type: ignore[attr-defined]
                float(simulation.world.momentum()[2]),
                float(books.bedrock_impulse[2] + books.grain_impulse[2] + books.field_impulse[2]),
            )
        )

    def phase(self, name: str) -> FloatArray:
        """Rows of a phase: thrust [N], force of the holes on the craft [N], momentum, impulse."""
        here = np.array(self.phases) == name
        return np.array(self.rows)[here]


def anchored(**mechanism: object) -> Case:
    """Return BASE with a mechanism changed."""
    return replace(BASE, mechanism=replace(BASE.mechanism, **mechanism))  # type: ignore[arg-type]


@cache
def sampled() -> tuple[CaseResult, Loads]:
    """Run BASE whole: its result, and its loads."""
    loads = Loads()
    return run_case(BASE, observer=loads), loads
