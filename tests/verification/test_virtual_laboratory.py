"""The apparatus of the virtual laboratory on specimens whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.lab.cell import lab_parameters, press_specimen
from sampling_sim.regolith.lab.quarters import bed_packing
from sampling_sim.regolith.lab.repose import surface_slope
from sampling_sim.regolith.lab.shear import shear
from sampling_sim.regolith.lab.specimen import Specimen, packing
from sampling_sim.regolith.lab.tension import pull
from sampling_sim.regolith.parameters import RegolithParameters

D, LAYERS, ACROSS = 0.02, 8, 8
ONE_SIZE = RegolithParameters(
    diameter_min=D, diameter_max=D, tensile_strength=0.0, youngs_modulus=1e6,
    width_x=ACROSS * D, width_y=ACROSS * D,
)  # fmt: skip
SCALE = 0.002
"""[J/m²]: F_c = 2π w R* = 63 µN, 0.16 Pa."""


def crystal(keep=1.0) -> Specimen:
    """Return a simple cubic crystal, a share of whose columns is kept, between its end layers."""
    side = (np.arange(ACROSS) + 0.5) * D - 0.5 * ACROSS * D
    x, y, z = np.meshgrid(side, side, np.arange(LAYERS) * D, indexing="ij")
    position = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    column = np.repeat(np.arange(ACROSS**2), LAYERS)
    position = position[column < keep * ACROSS**2]
    bottom, top = position[:, 2] < 0.1 * D, position[:, 2] > (LAYERS - 1.1) * D
    bed = Bed(
        parameters=ONE_SIZE,
        position=position,
        radius=np.full(len(position), 0.5 * D),
        fixed=bottom | top,
        floor=-1.0,
        pull_off_scale=SCALE,
    )
    period = (ACROSS * D, ACROSS * D)
    return Specimen(bed, np.flatnonzero(bottom), np.flatnonzero(top), period, 1.0)


def test_a_crystal_is_measured_as_what_it_is():
    """Simple cubic: π/6 of the space, six contacts, Rumpf's F/d² (φ Z F/(π d²))."""
    found = packing(crystal())
    assert found.packing_fraction == pytest.approx(np.pi / 6.0, rel=1e-6)
    # the slab ends half way between layers: bonds along z at its faces are counted on one side
    assert found.coordination_number == pytest.approx(6.0, rel=0.07)


@pytest.mark.parametrize(
    ("law", "bonds"), [("fading", 6.0), ("van_der_waals", 0.0), ("dmt", 0.0), ("jkr", 0.0)]
)
def test_a_bond_of_a_specimen_reaches_as_far_as_its_law(law, bonds):
    """At 20 µm fading over 0.1 mm still pulls with nine tenths, van der Waals with a quarter."""
    whole = crystal()
    apart = replace(
        whole.bed, radius=whole.bed.radius - 1e-5, parameters=replace(ONE_SIZE, cohesion_law=law)
    )
    found = packing(replace(whole, bed=apart))
    assert found.coordination_number == pytest.approx(bonds, rel=0.07)
    assert (found.rumpf_strength > 0.0) == (bonds > 0.0)


def test_the_quarters_of_a_bed_count_bonds_as_the_whole_bed_does():
    """A pair in each quarter, one closed and three 20 µm apart: fading holds all, DMT the one."""
    middle = np.array([(x, y, -0.5) for x in (-0.1, 0.1) for y in (-0.1, 0.1)])
    gap = np.array([0.0, 2e-5, 2e-5, 2e-5])
    other = middle + np.column_stack([D - 1e-9 + gap, 0.0 * gap, 0.0 * gap])
    bed = Bed(
        parameters=replace(ONE_SIZE, width_x=0.5, width_y=0.5), position=np.vstack([middle, other]),
        radius=np.full(8, 0.5 * D), fixed=np.zeros(8, bool), floor=-1.0, pull_off_scale=SCALE,
        packing_fraction=0.1, coordination_number=1.0,
    )  # fmt: skip
    width = {}
    for law in ("fading", "dmt"):
        _, number = bed_packing(replace(bed, parameters=replace(bed.parameters, cohesion_law=law)))
        width[law] = number.high - number.low
    assert width["fading"] == pytest.approx(0.0, abs=1e-12)
    assert width["dmt"] > 0.5


def test_a_crystal_breaks_at_rumpfs_strength():
    """All bonds bear alike: F_c/d² exactly; the free grains' inertia adds under 1 %.

    The twin has half its columns, and half the strength.
    """
    expected = 2.0 * np.pi * SCALE * 0.25 * D / D**2
    whole, half = pull(crystal()), pull(crystal(keep=0.5))
    assert whole.strength == pytest.approx(expected, rel=0.01)
    assert half.strength == pytest.approx(0.5 * expected, rel=0.01)
    # it is broken in the end
    assert whole.stress[-1] < 0.5 * expected


def test_the_slope_of_a_plane_surface_is_read_to_a_degree():
    """Grains thrown at random under a plane that makes 30° with the turned gravity's plane.

    The four highest grains of a column lie at random depths, a grain's radius at most: over
    columns that span twelve of them the slope is good to a degree.
    """
    rng = np.random.default_rng(3)
    drum, turned, slope = 0.2, 0.4, np.radians(30.0)
    along, up, y = rng.uniform(-drum, drum, (3, 20000))
    below = up < -np.tan(slope) * along
    along, up, y = along[below], up[below], y[below]
    position = np.column_stack(
        [along * np.cos(turned) - up * np.sin(turned), y,
         along * np.sin(turned) + up * np.cos(turned)]
    )  # fmt: skip
    radius, free = np.full(len(along), 0.01), np.ones(len(along), bool)
    found = surface_slope(position, radius, free, turned, drum)
    assert found == pytest.approx(slope, abs=np.radians(1.0))
    assert abs(surface_slope(position, radius, free, turned + 0.2, drum) - slope) > 0.1


@pytest.fixture(scope="module")
def pressed():
    """Return a specimen pressed to 0.60, with its stress."""
    p = lab_parameters(replace(ONE_SIZE, youngs_modulus=6e7), 10.0)
    return press_specimen(p, 0.60, 10.0, np.random.default_rng(1))


def test_a_specimen_has_the_packing_fraction_asked_for(pressed):
    assert packing(pressed).packing_fraction == pytest.approx(0.60, abs=0.01)


def test_the_plate_holds_its_stress_while_it_shears(pressed):
    """Mean normal stress of a test within 1 %: what is left is the plate's momentum and damper.

    A reading lasts about an inertial time, in which the plate swings: a tenth.
    """
    test = shear(pressed, strain=0.1)
    assert test.normal.mean() == pytest.approx(10.0, rel=0.01)
    assert test.normal == pytest.approx(np.full(test.normal.size, 10.0), rel=0.1)
    assert test.mean_overlap < 0.01
    # it flows: a stress between frictionless and rough grains' is carried
    assert 0.1 < test.steady / 10.0 < 1.0
