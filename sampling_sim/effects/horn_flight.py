"""Flight of parcels up a conical horn: straight lines, bounces on the wall, a catcher at the top.

Frame of the head: the horn's axis is z, mouth below, throat above.  A parcel bounces as a sphere
that may spin and roll, off a normal that strays from the wall's (`Horn.scatter`), as fragments have
corners.  No force acts in flight: at the default site the field moves a parcel of 1 m/s by 4 mm on
its way up a horn of 1 m (Coriolis), a slower one by more in proportion.  Parcels do not meet one
another or grains, so a dense spray loses less here than it would.  SI.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sampling_sim.constants import FloatArray, IntArray

LEAST_REBOUND = 0.05
"""Sine of the least angle at which a parcel leaves the wall; chosen: one that rolls on it would
bounce without end.  Energy is kept."""
MOST_BOUNCES = 200
"""In one step; chosen: one at 300 m/s meets a horn of 0.2 m some 15 times in 0.5 ms."""
TO_ROLLING = 2.0 / 7.0
"""Share of a sphere's sliding speed that is lost when it is brought to roll: 1/(1 + m r²/I)."""
SPIN_GAIN = 2.5
"""m r²/I of a uniform sphere."""


WALL, THROAT, MOUTH, NOTHING = range(4)
"""What a parcel may meet first."""


class Fate(IntEnum):
    """Where a parcel is."""

    FLYING = 0
    CAUGHT = 1
    """Through the open throat."""
    LOST = 2
    """Out of the mouth."""


@dataclass(frozen=True, kw_only=True)
class Horn:
    """A cone between two planes, in the head's frame."""

    mouth: float
    """[m] height of the mouth."""
    throat: float
    """[m] height of the throat."""
    mouth_radius: float
    throat_radius: float
    restitution: float
    """[1] of a parcel on the wall and the lid."""
    friction_coefficient: float
    scatter: float
    """[1] standard deviation of each component by which a bounce's unit normal strays."""

    @property
    def slope(self) -> float:
        """dr/dz of the wall, negative where it narrows upwards."""
        return (self.throat_radius - self.mouth_radius) / (self.throat - self.mouth)

    def radius(self, height: FloatArray) -> FloatArray:
        """Radius [m] of the wall at heights [m]."""
        return np.asarray(self.mouth_radius + self.slope * (height - self.mouth))


@dataclass
class Parcels:
    """Parcels in the head's frame; velocities are relative to the head."""

    position: FloatArray
    """[m] shape (n, 3)."""
    velocity: FloatArray
    """[m/s] shape (n, 3)."""
    spin: FloatArray
    """[m/s] angular velocity times radius, shape (n, 3)."""
    mass: FloatArray
    """[kg] shape (n,)."""


@dataclass
class Flight:
    """What `fly` returns."""

    parcels: Parcels
    """At the end; at rest where caught."""
    fate: IntArray
    impulse: FloatArray
    """[N·s] on the head, shape (3,)."""
    moment: FloatArray
    """[N·m·s] on the head about the frame's origin, shape (3,)."""


def fly(
    horn: Horn, parcels: Parcels, step: float, rng: np.random.Generator, *, shut: bool
) -> Flight:
    """Fly parcels that are inside the horn for `step` [s].

    A parcel that goes through the throat stops in the catcher, or bounces off the lid where it is
    `shut`; one that goes out of the mouth is lost and stays where it left.
    """
    now = Parcels(
        parcels.position.copy(), parcels.velocity.copy(), parcels.spin.copy(), parcels.mass
    )
    out = Flight(now, np.zeros(len(now.mass), np.int64), np.zeros(3), np.zeros(3))
    left = np.full(len(now.mass), step)
    for _ in range(MOST_BOUNCES):
        live = np.flatnonzero((out.fate == Fate.FLYING) & (left > 0.0))
        if not live.size:
            break
        p, v = now.position[live], now.velocity[live]
        times = np.stack([_to_wall(horn, p, v), *_to_ends(horn, p, v), left[live]])
        event, moved = times.argmin(axis=0), times.min(axis=0)
        now.position[live] = p + v * moved[:, None]
        left[live] = np.where(event == NOTHING, 0.0, left[live] - moved)
        out.fate[live[event == MOUTH]] = Fate.LOST
        _meet_wall(horn, out, live[event == WALL], rng)
        _meet_throat(horn, out, live[event == THROAT], shut=shut)
    return out


def _meet_wall(horn: Horn, out: Flight, which: IntArray, rng: np.random.Generator) -> None:
    """Bounce parcels off the wall."""
    if not which.size:
        return
    normal = _wall_normal(horn, out.parcels.position[which])
    strayed = normal + horn.scatter * rng.standard_normal(normal.shape)
    strayed /= np.linalg.norm(strayed, axis=1, keepdims=True)
    meets = np.einsum("ni,ni->n", strayed, out.parcels.velocity[which]) > 0.0
    _bounce(horn, out, which, np.where(meets[:, None], strayed, normal))


