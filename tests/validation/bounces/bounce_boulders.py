"""MASCOT's flights, on level rock and among boulders: the world knows the patch that the box is in.

High above the field the arc is flown in closed form to its top; among the boulders, as far as no
corner of the box can reach a face, and no corner of a boulder the box.  When the box has gone some
way without contact, a new world is made about it, of the same field, which goes on without end;
level rock is a field of no boulders.  Frame: z up from the rock.
"""

import numpy as np
from bounce_cases import HERE, MODEL, RYUGU, hash_of, mascot_box, mascot_start
from bounce_field import LEVEL_ROCK, TILE, Field, drawn_field
from bounce_flight import Flyer, Motion
from keeping import kept

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Box, Design
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.surfaces import MeshSurface, box_surface
from sampling_sim.world.world import World

PATCH, STRAY, FARTHEST = 1.1, 0.3, 0.6
"""[m] boulders this near to a world's middle are in it; the box may be so far from the middle
before a new one is made, and so far while it touches.  chosen for cost; a box reaches 0.24 m."""
WITHIN = 0.01
"""[m] over the field's top within which distances are taken one by one; chosen: no jump is lost."""
LEAST_ARC = 20.0
"""[s] chosen: rises 7 mm; a shorter one is part of its contact (path known to 0.1 m, P)."""
REST, REST_TIME, REST_GAP = 0.01, 10.0, 1e-3
"""[m], [s], [m] chosen: at rest after 10 s on the rock, or within 1 mm, too slow to rise by
1 cm; turning on the spot is rest."""
LONGEST = 8000.0
"""[s] chosen: a dozen times what was flown; a flight that goes on longer counts as that long."""
COLUMNS = (
    "lean", "restitution", "time", "arcs", "way", "ended", "rebound", "highest", "spin",
    "sideways", "height",
)  # fmt: skip
"""Of a flight: lean of the first contact's normal [deg]; restitution drawn; time of bouncing [s];
arcs; way over ground [m]; whether it ended; speed up after the first contact, and the greatest
after a later one, over the speed down before; energies that spin and sideways motion lost from the
one to the other, over that of the fall (negative: gained); height over the rock at the end [m]."""
MASCOT_MODEL = MODEL + hash_of(HERE / "bounce_field.py", HERE / "bounce_cases.py")
"""Argument of every kept flight: hash of the files that it goes through, beside this one."""


class BoulderFlyer(Flyer):
    """A box over a field of boulders; its world's origin is `origin` [m] in the field."""

    def __init__(self, design: Design, ground: EngineParameters, field: Field) -> None:
        self.design, self.ground, self.field = design, ground, field
        self.origin = np.zeros(2)
        self.near = np.inf
        """[m] to what is nearest, as of the last advance; 0 in contact."""
        self.out: Motion | None = None
        """Motion when the last contact ended."""
        self.lean = 0.0
        """[deg] of the steepest normal of the first contact; where a boulder's corner meets the
        box, that of the box's face."""
        self.top = field.top
        self.surface: MeshSurface | None = None
        super().__init__(self._patch(), np.array([0.0, 0.0, -RYUGU]))
        box = design.links[0].ground_shapes[0]
        assert isinstance(box, Box)
        self.box = box_surface(box)

    def start(self, place: FloatArray, motion: Motion) -> None:
        """Put the body above a place in the field; `motion` has the height."""
        self.origin = np.array(place, float)
        self._move_world(motion)

    def where(self) -> FloatArray:
        """Place in the field [m], without end."""
        return np.asarray(self.origin + self.now.position[:2])

    def advance(self) -> None:
        """Fly on or take a step, in a world about the body."""
        now, was_touching, contacts = self.now, self._touching, len(self.touches)
        off = float(np.linalg.norm(now.position[:2]))
        if self._height(now) < WITHIN and off > (FARTHEST if was_touching else STRAY):
            self.origin = self.origin + now.position[:2]
            now.position[:2] = 0.0
            self._move_world(now)
        super().advance()
        if was_touching and not self._touching:
            self.out = self.now
        if len(self.touches) > contacts == 0:
            level = self.world.contacts().normal[:, 2].min()
            self.lean = float(np.degrees(np.arccos(min(level, 1.0))))

    def safe(self, now: Motion) -> float:
        """Time [s] in which nothing can touch."""
        height, up = self._height(now), float(now.velocity[2])
        if height >= WITHIN:
            self.near = height
            return (up + float(np.sqrt(up**2 + 2.0 * RYUGU * height))) / RYUGU
        self.near = 0.0 if self._touching else self.distance(now)
        return self.time_to_close(self.near, float(np.linalg.norm(now.velocity)), now)

    def distance(self, now: Motion) -> float:
        """Distance [m] from corners to faces, of the box and the patch; no more than is known."""
        known = PATCH - float(np.linalg.norm(now.position[:2])) - self.reach
        least = min(self.gap(now), known)
        if self.surface is None:
            return least
        corners = now.position + self.points @ now.rotation.T
        stones = (self.surface.vertices - now.position) @ now.rotation
        for surface, points in ((self.surface, corners), (self.box, stones)):
            asked = np.full(len(points), max(least, 0.0))
            least = min(least, float(surface.meet(points, asked)[0].min()))
        return least

    def launch(self) -> list[float]:
        """Speed up [m/s] as the last contact ended, and squares [m²/s²] of spin and sideways.

        Each square is twice the energy over the mass.
        """
        assert self.out is not None
        velocity, spun = self.out.velocity, self.out.rotation.T @ self.out.rate
        turning = float(spun @ self.world.inertia[0] @ spun) / self.mass
        return [float(velocity[2]), turning, float(velocity[:2] @ velocity[:2])]

    def close(self) -> None:
        """Give the engine back."""
        self.world.close()

    def _height(self, now: Motion) -> float:
        """Height [m] of the ball about the body over the field's highest point."""
        return float(now.position[2]) - self.reach - self.top

    def _patch(self) -> World:
        boulder = self.field.near(self.origin, PATCH)
        self.surface = None
        if boulder is not None:
            # the world has its own, but shows it to nobody
            self.surface = MeshSurface(boulder.vertices, boulder.faces)
        boulders = () if boulder is None else (boulder,)
        return World(self.design, self.ground, bedrock_depth=0.0, boulders=boulders)

    def _move_world(self, motion: Motion) -> None:
        self.world.close()
        self.world = self._patch()
        self.place(motion)


