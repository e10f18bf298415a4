"""The short form of `make validate` that CI runs: stable rows measured anew, in a few packings.

    make validate-quick

Each test asks for a verdict of the whole validation and for about its kept value (gravity: for
the closed form), and has a twin, another law or another ground, that must get another verdict.
The packings are among those of the whole form, so this tells a change of the code, not of the
physics; what `@kept` finds of the same kernel is not measured again. Nothing is written. By how
much three packings may differ from five, and 40 flights from 100, is chosen: several standard
errors, and well under what the twin does.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "bounces"))
from bounce_cases import MODEL, hayabusa_row
from bounce_rows import OUT_IN
from drops import settled_sphere
from impacts import DENSITIES, impact, powers
from rows import KEPT, band_row, row

PACKINGS = (1, 2, 3)
SPEEDS = (1.0, 2.0)
"""[m/s] the two faster of the whole form's."""
FLIGHTS = 40
pytestmark = [pytest.mark.validation, pytest.mark.quick]


@pytest.fixture(scope="module")
def kept_row():
    """Return what finds a row of the whole form by its case and the start of its quantity."""
    stored = json.loads(KEPT.read_text())

    def find(case, start):
        (found,) = [
            r for r in stored if r["case"].split()[0] == case and r["quantity"].startswith(start)
        ]
        return found

    return find


def test_spheres_sink_as_far_as_uehara_says(kept_row):
    """Constant and exponent of H of d = (0.14/μ)(ρp/ρg)^½ D^⅔ H^⅓; twin: the ratio to the first."""
    mu = kept_row("1", "μ")["simulated"]
    drops = [[impact(seed, DENSITIES[1], speed) for speed in SPEEDS] for seed in PACKINGS]

    def constants(power):
        return [
            np.mean([
                d.depth * mu / (d.density_ratio**power * d.diameter ** (2 / 3) * d.fall ** (1 / 3))
                for d in packing
            ])
            for packing in drops
        ]  # fmt: skip

    exponents = [powers(*zip(*((d.fall, d.depth) for d in p), strict=True))[0] for p in drops]
    assert row("4", "constant", "", 0.14, (0.112, 0.168), constants(0.5)).verdict == "agrees"
    assert row("4", "of H", "", 1 / 3, (0.233, 0.433), exponents).verdict == "agrees"
    assert row("4", "twin", "", 0.14, (0.112, 0.168), constants(1.0)).verdict == "disagrees"
    assert np.mean(constants(0.5)) == pytest.approx(kept_row("4", "d μ")["simulated"], rel=0.15)


def test_a_sphere_sinks_as_far_under_weak_gravity():
    """Altshuler et al.: depth does not depend on g, time does; twin: the time."""
    strong, weak = (
        np.array([settled_sphere(seed, g) for seed in PACKINGS]) for g in (9.81, 0.1)
    )  # fmt: skip
    depth, time = (weak / strong).T
    assert row("7", "depth", "", 1.0, (0.8, 1.2), depth).verdict == "agrees"
    assert row("7", "twin", "", 1.0, (0.8, 1.2), time).verdict == "disagrees"
    assert np.mean(time) == pytest.approx(np.sqrt(98.1), rel=0.2)


def test_hayabusa_bounces_within_what_restitution_allows(kept_row):
    """A rigid body on rock, 0.3 to 0.9 drawn: 0.84 is within reach; twin: softer rock only."""
    flights = np.array([hayabusa_row(i, MODEL) for i in range(FLIGHTS)])
    soft = flights[flights[:, 0] < 0.6]
    found, twin = (band_row("9", "", "", OUT_IN["hayabusa"], f[:, 2], "") for f in (flights, soft))
    assert found.verdict == "agrees"
    assert twin.verdict == "disagrees"
    whole = kept_row("9", "Hayabusa, speed out over in: rigid")["simulated"]
    assert found.simulated == pytest.approx(whole, abs=0.1)
