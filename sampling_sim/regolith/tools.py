"""Grains against the moving surfaces of the mechanism: exact closest points, loads on links.

A tool is rigid (E* = E/(1 − ν²) with the grain's E), optionally with a spring in series that
stands for bristles.  No cohesion to tools (chosen: nothing is known, and brushes break bonds).
Each primitive keeps its own list of grains within its box plus a margin; the list is made anew
when the link has moved further than its part of the margin.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numba import njit

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.contacts import Material
from sampling_sim.regolith.grains import Grains
from sampling_sim.regolith.laws.bristle import bristle_overlap
from sampling_sim.regolith.laws.hertz import normal_law
from sampling_sim.regolith.laws.mindlin import friction_spring
from sampling_sim.regolith.laws.restitution import damping_from_restitution
from sampling_sim.regolith.pair_forces import PEAK_BRISTLE, PEAK_TOOL
from sampling_sim.regolith.primitives import Primitive, PrimitiveKind

PLATE = int(PrimitiveKind.PLATE)
BOX = int(PrimitiveKind.BOX)


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


@njit(error_model="numpy")
def surface_distance(
    kind: int, size: FloatArray, x: float, y: float, z: float
) -> tuple[float, float, float, float]:
    """Distance [m] of a point to a primitive's surface, negative inside, and the outward normal.

    All in the primitive's frame.  On a plate's own rectangle, and on a cylinder's axis, the
    normal is not defined and +z, or +x, is taken.
    """
    if kind == PLATE:
        dx = x - min(max(x, -size[0]), size[0])
        dy = y - min(max(y, -size[1]), size[1])
        distance = sqrt(dx * dx + dy * dy + z * z)
        if distance == 0.0:
            return -size[2], 0.0, 0.0, 1.0
        return distance - size[2], dx / distance, dy / distance, z / distance
    if kind == BOX:
        return _box_distance(size, x, y, z)
    # a cylinder is a box in (radial, axial) coordinates
    radial = sqrt(x * x + y * y)
    cx, cy = (x / radial, y / radial) if radial > 0.0 else (1.0, 0.0)
    side, cap = radial - size[0], abs(z) - size[1]
    sign = 1.0 if z >= 0.0 else -1.0
    if side <= 0.0 and cap <= 0.0:
        return (side, cx, cy, 0.0) if side > cap else (cap, 0.0, 0.0, sign)
    out, up = max(side, 0.0), max(cap, 0.0)
    distance = sqrt(out * out + up * up)
    return distance, cx * out / distance, cy * out / distance, sign * up / distance


@njit(error_model="numpy")
def _box_distance(
    size: FloatArray, x: float, y: float, z: float
) -> tuple[float, float, float, float]:
    """`surface_distance` of a solid box."""
    px, py, pz = abs(x) - size[0], abs(y) - size[1], abs(z) - size[2]
    sx, sy, sz = np.sign(x), np.sign(y), np.sign(z)
    if px <= 0.0 and py <= 0.0 and pz <= 0.0:
        # inside: out through the nearest face
        if px >= py and px >= pz:
            return px, (1.0 if x >= 0.0 else -1.0), 0.0, 0.0
        if py >= pz:
            return py, 0.0, (1.0 if y >= 0.0 else -1.0), 0.0
        return pz, 0.0, 0.0, (1.0 if z >= 0.0 else -1.0)
    dx, dy, dz = max(px, 0.0), max(py, 0.0), max(pz, 0.0)
    distance = sqrt(dx * dx + dy * dy + dz * dz)
    return distance, sx * dx / distance, sy * dy / distance, sz * dz / distance


@njit
def place_links(links: Links, elapsed: float) -> None:
    """Pose of every link `elapsed` seconds from the middle of the interval (Rodrigues)."""
    for k in range(links.position.shape[0]):
        links.position[k] = links.mid_position[k] + elapsed * links.velocity[k]
        w = links.angular_velocity[k]
        rate = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2])
        angle = rate * elapsed
        if angle == 0.0:
            links.rotation[k] = links.mid_rotation[k]
            continue
        x, y, z = w[0] / rate, w[1] / rate, w[2] / rate
        s, c = np.sin(angle), 2.0 * np.sin(0.5 * angle) ** 2
        turn = np.array([
            [1.0 - c * (y * y + z * z), c * x * y - s * z, c * x * z + s * y],
            [c * x * y + s * z, 1.0 - c * (x * x + z * z), c * y * z - s * x],
            [c * x * z - s * y, c * y * z + s * x, 1.0 - c * (x * x + y * y)],
        ])  # fmt: skip
        _multiply(turn, links.mid_rotation[k], links.rotation[k])


@njit
def _multiply(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    """Out = a b for 3 × 3 matrices (a BLAS call would cost more than the product)."""
    for i in range(3):
        for j in range(3):
            out[i, j] = a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j]


@njit
def links_left(links: Links, tools: Tools, pairs: ToolPairs, allowance: float) -> bool:
    """Whether a point of a primitive may have moved by more than `allowance` [m]."""
    for p in range(tools.kind.size):
        k = tools.link[p]
        shift, turn = 0.0, 0.0
        for a in range(3):
            shift += (links.position[k, a] - pairs.position[k, a]) ** 2
            for b in range(3):
                turn += (links.rotation[k, a, b] - pairs.rotation[k, a, b]) ** 2
        # the Frobenius norm bounds the operator norm of the change of rotation
        if not sqrt(shift) + sqrt(turn) * tools.reach[p] <= allowance:
            return True
    return False


@njit
def build_tool_pairs(
    grains: Grains, tools: Tools, links: Links, margin: float, old: ToolPairs
) -> ToolPairs:
    """Grains with a gap below `margin` [m] to each primitive, history carried over."""
    count, primitives = grains.position.shape[0], tools.kind.size
    start = np.zeros(primitives + 1, np.int64)
    grain = np.zeros(count * primitives, np.int64)
    found = 0
    axes, centre = np.zeros((3, 3)), np.zeros(3)
    for p in range(primitives):
        start[p] = found
        bound = sqrt(np.sum(tools.size[p] ** 2)) + tools.size[p, 2] + margin
        _place_primitive(tools, links, p, centre, axes)
        for i in range(count):
            x, y, z, r = grains.position[i]
            x, y, z = x - centre[0], y - centre[1], z - centre[2]
            # cheap sphere first, exact distance after
            if x * x + y * y + z * z > (bound + r) ** 2:
                continue
            distance, _, _, _ = surface_distance(
                tools.kind[p], tools.size[p],
                axes[0, 0] * x + axes[1, 0] * y + axes[2, 0] * z,
                axes[0, 1] * x + axes[1, 1] * y + axes[2, 1] * z,
                axes[0, 2] * x + axes[1, 2] * y + axes[2, 2] * z,
            )  # fmt: skip
            if distance < r + margin:
                grain[found] = i
                found += 1
    start[primitives] = found
    history = np.zeros((found, 6))
    for p in range(primitives):
        o = old.start[p]
        for k in range(start[p], start[p + 1]):
            while o < old.start[p + 1] and old.grain[o] < grain[k]:
                o += 1
            if o < old.start[p + 1] and old.grain[o] == grain[k]:
                history[k] = old.history[o]
    return ToolPairs(
        start, grain[:found].copy(), history, links.position.copy(), links.rotation.copy()
    )


@njit
def _place_primitive(
    tools: Tools, links: Links, p: int, centre: FloatArray, axes: FloatArray
) -> None:
    """Centre [m] and rotation to P of a primitive, written into the arrays given."""
    turn, offset = links.rotation[tools.link[p]], tools.position[p]
    for a in range(3):
        centre[a] = (
            links.position[tools.link[p], a]
            + turn[a, 0] * offset[0] + turn[a, 1] * offset[1] + turn[a, 2] * offset[2]
        )  # fmt: skip
    _multiply(turn, tools.rotation[p], axes)


@njit(error_model="numpy")
def tool_normal(
    total: float, speed: float, hertz: float, mass: float, law: FloatArray
) -> tuple[float, float, float, float]:
    """Repulsion [N], secant stiffness, viscosity, and the Hertz part of the overlap [m].

    With bristles the damping ratio goes from Hertz's to the linear spring's with the exponent of
    the series law, p = d ln F / d ln δ, between 1.5 and 1.
    """
    if law[3] == 0.0:
        push, secant, viscosity = normal_law(total, speed, hertz, law[1] * sqrt(mass * hertz))
        return push, secant, viscosity, total
    overlap = bristle_overlap(total, hertz, law[3])
    elastic = hertz * overlap * sqrt(overlap)
    secant = elastic / total
    tangent = 1.0 / (overlap / (1.5 * elastic) + 1.0 / law[3])
    share = 2.0 * (tangent / secant - 1.0)
    viscosity = (law[2] + share * (law[1] - law[2])) * sqrt(mass * secant)
    return max(0.0, elastic - viscosity * speed), secant, viscosity, overlap


@njit(error_model="numpy")
def tool_forces(
    grains: Grains,
    tools: Tools,
    pairs: ToolPairs,
    links: Links,
    material: Material,
    dt: float,
    stats: FloatArray,
) -> None:
    """Add the tool contacts to the grains' loads and, opposite, to the links'."""
    axes, centre = np.zeros((3, 3)), np.zeros(3)
    for p in range(tools.kind.size):
        if pairs.start[p] == pairs.start[p + 1]:
            continue
        _place_primitive(tools, links, p, centre, axes)
        for k in range(pairs.start[p], pairs.start[p + 1]):
            i = pairs.grain[k]
            x, y, z, r = grains.position[i]
            x, y, z = x - centre[0], y - centre[1], z - centre[2]
            distance, lx, ly, lz = surface_distance(
                tools.kind[p], tools.size[p],
                axes[0, 0] * x + axes[1, 0] * y + axes[2, 0] * z,
                axes[0, 1] * x + axes[1, 1] * y + axes[2, 1] * z,
                axes[0, 2] * x + axes[1, 2] * y + axes[2, 2] * z,
            )  # fmt: skip
            if distance >= r:
                pairs.history[k, :] = 0.0
                continue
            nx = axes[0, 0] * lx + axes[0, 1] * ly + axes[0, 2] * lz
            ny = axes[1, 0] * lx + axes[1, 1] * ly + axes[1, 2] * lz
            nz = axes[2, 0] * lx + axes[2, 1] * ly + axes[2, 2] * lz
            _tool_contact(
                grains, i, distance, nx, ny, nz, tools.law[p], links, tools.link[p],
                pairs.history[k], material, dt, stats,
            )  # fmt: skip


@njit(error_model="numpy")
def _tool_contact(
    grains: Grains,
    i: int,
    arm: float,
    nx: float,
    ny: float,
    nz: float,
    law: FloatArray,
    links: Links,
    link: int,
    history: FloatArray,
    material: Material,
    dt: float,
    stats: FloatArray,
) -> None:
    """One touching grain: `arm` [m] is its centre's distance to the surface, n points to it."""
    r = grains.position[i, 3]
    m, v, w = grains.predicted[i], links.velocity[link], links.angular_velocity[link]
    # lever from the link's centre of mass to the contact point on the tool's surface
    qx = grains.position[i, 0] - arm * nx - links.position[link, 0]
    qy = grains.position[i, 1] - arm * ny - links.position[link, 1]
    qz = grains.position[i, 2] - arm * nz - links.position[link, 2]
    ux = m[0] - v[0] - (w[1] * qz - w[2] * qy) - arm * (m[4] * nz - m[5] * ny)
    uy = m[1] - v[1] - (w[2] * qx - w[0] * qz) - arm * (m[5] * nx - m[3] * nz)
    uz = m[2] - v[2] - (w[0] * qy - w[1] * qx) - arm * (m[3] * ny - m[4] * nx)
    speed = ux * nx + uy * ny + uz * nz
    # twice the pair's modulus: the tool is rigid, and the grain's own mass counts, fixed or not
    hertz = 8.0 / 3.0 * material.modulus * sqrt(r)
    mass = material.sphere_mass * r**3
    push, secant, viscosity, overlap = tool_normal(r - arm, speed, hertz, mass, law)
    stiffness_dt = material.shear_ratio * secant * dt
    tx, ty, tz, history[0], history[1], history[2] = friction_spring(
        history[0], history[1], history[2], nx, ny, nz,
        ux - speed * nx, uy - speed * ny, uz - speed * nz, stiffness_dt, viscosity, law[0] * push,
    )  # fmt: skip
    sx, sy, sz = r * (m[3] - w[0]), r * (m[4] - w[1]), r * (m[5] - w[2])
    rx, ry, rz, history[3], history[4], history[5] = friction_spring(
        history[3], history[4], history[5], nx, ny, nz,
        sy * nz - sz * ny, sz * nx - sx * nz, sx * ny - sy * nx,
        stiffness_dt, viscosity, material.rolling * push,
    )  # fmt: skip
    fx, fy, fz = push * nx + tx, push * ny + ty, push * nz + tz
    rollx, rolly, rollz = r * (ny * rz - nz * ry), r * (nz * rx - nx * rz), r * (nx * ry - ny * rx)
    grain, tool = grains.load[i], links.load[link]
    for a, force in enumerate((fx, fy, fz)):
        grain[a] += force
        tool[a] -= force
    grain[3] += rollx - arm * (ny * tz - nz * ty)
    grain[4] += rolly - arm * (nz * tx - nx * tz)
    grain[5] += rollz - arm * (nx * ty - ny * tx)
    tool[3] -= rollx + qy * fz - qz * fy
    tool[4] -= rolly + qz * fx - qx * fz
    tool[5] -= rollz + qx * fy - qy * fx
    stats[PEAK_TOOL] = max(stats[PEAK_TOOL], overlap / r)
    stats[PEAK_BRISTLE] = max(stats[PEAK_BRISTLE], r - arm - overlap)
