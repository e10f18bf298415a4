"""Sites: where the ray meets the surface, the frame P there, and what the report says."""

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid.environment import SurveyParameters
from sampling_sim.asteroid.field import site_field
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.parameters import AsteroidParameters, SiteParameters
from sampling_sim.asteroid.shape import Shape, load_shape, shape_from_mesh
from sampling_sim.asteroid.site import (
    escape_speed,
    expansion_points,
    load_site,
    site_at,
    site_environment,
    surface_slope,
)
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.asteroid.survey import face_report, survey
from sampling_sim.constants import GRAVITATIONAL_CONSTANT as G
from sampling_sim.errors import ShapeError
from sampling_sim.frames import patch_rotation

RADIUS, DENSITY, PERIOD = 10.0, 2700.0, 1674.0


@pytest.fixture(scope="module")
def sphere() -> Shape:
    mesh = trimesh.creation.icosphere(subdivisions=3, radius=RADIUS)
    return shape_from_mesh(mesh.vertices, mesh.faces)


def shape_in_b(mesh) -> Shape:
    """Shape whose body frame is the mesh's own, wherever its mass lies."""
    loaded = shape_from_mesh(mesh.vertices, mesh.faces)
    return Shape(**{**vars(loaded), "vertices": np.array(mesh.vertices)})


def test_site_lies_in_the_asked_direction(sphere):
    """Latitude and longitude of the position are those asked for, to round-off."""
    for lat, lon in [(0.3, -2.0), (-1.2, 0.4), (np.pi / 2, 0.0), (0.0, np.pi)]:
        x, y, z = site_at(sphere, lat, lon).position_b
        assert np.arctan2(z, np.hypot(x, y)) == pytest.approx(lat, abs=1e-12)
        if abs(lat) < 1.5:
            assert np.exp(1j * np.arctan2(y, x)) == pytest.approx(np.exp(1j * lon), abs=1e-12)


def test_site_lies_on_its_face_with_the_normal_outward(sphere):
    site = site_at(sphere, 0.3, -2.0)
    corners = sphere.vertices[sphere.faces[site.face]]
    assert np.abs((corners - site.position_b) @ site.normal_b).max() <= 1e-13 * RADIUS
    assert site.normal_b @ site.position_b > 0.98 * RADIUS


def test_outermost_of_several_surfaces_is_taken():
    """A ring about z: from its middle a ray meets the inner wall, then the outer one."""
    ring = shape_in_b(trimesh.creation.annulus(r_min=3.0, r_max=8.0, height=2.0, sections=64))
    assert np.linalg.norm(site_at(ring, 0.0, 0.1).position_b) == pytest.approx(8.0, rel=2e-3)


def test_direction_without_surface_is_refused():
    ring = shape_in_b(trimesh.creation.annulus(r_min=3.0, r_max=8.0, height=2.0, sections=64))
    with pytest.raises(ShapeError) as error:
        site_at(ring, np.pi / 2, 0.0)
    assert error.value.code == "no-surface"


@pytest.mark.parametrize("lat", [0.0, 0.7, -1.2])
def test_patch_frame_is_east_north_up(sphere, lat):
    """Axes z = n, x = unit(ω × n), right-handed; the spin has no component along x."""
    site = site_at(sphere, lat, 0.8)
    x, y, z = site.rotation_bp.T
    east = np.cross([0.0, 0.0, 1.0], site.normal_b)
    assert x == pytest.approx(east / np.linalg.norm(east), abs=1e-14)
    assert y == pytest.approx(np.cross(z, x), abs=1e-14)
    assert z == pytest.approx(site.normal_b, abs=1e-14)
    spin = site_environment(sphere, DENSITY, PERIOD, site)["spin"]
    assert spin[0] == pytest.approx(0.0, abs=1e-15)
    assert np.linalg.norm(spin) == pytest.approx(2.0 * np.pi / PERIOD, rel=1e-14)


@pytest.mark.parametrize("pole", [1.0, -1.0])
def test_at_a_pole_x_is_the_bodys_x(pole):
    """Where n is parallel to ω, x is the projection of +x_B."""
    rotation = patch_rotation(np.array([0.0, 0.0, pole]), np.array([0.0, 0.0, 1.0]))
    assert rotation[:, 0] == pytest.approx([1.0, 0.0, 0.0], abs=1e-15)
    assert np.linalg.det(rotation) == pytest.approx(1.0, rel=1e-14)


def test_site_on_a_vertex_takes_the_gradient_of_its_face(sphere):
    """The axes of an icosphere are vertices: the gradient is that of a point inside the face."""
    site, gravity = site_at(sphere, 0.0, 0.0), GravityPolyhedron(sphere, DENSITY)
    with pytest.raises(ValueError, match="edge"):
        gravity.gradient(site.position_b)
    field = site_field(gravity, UniformSpin(PERIOD), site)
    scale = 4.0 * np.pi * G * DENSITY
    assert np.trace(field.gradient_exterior) == pytest.approx(0.0, abs=1e-12 * scale)
    assert np.trace(field.gradient_interior) == pytest.approx(-scale, rel=1e-12)


def test_centrifugal_is_that_of_the_distance_from_the_axis(sphere):
    site = site_at(sphere, 0.7, 0.2)
    report = site_environment(sphere, DENSITY, PERIOD, site)
    x, y, _ = site.position_b
    expected = (2.0 * np.pi / PERIOD) ** 2 * np.array([x, y, 0.0])
    assert site.rotation_bp @ report["centrifugal"] == pytest.approx(expected, rel=1e-12, abs=1e-18)
    total = np.add(report["gravity"], report["centrifugal"])
    assert report["effective_acceleration"] == pytest.approx(total, rel=1e-14)


