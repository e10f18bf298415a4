"""Shots into unknown ground under a horn at rest: what the law launches, what the catcher keeps.

The product's own law (`effects/ejecta.py`), parcels and flight; no bed and no craft, which hardly
matter to either.  Everything unknown is drawn anew for each shot.  Under gravity the flight's
straight lines are kicked by half of g dt before and after each step, which is a parabola exactly
between bounces.  Frame: the horn's axis is z, its mouth on the ground at 0.  SI.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from keeping import kept

from sampling_sim.constants import FloatArray
from sampling_sim.effects.ejecta import MATERIALS, Impact, Target
from sampling_sim.effects.horn_flight import Fate, Horn, Parcels, fly
from sampling_sim.effects.projectile import launched_parcels
from sampling_sim.mechanism.horn_parameters import ProjectileHornParameters
from sampling_sim.rng import Stream, generator

EFFECTS = Path(__file__).parents[3] / "sampling_sim" / "effects"
MODEL = hashlib.sha256(
    b"".join((EFFECTS / f"{n}.py").read_bytes() for n in ("ejecta", "horn_flight", "projectile"))
).hexdigest()[:12]
"""Argument of kept shots, so that they are fired anew when the law or the flight changes."""
SEED = 20190222
"""Of the first touch-down at Ryugu, 22 February 2019 (M)."""
ANGLE = np.radians((35.0, 55.0))
"""[rad] of launch, uniform: 45 ± 10 deg (laboratory, M); simulations have 48 to 54 deg (Thuillet et
al. 2019, P)."""
RESTITUTION, FRICTION, SCATTER = (0.3, 0.7), (0.2, 0.6), (0.15, 0.45)
"""[1] of a parcel on the horn, uniform; chosen: half of the default to one and a half of it, but
for restitution, 0.5 ± 0.2."""
OPEN = 4.0
"""[s] for which the throat stands open; chosen: the dwell of experiments/projectile_horn.toml."""
ABOUT = (0.5, 2.0)
"""[m/s] that counts as "about 1 m/s"; chosen: a factor of two."""
SLOW = 0.1
"""[m/s] below which a parcel rises under 40 cm in 4 s; chosen."""
EARTH = 9.81
STEPS = np.full(8, OPEN / 8)
"""[s] without gravity, where a step may be long."""
STEPS_ON_EARTH = np.repeat([5e-4, 2e-3], [40, 740])
"""[s] 1.5 s: twice the time that a parcel thrown to the throat takes to fall back."""


@dataclass(frozen=True)
class Ground:
    """Ranges of what is unknown of one kind of ground."""

    rows: tuple[str, ...]
    """Of the law's table, drawn evenly."""
    strength: tuple[float, float] | None
    """[Pa] drawn evenly in its logarithm up to the row's own; None for the row's own."""
    density: tuple[float, float]
    """[kg/m³] bulk, uniform."""
    gravity: float = 0.0
    """[m/s²] downwards, in the law and in flight."""
    parcels: int = 2000
    """Equal parcels a shot; the sampler's own number."""


GROUNDS = {
    "grains": Ground(("sand_fly_ash", "perlite_sand"), (0.1, 4e3), (600.0, 1500.0)),
    "rock": Ground(("weakly_cemented_basalt", "rock"), None, (1200.0, 3000.0)),
    "beads": Ground(("sand",), None, (1450.0, 1650.0), EARTH, 50_000),
}
"""Grains: from van der Waals to what the rows were measured at, from Bennu's displaced material
(facts) to a poured bed of the package.  Rock: from Ryugu's bulk, 1.2 (M), to the row's own.
Beads: glass, 2.5 g/cm³ (M), 58 to 66 % of it full, chosen; the row "sand" has no strength.  Of
beads so few are caught that 2000 parcels would be too coarse."""


@dataclass(frozen=True)
class Shot:
    """One shot; masses in kg."""

    strength: float
    """[Pa]"""
    radius: float
    """[m] of the crater."""
    launched: float
    """In all."""
    about: float
    """At 0.5 to 2 m/s."""
    outside: float
    """Of that, launched outside the mouth: all that is seen as long as the horn stands there."""
    fast: float
    """Faster than SLOW."""
    in_time: float
    """Launched within OPEN, where the crater takes x/v(x) to grow to x (an order of magnitude)."""
    entered: float
    """Within the mouth."""
    caught: float


COLUMNS = tuple(Shot.__dataclass_fields__)


@kept
def shots(kind, count, model):
    """Return `count` shots into a kind of ground, a row each, columns as `COLUMNS`."""
    found = [shot(*drawn(kind, i), GROUNDS[kind].gravity) for i in range(count)]
    return [[getattr(s, name) for name in COLUMNS] for s in found]


