"""What one case will cost, from its parameters alone: nothing is prepared or run.

Core seconds = spheres × simulated time / contact step / `SPHERE_STEPS`
             + simulated time / exchange step × `EXCHANGE`,
with the number of spheres from the box, the sizes and a packing fraction, and the simulated time
from the phases of the sequence when nothing goes wrong.  Left out: aborts, a craft that waits for
contact, active regions, adaptive steps.  How far it is off: docs/designs.md.
"""

import math
from dataclasses import dataclass

from sampling_sim.case import Case
from sampling_sim.mechanism.drill_anchor_parameters import DrillAnchorParameters
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.preparation_rules import NOMINAL_FRACTION, nominal_grains
from sampling_sim.sequence.anchor import AnchorParameters
from sampling_sim.sequence.hover import HoverParameters

SPHERE_STEPS = 1.0e7
"""[1/s] steps of one sphere a core second, tools among them: docs/mechanism-cost.md gives 8.5 to
12.1 million but for the gas head (4 to 12); a bed at rest without tools takes 15."""
EXCHANGE = 6.5e-4
"""[s] core time of one exchange beside the grains (PyBullet, field, effects, sequence): 0.43 to
0.95 ms in docs/mechanism-cost.md, the mean over mechanisms."""
BED = 5e-3
"""[s] core time to pour and relax one sphere of a bed: 6 to 12 s for 1,694 in docs/demo.md."""
TYPICAL_PACKING = 0.5
"""[1] packing fraction of a bed as it falls; chosen: the demonstration's."""
CLEAR = 0.35
"""[m] the craft rises from the depth it sank to until it counts as clear (0.3 m above)."""
SETTLING = 1.0
"""[s] after that until a case ends."""


@dataclass(frozen=True)
class CaseCost:
    """Estimate for one case."""

    spheres: float
    """[1] of the bed: a grain is one, a clump several; 0 on bare rock."""
    simulated_time: float
    """[s]."""
    core_seconds: float
    """[s] of one core, compilation and bed left out."""
    bed_seconds: float
    """[s] of one core to prepare its bed, where it is not in the cache."""


def case_cost(case: Case) -> CaseCost:
    """Estimate what a case costs."""
    engine, spheres = case.engine, _spheres(case.regolith)
    duration = min(_duration(case), case.sequence.time_limit)
    grains = spheres * duration / engine.contact_step / SPHERE_STEPS
    return CaseCost(
        spheres=spheres,
        simulated_time=duration,
        core_seconds=grains + duration / engine.exchange_step * EXCHANGE,
        bed_seconds=BED * spheres,
    )


def _spheres(p: RegolithParameters) -> float:
    if p.surface == "rock":
        return 0.0
    packing = p.packing_fraction or TYPICAL_PACKING
    members = 1 if p.shape.kind == "sphere" else p.shape.members
    boulders = p.boulder_count * (p.shape.boulder_members if p.shape.boulder_mesh else 1)
    return packing / NOMINAL_FRACTION * nominal_grains(p) * members + boulders


def _duration(case: Case) -> float:
    """Return the simulated time [s] from release to the end, if nothing is aborted."""
    s = case.sequence
    if isinstance(s, HoverParameters):  # clear as soon as the arm is stowed: the burn is the end
        phases = s.station_time + s.reach_time + s.sample_time + s.stow_time
        return phases + s.retreat_speed * case.craft.mass / s.retreat_thrust
    if isinstance(s, AnchorParameters):
        pull = s.set_time + s.pull_ramp + s.pull_time
        phases = s.damp_time + s.hold_down_time + _drilling(case, s) + pull + s.sample_time
    else:
        phases = s.dwell
    return s.release_clearance / s.approach_speed + phases + _retreat(case) + SETTLING


def _drilling(case: Case, sequence: AnchorParameters) -> float:
    """Return the time [s] in which the drills go in and come out.

    In rock a hammer advances by its power over the energy of the volume cut.
    """
    p, depth = case.mechanism, sequence.drill_depth
    if not isinstance(p, DrillAnchorParameters):
        return sequence.drill_time + sequence.release_time
    speed = p.feed_speed
    if case.regolith.surface == "rock":
        kerf = 0.25 * math.pi * (p.bit_diameter**2 - p.core_diameter**2)
        speed = min(speed, p.percussion_power / (p.specific_energy * kerf))
    drilling = p.park_height / p.feed_speed + (depth / speed if speed > 0.0 else math.inf)
    release = min(depth / p.feed_speed, sequence.release_time)
    return min(drilling, sequence.drill_time) + release


def _retreat(case: Case) -> float:
    """Time [s] from the retreat's start until the craft is clear; at rest before it."""
    sequence = case.sequence
    acceleration, speed = sequence.retreat_thrust / case.craft.mass, sequence.retreat_speed
    burn = 0.5 * speed**2 / acceleration
    if burn >= CLEAR:
        return math.sqrt(2.0 * CLEAR / acceleration)
    return speed / acceleration + (CLEAR - burn) / speed
