"""Measure what `sampling_sim/regolith/calibration.py` keeps as data; a line of JSON a specimen.

    nice python tests/bench/calibrate_regolith.py FIRST_SEED LAST_SEED > results/calibration.jsonl

Every node of the path of frictions is sheared without cohesion at each packing fraction, and with
cohesion sheared at four normal stresses and pulled apart.  The normal stresses are those of a bed's
report, multiples of the cohesion that the tables expect: the line is not quite straight, and at
lower stresses it is steeper.  Takes five minutes of one core a seed.
"""

import json
import sys
from dataclasses import replace

import numpy as np

from sampling_sim.regolith import calibration
from sampling_sim.regolith.lab.cell import lab_parameters, press_specimen
from sampling_sim.regolith.lab.cohesion import unloaded
from sampling_sim.regolith.lab.examination import PRESSING, STRESSES
from sampling_sim.regolith.lab.mohr_coulomb import Measured, mohr_coulomb
from sampling_sim.regolith.lab.shear import shear
from sampling_sim.regolith.lab.specimen import Specimen, packing, pressed
from sampling_sim.regolith.lab.tension import pull
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.rng import Stream, generator

SIZES = RegolithParameters(diameter_min=0.018, diameter_max=0.032)
BONDS = 1.0
"""[Pa] Rumpf strength; hard grains scale with it, so that any other gives the same shares."""


def measured(specimen: Specimen, fraction: float) -> dict[str, float]:
    """Return the tangents and shares of one specimen pressed to a packing fraction."""
    dry, _ = line(specimen, 0.0, [factor / STRESSES[-1] * PRESSING * BONDS for factor in STRESSES])
    # bonds as a bed counts them, near pairs with the touching
    bonded = replace(specimen, bed=replace(specimen.bed, pull_off_scale=1.0))
    scale = BONDS / packing(bonded).rumpf_strength
    own = replace(specimen.bed.parameters, packing_fraction=fraction)
    # shares are of a bed's bonds, of which a specimen has fewer
    less = float(np.interp(fraction, calibration.PACKING, calibration.SPECIMEN_BONDS))
    expected = calibration.calibration(own).cohesion_share / less * BONDS
    stresses = [factor * expected for factor in STRESSES]
    angle, cohesion = line(specimen, scale, stresses)
    (free,) = unloaded(specimen, scale, (0.0,))
    tension, state = pull(free), packing(free)
    return {
        "packing_fraction": state.packing_fraction,
        "rumpf_strength": tension.rumpf_strength,
        "coordination_number": state.coordination_number,
        "dry_tangent": float(np.tan(dry.value)),
        "wet_tangent": float(np.tan(angle.value)),
        "cohesion_share": cohesion.value / tension.rumpf_strength,
        "tension_share": tension.strength / tension.rumpf_strength,
    }


def line(specimen: Specimen, scale: float, stresses: list[float]) -> tuple[Measured, Measured]:
    """Friction angle and cohesion of a specimen with bonds of scale w [J/m²] sheared at stresses.

    Each state is unloaded to its stress, as in a bed's report.
    """
    sheared = [shear(state).strength for state in unloaded(specimen, scale, stresses)]
    return mohr_coulomb(np.array(stresses), np.array(sheared))


def main(first: int, last: int) -> None:
    """Print a line a specimen, packing seeds from the first to the last."""
    pressure = PRESSING * BONDS
    plain = lab_parameters(SIZES, pressure)
    for seed in range(first, last + 1):
        for fraction in calibration.PACKING:
            rng = generator(seed, 0, Stream.PACKING, "calibration")
            holding = replace(plain, friction_coefficient=0.6, rolling_friction=0.3)
            specimen = press_specimen(holding, fraction, pressure, rng)
            for friction, rolling in zip(calibration.FRICTION, calibration.ROLLING, strict=True):
                own = replace(plain, friction_coefficient=friction, rolling_friction=rolling)
                state = pressed(replace(specimen, bed=replace(specimen.bed, parameters=own)))
                row = {"seed": seed, "asked": fraction, "friction": friction, "rolling": rolling}
                sys.stdout.write(json.dumps(row | measured(state, fraction)) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
