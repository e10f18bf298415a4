"""The contact step of a flown case: as long as nothing touches allows, shorter in contact."""

from dataclasses import replace
from itertools import pairwise

from coarse_case import BASE

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
