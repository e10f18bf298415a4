"""The three bounces as cases: craft, ranges of what is unknown; rows of Hayabusa's and Philae's.

MASCOT's rows are in bounce_boulders.py.
Published figures: facts §3.  What the facts do not give is marked `chosen:` or by its source (P
read in an abstract or on an agency's page, S second hand, M recalled).  Every unknown is drawn anew
for each flight.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

sys.path.insert(0, str(Path(__file__).parents[1]))
from bounce_flight import Motion, first_bounce, on_a_ring, rock, uniform_box
from keeping import kept

import sampling_sim.world
from sampling_sim.constants import FloatArray
from sampling_sim.rng import Stream, generator

HERE, WORLD = Path(__file__).parent, Path(sampling_sim.world.__path__[0])


def hash_of(*files: Path) -> str:
    """Hash of the text of files."""
    text = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(text).hexdigest()[:12]


MODEL = hash_of(HERE / "bounce_flight.py", *sorted(WORLD.glob("*.py")))
"""Argument of every kept flight, so that it is flown anew when the flight's own code changes, or
the world's: its law of contact is in no other part of a kept measurement's key."""
SEED = 20181003
RESTITUTION = (0.3, 0.9)
"""[1] of body and rock, uniform; chosen: the range that issue 8 gives to the unknown."""
FRICTION = (0.4, 0.8)
"""[1] uniform; chosen: about the package's 0.6."""
RYUGU, ITOKAWA, COMET = 1.4e-4, 8.5e-5, 1.5e-4
"""[m/s²] M; docs/model.md §13 has the first.  The other two matter to nothing: bounces of 1 s."""
RELEASE_HEIGHT, DESCENT = 41.0, 350.0
"""[m], [s] facts §3; they give the impact speed, and the start of 9 cm/s (docs/model.md §13)."""


def draws(
    flight: int, low_high: dict[str, tuple[float, float]]
) -> tuple[dict, np.random.Generator]:
    """Restitution, friction and the unknowns named, uniform; and the generator for directions."""
    rng = generator(SEED, flight, Stream.SEQUENCE)
    ranges = {"restitution": RESTITUTION, "friction": FRICTION} | low_high
    return {name: float(rng.uniform(*ends)) for name, ends in ranges.items()}, rng


def tilted(angle: float, rng: np.random.Generator) -> FloatArray:
    """Rotation by `angle` [rad] about a random level axis, after a random turn about z."""
    heading, about = rng.uniform(0.0, 2.0 * np.pi, 2)
    level = angle * np.array([np.cos(heading), np.sin(heading), 0.0])
    own = Rotation.from_rotvec([0.0, 0.0, about])
    return np.asarray((Rotation.from_rotvec(level) * own).as_matrix())


def direction(rng: np.random.Generator) -> FloatArray:
    """Random unit vector."""
    vector = rng.normal(size=3)
    return np.asarray(vector / np.linalg.norm(vector))


def hayabusa_craft():
    """500 kg (510 at launch, S); bus 1.5 × 1.5 × 1.1 m (M); rigid mouth, Ø 20 cm, 1 m below (P)."""
    across, along = 500.0 / 12.0 * (1.5**2 + 1.1**2), 500.0 / 6.0 * 1.5**2
    return on_a_ring(500.0, (across, along), count=12, radius=0.1, below=1.55)


def philae_craft():
    """98 kg (facts); a cube of 1 m on three rigid legs, feet 1.3 m out, 0.9 m below (chosen)."""
    moment = 98.0 / 6.0
    return on_a_ring(98.0, (moment, moment), count=3, radius=1.3, below=0.9)


@kept
def hayabusa_row(flight, model):
    """Restitution, speed out over in, upward part, time, tilt [rad]."""
    unknown, rng = draws(flight, {"tilt": (0.0, np.radians(10.0)), "sideways": (0.0, 0.02)})
    turn = tilted(unknown["tilt"], rng)
    start = Motion(np.zeros(3), turn, np.array([unknown["sideways"], 0.0, -0.069]), np.zeros(3))
    ground = rock(unknown["restitution"], unknown["friction"], 1e5, 5e-4)
    found = first_bounce(hayabusa_craft(), ground, start, ITOKAWA, 2000.0)
    return [unknown["restitution"], found[0] / 0.069, found[1] / 0.069, found[2], unknown["tilt"]]


STAYING = 60.0
"""[s] after which a lander that is not clear of the rock has stayed, at no speed; chosen: far
beyond the seconds in which the others leave."""


@kept
def philae_row(flight, model):
    """Restitution, speed out over in, upward part, time, tilt [rad]."""
    unknown, rng = draws(flight, {"tilt": (0.0, np.radians(20.0)), "rate": (0.0, 0.05)})
    turn, rate = tilted(unknown["tilt"], rng), unknown["rate"] * direction(rng)
    start = Motion(np.zeros(3), turn, np.array([0.0, 0.0, -1.0]), rate)
    ground = rock(unknown["restitution"], unknown["friction"], 1e5, 2.5e-4)
    found = first_bounce(philae_craft(), ground, start, COMET, STAYING)
    return [unknown["restitution"], *found, unknown["tilt"]]


def impact_speed() -> float:
    """Speed down [m/s] of MASCOT at its first contact: mean over the descent plus half of g t."""
    return RELEASE_HEIGHT / DESCENT + 0.5 * RYUGU * DESCENT


def mascot_box():
    """9.6 kg (facts) spread evenly over 0.3 × 0.3 × 0.2 m (chosen)."""
    return uniform_box(9.6, 0.3, 0.2)


def mascot_start(flight: int, least: float, most: float):
    """Restitution, the rock, the motion at the first contact, and the generator for the rest."""
    unknown, rng = draws(
        flight, {"restitution": (least, most), "rate": (0.0, 0.12), "sideways": (0.0, 0.05)}
    )
    turn = Rotation.random(random_state=rng).as_matrix()
    velocity = np.array([unknown["sideways"], 0.0, -impact_speed()])
    start = Motion(np.zeros(3), turn, velocity, unknown["rate"] * direction(rng))
    ground = rock(unknown["restitution"], unknown["friction"], 2e3, 5e-3)
    return unknown["restitution"], ground, start, rng
