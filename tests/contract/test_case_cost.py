"""The model of a case's cost against what was measured: within the factor that it states."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from every_case import MECHANISMS, SURFACES, case_of

from sampling_sim import load_experiment
from sampling_sim.campaign.case_cost import EXCHANGE, case_cost
from sampling_sim.campaign.cost import ACCURACY
from sampling_sim.case import Case

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| (\w+) \| (\w+) \| (\d+) \| ([\d.]+) \|")
MEASURED = {
    (row[1], row[2]): (int(row[3]), float(row[4]))
    for row in map(ROW.match, (ROOT / "docs/mechanism-cost.md").read_text().splitlines())
    if row
}


def rate(case: Case) -> float:
    """Core seconds per simulated second."""
    cost = case_cost(case)
    return cost.core_seconds / cost.simulated_time


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_every_mechanism_and_surface_costs_what_the_model_says(
    mechanism: str, surface: str
) -> None:
    """By docs/mechanism-cost.md; the grains of a thin bed are miscounted by a quarter at most."""
    case = case_of(mechanism, surface)
    grains, measured = MEASURED[mechanism, surface]
    assert measured / ACCURACY <= rate(case) <= measured * ACCURACY
    assert case_cost(case).spheres == pytest.approx(grains, rel=0.3)
    grains_alone = rate(case) - EXCHANGE / case.engine.exchange_step
    assert grains_alone < measured / ACCURACY  # the twin: without the craft it is far off


def test_the_demonstration_takes_what_its_page_says() -> None:
    """docs/demo.md: 1,694 grains, 8.5 simulated seconds, cases 40 to 68 s, beds 6 to 12 s."""
    cost = case_cost(load_experiment(ROOT / "experiments/touch_and_go.toml").case(0))
    assert cost.spheres == pytest.approx(1694, rel=0.1)
    assert cost.simulated_time == pytest.approx(8.5, rel=0.1)
    assert 40.0 / ACCURACY <= cost.core_seconds <= 68.0 * ACCURACY
    assert 6.0 / ACCURACY <= cost.bed_seconds <= 12.0 * ACCURACY


def test_cost_follows_grains_steps_and_time() -> None:
    case = case_of("brush_wheels", "grains")
    base = case_cost(case)
    finer = replace(case, engine=replace(case.engine, contact_step=case.engine.contact_step / 2))
    exchanges = base.simulated_time / case.engine.exchange_step * EXCHANGE
    grains = base.core_seconds - exchanges
    assert case_cost(finer).core_seconds == pytest.approx(exchanges + 2 * grains, rel=1e-9)
    deeper = replace(case, regolith=replace(case.regolith, depth=2 * case.regolith.depth))
    assert case_cost(deeper).spheres == pytest.approx(2 * base.spheres, rel=1e-9)
    pebbles = replace(case.regolith.shape, kind="pebbles", members=5)
    clumps = replace(case, regolith=replace(case.regolith, shape=pebbles))
    assert case_cost(clumps).spheres == pytest.approx(5 * base.spheres, rel=1e-9)
    longer = replace(case, sequence=replace(case.sequence, dwell=case.sequence.dwell + 3.0))
    assert case_cost(longer).simulated_time == pytest.approx(base.simulated_time + 3.0, rel=1e-9)
    endless = replace(case, sequence=replace(case.sequence, dwell=500.0))
    assert case_cost(endless).simulated_time == case.sequence.time_limit


def test_an_anchor_drills_as_fast_as_its_hammer() -> None:
    """By P / (e A), 8 mm/min; 5 mm deep the experiment took 62.52 simulated seconds in all."""
    case = load_experiment(ROOT / "experiments/anchor.toml").case(0)
    base = case_cost(case)
    assert base.simulated_time == pytest.approx(62.5, rel=0.1)
    twice = replace(case, mechanism=replace(case.mechanism, percussion_power=20.0))
    kerf_rate = 10.0 / (5e8 * 0.25 * 3.14159265 * (0.016**2 - 0.008**2))
    saved = 0.005 / kerf_rate / 2.0
    assert base.simulated_time - case_cost(twice).simulated_time == pytest.approx(saved, rel=1e-6)


def test_a_hover_ends_with_its_burn() -> None:
    """The experiment took 9.74 simulated seconds."""
    case = load_experiment(ROOT / "experiments/hover.toml").case(0)
    assert case_cost(case).simulated_time == pytest.approx(9.74, rel=0.02)
