"""The head as grains meet it: nothing overlaps, nothing leaks, and the inlet is the only way in.

Free space is mapped on a grid: the places where the centre of a grain of 6 mm radius can be, so
that every gap under 12 mm is shut (the smallest grain of the default bed is 16 mm across).
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.brush_surfaces import FLAP, HEAD, HeadGeometry
from sampling_sim.mechanism.brush_wheels import brush_wheels_design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.regolith.primitives import PrimitiveKind

GRAIN = 0.006
GRID = 0.004


def distance(primitive, points):
    """Distance [m] of points (…, 3) in the link's frame to the primitive's surface."""
    local = (points - np.array(primitive.position)) @ primitive.rotation
    x, y, z = np.moveaxis(np.abs(local), -1, 0)
    a, b, c = primitive.size
    if primitive.kind is PrimitiveKind.PLATE:
        flat = np.sqrt(np.maximum(x - a, 0.0) ** 2 + np.maximum(y - b, 0.0) ** 2 + z**2)
        return flat - c
    across = np.maximum(np.hypot(x, y) - a, 0.0)
    return np.hypot(across, np.maximum(z - b, 0.0))


def link_origins(design, flap):
    """Origins of the links relative to the head's, joints at zero but for the flap's."""
    places = np.array([link.position for link in design.links])
    places[FLAP, 1] -= flap
    return places - places[HEAD]


def gap(design, points, flap, without=()):
    """Distance of points in the head's frame to the nearest surface."""
    origins = link_origins(design, flap)
    found = [
        distance(p, points - origins[p.link]) for p in design.primitives if p.part not in without
    ]
    return np.min(found, axis=0)


def container_is_closed(design, flap, without=()):
    """No path of a grain's centre leads from the container to the outside."""
    box = np.array([0.17, 0.1, 0.17])
    axes = [np.arange(-half, half + GRID, GRID) for half in box]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    regions, _ = ndimage.label(gap(design, points, flap, without) > GRAIN)
    inside = np.array(design.container.centre)
    start = tuple(int(np.argmin(np.abs(a - c))) for a, c in zip(axes, inside, strict=True))
    assert regions[start] > 0
    return regions[start] != regions[0, 0, 0]


@pytest.fixture(scope="module")
def design():
    return brush_wheels_design(CraftParameters(), BrushWheelsParameters())


def test_the_container_is_closed_with_the_flap_shut(design):
    assert container_is_closed(design, design.flap_travel)


def test_the_container_is_open_with_the_flap_parked(design):
    assert not container_is_closed(design, 0.0)


@pytest.mark.parametrize("part", ["flap", "roof", "container", "end_wall", "housing"])
def test_without_any_of_its_walls_the_container_would_leak(design, part):
    assert not container_is_closed(design, design.flap_travel, without=(part,))


def test_the_cover_shuts_the_inlet_even_with_the_flap_parked():
    sampler = BrushWheelsParameters(inlet_shut=True)
    assert container_is_closed(brush_wheels_design(CraftParameters(), sampler), 0.0)


def test_the_inlet_is_free_of_everything_with_the_flap_parked(design):
    """A 16 mm grain passes anywhere in the inlet's rectangle less its own radius."""
    inlet = design.inlet
    x = np.linspace(-1, 1, 41) * (inlet.half_x - 0.0081)
    y = np.linspace(-1, 1, 41) * (inlet.half_y - 0.0081)
    points = np.stack([*np.meshgrid(x, y), np.zeros((41, 41))], axis=-1) + inlet.centre
    assert gap(design, points, 0.0).min() > 0.008


def test_the_wheels_touch_nothing_at_any_angle_and_any_place_of_the_flap(design):
    """Swept by a turn, a wheel is the cylinder around its tips: at least 2 mm off everything."""
    sampler, origins = BrushWheelsParameters(), link_origins(design, 0.0)
    angle, y = np.meshgrid(np.linspace(0, 2 * np.pi, 181), np.linspace(-1, 1, 21) * 0.05)
    rim = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], axis=-1) * sampler.wheel_radius
    rim[..., 1] = y
    others = ("hub", "paddle")
    for wheel in (4, 5):
        for flap in np.linspace(0.0, design.flap_travel, 7):
            assert gap(design, origins[wheel] + rim, flap, others).min() > 0.002
    centres = origins[5] - origins[4]
    assert np.linalg.norm(centres) > 2.0 * sampler.wheel_radius + 0.032, "a 32 mm grain passes"


def test_paddles_lie_within_the_wheels_cylinder(design):
    sampler = BrushWheelsParameters()
    for p in design.primitives:
        if p.part == "paddle":
            reach = np.linalg.norm(p.position) + p.size[0] + p.size[2]
            assert reach == pytest.approx(sampler.wheel_radius, rel=1e-12)
            assert p.bristle_stiffness == sampler.bristle_stiffness
    assert sum(p.part == "paddle" for p in design.primitives) == 2 * sampler.paddle_count


def test_the_flap_slides_clear_of_the_heads_walls(design):
    """All its way, the flap keeps the millimetre of its clearance to everything on the head."""
    flap = next(p for p in design.primitives if p.part == "flap")
    half_x, half_y, sweep = flap.size
    x, y = np.meshgrid(np.linspace(-half_x, half_x, 21), np.linspace(-half_y, half_y, 81))
    plane = np.stack([x, y, 0 * x], axis=-1)
    for travel in np.linspace(0.0, design.flap_travel, 15):
        points = link_origins(design, travel)[FLAP] + plane
        clear = gap(design, points, travel, without=("flap", "hub", "paddle")) - sweep
        assert clear.min() > 0.9e-3


def test_the_reference_points_lie_on_the_rim_the_lowest_of_the_housing(design):
    geometry = HeadGeometry(BrushWheelsParameters(), CraftParameters())
    heights = design.links[HEAD].position[2] + design.reference_points[:, 2]
    assert np.allclose(heights, geometry.rim_height, rtol=1e-12)
    wheels = ("hub", "paddle")
    x, y = np.meshgrid(np.linspace(-0.14, 0.14, 57), np.linspace(-0.07, 0.07, 57))
    rim = np.stack([x, y, np.full_like(x, design.reference_points[0, 2])], axis=-1)
    assert gap(design, rim - [0.0, 0.0, 1e-4], 0.0, wheels).min() > 0.0
    assert gap(design, rim - [0.0, 0.0, -2e-3], 0.0, wheels).min() < 0.0


def test_a_different_size_stays_closed():
    """A head half as large again, with other gaps."""
    base = BrushWheelsParameters()
    sampler = replace(base, wheel_length=0.14, axis_offset=0.08, inlet_width=0.11, flap_speed=0.4)
    design = brush_wheels_design(CraftParameters(), sampler)
    assert container_is_closed(design, design.flap_travel)
    assert not container_is_closed(design, 0.0)
