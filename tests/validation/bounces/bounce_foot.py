"""A third of Philae on a foot plate that drops on a bed of bonded grains over a floor.

The bed is the package's own, poured and bonded; the foot falls on a vertical line, as one of three
equal legs of a level landing.  What this cannot be: crushing of a porous solid, whose strength is
not that of bonds between grains, and a lander that tips.  Frame P, SI.
"""

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from beds import tall
from intruders import motion, surface
from keeping import kept

from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.packing import prepare_bed, uniform_field
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

COMET = 1.5e-4
"""[m/s²] M; matters to nothing in half a second."""
LEG_MASS, SPEED = 98.0 / 3.0, 1.0
"""[kg], [m/s] facts §3."""
POURED = 50.0
"""[Pa] tensile strength that the beds are poured with; bonds are scaled from it."""
AREA = 0.0184
"""[m²] of one leg's soles.  Derived from Roll & Witte 2016 (P, abstract): 4 J in the damper over
42.6 mm at 0.08 m/s are 94 N, and 1.7 kPa of ground: 0.055 m² under three legs."""
POROUS = RegolithParameters(
    diameter_min=0.022, diameter_max=0.03, size_index=-2.5, tensile_strength=POURED,
    grain_density=950.0, youngs_modulus=6e8, width_x=0.36, width_y=0.36, depth=0.22,
)  # fmt: skip
"""Bulk density of about 530 kg/m³, 67P's (M), soft for 20 cm (facts §3), then a floor; grains of a
fifth of the foot and a box of 2.7 feet, chosen for cost: walls so near stiffen it.  Modulus chosen:
at 60 MPa grains overlapped by 14 % of a radius, and bonds of 1 kPa are refused."""
STEPS, LONGEST = 4, 2.0
"""Contact steps an exchange; [s] after which the foot has stayed."""


@cache
def porous_bed(packing: int) -> Bed:
    """Packing number `packing`, poured with bonds of 50 Pa."""
    return prepare_bed(replace(POROUS, packing_seed=packing), uniform_field(COMET))


@kept
def foot_row(packing, strength):
    """Speed up [m/s] when off the ground (0 if it stays), depth [m], mean stress [Pa], overlaps.

    `strength` [Pa] is the bed's tensile strength from the touch on.  The stress is the energy lost
    until the foot stops over its area and depth.
    """
    poured = porous_bed(packing)
    scale = poured.pull_off_scale * strength / POURED
    parameters = replace(poured.parameters, tensile_strength=strength)
    bed = replace(poured, parameters=parameters, pull_off_scale=scale)
    side, thick = float(np.sqrt(AREA)), 0.02
    inner = 0.5 * (side - thick)
    contact_step = stable_step(bed.parameters)
    solver = GrainSolver(
        bed, uniform_field(COMET), primitives=[surface((inner, inner, 0.5 * thick))],
        contact_step=contact_step, walls=tall(bed),
    )  # fmt: skip
    step, v, free = STEPS * contact_step, -SPEED, 0
    top = float((bed.position[:, 2] + bed.radius).max())
    z = top + 0.5 * thick
    deepest = z
    while solver.time < LONGEST and free < 50:
        force = float(solver.advance(motion((0, 0, z), (0, 0, v)), STEPS).force[0, 2])
        v += (force / LEG_MASS - COMET) * step
        z += v * step
        deepest = min(deepest, z)
        free = free + 1 if v > 0.0 and force <= 0.0 else 0
    depth = top + 0.5 * thick - deepest
    stress = 0.5 * LEG_MASS * SPEED**2 / (AREA * depth)
    overlaps = solver.overlaps
    return [v if free else 0.0, depth, stress, overlaps.mean, overlaps.peak_grain]
