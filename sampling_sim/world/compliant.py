"""Our compliant contact: points of one body against the surface of another.  Frame P, SI.

Normal: a spring and a dashpot that never pulls.  Tangential: a spring with memory and a dashpot,
limited by Coulomb's law.  Loads are given once an exchange step H as the mean over
[t − H/2, t + H/2], the interval that the kick stands for, so that touch and release do not depend
on where a step happens to fall.  Why not PyBullet's contact: docs/world.md.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.world.surfaces import Surface

GROUND = -1
"""Row of what does not move."""
TANGENTIAL_RATIO = 0.82
"""[1] tangential over normal stiffness and damping: 2(1 − ν)/(2 − ν) at ν = 0.3, Mindlin (1949),
J. Appl. Mech. 16, 259."""
STILL, IDENTITY = np.zeros((3, 3)), np.eye(3)


@dataclass(frozen=True, kw_only=True)
class ContactLaw:
    """Law of one pair of bodies; `share` of it acts at each point."""

    stiffness: float
    """[N/m] of the pair, with all points of a flat landing in touch."""
    damping: float
    """[N·s/m] of the pair, likewise."""
    friction_coefficient: float
    """[1] of the pair."""


@dataclass(eq=False, kw_only=True)
class ContactPair:
    """Points of body `a`, with radii, against the surface of body `b`."""

    a: int
    """Row of the body that has the points."""
    b: int
    """Row of the body that has the surface, or `GROUND`."""
    points: FloatArray
    """[m] in the frame of `a`, shape (n, 3)."""
    radius: FloatArray
    """[m] of the ball about each point; 0 for a corner, shape (n,)."""
    surface: Surface
    """In the frame of `b`; in P for `GROUND`."""
    share: float
    """[1] of the pair's law at each point."""
    law: ContactLaw
    friction_loss: float = 0.0
    """[J] dissipated by sliding since the start."""
    elastic_energy: float = 0.0
    """[J] in the springs, as of the last step."""
    gap: FloatArray = field(init=False)
    """[m] of every point in the last step, negative in contact, shape (n,)."""
    normal: FloatArray = field(init=False)
    """From `b` to `a`, in P, shape (n, 3)."""
    point: FloatArray = field(init=False)
    """[m] middle of the overlap, in P, of the points that touch, shape (n, 3)."""
    force: FloatArray = field(init=False)
    """[N] on `a` at every point, shape (n, 3)."""
    touched: BoolArray = field(init=False)
    """Which points touch, shape (n,)."""
    _stretch: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.points)
        self.gap, self.touched = np.zeros(count), np.zeros(count, dtype=np.bool_)
        self.normal, self.point, self.force, self._stretch = np.zeros((4, count, 3))
        self._bound = float((np.linalg.norm(self.points, axis=1) + self.radius).max())
        law = self.law
        self._numbers = np.array(
            [self.share * law.stiffness, self.share * law.damping, law.friction_coefficient]
        )

    def loads(self, pose: FloatArray, rotation: FloatArray, step: float) -> FloatArray:
        """Mean force [N], torque [N·m] on `a`, and torque on `b`, rows of (3, 3), about now.

        Over one exchange step; `b` gets the opposite force.  Takes one step of the tangential
        springs: call once a step.  `pose` (m, 3, 3) has rows position, velocity and rate of each
        body, `rotation` (m, 3, 3) takes their axes to P.
        """
        a, b = pose[self.a], STILL if self.b == GROUND else pose[self.b]
        seat = a[0] + self.points @ rotation[self.a].T
        if self.b == GROUND:
            self.gap, self.normal = self.surface.meet(seat, self.radius)
        else:
            turn = rotation[self.b]
            reach = self.radius + 0.5 * step * self._fastest(a, b)
            self.gap, normal = self.surface.meet((seat - b[0]) @ turn, reach)
            self.normal = normal @ turn.T
        self.gap = self.gap - self.radius
        total = np.zeros((3, 3))
        self.elastic_energy, lost = _law(
            (a, b, seat, self.radius, self.gap, self.normal),
            IDENTITY if self.b == GROUND else rotation[self.b],
            (self._stretch, self.touched, self.point, self.force, total),
            self._numbers,
            step,
        )
        self.friction_loss += lost
        return total

    def _fastest(self, a: FloatArray, b: FloatArray) -> float:
        """No point of the pair closes faster [m/s] than this."""
        apart, past = a[0] - b[0], a[1] - b[1]
        turning = math.sqrt(a[2] @ a[2]) * self._bound + math.sqrt(b[2] @ b[2]) * (
            self._bound + math.sqrt(apart @ apart)
        )
        return math.sqrt(past @ past) + turning


