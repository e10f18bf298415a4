"""From the data of a design to the effects that act: one line for each kind."""

from collections.abc import Callable, Mapping
from typing import Any

from sampling_sim.effects.drilling import Drilling
from sampling_sim.effects.effect import Effect
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.drill_tips import DrillTips
from sampling_sim.regolith.parameters import RegolithParameters

MAKERS: Mapping[type, Callable[[Design, Any], Effect]] = {}
"""Data class of `Design.effects` → its effect."""


GROUND_MAKERS: Mapping[type, Callable[[Design, Any, RegolithParameters], Effect]] = {
    DrillTips: Drilling
}
"""The same for effects that ask how deep and how strong the ground is."""


def effects_of(design: Design, regolith: RegolithParameters) -> list[Effect]:
    """Effects of a design, in its order."""
    return [_effect(design, data, regolith) for data in design.effects]


def _effect(design: Design, data: object, regolith: RegolithParameters) -> Effect:
    if type(data) in GROUND_MAKERS:
        return GROUND_MAKERS[type(data)](design, data, regolith)
    return MAKERS[type(data)](design, data)
