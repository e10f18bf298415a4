"""A run on a stage of PyBullet's: grains as balls of a few sizes, links as their solids."""

import numpy as np

from sampling_sim.constants import IntArray
from sampling_sim.report.live.scenery import GRAIN, GROUND_LINK, SAMPLE, Scenery
from sampling_sim.report.live.sight import Sight
from sampling_sim.world._bullet import Stage

SIZES = 12
"""Sizes of ball, equal steps of the logarithm; chosen: PyBullet keeps a mesh for each, and radii
from 1 to 2 are then right to 3 %."""
GLASS = 0.2
"""Opacity of the walls before the sample, in a window; chosen."""
SEEN = 0.0005
"""[m] chosen: half a pixel; a window takes up to a millisecond for each ball that is moved."""
LEVEL = (0.0, 0.0, 0.0, 1.0)
"""Quaternion of a ball."""


class Scene:
    """A run on a stage; `cut_open` leaves out the walls before the sample."""

    def __init__(self, stage: Stage, scenery: Scenery, *, cut_open: bool) -> None:
        self._stage, self._scenery = stage, scenery
        self._solids = []
        for solid in scenery.solids:
            if not (solid.is_in_front and cut_open):
                opacity = GLASS if solid.is_in_front else 1.0
                body = stage.solid(solid.triangles, (*solid.colour[:3], opacity))
                self._solids.append((solid.link, body))
        self._balls: IntArray = np.zeros(len(scenery.radius), np.int64)
        self._position = np.full((len(scenery.radius), 3), np.nan, np.float32)
        self._contained = np.zeros(len(scenery.radius), dtype=bool)

    def show(self, sight: Sight) -> None:
        """Move everything to where it is now; grains that seem not to have moved are left alone."""
        frame = sight.frame
        if len(self._position) and np.isnan(self._position[0, 0]):
            self._add_balls(frame.position)
        for link, body in self._solids:
            if link != GROUND_LINK:
                pose = frame.link_position[link].tolist(), frame.link_orientation[link].tolist()
                self._stage.put(body, *pose)
        moved = np.abs(frame.position - self._position).max(axis=1) > SEEN
        for grain in np.flatnonzero(moved):
            self._stage.put(int(self._balls[grain]), frame.position[grain].tolist(), LEVEL)
        for grain in np.flatnonzero(sight.contained != self._contained):
            colour = SAMPLE if sight.contained[grain] else GRAIN
            self._stage.paint(int(self._balls[grain]), colour)
        self._position[moved], self._contained = frame.position[moved], sight.contained.copy()

    def _add_balls(self, position: np.ndarray) -> None:
        """Add the grains by size."""
        radius = self._scenery.radius
        steps = np.log(radius / radius.min()) / max(np.log(radius.max() / radius.min()), 1e-9)
        size = np.minimum((steps * SIZES).astype(int), SIZES - 1)
        for one in np.unique(size):
            of_it = size == one
            mean = float(radius[of_it].mean())
            self._balls[of_it] = self._stage.balls(mean, position[of_it], GRAIN)
        self._position = position.copy()
