"""From what a user states of a bed to what its grains are given: the calibration, kept as data.

In: friction angle, and tensile strength or cohesion, as requested; out: friction and rolling
friction of the grains, and the Rumpf strength of their bonds.  The tables are what the virtual
laboratory measured on specimens of 18–32 mm, size index −2.5, along one path of sliding and rolling
friction: two to six specimens an entry (tests/bench/calibrate_regolith.py repeats it with as many
as wanted), balanced against beds of four specimens each, sixteen with cohesion and ten without.
They hold for the default contact laws and for packings of 0.55 to 0.60; what a bed really has,
`sampling-sim bed` measures.  SI, radians.
"""

from dataclasses import dataclass, replace
from math import atan, degrees, tan
from typing import Any

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.regolith.parameters import RegolithParameters

FRICTION = (0.3, 0.6, 0.6, 0.6, 0.6, 1.0, 1.0)
ROLLING = (0.0, 0.0, 0.1, 0.2, 0.35, 0.35, 0.6)
"""Friction coefficient and rolling friction at the nodes of the path, from weak to strong."""
PACKING = (0.55, 0.575, 0.60)
"""Packing fractions of the rows below.  Smooth grains do not hold 0.55: the first entries of that
row are those of the packing they fall to."""
DRY_TANGENT = (
    (0.315, 0.35, 0.415, 0.49, 0.56, 0.67, 0.82),
    (0.317, 0.36, 0.475, 0.60, 0.70, 0.815, 0.91),
    (0.345, 0.45, 0.61, 0.735, 0.84, 0.93, 1.10),
)
"""Tangent of the friction angle without cohesion, at each packing and node."""
WET_TANGENT = (
    (0.40, 0.40, 0.58, 0.68, 0.81),
    (0.42, 0.46, 0.68, 0.76, 0.90),
    (0.46, 0.59, 0.79, 0.935, 1.12),
)
"""The same with cohesion, at normal stresses of 0.5 to 5 times the cohesion; nodes beyond the
fifth were not measured.  Bonds that have to be torn for the bed to widen make the line steeper."""
COHESION_SHARE = (
    (0.23, 0.23, 0.30, 0.345, 0.41),
    (0.23, 0.235, 0.30, 0.35, 0.395),
    (0.245, 0.24, 0.31, 0.335, 0.34),
)
"""Mohr–Coulomb cohesion over the Rumpf strength of a specimen's bonds."""
TENSION_SHARE = (
    (0.245, 0.28, 0.28, 0.24, 0.205),
    (0.245, 0.245, 0.223, 0.168, 0.16),
    (0.245, 0.22, 0.195, 0.177, 0.125),
)
"""Peak of uniaxial tension over the Rumpf strength of a specimen's bonds."""
SPECIMEN_BONDS = (0.91, 0.905, 0.87)
"""Rumpf strength of a specimen over that of a bed of the same grains and packing fraction, at each
packing: what is poured between walls has more contacts than what is pressed without (4.8 to 5.7
against 4.1 to 5.0; eighteen beds, 64 specimens)."""
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
    """Cohesion expected over the Rumpf strength of the bed's bonds."""
    tension_share: float
    """The same of the tensile strength."""


def calibration(parameters: RegolithParameters) -> Calibration:
    """Place on the path of the requested friction angle, or of the friction given.

    A friction angle beyond the tables takes the nearest end: the report of the bed says that it
    was not reached.
    """
    fraction, tangents = _fraction(parameters), _tangents(parameters)
    nodes = np.arange(len(FRICTION), dtype=float)
    if parameters.friction_angle is not None:
        # interp takes the first of equal tangents; they never fall along the path
        rising = np.maximum.accumulate(tangents)
        place = float(np.interp(tan(parameters.friction_angle), rising, nodes[: rising.size]))
        friction = float(np.interp(place, nodes, FRICTION))
        rolling = float(np.interp(place, nodes, ROLLING))
    else:
        friction, rolling = parameters.friction_coefficient, parameters.rolling_friction
        place = _nearest_place(friction, rolling)
    bonds = float(np.interp(fraction, PACKING, SPECIMEN_BONDS))
    return Calibration(
        friction_coefficient=friction,
        rolling_friction=rolling,
        friction_angle=atan(_at(place, tangents)),
        cohesion_share=_at(place, _row(COHESION_SHARE, fraction)) * bonds,
        tension_share=_at(place, _row(TENSION_SHARE, fraction)) * bonds,
    )


