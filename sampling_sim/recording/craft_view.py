"""The craft reduced to what is measured, and the forces that its joints carry.  Frame P, SI."""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.mechanism.base import Design
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
    """Largest forces carried by the joints above the head and below the bus.

    What a joint carries is what its side does not get from elsewhere: d(Σ m v)/dt of the links that
    hang on it, less the forces on them.  A mean over each exchange.
    """

    def __init__(self, design: Design, mass: FloatArray) -> None:
        head = design.links[design.head].name
        above = next((j.parent for j in design.joints if j.child == head), head)
        root = _first_below_the_bus(design)
        self._groups = [design.carried_by(design.head), design.carried_by(root)]
        self._mass = mass
        self._wrist = above != head
        self.wrist_force = self.bus_force = 0.0
        """[N] largest magnitude so far at the wrist, and where the sampler hangs on the bus."""

    def add(self, before: WorldState, after: WorldState, outer: FloatArray, step: float) -> None:
        """Take in one exchange; `outer` is all outer force [N] on each link, shape (m, 3)."""
        if not self._wrist:
            return
        rate = self._mass[:, None] * (after.velocity - before.velocity) / step - outer
        wrist, bus = (float(np.linalg.norm(rate[group].sum(axis=0))) for group in self._groups)
        self.wrist_force = max(self.wrist_force, wrist)
        self.bus_force = max(self.bus_force, bus)


def _first_below_the_bus(design: Design) -> int:
    """Link of the chain to the head that hangs on the bus itself."""
    parents = {joint.child: joint.parent for joint in design.joints}
    bus, name = design.links[0].name, design.links[design.head].name
    while name != bus and parents[name] != bus:
        name = parents[name]
    return design.link_index(name)
