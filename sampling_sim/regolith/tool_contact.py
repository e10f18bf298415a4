"""Forces between grains and tool surfaces: on the grains, and opposite on the links.

The contact point lies on the tool's surface, which moves with v + ω × r of its link.  Laws:
`laws/`, with twice the pair's stiffness as the tool is rigid.  Frame P, SI.
"""

from math import sqrt

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray
from sampling_sim.regolith.contacts import Material
from sampling_sim.regolith.grains import Grains, contact_mass
from sampling_sim.regolith.laws.bristle import bristle_overlap
from sampling_sim.regolith.laws.hertz import hertz_contact
from sampling_sim.regolith.laws.linear import linear_contact
from sampling_sim.regolith.laws.mindlin import friction_spring
from sampling_sim.regolith.pair_forces import PEAK_BRISTLE, PEAK_TOOL
from sampling_sim.regolith.tool_arrays import MESH_SLOTS, Links, ToolPairs, Tools
from sampling_sim.regolith.tool_distance import surface_distance
from sampling_sim.regolith.tool_mesh_contact import match_slots, mesh_contacts
from sampling_sim.regolith.tool_motion import local_point, place_primitive, turned
from sampling_sim.regolith.tool_reach import MESH


@njit(error_model="numpy")
def tool_normal(
    total: float, speed: float, radius: float, mass: float, material: Material, law: FloatArray
) -> tuple[float, float, float, float]:
    """Repulsion [N], secant stiffness, viscosity, and the grain's part of the overlap [m].

    With bristles on Hertz's contact the damping ratio goes from Hertz's to the linear spring's
    with the exponent of the series law, p = d ln F / d ln δ, between 1.5 and 1.
    """
    # the tool is rigid: twice the pair's stiffness
    if material.linear_stiffness > 0.0:
        grain = 2.0 * material.linear_stiffness
        secant = grain if law[3] == 0.0 else grain * law[3] / (grain + law[3])
        elastic, _, viscosity = linear_contact(total, secant, law[2] * sqrt(mass * secant))
        return max(0.0, elastic - viscosity * speed), secant, viscosity, elastic / grain
    hertz = 8.0 / 3.0 * material.modulus * sqrt(radius)
    if law[3] == 0.0:
        elastic, secant, viscosity = hertz_contact(total, hertz, law[1] * sqrt(mass * hertz))
        return max(0.0, elastic - viscosity * speed), secant, viscosity, total
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
        place_primitive(tools, links, p, centre, axes)
        if tools.kind[p] == MESH:
            _mesh_forces(grains, tools, pairs, links, p, centre, axes, material, dt, stats)
            continue
        for k in range(pairs.start[p], pairs.start[p + 1]):
            i = pairs.grain[k]
            x, y, z = local_point(grains.position, i, centre, axes)
            distance, lx, ly, lz = surface_distance(tools.kind[p], tools.size[p], x, y, z)
            if distance >= grains.position[i, 3]:
                pairs.history[k, :] = 0.0
                continue
            nx, ny, nz = turned(axes, lx, ly, lz)
            _tool_contact(
                grains, i, distance, nx, ny, nz, tools.law[p], links, tools.link[p],
                pairs.history[k], material, dt, stats,
            )  # fmt: skip


@njit(error_model="numpy")
def _mesh_forces(
    grains: Grains,
    tools: Tools,
    pairs: ToolPairs,
    links: Links,
    p: int,
    centre: FloatArray,
    axes: FloatArray,
    material: Material,
    dt: float,
    stats: FloatArray,
) -> None:
    """`tool_forces` of one mesh: up to `MESH_SLOTS` contacts a grain."""
    scratch = np.zeros((tools.meshes.first[p + 1] - tools.meshes.first[p], 6))
    contact, slot = np.zeros((MESH_SLOTS, 4)), np.zeros(MESH_SLOTS, np.int64)
    for k in range(pairs.start[p], pairs.start[p + 1], MESH_SLOTS):
        i = pairs.grain[k]
        x, y, z = local_point(grains.position, i, centre, axes)
        reach = grains.position[i, 3] + tools.size[p, 0]
        count = mesh_contacts(
            tools.meshes.corners, pairs.near, pairs.near_start[k], pairs.near_start[k + 1],
            x, y, z, reach, scratch, contact,
        )  # fmt: skip
        match_slots(contact, count, pairs.history, pairs.direction, k, slot)
        for c in range(count):
            nx, ny, nz = turned(axes, contact[c, 1], contact[c, 2], contact[c, 3])
            _tool_contact(
                grains, i, contact[c, 0] - tools.size[p, 0], nx, ny, nz, tools.law[p], links,
                tools.link[p], pairs.history[slot[c]], material, dt, stats,
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
    mass = contact_mass(grains, i, material.sphere_mass)
    push, secant, viscosity, overlap = tool_normal(r - arm, speed, r, mass, material, law)
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