def beyond_calibration(parameters: RegolithParameters) -> list[str]:
    """Say, a line each, which requests lie beyond the tables: there the nearest entries count."""
    lines = []
    fraction, angle = parameters.packing_fraction, parameters.friction_angle
    is_read = angle is not None or parameters.strength > 0.0
    if is_read and fraction is not None and not PACKING[0] <= fraction <= PACKING[-1]:
        lines.append(
            f"packing_fraction: {fraction:g} requested, calibrated from {PACKING[0]:g} to "
            f"{PACKING[-1]:g}"
        )
    if angle is not None:
        low, *_, high = np.degrees(np.arctan(_tangents(parameters)))
        if not low <= degrees(angle) <= high:
            bonds = "with" if _is_cohesive(parameters) else "without"
            lines.append(
                f"friction_angle: {degrees(angle):.4g} deg requested, calibrated from {low:.3g} to "
                f"{high:.3g} deg {bonds} cohesion at packing {_fraction(parameters):.3g}"
            )
    return lines


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
    return parameters.strength / found.tension_share


def bond_strengths(parameters: RegolithParameters) -> list[float]:
    """Rumpf strength [Pa] of the bonds of each layer, one entry for a bed without layers."""
    return [bond_strength(layer) for layer in _of_layers(parameters)]


def requests(parameters: RegolithParameters) -> list[tuple[str, float, float]]:
    """Key below `regolith.`, value [Pa] and share of Rumpf, of what each layer is asked for."""
    found = []
    for index, layer in enumerate(_of_layers(parameters)):
        own = parameters.layers and parameters.layers[index].tensile_strength is not None
        key = f"layers.{index}.tensile_strength" if own else "tensile_strength"
        shares = calibration(layer)
        if layer.cohesion is not None:
            found.append(("cohesion", layer.cohesion, shares.cohesion_share))
        else:
            found.append((key, layer.strength, shares.tension_share))
    return found


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


def _fraction(parameters: RegolithParameters) -> float:
    """Packing fraction that the rows are read at."""
    return parameters.packing_fraction or NOMINAL_PACKING


def _tangents(parameters: RegolithParameters) -> FloatArray:
    """Tangents of the friction angle at the nodes, with or without cohesion as asked."""
    table = WET_TANGENT if _is_cohesive(parameters) else DRY_TANGENT
    return _row(table, _fraction(parameters))


def _is_cohesive(parameters: RegolithParameters) -> bool:
    """Whether bonds are asked for."""
    return parameters.strength > 0.0


def _row(table: tuple[tuple[float, ...], ...], fraction: float) -> FloatArray:
    """Values at the nodes for a packing fraction; beyond the rows the nearest counts."""
    return np.array(
        [float(np.interp(fraction, PACKING, column)) for column in zip(*table, strict=True)]
    )


def _at(place: float, row: FloatArray) -> float:
    """Value of a row at a place on the path; beyond its nodes the last counts."""
    return float(np.interp(place, np.arange(row.size), row))


def _nearest_place(friction: float, rolling: float) -> float:
    """Place on the path nearest to a friction and a rolling friction."""
    nodes = np.linspace(0.0, len(FRICTION) - 1.0, 601)
    whole = np.arange(len(FRICTION))
    away = (np.interp(nodes, whole, FRICTION) - friction) ** 2
    # rolling friction spans half of what friction does on the path, and matters as much
    away = away + 4.0 * (np.interp(nodes, whole, ROLLING) - rolling) ** 2
    return float(nodes[int(np.argmin(away))])
