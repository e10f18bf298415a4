"""Motion of rigid clumps: loads of their spheres gathered, body moved, spheres set back in place.

Same step as the grains': drift, forces with predicted motions, full kick, drift.  The angular
momentum L is the *inertial* one in components of P: Euler's equations are then L' = τ − Ω × L, and
the spin relative to P is w = R I⁻¹ Rᵀ L − Ω.  A drift turns the body freely in inertial space (five
turns about principal axes, Dullweber, Leimkuhler & McLachlan 1997, J. Chem. Phys. 107, 5840: L is
kept, energy does not drift, second order), and P under it by −Ω h, exactly.  SI.
"""

from math import cos, sin, sqrt

from sampling_sim.compiling import njit
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.regolith.cells import nearest_image
from sampling_sim.regolith.clumps import Clumps
from sampling_sim.regolith.grains import Field, Grains, write_row


@njit(cache=True, forceinline=True)
def _matrix(
    q: FloatArray, c: int
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Rows of the rotation body → P of clump c."""
    x, y, z, w = q[c, 0], q[c, 1], q[c, 2], q[c, 3]
    return (
        1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - z * w), 2.0 * (x * z + y * w),
        2.0 * (x * y + z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - x * w),
        2.0 * (x * z - y * w), 2.0 * (y * z + x * w), 1.0 - 2.0 * (x * x + y * y),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _spin(clumps: Clumps, c: int, lx: float, ly: float, lz: float) -> tuple[float, float, float]:
    """R I⁻¹ Rᵀ L: inertial angular velocity [rad/s] that goes with an angular momentum, in P."""
    a, b, d, e, f, g, h, i, j = _matrix(clumps.attitude, c)
    inertia = clumps.inertia
    u = (a * lx + e * ly + h * lz) / inertia[c, 0]
    v = (b * lx + f * ly + i * lz) / inertia[c, 1]
    w = (d * lx + g * ly + j * lz) / inertia[c, 2]
    return a * u + b * v + d * w, e * u + f * v + g * w, h * u + i * v + j * w


@njit(cache=True, error_model="numpy")
def gather_loads(clumps: Clumps, grains: Grains, awake: BoolArray) -> None:
    """Sum the spheres' forces and torques to their bodies, about the centre of mass; clear them."""
    load = grains.load
    for c in range(clumps.position.shape[0]):
        if not awake[clumps.member[clumps.start[c]]]:
            continue
        a, b, d, e, f, g, h, i, j = _matrix(clumps.attitude, c)
        for k in range(6):
            clumps.load[c, k] = 0.0
        for k in range(clumps.start[c], clumps.start[c + 1]):
            m = clumps.member[k]
            x, y, z = clumps.offset[k, 0], clumps.offset[k, 1], clumps.offset[k, 2]
            x, y, z = a * x + b * y + d * z, e * x + f * y + g * z, h * x + i * y + j * z
            for axis in range(6):
                clumps.load[c, axis] += load[m, axis]
            clumps.load[c, 3] += y * load[m, 2] - z * load[m, 1]
            clumps.load[c, 4] += z * load[m, 0] - x * load[m, 2]
            clumps.load[c, 5] += x * load[m, 1] - y * load[m, 0]
            write_row(load, m, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@njit(cache=True, error_model="numpy")
def kick(clumps: Clumps, grains: Grains, awake: BoolArray, field: Field, dt: float) -> None:
    """Apply the gathered loads and the field for `dt`; Coriolis at the predicted velocity."""
    wx, wy, wz = field.spin
    ex, ey, ez = field.effective
    gradient, half = field.gradient, 0.5 * dt
    for c in range(clumps.position.shape[0]):
        first = clumps.member[clumps.start[c]]
        if not awake[first]:
            continue
        inverse, drag = clumps.inverse_mass[c], field.drag + grains.drag[first]
        x, y, z = clumps.position[c, 0], clumps.position[c, 1], clumps.position[c, 2]
        rate, load, velocity = clumps.rate, clumps.load, clumps.velocity
        ux = velocity[c, 0] + half * rate[c, 0]
        uy = velocity[c, 1] + half * rate[c, 1]
        uz = velocity[c, 2] + half * rate[c, 2]
        px, py, pz = _predicted_spin(clumps, c, half, wx, wy, wz)
        s = 0 if z > 0.0 else 1
        ax = ex + gradient[s, 0, 0] * x + gradient[s, 0, 1] * y + gradient[s, 0, 2] * z
        ay = ey + gradient[s, 1, 0] * x + gradient[s, 1, 1] * y + gradient[s, 1, 2] * z
        az = ez + gradient[s, 2, 0] * x + gradient[s, 2, 1] * y + gradient[s, 2, 2] * z
        rate[c, 0] = ax + inverse * load[c, 0] - 2.0 * (wy * uz - wz * uy) - drag * ux
        rate[c, 1] = ay + inverse * load[c, 1] - 2.0 * (wz * ux - wx * uz) - drag * uy
        rate[c, 2] = az + inverse * load[c, 2] - 2.0 * (wx * uy - wy * ux) - drag * uz
        tx, ty, tz = _field_torque(clumps, c, field, s, drag, px, py, pz)
        rate[c, 3], rate[c, 4], rate[c, 5] = load[c, 3] + tx, load[c, 4] + ty, load[c, 5] + tz
        for axis in range(3):
            velocity[c, axis] += dt * rate[c, axis]
            clumps.momentum[c, axis] += dt * rate[c, 3 + axis]


@njit(cache=True, error_model="numpy")
def _predicted_spin(
    clumps: Clumps, c: int, half: float, wx: float, wy: float, wz: float
) -> tuple[float, float, float]:
    """Angular velocity relative to P [rad/s] `half` a step ahead of the momentum."""
    momentum, rate = clumps.momentum, clumps.rate
    x, y, z = _spin(
        clumps, c, momentum[c, 0] + half * rate[c, 3], momentum[c, 1] + half * rate[c, 4],
        momentum[c, 2] + half * rate[c, 5],
    )  # fmt: skip
    return x - wx, y - wy, z - wz


@njit(cache=True, error_model="numpy")
def _field_torque(
    clumps: Clumps, c: int, field: Field, side: int, drag: float, px: float, py: float, pz: float
) -> tuple[float, float, float]:
    """Torque [N m] of the attraction's gradient, and of the drag at the relative spin p.

    In principal axes the gradient's is (G₂₃(I₃−I₂), G₃₁(I₁−I₃), G₁₂(I₂−I₁)).  The field's gradient
    holds the centrifugal term ω²1 − ωωᵀ, which L has in itself: ωωᵀ is added back, and ω²1 turns
    nothing.
    """
    a, b, d, e, f, g, h, i, j = _matrix(clumps.attitude, c)
    first, second, third = (a, e, h), (b, f, i), (d, g, j)
    ia, ib, ic = clumps.inertia[c, 0], clumps.inertia[c, 1], clumps.inertia[c, 2]
    gab, gbc, gca = 0.0, 0.0, 0.0
    for k in range(3):
        for m in range(3):
            value = field.gradient[side, k, m] + field.spin[k] * field.spin[m]
            gab += value * first[k] * second[m]
            gbc += value * second[k] * third[m]
            gca += value * third[k] * first[m]
    u = gbc * (ic - ib) - drag * ia * (a * px + e * py + h * pz)
    v = gca * (ia - ic) - drag * ib * (b * px + f * py + i * pz)
    w = gab * (ib - ia) - drag * ic * (d * px + g * py + j * pz)
    return a * u + b * v + d * w, e * u + f * v + g * w, h * u + i * v + j * w


@njit(cache=True, error_model="numpy")
def drift(clumps: Clumps, awake: BoolArray, field: Field, dt: float) -> None:
    """Move and turn the bodies freely for `dt`; P turns under them."""
    wx, wy, wz = field.spin
    rate = sqrt(wx * wx + wy * wy + wz * wz)
    # the quaternion of a turn by −Ω dt
    share = -sin(0.5 * rate * dt) / rate if rate > 0.0 else 0.0
    wx, wy, wz, real = share * wx, share * wy, share * wz, cos(0.5 * rate * dt)
    for c in range(clumps.position.shape[0]):
        if not awake[clumps.member[clumps.start[c]]]:
            continue
        for axis in range(3):
            clumps.position[c, axis] += dt * clumps.velocity[c, axis]
        _turn_freely(clumps, c, dt)
        if rate > 0.0:
            _turn_frame(clumps, c, wx, wy, wz, real)


@njit(cache=True, error_model="numpy")
def _turn_freely(clumps: Clumps, c: int, dt: float) -> None:
    """Free rotation in inertial space: L stays, the attitude turns about one axis at a time.

    Each turn is by 2 atan(θ/2) in place of θ, which keeps order and reversal and needs no sine.
    """
    q, momentum = clumps.attitude, clumps.momentum
    a, b, d, e, f, g, h, i, j = _matrix(q, c)
    lx, ly, lz = momentum[c, 0], momentum[c, 1], momentum[c, 2]
    u, v, w = a * lx + e * ly + h * lz, b * lx + f * ly + i * lz, d * lx + g * ly + j * lz
    qa, qb = 0.25 * dt / clumps.inertia[c, 0], 0.25 * dt / clumps.inertia[c, 1]
    qc = 0.5 * dt / clumps.inertia[c, 2]
    x, y, z, r = q[c, 0], q[c, 1], q[c, 2], q[c, 3]
    for turn in range(5):
        if turn in {0, 4}:
            t = qa * u
            x, y, z, r = x + r * t, y + z * t, z - y * t, r - x * t
            cosine, sine = (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)
            v, w = cosine * v + sine * w, cosine * w - sine * v
        elif turn == 2:
            t = qc * w
            x, y, z, r = x + y * t, y - x * t, z + r * t, r - z * t
            cosine, sine = (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)
            u, v = cosine * u + sine * v, cosine * v - sine * u
        else:
            t = qb * v
            x, y, z, r = x - z * t, y + r * t, z + x * t, r - y * t
            cosine, sine = (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)
            w, u = cosine * w + sine * u, cosine * u - sine * w
    scale = 1.0 / sqrt(x * x + y * y + z * z + r * r)
    q[c, 0], q[c, 1], q[c, 2], q[c, 3] = scale * x, scale * y, scale * z, scale * r


@njit(cache=True, error_model="numpy")
def _turn_frame(clumps: Clumps, c: int, px: float, py: float, pz: float, pw: float) -> None:
    """Turn attitude and angular momentum by the quaternion p."""
    q, momentum = clumps.attitude, clumps.momentum
    x, y, z, w = q[c, 0], q[c, 1], q[c, 2], q[c, 3]
    q[c, 0] = pw * x + w * px + py * z - pz * y
    q[c, 1] = pw * y + w * py + pz * x - px * z
    q[c, 2] = pw * z + w * pz + px * y - py * x
    q[c, 3] = pw * w - px * x - py * y - pz * z
    x, y, z = momentum[c, 0], momentum[c, 1], momentum[c, 2]
    # v + 2 p × (p × v + p_w v)
    tx = py * z - pz * y + pw * x
    ty = pz * x - px * z + pw * y
    tz = px * y - py * x + pw * z
    momentum[c, 0] = x + 2.0 * (py * tz - pz * ty)
    momentum[c, 1] = y + 2.0 * (pz * tx - px * tz)
    momentum[c, 2] = z + 2.0 * (px * ty - py * tx)


@njit(cache=True, error_model="numpy")
def place_members(
    clumps: Clumps,
    grains: Grains,
    awake: BoolArray,
    field: Field,
    period: FloatArray,
    half: float,
) -> float:
    """Write place, motion and predicted motion (`half` [s] ahead of the kick) of the spheres.

    Returns the largest squared displacement [m²] of a sphere since the lists were built, to the
    nearest image where an axis has a `period` [m].
    """
    position, motion, predicted, reference = (
        grains.position, grains.motion, grains.predicted, grains.reference,
    )  # fmt: skip
    wx, wy, wz = field.spin
    largest = 0.0
    for c in range(clumps.position.shape[0]):
        if not awake[clumps.member[clumps.start[c]]]:
            continue
        a, b, d, e, f, g, h, i, j = _matrix(clumps.attitude, c)
        centre, velocity, rate = clumps.position, clumps.velocity, clumps.rate
        sx, sy, sz = _predicted_spin(clumps, c, 0.0, wx, wy, wz)
        px, py, pz = _predicted_spin(clumps, c, half, wx, wy, wz)
        vx, vy, vz = velocity[c, 0], velocity[c, 1], velocity[c, 2]
        ux, uy, uz = vx + half * rate[c, 0], vy + half * rate[c, 1], vz + half * rate[c, 2]
        for k in range(clumps.start[c], clumps.start[c + 1]):
            m = clumps.member[k]
            x, y, z = clumps.offset[k, 0], clumps.offset[k, 1], clumps.offset[k, 2]
            x, y, z = a * x + b * y + d * z, e * x + f * y + g * z, h * x + i * y + j * z
            position[m, 0] = centre[c, 0] + x
            position[m, 1] = centre[c, 1] + y
            position[m, 2] = centre[c, 2] + z
            write_row(
                motion, m, vx + sy * z - sz * y, vy + sz * x - sx * z, vz + sx * y - sy * x,
                sx, sy, sz,
            )  # fmt: skip
            write_row(
                predicted, m, ux + py * z - pz * y, uy + pz * x - px * z, uz + px * y - py * x,
                px, py, pz,
            )  # fmt: skip
            moved = 0.0
            for axis in range(3):
                step = nearest_image(position[m, axis] - reference[m, axis], period[axis])
                moved += step * step
            largest = max(largest, moved)
    return largest


@njit(cache=True, error_model="numpy")
def drift_and_place(
    clumps: Clumps,
    grains: Grains,
    awake: BoolArray,
    field: Field,
    period: FloatArray,
    dt: float,
    drift_time: float,
) -> float:
    """Begin of a call: move the bodies for `drift_time`; see `place_members`, `dt` the step."""
    drift(clumps, awake, field, drift_time)
    return place_members(clumps, grains, awake, field, period, 0.5 * dt)


@njit(cache=True, error_model="numpy")
def kick_and_place(
    clumps: Clumps,
    grains: Grains,
    awake: BoolArray,
    field: Field,
    period: FloatArray,
    dt: float,
    drift_time: float,
) -> float:
    """Apply the spheres' loads and the field for `dt`, move for `drift_time`, place the spheres."""
    gather_loads(clumps, grains, awake)
    kick(clumps, grains, awake, field, dt)
    return drift_and_place(clumps, grains, awake, field, period, dt, drift_time)


@njit(cache=True, error_model="numpy")
def stop(clumps: Clumps, c: int, spin: FloatArray) -> None:
    """Bring clump c to rest relative to P: L = R I Rᵀ Ω."""
    a, b, d, e, f, g, h, i, j = _matrix(clumps.attitude, c)
    u = clumps.inertia[c, 0] * (a * spin[0] + e * spin[1] + h * spin[2])
    v = clumps.inertia[c, 1] * (b * spin[0] + f * spin[1] + i * spin[2])
    w = clumps.inertia[c, 2] * (d * spin[0] + g * spin[1] + j * spin[2])
    clumps.momentum[c, 0] = a * u + b * v + d * w
    clumps.momentum[c, 1] = e * u + f * v + g * w
    clumps.momentum[c, 2] = h * u + i * v + j * w
    for axis in range(3):
        clumps.velocity[c, axis] = 0.0
    write_row(clumps.rate, c, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
