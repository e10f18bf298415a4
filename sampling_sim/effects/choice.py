"""From the data of a design to the effects that act: one line for each kind."""

from collections.abc import Callable, Mapping
from typing import Any

from sampling_sim.effects.effect import Effect
from sampling_sim.effects.gas import GasEffect
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.gas_head import GasJet

MAKERS: Mapping[type, Callable[[Design, Any], Effect]] = {
    GasJet: lambda _, jet: GasEffect(jet),
}
"""Data class of `Design.effects` → its effect."""


def effects_of(design: Design) -> list[Effect]:
    """Effects of a design, in its order."""
    return [MAKERS[type(data)](design, data) for data in design.effects]
