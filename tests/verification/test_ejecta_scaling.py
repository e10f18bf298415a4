"""The scaling of ejecta against its closed forms, and the parcels and momentum that stand for it.

Housen & Holsapple (2011): v ∝ x^(−1/μ) and M ∝ x³ well inside the crater, so the mass faster than v
goes as v^(−3μ).
"""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.effects.ejecta import MATERIALS, N1, NU, Impact, Target
from sampling_sim.effects.horn_flight import Fate, Horn, Parcels, fly, rebound
from sampling_sim.effects.projectile import launched_parcels
from sampling_sim.mechanism.horn_parameters import ProjectileHornParameters

COUNT = 40_000
REACH = 0.1
SPEEDS = np.array([2.0, 4.0, 8.0, 16.0, 32.0])
"""[m/s] fast enough that the crater's edge, 100 m away here, does not slow them."""
SIGMAS = 4.0
"""Of the sampling error that a share may stray; five shares, so one run in 3000 fails by chance."""


def impact(name: str = "sand_fly_ash", *, strength: float = 1.0, inward: float = 0.0) -> Impact:
    """Return 5 g of tantalum at 300 m/s into a target of 1500 kg/m³."""
    target = Target(material=MATERIALS[name], density=1500.0, strength=strength, inward=inward)
    return Impact(mass=0.005, speed=300.0, projectile_density=16600.0, target=target)


BOUNDLESS = impact(strength=1e-12)
"""Hardly any strength: a crater of 75 m, so that nothing near the mouth knows of its edge."""


def faster(law: Impact, seed: int = 1) -> np.ndarray:
    """Return the share of the parcels that is faster than each of SPEEDS."""
    p = ProjectileHornParameters(parcel_count=COUNT)
    _, velocity = launched_parcels(law, p, REACH, np.random.default_rng(seed))
    speed = np.linalg.norm(velocity, axis=1)
    return np.array([(speed > v).mean() for v in SPEEDS])


def power_law(mu: float) -> np.ndarray:
    """Return the shares by the closed form, in units of the projectile; edge left out.

    x(v)/a = (ρ/δ)^(−ν) (v/(C1 U))^(−μ); share = ((x/a)³ − n1³)/((reach/a)³ − n1³).
    """
    a = np.cbrt(3.0 * 0.005 / (4.0 * np.pi * 16600.0))
    near = (1500.0 / 16600.0) ** -NU * (SPEEDS / (0.55 * 300.0)) ** -mu
    return (near**3 - N1**3) / ((REACH / a) ** 3 - N1**3)


