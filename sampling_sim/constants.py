"""Physical constants and array aliases used in every room.  SI throughout."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

GRAVITATIONAL_CONSTANT = 6.67430e-11
"""[m³/(kg·s²)] CODATA 2018, relative uncertainty 2.2e-5."""
