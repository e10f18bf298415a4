"""From the data of a design to the effects that act: one line for each kind."""

from collections.abc import Callable, Mapping
from typing import Any

from sampling_sim.effects.drilling import Drilling
from sampling_sim.effects.effect import Effect
from sampling_sim.effects.gas import GasEffect
from sampling_sim.effects.projectile import ProjectileShot
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.drill_tips import DrillTips
from sampling_sim.mechanism.gas_head import GasJet
from sampling_sim.mechanism.projectile_horn import Projectile
from sampling_sim.regolith.parameters import RegolithParameters

MAKERS: Mapping[type, Callable[[Design, Any, RegolithParameters, float], Effect]] = {
    DrillTips: lambda design, tips, ground, _inward: Drilling(design, tips, ground),
    GasJet: lambda _design, jet, _ground, _inward: GasEffect(jet),
    Projectile: ProjectileShot,
}
"""Data class of `Design.effects` → its effect, of design, data, ground and its inward pull."""


def effects_of(design: Design, ground: RegolithParameters, inward: float) -> list[Effect]:
    """Effects of a design, in its order, over a ground that pulls inward by so much [m/s²]."""
    return [MAKERS[type(data)](design, data, ground, inward) for data in design.effects]
