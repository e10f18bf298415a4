"""Many grains: conservation, order of the step, permutation, and the kinetic theory of a gas."""

import numpy as np
import pytest
from grain_cases import field, loose_grains, still, surface
from scipy.stats import kstest, linregress, maxwell, rayleigh

from sampling_sim.regolith.primitives import PrimitiveKind

R = 0.005
SMALL = {
    "diameter_min": 2 * R, "diameter_max": 4 * R, "width_x": 0.2, "width_y": 0.2, "depth": 0.1,
}  # fmt: skip


def cluster(rng, *, step=5e-5, order=None, speed=0.02, **laws):
    """Let some sixty grains close in on one another, alone in space."""
    grid = np.stack(np.meshgrid(*[np.arange(4) * 0.0131] * 3), -1).reshape(-1, 3)
    position = grid - grid.mean(0) + rng.normal(0, 1e-5, grid.shape)
    radius = rng.uniform(R, 1.3 * R, len(grid))
    velocity = -speed * position / 0.03 + rng.normal(0, 0.2 * speed, grid.shape)
    spin = rng.normal(0, 1.0, grid.shape)
    order = np.arange(len(grid)) if order is None else order
    values = {"rolling_friction": 0.1, "pull_off_scale": 0.1, "cohesion_range": 1e-4} | laws
    return loose_grains(
        position[order], radius[order], velocity=velocity[order], spin=spin[order], step=step,
        **SMALL, **values,
    )  # fmt: skip


def momenta(solver):
    spin = 0.4 * (solver.mass * solver.radius**2)[:, None] * solver.angular_velocity
    turn = np.cross(solver.position, solver.mass[:, None] * solver.velocity) + spin
    return np.concatenate([solver.momentum(), turn.sum(0)])


LAWS = [
    {},
    {"normal_law": "linear", "normal_stiffness": 3e3},
    {"cohesion_law": "dmt"},
    {"cohesion_law": "van_der_waals"},
    {"cohesion_law": "jkr"},
    {"twisting_friction": 0.1},
]


def name(laws):
    return "-".join(str(v) for v in laws.values()) or "default"


@pytest.mark.parametrize("laws", LAWS, ids=name)
def test_a_sticking_cluster_keeps_its_momenta_and_loses_energy(laws):
    """Both momenta to round-off; kinetic energy only falls where nothing attracts from afar."""
    solver = cluster(np.random.default_rng(5), **laws)
    before, energy = momenta(solver), [solver.kinetic_energy()]
    for _ in range(60):
        solver.advance(None, 200)
        energy.append(solver.kinetic_energy())
    scale = np.abs(solver.mass[:, None] * solver.velocity).sum() + solver.mass.sum() * 0.01
    assert len(solver.contacts()[0]) > 60  # they did meet
    assert np.abs(momenta(solver) - before).max() < 1e-12 * scale
    assert energy[-1] < 0.2 * energy[0]
    # what bonds can give: the pull-off force over the range, on every pair of the cluster
    force = 2 * np.pi * 0.1 * 0.65 * R
    assert max(energy) < energy[0] + 400 * force * 1e-4


def elastic_energy(solver, modulus):
    """Energy [J] of Hertz's contacts, 2/5 hertz δ^2.5 each."""
    pairs = np.stack(np.triu_indices(len(solver.radius), 1), -1)
    r = solver.radius[pairs]
    gap = np.linalg.norm(np.diff(solver.position[pairs], axis=1)[:, 0], axis=1) - r.sum(1)
    hertz = 4 / 3 * modulus * np.sqrt(r.prod(1) / r.sum(1))
    return (0.4 * hertz * np.maximum(-gap, 0) ** 2.5).sum()


def test_an_elastic_frictionless_cluster_keeps_its_energy_at_any_time():
    """Kinetic and Hertz's energy, to 1e-3 (second order in the step); damped, it is lost."""

    def drift(restitution):
        laws = {"restitution": restitution, "friction_coefficient": 0.0, "rolling_friction": 0.0,
                "pull_off_scale": 0.0, "step": 5e-6, "speed": 0.1}  # fmt: skip
        solver = cluster(np.random.default_rng(6), **laws)
        modulus = 2e7 / (2 * (1 - 0.25**2))
        first, worst, stored = solver.kinetic_energy(), 0.0, 0.0
        for _ in range(200):
            solver.advance(None, 40)
            elastic = elastic_energy(solver, modulus)
            worst = max(worst, abs(solver.kinetic_energy() + elastic - first) / first)
            stored = max(stored, elastic / first)
        return worst, stored

    worst, stored = drift(1.0)
    assert stored > 0.02  # contacts held a share of it meanwhile
    assert worst < 1e-3
    assert drift(0.9)[0] > 0.05


