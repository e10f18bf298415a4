"""Loops of the polyhedron's gravity, written so that the compiler can use the vector unit.

In: points in B and the arrays of a mesh (components first); out: the sums of `gravity.py`, without
Gρ.  Points are taken `LANES` at a time and the innermost loops run over them: no branches, no calls
of a mathematics library, and all that is written lies in one array at distances known beforehand,
so that the compiler need not fear overlaps.  Every operation rounds as IEEE 754 says (no fastmath):
a point's result is the same in any batch.

Logarithm and arc tangent are z (1 + z² p(z²)) with p the polynomial that meets the function at the
Chebyshev nodes of the reduced range, found with 50 digits; both err by less than 1e-17 relative
before round-off (tests/verification/test_gravity_functions.py).
"""

from math import log, pi, sqrt, tan

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import BoolArray, FloatArray, IntArray

LANES = 64
"""Points taken together; chosen: fastest of 16, 32 and 64 on 162 and 49,152 faces."""

REGISTER = 8  # of 64-bit numbers in the widest vector register

# rows of the work array: the points, the sums, the terms of one edge or face, the gradient's notes
X, Y, Z, U, GX, GY, GZ = range(0, 7 * LANES, LANES)
GRADIENT = 7 * LANES  # xx, xy, xz, yy, yz, zz
TERM, HEIGHT, DENOMINATOR, TOTAL, LEAST, OWN, ON_EDGE = range(13 * LANES, 20 * LANES, LANES)
ROWS = 20

ONE_BITS = 0x3FF0000000000000  # 1.0 as an integer; the exponent starts at bit 52
HALF_EXPONENT = 1 << 51
LN_2 = log(2.0)
TAN_PI_8 = tan(pi / 8.0)
NO_DISTANCE = 1e-200
"""(r_a + r_b)²/e² − 1 below which a point is on the edge: no coordinates in metres come closer."""


@njit(cache=True, error_model="numpy")
def polyhedron_sums(
    points: FloatArray,
    vertices: FloatArray,
    edges: IntArray,
    edge_length: FloatArray,
    dyads: FloatArray,
    corners: IntArray,
    doubled_area: FloatArray,
    normals: FloatArray,
    is_flat: BoolArray,
    with_gradient: bool,
    tolerance: float,
    sums: FloatArray,
) -> int:
    """Sum over edges and faces at every point; return the index of a point on an edge, or −1.

    Rows of `sums`: Σ r·E r L − Σ r·F r ω, then the three of Σ E r L − Σ F r ω; with the gradient
    the six of Σ E L − Σ F ω, the solid angle of all faces but those in whose plane the point lies,
    and among these the index of the one it is most inside of, −1 if there is none.
    """
    last = points.shape[0] - 1
    distance = np.zeros((vertices.shape[1], min(LANES, _whole_registers(last + 1))))
    for start in range(0, last + 1, LANES):
        # what is left of the last register repeats the last point
        count = min(LANES, _whole_registers(last + 1 - start))
        work = np.zeros(ROWS * LANES)
        for p in range(count):
            for c in range(3):
                work[X + c * LANES + p] = points[min(start + p, last), c]
            work[LEAST + p], work[OWN + p] = np.inf, -1.0
        _distances(work, count, vertices, distance)
        for e in range(edges.shape[1]):
            near = 0.0 if is_flat[e] else tolerance
            _edge(work, count, distance, vertices, edges, edge_length, dyads, near, e)
            if with_gradient:
                _edge_gradient(work, count, dyads, e)
        for f in range(corners.shape[1]):
            _face(work, count, distance, vertices, corners, doubled_area, normals, f)
            if with_gradient:
                _face_gradient(work, count, normals, tolerance, f)
        for p in range(min(count, last + 1 - start)):
            if work[ON_EDGE + p] > 0.0:
                return start + p
            for c in range(10):
                sums[c, start + p] = work[U + c * LANES + p]
            sums[10, start + p], sums[11, start + p] = work[TOTAL + p], work[OWN + p]
    return -1


