"""Tool surfaces as flat arrays: what the compiled loop reads of primitives and links.

A tool is rigid (E* = E/(1 − ν²) with the grain's E), optionally with a spring in series that
stands for bristles.  No cohesion to tools (chosen: nothing is known, and brushes break bonds).
Link frames have their origin at the link's centre of mass; poses are in frame P.  SI.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.contact_laws import damping_from_restitution
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind


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
    reach: FloatArray
    """[m] farthest point of the primitive from the link's centre of mass, shape (p,)."""


class ToolPairs(NamedTuple):
    """Candidate grains of every primitive, in compressed rows, and where the links were."""

    start: IntArray
    grain: IntArray
    history: FloatArray
    """[N] tangential and rolling spring force on the grain, shape (pairs, 6)."""
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
    reach = [
        float(np.linalg.norm(p.position) + np.linalg.norm(_half_extents(p))) for p in primitives
    ]
    law = [
        (
            p.friction_coefficient,
            damping_from_restitution(p.restitution),
            damping_from_restitution(p.restitution, 1.0),
            p.bristle_stiffness,
        )
        for p in primitives
    ]
    return Tools(
        np.array([int(p.kind) for p in primitives], np.int64),
        np.array([p.link for p in primitives], np.int64),
        np.array([p.size for p in primitives], float).reshape(-1, 3),
        np.array([p.position for p in primitives], float).reshape(-1, 3),
        np.array([p.rotation for p in primitives], float).reshape(-1, 3, 3),
        np.array(law, float).reshape(-1, 4),
        np.array(reach, float),
    )


def no_tool_pairs(primitives: int, links: int) -> ToolPairs:
    """Empty lists whose links are nowhere, so that the first step makes them."""
    return ToolPairs(
        np.zeros(primitives + 1, np.int64), np.zeros(0, np.int64), np.zeros((0, 6)),
        np.full((links, 3), np.inf), np.zeros((links, 3, 3)),
    )  # fmt: skip


def _half_extents(primitive: Primitive) -> FloatArray:
    """Half sides [m] of the box round a primitive, in its own frame."""
    a, b, c = primitive.size
    if primitive.kind == PrimitiveKind.PLATE:
        return np.array([a + c, b + c, c])
    return np.array([a, a, b] if primitive.kind == PrimitiveKind.CYLINDER else [a, b, c])
