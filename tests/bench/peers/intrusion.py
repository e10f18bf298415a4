"""A ball driven at constant speed into the same packing, by our solver and by LAMMPS.

The packing is poured by our solver and handed to both as positions alone: at rest, without
springs, the ball a little above it, so that both settle again before it arrives.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from peers.cross import atoms_file, lammps_table, law, sphere_mass
from sampling_sim.asteroid.field import SiteField
from sampling_sim.regolith.bed import Bed, box_walls, floor_wall
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.primitives import LinkMotion, Primitive, PrimitiveKind
from sampling_sim.regolith.solver import GrainSolver

GRAVITY, SPEED = 1.0, 0.05
"""[m/s²] and [m/s]."""
RUN_UP = 0.010
"""[m] of the ball above the highest grain at the start: 0.2 s in which both codes settle."""
STEP, SAMPLE = 4e-5, 25
"""[s] contact step, and steps over which the force is averaged."""
SAMPLE_TIME = STEP * SAMPLE
"""[s] of one sample: 1 ms."""
POURING = ((0.5, 0.8), (5.0, 0.4))
"""[1/s] drag and [s] for how long, one after the other."""


@dataclass(frozen=True)
class Deck:
    """What is poured into which box, and what is driven into it."""

    grains: RegolithParameters
    count: int
    depth: float
    """[m] final depth of the ball's lowest point."""
    ball: float
    """[m] its radius."""

    @property
    def width(self):
        """Width of the box [m]."""
        return self.grains.width_x


def grains(width, rolling_friction):
    """Grains of 10 to 13 mm in a box of this width [m]."""
    return RegolithParameters(
        diameter_min=0.010, diameter_max=0.013, youngs_modulus=2e7, restitution=0.5,
        friction_coefficient=0.5, rolling_friction=rolling_friction, tensile_strength=0.0,
        width_x=width, width_y=width, depth=0.1,
    )  # fmt: skip


LARGE = Deck(grains(0.16, 0.1), count=2000, depth=0.05, ball=0.025)
"""For codes with a law of rolling."""
SMALL = Deck(grains(0.08, 0.0), count=250, depth=0.03, ball=0.015)
"""For PyBullet, which is slow and has none."""

MEAN_OVERLAP = 5e-6
"""[m] of a contact under the ball (about 0.1 N), where LAMMPS's rolling springs are taken."""


def gravity():
    """Field of the tests."""
    zero = np.zeros((3, 3))
    return SiteField(np.array([0.0, 0.0, -GRAVITY]), zero, zero, np.zeros(3), np.zeros(3))


def rough_box(deck):
    """Four walls and the floor, with the grains' friction and rolling friction."""
    p = deck.grains
    rough = {"friction": p.friction_coefficient, "rolling": p.rolling_friction}
    sides = box_walls(np.zeros(2), np.full(2, deck.width), **rough)
    return np.vstack([sides, floor_wall(0.0, p.friction_coefficient, p.rolling_friction)])


def solver_of(position, radius, deck, primitives=(), step=STEP):
    """Our solver of grains at rest in the rough box, with a contact step [s]."""
    bed = Bed(
        parameters=deck.grains, position=position, radius=radius,
        fixed=np.zeros(radius.size, bool), floor=0.0,
    )  # fmt: skip
    walls = rough_box(deck)
    return GrainSolver(bed, gravity(), primitives=primitives, contact_step=step, walls=walls)


