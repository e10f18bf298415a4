"""Every mechanism over every surface, coarse and short: 5 × 4 cases, by name.

Shared by the contract of all of them (`test_every_design.py`) and by the table of their cost
(`tests/bench/mechanism_cost.py`).
"""

from dataclasses import replace

from anchored_case import BASE as ANCHORED
from coarse_case import BASE as BRUSHES
from coarse_hover import TIMED as HOVER
from horn_case import GRAINS as HORN

from sampling_sim.case import Case
from sampling_sim.mechanism.gas_parameters import GasHeadParameters
from sampling_sim.regolith.parameters import RegolithParameters

GAS = replace(
    BRUSHES,
    mechanism=GasHeadParameters(gas_delay=0.2),
    regolith=replace(BRUSHES.regolith, width_x=0.4, width_y=0.4, depth=0.08, packing_seed=1),
    sequence=replace(BRUSHES.sequence, dwell=1.5),
)


def _small_anchored() -> Case:
    """Return a small craft whose four feet find room on a bed of coarse grains, two deep."""
    case = replace(
        ANCHORED,
        craft=replace(ANCHORED.craft, mass=300.0, bus_size=0.6, wing_mass=5.0, wing_span=4.0),
        mechanism=replace(
            ANCHORED.mechanism,
            foot_offset=0.4,
            foot_radius=0.1,
            leg_length=0.9,
            feed_stroke=0.3,
            feed_speed=0.08,
        ),
        regolith=RegolithParameters(
            diameter_min=0.05,
            diameter_max=0.07,
            depth=0.2,
            width_x=1.2,
            width_y=1.2,
            youngs_modulus=1e7,
        ),
        sequence=replace(
            ANCHORED.sequence, drill_depth=0.08, drill_time=9.0, hold_down_thrust=60.0
        ),
    )
    loose = {"overlap_grain_peak": 0.2, "overlap_tool_peak": 0.3, "overlap_grain_mean": 0.05}
    engine = replace(case.engine, contact_step=5e-4, overlap_fixed_peak=0.3, **loose)
    return replace(case, engine=engine)


MECHANISMS = {
    "brush_wheels": BRUSHES,
    "gas_head": GAS,
    "projectile_horn": HORN,
    "scoop_arm": HOVER,
    "drill_anchor": _small_anchored(),
}
SURFACES = ("grains", "boulders", "layer", "rock")


def case_of(mechanism: str, surface: str) -> Case:
    """Return one case; boulders are two of two largest grains, a layer is as thin as is allowed."""
    case = MECHANISMS[mechanism]
    bed = case.regolith
    changed = {
        "grains": bed,
        "boulders": replace(
            bed,
            boulder_count=2,
            boulder_diameter=2.0 * bed.diameter_max,
            boulder_place="surface",
        ),
        "layer": replace(bed, depth=2.0 * bed.diameter_max),
        "rock": replace(bed, surface="rock"),
    }
    if mechanism == "drill_anchor" and surface == "rock":
        case = replace(case, sequence=replace(case.sequence, drill_depth=0.005))
    # coarse, soft grains pinched against rock: what is asked for here is an end, not a figure
    wide = {"overlap_grain_peak": 0.3, "overlap_tool_peak": 0.5, "overlap_fixed_peak": 0.5}
    engine = replace(case.engine, **wide)
    return replace(case, regolith=changed[surface], engine=engine)
