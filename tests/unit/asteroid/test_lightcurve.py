"""Brightness against closed forms: cube, sphere, ellipsoids; the registered models' amplitudes."""

import re

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid.fragment import fragment_shape
from sampling_sim.asteroid.lightcurve import (
    amplitude,
    brightness,
    convex_facets,
    light_curve,
    light_curve_report,
)
from sampling_sim.asteroid.parameters import FragmentParameters
from sampling_sim.asteroid.registry import registered_shapes
from sampling_sim.asteroid.shape import load_shape, shape_from_mesh

SEMI_AXES = np.array([10.0, 7.15, 6.0])


def ellipsoid(semi_axes=SEMI_AXES, subdivisions=4):
    sphere = trimesh.creation.icosphere(subdivisions=subdivisions)
    return shape_from_mesh(np.asarray(sphere.vertices) * semi_axes, sphere.faces)


@pytest.fixture(scope="module")
def body():
    return convex_facets(ellipsoid())


@pytest.fixture(scope="module")
def ball():
    return convex_facets(ellipsoid(np.full(3, 9.0)))


def projected_area(semi_axes, directions):
    """π abc √(u²/a² + v²/b² + w²/c²) of an ellipsoid along (u, v, w)."""
    return np.pi * np.prod(semi_axes) * np.linalg.norm(directions / semi_axes, axis=1)


def test_amplitude_of_an_ellipsoid_seen_equator_on_is_that_of_its_axis_ratio(body):
    """2.5 log10(a/b) at zero phase; facets of angle h leave some h²/8 = 6e-4 of the area."""
    expected = 2.5 * np.log10(SEMI_AXES[0] / SEMI_AXES[1])
    assert amplitude(light_curve(body)) == pytest.approx(expected, abs=6e-4)
    # must-fail twins: the other axes' ratio, and a body that turns about x
    assert abs(2.5 * np.log10(SEMI_AXES[0] / SEMI_AXES[2]) - expected) > 0.1
    about_x = convex_facets(ellipsoid(SEMI_AXES[[2, 1, 0]]))
    assert abs(amplitude(light_curve(about_x)) - expected) > 0.1


@pytest.mark.parametrize("latitude", [0.0, 0.4, -1.1, np.pi / 2])
def test_brightness_at_zero_phase_is_the_projected_area(body, latitude):
    """At every step of the turn, from any latitude, short of it by the facets, below 0.3 %."""
    turn = np.arange(24) * np.pi / 12
    c, s = np.cos(latitude), np.sin(latitude)
    directions = np.column_stack([c * np.cos(turn), -c * np.sin(turn), np.full(24, s)])
    found = light_curve(body, latitude=latitude, steps=24)
    assert found == pytest.approx(projected_area(SEMI_AXES, directions), rel=3e-3)
    other = projected_area(SEMI_AXES, directions[:, [0, 2, 1]])
    assert np.abs(found / other - 1.0).max() > 0.1  # the must-fail twin


def test_finer_facets_come_nearer():
    """The error of the mean area falls with the area of a facet, by 4 a subdivision."""
    direction = np.array([[0.6, 0.48, 0.64]])
    exact = projected_area(SEMI_AXES, direction)[0]
    errors = [
        exact - brightness(convex_facets(ellipsoid(subdivisions=n)), direction, direction)[0]
        for n in (2, 3, 4)
    ]
    assert min(errors) > 0.0
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.2)
    assert errors[1] / errors[2] == pytest.approx(4.0, rel=0.2)


def test_a_cube_is_exact():
    """|cos| + |sin| times a face: amplitude 2.5 log10 √2, to round-off."""
    box = trimesh.creation.box((2.0, 2.0, 2.0))
    curve = light_curve(convex_facets(shape_from_mesh(np.array(box.vertices), box.faces)))
    turn = np.radians(np.arange(360))
    assert curve == pytest.approx(4.0 * (np.abs(np.cos(turn)) + np.abs(np.sin(turn))), rel=1e-12)
    assert amplitude(curve) == pytest.approx(1.25 * np.log10(2.0), rel=1e-12)


def test_a_sphere_follows_the_phase_function_of_the_law(ball):
    """1 − sin(α/2) tan(α/2) ln cot(α/4) of Lommel and Seeliger; facets leave 1 % of a crescent."""
    angle = np.array([0.3, 1.0, 1.8, 2.6])
    half = angle / 2.0
    expected = 1.0 - np.sin(half) * np.tan(half) * np.log(1.0 / np.tan(half / 2.0))
    full = light_curve(ball).mean()
    curves = np.array([light_curve(ball, phase_angle=a, steps=30) for a in angle])
    assert np.abs(curves / full / expected[:, None] - 1.0).max() < 0.01
    # the must-fail twin: Lambert's law
    lambert = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
    assert np.abs(lambert / expected - 1.0).max() > 0.1


def test_a_body_lit_from_behind_is_dark(body):
    assert light_curve(body, phase_angle=np.pi).max() <= 1e-12 * light_curve(body).min()


def test_size_squares_the_brightness_and_leaves_the_amplitude(body):
    large = convex_facets(ellipsoid(3.0 * SEMI_AXES))
    for angle in (0.0, 0.8):
        small_curve = light_curve(body, phase_angle=angle)
        large_curve = light_curve(large, phase_angle=angle)
        assert large_curve == pytest.approx(9.0 * small_curve, rel=1e-9)
        assert amplitude(large_curve) == pytest.approx(amplitude(small_curve), rel=1e-9)


def test_amplitude_grows_with_the_phase_angle(body):
    amplitudes = [amplitude(light_curve(body, phase_angle=angle)) for angle in (0.0, 0.5, 1.0)]
    assert amplitudes[0] < amplitudes[1] - 0.05 < amplitudes[2] - 0.1


def test_hollows_are_lost():
    """The stated limit: a mesh and its convex hull have one light curve."""
    hollow = fragment_shape(FragmentParameters(seed=2, craters=12))
    hull = trimesh.convex.convex_hull(hollow.vertices)
    assert hull.volume > 1.02 * hollow.volume  # there are hollows
    filled = convex_facets(shape_from_mesh(np.array(hull.vertices), hull.faces))
    # the centre of mass moves and the axes turn: compare the areas, which are of the hull alone
    assert filled.areas.sum() == pytest.approx(convex_facets(hollow).areas.sum(), rel=1e-9)
    assert convex_facets(hollow).areas.sum() == pytest.approx(hull.area, rel=1e-9)


@pytest.mark.parametrize("name", sorted(registered_shapes()))
def test_the_registry_states_the_amplitude_that_the_mesh_shows(name):
    """To the three digits it is written with; of an ellipsoid, 2.5 log10(a/b) within 2e-3."""
    entry, report = registered_shapes()[name], light_curve_report(load_shape(name))
    stated = re.match(r"computed (\d\.\d{3}) mag .*; observed: at least 0.6 mag", entry.light_curve)
    assert stated is not None
    assert float(stated[1]) == pytest.approx(report["amplitudes"][0], abs=5e-4)
    assert report["registered"] == entry.light_curve
    if name != "kamooalewa":
        a, b, _ = entry.extents
        assert report["amplitudes"][0] == pytest.approx(2.5 * np.log10(a / b), abs=2e-3)


def test_a_mesh_of_a_registered_name_is_not_taken_for_it():
    report = light_curve_report(ellipsoid())
    assert report["registered"] == ""
    named = shape_from_mesh(*_mesh(), name="kamooalewa")
    assert light_curve_report(named)["registered"] == ""


def _mesh():
    shape = ellipsoid(subdivisions=1)
    return shape.vertices, shape.faces