@njit(cache=True)
def _law(
    where: tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray],
    turn: FloatArray,
    kept: tuple[FloatArray, BoolArray, FloatArray, FloatArray, FloatArray],
    numbers: FloatArray,
    step: float,
) -> tuple[float, float]:
    """Write points, mean forces and their totals; elastic energy and friction's loss [J].

    The memory of the pair, `stretch` and `touched`, is in the axes of the surface, which `turn`
    takes to P.
    """
    a, b, seat, radius, gap, normal = where
    stretch, touched, point, force, total = kept
    stiffness, damping, friction = numbers
    elastic, lost = 0.0, 0.0
    for i in range(len(gap)):
        force[i] = 0.0
        if not np.isfinite(gap[i]):
            touched[i] = False
            continue
        n = normal[i]
        # the middle of the overlap: one point for both bodies, so that no torque is made
        point[i] = seat[i] - (radius[i] + 0.5 * gap[i]) * n
        arm_a, arm_b = point[i] - a[0], point[i] - b[0]
        slip = a[1] + np.cross(a[2], arm_a) - b[1] - np.cross(b[2], arm_b)
        closing = -(slip @ n)
        if gap[i] >= 0.5 * step * abs(closing):
            touched[i] = False
            continue
        push = _push(gap[i], closing, stiffness, damping, step)
        along = slip + closing * n
        s = np.dot(turn, stretch[i])
        s -= (s @ n) * n
        before = s.copy()
        if touched[i]:
            s += step * along
        else:  # what touches for the first time has no stretch yet
            s[:], before[:] = 0.0, 0.0
        rub = -TANGENTIAL_RATIO * (stiffness * s + damping * along)
        size, limit = np.sqrt(rub @ rub), friction * push
        if size > limit:
            rub *= limit / size
            s = -rub / (TANGENTIAL_RATIO * stiffness)
            lost -= rub @ (step * along - (s - before))
        touched[i] = True
        stretch[i] = np.dot(s, turn)
        force[i] = push * n + rub
        total[0] += force[i]
        total[1] += np.cross(arm_a, force[i])
        total[2] -= np.cross(arm_b, force[i])
        elastic += 0.5 * stiffness * (min(gap[i], 0.0) ** 2 + TANGENTIAL_RATIO * (s @ s))
    return elastic, lost


@njit(cache=True)
def _push(gap: float, closing: float, stiffness: float, damping: float, step: float) -> float:
    """Mean normal force [N] of spring and dashpot over the step, never a pull."""
    half = 0.5 * step * abs(closing)
    least, deepest = -gap - half, -gap + half
    if deepest <= 0.0:
        return 0.0
    overlap, fraction = -gap, 1.0
    if least < 0.0:  # in touch for a part of the step only
        fraction = deepest / (2.0 * half)
        overlap = 0.5 * deepest * fraction
    return max(stiffness * overlap + damping * fraction * closing, 0.0)


def point_share(points: FloatArray) -> float:
    """Share of a body's contact at each of its points (n, 3): 1 / the most that land at once.

    That many points of the convex hull lie in one of its planes, so that no flat landing is stiffer
    than the body is said to be, and a landing on one point is as much softer.
    """
    from scipy.spatial import ConvexHull, QhullError

    try:
        planes = ConvexHull(points).equations
    except (QhullError, ValueError):  # fewer than four points, or all of them in one plane
        return 1.0 / len(points)
    size = float(np.ptp(points, axis=0).max())
    heights = points @ planes[:, :3].T + planes[:, 3]
    return 1.0 / int((np.abs(heights) < 1e-9 * size).sum(axis=0).max())


def dashpot(restitution: float, stiffness: float, mass: float, step: float) -> float:
    """Dashpot c [N·s/m] with which `mass` [kg] rebounds with `restitution` at this exchange step.

    It feels the speed of half a step ago, v − (H/2) x″: as if the mass were m − cH/2.  The ratio
    that decides the rebound is kept, c = 2ζ√(k (m − cH/2)): right to second order in the step.
    """
    ratio = damping_ratio(restitution)
    late = ratio**2 * stiffness * step
    return math.sqrt(late**2 + 4.0 * ratio**2 * stiffness * mass) - late


def longest_step(law: ContactLaw, mobility: float) -> float:
    """Longest exchange step H [s] of a pair: 2 c w H + k w H² = 2, w the mobility [1/kg].

    A kick and a drift with a spring k and a dashpot c that is one step late decay while
    2 c w H + k w H² < 4 (roots of z² − (2 − c w H − k w H²) z + 1 − c w H inside the unit circle);
    half of that is allowed, for points beyond the share (a body wedged between two faces).
    """
    k, c = law.stiffness * mobility, law.damping * mobility
    return (math.sqrt(c**2 + 2.0 * k) - c) / k


def damping_ratio(restitution: float) -> float:
    """Damping ratio ζ of a spring and dashpot that rebounds with `restitution` and never pulls.

    The contact ends where its force is zero, before the spring is back at rest (Schwager & Pöschel
    2007, Granular Matter 9, 465): for ζ < 1, with s = √(1 − ζ²),
    e = exp(−(ζ/s)(π − atan2(2ζs, 1 − 2ζ²))); for ζ > 1, with s = √(ζ² − 1),
    e = exp(−(ζ/s) ln((ζ + s)/(ζ − s))).  Solved by bisection; e falls from 1 to 0 as ζ grows.
    """
    low, high = 0.0, 1e6
    while high - low > 1e-14 * high:
        middle = 0.5 * (low + high)
        if _restitution(middle) > restitution:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _restitution(ratio: float) -> float:
    if abs(ratio - 1.0) < 1e-9:
        return math.exp(-2.0)
    s = math.sqrt(abs(1.0 - ratio**2))
    if ratio < 1.0:
        angle = math.pi - math.atan2(2.0 * ratio * s, 1.0 - 2.0 * ratio**2)
        return math.exp(-ratio / s * angle)
    # ζ − s as 1/(ζ + s): no cancellation at large ζ
    return math.exp(-2.0 * ratio / s * math.log(ratio + s))