@pytest.mark.parametrize("laws", [{}, {"twisting_friction": 0.1}], ids=name)
def test_rough_elastic_grains_never_gain_energy(laws):
    """Without dampers, friction is all that takes energy: kinetic energy ends below the start."""
    values = {"restitution": 1.0, "pull_off_scale": 0.0, "friction_coefficient": 0.6}
    solver = cluster(np.random.default_rng(7), step=5e-6, speed=0.1, **values, **laws)
    start = solver.kinetic_energy()
    modulus = 2e7 / (2 * (1 - 0.25**2))
    for _ in range(100):
        solver.advance(None, 80)
        assert solver.kinetic_energy() + elastic_energy(solver, modulus) < start * (1 + 1e-3)
    assert solver.kinetic_energy() < 0.95 * start


def test_permuting_the_grains_changes_nothing_but_round_off():
    """The same cluster in another order, mapped back; the twin exchanges two grains' speeds."""
    count = 64
    order = np.random.default_rng(11).permutation(count)
    plain = cluster(np.random.default_rng(5))
    shuffled = cluster(np.random.default_rng(5), order=order)
    swapped = cluster(np.random.default_rng(5))
    velocity = swapped.velocity
    velocity[[20, 40]] = velocity[[40, 20]]
    swapped.set_motion(velocity, swapped.angular_velocity)
    for solver in (plain, shuffled, swapped):
        solver.advance(None, 6000)
    back = np.argsort(order)
    assert len(plain.contacts()[0]) > 60
    difference = np.abs(shuffled.position[back] - plain.position).max()
    assert difference < 1e-12  # m; 1e-16 of round-off, which collisions multiply
    assert np.abs(swapped.position - plain.position).max() > 1e-4


def resting_oscillation(step, laws):
    """Height of a grain on a held one, 30 % off its resting overlap, after 12 ms."""
    weight = 2700 * 4 / 3 * np.pi * 0.01**3 * 50.0
    modulus = 2e7 / (2 * (1 - 0.25**2))
    overlap = (weight / (4 / 3 * modulus * np.sqrt(0.005))) ** (2 / 3)
    if "normal_stiffness" in laws:
        overlap = weight / laws["normal_stiffness"]
    solver = loose_grains(
        [[0, 0, 0], [0, 0, 0.02 - 0.7 * overlap]], 0.01, fixed=[True, False], step=step,
        velocity=np.zeros((2, 3)), spin=[[0, 0, 0], [0.3, 0, 0]], forces=field((0, 0, -50.0)),
        **laws,
    )  # fmt: skip
    solver.advance(None, round(0.012 / step))
    return np.concatenate([solver.position[1], 0.01 * solver.angular_velocity[1]])


def order_of(laws):
    """Ratio of the errors of two halvings of the step, and the larger of the two [m]."""
    found = [resting_oscillation(step, laws) for step in (4e-5, 2e-5, 1e-5)]
    coarse, fine = np.abs(np.diff(found, axis=0)).max(1)
    return coarse / fine, coarse


@pytest.mark.parametrize("laws", LAWS[:2], ids=name)
def test_lasting_contacts_converge_with_the_second_order_of_the_step(laws):
    """Errors of two halvings have the ratio 4; dampers, friction and rolling act.

    Without dampers nothing can be taken off for the spring that leads by half a step: first order.
    """
    laws = laws | {"friction_coefficient": 2.0, "rolling_friction": 1.0}
    ratio, error = order_of(laws)
    assert error > 1e-9  # m, far above round-off
    assert ratio == pytest.approx(4.0, rel=0.15)
    undamped, _ = order_of(laws | {"restitution": 1.0})
    assert undamped == pytest.approx(2.0, rel=0.15)


