"""The inner loop: forces between grains and from walls, and the time step.

One step of length h is drift–kick–drift: positions advance half a step, every force is taken there
with velocities predicted for the same instant (v + a·h/2 with the last acceleration), the full
impulse h·F is applied, positions advance the other half.  It is second order, Coriolis and damping
included, and the impulses on grains and tools are plain sums of h·F.  Frame P, SI.

The functions are a little longer than the house rule: a call costs what the loop saves.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numba import njit

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.regolith.laws.fading import cohesive_force
from sampling_sim.regolith.laws.hertz import normal_law
from sampling_sim.regolith.laws.mindlin import friction_spring
from sampling_sim.regolith.neighbours import TOUCHING, UNREACHED, Material, Pairs, build_pairs

SUM, COUNT, PEAK_GRAIN, PEAK_FIXED, PEAK_TOOL, PEAK_BRISTLE = range(6)
"""Slots of the overlap statistics; ratios to the (smaller) radius, PEAK_BRISTLE in metres."""


class Grains(NamedTuple):
    """State of the grains in solver order; linear part first, angular part second."""

    position: FloatArray
    """Centre and radius [m], shape (n, 4)."""
    motion: FloatArray
    """Velocity [m/s] and angular velocity [rad/s], shape (n, 6)."""
    predicted: FloatArray
    """Motion expected at the next force evaluation, shape (n, 6)."""
    load: FloatArray
    """Force [N] and torque [N m] being summed, shape (n, 6)."""
    inverse: FloatArray
    """1/mass and 1/inertia, zeros for a fixed grain, shape (n, 2)."""
    reference: FloatArray
    """[m] centres when the lists were built, shape (n, 3)."""


class Walls(NamedTuple):
    """Rigid blocks of regolith material that end in a plane."""

    plane: FloatArray
    """Inward normal (3), offset, top z [m], friction, rolling friction; shape (w, 7)."""
    near: IntArray
    """(grain, wall) pairs within the margin, shape (p, 2)."""
    history: FloatArray
    """[N] springs of every grain with every wall, shape (n, w, 6)."""


class Field(NamedTuple):
    """Acceleration in P:  effective + gradient·x − 2 ω × v − drag·v."""

    effective: FloatArray
    """[m/s²] attraction and centrifugal acceleration at the origin, (3,)."""
    gradient: FloatArray
    """[1/s²] of attraction and centrifugal term; [0] for z > 0, [1] below; shape (2, 3, 3)."""
    spin: FloatArray
    """[rad/s] (3,)."""
    drag: float
    """[1/s] used only in preparing beds."""


@njit(error_model="numpy")
def pair_forces(
    grains: Grains, pairs: Pairs, material: Material, dt: float, stats: FloatArray
) -> None:
    """Add the forces and torques of all grain pairs to `grains.load`."""
    # no row is ever sliced in the hot loops: a view costs reference counts, a third of the time
    position, motion, load = grains.position, grains.predicted, grains.load
    start, neighbour, flag, history, constants = pairs
    overlap_sum, contacts, peak, peak_fixed = 0.0, 0, 0.0, 0.0
    reach = material.reach
    # unsigned indices spare the test for negative ones
    for i in range(np.uint64(position.shape[0])):
        x, y, z, r = position[i, 0], position[i, 1], position[i, 2], position[i, 3]
        # sums of force and torque on grain i stay in registers
        fx, fy, fz, gx, gy, gz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(np.uint64(start[i]), np.uint64(start[i + np.uint64(1)])):
            j = np.uint64(neighbour[k])
            nx, ny, nz = x - position[j, 0], y - position[j, 1], z - position[j, 2]
            square = nx * nx + ny * ny + nz * nz
            touch = r + position[j, 3]
            if flag[k] == TOUCHING and square >= touch * touch:
                flag[k] = UNREACHED
                history[k, :] = 0.0
            if square >= (touch + reach) * (touch + reach):
                continue
            distance = sqrt(square)
            inverse = 1.0 / distance
            nx, ny, nz = nx * inverse, ny * inverse, nz * inverse
            overlap = touch - distance
            if overlap <= 0.0:
                # within the range of cohesion, not touching: attraction only
                pull = cohesive_force(-overlap, constants[k, 2], reach)
                px, py, pz = -pull * nx, -pull * ny, -pull * nz
                fx, fy, fz = fx + px, fy + py, fz + pz
                load[j, 0], load[j, 1], load[j, 2] = (
                    load[j, 0] - px, load[j, 1] - py, load[j, 2] - pz,
                )  # fmt: skip
                continue
            flag[k] = TOUCHING
            # the contact point halves the overlap; arms from it to the two centres
            arm_i, arm_j = r - 0.5 * overlap, position[j, 3] - 0.5 * overlap
            px, py, pz, tx, ty, tz, wx, wy, wz = _touching_pair(
                nx, ny, nz, overlap, arm_i, arm_j, motion, i, j, history, constants, k, material,
                dt,
            )  # fmt: skip
            fx, fy, fz = fx + px, fy + py, fz + pz
            gx, gy, gz = gx + wx - arm_i * tx, gy + wy - arm_i * ty, gz + wz - arm_i * tz
            _add(load, j, -px, -py, -pz, -arm_j * tx - wx, -arm_j * ty - wy, -arm_j * tz - wz)
            ratio = overlap * constants[k, 4]
            overlap_sum += ratio
            contacts += 1
            if constants[k, 5] == 0.0:
                peak = max(peak, ratio)
            else:
                peak_fixed = max(peak_fixed, ratio)
        _add(load, i, fx, fy, fz, gx, gy, gz)
    stats[SUM] += overlap_sum
    stats[COUNT] += contacts
    stats[PEAK_GRAIN] = max(stats[PEAK_GRAIN], peak)
    stats[PEAK_FIXED] = max(stats[PEAK_FIXED], peak_fixed)


@njit(forceinline=True)
def _add(
    rows: FloatArray, i: int, a: float, b: float, c: float, d: float, e: float, f: float
) -> None:
    """Add six numbers to row i."""
    rows[i, 0] += a
    rows[i, 1] += b
    rows[i, 2] += c
    rows[i, 3] += d
    rows[i, 4] += e
    rows[i, 5] += f


@njit(error_model="numpy", forceinline=True)
def _touching_pair(
    nx: float,
    ny: float,
    nz: float,
    overlap: float,
    arm_i: float,
    arm_j: float,
    motion: FloatArray,
    i: int,
    j: int,
    history: FloatArray,
    constants: FloatArray,
    k: int,
    material: Material,
    dt: float,
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Force on the first grain, n × its tangential part, and its rolling torque."""
    ox, oy, oz = motion[i, 3], motion[i, 4], motion[i, 5]
    px, py, pz = motion[j, 3], motion[j, 4], motion[j, 5]
    sx, sy, sz = arm_i * ox + arm_j * px, arm_i * oy + arm_j * py, arm_i * oz + arm_j * pz
    vx = motion[i, 0] - motion[j, 0] - (sy * nz - sz * ny)
    vy = motion[i, 1] - motion[j, 1] - (sz * nx - sx * nz)
    vz = motion[i, 2] - motion[j, 2] - (sx * ny - sy * nx)
    speed = vx * nx + vy * ny + vz * nz
    push, secant, viscosity = normal_law(overlap, speed, constants[k, 0], constants[k, 1])
    stiffness_dt = material.shear_ratio * secant * dt
    # Coulomb's limit counts the repulsion alone: net load plus cohesion, never negative
    tx, ty, tz, history[k, 0], history[k, 1], history[k, 2] = friction_spring(
        history[k, 0], history[k, 1], history[k, 2], nx, ny, nz,
        vx - speed * nx, vy - speed * ny, vz - speed * nz,
        stiffness_dt, viscosity, material.friction * push,
    )  # fmt: skip
    radius = constants[k, 3]
    sx, sy, sz = radius * (ox - px), radius * (oy - py), radius * (oz - pz)
    rx, ry, rz, history[k, 3], history[k, 4], history[k, 5] = friction_spring(
        history[k, 3], history[k, 4], history[k, 5], nx, ny, nz,
        sy * nz - sz * ny, sz * nx - sx * nz, sx * ny - sy * nx,
        stiffness_dt, viscosity, material.rolling * push,
    )  # fmt: skip
    net = push - constants[k, 2]
    return (
        net * nx + tx, net * ny + ty, net * nz + tz,
        ny * tz - nz * ty, nz * tx - nx * tz, nx * ty - ny * tx,
        radius * (ny * rz - nz * ry), radius * (nz * rx - nx * rz), radius * (nx * ry - ny * rx),
    )  # fmt: skip


