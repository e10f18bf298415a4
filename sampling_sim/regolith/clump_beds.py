"""Give the bodies of a bed their shapes: spheres in, clumps of the same volumes out.

The places are those of the column that is poured (boulders first), where the bodies lie apart by
`GrainShapeParameters.room`.  Which shape and which way round follow from the packing seed.
"""

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.bodies import (
    BedClumps,
    clumps_of,
    no_bed_clumps,
    random_attitudes,
    sphere_centres,
)
from sampling_sim.regolith.clumps import rotation_matrices
from sampling_sim.regolith.shape_parameters import GrainShapeParameters
from sampling_sim.rng import Stream, generator


def shaped(
    shape: GrainShapeParameters,
    position: FloatArray,
    radius: FloatArray,
    *,
    boulders: int,
    density: float,
    seed: int,
) -> tuple[FloatArray, FloatArray, BedClumps]:
    """Centres (n, 3) and radii (n,) [m] of all spheres, and the clumps they belong to.

    Parameters
    ----------
    position, radius
        Of the bodies [m], shapes (b, 3) and (b,); the first `boulders` of them are boulders.
    density
        Of the solid [kg/m³].
    """
    if shape.is_round:
        return position, radius, no_bed_clumps()
    rng = generator(seed, 0, Stream.PACKING, "shape")
    clumped = boulders if shape.kind == "sphere" else len(radius)
    grain = shape.grain_templates()
    which = rng.integers(len(grain), size=clumped)
    templates = [
        shape.boulder_template() if body < boulders else grain[k] for body, k in enumerate(which)
    ]
    if not templates:
        return position, radius, no_bed_clumps()
    clumps, spheres = clumps_of(
        templates, position[:clumped], 2.0 * radius[:clumped], random_attitudes(rng, clumped),
        density,
    )  # fmt: skip
    centres = sphere_centres(clumps, rotation_matrices(clumps.attitude))
    return (
        np.vstack([centres, position[clumped:]]),
        np.concatenate([spheres, radius[clumped:]]),
        clumps,
    )
