"""From what a user states of a bed to what its grains are given: the calibration, kept as data.

In: friction angle, and tensile strength or cohesion, as requested; out: friction and rolling
friction of the grains, and the Rumpf strength of their bonds.  The tables are what the virtual
laboratory measured (tests/bench/calibrate_regolith.py) on specimens of 18–32 mm, size index −2.5,
along one path of sliding and rolling friction.  They hold for the default contact laws and for
packings of 0.55 to 0.60; what a bed really has, `sampling-sim bed` measures.  SI, radians.
"""

from dataclasses import dataclass, replace
from math import atan, tan
from typing import Any

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.parameters import RegolithParameters

FRICTION = (0.3, 0.6, 0.6, 0.6, 0.6, 1.0, 1.0)
ROLLING = (0.0, 0.0, 0.1, 0.2, 0.35, 0.35, 0.6)
"""Friction coefficient and rolling friction at the nodes of the path, from weak to strong."""
PACKING = (0.55, 0.575, 0.60)
"""Packing fractions of the rows below."""
TANGENT = (
    (0.32, 0.34, 0.40, 0.45, 0.55, 0.60, 0.65),
    (0.31, 0.33, 0.41, 0.51, 0.63, 0.71, 0.80),
    (0.31, 0.34, 0.45, 0.57, 0.70, 0.80, 0.90),
)
"""Tangent of the friction angle at each packing and node."""
COHESION_SHARE = (0.2, 0.22, 0.25, 0.28, 0.3, 0.3, 0.3)
"""Mohr–Coulomb cohesion over the Rumpf strength of the bonds at each node."""
TENSION_SHARE = (0.25, 0.28, 0.32, 0.33, 0.35, 0.35, 0.35)
"""Peak of uniaxial tension over the Rumpf strength of the bonds at each node."""
NOMINAL_PACKING = 0.575
"""Taken where no packing fraction is asked for; chosen: what the default bed settles to."""


@dataclass(frozen=True)
class Calibration:
    """What the tables give for one set of parameters."""

    friction_coefficient: float
    rolling_friction: float
    friction_angle: float
    """[rad] expected."""
    cohesion_share: float
    tension_share: float


def calibration(parameters: RegolithParameters) -> Calibration:
    """Place on the path of the requested friction angle, or of the friction given.

    A friction angle beyond the tables takes the nearest end: the report of the bed says that it
    was not reached.
    """
    tangents = _tangents(getattr(parameters, "packing_fraction", None) or NOMINAL_PACKING)
    nodes = np.arange(len(FRICTION), dtype=float)
    if parameters.friction_angle is not None:
        place = float(np.interp(tan(parameters.friction_angle), tangents, nodes))
        friction = float(np.interp(place, nodes, FRICTION))
        rolling = float(np.interp(place, nodes, ROLLING))
    else:
        friction, rolling = parameters.friction_coefficient, parameters.rolling_friction
        place = _nearest_place(friction, rolling)
    return Calibration(
        friction_coefficient=friction,
        rolling_friction=rolling,
        friction_angle=atan(float(np.interp(place, nodes, tangents))),
        cohesion_share=float(np.interp(place, nodes, COHESION_SHARE)),
        tension_share=float(np.interp(place, nodes, TENSION_SHARE)),
    )


def calibrated(parameters: RegolithParameters) -> RegolithParameters:
    """Parameters whose grains have the friction that the requested friction angle needs."""
    if parameters.friction_angle is None:
        return parameters
    found = calibration(parameters)
    return replace(
        parameters,
        friction_coefficient=found.friction_coefficient,
        rolling_friction=found.rolling_friction,
    )


def bond_strength(parameters: RegolithParameters) -> float:
    """Rumpf strength [Pa] of bonds that give the requested tensile strength or cohesion."""
    found = calibration(parameters)
    if parameters.cohesion is not None:
        return parameters.cohesion / found.cohesion_share
    return parameters.tensile_strength / found.tension_share


def tensile_strength(parameters: RegolithParameters) -> float:
    """Tensile strength [Pa] requested, or expected of the requested cohesion."""
    return bond_strength(parameters) * calibration(parameters).tension_share


def bond_strengths(parameters: RegolithParameters) -> list[float]:
    """Rumpf strength [Pa] of the bonds of each layer, one entry for a bed without layers."""
    return [bond_strength(layer) for layer in _of_layers(parameters)]


def tensile_strengths(parameters: RegolithParameters) -> list[float]:
    """Tensile strength [Pa] of each layer, as `tensile_strength`."""
    return [tensile_strength(layer) for layer in _of_layers(parameters)]


def calibration_of(parameters: RegolithParameters) -> dict[str, Any]:
    """Return what a report says of the calibration: JSON's types only."""
    found = calibration(parameters)
    return {
        "friction_coefficient": found.friction_coefficient,
        "rolling_friction": found.rolling_friction,
        "bond_strength": bond_strength(parameters),
        "cohesion_share": found.cohesion_share,
        "tension_share": found.tension_share,
        "expected_friction_angle": found.friction_angle,
    }


def _of_layers(parameters: RegolithParameters) -> list[RegolithParameters]:
    """Parameters with the strength of each layer; the bed's own where a layer gives none."""
    own = [
        parameters
        if layer.tensile_strength is None
        else replace(parameters, tensile_strength=layer.tensile_strength, cohesion=None)
        for layer in parameters.layers
    ]
    return own or [parameters]


def _tangents(packing_fraction: float) -> FloatArray:
    """Tangents of the friction angle at the nodes for a packing fraction, never falling."""
    rows = np.array(TANGENT)
    found = np.array([np.interp(packing_fraction, PACKING, column) for column in rows.T])
    return np.asarray(np.maximum.accumulate(found))


def _nearest_place(friction: float, rolling: float) -> float:
    """Place on the path nearest to a friction and a rolling friction."""
    nodes = np.linspace(0.0, len(FRICTION) - 1.0, 601)
    whole = np.arange(len(FRICTION))
    away = (np.interp(nodes, whole, FRICTION) - friction) ** 2
    # rolling friction spans half of what friction does on the path, and matters as much
    away = away + 4.0 * (np.interp(nodes, whole, ROLLING) - rolling) ** 2
    return float(nodes[int(np.argmin(away))])
