"""Tool surfaces as flat arrays: what the compiled loop reads of primitives and links.

A tool is rigid (E* = E/(1 − ν²) with the grain's E), optionally with a spring in series that
stands for bristles.  No cohesion to tools (chosen: nothing is known, and brushes break bonds).
Link frames have their origin at the link's centre of mass; poses are in frame P.  SI.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.laws.restitution import damping_from_restitution
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind
from sampling_sim.regolith.tool_mesh import Meshes, meshes_of

MESH_SLOTS = 4
"""Contacts of one grain with one mesh that are kept apart; chosen: a corner of a room has three."""


class Tools(NamedTuple):
    """All primitives, one row each; links move, primitives sit on links."""

    kind: IntArray
    link: IntArray
    size: FloatArray
    """[m] shape (p, 3), see `PrimitiveKind`."""
    position: FloatArray
    """[m] centre in the link's frame, shape (p, 3)."""
    rotation: FloatArray
    """Primitive's frame to link's, shape (p, 3, 3)."""
    law: FloatArray
    """Friction, Hertz damping ratio, linear damping ratio, bristle stiffness [N/m]; (p, 4)."""
    box: FloatArray
    """[m] lower and upper corner of the box round it, in its own frame, shape (p, 6)."""
    meshes: Meshes
    link_reach: FloatArray
    """[m] farthest point of a link's primitives from its centre of mass, −1 without any; (m,)."""
    link_box: FloatArray
    """[m] lower and upper corner of the box round a link's primitives, its frame, shape (m, 6)."""


class ToolPairs(NamedTuple):
    """Candidate grains of every primitive, in compressed rows, and where the links were.

    A grain has one slot of history with a primitive, and `MESH_SLOTS` in a row with a mesh.
    """

    start: IntArray
    """Slots of primitive p are start[p] to start[p + 1]."""
    grain: IntArray
    """Grain of each slot, rising."""
    history: FloatArray
    """[N] tangential and rolling spring force on the grain, shape (slots, 6)."""
    direction: FloatArray
    """Normal of the mesh contact the slot belongs to, mesh's frame, zeros if none; (slots, 3)."""
    near_start: IntArray
    """Near triangles of slot k: near[near_start[k]:near_start[k + 1]]; all at a grain's first."""
    near: IntArray
    position: FloatArray
    """[m] links' centres of mass when the list was made, shape (m, 3)."""
    rotation: FloatArray
    """Links' rotations then, shape (m, 3, 3)."""


class Links(NamedTuple):
    """Motion over the interval (see `LinkMotion`), the pose now, and the summed loads."""

    mid_position: FloatArray
    mid_rotation: FloatArray
    velocity: FloatArray
    angular_velocity: FloatArray
    position: FloatArray
    rotation: FloatArray
    load: FloatArray
    """Sums over steps of force [N] and torque [N m] about the centre of mass, shape (m, 6)."""


def tools_of(primitives: Sequence[Primitive]) -> Tools:
    """Arrays of the primitives, as the kernel reads them."""
    law = [
        (
            p.friction_coefficient,
            damping_from_restitution(p.restitution),
            damping_from_restitution(p.restitution, 1.0),
            p.bristle_stiffness,
        )
        for p in primitives
    ]
    link_reach, link_box = _link_boxes(primitives)
    return Tools(
        np.array([int(p.kind) for p in primitives], np.int64),
        np.array([p.link for p in primitives], np.int64),
        np.array([p.size for p in primitives], float).reshape(-1, 3),
        np.array([p.position for p in primitives], float).reshape(-1, 3),
        np.array([p.rotation for p in primitives], float).reshape(-1, 3, 3),
        np.array(law, float).reshape(-1, 4),
        np.array([_box(p) for p in primitives], float).reshape(-1, 6),
        meshes_of([np.asarray(p.corners, float) for p in primitives]),
        link_reach,
        link_box,
    )


def no_tool_pairs(primitives: int, links: int) -> ToolPairs:
    """Empty lists whose links are nowhere, so that the first step makes them."""
    return ToolPairs(
        np.zeros(primitives + 1, np.int64), np.zeros(0, np.int64), np.zeros((0, 6)),
        np.zeros((0, 3)), np.zeros(1, np.int64), np.zeros(0, np.int64),
        np.full((links, 3), np.inf), np.zeros((links, 3, 3)),
    )  # fmt: skip


def _box(primitive: Primitive) -> FloatArray:
    """Lower and upper corner [m] of the box round a primitive, in its own frame, shape (6,)."""
    a, b, c = primitive.size
    if primitive.kind == PrimitiveKind.MESH:
        points = np.reshape(primitive.corners, (-1, 3))
        return np.concatenate([points.min(0) - a, points.max(0) + a])
    half = np.array([a, b, c])
    if primitive.kind == PrimitiveKind.PLATE:
        half = np.array([a + c, b + c, c])
    elif primitive.kind == PrimitiveKind.CYLINDER:
        half = np.array([a, a, b])
    return np.concatenate([-half, half])


def primitive_reach(primitive: Primitive) -> float:
    """Bound on the distance [m] of a primitive's farthest point from the link's centre of mass."""
    farthest = np.abs(_box(primitive).reshape(2, 3)).max(0)
    return float(np.linalg.norm(primitive.position) + np.linalg.norm(farthest))


def _link_boxes(primitives: Sequence[Primitive]) -> tuple[FloatArray, FloatArray]:
    """Reach [m] and box [m] of each link's primitives, shapes (m,) and (m, 6)."""
    links = 1 + max((p.link for p in primitives), default=-1)
    reach = np.full(links, -1.0)
    low, high = np.full((links, 3), np.inf), np.full((links, 3), -np.inf)
    for p in primitives:
        box = _box(p).reshape(2, 3)
        reach[p.link] = max(reach[p.link], primitive_reach(p))
        centre = p.position + p.rotation @ box.mean(0)
        half = np.abs(p.rotation) @ (0.5 * (box[1] - box[0]))
        low[p.link] = np.minimum(low[p.link], centre - half)
        high[p.link] = np.maximum(high[p.link], centre + half)
    return reach, np.hstack([low, high])