def strays(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Deviations in standard errors of a share of COUNT parcels."""
    return np.abs(found - expected) / np.sqrt(expected * (1.0 - expected) / COUNT)


def test_the_mass_faster_than_v_follows_the_closed_form() -> None:
    found, expected = faster(BOUNDLESS), power_law(0.40)
    assert found[0] > 0.02  # there is something to count
    assert strays(found, expected).max() < SIGMAS
    # twin: another exponent is told from it, and so is a crater whose edge is near
    assert strays(faster(BOUNDLESS), power_law(0.41)).max() > SIGMAS
    assert strays(faster(impact(strength=4e3)), expected).max() > SIGMAS


@pytest.mark.parametrize("name", ["sand_fly_ash", "perlite_sand", "weakly_cemented_basalt", "rock"])
def test_the_exponent_is_three_mu(name: str) -> None:
    """Slope of ln M against ln v far from both ends of the law, between 10 and 100 n1 a."""
    law = impact(name, strength=1e-18)
    x = law.innermost * np.geomspace(10.0, 100.0, 20)
    mass = np.array([law.launched_mass(float(place)) for place in x])
    slope = np.polyfit(np.log(law.launch_speed(x)), np.log(mass), 1)[0]
    # n1³ is a thousandth of (10 n1)³ at one end, nothing at the other
    assert slope == pytest.approx(-3.0 * MATERIALS[name].mu, rel=1e-3)
    assert abs(slope + 3.0 * (MATERIALS[name].mu + 0.01)) > 0.02  # twin


def test_crater_radius_and_mass_are_the_closed_forms() -> None:
    """R (ρ/m)^(1/3) and M/m written out in numbers, strength and gravity regime."""
    law = impact()
    scaled = 0.40 * (1500 / 16600) ** (-0.2 / 3) * (1.0 / (1500 * 300.0**2)) ** -0.2
    assert law.crater_radius == pytest.approx((0.005 / 1500) ** (1 / 3) * scaled, rel=1e-12)
    far = law.crater_radius / law.radius
    expected = 0.005 * 3 * 0.3 / (4 * np.pi) * (1500 / 16600) * (far**3 - 1.2**3)
    assert law.launched_mass(1e3) == pytest.approx(expected, rel=1e-12)
    sand = impact("sand", inward=9.81)
    pull = 9.81 * sand.radius / 300.0**2
    scaled = 0.59 * (1500 / 16600) ** (0.01 / 7.23) * pull ** (-0.41 / 2.41)
    assert sand.crater_radius == pytest.approx((0.005 / 1500) ** (1 / 3) * scaled, rel=1e-12)


def test_the_ejecta_carry_less_energy_than_the_projectile() -> None:
    """Half the sum of m v², by parcels over the whole crater; 225 J were shot."""
    p = ProjectileHornParameters(parcel_count=COUNT)
    for law in (impact(), impact("rock", strength=3e7), impact(strength=4e3)):
        _, v = launched_parcels(law, p, law.outermost, np.random.default_rng(2))
        energy = 0.5 * (v**2).sum(axis=1).mean() * law.launched_mass(law.outermost)
        assert 1.0 < energy < 225.0


def test_nothing_is_launched_from_ground_too_strong_for_a_crater() -> None:
    """R within n1 a: no distance is left to launch from."""
    law = impact("rock", strength=1e11)
    assert law.crater_radius < law.innermost
    assert law.launched_mass(1.0) == 0.0
    assert impact("rock", strength=3e7).launched_mass(1.0) > 0.0


# --- the flight -----------------------------------------------------------------------------------

HORN = Horn(
    mouth=-0.5,
    throat=0.5,
    mouth_radius=0.1,
    throat_radius=0.025,
    restitution=0.5,
    friction_coefficient=0.4,
    scatter=0.3,
)


def spray(count: int = 300) -> Parcels:
    """Return parcels of a shot in the plane of the mouth."""
    p = ProjectileHornParameters(parcel_count=count)
    offset, velocity = launched_parcels(impact(), p, REACH, np.random.default_rng(7))
    offset[:, 2] = HORN.mouth
    rng = np.random.default_rng(8)
    return Parcels(offset, velocity, np.zeros((count, 3)), rng.uniform(1e-4, 2e-4, count))


@pytest.mark.parametrize("shut", [False, True])
def test_the_head_gets_what_the_parcels_lose(shut: bool) -> None:
    """Impulse, and moment about the origin of straight paths, to round-off over 2 s."""
    parcels, rng = spray(), np.random.default_rng(9)
    impulse, moment = np.zeros(3), np.zeros(3)
    lost_momentum, lost_moment, caught = np.zeros(3), np.zeros(3), 0
    for _ in range(200):
        m, v, x = parcels.mass[:, None], parcels.velocity, parcels.position
        done = fly(HORN, parcels, 0.01, rng, shut=shut)
        after = done.parcels
        lost_momentum += (m * (v - after.velocity)).sum(axis=0)
        lost_moment += (m * (np.cross(x, v) - np.cross(after.position, after.velocity))).sum(axis=0)
        impulse, moment = impulse + done.impulse, moment + done.moment
        caught += int((done.fate == Fate.CAUGHT).sum())
        stays = done.fate == Fate.FLYING
        parcels = Parcels(
            after.position[stays], after.velocity[stays], after.spin[stays], after.mass[stays]
        )
    scale = 1e-12 * np.linalg.norm((spray().mass[:, None] * spray().velocity).sum(axis=0))
    assert (caught > 0) is not shut
    assert impulse[2] > 0.05  # N·s upward: it did bounce
    assert np.linalg.norm(impulse - lost_momentum) < scale
    assert np.linalg.norm(moment - lost_moment) < scale
    # twin: a hundredth of one component missing would be seen
    assert np.linalg.norm(impulse - lost_momentum * [1.0, 1.0, 0.99]) > scale


def test_no_parcel_leaves_through_the_wall() -> None:
    parcels, rng = spray(), np.random.default_rng(3)
    for _ in range(100):
        done = fly(HORN, parcels, 0.005, rng, shut=True)
        stays = done.fate == Fate.FLYING
        place = done.parcels.position[stays]
        assert np.all(np.hypot(place[:, 0], place[:, 1]) <= HORN.radius(place[:, 2]) + 1e-9)
        assert np.all(place[:, 2] <= HORN.throat + 1e-9)
        parcels = Parcels(
            place, done.parcels.velocity[stays], done.parcels.spin[stays], parcels.mass[stays]
        )


def test_a_frictionless_elastic_cylinder_lets_everything_up() -> None:
    """A straight pipe keeps the axial speed: all through after length over v_z, none before."""
    pipe = replace(HORN, throat_radius=0.1, restitution=1.0, friction_coefficient=0.0, scatter=0.0)
    rng = np.random.default_rng(1)
    start = Parcels(
        np.array([[0.02, 0.0, -0.5]]), np.array([[1.0, 0.3, 2.0]]), np.zeros((1, 3)), np.ones(1)
    )
    assert fly(pipe, start, 0.499, rng, shut=False).fate[0] == Fate.FLYING
    assert fly(pipe, start, 0.501, rng, shut=False).fate[0] == Fate.CAUGHT


def test_a_sliding_sphere_loses_two_sevenths_at_most() -> None:
    """Coulomb below the limit of rolling, 2/7 of the slip above it; energy never grows."""
    normal, still = np.array([[1.0, 0.0, 0.0]]), np.zeros((1, 3))
    steep, _ = rebound(np.array([[1.0, 3.0, 0.0]]), still, normal, 0.5, 0.4)
    assert steep[0] == pytest.approx([-0.5, 3.0 - 0.4 * 1.5, 0.0])
    rolls, spin = rebound(np.array([[1.0, 0.7, 0.0]]), still, normal, 0.5, 0.4)
    assert rolls[0] == pytest.approx([-0.5, 0.5, 0.0])
    assert np.linalg.norm(rolls[0, 1:] + np.cross(spin, normal)[0, 1:]) < 1e-12
    rng = np.random.default_rng(4)
    v, w = rng.normal(size=(2, 500, 3))
    v[:, 0] = np.abs(v[:, 0])
    after, turned = rebound(v, w, np.tile(normal, (500, 1)), 0.5, 0.4)
    before = (v**2).sum(axis=1) + 0.4 * (w**2).sum(axis=1)
    assert np.all((after**2).sum(axis=1) + 0.4 * (turned**2).sum(axis=1) <= before * (1.0 + 1e-12))
