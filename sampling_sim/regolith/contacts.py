"""Contacts and near pairs: who touches, who soon may, and what they carry over to a new list.

A pair within the range of forces is a *contact* and has a place in a block (`block.py`), where its
springs and constants lie beside those of 31 others.  A pair beyond it is *near*: it costs a look
only once the grains have moved far enough to have closed its gap.  Grains are kept sorted in space,
pairs by their lower grain.
"""

from math import pi, sqrt
from typing import NamedTuple

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.block import (
    BLOCK,
    DAMPING,
    LANES,
    PER_RADIUS,
    PULL_OFF,
    RADIUS,
    SPRINGS,
    STIFFNESS,
    TEAR,
    TOUCH,
)
from sampling_sim.regolith.cells import Candidates
from sampling_sim.regolith.laws.jkr import jkr_tear

CLASSES = 64
"""Classes of gap into which near pairs are sorted; chosen: fine beside the skin."""


class Contacts(NamedTuple):
    """Pairs that the force laws are evaluated for."""

    used: IntArray
    """How many there are, shape (1,); the arrays have room for more."""
    first: np.ndarray
    """Lower grain, uint32."""
    second: np.ndarray
    """Higher grain, or the wall, uint32."""
    block: FloatArray
    """Shape (blocks, BLOCK); contact k is lane k mod LANES of block k // LANES."""


class Near(NamedTuple):
    """Pairs out of reach when the list was made, by class of gap."""

    first: np.ndarray
    """uint32; equal to `second` once the pair has become a contact."""
    second: np.ndarray
    end: IntArray
    """One past the last pair of each class, shape (CLASSES,)."""


class Material(NamedTuple):
    """Numbers of the contact laws that all grain pairs share."""

    modulus: float
    """E* [Pa] of two grains."""
    linear_stiffness: float
    """[N/m] of the linear law, 0 for Hertz's."""
    shear_ratio: float
    """Tangential over secant normal stiffness."""
    damping_ratio: float
    """α of the restitution wanted."""
    friction: float
    rolling: float
    pull_off_scale: float
    """w [J/m²]: pull-off force over 2π R*."""
    twisting: float
    """Limit of the twisting torque over (repulsion × R*)."""
    reach: float
    """[m] gap up to which cohesion acts; 0 without cohesion."""
    separation: float
    """[m] least separation of van der Waals' law."""
    tears: bool
    """Whether contacts hold beyond touch (JKR)."""
    sphere_mass: float
    """[kg/m³] mass of a grain over its radius cubed."""


