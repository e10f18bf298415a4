"""MASCOT among boulders: the field goes on beyond any patch, the world knows the patch it is in.

High above the field the arc is flown in closed form to its top; among the boulders, as far as no
corner of the box can reach a face, and no corner of a boulder the box.  When the box has gone some
way without contact, a new world is made about it, of the same field.  Frame: z up from the rock.
"""

import hashlib
from pathlib import Path

import numpy as np
from bounce_cases import (
    LEAST_ARC,
    LONGEST,
    MODEL,
    REST,
    REST_GAP,
    REST_TIME,
    RYUGU,
    bounced,
    mascot_box,
    mascot_start,
)
from bounce_field import TILE, Field, drawn_field
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


def boulder_model() -> str:
    """Argument of every kept flight: hash of the files that it goes through, beside this one."""
    names = ("bounce_field.py", "bounce_cases.py")
    text = MODEL + "".join(Path(__file__).with_name(name).read_text() for name in names)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class BoulderFlyer(Flyer):
    """A box over a field of boulders; its world's origin is `origin` [m] in the field."""

    def __init__(self, design: Design, ground: EngineParameters, field: Field) -> None:
        self.design, self.ground, self.field = design, ground, field
        self.origin = np.zeros(2)
        self.near = np.inf
        """[m] to what is nearest, as of the last advance; 0 in contact."""
        self.out: FloatArray = np.zeros(3)
        """[m/s] when the last contact ended."""
        self.lean = 0.0
        """[deg] of the steepest face of the first contact."""
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
            self.out = self.now.velocity
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
            self.surface = MeshSurface(boulder.vertices, boulder.faces)
        boulders = () if boulder is None else (boulder,)
        return World(self.design, self.ground, bedrock_depth=0.0, boulders=boulders)

    def _move_world(self, motion: Motion) -> None:
        self.world.close()
        self.world = self._patch()
        self.place(motion)


@kept
def boulder_row(flight, least, most, model):
    """Lean of the first face met [deg], then as on level rock, and height over the rock at the end.

    As `mascot_row`: restitution, time of bouncing [s], arcs, way over ground [m], ended, first
    rebound ratio.  The unknowns are the same flight's on level rock; field and place are its own.
    """
    restitution, ground, start, rng = mascot_start(flight, least, most)
    flyer = BoulderFlyer(mascot_box(), ground, drawn_field(rng))
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
    """Fly to rest, or for the longest time; `speed` [m/s] down is what the rebound is held to."""
    way, spring, still = 0.0, 0.0, 0.0
    sprung = ended = False
    while flyer.time < LONGEST and not ended:
        before, clock = flyer.where(), flyer.time
        flyer.advance()
        way += float(np.linalg.norm(flyer.where() - before))
        if not sprung and flyer.touches and flyer.time - flyer.touches[-1][1] > LEAST_ARC:
            sprung, spring = True, float(flyer.out[2]) / speed
        now = flyer.now
        slow = now.velocity @ now.velocity < 2.0 * RYUGU * REST and flyer.near < REST_GAP
        still = still + flyer.time - clock if slow else 0.0
        ended = still >= REST_TIME
    bouncing, arcs = bounced(flyer, still)
    return [bouncing, arcs, way, float(ended), spring]
