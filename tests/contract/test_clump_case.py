"""A whole touch-and-go on a bed of pebbles: it ends, bodies are counted, same seed same bits."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from coarse_case import BASE, Tracks

from sampling_sim.regolith.shape_parameters import GrainShapeParameters
from sampling_sim.run import CaseResult, run_case
from sampling_sim.simulation import Simulation

PEBBLES = replace(
    BASE,
    regolith=replace(
        BASE.regolith,
        diameter_min=0.024,
        depth=0.07,
        packing_seed=1,  # packing 3 presses a pebble into a glued one beyond the guard
        shape=GrainShapeParameters(kind="pebbles", members=3),
    ),
    sequence=replace(BASE.sequence, dwell=1.5),
)
"""The coarse case with two groups of three-sphere pebbles; larger ones, a shallower bed, to be
cheap."""


@cache
def sampled() -> tuple[CaseResult, Simulation]:
    """Run the case whole: its result and how it ended."""
    tracks = Tracks()
    result = run_case(PEBBLES, observer=tracks)
    assert tracks.simulation is not None
    return result, tracks.simulation


def test_a_touch_and_go_on_pebbles_runs_to_its_end_and_collects():
    """No guard breaks; what is collected are bodies, with the mass of the solids."""
    result, simulation = sampled()
    outcome, bodies = result.outcome, simulation.grains.bodies
    assert outcome.message == ""
    assert outcome.status in {"collected", "rebounded"}
    assert outcome.collected_count > 0
    inside = simulation.inside_at_clear & simulation.inside_container()
    assert len(inside) == simulation.bed.clumps.clump_count == len(bodies.mass)
    assert outcome.collected_count == inside.sum()
    assert outcome.collected_mass == bodies.mass[inside].sum()
    assert outcome.grain_size_max <= PEBBLES.regolith.diameter_max * (1.0 + 1e-9)


def test_the_spheres_of_every_pebble_stay_where_the_body_carries_them():
    """Distances within a body are those of its template to round-off after the whole run."""
    _, simulation = sampled()
    bed, position = simulation.bed, simulation.grains.position
    first = np.repeat(bed.clumps.start[:-1], np.diff(bed.clumps.start))
    apart = np.linalg.norm(position - position[first], axis=1)
    expected = np.linalg.norm(bed.clumps.offset - bed.clumps.offset[first], axis=1)
    assert np.abs(apart - expected).max() < 1e-13
    moved = np.linalg.norm(simulation.grains.bodies.position - bed.clumps.position, axis=1)
    assert moved.max() > 0.05


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits():
    """Every column but the wall time."""
    one = sampled()[0].outcome
    two = run_case(PEBBLES).outcome
    assert replace(one, wall_time=0.0) == replace(two, wall_time=0.0)
