"""A specimen: a bed's own grains between two rough plates, and what is measured on it at rest.

x and y repeat after the specimen's periods; the plates are its lowest and highest grains, glued.
Gravity is off.  SI.
"""

from dataclasses import dataclass, replace
from math import pi, sqrt

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.images import nearest
from sampling_sim.regolith.laws.rules import bond_reach
from sampling_sim.regolith.laws.rumpf import effective_radius, rumpf_strength
from sampling_sim.regolith.plates import Plates
from sampling_sim.regolith.slab import close_pairs, volume_between
from sampling_sim.regolith.solver import GrainSolver
from sampling_sim.regolith.step_criterion import stable_step

STAGES = 6
"""Looks at the packing while a specimen is pressed; chosen."""
STAGE_TIME = 12.0
"""Time of a pressing in units of d √(ρ/pressure); chosen: the plate has stopped by then."""
NO_WALLS = np.zeros((0, 7))
NO_FIELD = SiteField(np.zeros(3), np.zeros((3, 3)), np.zeros((3, 3)), np.zeros(3), np.zeros(3))


@dataclass(frozen=True)
class Specimen:
    """A cell ready for a test."""

    bed: Bed
    """Grains; the fixed ones are those of the plates."""
    bottom: IntArray
    """Grains of the lower plate."""
    top: IntArray
    """Grains of the upper plate."""
    period: tuple[float, float]
    """[m] after which x and y repeat."""
    pressure: float
    """[Pa] it was pressed with, and still bears."""

    @property
    def area(self) -> float:
        """Cross-section [m²]."""
        return self.period[0] * self.period[1]

    @property
    def mean_diameter(self) -> float:
        """Mean diameter of the grains [m]."""
        return 2.0 * float(self.bed.radius.mean())

    @property
    def height(self) -> float:
        """[m] from the top of the lower plate to the bottom of the upper: what is strained."""
        position, radius = self.bed.position[:, 2], self.bed.radius
        return float((position - radius)[self.top].mean() - (position + radius)[self.bottom].mean())

    def solver(self) -> tuple[GrainSolver, Plates]:
        """Solver without gravity or walls, and its plates (0 below, 1 above), at rest."""
        step = stable_step(self.bed.parameters)
        solver = GrainSolver(
            self.bed, NO_FIELD, contact_step=step, walls=NO_WALLS, period=self.period
        )
        return solver, solver.hold([self.bottom, self.top])

    def after(self, solver: GrainSolver) -> "Specimen":
        """Return the specimen as the solver holds it, at rest."""
        pairs, tangential, rolling = solver.contacts()
        bed = replace(
            self.bed, position=solver.position, pairs=pairs, tangential=tangential, rolling=rolling
        )
        return replace(self, bed=bed)


@dataclass(frozen=True)
class Packing:
    """What is measured on the middle of a specimen, plates and their neighbours left out."""

    packing_fraction: float
    coordination_number: float
    """Bonds per grain, pairs counted that still pull with half their force."""
    rumpf_strength: float
    """[Pa] of these bonds, through Rumpf."""


def packing(specimen: Specimen) -> Packing:
    """Packing fraction, coordination number and Rumpf strength of the middle."""
    bed, margin = specimen.bed, specimen.bed.parameters.diameter_max
    low = float(bed.position[specimen.bottom, 2].max()) + 0.5 * margin
    high = float(bed.position[specimen.top, 2].min()) - 0.5 * margin
    volume = specimen.area * (high - low)
    reach = bond_reach(bed.parameters) if bed.pull_off_scale > 0.0 else 0.0
    height, radius, branch = _bonds(specimen, reach)
    inside = (height > low) & (height < high)
    centres = (bed.position[:, 2] > low) & (bed.position[:, 2] < high)
    pull_off = 2.0 * pi * bed.pull_off_scale * radius[inside]
    return Packing(
        volume_between(bed, low, high) / volume,
        2.0 * float(inside.sum()) / max(1, int(centres.sum())),
        rumpf_strength(float((pull_off * branch[inside]).sum()), volume),
    )


def pressed(specimen: Specimen, until: float = 1.0) -> Specimen:
    """Specimen after its plate came to rest, or after the packing fraction `until` was reached."""
    solver, plates = specimen.solver()
    stress = specimen.pressure
    bonds = packing(specimen).rumpf_strength
    unit = inertial_time(specimen, stress + bonds)
    load_plate(specimen, plates, stress, unit)
    solver.drag = 0.5 / unit
    for _ in range(STAGES):
        advance(solver, STAGE_TIME / STAGES * unit)
        if packing(specimen.after(solver)).packing_fraction > until:
            break
    return specimen.after(solver)


def inertial_time(specimen: Specimen, pressure: float) -> float:
    """Time [s] a pressure takes to move a grain by its size: d √(ρ/p)."""
    density = specimen.bed.parameters.grain_density
    return specimen.mean_diameter * sqrt(density / pressure)


def load_plate(specimen: Specimen, plates: Plates, stress: float, unit: float) -> None:
    """Let the upper plate go along z under a normal stress [Pa], as heavy as its grains.

    The damper stops that mass within the inertial time `unit` [s]; at the speeds of a test what
    it carries is far below the stress.
    """
    mass = float(specimen.bed.mass[specimen.top].sum())
    plates.inverse_mass[1, 2] = 1.0 / mass
    plates.push[1, 2] = -stress * specimen.area
    plates.damper[1, 2] = mass / unit


def advance(solver: GrainSolver, time: float) -> None:
    """Advance by `time` [s], to the nearest whole step."""
    solver.advance(None, max(1, round(time / solver.contact_step)))


def _bonds(specimen: Specimen, reach: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Height of the contact point, R* and r_i + r_j [m] of pairs with a gap below `reach`."""
    bed = specimen.bed
    pairs = close_pairs(bed.position, bed.radius, reach, specimen.period)
    first, second = bed.radius[pairs].T
    step = nearest(bed.position[pairs[:, 1]] - bed.position[pairs[:, 0]], specimen.period)
    height = bed.position[pairs[:, 0], 2] + step[:, 2] * first / (first + second)
    return height, effective_radius(first, second), first + second
