"""Names of the laws an experiment chooses between, as text outside and as numbers in the loop.

A law's number is known when the loop is compiled, so that the choice costs nothing there.  No
numba here: the parameters of an experiment are read without it.
"""

from enum import IntEnum
from typing import Literal

NormalName = Literal["hertz", "linear"]
CohesionName = Literal["fading", "dmt", "jkr", "van_der_waals"]


class NormalLaw(IntEnum):
    """Repulsion of two grains; the text form is the name in lower case."""

    HERTZ = 0
    LINEAR = 1


class CohesionLaw(IntEnum):
    """Attraction of two grains; the text form is the name in lower case."""

    FADING = 0
    DMT = 1
    VAN_DER_WAALS = 2
    JKR = 3


def normal_law_of(name: NormalName) -> NormalLaw:
    """Look up the normal law that an experiment calls `name`."""
    return NormalLaw[name.upper()]


def cohesion_law_of(name: CohesionName) -> CohesionLaw:
    """Look up the law of cohesion that an experiment calls `name`."""
    return CohesionLaw[name.upper()]
