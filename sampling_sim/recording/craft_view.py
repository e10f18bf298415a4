"""The craft reduced to what is measured, and the forces that its joints carry.  Frame P, SI."""

import math
from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.wings import WINGS
from sampling_sim.world.world import World, WorldState


@dataclass(frozen=True, kw_only=True)
class CraftView:
    """The craft at one control step, reduced to what is measured; frame P."""

    rim: FloatArray
    """[m] reference points of the housing rim, shape (k, 3)."""
    lowest: float
    """[m] height of the lowest craft point."""
    velocity: FloatArray
    """[m/s] of the craft's centre of mass, shape (3,)."""
    up: FloatArray
    """Craft +z in P, shape (3,)."""
    rate: float
    """[rad/s] body rate of the bus relative to P."""

    @property
    def normal_speed(self) -> float:
        """Speed [m/s] of the craft's centre of mass along +n."""
        return float(self.velocity[2])


def craft_view(world: World) -> CraftView:
    """View of the craft now."""
    state, design = world.state(), world.design
    corners = [state.place(box.link, box.corners()) for box in design.outline]
    return CraftView(
        rim=_rim(design, state),
        lowest=float(np.concatenate(corners)[:, 2].min()),
        velocity=world.momentum() / world.mass.sum(),
        up=state.rotation[0, :, 2],
        rate=float(np.linalg.norm(state.angular_velocity[0])),
    )


def _rim(design: Design, state: WorldState) -> FloatArray:
    """Return the reference points [m] now, shape (k, 3)."""
    if not design.reference_links:
        return state.place(design.head, design.reference_points)
    points = zip(design.reference_links, design.reference_points, strict=True)
    return np.concatenate([state.place(link, point) for link, point in points])


class JointLoads:
    """Largest forces carried by the joint above the head and by those at the bus, wings apart.

    What a joint carries is what its side does not get from elsewhere: d(Σ m v)/dt of the links that
    hang on it, less the forces on them.  A mean over each exchange.
    """

    def __init__(self, design: Design, mass: FloatArray) -> None:
        bus = design.links[0].name
        below = [j.child for j in design.joints if j.parent == bus and j.child not in WINGS]
        self._mass = mass
        self._hanging = [design.carried_by(design.link_index(name)) for name in below]
        self._head = design.carried_by(design.head) if design.head else None
        self.wrist_force = math.nan if self._head is None else 0.0
        """[N] largest magnitude so far at the head's own joint; NaN where the head is the bus."""
        self.bus_force = 0.0
        """[N] the same where the sampler, or the most loaded leg, hangs on the bus."""

    def add(self, before: WorldState, after: WorldState, outer: FloatArray, step: float) -> None:
        """Take in one exchange; `outer` is all outer force [N] on each link, shape (m, 3)."""
        rate = self._mass[:, None] * (after.velocity - before.velocity) / step - outer
        if self._head is not None:
            self.wrist_force = max(self.wrist_force, _size(rate[self._head]))
        self.bus_force = max(self.bus_force, *(_size(rate[group]) for group in self._hanging))


def _size(forces: FloatArray) -> float:
    """Magnitude of the sum of forces (n, 3)."""
    total = forces.sum(axis=0)
    return math.sqrt(total @ total)
