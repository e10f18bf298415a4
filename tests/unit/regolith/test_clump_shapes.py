"""Clump templates: mass properties of solids in closed form, spheres that stand for a surface."""

from math import pi

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid.shape import shape_from_mesh
from sampling_sim.errors import ShapeError
from sampling_sim.regolith.clump_shapes import (
    ellipsoid_template,
    filled,
    mesh_template,
    solid_template,
    sphere_template,
)
from sampling_sim.regolith.shape_parameters import PEBBLE_RATIOS


def ellipsoid_mesh(short, middle):
    """Fine mesh of the ellipsoid of volume-equal diameter 1, long axis along x."""
    semi = np.array([1.0, middle, short])
    ball = trimesh.creation.icosphere(subdivisions=5)
    ball.vertices *= semi * 0.5 / np.cbrt(semi.prod())
    return ball


def signed_gaps(points, template, swell=0.0):
    """Distance of points to the surface of the spheres, negative inside them."""
    step = np.linalg.norm(points[:, None] - template.centre, axis=2)
    return (step - template.radius - swell).min(axis=1)


def union_volume(template, count=200_000):
    """Volume of the spheres together, by points thrown into the box round them."""
    half = template.extent
    points = np.random.default_rng(1).uniform(-half, half, (count, 3))
    return (2.0 * half) ** 3 * float((signed_gaps(points, template) < 0.0).mean())


@pytest.mark.parametrize(("short", "middle"), PEBBLE_RATIOS)
def test_an_ellipsoid_has_the_inertia_of_the_solid_not_of_its_spheres(short, middle):
    """Closed form against the integrals over a fine mesh (facets: 0.1 %); spheres' sum fails."""
    template = ellipsoid_template(short, middle, 5)
    mesh = ellipsoid_mesh(short, middle)
    expected = np.diag(mesh.mass_properties.inertia) / mesh.volume
    assert template.inertia == pytest.approx(expected, rel=2e-3)
    mass = template.radius**3 / (template.radius**3).sum()
    square = (template.centre**2).sum(1)[:, None] - template.centre**2
    spheres = mass @ (square + 0.4 * template.radius[:, None] ** 2)
    assert np.abs(spheres / expected - 1.0).max() > 0.05


@pytest.mark.parametrize(("short", "middle"), PEBBLE_RATIOS)
def test_spheres_stand_out_as_much_as_they_fall_short_and_more_of_them_fit_closer(short, middle):
    """Mean gap 0 within 4 standard errors of two samples, rms as stated, on other points."""
    points, _ = trimesh.sample.sample_surface(ellipsoid_mesh(short, middle), 4000, seed=7)
    errors = []
    for members in (3, 5, 9):
        template = ellipsoid_template(short, middle, members)
        gap = signed_gaps(points, template)
        assert abs(gap.mean()) < 4.0 * template.surface_error * (1 / 1500 + 1 / 4000) ** 0.5
        assert gap.std() == pytest.approx(template.surface_error, rel=0.1)
        errors.append(template.surface_error)
    assert errors[0] > errors[1] > errors[2]
    assert errors[1] < 0.04
    # must fail: the inscribed balls as they are, all on one side
    assert signed_gaps(points, template, -3.0 * errors[2]).mean() > 2.0 * errors[2]


@pytest.mark.parametrize(("short", "middle"), PEBBLE_RATIOS)
def test_the_spheres_together_have_the_volume_of_the_solid(short, middle):
    """Within 4 %: a mean gap of 0 leaves the curvature of the dents, second order in the error."""
    assert union_volume(ellipsoid_template(short, middle, 9)) == pytest.approx(pi / 6, rel=0.04)


def test_equal_axes_make_a_sphere():
    """Radius 1/2 but for the facets and the sampling, inertia 0.1 m d²."""
    template = ellipsoid_template(1.0, 1.0, 5)
    assert template.inertia == pytest.approx(sphere_template().inertia, rel=1e-12)
    assert template.extent == pytest.approx(0.5, rel=0.01)
    assert template.surface_error < 0.002
    assert sphere_template().step_factor() == 1.0


def dumbbell():
    """Two balls of radius 1 m, 3 m apart, off the origin and turned."""
    balls = [trimesh.creation.icosphere(subdivisions=4) for _ in range(2)]
    balls[1].apply_translation([3.0, 0.0, 0.0])
    both = trimesh.util.concatenate(balls)
    both.apply_transform(trimesh.transformations.rotation_matrix(0.7, [1, 2, 3], [0, 0, 5]))
    return shape_from_mesh(both.vertices, both.faces, "dumbbell")


def test_a_dumbbell_is_filled_with_its_two_balls_and_has_their_moments():
    """2·(2/5 m r²) along, that + 2 m (3/2)² across; facets 0.3 %; its spheres are the balls."""
    template = solid_template(dumbbell(), 2)
    diameter = np.cbrt(2.0) * 2.0  # of two unit balls together
    along, across = 0.4, 0.4 + 1.5**2  # over the whole mass and r²
    moments = np.sort(template.inertia * diameter**2)
    assert moments == pytest.approx([along, across, across], rel=5e-3)
    assert template.radius * diameter == pytest.approx([1.0, 1.0], rel=0.01)
    arm = np.linalg.norm(template.centre, axis=1) * diameter
    assert arm == pytest.approx([1.5, 1.5], rel=0.01)
    # must fail: one ball cannot stand for it
    assert solid_template(dumbbell(), 1).surface_error > 30.0 * template.surface_error


def test_a_box_file_is_a_clump_whatever_its_unit(tmp_path):
    """(b² + c²)/12, in principal axes, for a box of 3 x 2 x 1 and one a hundred times smaller."""
    box = trimesh.creation.box(extents=(3.0, 2.0, 1.0))
    found = []
    for scale in (1.0, 0.01):
        small = box.copy()
        small.apply_scale(scale)
        small.apply_translation([scale, -scale, scale])
        path = tmp_path / f"box{scale:g}.stl"
        small.export(path)
        found.append(mesh_template(str(path), 12))
    expected = np.sort([5.0, 10.0, 13.0]) / 12.0 / np.cbrt(6.0 / pi * 6.0) ** 2
    for template in found:
        assert np.sort(template.inertia) == pytest.approx(expected, rel=1e-5)
        assert template.surface_error < 0.06
    assert found[0].centre == pytest.approx(found[1].centre, abs=1e-4)


def test_filling_is_the_same_every_time():
    """Points of the surface come from a fixed seed."""
    mesh = ellipsoid_mesh(0.5, 0.7)
    one, two = (filled(mesh.vertices, mesh.faces, 5) for _ in range(2))
    assert (one[0] == two[0]).all()
    assert (one[1] == two[1]).all()


def test_a_member_far_from_the_middle_shortens_the_step():
    """A push at an arm meets less mass: factor below 1, and lower for the longer pebbles."""
    round_, long_ = (ellipsoid_template(*ratios, 5) for ratios in PEBBLE_RATIOS)
    assert 0.6 < long_.step_factor() < round_.step_factor() < 1.0


def test_bad_meshes_are_named(tmp_path):
    """One clear line each."""
    with pytest.raises(ShapeError, match="no such mesh"):
        mesh_template(str(tmp_path / "none.stl"), 5)
    open_box = trimesh.creation.box()
    open_box.update_faces(np.arange(12) > 1)
    path = tmp_path / "open.stl"
    open_box.export(path)
    with pytest.raises(ShapeError, match=r"closed|edge"):
        mesh_template(str(path), 5)
