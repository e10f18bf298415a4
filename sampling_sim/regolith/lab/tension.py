"""Uniaxial tension: a specimen's end plates are pulled apart, and the peak stress is read.

x and y are periodic, so the cross-section is the cell's and no free side weakens it; gravity is
off.  The plate moves by a part of the range of cohesion in an inertial time d √(ρ/σ), so slowly
that stress waves even out.  Rumpf's strength for the bonds at rest is given beside.  SI.
"""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.lab.specimen import Specimen, inertial_time, packing

PULL = 0.1
"""Way of the plate in an inertial time over the range of cohesion; chosen: quasi-static, a tenth
of it changes the peak by less than 2 % (docs/virtual-laboratory.md)."""
WAY = 4.0
"""Way of the plate over the range of cohesion at most; chosen: the peak lies before 2."""
READINGS = 80
FALLEN = 0.5
"""Share of the peak below which the specimen counts as broken."""


@dataclass(frozen=True)
class TensionTest:
    """Stress along one test."""

    way: FloatArray
    """[m] of the upper plate, shape (r,)."""
    stress: FloatArray
    """[Pa] tensile, mean of both plates, shape (r,)."""
    rumpf_strength: float
    """[Pa] of the bonds before the test."""

    @property
    def strength(self) -> float:
        """Peak tensile stress [Pa]."""
        return float(self.stress.max())


def pull(specimen: Specimen, *, speed: float = PULL) -> TensionTest:
    """Pull a specimen's plates apart until it breaks; `speed` as `PULL`."""
    solver, plates = specimen.solver()
    rumpf = packing(specimen).rumpf_strength
    reach = specimen.bed.parameters.cohesion_range
    unit = inertial_time(specimen, rumpf)
    plates.velocity[1, 2] = speed * reach / unit
    steps = max(1, round(WAY / READINGS / speed * unit / solver.contact_step))
    way, stress = [], []
    for _ in range(READINGS):
        plates.impulse[:] = 0.0
        solver.advance(None, steps)
        load = plates.impulse[:, 2] / (steps * solver.contact_step * specimen.area)
        stress.append(0.5 * (load[0] - load[1]))
        way.append(solver.time * plates.velocity[1, 2])
        if stress[-1] < FALLEN * max(stress):
            break
    return TensionTest(np.array(way), np.array(stress), rumpf)