@kept
def mascot_row(flight, among_boulders, least, most, model):
    """`COLUMNS` of a flight; its restitution is drawn from `least` to `most`.

    The unknowns are the same flight's on both grounds; field and place are its own.
    """
    restitution, ground, start, rng = mascot_start(flight, least, most)
    field = drawn_field(rng) if among_boulders else LEVEL_ROCK
    flyer = BoulderFlyer(mascot_box(), ground, field)
    try:
        speed, high = -float(start.velocity[2]), flyer.top + flyer.reach + WITHIN
        start.position[2] = high
        # the speed is that of the level of the rock
        start.velocity[2] = -np.sqrt(speed**2 - 2.0 * RYUGU * high)
        flyer.start(rng.uniform(0.0, TILE, 2), start)
        found = hop(flyer, speed)
        return [flyer.lean, restitution, *found, flyer.gap(flyer.now)]
    finally:
        flyer.close()


def hop(flyer: BoulderFlyer, speed: float) -> list[float]:
    """Fly to rest, or for the longest time: `COLUMNS` from time to sideways.

    `speed` [m/s] is that down before the first contact.
    """
    way, still, ended = 0.0, 0.0, False
    launches: dict[int, list[float]] = {}  # by the contacts before
    while flyer.time < LONGEST and not ended:
        before, clock = flyer.where(), flyer.time
        flyer.advance()
        way += float(np.linalg.norm(flyer.where() - before))
        contacts = len(flyer.touches)
        if contacts and contacts not in launches and flyer.time - flyer.touches[-1][1] > LEAST_ARC:
            launches[contacts] = flyer.launch()
        now = flyer.now
        slow = now.velocity @ now.velocity < 2.0 * RYUGU * REST and flyer.near < REST_GAP
        still = still + flyer.time - clock if slow else 0.0
        ended = still >= REST_TIME
    touches = np.array(flyer.touches)
    arcs = int((touches[1:, 0] - touches[:-1, 1] > LEAST_ARC).sum())
    bouncing = flyer.time - still - touches[0, 0]
    return [bouncing, arcs, way, float(ended), *rebounds([*launches.values()], speed)]


def rebounds(launches: list[list[float]], speed: float) -> list[float]:
    """`COLUMNS` from rebound to sideways, of the launches of the arcs."""
    if not launches:
        return [0.0] * 4
    first, later = launches[0], launches[1:]
    if not later:
        return [first[0] / speed, 0.0, 0.0, 0.0]
    highest = max(later)
    lost = (np.array(first) - highest)[1:] / speed**2
    return [first[0] / speed, highest[0] / speed, *map(float, lost)]