def _meet_throat(horn: Horn, out: Flight, which: IntArray, *, shut: bool) -> None:
    """Catch parcels, or bounce them off the lid."""
    if not which.size:
        return
    if shut:
        _bounce(horn, out, which, np.tile([0.0, 0.0, 1.0], (which.size, 1)))
        return
    out.fate[which] = Fate.CAUGHT
    _book(out, which, np.zeros((which.size, 3)))


def _bounce(horn: Horn, out: Flight, which: IntArray, normal: FloatArray) -> None:
    now = out.parcels
    after, spin = rebound(
        now.velocity[which], now.spin[which], normal, horn.restitution, horn.friction_coefficient
    )
    _book(out, which, after)
    now.spin[which] = spin


def _book(out: Flight, which: IntArray, after: FloatArray) -> None:
    """Give parcels new velocities [m/s], and what they lose to the head."""
    now = out.parcels
    given = now.mass[which, None] * (now.velocity[which] - after)
    out.impulse += given.sum(axis=0)
    out.moment += np.cross(now.position[which], given).sum(axis=0)
    now.velocity[which] = after


def rebound(
    velocity: FloatArray,
    spin: FloatArray,
    normal: FloatArray,
    restitution: float,
    friction: float,
) -> tuple[FloatArray, FloatArray]:
    """Velocities [m/s] and spins [m/s] of spheres after a wall with outward normals, (n, 3) each.

    Along the normal −e v_n; along the wall the contact point's slip u is slowed by μ (1 + e) v_n,
    or until it rolls, 2/7 u.
    """
    inward = np.einsum("ni,ni->n", velocity, normal)
    slide = velocity - inward[:, None] * normal
    slip = slide + np.cross(spin, normal)
    speed = np.linalg.norm(slip, axis=1)
    braked = np.minimum(friction * (1.0 + restitution) * inward, TO_ROLLING * speed)
    share = np.divide(braked, speed, out=np.zeros_like(speed), where=speed > 0.0)
    push = -share[:, None] * slip
    slide = slide + push
    spin = spin + SPIN_GAIN * np.cross(normal, push)
    back, along = restitution * inward, np.linalg.norm(slide, axis=1)
    total = np.hypot(back, along)
    flat = back < LEAST_REBOUND * total
    back = np.where(flat, LEAST_REBOUND * total, back)
    kept = np.where(flat, np.sqrt(1.0 - LEAST_REBOUND**2) * total, along)
    scale = np.divide(kept, along, out=np.ones_like(along), where=along > 0.0)
    return scale[:, None] * slide - back[:, None] * normal, spin


def _to_wall(horn: Horn, p: FloatArray, v: FloatArray) -> FloatArray:
    """Return times [s] to the wall, |p_xy + v_xy t| = r(p_z + v_z t); or ∞."""
    radius = horn.radius(p[:, 2])
    a = (v[:, :2] ** 2).sum(axis=1) - (horn.slope * v[:, 2]) ** 2
    b = (p[:, :2] * v[:, :2]).sum(axis=1) - horn.slope * v[:, 2] * radius
    # round-off may leave a parcel just outside the wall it bounced off: it is on the wall
    c = np.minimum(0.0, (p[:, :2] ** 2).sum(axis=1) - radius**2)
    root = b**2 - a * c
    out = np.full(len(p), np.inf)
    s = np.sqrt(np.maximum(root, 0.0))
    outward = (b > 0.0) & (root >= 0.0)
    out[outward] = -c[outward] / (b + s)[outward]
    across = (b <= 0.0) & (a > 0.0)
    out[across] = (s - b)[across] / a[across]
    return out


def _to_ends(horn: Horn, p: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return times [s] to the throat, going up, and to the mouth, going down."""
    rise = v[:, 2]
    up, down = np.full(len(p), np.inf), np.full(len(p), np.inf)
    np.divide(horn.throat - p[:, 2], rise, out=up, where=rise > 0.0)
    np.divide(horn.mouth - p[:, 2], rise, out=down, where=rise < 0.0)
    return np.maximum(up, 0.0), np.maximum(down, 0.0)


def _wall_normal(horn: Horn, p: FloatArray) -> FloatArray:
    """Outward unit normals of the wall at points on it, shape (n, 3)."""
    across = p[:, :2] / np.linalg.norm(p[:, :2], axis=1, keepdims=True)
    normal = np.column_stack([across, np.full(len(p), -horn.slope)])
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))
