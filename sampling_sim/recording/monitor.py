"""The running measures behind the outcomes: forces every exchange, motion every control step.

`Monitor` only reads.  Definitions: docs/outcomes.md.  Frame P, SI.
"""

import math

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.recording.craft_view import CraftView

FORCE_WINDOW = 0.010
"""[s] boxcar over the head force (design: peak_force after a 10 ms boxcar)."""
CONTACT_FORCE = 0.1
"""[N] filtered head force above which there is contact; chosen: the field loads a 12 kg head by
1e-3 N, so nothing but ground passes it."""
LOST_AFTER = 0.2
"""[s] off the ground and moving outward before contact counts as lost; chosen: longer than the gap
between two paddle strikes (0.1 s at 95 rpm and six paddles)."""
CLEAR_HEIGHT = 0.3
"""[m] height over the highest undisturbed surface point at which the craft is clear; chosen."""


class Monitor:
    """Accumulates the measures of one case."""

    def __init__(self, exchange_step: float, surface_top: float) -> None:
        self._step = exchange_step
        self._window = np.zeros((max(1, round(FORCE_WINDOW / exchange_step)), 3))
        self._slot = 0
        self._surface_top = surface_top
        self._off_since = math.nan
        self._off_speed = math.nan
        self._touch: FloatArray | None = None
        self.mean_force: FloatArray = np.zeros(3)
        """[N] filtered ground force on the head, shape (3,)."""
        self.first_contact = math.nan
        self.clear_time = math.nan
        self.peak_force = 0.0
        self.impulse = 0.0
        self.contact_duration = 0.0
        self.max_sinkage = 0.0
        self.slip_distance = 0.0
        self.tilt = self.tilt_max = 0.0
        self.rate_max = 0.0
        self.rebound_speed = math.nan
        self.lifted_off = False
        """Off the ground on retreat: what pushes on the head now is the sample inside it."""

    @property
    def head_force(self) -> float:
        """Filtered magnitude [N] of the ground's force on the head."""
        return float(np.linalg.norm(self.mean_force))

    @property
    def has_contact(self) -> bool:
        """Filtered head force is over the contact threshold now."""
        return self.head_force > CONTACT_FORCE

    @property
    def is_clear(self) -> bool:
        """The craft has been clear, after contact or an abort, since `clear_time`."""
        return math.isfinite(self.clear_time)

    def clearance(self, craft: CraftView) -> float:
        """Height [m] of the lowest craft point over the highest undisturbed surface point."""
        return craft.lowest - self._surface_top

    def add_force(self, time: float, force: FloatArray) -> None:
        """Take in the ground's mean force on the head, shape (3,), over one exchange."""
        self._window[self._slot] = force
        self._slot = (self._slot + 1) % len(self._window)
        # a fresh mean, not a running sum: no round-off is carried along
        self.mean_force = self._window.mean(axis=0)
        if math.isnan(self.first_contact) and self.has_contact:
            self.first_contact = time
        if math.isnan(self.first_contact) or self.lifted_off:
            return
        self.peak_force = max(self.peak_force, self.head_force)
        self.impulse += float(force[2]) * self._step
        if self.has_contact:
            self.contact_duration += self._step

    def add_motion(self, time: float, craft: CraftView, *, retreating: bool) -> None:
        """Take in where the craft is at a control step."""
        self.tilt = math.acos(min(1.0, max(-1.0, float(craft.up[2]))))
        self.tilt_max = max(self.tilt_max, self.tilt)
        self.rate_max = max(self.rate_max, craft.rate)
        if self.is_clear:
            return
        if self.clearance(craft) > CLEAR_HEIGHT and (retreating or self.first_contact <= time):
            self.clear_time = time
        if math.isnan(self.first_contact):
            return
        self.max_sinkage = max(self.max_sinkage, -float(craft.rim[:, 2].min()))
        self._add_slip(craft)
        off_ground = self.clearance(craft) > 0.0
        if retreating:
            self.lifted_off = self.lifted_off or off_ground
        else:
            self._add_rebound(time, craft.normal_speed, off_ground=off_ground)

    def _add_rebound(self, time: float, speed: float, *, off_ground: bool) -> None:
        """Keep the speed with which the craft left the ground, once it has stayed off."""
        if not off_ground or speed <= 0.0:
            self._off_since = math.nan
        elif math.isnan(self._off_since):
            self._off_since, self._off_speed = time, speed
        elif time - self._off_since >= LOST_AFTER and math.isnan(self.rebound_speed):
            self.rebound_speed = self._off_speed

    def _add_slip(self, craft: CraftView) -> None:
        middle = craft.rim.mean(axis=0)[:2]
        if self._touch is None:
            self._touch = middle
        if self.has_contact and not self.lifted_off:
            slip = float(np.linalg.norm(middle - self._touch))
            self.slip_distance = max(self.slip_distance, slip)