@njit(error_model="numpy")
def wall_contact(
    x: float, y: float, z: float, plane: FloatArray
) -> tuple[float, float, float, float]:
    """Distance [m] of a point to a wall's block and the direction away from it.

    The block fills the half-space behind its plane up to the height `top`; a grain above it meets
    the edge or the top face, so that nothing ever starts out deep inside.
    """
    ahead = plane[0] * x + plane[1] * y + plane[2] * z - plane[3]
    above = z - plane[4]
    if above <= 0.0:
        return ahead, plane[0], plane[1], plane[2]
    if ahead <= 0.0:
        return above, 0.0, 0.0, 1.0
    distance = sqrt(ahead * ahead + above * above)
    return (
        distance, plane[0] * ahead / distance, plane[1] * ahead / distance,
        (plane[2] * ahead + above) / distance,
    )  # fmt: skip


@njit(error_model="numpy")
def wall_forces(
    grains: Grains, walls: Walls, material: Material, dt: float, stats: FloatArray
) -> None:
    """Add the forces and torques of the walls; they count as fixed partners."""
    for p in range(walls.near.shape[0]):
        i, w = walls.near[p]
        history = walls.history[i, w]
        x, r = grains.position[i], grains.position[i, 3]
        plane = walls.plane[w]
        arm, nx, ny, nz = wall_contact(x[0], x[1], x[2], plane)
        overlap = r - arm
        if overlap <= 0.0:
            history[:] = 0.0
            continue
        m = grains.predicted[i]
        ox, oy, oz = m[3], m[4], m[5]
        sx, sy, sz = oy * nz - oz * ny, oz * nx - ox * nz, ox * ny - oy * nx
        vx, vy, vz = m[0] - arm * sx, m[1] - arm * sy, m[2] - arm * sz
        speed = vx * nx + vy * ny + vz * nz
        hertz = 4.0 / 3.0 * material.modulus * sqrt(r)
        damping = material.damping_ratio * sqrt(material.sphere_mass * r**3 * hertz)
        push, secant, viscosity = normal_law(overlap, speed, hertz, damping)
        stiffness_dt = material.shear_ratio * secant * dt
        tx, ty, tz, history[0], history[1], history[2] = friction_spring(
            history[0], history[1], history[2], nx, ny, nz,
            vx - speed * nx, vy - speed * ny, vz - speed * nz,
            stiffness_dt, viscosity, plane[5] * push,
        )  # fmt: skip
        rx, ry, rz, history[3], history[4], history[5] = friction_spring(
            history[3], history[4], history[5], nx, ny, nz, r * sx, r * sy, r * sz,
            stiffness_dt, viscosity, plane[6] * push,
        )  # fmt: skip
        # torque on the grain: -arm n × t from friction, + r n × rolling force
        gx, gy, gz = r * rx - arm * tx, r * ry - arm * ty, r * rz - arm * tz
        load = grains.load[i]
        load[0] += push * nx + tx
        load[1] += push * ny + ty
        load[2] += push * nz + tz
        load[3] += ny * gz - nz * gy
        load[4] += nz * gx - nx * gz
        load[5] += nx * gy - ny * gx
        ratio = overlap / r
        stats[PEAK_FIXED] = max(stats[PEAK_FIXED], ratio)


