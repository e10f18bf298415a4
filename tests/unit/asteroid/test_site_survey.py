"""The whole surface: samples, map directions, the quantities of the map, and the best sites."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid.environment import (
    SurveyParameters,
    escape_speeds,
    lift_acceleration,
    needed_cohesion,
    surface_environment,
)
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import Shape, load_shape, shape_from_mesh
from sampling_sim.asteroid.site import site_at
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.asteroid.surface import connected_regions, facing_faces, surface_samples
from sampling_sim.asteroid.survey import best_sites, survey
from sampling_sim.constants import GRAVITATIONAL_CONSTANT as G

DENSITY, RADIUS = 2700.0, 10.0


@pytest.fixture(scope="module")
def sphere() -> Shape:
    mesh = trimesh.creation.icosphere(subdivisions=3, radius=RADIUS)
    return shape_from_mesh(mesh.vertices, mesh.faces)


@pytest.fixture(scope="module")
def fragment() -> Shape:
    return load_shape("kamooalewa")


@pytest.fixture(scope="module")
def turning(fragment):
    return survey(fragment, DENSITY, UniformSpin(1674.0), SurveyParameters())


def test_samples_keep_the_area_the_volume_and_the_planes(fragment):
    """Quartering moves nothing: equal to round-off, and at least as many as asked for."""
    surface = surface_samples(fragment, least_faces=2000)
    assert len(surface.faces) == 162 * 4**2
    coarse = surface_samples(fragment, least_faces=1)
    assert surface.area.sum() == pytest.approx(coarse.area.sum(), rel=1e-13)
    flux = np.sum(surface.area * np.einsum("ij,ij->i", surface.centre, surface.normal)) / 3.0
    assert flux == pytest.approx(fragment.volume, rel=1e-12)


def test_each_map_direction_meets_the_face_that_its_site_has(turning):
    """Against the ray of `site_at`, at 200 directions, rows and columns at the borders included."""
    rows, columns = 90, 180
    face = facing_faces(turning.surface, rows, columns)
    rng = np.random.default_rng(3)
    corners = [(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)]
    for i, j in [*corners, *rng.integers((rows, columns), size=(200, 2))]:
        lat, lon = (0.5 - (i + 0.5) / rows) * np.pi, ((j + 0.5) / columns - 0.5) * 2.0 * np.pi
        normal = site_at(turning.shape, lat, lon).normal_b
        assert turning.surface.normal[face[i, j]] == pytest.approx(normal, abs=1e-9)
    assert len(np.unique(face)) > 1000


def test_map_takes_the_outermost_of_several_surfaces():
    """A ring about z: towards the poles there is none, at the equator the outer wall."""
    mesh = trimesh.creation.annulus(r_min=3.0, r_max=8.0, height=2.0, sections=64)
    loaded = shape_from_mesh(mesh.vertices, mesh.faces)
    surface = surface_samples(loaded, 5000)
    face = facing_faces(surface, 19, 40)
    assert (face[0] == -1).all()
    distance = np.linalg.norm(surface.centre[face[9]][:, :2], axis=1)
    assert distance == pytest.approx(8.0, rel=2e-2)


def sphere_environment(shape, period, parameters):
    """One sample a face: there the normal is radial, the sphere's own."""
    surface, gravity = surface_samples(shape, least_faces=1), GravityPolyhedron(shape, DENSITY)
    return surface, surface_environment(surface, gravity, UniformSpin(period), parameters)


def test_sphere_that_turns_has_the_closed_forms(sphere):
    """a_n = −GM/r² + ω²r cos²φ and so on, within 2 %: the facets lie up to 1 % under the sphere."""
    rate = 0.8 * np.sqrt(4.0 / 3.0 * np.pi * G * DENSITY)
    parameters = SurveyParameters(touchdown_time=3.0, approach_speed=0.1)
    surface, found = sphere_environment(sphere, 2.0 * np.pi / rate, parameters)
    lat = np.arcsin(surface.centre[:, 2] / np.linalg.norm(surface.centre, axis=1))
    gravity = 4.0 / 3.0 * np.pi * G * DENSITY * RADIUS
    outward = rate**2 * RADIUS * np.cos(lat) ** 2
    assert found.normal_acceleration == pytest.approx(outward - gravity, abs=0.02 * gravity)
    along = rate**2 * RADIUS * np.abs(np.sin(lat) * np.cos(lat))
    slope = np.arctan2(along, gravity - outward)
    assert np.abs(found.slope - slope).max() < 0.02
    rim = rate * RADIUS * np.cos(lat)
    speed = np.sqrt(2.0 * gravity * RADIUS - rim**2)
    assert found.escape_speed == pytest.approx(speed, rel=0.02)
    displacement = rate * np.cos(lat) * 0.1 * 3.0**2
    assert np.abs(found.coriolis_displacement - displacement).max() < 0.02 * displacement.max()
    # the must-fail twin: without rotation none of it is so
    _, still = sphere_environment(sphere, 1e9, parameters)
    assert np.abs(still.normal_acceleration - (outward - gravity)).max() > 0.1 * gravity
    assert np.abs(still.slope - slope).max() > 0.1
    assert np.abs(still.escape_speed - speed).max() > 0.1 * speed.max()
    assert np.abs(still.coriolis_displacement - displacement).max() > 0.9 * displacement.max()


