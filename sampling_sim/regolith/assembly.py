"""Kernel arrays from what a user gives: bed, field, links.  Solver order, frame P, SI."""

from math import pi

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.activity import WAKE_SHARE, Activity, moving_grains
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.block import LANES, TOUCH
from sampling_sim.regolith.cells import Cells
from sampling_sim.regolith.clumps import Clumps, clumps_at_rest
from sampling_sim.regolith.contacts import (
    CLASSES,
    Contacts,
    Material,
    Near,
    append,
    no_contacts,
)
from sampling_sim.regolith.grains import Field, Grains
from sampling_sim.regolith.laws.choice import (
    CohesionLaw,
    NormalLaw,
    cohesion_law_of,
    normal_law_of,
)
from sampling_sim.regolith.laws.restitution import damping_from_restitution
from sampling_sim.regolith.laws.rules import cohesion_reach
from sampling_sim.regolith.primitives import LinkMotion
from sampling_sim.regolith.stepping import Lists
from sampling_sim.regolith.tools import Links
from sampling_sim.regolith.walls import Walls


def material_of(bed: Bed) -> Material:
    """Numbers of the contact laws for a bed."""
    p = bed.parameters
    is_linear = normal_law_of(p.normal_law) == NormalLaw.LINEAR
    return Material(
        modulus=p.pair_modulus,
        linear_stiffness=float(p.normal_stiffness) if is_linear else 0.0,
        shear_ratio=p.shear_ratio,
        damping_ratio=damping_from_restitution(p.restitution, 1.0 if is_linear else 1.5),
        friction=float(p.friction_coefficient),
        rolling=float(p.rolling_friction),
        pull_off_scale=float(bed.pull_off_scale),
        twisting=float(p.twisting_friction),
        reach=cohesion_reach(p, bed.pull_off_scale, float(bed.radius.max())),
        separation=float(p.separation),
        tears=cohesion_law_of(p.cohesion_law) == CohesionLaw.JKR,
        sphere_mass=p.grain_density * 4.0 / 3.0 * pi,
    )


def grains_of(bed: Bed, order: IntArray) -> Grains:
    """Kernel arrays of a bed at rest, in solver order."""
    radius, count = bed.radius[order], bed.radius.size
    mass = bed.mass[order]
    inverse = np.column_stack([1.0 / mass, 1.0 / (0.4 * mass * radius**2)])
    body = bed.body[order]
    is_part = body < bed.clumps.clump_count
    inverse[is_part] = np.column_stack(
        [1.0 / bed.body_mass[body[is_part]], np.zeros(is_part.sum())]
    )
    inverse[bed.fixed[order]] = 0.0
    return Grains(
        np.column_stack([bed.position[order], radius]),
        np.zeros((count, 6)),
        np.zeros((count, 6)),
        np.zeros((count, 6)),
        inverse,
        np.zeros((count, 3)),
        np.zeros(count),
        bed.adhesion[order] if bed.adhesion.size else np.ones(count),
        np.where(bed.fixed[order], 0, np.where(is_part, body + 1, -1 - np.arange(count))),
    )


def rigid_clumps_of(bed: Bed, rank: IntArray, spin: FloatArray) -> Clumps:
    """Clumps of a bed at rest; `rank` takes a sphere of the bed to solver order."""
    c = bed.clumps
    glued = bed.body_fixed[: c.clump_count]
    return clumps_at_rest(
        c.start.astype(np.int64), rank[: c.start[-1]].astype(np.int64), c.offset, c.position,
        c.attitude, np.where(glued, 0.0, 1.0 / c.mass), c.inertia, spin,
    )  # fmt: skip


def cells_of(bed: Bed, margin: float, period: tuple[float, float] | None) -> Cells:
    """Box of the bed and 8 of its largest grains more to each side, or the period."""
    room = 8.0 * (2.0 * bed.radius.max() + margin)
    low, high = bed.position.min(0) - room, bed.position.max(0) + room
    periods = np.zeros(3)
    if period is not None:
        periods[:2] = period
        low[:2], high[:2] = -0.5 * periods[:2], 0.5 * periods[:2]
    return Cells(low, high - low, periods)


def walls_of(planes: FloatArray) -> Walls:
    """Walls nobody is near yet."""
    return Walls(planes, no_contacts(0))


def links_of(motion: LinkMotion | None) -> Links:
    """Kernel arrays of the links' motion, loads at zero."""
    if motion is None:
        none = np.zeros((0, 3))
        motion = LinkMotion(none, np.zeros((0, 3, 3)), none, none)
    position, rotation, velocity, spin = (
        np.ascontiguousarray(part, float)
        for part in (motion.position, motion.rotation, motion.velocity, motion.angular_velocity)
    )
    return Links(
        position, rotation, velocity, spin, position.copy(), rotation.copy(),
        np.zeros((len(position), 6)),
    )  # fmt: skip


def field_of(field: SiteField) -> Field:
    """Kernel numbers of a site's field; the centrifugal term joins value and gradient."""
    field.require_uniform_spin()
    w = field.spin
    centrifugal = (w @ w) * np.eye(3) - np.outer(w, w)
    gradient = np.array([field.gradient_exterior, field.gradient_interior]) + centrifugal
    return Field(field.effective_acceleration, gradient, np.array(w, float), 0.0)


def region_of(bed: Bed, grains: Grains, field: Field, is_on: bool) -> Activity:
    """Everything awake, or asleep where the active region is on and the bed came to rest here."""
    rests = is_on and bed.is_settled and not bed.parameters.may_leave
    count, free = bed.radius.size, grains.inverse[:, 0] > 0.0
    mass = 1.0 / np.where(free, grains.inverse[:, 0], 1.0)
    bond = (
        pi * bed.pull_off_scale * grains.adhesion**2 * grains.position[:, 3]
    )  # with a grain of its own size
    weight = mass * float(np.linalg.norm(field.effective))
    return Activity(
        is_on,
        free & (not rests),
        free,
        WAKE_SHARE * (bond + weight),
        np.zeros((count, 6)),
        np.zeros((count, 6)),
        free.copy(),
        grains.position[:, :3].copy(),
        np.zeros(count, bool),
        np.array([0.0, 1.0]),
    )


def lists_of(bed: Bed, rank: IntArray, grains: Grains, region: Activity) -> Lists:
    """Give the lists before the first step: springs of the bed, and who moves."""
    nobody = np.zeros(0, np.uint32)
    return Lists(
        contacts_of(bed, rank),
        no_contacts(0),
        Near(nobody, nobody.copy(), np.zeros(CLASSES, np.int64)),
        moving_grains(grains, region),
    )


def contacts_of(bed: Bed, rank: IntArray) -> Contacts:
    """Contacts that carry the bed's springs; `rank` takes a grain of the bed to solver order."""
    i, j = rank[bed.pairs].T.reshape(2, -1)
    contacts = no_contacts(len(bed.pairs))
    # seen from the other grain the tangential force changes sign; the rolling one does not, as
    # both the spin difference and the normal that define it are reversed
    side = np.where(i < j, 1.0, -1.0)[:, None]
    springs = np.hstack([side * bed.tangential, bed.rolling])
    for k, (a, b) in enumerate(zip(np.minimum(i, j), np.maximum(i, j), strict=True)):
        append(contacts, a, b)
        block, lane = contacts.block[k // LANES], k % LANES
        block[lane : 6 * LANES : LANES] = springs[k]
        block[TOUCH + lane] = 1.0
    return contacts
