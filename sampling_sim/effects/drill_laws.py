"""Laws of one drill in its hole: how fast it bores, what torque that takes, what the hole holds.

Pure functions of arrays, one entry a drill.  SI.

Rock (Teale 1965, Int. J. Rock Mech. Min. Sci. 2, 57): the energy to cut a volume is the work of
thrust, of rotation and of the hammer, e A u = W u + T ω + P.  Holding: shear along the shaft,
bearing across it, an ellipse in between, so that holding force depends on the load's direction as
for the crossed drills of Wang et al. (2021, Acta Astronaut. 178, 813).  Left out: wear, heat,
cuttings that jam, cracks between neighbouring holes, bending of the shaft.
"""

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.drill_tips import Bit, DrillTips, Strength

LEAST_ENERGY = 0.1
"""Share of e A that is left to cut with, however hard a blow presses the bit; chosen: drills whose
thrust comes near e A are refused, a landing on a bit does not cut by its weight alone."""
AT_REST = 0.05
"""Share of the clearing rate under which a drill is at rest; chosen: a craft that sways on its legs
turns it by a thousandth."""


def cutting_share(bit: Bit, rate: FloatArray) -> FloatArray:
    """Share [1] of full cutting at a rate [rad/s], positive in the sense that cuts; 0 at rest."""
    share = np.minimum(rate / bit.clearing_rate, 1.0)
    return np.where(share > AT_REST, share, 0.0)


def grip(bit: Bit, rate: FloatArray) -> FloatArray:
    """Share [1] of the shaft's shear that acts: 1 at rest, 0 from the clearing rate on."""
    return np.clip(1.0 - np.abs(rate) / bit.clearing_rate, 0.0, 1.0)


def face_torque(bit: Bit, weight: FloatArray) -> FloatArray:
    """Torque [N·m] of a face under a weight [N], pressed evenly: μ W d/3."""
    return bit.friction_coefficient * weight * bit.diameter / 3.0


def rock_rate(
    tips: DrillTips, weight: FloatArray, rate: FloatArray, torque: FloatArray
) -> FloatArray:
    """Advance [m/s] in rock: u = (T ω + P)/(e A − W), or 0 under the least weight or at rest.

    Parameters
    ----------
    tips
        Bit and rock.
    weight, rate, torque
        [N] on the bit; [rad/s], positive in the sense that cuts; [N·m] that it takes there.
    """
    share = cutting_share(tips.bit, rate)
    power = share * tips.bit.percussion_power + torque * np.maximum(rate, 0.0)
    whole = tips.specific_energy * tips.bit.kerf_area
    energy = np.maximum(whole - weight, LEAST_ENERGY * whole)
    return np.where((weight >= tips.least_weight) & (share > 0.0), power / energy, 0.0)


def regolith_resistance(tips: DrillTips, rate: FloatArray) -> FloatArray:
    """Force [N] at which regolith gives way under a bit: q A, less where it turns."""
    relief = 1.0 - (1.0 - tips.rotation_relief) * cutting_share(tips.bit, rate)
    return tips.penetration_resistance * tips.bit.hole_area * relief


def pull_out_force(bit: Bit, ground: Strength, length: FloatArray) -> FloatArray:
    """Force [N] along the shaft at which it slides: π d L τ."""
    return np.pi * bit.diameter * length * ground.shear


def lateral_force(bit: Bit, ground: Strength, length: FloatArray) -> FloatArray:
    """Force [N] across the shaft at which the ground yields: σ d L."""
    return ground.bearing * bit.diameter * length


def holding_force(
    axial: FloatArray, lateral: FloatArray, load: FloatArray, axis: FloatArray
) -> FloatArray:
    """Return R(u) [N] in the direction of a load, 1/√((u_ax/R_ax)² + (u_lat/R_lat)²).

    Parameters
    ----------
    axial, lateral
        [N] R_ax and R_lat, shape (n,).
    load
        [N] whose direction is meant, shape (n, 3); a load of zero gets an infinite R.
    axis
        Unit vectors along the shafts, shape (n, 3).
    """
    along = np.einsum("ni,ni->n", load, axis)
    across = np.linalg.norm(load - along[:, None] * axis, axis=1)
    used = utilisation(axial, lateral, along, across)
    size = np.hypot(along, across)
    return np.divide(size, used, out=np.full_like(used, np.inf), where=used > 0.0)


def utilisation(
    axial: FloatArray, lateral: FloatArray, along: FloatArray, across: FloatArray
) -> FloatArray:
    """Load over holding force [1] of its direction; infinite where a load meets no hold at all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = np.abs(along) / axial, np.abs(across) / lateral
    # no load on no hold is no use of it
    return np.hypot(np.where(along == 0.0, 0.0, one), np.where(across == 0.0, 0.0, other))
