"""All tests of one material: packings, tension, shear at four stresses, angle of repose.

In: the parameters of a bed, its packing fraction and the scale of its pull-off forces; out: an
`Examination`, every number with its interval over independent packings.  Randomness: packing k of
a bed comes from its `packing_seed`, replicate k.  SI, angles in radians.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np

from sampling_sim.regolith.lab.cell import lab_parameters, press_specimen
from sampling_sim.regolith.lab.cohesion import unloaded
from sampling_sim.regolith.lab.mohr_coulomb import Measured, mean_interval, mohr_coulomb
from sampling_sim.regolith.lab.repose import angle_of_repose
from sampling_sim.regolith.lab.shear import ShearTest, shear
from sampling_sim.regolith.lab.specimen import Packing, Specimen, packing
from sampling_sim.regolith.lab.tension import TensionTest, pull
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.rng import Stream, generator

STRESSES = (0.5, 1.0, 2.0, 5.0)
"""Normal stresses over the cohesion that is expected (design of the bed's report)."""
REFERENCE_STRESS = 1.0
"""[Pa] taken for the cohesion where there is none; grains this hard know no stress of their own."""
PRESSING = 10.0
"""Pressing stress over the bonds' strength; chosen: grains of 2 cm then overlap by half the range
of cohesion, those of a poured bed by 0.3 of it."""
PACKINGS = 3
"""Independent packings of an examination; chosen: intervals of about ±2° and ±20 %."""


@dataclass(frozen=True)
class Material:
    """What is examined: grains and laws, how dense they lie, how they hold together."""

    parameters: RegolithParameters
    packing_fraction: float
    pull_off_scale: float
    """W [J/m²], 0 without cohesion."""
    expected_cohesion: float
    """[Pa] what the normal stresses are multiples of; 0 without cohesion."""
    rumpf_strength: float
    """[Pa] of its bonds, 0 without cohesion."""


@dataclass(frozen=True)
class Examination:
    """Findings of the laboratory, each over the packings."""

    packing_fraction: Measured
    coordination_number: Measured
    rumpf_strength: Measured
    """[Pa] of the bonds before each tension test."""
    tensile_strength: Measured
    """[Pa] peak of uniaxial tension."""
    friction_angle: Measured
    """[rad] of the shear strength, as packed."""
    cohesion: Measured
    """[Pa] of the shear strength, as packed."""
    friction_angle_steady: Measured
    """[rad] of the flow after."""
    cohesion_steady: Measured
    """[Pa] of the flow after."""
    angle_of_repose: Measured
    """[rad] cohesion off."""
    normal_stresses: tuple[float, ...]
    """[Pa] of the shear tests."""
    mean_overlap: float
    """Largest mean overlap over radius of a shear test."""


def examine(
    material: Material,
    *,
    packings: int = PACKINGS,
    drum: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Examination:
    """Examine a material on independent packings.

    `progress` is told what is being done; without the drum the angle of repose is NaN.
    """
    reference = material.expected_cohesion or REFERENCE_STRESS
    stresses = tuple(k * reference for k in STRESSES)
    states: list[Packing] = []
    pulls: list[TensionTest] = []
    sheared: list[ShearTest] = []
    slopes: list[float] = []
    for number in range(packings):
        progress(f"packing {number + 1} of {packings}: pressing")
        specimens = _specimens(material, stresses, number)
        states.append(packing(specimens[0]))
        if material.pull_off_scale > 0.0:
            progress(f"packing {number + 1} of {packings}: tension")
            pulls.append(pull(specimens[0]))
        for specimen in specimens[1:]:
            progress(f"packing {number + 1} of {packings}: shear at {specimen.pressure:.3g} Pa")
            sheared.append(shear(specimen))
        if drum:
            progress(f"packing {number + 1} of {packings}: angle of repose")
            rng = generator(material.parameters.packing_seed, number, Stream.PACKING, "repose")
            slopes.append(angle_of_repose(material.parameters, rng))
    return _findings(stresses, states, pulls, sheared, slopes)


def _specimens(material: Material, stresses: tuple[float, ...], number: int) -> list[Specimen]:
    """Specimens of one packing: free of stress first, then at each normal stress."""
    pressure = max(PRESSING * material.rumpf_strength, *stresses)
    p = lab_parameters(material.parameters, pressure)
    rng = generator(p.packing_seed, number, Stream.PACKING, "cell")
    pressed = press_specimen(p, material.packing_fraction, pressure, rng)
    # without cohesion nothing holds a specimen that bears no stress
    least = 0.0 if material.pull_off_scale > 0.0 else min(stresses)
    return unloaded(pressed, material.pull_off_scale, (least, *stresses))


def _findings(
    stresses: tuple[float, ...],
    states: list[Packing],
    pulls: list[TensionTest],
    sheared: list[ShearTest],
    slopes: list[float],
) -> Examination:
    """Intervals over the packings of what was read."""
    normal = np.tile(stresses, len(states))
    angle, cohesion = mohr_coulomb(normal, np.array([test.strength for test in sheared]))
    flowing, cohering = mohr_coulomb(normal, np.array([test.steady for test in sheared]))
    # without cohesion there is no tension to test
    strengths = [test.strength for test in pulls] or [0.0] * len(states)
    bonds = [test.rumpf_strength for test in pulls] or [0.0] * len(states)
    return Examination(
        packing_fraction=mean_interval([state.packing_fraction for state in states]),
        coordination_number=mean_interval([state.coordination_number for state in states]),
        rumpf_strength=mean_interval(bonds),
        tensile_strength=mean_interval(strengths),
        friction_angle=angle,
        cohesion=cohesion,
        friction_angle_steady=flowing,
        cohesion_steady=cohering,
        angle_of_repose=mean_interval(slopes or [nan]),
        normal_stresses=stresses,
        mean_overlap=max(test.mean_overlap for test in sheared),
    )
