"""Pour a bed to a wanted packing fraction.

One number, the looseness, says how the grains fall: from 0 to 1 with friction and rolling friction
rising from none (random close packing) to rough (random loose packing), from 1 to 2 with cohesion
besides; above 2 grains are taken out at random.  Frame P, SI.

References: Scott & Kilgour (1969), J. Phys. D 2, 863 (close: 0.637 for equal spheres); Onoda &
Liniger (1990), Phys. Rev. Lett. 64, 2727 (loose: 0.555); Yang, Zou & Yu (2000), Phys. Rev. E 62,
3900 (looser yet with cohesion).
"""

import logging
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sampling_sim.errors import PackingError
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.pouring import pour, pouring_gravity
from sampling_sim.regolith.settling import unloaded
from sampling_sim.regolith.slab import measured, surface_height
from sampling_sim.rng import Stream, generator

log = logging.getLogger(__name__)

TOLERANCE = 0.005
"""[1] how near the poured fraction must come to the wanted one; chosen: the spread of seeds at the
default bed is about 0.003."""
LOOSENESS = (0.0, 0.1, 0.2, 0.5, 1.0, 1.2, 1.5, 2.0)
TYPICAL_FRACTION = (0.633, 0.609, 0.595, 0.565, 0.54, 0.51, 0.49, 0.46)
"""[1] packing fractions at these, measured on the default bed: where the search starts."""
LOOSEST = 2.0
MOST_POURS = 7
"""Of one search, chosen: it mostly takes two or three."""


def poured_bed(parameters: RegolithParameters) -> Bed:
    """Poured bed of the fraction asked for, or as the grains fall where none is asked.

    A bed of a wanted fraction has its gravity ramped down already, under the laws it was poured
    with: switched at full weight, its own friction would let a loose bed collapse.

    Raises
    ------
    PackingError
        If the fraction is above what frictionless grains reach; names that.
    """
    wanted = parameters.packing_fraction
    if wanted is None:
        return pour(parameters)
    tried: dict[float, Bed] = {}
    guess = float(np.interp(-wanted, -np.array(TYPICAL_FRACTION), LOOSENESS))
    while len(tried) < MOST_POURS and guess not in tried:
        tried[guess] = _poured(parameters, guess)
        reached = tried[guess].packing_fraction
        log.info("packing %.3f wanted: looseness %.3f gives %.4f", wanted, guess, reached)
        if abs(reached - wanted) < TOLERANCE:
            break
        guess = _next_guess({s: bed.packing_fraction for s, bed in tried.items()}, wanted)
    bed = min(tried.values(), key=lambda b: abs(b.packing_fraction - wanted))
    if bed.packing_fraction < wanted - TOLERANCE and bed.looseness == 0.0:
        msg = (
            f"regolith.packing_fraction = {wanted:g}: the densest these grains pour to is "
            f"{bed.packing_fraction:.3f} (without friction); ask for that or less"
        )
        raise PackingError(msg)
    is_loosest = bed.packing_fraction > wanted + TOLERANCE and bed.looseness == LOOSEST
    return _thinned(bed, wanted) if is_loosest else bed


def _poured(parameters: RegolithParameters, looseness: float) -> Bed:
    """Bed of one looseness, unloaded under the laws of its pour, measured."""
    bed = unloaded(pour(parameters, looseness), pouring_gravity(parameters))
    bed = bed.lowered(surface_height(bed))
    return measured(replace(bed, parameters=parameters, looseness=looseness))


def _next_guess(fractions: dict[float, float], wanted: float) -> float:
    """Looseness to try next: on the typical curve, shifted through the nearest try.

    It stays between the tries that are too dense and too loose; one that was tried before says
    that there is nothing left to try.
    """
    nearest = min(fractions, key=lambda s: abs(fractions[s] - wanted))
    shift = fractions[nearest] - float(np.interp(nearest, LOOSENESS, TYPICAL_FRACTION))
    guess = float(np.interp(-wanted, -np.array(TYPICAL_FRACTION) - shift, LOOSENESS))
    denser = max((s for s, f in fractions.items() if f > wanted), default=0.0)
    looser = min((s for s, f in fractions.items() if f < wanted), default=LOOSEST)
    is_new_end = guess in {0.0, LOOSEST} and guess not in fractions
    return guess if denser < guess < looser or is_new_end else 0.5 * (denser + looser)


def _thinned(bed: Bed, wanted: float) -> Bed:
    """Bed with free grains taken out at random until the fraction is reached; boulders stay.

    What no chain of contacts ties to the glued layer any more is taken out as well.
    """
    p = bed.parameters
    rng = generator(p.packing_seed, 0, Stream.PACKING, "thinning")
    is_grain = bed.body_diameter <= p.diameter_max * (1.0 + 1e-9)
    order = rng.permutation(np.flatnonzero(~bed.body_fixed & is_grain))
    low, high = 0, order.size
    while high - low > 1:
        middle = (low + high) // 2
        keep = np.ones(bed.body_mass.size, bool)
        keep[order[:middle]] = False
        thin = measured(_tied(bed.subset(keep[bed.body])))
        low, high = (middle, high) if thin.packing_fraction > wanted else (low, middle)
    return replace(thin, looseness=LOOSEST + low / bed.body_mass.size)


def _tied(bed: Bed) -> Bed:
    """Bed of the grains that contacts tie to the glued layer."""
    first, second = bed.body[bed.pairs].T
    count = bed.body_mass.size
    graph = coo_array((np.ones(first.size), (first, second)), shape=(count, count))
    _, cluster = connected_components(graph, directed=False)
    return bed.subset(np.isin(cluster, cluster[bed.body_fixed])[bed.body])
