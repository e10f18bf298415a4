"""Bodies of the world: the only way to make one, so that no trap of PyBullet can be forgotten.

A free body is a `Design`, loaded through its URDF with its own inertias; damping, joint motors and
the clamp on rates are off.  Bedrock is a fixed slab with a compliant contact (spring and dashpot):
PyBullet's own restitution is 0 below 0.3 m/s, whatever it is asked for.
"""

import math
from dataclasses import dataclass

from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.urdf import urdf
from sampling_sim.world._bullet import BASE, Bullet

SLAB_HALF_WIDTH = 50.0
"""[m] chosen: wider than any body; PyBullet's own plane is not finite, a box is exact."""
SLAB_HALF_DEPTH = 5.0
"""[m] chosen: nothing passes through."""


@dataclass(frozen=True, kw_only=True)
class Bedrock:
    """A flat, rigid ground below the grains, met through a spring and a dashpot."""

    depth: float
    """[m] of its surface below z = 0 of P."""
    stiffness: float
    """[N/m]."""
    restitution: float
    """[1] rebound ratio of a body of `mass`."""
    mass: float
    """[kg] that the dashpot is set for (a fixed ground: the body's own mass)."""
    friction_coefficient: float
    """[1] against every body (PyBullet multiplies the pair's: bodies carry 1)."""


def add_design(bullet: Bullet, design: Design) -> int:
    """Load a design; return its body index."""
    body = bullet.load(urdf(design))
    for link in range(BASE, bullet.joint_count(body)):
        # getDynamicsInfo does not show damping; the default 0.04 halves 1 m/s in 10 s
        bullet.change(
            body, link, linearDamping=0.0, angularDamping=0.0, jointDamping=0.0, lateralFriction=1.0
        )
    for joint in range(bullet.joint_count(body)):
        bullet.free_joint(body, joint)
    return body


def lift_rate_limit(bullet: Bullet, body: int, limit: float) -> None:
    """Raise PyBullet's silent clamp on joint rates, 100 rad/s by default."""
    for joint in range(bullet.joint_count(body)):
        bullet.change(body, joint, maxJointVelocity=limit)


def add_bedrock(bullet: Bullet, bedrock: Bedrock) -> int:
    """Add the slab; return its body index.

    PyBullet takes the spring at the end of the step, which acts as k·H more damping; the dashpot
    is set lower by that much, which makes the rebound right to second order in the step.

    Raises
    ------
    ConfigError
        If the step is so long that the spring alone damps more than the restitution allows.
    """
    half = (SLAB_HALF_WIDTH, SLAB_HALF_WIDTH, SLAB_HALF_DEPTH)
    body = bullet.add_static_box(half, (0.0, 0.0, -bedrock.depth - SLAB_HALF_DEPTH))
    ratio = damping_ratio(bedrock.restitution)
    wanted = 2.0 * ratio * math.sqrt(bedrock.stiffness * bedrock.mass)
    damping = wanted - bedrock.stiffness * bullet.step_size
    if damping < 0.0:
        allowed = f"needs engine.exchange_step below {wanted / bedrock.stiffness:.3g} s"
        raise ConfigError("engine.bedrock_restitution", bedrock.restitution, allowed)
    # the pair's stiffness is a series sum and its damping a plain one: set on one body only
    bullet.change(
        body,
        BASE,
        contactStiffness=bedrock.stiffness,
        contactDamping=damping,
        lateralFriction=bedrock.friction_coefficient,
    )
    return body


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
