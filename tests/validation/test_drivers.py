"""What the laboratory is built of, held to closed forms; part of the default tests."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest
from beds import EARTH, STANDARD
from impacts import Impact, depth_law, drag_law_depth, drag_terms, powers
from intruders import Track, dropped
from repose import SLICE, slope, turned
from slow_push import submerged_moment, table_stresses

from sampling_sim.errors import PackingError
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.laws.hertz import hertz_impact


def one_grain(radius=0.005):
    """Bed of a single fixed grain at the origin."""
    return Bed(
        parameters=replace(STANDARD), position=np.zeros((1, 3)), radius=np.array([radius]),
        fixed=np.array([True]), floor=-1.0,
    )  # fmt: skip


def test_a_bed_is_turned_with_its_springs():
    """To round-off, for a quarter turn swaps coordinates; a bed turned without them is refused."""
    two = Bed(
        parameters=replace(STANDARD), position=np.array([[0.0, 0.0, 0.0], [0.0099, 0.0, 0.0]]),
        radius=np.full(2, 0.005), fixed=np.zeros(2, bool), floor=-1.0, pairs=np.array([[0, 1]]),
        tangential=np.array([[0.0, 2.0, 1.0]]), rolling=np.array([[0.0, 3.0, -1.0]]),
    )  # fmt: skip
    once, back = turned(two, 1), turned(turned(two, 1), 3)
    assert np.allclose(once.position[1], [0.0, 0.0099, 0.0])
    assert np.allclose(once.tangential, [[-2.0, 0.0, 1.0]])
    assert np.array_equal(back.position, two.position)
    assert np.array_equal(back.rolling, two.rolling)
    with pytest.raises(PackingError, match="turned without"):
        replace(two, position=once.position)


def test_a_sphere_stopped_by_one_grain_follows_hertz():
    """Overlap and force within 1 %: the stop falls between two exchanges of a tenth of that."""
    drop = dropped(one_grain(), 0.0, diameter=0.05, density=5000.0, speed=0.5, restitution=1.0)
    mass = 5000.0 * pi / 6.0 * 0.05**3
    overlap, force, duration = hertz_impact(0.5, mass, 0.005, 2.0 * STANDARD.pair_modulus)
    assert drop.depth[-1] - drop.depth[0] == pytest.approx(overlap, rel=0.01)
    assert drop.force[:, 2].max() == pytest.approx(force, rel=0.01)
    assert drop.time[-1] == pytest.approx(0.5 * duration, rel=0.05)
    light, _, _ = hertz_impact(0.5, 0.9 * mass, 0.005, 2.0 * STANDARD.pair_modulus)
    assert abs(drop.depth[-1] - drop.depth[0] - light) > 0.02 * overlap  # a tenth would be seen


def lawful_impact(speed, inertial=20.0, frictional=2000.0):
    """Impact of a sphere that obeys F/m = inertial v² + frictional z [1/m, 1/s²], exactly."""
    z, v, dt, rows = 0.0, speed, 1e-5, []
    while v > 0.0:
        pull = inertial * v * v + frictional * z
        rows.append((len(rows) * dt, z, v, 0.0, 0.0, pull))
        v += (EARTH - pull) * dt
        z += v * dt
    table = np.array(rows)
    track = Track(table[:, 0], table[:, 1], table[:, 2], table[:, 3:], None)
    return Impact(2.5, 0.05, speed, track)


def test_both_terms_are_found_again_in_a_lawful_fall():
    """Within 1 %: a trapezoid over a twentieth of the depth is off by less."""
    drops = [lawful_impact(speed) for speed in (0.5, 1.0, 2.0)]
    drag, load = drag_terms(drops)
    assert drag == pytest.approx(20.0 * 0.05, rel=0.01)
    assert load == pytest.approx(2000.0 * 0.05 / EARTH, rel=0.01)
    other, _ = drag_terms([lawful_impact(speed, inertial=22.0) for speed in (0.5, 1.0, 2.0)])
    assert other > 1.05 * drag


def test_the_closed_form_of_the_drag_law_is_its_integral():
    """Step by step against v²(z), within the step of the search."""
    mu, ratio, speed, dt, z = 0.5, 3.0, 1.5, 1e-6, 0.0
    length, stiffness = 0.25 / mu * ratio * 0.05, 12.0 * mu / np.sqrt(ratio) * EARTH / 0.05
    v = speed
    while v > 0.0:
        v += (EARTH - v * v / length - stiffness * z) * dt
        z += v * dt
    assert drag_law_depth(ratio, mu, speed) == pytest.approx(z, rel=2e-3)
    assert drag_law_depth(1.2 * ratio, mu, speed) > 1.05 * z
    depth = depth_law(ratio, mu, speed)
    fall = speed**2 / (2.0 * EARTH) + depth
    law = 0.14 / mu * np.sqrt(ratio) * 0.05 ** (2 / 3) * fall ** (1 / 3)
    assert depth == pytest.approx(law, rel=1e-9)


def test_powers_are_found_again():
    """Exact for an exact power law, and not for another."""
    x, y = np.array([1.0, 2.0, 4.0, 5.0]), np.array([3.0, 1.0, 2.0, 7.0])
    assert powers(x, y, 0.3 * x**0.5 * y**-2.0) == pytest.approx([0.5, -2.0])
    assert powers(x, y, 0.3 * x**0.6 * y**-2.0)[0] != pytest.approx(0.5, abs=0.05)


def test_the_submerged_moment_is_the_integral_over_the_face():
    """∫ z dA of a sphere, by quadrature: half in, just in, deep."""
    radius = 0.025
    for depth in (0.01, 0.025, 0.06):
        r = (np.arange(20000) + 0.5) / 20000 * radius
        z = depth - radius + np.sqrt(radius**2 - r**2)
        integral = (np.maximum(z, 0.0) * 2.0 * pi * r).sum() * radius / 20000
        assert submerged_moment(depth, radius) == pytest.approx(integral, rel=1e-4)


def test_the_resistive_force_table_has_its_units_and_signs():
    """Flat plate pushed down: 1 N/cm³; a plate that faces its way is resisted most."""
    across, up = table_stresses(0.0, pi / 2.0)
    assert up == pytest.approx(1.0)
    assert across == pytest.approx(0.0, abs=1e-9)  # pushed straight at its face
    facing, edgewise = table_stresses(pi / 4, pi / 4), table_stresses(-pi / 4, pi / 4)
    assert sum(facing) > 2.0 * sum(edgewise)


def test_the_slope_of_a_heap_is_found_again():
    """A flat top and a slope of 0.5: within 0.05, half a grain over the length."""
    x, y = np.meshgrid(np.arange(-0.12, 0.125, 0.004), np.arange(-0.045, 0.05, 0.01))
    surface = -0.5 * np.maximum(x + 0.02, 0.0)
    place = np.column_stack([x.ravel(), y.ravel(), surface.ravel() - 0.005])
    radius = np.full(len(place), 0.005)
    assert y.max() < 0.5 * SLICE
    assert slope(place, radius, 0.125) == pytest.approx(-0.5, abs=0.05)
