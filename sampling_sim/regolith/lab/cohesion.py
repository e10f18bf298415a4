"""Cohesion switched on in a specimen, as in a bed: then the pressing is taken away in steps.

In: a pressed, cohesionless specimen and the scale w [J/m²] of its pull-off forces 2π w R*; out: the
specimen at rest under each stress a test asks for.  SI.
"""

from collections.abc import Sequence
from dataclasses import replace

from sampling_sim.regolith.lab.specimen import Specimen, packing, pressed

UNLOADING = 0.4
"""Factor on the plate's stress in each stage of the unloading; chosen."""
NO_STRESS = 0.01
"""Stress over the bonds' strength from which a plate is let go altogether; chosen."""


def unloaded(specimen: Specimen, scale: float, stresses: Sequence[float]) -> list[Specimen]:
    """Specimen with cohesion of scale w, at rest under each plate stress [Pa], in that order."""
    specimen = replace(specimen, bed=replace(specimen.bed, pull_off_scale=scale))
    found: dict[float, Specimen] = {}
    for stress in sorted(stresses, reverse=True):
        least = max(stress, NO_STRESS * packing(specimen).rumpf_strength)
        while least > 0.0 and specimen.pressure * UNLOADING > least:
            specimen = pressed(replace(specimen, pressure=specimen.pressure * UNLOADING))
        specimen = found[stress] = pressed(replace(specimen, pressure=stress))
    return [found[stress] for stress in stresses]
