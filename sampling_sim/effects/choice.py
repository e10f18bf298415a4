"""From the data of a design to the effects that act: one line for each kind."""

from collections.abc import Callable, Mapping
from typing import Any

from sampling_sim.effects.effect import Effect
from sampling_sim.effects.projectile import ProjectileShot
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.projectile_horn import Projectile
from sampling_sim.regolith.parameters import RegolithParameters

MAKERS: Mapping[type, Callable[[Design, Any], Effect]] = {}
"""Data class of `Design.effects` → its effect."""

GROUND_MAKERS: Mapping[type, Callable[[Design, Any, RegolithParameters, float], Effect]] = {
    Projectile: ProjectileShot,
}
"""The same for effects that have to know what ground they meet, and its inward pull [m/s²]."""


def effects_of(design: Design, regolith: RegolithParameters, inward: float) -> list[Effect]:
    """Effects of a design, in its order, over a ground with its inward pull [m/s²]."""
    return [
        GROUND_MAKERS[type(data)](design, data, regolith, inward)
        if type(data) in GROUND_MAKERS
        else MAKERS[type(data)](design, data)
        for data in design.effects
    ]
