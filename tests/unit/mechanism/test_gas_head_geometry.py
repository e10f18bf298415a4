"""The gas head as grains meet it: nothing leaks, its window is the only way in, no misfits.

Free space is mapped on a grid in a quarter of the head, whose planes are planes of symmetry: places
where the centre of a grain of 6 mm radius can be, so that every gap under 12 mm is shut.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from sampling_sim import load_experiment
from sampling_sim.compiling import njit
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Ring
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.gas_head import gas_head_design
from sampling_sim.mechanism.gas_parameters import CLEARANCE, GasHeadParameters
from sampling_sim.mechanism.gas_surfaces import HEAD, SLEEVE, HeadGeometry
from sampling_sim.regolith.primitives import PrimitiveKind
from sampling_sim.regolith.tool_mesh import distance_to_triangle

GRAIN = 0.006
GRID = 0.004
PLAIN = GasHeadParameters()


@njit
def nearest(corners, points):
    """Distance [m] of each point to the nearest triangle."""
    found = np.full(len(points), np.inf)
    for i in range(len(points)):
        for t in range(len(corners)):
            x, y, z = points[i]
            found[i] = min(found[i], distance_to_triangle(corners, t, x, y, z))
    return found


def distance(design, primitive, points, flap):
    """Distance [m] of points (…, 3) in the head's frame to one part's surface."""
    origin = np.array(design.links[primitive.link].position) - design.links[HEAD].position
    origin[2] -= flap if primitive.link == SLEEVE else 0.0
    local = (points - origin - np.array(primitive.position)).reshape(-1, 3)
    if primitive.kind is PrimitiveKind.MESH:
        found = nearest(primitive.corners.reshape(-1, 9), local) - primitive.size[0]
    else:
        radius, half, _ = primitive.size
        across = np.maximum(np.hypot(local[:, 0], local[:, 1]) - radius, 0.0)
        found = np.hypot(across, np.maximum(np.abs(local[:, 2]) - half, 0.0))
    return found.reshape(points.shape[:-1])


def gap(design, points, flap, without=()):
    """Distance of points in the head's frame to the nearest surface."""
    parts = [p for p in design.primitives if p.part not in without]
    return np.min([distance(design, p, points, flap) for p in parts], axis=0)


SIDE = np.arange(0.0, 0.19, GRID)
AXES = [SIDE, SIDE, np.arange(-0.1, 0.1, GRID)]


@cache
def mapped(sampler, flap):
    """Distances on the grid to each part, by its name; the design's container."""
    design = gas_head_design(CraftParameters(), sampler)
    points = np.stack(np.meshgrid(*AXES, indexing="ij"), axis=-1)
    parts = {p.part: distance(design, p, points, flap) for p in design.primitives}
    return parts, design.container


def container_is_closed(sampler, flap, without=()):
    """No path of a grain's centre leads from the container to the outside."""
    parts, ring = mapped(sampler, flap)
    free = np.min([d for part, d in parts.items() if part not in without], axis=0) > GRAIN
    regions, _ = ndimage.label(free)
    inside = [0.5 * (ring.inner_radius + ring.outer_radius), 0.0, ring.centre[2]]
    start = tuple(int(np.argmin(np.abs(a - c))) for a, c in zip(AXES, inside, strict=True))
    assert regions[start] > 0
    return regions[start] != regions[-1, -1, 0]


def travel_of(sampler):
    """Way [m] of the sleeve."""
    return HeadGeometry(sampler, CraftParameters()).flap_travel


@pytest.fixture(scope="module")
def design():
    return gas_head_design(CraftParameters(), PLAIN)


def test_the_container_is_closed_with_the_sleeve_down_and_open_with_it_up():
    assert container_is_closed(PLAIN, travel_of(PLAIN))
    assert not container_is_closed(PLAIN, 0.0)


@pytest.mark.parametrize("part", ["sleeve", "plate", "outer_wall", "roof", "throat_wall"])
def test_without_any_of_its_walls_the_container_would_leak(part):
    assert not container_is_closed(PLAIN, travel_of(PLAIN), without=(part,))