@njit(cache=True, error_model="numpy")
def log1p_ratio(n: float, q: float) -> float:
    """ln(1 + n/q) for n ≥ 0, q > 0 and n/q up to 1e200, to some 1e-16 of itself."""
    # bit patterns taken as integers are almost linear in the logarithm: k is near log2(1 + n/q)
    bits = np.float64(q + n).view(np.int64) - np.float64(q).view(np.int64)
    k = (bits + HALF_EXPONENT) >> 52
    c = np.int64(ONE_BITS - (k << 52)).view(np.float64)  # 2⁻ᵏ, exact
    # (1 + n/q)/2ᵏ = 1 + a/q lies between 0.66 and 1.51, so |t| < 0.2005; no digit is lost in a
    a = (c - 1.0) * q + c * n
    t = a / (2.0 * q + a)
    u = t * t
    p = 0.06807029792886381
    p = p * u + 0.06604526222000276
    p = p * u + 0.07694450598592839
    p = p * u + 0.09090868394600801
    p = p * u + 0.11111111529516518
    p = p * u + 0.1428571428360585
    p = p * u + 0.20000000000004042
    p = p * u + 0.3333333333333333
    return k * LN_2 + 2.0 * (t + t * u * p)


@njit(cache=True, error_model="numpy")
def angle(y: float, x: float) -> float:
    """Four-quadrant arc tangent of y/x, as `math.atan2` but 0 at the origin."""
    ax, ay = abs(x), abs(y)
    low, high = min(ax, ay), max(ax, ay)
    is_upper = low > TAN_PI_8 * high
    above = low - high if is_upper else low
    below = low + high if is_upper else high
    z = above / (below if below > 0.0 else 1.0)
    u = z * z
    p = -0.01917688711906226
    p = p * u + 0.03923165829558719
    p = p * u - 0.0508544973794026
    p = p * u + 0.0585814891280221
    p = p * u - 0.06664511447381948
    p = p * u + 0.07692183190826087
    p = p * u - 0.09090904578123903
    p = p * u + 0.11111111015256361
    p = p * u - 0.14285714284666542
    p = p * u + 0.1999999999999552
    p = p * u - 0.3333333333333333
    a = z + z * u * p
    a = 0.25 * pi + a if is_upper else a
    a = 0.5 * pi - a if ay > ax else a
    a = pi - a if x < 0.0 else a
    return -a if y < 0.0 else a


@njit(cache=True)
def _whole_registers(count: int) -> int:
    """Smallest multiple of the register's width that holds so many points."""
    return (count + REGISTER - 1) // REGISTER * REGISTER


@njit(cache=True, error_model="numpy")
def _distances(work: FloatArray, count: int, vertices: FloatArray, distance: FloatArray) -> None:
    """Distance of every vertex from the points."""
    for i in range(vertices.shape[1]):
        vx, vy, vz = vertices[0, i], vertices[1, i], vertices[2, i]
        for p in range(count):
            x, y, z = vx - work[X + p], vy - work[Y + p], vz - work[Z + p]
            distance[i, p] = sqrt(x * x + y * y + z * z)


@njit(cache=True, error_model="numpy")
def _edge(
    work: FloatArray,
    count: int,
    distance: FloatArray,
    vertices: FloatArray,
    edges: IntArray,
    edge_length: FloatArray,
    dyads: FloatArray,
    near: float,
    e: int,
) -> None:
    """Add r·E r L and E r L of one edge; leave L in the work array, and who is on the edge.

    L = ln((r_a + r_b + e)/(r_a + r_b − e)), 0 on the edge itself, where E r is 0 too.
    (r_a + r_b)² − e² = 2(r_a r_b + r_a·r_b); near the edge, where that cancels too, it is
    2|r_a × r_b|²/(r_a r_b − r_a·r_b).  The logarithm of 1 + something keeps its digits far away.
    """
    a, b, length = edges[0, e], edges[1, e], edge_length[e]
    xa, ya, za = vertices[0, a], vertices[1, a], vertices[2, a]
    xb, yb, zb = vertices[0, b], vertices[1, b], vertices[2, b]
    exx, exy, exz, eyy, eyz, ezz = (
        dyads[0, e], dyads[1, e], dyads[2, e], dyads[3, e], dyads[4, e], dyads[5, e]
    )  # fmt: skip
    near_line = near * length * near * length
    for p in range(count):
        x, y, z = xa - work[X + p], ya - work[Y + p], za - work[Z + p]
        x2, y2, z2 = xb - work[X + p], yb - work[Y + p], zb - work[Z + p]
        ra, rb = distance[a, p], distance[b, p]
        product, dot = ra * rb, x * x2 + y * y2 + z * z2
        i, j, k = y * z2 - z * y2, z * x2 - x * z2, x * y2 - y * x2
        cross_squared = i * i + j * j + k * k
        is_beside = dot < 0.0
        q = 2.0 * (cross_squared if is_beside else product + dot)
        n = 2.0 * length * (ra + rb + length) * (product - dot if is_beside else 1.0)
        is_off = q > NO_DISTANCE * n
        logarithm = log1p_ratio(n, q if is_off else n)
        logarithm = logarithm if is_off else 0.0
        ex = exx * x + exy * y + exz * z
        ey = exy * x + eyy * y + eyz * z
        ez = exz * x + eyz * y + ezz * z
        work[U + p] += logarithm * (x * ex + y * ey + z * ez)
        work[GX + p] += logarithm * ex
        work[GY + p] += logarithm * ey
        work[GZ + p] += logarithm * ez
        work[TERM + p] = logarithm
        is_on = (min(ra, rb) < near) | (is_beside & (cross_squared < near_line))
        work[ON_EDGE + p] += 1.0 if is_on else 0.0


