"""Beds from the cache, damaged caches, repeatability, and Rumpf's sum."""

import logging
from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.errors import DivergenceError, PackingError
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.cache import content_hash, default_cache_dir
from sampling_sim.regolith.laws.fading import cohesive_force
from sampling_sim.regolith.laws.rumpf import pull_off_scale, rumpf_strength
from sampling_sim.regolith.packing import prepare_bed, uniform_field
from sampling_sim.regolith.slab import measured, surface_height, with_cohesion
from sampling_sim.regolith.solver import GrainSolver

FIELD = uniform_field(1e-4)
ARRAYS = ("position", "radius", "fixed", "pairs", "tangential", "rolling")


@pytest.fixture(scope="module")
def bed(small_parameters, tmp_path_factory):
    """Return a small bed at rest under a weak inward field."""
    return prepare_bed(small_parameters, FIELD, cache_dir=tmp_path_factory.mktemp("beds"))


def same(a: Bed, b: Bed) -> bool:
    """Whether two beds are equal bit for bit."""
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ARRAYS)


def test_the_same_parameters_give_the_same_bits_and_another_seed_another_bed(
    bed, small_parameters, tmp_path
):
    again = prepare_bed(small_parameters, FIELD, cache_dir=tmp_path)
    assert same(bed, again)
    other = prepare_bed(replace(small_parameters, packing_seed=2), FIELD, cache_dir=tmp_path)
    assert not same(bed, other)


def test_a_cached_bed_is_read_back_and_a_damaged_one_made_anew(
    bed, small_parameters, tmp_path, caplog
):
    first = prepare_bed(small_parameters, FIELD, cache_dir=tmp_path)
    files = sorted(tmp_path.glob("bed-relaxed-*.npz"))
    assert len(files) == 1
    assert same(first, prepare_bed(small_parameters, FIELD, cache_dir=tmp_path))
    files[0].write_bytes(files[0].read_bytes()[:1000])
    with caplog.at_level(logging.WARNING):
        mended = prepare_bed(small_parameters, FIELD, cache_dir=tmp_path)
    assert "damaged" in caplog.text
    assert same(mended, bed)
    assert not list(tmp_path.glob("*.part"))


