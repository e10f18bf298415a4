"""Slow pushes at 1 g: Brzinski's α for a sphere, plates against the resistive-force table."""

from math import pi, radians

import numpy as np
import pytest
from repose import measured_friction
from rows import row
from slow_push import plate_stresses, pushed_back, table_stresses

PACKINGS = (1, 2, 3, 4, 5)
PLATE_PACKINGS = (1, 2, 3)
ANGLES = ((0, 90), (45, 90), (90, 90), (45, 45), (-45, 45), (45, 0), (90, 0))
"""[deg] (β, γ); vertical, inclined and horizontal."""
pytestmark = pytest.mark.validation


def test_the_quasi_static_stress_on_a_sphere(table):
    """Normal stress α μ ρ g z with α about 35."""
    mu, doubt = measured_friction(PACKINGS)
    values = [pushed_back(seed) / mu for seed in PACKINGS]
    table.put([
        row("5 Slow push of a sphere", "α in normal stress = α μ ρ g z", "Brzinski et al. 2013",
            35.0, (28.0, 42.0), values,
            scale_error=doubt,
            note="0.2 m/s, from a quarter of a diameter down to one. With the area of (D + d)² in "
            "place of D² (D/d = 5) α would be 1.4 times less."),
    ])  # fmt: skip


def test_plates_at_several_angles(table):
    """Shape of the resistive-force table, ζ from the flat plate pushed down."""
    case, source = "6 Plates at an angle", "Li, Zhang & Goldman 2013"
    found = {a: np.array([plate_stresses(s, *a) for s in PLATE_PACKINGS]) for a in ANGLES}
    flat = found[0, 90][:, 1]
    zeta = flat.mean() / table_stresses(0.0, pi / 2)[1] / 1e6
    note = (
        f"ζ = {zeta:.2f} (N/cm³, from β = 0°, γ = 90°); stresses over that of the flat plate "
        "pushed down. β: front edge up; γ: below the horizontal. Band: ±0.1 of that. A plate "
        "that moves edgewise (β = γ = 90°, β = −45° with γ = 45°) meets grains with its rim: "
        "8 mm of plate and a grain of 10 mm, against 48 + 10 mm across, make 0.31 of the flat "
        "plate's stress; finer grains would lessen it."
    )
    rows = []
    for beta, gamma in ANGLES[1:]:
        across, up = table_stresses(radians(beta), radians(gamma))
        ours = found[beta, gamma] / flat.mean()
        for name, expected, values in (("x", across, ours[:, 0]), ("z", up, ours[:, 1])):
            rows.append(
                row(case, f"α_{name}, β = {beta}°, γ = {gamma}°", source, expected,
                    (expected - 0.1, expected + 0.1), values, note=note, resolution=0.1)
            )  # fmt: skip
    table.put(rows)
