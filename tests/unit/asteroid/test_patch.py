"""Patch: the mesh's own ground, roughness of the stated statistics, slope, and the expansion."""

import numpy as np
import pytest
import trimesh

from sampling_sim.asteroid.field import PolyhedronField, expansion_error, site_field
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.patch import (
    PatchParameters,
    cut_patch,
    fractional_surface,
    mesh_height,
)
from sampling_sim.asteroid.shape import Shape, load_shape, shape_from_mesh
from sampling_sim.asteroid.site import site_at
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.errors import ShapeError

SMOOTH = PatchParameters(rms_deviation=0.0)
RADIUS = 10.0


@pytest.fixture(scope="module")
def sphere() -> Shape:
    mesh = trimesh.creation.icosphere(subdivisions=5, radius=RADIUS)
    return shape_from_mesh(mesh.vertices, mesh.faces)


@pytest.fixture(scope="module")
def fragment() -> Shape:
    return load_shape("kamooalewa")


def rng(seed=1):
    return np.random.default_rng(seed)


def test_smooth_patch_lies_on_the_mesh(sphere):
    """Every grid point, in B, lies on the faceted sphere: sagitta of 0.4 m facets, 2 mm in 10 m."""
    site = site_at(sphere, 0.5, 0.7)
    patch = cut_patch(sphere, site, SMOOTH, rng())
    in_b = site.position_b + patch.position @ site.rotation_bp.T
    distance = np.linalg.norm(in_b, axis=1)
    assert distance.max() <= RADIUS * (1.0 + 1e-12)
    assert distance.min() >= RADIUS - 0.004
    assert patch.height[32, 32] == pytest.approx(0.0, abs=1e-12)
    assert np.ptp(patch.height) > 0.01


def test_patch_across_an_edge_bends_with_the_mesh(fragment):
    """Heights are convex over a convex body, 0 on the site's own face."""
    site = site_at(fragment, 0.3, 0.4)
    patch = cut_patch(fragment, site, PatchParameters(half_width=2.0, rms_deviation=0.0), rng())
    assert patch.height.max() <= 1e-12
    assert patch.height.min() < -0.1
    assert np.abs(patch.height[31:34, 31:34]).max() <= 1e-12


def test_of_several_surfaces_the_nearest_is_taken():
    """Height of the top face of a box, not of its bottom."""
    box = trimesh.creation.box((8.0, 8.0, 4.0))
    shape = shape_from_mesh(box.vertices, box.faces)
    site = site_at(shape, np.pi / 2, 0.0)
    grid = np.linspace(-1.0, 1.0, 5)
    assert mesh_height(shape, site, grid, grid) == pytest.approx(np.zeros((5, 5)), abs=1e-12)
    wide = np.linspace(-5.0, 5.0, 11)
    height = mesh_height(shape, site, wide, wide)
    assert np.isnan(height[0, 0])
    assert height[5, 5] == pytest.approx(0.0, abs=1e-12)


def test_patch_wider_than_the_body_is_refused(fragment):
    with pytest.raises(ShapeError) as error:
        cut_patch(fragment, site_at(fragment, 0.0, 0.0), PatchParameters(half_width=15.0), rng())
    assert error.value.code == "patch-too-wide"


def test_an_even_number_of_points_has_no_site_and_is_refused(fragment):
    with pytest.raises(ShapeError, match="must be odd"):
        cut_patch(fragment, site_at(fragment, 0.0, 0.0), PatchParameters(points=64), rng())


def rms_differences(hurst, lag, draws=400, points=33):
    """Mean square difference of height over `lag` grid steps along y, and its standard error."""
    source = rng(7)
    squares = []
    for _ in range(draws):
        surface = fractional_surface(points, hurst, source)
        squares.append(np.mean((surface[lag:] - surface[:-lag]) ** 2))
    return np.mean(squares), np.std(squares) / np.sqrt(draws)