def enclosure(half, restitution=1.0):
    """Six smooth plates round a cube; its faces are at ±half [m]."""
    sweep = 0.5 * R
    plates = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            place = np.zeros(3)
            place[axis] = side * (half + sweep)
            turn = np.roll(np.eye(3), axis + 1, axis=0)
            plates.append(
                surface(
                    PrimitiveKind.PLATE,
                    (1.2 * half, 1.2 * half, sweep),
                    position=tuple(place),
                    rotation=turn,
                    friction_coefficient=0.0,
                    restitution=restitution,
                )
            )
    return plates


def gas(rng, side, half, restitution, step=6e-5, speed=0.3):
    """Smooth spheres of equal speed in random directions, inside elastic walls."""
    axis = (np.arange(side) - 0.5 * (side - 1)) * (2 * half - 2.4 * R) / (side - 1)
    position = np.stack(np.meshgrid(axis, axis, axis), -1).reshape(-1, 3)
    velocity = rng.normal(size=position.shape)
    velocity *= speed / np.linalg.norm(velocity, axis=1, keepdims=True)
    return loose_grains(
        position, R, velocity=velocity, step=step, primitives=enclosure(half),
        friction_coefficient=0.0, rolling_friction=0.0, restitution=restitution,
        **(SMALL | {"diameter_max": 2 * R}),
    )  # fmt: skip


def maxwell_p_value(solver):
    """Kolmogorov–Smirnov p-value of the speeds against Maxwell's with the gas's own energy."""
    speeds = np.linalg.norm(solver.velocity, axis=1)
    return kstest(speeds, maxwell(scale=np.sqrt((speeds**2).mean() / 3)).cdf).pvalue


def test_a_gas_of_elastic_spheres_becomes_maxwellian_and_keeps_its_energy():
    """From one common speed, after some ten collisions a sphere, at a fraction of 0.15."""
    solver = gas(np.random.default_rng(2), 10, 0.076, restitution=1.0)
    start = solver.kinetic_energy()
    assert maxwell_p_value(solver) < 1e-6  # the twin: equal speeds are no Maxwellian
    for _ in range(4):
        solver.advance(still(), 1000)
    assert maxwell_p_value(solver) > 0.05
    # a few contacts hold some of it at any moment
    assert solver.kinetic_energy() == pytest.approx(start, rel=0.02)
    # nor are the speeds those of a gas in two dimensions: a thousand spheres can tell
    speeds = np.linalg.norm(solver.velocity, axis=1)
    assert kstest(speeds, rayleigh(scale=np.sqrt((speeds**2).mean() / 2)).cdf).pvalue < 1e-6


def haff(restitution):
    """Slope and relative residual of √(T₀/T) over time, and Enskog's slope."""
    half, side = 0.1, 10
    solver = gas(np.random.default_rng(3), side, half, restitution)
    solver.advance(still(), 800)
    time, root = [], []
    first = solver.kinetic_energy()
    for _ in range(20):
        time.append(solver.time)
        root.append(np.sqrt(first / solver.kinetic_energy()))
        solver.advance(still(), 250)
    line = linregress(np.array(time) - time[0], root)
    residual = np.abs(np.array(root) - line.intercept - line.slope * (np.array(time) - time[0]))
    # centres keep a radius from the faces; contact value of Carnahan & Starling
    volume = (2 * half - 2 * R) ** 3
    density = side**3 / volume
    fraction = density * 4 / 3 * np.pi * R**3
    contact = (1 - 0.5 * fraction) / (1 - fraction) ** 3
    thermal = np.sqrt(2 * first / (3 * solver.mass.sum()))  # √(T/m)
    rate = 4 * np.sqrt(np.pi) * density * (2 * R) ** 2 * contact * thermal
    return line.slope, residual.max() / np.ptp(root), (1 - restitution**2) / 6 * rate


def test_a_dissipative_gas_cools_as_haff_says():
    """T = T₀/(1 + t/τ)², 1/τ = (1 − e²)/6 times Enskog's rate of collisions of a sphere."""
    slope, residual, expected = haff(0.9)
    assert residual < 0.03  # a straight line
    assert slope == pytest.approx(expected, rel=0.15)  # walls crowd the gas; e is good to 1 %
    other, _, _ = haff(0.95)
    assert other != pytest.approx(expected, rel=0.3)
