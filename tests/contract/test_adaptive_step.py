"""The contact step of a flown case: as long as nothing touches allows, shorter in contact.

And an error where it was too long for the overlaps it met.
"""

from dataclasses import replace
from itertools import pairwise

import pytest
from coarse_case import BASE, flown

from sampling_sim.outcome import Outcome, Status
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import pair_limit, stable_step
from sampling_sim.run import run_case
from sampling_sim.simulation import Simulation

LONGEST = BASE.engine.exchange_step / 3


def test_the_step_shortens_when_the_brushes_meet_the_bed_and_never_leaves_the_exchange():
    engine = replace(BASE.engine, adaptive_step=True, contact_step=LONGEST)
    counts = []
    with Simulation(replace(BASE, engine=engine)) as simulation:
        while simulation.time < 0.5:
            simulation.advance()
            counts.append(simulation.coupling.contacts_per_exchange)
            step = simulation.grains.contact_step
            assert abs(step * counts[-1] - engine.exchange_step) < 1e-12 * engine.exchange_step
        assert abs(simulation.grains.time - simulation.time) < 1e-9
        assert simulation.grains.overlaps.peak_tool > 0.0
    assert counts[1] == 3  # the longest, once the first cautious step is over
    assert max(counts) > 3
    assert all(b >= a - 1 for a, b in pairwise(counts))


def blow(*, steps: int, adaptive: bool = False) -> Outcome:
    """Half a second of a craft of 2 t that strikes at 0.6 m/s, overlaps unguarded."""
    case = flown(approach_speed=0.6, abort_force=1e6, time_limit=0.4)
    exchange = 4.8e-4
    engine = replace(
        case.engine, exchange_step=exchange, contact_step=exchange / steps, control_step=9.6e-3,
        adaptive_step=adaptive, overlap_grain_mean=1.0, overlap_grain_peak=1.0,
        overlap_tool_peak=1.0, overlap_fixed_peak=1.0,
    )  # fmt: skip
    return run_case(replace(case, engine=engine)).outcome


def test_a_fixed_step_too_long_for_what_it_met_ends_the_case_and_a_shorter_one_does_not() -> None:
    """The longest step that a case may begin with bears 11 % of overlap; this blow makes more."""
    assert 0.99 < 1.6e-4 / stable_step(BASE.regolith) <= 1.0
    broken = blow(steps=3)
    assert broken.status is Status.DIVERGED
    assert "period of the smallest pair" in broken.message
    assert "contact step of 0.00016 s is longer than" in broken.message
    assert "shorten engine.contact_step" in broken.message
    assert broken.simulated_time < 0.4
    for fine in (blow(steps=8), blow(steps=3, adaptive=True)):
        assert fine.status is Status.TIMED_OUT, fine.message
        assert fine.overlap_peak > 0.12


@pytest.mark.parametrize("share", [1.01, 0.99])
def test_a_step_that_adapts_too_late_ends_the_case(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An overlap met in flight, which bears 1 % more and 1 % less than the step in use."""
    look = GrainSolver.step_limit
    case = replace(flown(time_limit=0.05), engine=replace(BASE.engine, adaptive_step=True))

    def met(solver: GrainSolver) -> object:
        limit = pair_limit(BASE.regolith, 0.2)
        return replace(look(solver), met=replace(limit, longest=share * solver.contact_step))

    monkeypatch.setattr(GrainSolver, "step_limit", met)
    outcome = run_case(case).outcome
    assert (outcome.status is Status.DIVERGED) == (share < 1.0)
    assert ("20.00% overlap: shorten engine.contact_step" in outcome.message) == (share < 1.0)