@njit
def near_walls(grains: Grains, walls: Walls, margin: float) -> IntArray:
    """(grain, wall) pairs of free grains with a gap below `margin` [m], shape (p, 2)."""
    count = grains.position.shape[0]
    near = np.zeros((count * walls.plane.shape[0], 2), np.int64)
    found = 0
    for i in range(count):
        x = grains.position[i]
        for w in range(walls.plane.shape[0]):
            distance, _, _, _ = wall_contact(x[0], x[1], x[2], walls.plane[w])
            if distance < x[3] + margin and grains.inverse[i, 0] > 0.0:
                near[found, 0], near[found, 1] = i, w
                found += 1
            else:
                walls.history[i, w, :] = 0.0
    return near[:found].copy()


@njit(error_model="numpy", forceinline=True)
def _move(grains: Grains, i: int, dt: float) -> float:
    """Move one grain; its squared displacement since the lists were built."""
    position, motion, reference = grains.position, grains.motion, grains.reference
    x = position[i, 0] + dt * motion[i, 0]
    y = position[i, 1] + dt * motion[i, 1]
    z = position[i, 2] + dt * motion[i, 2]
    position[i, 0], position[i, 1], position[i, 2] = x, y, z
    x, y, z = x - reference[i, 0], y - reference[i, 1], z - reference[i, 2]
    return x * x + y * y + z * z


