"""A sphere let go at the surface of beds under 9.81 to 1e-3 m/s²: Altshuler et al. 2014.

Their object starts from rest at the surface.  With rigid grains and rate-independent friction the
law follows from dimensions alone, so what is tried here is all that has a scale of its own: the
softness of the grains, the step, the walls, and the preparation.  To keep the grains' softness in
it, the modulus does not follow gravity but its power ¾: E/(ρ g D) grows tenfold over the range.
"""

import numpy as np
import pytest
from drops import settled_sphere
from impacts import powers
from rows import row

GRAVITIES = (9.81, 0.1, 0.001)
"""[m/s²]."""
PACKINGS = (1, 2, 3, 4, 5)
pytestmark = pytest.mark.validation


def test_depth_does_not_depend_on_gravity_and_time_goes_as_its_root(table):
    """Exponents of depth and of time in g: 0 and −½."""
    found = np.array([[settled_sphere(s, g) for g in GRAVITIES] for s in PACKINGS])
    slopes = np.array([[powers(GRAVITIES, column)[0] for column in packing.T] for packing in found])
    case, source = "7 Settling under other gravities", "Altshuler et al. 2014"
    weak, strong = found[:, -1, 0], found[:, 0, 0]
    table.put([
        row(case, "exponent of final depth in g", source, 0.0, (-0.02, 0.02), slopes[:, 0],
            resolution=0.02,
            note="0.4 to 1.2 g measured, simulated from 9.81 to 1e-3 m/s²; the band of ±0.02 is "
            "chosen: 20 % over four decades."),
        row(case, "final depth at 1e-3 over that at 9.81 m/s²", source, 1.0, (0.8, 1.2),
            weak / strong),
        row(case, "exponent of stopping time in g", source, -0.5, (-0.52, -0.48), slopes[:, 1],
            resolution=0.02),
    ])  # fmt: skip