@njit
def no_contacts(room: int) -> Contacts:
    """Room for so many contacts, none yet."""
    return Contacts(
        np.zeros(1, np.int64), np.zeros(room, np.uint32), np.zeros(room, np.uint32),
        np.zeros(((room + LANES - 1) // LANES, BLOCK)),
    )  # fmt: skip


@njit
def append(contacts: Contacts, first: int, second: int) -> int:
    """Add a contact; return its index.  Its block still has to be filled."""
    k = contacts.used[0]
    contacts.first[k], contacts.second[k] = first, second
    contacts.used[0] = k + 1
    return k


@njit
def copy_springs(old: Contacts, o: int, new: Contacts, k: int) -> None:
    """Carry over what changes in the course of a contact."""
    for row in range(SPRINGS):
        new.block[k // LANES, row * LANES + k % LANES] = old.block[
            o // LANES, row * LANES + o % LANES
        ]


@njit
def touches(contacts: Contacts, k: int) -> bool:
    """Whether contact k touched when its forces were last evaluated."""
    return contacts.block[k // LANES, TOUCH + k % LANES] > 0.0


@njit(error_model="numpy")
def fill_constants(
    contacts: Contacts,
    k: int,
    position: FloatArray,
    inverse: FloatArray,
    adhesion: FloatArray,
    material: Material,
) -> None:
    """Work out what the contact laws need of a pair of grains, square roots included."""
    i, j = contacts.first[k], contacts.second[k]
    ri, rj = position[i, 3], position[j, 3]
    radius = ri * rj / (ri + rj)
    # a fixed grain has inverse mass 0: m* is then the free one's mass
    mass = 1.0 / (inverse[i, 0] + inverse[j, 0])
    is_fixed = inverse[i, 0] * inverse[j, 0] == 0.0
    pull_off = 2.0 * pi * material.pull_off_scale * adhesion[i] * adhesion[j] * radius
    fill_block(contacts, k, radius, mass, (-1.0 if is_fixed else 1.0) / min(ri, rj), material)
    block, lane = contacts.block[k // LANES], k % LANES
    block[PULL_OFF + lane] = pull_off
    if material.tears:
        block[TEAR + lane] = jkr_tear(block[STIFFNESS + lane], pull_off)


@njit(error_model="numpy")
def fill_block(
    contacts: Contacts, k: int, radius: float, mass: float, per_radius: float, material: Material
) -> None:
    """Constants of the normal law for R* [m] and m* [kg], without cohesion."""
    block, lane = contacts.block[k // LANES], k % LANES
    stiffness = material.linear_stiffness
    if stiffness == 0.0:
        stiffness = 4.0 / 3.0 * material.modulus * sqrt(radius)
    block[STIFFNESS + lane] = stiffness
    block[DAMPING + lane] = material.damping_ratio * sqrt(mass * stiffness)
    block[RADIUS + lane], block[PER_RADIUS + lane] = radius, per_radius


@njit
def rows_of(contacts: Contacts, count: int) -> tuple[IntArray, IntArray]:
    """Chains of contacts by their first grain: each grain's head, and the next; −1 ends."""
    head = np.full(count, -1, np.int64)
    following = np.full(contacts.used[0], -1, np.int64)
    for k in range(contacts.used[0]):
        following[k] = head[contacts.first[k]]
        head[contacts.first[k]] = k
    return head, following


@njit
def find(contacts: Contacts, head: IntArray, following: IntArray, first: int, second: int) -> int:
    """Index of a contact in chains made by `rows_of`, −1 if it is not there."""
    k = head[first]
    while k >= 0 and contacts.second[k] != second:
        k = following[k]
    return k


@njit(error_model="numpy")
def sorted_pairs(
    candidates: Candidates,
    awake: np.ndarray,
    position: FloatArray,
    inverse: FloatArray,
    adhesion: FloatArray,
    material: Material,
    skin: float,
    old: Contacts,
    old_dormant: Contacts,
) -> tuple[Contacts, Contacts, Near]:
    """Contacts with an awake grain, contacts of two grains asleep, and near pairs, anew.

    Touching pairs keep their springs.  Near pairs of two grains asleep are left out: they cannot
    close before one of them wakes, which makes the lists anew.
    """
    count = awake.size
    head, following = rows_of(old, count)
    head_dormant, following_dormant = rows_of(old_dormant, count)
    sizes = _sizes(candidates, awake, material.reach, skin)
    near = sizes[2:]
    for c in range(CLASSES):
        near[c + 1] += near[c]
    # every near pair may become a contact before the next list
    contacts, asleep = no_contacts(sizes[0] + near[CLASSES]), no_contacts(sizes[1])
    first, second = np.zeros(near[CLASSES], np.uint32), np.zeros(near[CLASSES], np.uint32)
    for i in range(count):
        for p in range(candidates.start[i], candidates.start[i + 1]):
            j = candidates.second[p]
            is_awake = awake[i] or awake[j]
            if candidates.gap[p] < material.reach:
                new = contacts if is_awake else asleep
                k = append(new, i, j)
                fill_constants(new, k, position, inverse, adhesion, material)
                o = find(old, head, following, i, j)
                d = find(old_dormant, head_dormant, following_dormant, i, j) if o < 0 else -1
                if o >= 0:
                    copy_springs(old, o, new, k)
                elif d >= 0:
                    copy_springs(old_dormant, d, new, k)
            elif is_awake:
                c = _gap_class(candidates.gap[p] - material.reach, skin)
                first[near[c]], second[near[c]] = i, j
                near[c] += 1
    return contacts, asleep, Near(first, second, near[:CLASSES].copy())


@njit
def _sizes(candidates: Candidates, awake: np.ndarray, reach: float, skin: float) -> IntArray:
    """Count contacts, contacts of two sleepers, a zero, and the near pairs of each class."""
    sizes = np.zeros(CLASSES + 3, np.int64)
    for i in range(awake.size):
        for p in range(candidates.start[i], candidates.start[i + 1]):
            is_awake = awake[i] or awake[candidates.second[p]]
            if candidates.gap[p] < reach:
                sizes[0 if is_awake else 1] += 1
            elif is_awake:
                sizes[3 + _gap_class(candidates.gap[p] - reach, skin)] += 1
    return sizes


@njit(error_model="numpy")
def _gap_class(beyond: float, skin: float) -> int:
    """Class of a near pair that is `beyond` [m] out of reach."""
    return max(0, min(CLASSES - 1, int(beyond / skin * CLASSES)))


@njit(error_model="numpy", forceinline=True)
def classes_in_reach(moved: float, skin: float) -> int:
    """Classes whose pairs may have come into reach when no grain has moved more than `moved`."""
    return min(CLASSES, int(2.0 * moved / skin * CLASSES) + 1)
