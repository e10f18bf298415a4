"""A whole touch-and-go on a bed that repeats after its width, and what such a bed refuses."""

import math
from dataclasses import asdict, replace

import pytest
from coarse_case import BASE, Tracks

from sampling_sim.case import Case
from sampling_sim.errors import ConfigError
from sampling_sim.run import run_case
from sampling_sim.simulation import Simulation


def periodic(*, engine: dict[str, float] | None = None, **regolith: object) -> Case:
    """Return the coarse case with periodic sides, and some of its parameters changed."""
    return replace(
        BASE,
        regolith=replace(BASE.regolith, sides="periodic", **regolith),  # type: ignore[arg-type]
        engine=replace(BASE.engine, **(engine or {})),  # type: ignore[arg-type]
    )


def test_a_rim_is_refused_where_there_are_no_sides():
    with pytest.raises(ConfigError, match=r"engine.rim_width = 0.05: must be 0 m") as error:
        Simulation(periodic(engine={"rim_width": 0.05}))
    assert "\n" not in str(error.value)


def test_a_bed_too_narrow_for_the_head_and_its_image_is_refused():
    """The head is 0.128 m along y, two grains 48 mm."""
    with pytest.raises(ConfigError, match=r"regolith.width_y = 0.15: at least 0.176 m"):
        Simulation(periodic(width_y=0.15, diameter_max=0.024))


@pytest.mark.slow
def test_a_touch_and_go_across_the_sides_ends_with_a_sample():
    """Started beside the middle and drifting, so that the head takes its sample over a side.

    Half a minute.  Outcomes are finite, and the same books close as with walls.
    """
    case = periodic()
    case = replace(case, sequence=replace(case.sequence, offset_x=0.09, lateral_speed_x=0.02))
    tracks = Tracks()
    result = run_case(case, observer=tracks)
    outcome, simulation = result.outcome, tracks.simulation
    assert outcome.message == ""
    assert outcome.status in {"collected", "rebounded"}
    assert outcome.collected_count > 0
    # not defined for this sampler or end
    may_be_nan = {
        "rebound_speed", "anchor_margin", "anchor_load", "anchor_slip", "drilled_depth",
        "ejecta_escaping", "gas_used", "gas_held_back",
    }  # fmt: skip
    for name, value in asdict(outcome).items():
        if isinstance(value, float) and name not in may_be_nan:
            assert math.isfinite(value), name
    assert outcome.momentum_drift < 1e-6
    head = simulation.world.state().position[simulation.design.head]
    assert head[0] + 0.134 > 0.5 * case.regolith.width_x
    inside = simulation.inside_container()
    assert (simulation.grains.bodies.position[inside, 0] > 0.0).all()