@pytest.mark.parametrize("hurst", [0.2, 0.5, 0.7, 0.75, 0.9, 0.98])
@pytest.mark.parametrize("lag", [1, 8, 32])
def test_roughness_has_the_stated_deviation_at_every_scale(hurst, lag):
    """⟨Δh²⟩ = r^2H, within 4 standard errors of 400 draws."""
    mean, error = rms_differences(hurst, lag)
    expected = (lag / 32) ** (2.0 * hurst)
    assert abs(mean - expected) < 4.0 * error
    # the must-fail twin: another exponent is told apart at the small scale
    if lag == 1:
        assert abs(mean - (lag / 32) ** (2.0 * hurst + 0.2)) > 4.0 * error


@pytest.mark.parametrize("points", [3, 5, 17, 129])
@pytest.mark.parametrize("hurst", [0.01, 0.6, 0.99])
def test_roughness_exists_for_all_sizes_and_exponents(points, hurst):
    assert np.isfinite(fractional_surface(points, hurst, rng())).all()


def test_patch_adds_the_deviation_at_its_scale(fragment):
    """√⟨Δh²⟩ at 0.1 m over 300 seeds is the stated 2 cm, within 5 % (seed spread 2 %)."""
    site = site_at(fragment, 0.3, 0.4)
    wanted = PatchParameters(half_width=0.4, points=17, rms_deviation=0.02, scale=0.1)
    flat = cut_patch(fragment, site, PatchParameters(half_width=0.4, points=17, rms_deviation=0.0),
                     rng())  # fmt: skip
    source, squares = rng(3), []
    for _ in range(300):
        rough = cut_patch(fragment, site, wanted, source).height - flat.height
        squares.append(np.mean((rough[:, 2:] - rough[:, :-2]) ** 2))  # 2 steps of 5 cm
        assert rough[8, 8] == 0.0
    assert np.sqrt(np.mean(squares)) == pytest.approx(0.02, rel=0.05)


def test_same_seed_gives_the_same_ground(fragment):
    site = site_at(fragment, 0.3, 0.4)
    one, again, other = (
        cut_patch(fragment, site, PatchParameters(), rng(seed)) for seed in (5, 5, 6)
    )
    assert np.array_equal(one.height, again.height)
    assert np.abs(one.height - other.height).max() > 1e-3


def test_slope_of_a_smooth_patch_is_that_of_the_site(fragment):
    """At the site; over the patch it varies with the field."""
    gravity, site = GravityPolyhedron(fragment, 2700.0), site_at(fragment, 1.2, 0.4)
    field = site_field(gravity, UniformSpin(1674.0), site)
    slope = cut_patch(fragment, site, SMOOTH, rng()).slope(field)
    a = field.effective_acceleration
    assert slope[32, 32] == pytest.approx(np.arctan2(np.hypot(a[0], a[1]), -a[2]), abs=1e-9)
    assert np.ptp(slope) > 1e-3


def test_slope_of_tilted_ground_is_its_tilt(fragment):
    """Under a uniform pull along −z, ground that rises by tan(20°) has a slope of 20°."""
    from sampling_sim.asteroid.patch import Patch
    from sampling_sim.regolith.packing import uniform_field

    grid = np.linspace(-1.0, 1.0, 9)
    patch = Patch(x=grid, y=grid, height=np.tan(np.radians(20.0)) * np.tile(grid, (9, 1)))
    assert patch.slope(uniform_field(1e-5)) == pytest.approx(np.full((9, 9), np.radians(20.0)))
    assert patch.slope(uniform_field(-1e-5)) == pytest.approx(np.full((9, 9), np.radians(160.0)))


def test_expansion_over_the_patch_is_off_by_what_is_stated(fragment):
    """On a rough patch of ±0.25 m at the tip: at most 1 % of gravity, as the page's table says."""
    gravity, site = GravityPolyhedron(fragment, 2700.0), site_at(fragment, 0.0, 0.0)
    field = site_field(gravity, UniformSpin(1674.0), site)
    patch = cut_patch(fragment, site, PatchParameters(half_width=0.25), rng())
    error = expansion_error(field, PolyhedronField(gravity, site), patch.position)
    size = np.linalg.norm(field.gravity)
    assert 0.0 < error.max() < 0.01 * size
    # the must-fail twin: without the gradient the patch is off by more
    attraction = PolyhedronField(gravity, site).gravity(patch.position)
    assert np.linalg.norm(attraction - field.gravity, axis=1).max() > 0.015 * size