def lattice(rng, deck=LARGE):
    """Positions [m] and radii [m] of a jittered lattice to pour."""
    count, width = deck.count, deck.width
    least, most = deck.grains.diameter_min, deck.grains.diameter_max
    across = int(width / (1.05 * most))
    index = np.arange(across**2 * ceil(count / across**2))[:count]
    cells = np.column_stack([index % across, index // across % across, index // across**2])
    room = np.array([width / across, width / across, 1.05 * most])
    radius = 0.5 * rng.uniform(least, most, count)
    jitter = rng.uniform(-0.5, 0.5, (count, 3)) * (room - 2.0 * radius[:, None])
    return (cells + 0.5) * room + jitter, radius


def poured(rng, deck=LARGE):
    """Positions [m] and radii [m] of a packing poured from a jittered lattice."""
    position, radius = lattice(rng, deck)
    solver = solver_of(position, radius, deck)
    for drag, seconds in POURING:
        solver.drag = drag
        solver.advance(None, round(seconds / STEP))
    return solver.position, radius


def start_height(position, radius, deck=LARGE):
    """Height [m] of the ball's centre at the start."""
    return float((position[:, 2] + radius).max()) + RUN_UP + deck.ball


def samples(deck=LARGE):
    """Count samples until the ball is at its depth below the packing's highest point."""
    return round((RUN_UP + deck.depth) / (SPEED * SAMPLE_TIME))


def force_in_ours(position, radius, deck=LARGE, step=STEP):
    """Upward force [N] on the ball, averaged over each sample; `step` [s] divides a sample."""
    ball = Primitive(
        link=0, part="ball", kind=PrimitiveKind.PLATE, size=(0.0, 0.0, deck.ball),
        position=(0.0, 0.0, 0.0), friction_coefficient=deck.grains.friction_coefficient,
        restitution=deck.grains.restitution,
    )  # fmt: skip
    solver = solver_of(position, radius, deck, [ball], step)
    forces, steps = [], round(SAMPLE_TIME / step)
    for k in range(samples(deck)):
        middle = start_height(position, radius, deck) - SPEED * (k + 0.5) * SAMPLE_TIME
        motion = LinkMotion(
            np.array([[0.5 * deck.width, 0.5 * deck.width, middle]]), np.eye(3)[None],
            np.array([[0.0, 0.0, -SPEED]]), np.zeros((1, 3)),
        )  # fmt: skip
        forces.append(solver.advance(motion, steps).force[0, 2])
    return np.array(forces)


def force_in_lammps(position, radius, deck=LARGE, **changed):
    """Give the same from LAMMPS, where the ball is a sphere of a second, far denser type."""
    mean = float(radius.mean())
    mass = sphere_mass(deck.grains, mean)
    # ours takes a tool for rigid (E* doubles) and flat (R* is the grain's radius): the modulus
    # makes up for LAMMPS's curved ball, exactly for the mean grain, within 1 % for the others; its
    # shorter rolling lever is not made up for (docs/verification-cross-code.md)
    curved = mean * deck.ball / (mean + deck.ball)
    stiffer = 2.0 * float(np.sqrt(mean / curved))
    common = {"overlap": MEAN_OVERLAP, **changed}
    grain = law(deck.grains, radius=0.5 * mean, mass=0.5 * mass, **common)
    wall = law(deck.grains, radius=mean, mass=mass, **common)
    tool = law(deck.grains, radius=curved, mass=mass, stiffer=stiffer, **common)
    top = start_height(position, radius, deck) + 2.0 * deck.ball
    bounds = [(-0.01, deck.width + 0.01)] * 2 + [(-0.01, top)]
    centre = [0.5 * deck.width, 0.5 * deck.width, start_height(position, radius, deck)]
    atoms = atoms_file(
        np.vstack([position, centre]), np.append(radius, deck.ball),
        [1] * radius.size + [2], np.append(np.full(radius.size, deck.grains.grain_density), 1e9),
        bounds,
    )  # fmt: skip
    steps = samples(deck) * SAMPLE
    table = lammps_table(
        f"""
units si
atom_style sphere
boundary f f f
comm_modify vel yes
read_data grains
neighbor 0.001 bin
neigh_modify every 1 delay 0 check yes
pair_style granular
pair_coeff 1 1 {grain}
pair_coeff 1 2 {tool}
pair_coeff 2 2 {grain}
timestep {STEP}
group grains type 1
group ball type 2
fix wallx grains wall/gran granular {wall} xplane 0 {deck.width}
fix wally grains wall/gran granular {wall} yplane 0 {deck.width}
fix wallz grains wall/gran granular {wall} zplane 0 NULL
fix fall grains gravity {GRAVITY} vector 0 0 -1
fix flow grains nve/sphere
fix drive ball move linear 0 0 {-SPEED}
variable up equal fcm(ball,z)
fix mean all ave/time 1 {SAMPLE} {SAMPLE} v_up file table format " %.10g"
thermo 100000
run {steps}
""",
        atoms,
        "table",
    )
    return table[:, 1]
