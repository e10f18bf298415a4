"""Every mechanism over every surface: to a clear end or a named one, finite, the same bits twice.

All with `make slow` (ten minutes of one core); by default the first and the last on bare rock.
What each moving part does is in the mechanism's own contract, which flies rock and grains, too.
"""

import math
from dataclasses import asdict, fields, replace
from functools import cache

import pytest
from every_case import MECHANISMS, SURFACES, case_of

from sampling_sim.errors import DivergenceError
from sampling_sim.outcome import NOT_COMPARED, Outcome, Status
from sampling_sim.regolith.bare_rock import BareRock
from sampling_sim.regolith.step_criterion import require_step
from sampling_sim.regolith.step_demand import met_limit
from sampling_sim.run import run_case
from sampling_sim.simulation import Simulation

MAY_BE_NAN = {
    "grain_size_max", "flap_open_fraction", "rebound_speed", "anchor_margin", "anchor_load",
    "drilled_depth", "ejecta_escaping", "wrist_force", "gas_used", "gas_held_back",
    "anchor_slip",
}  # fmt: skip
"""Not defined for every mechanism or end (docs/outcomes.md)."""
QUICK = {("brush_wheels", "rock"), ("drill_anchor", "rock")}
ALL = [
    pytest.param(name, surface, marks=() if (name, surface) in QUICK else pytest.mark.slow)
    for name in MECHANISMS
    for surface in SURFACES
]
MOMENTUM_CLOSES = 3e-6
"""Of m·v0: the engine's first order, 3e-6 at 0.1 ms for a light chain (design §3)."""


@cache
def ended(name: str, surface: str) -> Outcome:
    return run_case(case_of(name, surface)).outcome


def same(one: Outcome, other: Outcome) -> list[str]:
    """Names of the columns that are not the same bits."""
    a, b = asdict(one), asdict(other)
    return [k for k in a if k not in NOT_COMPARED and repr(a[k]) != repr(b[k])]


@pytest.mark.parametrize(("name", "surface"), ALL)
def test_it_comes_to_an_end_that_is_clear_or_named(name: str, surface: str) -> None:
    outcome = ended(name, surface)
    assert outcome.status not in {Status.FAILED, Status.DIVERGED, Status.TIMED_OUT}, outcome.message
    assert (outcome.status is Status.ABORTED) == bool(outcome.abort_rule)
    for column in fields(outcome):
        value = getattr(outcome, column.name)
        if isinstance(value, float) and column.name not in MAY_BE_NAN:
            assert math.isfinite(value), column.name


@pytest.mark.parametrize(("name", "surface"), ALL)
def test_momentum_and_energy_are_accounted_for(name: str, surface: str) -> None:
    """Motors, thrusters and ground in; what is left is the engine's."""
    outcome = ended(name, surface)
    assert outcome.momentum_drift < MOMENTUM_CLOSES
    assert abs(outcome.energy_drift) < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", MECHANISMS)
def test_bare_rock_gives_grains_to_nobody(name: str) -> None:
    """What is collected there is cut or thrown out of the rock, never counted as grains."""
    outcome = ended(name, "rock")
    assert outcome.collected_count == 0
    made_of_rock = name in {"drill_anchor", "projectile_horn"}
    assert (outcome.collected_mass > 0.0) == made_of_rock


def test_no_grains_judge_the_step_on_bare_rock() -> None:
    """A step that grains of this stiffness refuse (the twin) says nothing without grains."""
    case = case_of("brush_wheels", "rock")
    case = replace(case, engine=replace(case.engine, contact_step=case.engine.exchange_step))
    with Simulation(case) as simulation:
        for _ in range(3):
            simulation.advance()
        assert simulation.frame().position.shape == (0, 3)  # and none is drawn
    with pytest.raises(DivergenceError):
        require_step(case.engine.contact_step, met_limit(case.regolith, BareRock.overlaps))


@pytest.mark.slow
@pytest.mark.parametrize("name", MECHANISMS)
def test_the_same_seed_gives_the_same_bits_and_another_packing_others(name: str) -> None:
    case = case_of(name, "grains")
    assert same(ended(name, "grains"), run_case(case).outcome) == []
    other = replace(case.regolith, packing_seed=case.regolith.packing_seed + 1)
    assert same(ended(name, "grains"), run_case(replace(case, regolith=other)).outcome)


@pytest.mark.slow
@pytest.mark.parametrize("name", MECHANISMS)
def test_keeping_series_and_snapshots_changes_nothing(name: str) -> None:
    case = case_of(name, "grains")
    assert same(ended(name, "grains"), run_case(case, record=True).outcome) == []
