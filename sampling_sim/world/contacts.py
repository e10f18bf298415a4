"""Contacts of the links with bedrock, as arrays.  Frame P, SI."""

from dataclasses import dataclass

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.world._bullet import Bullet


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


def ground_contacts(bullet: Bullet, body: int) -> Contacts:
    """Contacts of `body` with whatever else is in the world (only bedrock is)."""
    rows = [row for row in bullet.contacts() if row[1] == body]
    mirrored = [row for row in bullet.contacts() if row[2] == body and row[1] != body]
    link = [row[3] + 1 for row in rows] + [row[4] + 1 for row in mirrored]
    sign = np.array([1.0] * len(rows) + [-1.0] * len(mirrored))[:, None]
    point = [row[6] for row in rows] + [row[5] for row in mirrored]
    found = rows + mirrored
    # PyBullet: the normal points from B to A, friction acts along two directions given
    normal = sign * np.array([row[7] for row in found]).reshape(-1, 3)
    pushes = np.array([row[9] for row in found]).reshape(-1, 1) * normal
    friction = [row[10] * np.array(row[11]) + row[12] * np.array(row[13]) for row in found]
    return Contacts(
        link=np.array(link, dtype=np.int64),
        point=np.array(point).reshape(-1, 3),
        normal=normal,
        gap=np.array([row[8] for row in found]),
        force=pushes + sign * np.array(friction).reshape(-1, 3),
    )