@pytest.mark.parametrize("degrees", [0.0, 20.0, 34.9])
def test_grain_stays_without_cohesion_below_the_friction_angle(degrees):
    slope, pull = np.radians(degrees), 3e-5
    lift = lift_acceleration(-pull * np.cos(slope), pull * np.sin(slope), np.radians(35.0))
    assert lift < 0.0
    assert needed_cohesion(lift, SurveyParameters()) == 0.0


def test_needed_cohesion_balances_the_forces_on_a_grain():
    """μ(F − m a_n) = m a_t at the limit, with F = σ π d²/4: residual 0 to round-off."""
    parameters = SurveyParameters(grain_size=0.03, grain_density=3100.0)
    normal, along, friction = 2e-5, 5e-5, np.tan(parameters.friction_angle)
    lift = lift_acceleration(normal, along, parameters.friction_angle)
    attraction = needed_cohesion(lift, parameters) * np.pi / 4.0 * 0.03**2
    mass = 3100.0 * np.pi / 6.0 * 0.03**3
    assert friction * (attraction - mass * normal) == pytest.approx(mass * along, rel=1e-13)
    # the must-fail twin: half the grain needs half the stress
    half = needed_cohesion(lift, replace(parameters, grain_size=0.015))
    assert half == pytest.approx(0.5 * needed_cohesion(lift, parameters), rel=1e-13)


def test_without_friction_only_level_ground_keeps_a_grain():
    lift = lift_acceleration(np.array([-1e-5, -1e-5]), np.array([0.0, 1e-9]), 0.0)
    assert lift[0] == -1e-5
    assert np.isinf(lift[1])


def test_escape_speed_is_zero_where_the_surface_itself_escapes():
    normal = np.array([[0.0, 0.0, 1.0]] * 2)
    rim = np.array([[0.03, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert escape_speeds(np.array([1e-4, 1e-4]), rim, normal) == pytest.approx([0.0, np.sqrt(2e-4)])


def test_best_sites_are_the_two_poles_of_the_default_body(turning):
    """Facts §1: loose grains rest only within 0.3 m of the spin axis (an ellipsoid)."""
    sites = best_sites(turning)
    assert len(sites) == 2
    assert sites[0]["lat"] * sites[1]["lat"] < 0.0
    for site in sites:
        assert np.hypot(*site["position"][:2]) < 0.5
        assert site["slope"] < np.radians(35.0)
        assert site["needed_cohesion"] == 0.0
    assert sites[0]["retained_area"] >= sites[1]["retained_area"]
    assert sum(site["retained_area"] for site in sites) == pytest.approx(
        turning.report()["retained_area"], rel=1e-12
    )


def test_areas_have_converged_where_those_of_the_map_have_not(fragment, turning):
    """A step of four in the samples changes the area by less than 5 %; the map's is far off."""
    fine = turning.fine
    assert len(fine.surface.faces) >= 4**5 * len(fragment.faces)
    coarser = survey(
        fragment, DENSITY, UniformSpin(1674.0), SurveyParameters(),
        least_faces=len(fine.surface.faces) // 4,
    )  # fmt: skip
    area = [s.surface.area[s.environment.retained].sum() for s in (fine, coarser, turning)]
    assert area[1] == pytest.approx(area[0], rel=0.05)
    assert area[2] != pytest.approx(area[0], rel=0.2)
    assert turning.report()["retained_area"] == pytest.approx(area[0], rel=1e-12)


def test_constraints_leave_fewer_sites(turning):
    largest, second = (site["retained_area"] for site in best_sites(turning))
    for change in ({"min_area": 0.5 * (largest + second)}, {"max_slope": 1e-5}):
        narrowed = replace(turning, parameters=replace(turning.parameters, **change))
        assert len(best_sites(narrowed)) == (0 if "max_slope" in change else 1), change


def test_enough_cohesion_keeps_grains_everywhere(fragment, turning):
    """The largest cohesion that the survey names is the one: all in one region, and just so."""
    least = turning.report()["largest_cohesion"]
    for factor, regions in ((1.0, True), (0.99, False)):
        parameters = SurveyParameters(cohesion=factor * least)
        held = survey(fragment, DENSITY, UniformSpin(1674.0), parameters)
        assert bool(held.environment.retained.all()) is regions
    assert 0.9 < turning.report()["outward_share"] < 0.95


def test_regions_are_faces_that_hang_together_through_sides(sphere):
    surface = surface_samples(sphere)
    caps = np.abs(surface.centre[:, 2]) > 0.7 * RADIUS
    region = connected_regions(surface, caps)
    assert set(region[~caps]) == {-1}
    north = region[surface.centre[:, 2] > 0.7 * RADIUS]
    south = region[surface.centre[:, 2] < -0.7 * RADIUS]
    assert len(set(north)) == len(set(south)) == 1
    assert north[0] != south[0]
