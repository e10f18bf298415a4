"""Where links and their primitives are within an interval, and whether they have moved far.

Links move as x(t) = x_mid + v t and turn likewise about their centre of mass (see `LinkMotion`).
Frame P, SI.
"""

from math import sqrt

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray
from sampling_sim.regolith.tool_arrays import Links, ToolPairs, Tools


@njit
def place_links(links: Links, elapsed: float) -> None:
    """Pose of every link `elapsed` seconds from the middle of the interval (Rodrigues)."""
    turn = np.zeros((3, 3))
    for k in range(links.position.shape[0]):
        square = 0.0
        for a in range(3):
            links.position[k, a] = links.mid_position[k, a] + elapsed * links.velocity[k, a]
            square += links.angular_velocity[k, a] ** 2
        rate = sqrt(square)
        angle = rate * elapsed
        if angle == 0.0:
            for a in range(3):
                for b in range(3):
                    links.rotation[k, a, b] = links.mid_rotation[k, a, b]
            continue
        x = links.angular_velocity[k, 0] / rate
        y = links.angular_velocity[k, 1] / rate
        z = links.angular_velocity[k, 2] / rate
        s, c = np.sin(angle), 2.0 * np.sin(0.5 * angle) ** 2
        turn[0, 0] = 1.0 - c * (y * y + z * z)
        turn[1, 1] = 1.0 - c * (x * x + z * z)
        turn[2, 2] = 1.0 - c * (x * x + y * y)
        turn[0, 1], turn[1, 0] = c * x * y - s * z, c * x * y + s * z
        turn[0, 2], turn[2, 0] = c * x * z + s * y, c * x * z - s * y
        turn[1, 2], turn[2, 1] = c * y * z - s * x, c * y * z + s * x
        _multiply(turn, links.mid_rotation[k], links.rotation[k])


@njit
def _multiply(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    """Out = a b for 3 × 3 matrices (a BLAS call would cost more than the product)."""
    for i in range(3):
        for j in range(3):
            out[i, j] = a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j]


@njit
def place_primitive(
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


@njit
def links_left(links: Links, tools: Tools, pairs: ToolPairs, allowance: float) -> bool:
    """Whether a point of a primitive may have moved by more than `allowance` [m]."""
    for k in range(tools.link_reach.size):
        if tools.link_reach[k] < 0.0:
            continue
        shift, turn = 0.0, 0.0
        for a in range(3):
            shift += (links.position[k, a] - pairs.position[k, a]) ** 2
            for b in range(3):
                turn += (links.rotation[k, a, b] - pairs.rotation[k, a, b]) ** 2
        # the Frobenius norm bounds the operator norm of the change of rotation
        if not sqrt(shift) + sqrt(turn) * tools.link_reach[k] <= allowance:
            return True
    return False


def middle_of_tools(links: Links, tools: Tools) -> FloatArray:
    """Middle [m] of the box along the axes of P round all primitives; the origin without any."""
    has = np.flatnonzero(tools.link_reach >= 0.0)
    if not has.size:
        return np.zeros(3)
    low, high = tools.link_box[has, :3], tools.link_box[has, 3:]
    turn = links.rotation[has]
    centre = links.position[has] + np.einsum("kij,kj->ki", turn, 0.5 * (low + high))
    half = np.einsum("kij,kj->ki", np.abs(turn), 0.5 * (high - low))
    return np.asarray(0.5 * ((centre - half).min(0) + (centre + half).max(0)))


@njit
def local_point(
    position: FloatArray, i: int, centre: FloatArray, axes: FloatArray
) -> tuple[float, float, float]:
    """Centre of sphere i in a primitive's frame [m]."""
    x, y, z = position[i, 0] - centre[0], position[i, 1] - centre[1], position[i, 2] - centre[2]
    return (
        axes[0, 0] * x + axes[1, 0] * y + axes[2, 0] * z,
        axes[0, 1] * x + axes[1, 1] * y + axes[2, 1] * z,
        axes[0, 2] * x + axes[1, 2] * y + axes[2, 2] * z,
    )


@njit
def turned(axes: FloatArray, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Components in P of a vector in the primitive's frame."""
    return (
        axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z,
        axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z,
        axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z,
    )
