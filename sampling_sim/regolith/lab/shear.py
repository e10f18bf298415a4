"""Simple shear of a specimen between its plates: shear stress at a constant normal stress.

The upper plate moves along x at a constant speed and is free along z under its normal stress; x and
y are periodic, gravity is off.  The speed follows from the inertial number I = γ̇ d √(ρ/p), p being
the normal stress and the bonds' strength together; below I = 1e-2 the flow is quasi-static.  SI.
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.lab.specimen import Specimen, inertial_time, load_plate, packing

INERTIAL_NUMBER = 8e-3
"""Of the shear; chosen quasi-static, see above."""
STRAIN = 0.3
"""Shear strain of a test; chosen: three times what it takes to yield."""
READINGS = 30
"""Readings along the strain, each the mean over its part; chosen: one in 0.01."""
SPAN = 10
"""Readings a strength is averaged over, 0.1 of strain; chosen: the stress of some 700 grains
wanders by a tenth, and the largest of single readings would be that of the wandering."""


@dataclass(frozen=True)
class ShearTest:
    """Stresses [Pa] along one test."""

    strain: FloatArray
    """[1] at the middle of each reading, shape (READINGS,)."""
    shear: FloatArray
    """Shear stress, mean of both plates, shape (READINGS,)."""
    normal: FloatArray
    """Normal stress, mean of both plates, shape (READINGS,)."""
    inertial_number: float
    mean_overlap: float
    """Of the radius."""

    @property
    def strength(self) -> float:
        """Largest shear stress [Pa] that the specimen bears over 0.1 of strain."""
        return float(np.convolve(self.shear, np.full(SPAN, 1.0 / SPAN), mode="valid").max())

    @property
    def steady(self) -> float:
        """Mean shear stress [Pa] after the first 0.1 of strain."""
        return float(self.shear[SPAN:].mean())


def shear(
    specimen: Specimen, *, rate: float = INERTIAL_NUMBER, strain: float = STRAIN
) -> ShearTest:
    """Shear a specimen at the normal stress it bears, to a strain, at an inertial number."""
    solver, plates = specimen.solver()
    stress = specimen.pressure
    unit = inertial_time(specimen, stress + packing(specimen).rumpf_strength)
    load_plate(specimen, plates, stress, unit)
    height = specimen.height
    plates.velocity[1, 0] = rate / unit * height
    steps = max(1, round(strain / READINGS * unit / rate / solver.contact_step))
    load = np.zeros((READINGS, 2, 3))
    for reading in range(READINGS):
        plates.impulse[:] = 0.0
        solver.advance(None, steps)
        load[reading] = plates.impulse / (steps * solver.contact_step * specimen.area)
    return ShearTest(
        strain=np.asarray((np.arange(READINGS) + 0.5) * (strain / READINGS)),
        shear=0.5 * (load[:, 0, 0] - load[:, 1, 0]),
        normal=0.5 * (load[:, 1, 2] - load[:, 0, 2]),
        inertial_number=rate,
        mean_overlap=solver.overlaps.mean,
    )
