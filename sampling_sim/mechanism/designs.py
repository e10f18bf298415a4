"""Which samplers there are, and the whole craft with one of them: one line for each design."""

from collections.abc import Callable, Mapping
from typing import Any

from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.brush_wheels import brush_wheels_design
from sampling_sim.mechanism.checks import check_design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.drill_anchor import DrillAnchorParameters, drill_anchor_design
from sampling_sim.mechanism.gas_head import gas_head_design
from sampling_sim.mechanism.gas_parameters import GasHeadParameters
from sampling_sim.mechanism.horn_parameters import ProjectileHornParameters
from sampling_sim.mechanism.projectile_horn import projectile_horn_design
from sampling_sim.mechanism.scoop_arm import ScoopArmParameters, scoop_arm_design
from sampling_sim.mechanism.wings import with_wings

MechanismParameters = (
    BrushWheelsParameters
    | DrillAnchorParameters
    | GasHeadParameters
    | ProjectileHornParameters
    | ScoopArmParameters
)
"""`[mechanism]`, by its `kind`."""

MAKERS: Mapping[type, Callable[[CraftParameters, Any], Design]] = {
    BrushWheelsParameters: brush_wheels_design,
    ScoopArmParameters: scoop_arm_design,
    GasHeadParameters: gas_head_design,
    ProjectileHornParameters: projectile_horn_design,
    DrillAnchorParameters: drill_anchor_design,
}
"""Parameters → design without wings of their own."""


def design_of(craft: CraftParameters, mechanism: MechanismParameters) -> Design:
    """Craft with its mechanism and wings.

    Raises
    ------
    ConfigError
        If masses or inertias cannot be, or parts run into one another at rest.
    """
    design = with_wings(craft, MAKERS[type(mechanism)](craft, mechanism))
    check_design(design)
    return design