def test_the_key_follows_parameters_and_field(small_parameters):
    keys = {
        content_hash("relaxed", small_parameters, FIELD),
        content_hash("poured", small_parameters, FIELD),
        content_hash("relaxed", replace(small_parameters, restitution=0.6), FIELD),
        content_hash("relaxed", small_parameters, uniform_field(2e-4)),
    }
    assert len(keys) == 4


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SAMPLING_SIM_CACHE", str(tmp_path / "own"))
    assert default_cache_dir() == tmp_path / "own"
    monkeypatch.delenv("SAMPLING_SIM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / "sampling_sim"


def test_a_bed_lies_in_its_box_with_its_surface_at_zero(bed):
    p = bed.parameters
    assert abs(surface_height(bed)) < 0.02 * p.diameter_min
    assert np.abs(bed.position[:, 0]).max() < 0.5 * p.width_x - 0.49 * p.diameter_min
    assert bed.position[:, 2].min() > bed.floor
    assert -bed.floor == pytest.approx(p.depth, rel=0.15)
    lowest = bed.position[:, 2] - bed.radius < bed.floor + 1e-3
    assert bed.fixed[lowest].all()
    assert 0.5 < bed.packing_fraction < 0.64
    assert bed.bulk_density == p.grain_density * bed.packing_fraction


def test_a_bed_at_rest_goes_on_resting_with_its_springs(bed):
    """Restarted from the bed's arrays it hardly moves; without its springs ten times as much."""

    def moved(start, steps=40):
        # 20 ms: later both sway with what speed the bed had left
        solver = GrainSolver(start, FIELD, contact_step=5e-4)
        solver.advance(None, steps)
        return np.abs(solver.position - bed.position).max()

    bare = replace(bed, pairs=bed.pairs[:0], tangential=bed.tangential[:0], rolling=bed.rolling[:0])
    # what its residual speed makes in 0.2 s, at most
    assert moved(bed, 400) < 0.2 * bed.max_speed
    assert moved(bare) > 10 * moved(bed)


def test_springs_survive_the_way_out_of_the_solver_and_back(bed):
    """Bed order and solver order differ; the signs follow the pair."""
    solver = GrainSolver(bed, FIELD, contact_step=5e-4)
    pairs, tangential, rolling = solver.contacts()

    def table(pairs, springs, odd):
        rows = {}
        for (a, b), spring in zip(pairs, springs, strict=True):
            rows[min(a, b), max(a, b)] = spring if a < b or not odd else -spring
        return rows

    for springs, kept, odd in ((bed.tangential, tangential, True), (bed.rolling, rolling, False)):
        before, after = table(bed.pairs, springs, odd), table(pairs, kept, odd)
        assert before.keys() == after.keys()
        assert all(np.array_equal(before[pair], after[pair]) for pair in before)


def test_rumpf_reduces_to_its_monodisperse_form():
    """σ = φ Z F/(π d²), and the scale w inverts it."""
    d, phi, z, force, grains = 0.02, 0.55, 4.4, 1e-3, 1000
    volume = grains * np.pi / 6 * d**3 / phi
    bonds = grains * z / 2
    strength = rumpf_strength(bonds * force * d, volume)
    assert strength == pytest.approx(phi * z * force / (np.pi * d**2), rel=1e-12)
    assert rumpf_strength(bonds * force * d, 2 * volume) != pytest.approx(strength, rel=0.1)
    scale = pull_off_scale(strength, bonds * 0.25 * d * d, volume)
    assert 2 * np.pi * scale * 0.25 * d == pytest.approx(force, rel=1e-12)


def test_cohesion_is_constant_in_contact_and_fades_smoothly():
    reach, force = 1e-4, 2e-3
    gaps = np.linspace(-1e-4, 1.2e-4, 2201)
    values = np.array([cohesive_force(g, force, reach) for g in gaps])
    assert np.all(values[gaps <= 0] == force)
    assert np.all(values[gaps >= reach] == 0.0)
    slope = np.gradient(values, gaps)
    assert np.abs(slope).max() == pytest.approx(1.5 * force / reach, rel=1e-3)
    # no jump of the slope: its change per 0.1 µm is at most 6 F/λ² times that
    assert np.abs(np.diff(slope)).max() < 1.01 * 6 * force / reach**2 * 1e-7


def test_packing_fraction_of_a_lattice_is_known(two_grains):
    """Simple cubic grains fill π/6 of the slab, and have four or six contacts."""
    d = 0.02
    p = replace(two_grains.parameters, diameter_min=d, diameter_max=d, width_x=0.2, width_y=0.2)
    axis = (np.arange(10) + 0.5) * d - 0.1
    x = np.stack(np.meshgrid(axis, axis, np.arange(6) * d - 0.11), -1).reshape(-1, 3)
    x *= 1 - 1e-9
    lattice = Bed(
        parameters=p, position=x, radius=np.full(600, d / 2), fixed=np.zeros(600, bool), floor=-0.12
    )
    seen = measured(lattice)
    assert seen.packing_fraction == pytest.approx(np.pi / 6, rel=1e-6)
    assert 5.0 < seen.coordination_number <= 6.0


def test_overlap_guards_name_the_parameter_to_change(two_grains):
    """Each limit on its own; generous limits pass."""
    close = replace(two_grains, position=np.array([[0, 0, -0.05], [0.0195, 0, -0.05]]))
    solver = GrainSolver(close, FIELD, contact_step=1e-5)
    solver.advance(None, 1)
    assert solver.overlaps.peak_grain == pytest.approx(0.05, rel=1e-6)
    limits = {"grain_mean": 0.1, "grain_peak": 0.1, "tool": 0.1, "fixed": 0.1}
    solver.check_overlaps(**limits)
    with pytest.raises(DivergenceError, match=r"peak grain overlap is 0.05.*youngs_modulus"):
        solver.check_overlaps(**(limits | {"grain_peak": 0.04}))
    with pytest.raises(DivergenceError, match=r"mean grain"):
        solver.check_overlaps(**(limits | {"grain_mean": 0.04}))


def test_a_fixed_partner_counts_apart(two_grains):
    close = replace(
        two_grains, position=np.array([[0, 0, -0.05], [0.0199, 0, -0.05]]),
        fixed=np.array([True, False]),
    )  # fmt: skip
    solver = GrainSolver(close, FIELD, contact_step=1e-5)
    solver.advance(None, 1)
    assert solver.overlaps.peak_fixed == pytest.approx(0.01, rel=1e-6)
    assert solver.overlaps.peak_grain == 0.0


def test_motion_that_is_not_finite_or_too_fast_is_a_divergence(two_grains):
    solver = GrainSolver(two_grains, FIELD, contact_step=1e-4)
    limits = {"grain_mean": 1.0, "grain_peak": 1.0, "tool": 1.0, "fixed": 1.0}
    solver.set_motion(np.array([[5.0, 0, 0], [0, 0, 0]]))
    with pytest.raises(DivergenceError, match=r"moves at 5 m/s.*contact_step"):
        solver.check_overlaps(**limits)
    solver.set_motion(np.array([[np.nan, 0, 0], [0, 0, 0]]))
    with pytest.raises(DivergenceError, match=r"not finite"):
        solver.advance(None, 10)


def test_walls_end_at_the_surface_with_an_edge_and_a_top(two_grains):
    """A grain beside the box, above z = 0, lies on the surrounding ground and is not thrown."""
    half = 0.5 * two_grains.parameters.width_x
    down = uniform_field(1.0)
    outside = replace(two_grains, position=np.array([[half + 0.05, 0, 0.0099], [0, 0, -0.05]]))
    solver = GrainSolver(outside, down, contact_step=1e-4)
    solver.advance(None, 5000)
    assert solver.position[0, 2] == pytest.approx(0.01, rel=0.01)
    assert abs(solver.position[0, 0] - half - 0.05) < 1e-9
    # the same grain over the box falls in
    inside = replace(two_grains, position=np.array([[0.1, 0, 0.0099], [0, 0, -0.05]]))
    solver = GrainSolver(inside, down, contact_step=1e-4)
    solver.advance(None, 2000)
    assert solver.position[0, 2] < -0.005


def test_a_bed_without_contacts_is_refused_not_divided_by(two_grains):
    apart = replace(two_grains, position=np.array([[0.0, 0.0, -0.05], [0.1, 0.0, -0.05]]))
    with pytest.raises(PackingError, match=r"regolith.depth = .*deeper"):
        with_cohesion(apart)
