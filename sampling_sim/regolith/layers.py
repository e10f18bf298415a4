"""Layers of a bed, from the surface down: another strength or another range of sizes.

Goes in: `[[regolith.layers]]` tables of an experiment.  SI; depths are counted from the undisturbed
surface, downwards positive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt

from sampling_sim.quantities import Length, Pressure


@dataclass(frozen=True, kw_only=True)
class RegolithLayer:
    """One layer; what it does not say is as the bed says."""

    thickness: Annotated[Length, Gt(0)] | None = None
    """[m] left out in the last layer alone, which reaches the floor."""
    tensile_strength: Annotated[Pressure, Ge(0)] | None = None
    """[Pa] as `regolith.tensile_strength`, for this layer."""
    diameter_min: Annotated[Length, Gt(0)] | None = None
    """[m] smallest grain here: the bed's size distribution is cut to the layer's range."""
    diameter_max: Annotated[Length, Gt(0)] | None = None
    """[m] largest grain here."""


def layer_bottoms(layers: Sequence[RegolithLayer], depth: float) -> list[float]:
    """Depth [m] at which each layer ends; the last one ends at `depth`."""
    bottoms, reached = [], 0.0
    for layer in layers:
        reached = depth if layer.thickness is None else reached + layer.thickness
        bottoms.append(reached)
    return bottoms
