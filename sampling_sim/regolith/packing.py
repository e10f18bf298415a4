"""Prepare a bed: pour it (`pouring.py`), relax it into the site's field (`relaxing.py`).

Two results are cached by content: the poured packing, and the relaxed bed (`cache.py`).
"""

from dataclasses import replace
from pathlib import Path

from sampling_sim.asteroid.field import SiteField
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.cache import cached_bed
from sampling_sim.regolith.calibration import calibrated
from sampling_sim.regolith.looseness import poured_bed
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.relaxing import blended_field, needed_strength, relax
from sampling_sim.regolith.settling import uniform_field

__all__ = ["blended_field", "needed_strength", "prepare_bed", "uniform_field"]


def prepare_bed(
    parameters: RegolithParameters, field: SiteField, *, cache_dir: Path | None = None
) -> Bed:
    """Bed of `parameters` at rest in `field`, from the cache if it is there.

    With `may_leave` the bed is left at rest under a weak inward gravity instead, so that the run
    shows it leave.

    Raises
    ------
    PackingError
        If the field carries the bed away (names the strength it needs) or it does not come to
        rest.
    """
    parameters = calibrated(parameters)
    # what pouring does not depend on takes one value, so that beds of other strength share it
    layers = tuple(replace(layer, tensile_strength=None) for layer in parameters.layers)
    pouring = replace(
        parameters,
        tensile_strength=0.0,
        cohesion=None,
        may_leave=True,
        may_be_unsettled=True,
        layers=layers,
    )

    def make() -> Bed:
        poured = cached_bed("poured", pouring, None, cache_dir, lambda: poured_bed(pouring))
        return relax(poured, parameters, field)

    return cached_bed("relaxed", parameters, field, cache_dir, make)
