"""Flexible wings: the whole keeps mass and inertia, a held root has its frequency, a free bus more.

Bus and wings alone, no field.  Both wings swing alike, so that the bus moves along z only: hinge
moment k θ = I ω² θ.  With z the bus's height, M the bus's mass, m a wing's, ℓ its arm and J its own
moment, (J + m ℓ²) θ̈ + m ℓ z̈ = −k θ and (M + 2m) z̈ + 2 m ℓ θ̈ = 0, so the free mode is
ω² = ω₀² (J + m ℓ²)/(J + m ℓ² − 2 m² ℓ²/(M + 2m)).
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from world_designs import engine

from sampling_sim.mechanism.base import Box, Design, Link
from sampling_sim.mechanism.craft import CraftParameters, box_inertia, wings_on_bus
from sampling_sim.mechanism.wings import WINGS, with_wings
from sampling_sim.world.world import World

CRAFT = CraftParameters(wing_frequency=0.5, wing_damping=0.0, wing_mass=150.0)


def rigid() -> Design:
    """Bus with its wings, 700 kg."""
    inertia = box_inertia(400.0, (2.0,) * 3) + wings_on_bus(CRAFT)
    reach = 0.5 * CRAFT.bus_size + CRAFT.wing_radius
    half = (CRAFT.wing_radius, CRAFT.wing_radius, 0.015)
    return Design(
        links=(Link(name="bus", mass=700.0, inertia=inertia, position=(0.0, 0.0, 0.0)),),
        joints=(),
        outline=tuple(
            Box(link=0, centre=(0.0, s * reach, 0.0), half_extents=half) for s in (1.0, -1.0)
        ),
    )


def period(step: float) -> float:
    """Mean time [s] of a swing, both hinges let go at 1 mrad."""
    crossings = []
    with World(with_wings(CRAFT, rigid()), engine(step)) as world:
        for name in WINGS:
            world.set_joint(name, 1e-3)
        before = 1e-3
        while len(crossings) < 7:
            world.step()
            now = float(world.state().joint_position[0])
            if before * now < 0.0:
                crossings.append(world.state().time - step * now / (now - before))
            before = now
    return 2.0 * (crossings[-1] - crossings[0]) / (len(crossings) - 1)


def free_frequency() -> float:
    moment = 0.25 * CRAFT.wing_mass * CRAFT.wing_radius**2 + CRAFT.wing_mass * CRAFT.wing_radius**2
    shared = 2.0 * (CRAFT.wing_mass * CRAFT.wing_radius) ** 2 / 700.0
    return CRAFT.wing_frequency * math.sqrt(moment / (moment - shared))


def test_the_whole_keeps_mass_centre_and_inertia() -> None:
    whole, design = rigid(), with_wings(CRAFT, rigid())
    assert design.mass.sum() == pytest.approx(700.0, rel=1e-14)
    with World(design, engine(1e-3)) as world:
        assert np.allclose(world.whole_inertia(), whole.inertia[0], rtol=1e-12)
        assert np.allclose(world.mass @ world.state().position, 0.0, atol=1e-12)


def test_outline_boxes_of_the_wings_ride_on_them() -> None:
    design = with_wings(CRAFT, rigid())
    boxes = {design.links[box.link].name for box in design.outline}
    assert boxes == set(WINGS)
    corners = [np.array(design.links[b.link].position) + b.corners() for b in design.outline]
    assert np.ptp(np.vstack(corners)[:, 1]) == pytest.approx(CRAFT.wing_span)


def test_the_free_wings_swing_at_the_frequency_of_the_closed_form() -> None:
    """Leapfrog: ω is off by (ω H)²/24 of itself, 5e-6 at 2 ms; crossings to a part in 1e5."""
    expected = 1.0 / free_frequency()
    assert period(0.002) == pytest.approx(expected, rel=1e-4)
    # the twin: that of a held root is 8 % off
    assert abs(1.0 / CRAFT.wing_frequency / expected - 1.0) > 0.05


def test_refining_the_step_brings_the_period_to_the_closed_form() -> None:
    """Second order: a quarter of the step, a sixteenth of the error; an eighth is asked."""
    errors = [abs(period(step) * free_frequency() - 1.0) for step in (0.08, 0.02)]
    assert errors[0] > 1e-3
    assert errors[1] < 0.125 * errors[0]


def test_rigid_wings_are_left_on_the_bus() -> None:
    assert len(with_wings(replace(CRAFT, wing_frequency=0.0), rigid()).links) == 1
