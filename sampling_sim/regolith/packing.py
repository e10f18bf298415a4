"""Prepare a bed: pour it (`pouring.py`), relax it into the site's field (`relaxing.py`).

Two results are cached by content: the poured packing, and the relaxed bed (`cache.py`).
"""

import logging
from dataclasses import replace
from pathlib import Path

from sampling_sim.asteroid.field import SiteField
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.cache import cached_bed
from sampling_sim.regolith.calibration import beyond_calibration, calibrated
from sampling_sim.regolith.looseness import poured_bed
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.relaxing import blended_field, needed_strength, relax
from sampling_sim.regolith.settling import uniform_field

log = logging.getLogger(__name__)

ANY_FRICTION, ANY_ROLLING = 0.6, 0.1
"""[1] stand in the name of a poured bed where the pour takes no notice of the grains' friction."""

__all__ = ["blended_field", "needed_strength", "prepare_bed", "uniform_field"]


def prepare_bed(
    parameters: RegolithParameters, field: SiteField, *, cache_dir: Path | None = None
) -> Bed:
    """Bed of `parameters` at rest in `field`, from the cache if it is there.

    A bed that is unsettled, made now or before, is said to be so: `may_be_unsettled` allows it.
    With `may_leave` the bed is left at rest under a weak inward gravity instead, so that the run
    shows it leave.

    Raises
    ------
    PackingError
        If the field carries the bed away (names the strength it needs) or it does not come to
        rest.
    """
    for line in beyond_calibration(parameters):
        log.warning("regolith.%s: the nearest counts", line)
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
    if parameters.packing_fraction is not None:  # poured with the friction that gives the fraction
        pouring = replace(pouring, friction_coefficient=ANY_FRICTION, rolling_friction=ANY_ROLLING)

    def make() -> Bed:
        poured = cached_bed("poured", pouring, None, cache_dir, lambda: poured_bed(pouring))
        return relax(poured, parameters, field)

    bed = cached_bed("relaxed", parameters, field, cache_dir, make)
    if not bed.is_settled:
        log.warning(
            "bed is unsettled, it starts as placed and may sink: packing seed %d, packing fraction "
            "%.3f", parameters.packing_seed, bed.packing_fraction,
        )  # fmt: skip
    return bed