@njit(error_model="numpy")
def drift(grains: Grains, dt: float) -> float:
    """Move the grains for `dt`; largest squared displacement since the lists were built."""
    largest = 0.0
    for i in range(np.uint64(grains.position.shape[0])):
        largest = max(largest, _move(grains, i, dt))
    return largest


@njit(error_model="numpy")
def kick_and_drift(grains: Grains, field: Field, dt: float, drift_time: float) -> float:
    """Apply the summed loads and the field for `dt`, clear them, move for `drift_time`."""
    position, motion, predicted, load, inverse, _ = grains
    ex, ey, ez = field.effective
    wx, wy, wz = field.spin
    gradient, drag, half = field.gradient, field.drag, 0.5 * dt
    largest = 0.0
    for i in range(np.uint64(position.shape[0])):
        if inverse[i, 0] > 0.0:
            x, y, z = position[i, 0], position[i, 1], position[i, 2]
            ux, uy, uz = predicted[i, 0], predicted[i, 1], predicted[i, 2]
            ox, oy, oz = predicted[i, 3], predicted[i, 4], predicted[i, 5]
            s = np.uint64(0 if z > 0.0 else 1)
            ax = ex + gradient[s, 0, 0] * x + gradient[s, 0, 1] * y + gradient[s, 0, 2] * z
            ay = ey + gradient[s, 1, 0] * x + gradient[s, 1, 1] * y + gradient[s, 1, 2] * z
            az = ez + gradient[s, 2, 0] * x + gradient[s, 2, 1] * y + gradient[s, 2, 2] * z
            ax += inverse[i, 0] * load[i, 0] - 2.0 * (wy * uz - wz * uy) - drag * ux
            ay += inverse[i, 0] * load[i, 1] - 2.0 * (wz * ux - wx * uz) - drag * uy
            az += inverse[i, 0] * load[i, 2] - 2.0 * (wx * uy - wy * ux) - drag * uz
            # a sphere's spin relative to P: I dw/dt = torque − I ω × w
            bx = inverse[i, 1] * load[i, 3] - (wy * oz - wz * oy) - drag * ox
            by = inverse[i, 1] * load[i, 4] - (wz * ox - wx * oz) - drag * oy
            bz = inverse[i, 1] * load[i, 5] - (wx * oy - wy * ox) - drag * oz
            _add(motion, i, dt * ax, dt * ay, dt * az, dt * bx, dt * by, dt * bz)
            for a, rate in enumerate((ax, ay, az, bx, by, bz)):
                predicted[i, a] = motion[i, a] + half * rate
            largest = max(largest, _move(grains, i, drift_time))
        for a in range(6):
            load[i, a] = 0.0
    return largest


@njit
def rebuild_lists(
    grains: Grains, pairs: Pairs, walls: Walls, material: Material, grid: FloatArray, skin: float
) -> tuple[Pairs, Walls]:
    """Pair and wall lists anew for the present positions."""
    margin = skin + material.reach
    pairs = build_pairs(grains.position, grains.inverse, margin, grid, pairs, material)
    walls = Walls(walls.plane, near_walls(grains, walls, skin), walls.history)
    grains.reference[:] = grains.position[:, :3]
    return pairs, walls