def test_the_cover_shuts_the_window_even_with_the_sleeve_up():
    assert container_is_closed(GasHeadParameters(inlet_shut=True), 0.0)


def test_a_head_of_another_size_stays_closed():
    sampler = GasHeadParameters(throat_radius=0.07, plate_radius=0.15, inlet_height=0.03)
    assert container_is_closed(sampler, travel_of(sampler))
    assert not container_is_closed(sampler, 0.0)


def test_the_way_through_throat_and_window_passes_a_32_mm_grain(design):
    inlet, p = design.inlet, GasHeadParameters()
    radius = 0.5 * (p.stem_radius + p.throat_radius)
    up = [[radius, 0.0, inlet.centre[2] + dz] for dz in np.linspace(-0.08, 0.02, 21)]
    level = inlet.centre[2] + 0.5 * p.inlet_height
    out = [[r, 0.0, level] for r in np.linspace(radius, 0.12, 21)]
    assert gap(design, np.array(up + out), 0.0).min() > 0.016


def test_the_sleeve_slides_clear_of_the_heads_walls(design):
    sleeve = design.primitives[-1]
    assert sleeve.part == "sleeve"
    corners = sleeve.corners.reshape(-1, 3)
    middles = sleeve.corners.mean(axis=1)
    for travel in np.linspace(0.0, design.flap_travel, 9):
        moved = np.concatenate([corners, middles])
        moved = moved + np.array(design.links[SLEEVE].position) - design.links[HEAD].position
        moved[:, 2] -= travel
        clear = gap(design, moved, travel, without=("sleeve",)) - sleeve.size[0]
        assert clear.min() > 0.9 * CLEARANCE


def test_the_reference_points_and_feet_stand_on_the_plates_underside(design):
    geometry = HeadGeometry(GasHeadParameters(), CraftParameters())
    height = design.links[HEAD].position[2] + design.reference_points[:, 2]
    assert np.allclose(height, geometry.origin_height, rtol=1e-12)
    for foot in design.links[HEAD].ground_shapes:
        assert foot.centre[2] - foot.radius == pytest.approx(-geometry.centre, rel=1e-12)
    assert np.allclose(np.linalg.norm(design.reference_points[:, :2], axis=1), 0.16)


def test_a_ring_holds_what_lies_between_its_radii_and_heights():
    ring = Ring(link=0, centre=(1.0, 0.0, 0.0), inner_radius=1.0, outer_radius=2.0, half_height=0.5)
    points = [[2.5, 0, 0], [1, 1.5, 0.4], [1, 0, 0], [3.1, 0, 0], [2.5, 0, 0.6], [-0.5, 0, -0.5]]
    assert ring.contains(np.array(points)).tolist() == [True, True, False, False, False, True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("throat_radius", 0.15),
        ("stem_radius", 0.08),
        ("sill_height", 0.005),
        ("nozzle_height", 0.03),
        ("inlet_height", 0.005),
    ],
)
def test_a_sampler_whose_parts_do_not_fit_is_refused(name, value):
    with pytest.raises(ConfigError) as refusal:
        GasHeadParameters(**{name: value})
    assert refusal.value.key == f"mechanism.{name}"


def test_gas_released_is_less_than_the_bottle_holds():
    sampler = GasHeadParameters()
    assert sampler.gas_released == pytest.approx(sampler.gas_mass * (1 - np.exp(-2.5)), rel=1e-12)


def test_the_experiment_flies_the_gas_head_on_a_bed_that_holds_it():
    path = Path(__file__).parents[3] / "experiments" / "gas_head.toml"
    case = load_experiment(path).case(0)
    assert isinstance(case.mechanism, GasHeadParameters)
    design = design_of(case.craft, case.mechanism)
    assert design.mass.sum() == pytest.approx(case.craft.mass, rel=1e-12)
    room = min(case.regolith.width_x, case.regolith.width_y) - 2.0 * case.mechanism.plate_radius
    assert room >= 4.0 * case.regolith.diameter_max
    assert replace(case.mechanism, gas_mass=0.0).gas_released == 0.0
