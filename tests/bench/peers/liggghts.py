"""The bench in LIGGGHTS (Debian's package `liggghts`).

Rolling: `epsd2`, an elastic spring of stiffness k_t R*² that yields at μ_r R* F_n, which is our law
without its damper; `limitForce on` clips the normal force at zero, as ours does.  The package holds
neither `epsd` nor `epsd2` precompiled with Hertz and history, and says that this costs up to 20 %.
Friction histories are displacements.
"""

import re
import shutil

import numpy as np

from peers import case as bench
from peers.case import Case, run_program

MODEL = "model hertz tangential history rolling_friction epsd2"


def absent():
    """Reason why it cannot run here, or None."""
    return None if shutil.which("liggghts") else "liggghts is not installed (Debian: liggghts)"


def run(case: Case, skin=None):
    """One figure on one core."""
    deck = _deck(case, skin or case.skin)
    return run_program(
        case, ["liggghts", "-log", "none", "-in", "deck"], deck, _read, grains=grains_file(case)
    )


def grains_file(case: Case):
    """Positions, diameters and density as a data file of LAMMPS and LIGGGHTS."""
    x, d = case.position, 2.0 * case.radius
    edges = zip("xyz", case.upper, strict=True)
    bounds = "".join(f"-0.01 {high + 0.01:.6g} {a}lo {a}hi\n" for a, high in edges)
    rows = (
        f"{i + 1} 1 {d[i]:.17g} {bench.DENSITY} {x[i, 0]:.17g} {x[i, 1]:.17g} {x[i, 2]:.17g}\n"
        for i in range(d.size)
    )
    return f"grains\n\n{d.size} atoms\n1 atom types\n\n{bounds}\nAtoms\n\n" + "".join(rows)


def swinging_gravity(case: Case):
    """Fix of both codes for gravity that swings as the case says."""
    angle = f"{case.swing}*sin({bench.SWING_RATE}*step*{case.step})"
    return f"""
variable gx equal sin({angle})
variable gz equal -cos({angle})
fix pull all gravity {bench.GRAVITY} vector v_gx 0 v_gz
"""


def _deck(case: Case, skin):
    planes = (("x", 0.0), ("x", case.width[0]), ("y", 0.0), ("y", case.width[1]), ("z", 0.0))
    walls = "".join(
        f"fix wall{k} all wall/gran {MODEL} primitive type 1 {axis}plane {at} limitForce on\n"
        for k, (axis, at) in enumerate(planes)
    )
    gravity = f"fix pull all gravity {bench.GRAVITY} vector 0 0 -1"
    return f"""
units si
atom_style granular
boundary f f f
newton off
communicate single vel yes
read_data grains
neighbor {skin} bin
neigh_modify delay 0
fix m1 all property/global youngsModulus peratomtype {bench.YOUNGS_MODULUS}
fix m2 all property/global poissonsRatio peratomtype {bench.POISSON_RATIO}
fix m3 all property/global coefficientRestitution peratomtypepair 1 {bench.RESTITUTION}
fix m4 all property/global coefficientFriction peratomtypepair 1 {bench.FRICTION}
fix m5 all property/global coefficientRollingFriction peratomtypepair 1 {bench.ROLLING}
pair_style gran {MODEL} limitForce on
pair_coeff * *
timestep {case.step}
{walls}{swinging_gravity(case) if case.swing else gravity}
fix move all nve/sphere
thermo 100000
run {case.warm_up}
shell . ./clock
run {case.timed}
shell . ./clock
dump end all custom {case.warm_up + case.timed} end.txt id x y z
dump_modify end sort id first yes format "%d %.12g %.12g %.12g"
run 0
"""


def _read(folder, output):
    version = re.search(r"Version (\S+ \S+)", output)
    return read_run(folder, output, version.group(1).rstrip(",") if version else "LIGGGHTS")


def read_run(folder, output, version):
    """Seconds, positions and rebuilds of the timed run, the second in either code's output."""
    seconds = float(re.findall(r"Loop time of (\S+)", output)[1])
    before, after = np.loadtxt(folder / "clock.txt")
    rebuilds = int(re.findall(r"Neighbor list builds = (\d+)", output)[1])
    position = np.loadtxt(folder / "end.txt", skiprows=9)[:, 1:]
    return seconds, 1e-9 * (after - before), position, rebuilds, version