@pytest.mark.parametrize("degrees", [0.0, 34.0, 90.0, 150.0, 180.0])
def test_slope_is_the_angle_between_the_normal_and_up(degrees):
    angle = np.radians(degrees)
    pull = -1e-5 * np.array([0.6 * np.sin(angle), -0.8 * np.sin(angle), np.cos(angle)])
    assert surface_slope(pull) == pytest.approx(angle, abs=1e-12)


def test_loose_grains_stay_below_the_friction_angle(sphere):
    """On a slow sphere the slope is the tilt of the face, some degrees."""
    site = site_at(sphere, 0.3, 0.3)
    slope = site_environment(sphere, DENSITY, 1e7, site)["slope"]
    assert 0.0 < slope < np.radians(8.0)
    for angle, stays in ((slope * 1.01, True), (slope * 0.99, False)):
        report = site_environment(sphere, DENSITY, 1e7, site, friction_angle=angle)
        assert report["retains_loose_grains"] is stays


def test_escape_speed_without_rotation_is_the_textbook_one(sphere):
    """√(2GM/r), to the facets' area."""
    gravity, site = GravityPolyhedron(sphere, DENSITY), site_at(sphere, 0.3, 0.3)
    expected = np.sqrt(2.0 * G * gravity.mass / RADIUS)
    assert escape_speed(gravity, UniformSpin(1e12), site) == pytest.approx(expected, rel=5e-3)


def test_escape_speed_gives_zero_energy_and_vanishes_on_a_fast_body(sphere):
    """½|v n + ω × r|² = U at the speed given, for a rotation that carries part of it."""
    gravity, site = GravityPolyhedron(sphere, DENSITY), site_at(sphere, 0.3, 0.3)
    spin = UniformSpin(12_000.0)
    speed = escape_speed(gravity, spin, site)
    velocity = speed * site.normal_b + np.cross(spin.angular_velocity_b, site.position_b)
    potential = gravity.potential(site.position_b)[0]
    assert 0.5 * velocity @ velocity == pytest.approx(potential, rel=1e-12)
    assert speed < escape_speed(gravity, UniformSpin(1e12), site)
    assert escape_speed(gravity, UniformSpin(1674.0), site) == 0.0


def test_report_has_the_documented_keys_and_plain_values(sphere):
    report = site_environment(sphere, DENSITY, PERIOD, site_at(sphere, 0.1, 0.1))
    assert list(report) == [
        "position", "normal", "gravity", "centrifugal", "effective_acceleration",
        "gravity_gradient", "spin", "slope", "retains_loose_grains", "escape_speed",
        "needed_cohesion", "coriolis_displacement", "expansion_error",
    ]  # fmt: skip
    assert {type(value) for value in report.values()} == {list, float, bool}


def test_report_and_survey_agree_on_one_place(sphere):
    """A sample of the map and the site in its direction lie on one face, at one point."""
    whole = survey(sphere, DENSITY, UniformSpin(PERIOD), SurveyParameters(grain_size=0.02))
    sample = face_report(whole.surface, whole.environment, 77)
    site = site_at(sphere, sample["lat"], sample["lon"])
    assert site.position_b == pytest.approx(sample["position"], abs=1e-12 * RADIUS)
    parameters = SurveyParameters(grain_size=0.02)
    report = site_environment(sphere, DENSITY, PERIOD, site, parameters=parameters)
    for name in ("slope", "needed_cohesion", "escape_speed", "coriolis_displacement"):
        assert report[name] == pytest.approx(sample[name], rel=1e-9), name
    assert report["effective_acceleration"][2] == pytest.approx(
        sample["normal_acceleration"], rel=1e-9
    )


def test_expansion_error_is_that_against_the_polyhedron(sphere):
    """Largest over the stated box; it grows as the square of the place's own scale, not to 0."""
    site, gravity = site_at(sphere, 0.1, 0.1), GravityPolyhedron(sphere, DENSITY)
    report = site_environment(sphere, DENSITY, PERIOD, site)
    field, points = site_field(gravity, UniformSpin(PERIOD), site), expansion_points()
    gradient = np.where(
        points[:, 2:] < 0.0, points @ field.gradient_interior.T, points @ field.gradient_exterior.T
    )
    in_b = site.position_b + points @ site.rotation_bp.T
    off = field.gravity + gradient - gravity.acceleration(in_b) @ site.rotation_bp
    assert report["expansion_error"] == pytest.approx(np.linalg.norm(off, axis=1).max(), rel=1e-9)
    assert 0.0 < report["expansion_error"] < 0.1 * np.linalg.norm(report["gravity"])
    assert np.ptp(points, axis=0) == pytest.approx([0.5, 0.5, 0.75])


def test_load_site_puts_the_parameters_to_use():
    asteroid = AsteroidParameters(density=1900.0, period=3600.0, extents=(20.0, 14.3, 12.0))
    place = load_site(asteroid, SiteParameters(lat=0.4, lon=-0.3))
    assert place.gravity.mass == pytest.approx(1900.0 * load_shape("kamooalewa").volume, rel=1e-14)
    assert np.linalg.norm(place.field.spin) == pytest.approx(2.0 * np.pi / 3600.0, rel=1e-14)
    assert (place.site.lat, place.site.lon) == (0.4, -0.3)
    with pytest.raises(ShapeError, match="expected"):
        load_site(AsteroidParameters(extents=(58.0, 36.0, 36.0)), SiteParameters())