@njit(cache=True, error_model="numpy")
def _edge_gradient(work: FloatArray, count: int, dyads: FloatArray, e: int) -> None:
    """Add E L of one edge."""
    for c in range(6):
        factor = dyads[c, e]
        for p in range(count):
            work[GRADIENT + c * LANES + p] += factor * work[TERM + p]


@njit(cache=True, error_model="numpy")
def _face(
    work: FloatArray,
    count: int,
    distance: FloatArray,
    vertices: FloatArray,
    corners: IntArray,
    doubled_area: FloatArray,
    normals: FloatArray,
    f: int,
) -> None:
    """Subtract r·F r ω and F r ω of one face; leave ω and what it comes from in the work array."""
    a, b, c = corners[0, f], corners[1, f], corners[2, f]
    xa, ya, za = vertices[0, a], vertices[1, a], vertices[2, a]
    xb, yb, zb = vertices[0, b], vertices[1, b], vertices[2, b]
    xc, yc, zc = vertices[0, c], vertices[1, c], vertices[2, c]
    nx, ny, nz, area = normals[0, f], normals[1, f], normals[2, f], doubled_area[f]
    for p in range(count):
        x, y, z = xa - work[X + p], ya - work[Y + p], za - work[Z + p]
        x2, y2, z2 = xb - work[X + p], yb - work[Y + p], zb - work[Z + p]
        x3, y3, z3 = xc - work[X + p], yc - work[Y + p], zc - work[Z + p]
        ra, rb, rc = distance[a, p], distance[b, p], distance[c, p]
        ab, bc, ca = (
            x * x2 + y * y2 + z * z2, x2 * x3 + y2 * y3 + z2 * z3, x3 * x + y3 * y + z3 * z
        )  # fmt: skip
        height = nx * x + ny * y + nz * z
        denominator = ra * rb * rc + ra * bc + rb * ca + rc * ab
        # r_a·(r_b × r_c) is the height over the face's plane times its doubled area
        omega = 2.0 * angle(height * area, denominator)
        weight = height * omega
        work[U + p] -= height * weight
        work[GX + p] -= nx * weight
        work[GY + p] -= ny * weight
        work[GZ + p] -= nz * weight
        work[TERM + p] = omega
        work[HEIGHT + p] = height
        work[DENOMINATOR + p] = denominator


@njit(cache=True, error_model="numpy")
def _face_gradient(
    work: FloatArray, count: int, normals: FloatArray, tolerance: float, f: int
) -> None:
    """Subtract F ω of one face from points outside its plane; note it for those in its plane."""
    nx, ny, nz = normals[0, f], normals[1, f], normals[2, f]
    xx, xy, xz, yy, yz, zz = nx * nx, nx * ny, nx * nz, ny * ny, ny * nz, nz * nz
    for p in range(count):
        is_in_plane = abs(work[HEIGHT + p]) < tolerance
        omega = 0.0 if is_in_plane else work[TERM + p]
        work[TOTAL + p] += omega
        work[GRADIENT + p] -= omega * xx
        work[GRADIENT + 1 * LANES + p] -= omega * xy
        work[GRADIENT + 2 * LANES + p] -= omega * xz
        work[GRADIENT + 3 * LANES + p] -= omega * yy
        work[GRADIENT + 4 * LANES + p] -= omega * yz
        work[GRADIENT + 5 * LANES + p] -= omega * zz
        # the denominator is negative inside the face, 0 on its border, positive beyond
        least, own = work[LEAST + p], work[OWN + p]
        is_own = is_in_plane & (work[DENOMINATOR + p] < least)
        work[LEAST + p] = work[DENOMINATOR + p] if is_own else least
        work[OWN + p] = float(f) if is_own else own
