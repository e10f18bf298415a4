"""Contacts of the links with bedrock, as arrays.  Frame P, SI."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.world._bullet import BASE, Bullet


@dataclass(frozen=True)
class Contacts:
    """Contact points of one step between a body and the ground."""

    link: IntArray
    """Index of the link, in the design's order, shape (k,)."""
    point: FloatArray
    """[m] on the ground, shape (k, 3)."""
    normal: FloatArray
    """Unit vector from the ground to the link, shape (k, 3)."""
    gap: FloatArray
    """[m] signed distance, negative in contact, shape (k,)."""
    force: FloatArray
    """[N] of the ground on the link, normal and friction, shape (k, 3)."""

    def force_on(self, link: int) -> FloatArray:
        """Sum [N] of the ground's forces on one link, shape (3,)."""
        return np.asarray(self.force[self.link == link].sum(axis=0), dtype=float)


def ground_contacts(bullet: Bullet, body: int, joints: Sequence[int]) -> Contacts:
    """Contacts of `body` with bedrock, which must have been added after it.

    `joints` are the engine's indices of the design's joints, in the design's order.
    PyBullet calls the body of the lower index A; its normals point to A, and the two friction
    forces act on A along directions of their own.
    """
    rows = [row for row in bullet.contacts() if row[1] == body]
    index = {link: i for i, link in enumerate((BASE, *joints))}
    normal = np.array([row[7] for row in rows]).reshape(-1, 3)
    push = np.array([row[9] for row in rows]).reshape(-1, 1) * normal
    rub = np.array([row[10] * np.array(row[11]) + row[12] * np.array(row[13]) for row in rows])
    return Contacts(
        link=np.array([index[row[3]] for row in rows], dtype=np.int64),
        point=np.array([row[6] for row in rows]).reshape(-1, 3),
        normal=normal,
        gap=np.array([row[8] for row in rows]),
        force=push + rub.reshape(-1, 3),
    )