def drawn(kind: str, number: int) -> tuple[Impact, ProjectileHornParameters, np.random.Generator]:
    """Draw the unknowns of one shot."""
    ground = GROUNDS[kind]
    rng = generator(SEED, number, Stream.MECHANISM, kind)
    row = MATERIALS[ground.rows[int(rng.integers(len(ground.rows)))]]
    strength = row.strength
    if ground.strength is not None:
        low, high = ground.strength[0], min(ground.strength[1], row.strength)
        strength = float(low * (high / low) ** rng.random())
    sampler = ProjectileHornParameters(
        parcel_count=ground.parcels,
        launch_angle=float(rng.uniform(*ANGLE)),
        parcel_restitution=float(rng.uniform(*RESTITUTION)),
        parcel_friction=float(rng.uniform(*FRICTION)),
        parcel_scatter=float(rng.uniform(*SCATTER)),
    )
    density = float(rng.uniform(*ground.density))
    target = Target(material=row, density=density, strength=strength, inward=ground.gravity)
    return impact_of(sampler, target), sampler, rng


def impact_of(sampler: ProjectileHornParameters, target: Target) -> Impact:
    """Return the sampler's own projectile into a target."""
    return Impact(
        mass=sampler.projectile_mass,
        speed=sampler.projectile_speed,
        projectile_density=sampler.projectile_density,
        target=target,
    )


def shot(
    impact: Impact, sampler: ProjectileHornParameters, rng: np.random.Generator, gravity: float
) -> Shot:
    """Fire once and follow what comes up the horn."""
    mouth = 0.5 * sampler.mouth_diameter
    entered = impact.launched_mass(mouth)
    parcels = rising(impact, sampler, mouth, rng)
    caught = entered * caught_share(horn_of(sampler), parcels, gravity, rng)
    x, mass = launch_curve(impact)
    speed = impact.launch_speed(x)
    late = np.divide(x, speed, out=np.full_like(x, np.inf), where=speed > 0.0)
    is_about = (speed >= ABOUT[0]) & (speed <= ABOUT[1])
    return Shot(
        strength=impact.target.strength,
        radius=impact.crater_radius,
        launched=float(mass.sum()),
        about=float(mass[is_about].sum()),
        outside=float(mass[is_about & (x > mouth)].sum()),
        fast=float(mass[speed >= SLOW].sum()),
        in_time=float(mass[late <= OPEN].sum()),
        entered=entered,
        caught=caught,
    )


def launch_curve(impact: Impact, count: int = 20_000) -> tuple[FloatArray, FloatArray]:
    """Distances [m] of equal parts of the mass launched, and their masses [kg]."""
    share = (np.arange(count) + 0.5) / count
    total = impact.launched_mass(impact.outermost)
    return impact.launch_distances(share, impact.outermost), np.full(count, total / count)


def horn_of(sampler: ProjectileHornParameters) -> Horn:
    """Return the sampler's horn, its mouth at 0."""
    return Horn(
        mouth=0.0,
        throat=sampler.horn_length,
        mouth_radius=0.5 * sampler.mouth_diameter,
        throat_radius=0.5 * sampler.throat_diameter,
        restitution=sampler.parcel_restitution,
        friction_coefficient=sampler.parcel_friction,
        scatter=sampler.parcel_scatter,
    )


def rising(
    impact: Impact, sampler: ProjectileHornParameters, mouth: float, rng: np.random.Generator
) -> Parcels:
    """Equal parcels of what is launched within the mouth; masses are shares of it."""
    position, velocity = launched_parcels(impact, sampler, mouth, rng)
    count = len(position)
    return Parcels(position, velocity, np.zeros((count, 3)), np.full(count, 1.0 / count))


def caught_share(horn: Horn, parcels: Parcels, gravity: float, rng: np.random.Generator) -> float:
    """Share of the parcels' mass that goes through the throat while it is open."""
    caught = 0.0
    parcels = kept_of(parcels, able(parcels, horn, gravity))
    for step in STEPS if gravity == 0.0 else STEPS_ON_EARTH:
        parcels.velocity[:, 2] -= 0.5 * gravity * step
        done = fly(horn, parcels, float(step), rng, shut=False)
        caught += float(parcels.mass[done.fate == Fate.CAUGHT].sum())
        parcels = kept_of(done.parcels, done.fate == Fate.FLYING)
        parcels.velocity[:, 2] -= 0.5 * gravity * step
        parcels = kept_of(parcels, able(parcels, horn, gravity))
    return caught


def able(parcels: Parcels, horn: Horn, gravity: float) -> FloatArray:
    """Which parcels have the energy for the throat, spin included; bounces give none."""
    moving = 0.5 * (parcels.velocity**2).sum(axis=1)
    spinning = 0.2 * (parcels.spin**2).sum(axis=1)
    return np.asarray(moving + spinning >= gravity * (horn.throat - parcels.position[:, 2]))


def kept_of(parcels: Parcels, which: FloatArray) -> Parcels:
    """Return some of the parcels, as a copy."""
    return Parcels(
        parcels.position[which], parcels.velocity[which], parcels.spin[which], parcels.mass[which]
    )
