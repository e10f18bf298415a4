"""The way the gas takes through the annular head, and what it does to grains in it.

Frame H of `gas_surfaces.py`: the axis is z, the plate's underside at 0.  The field is steady, given
as mass flux over the bottle's flow, and divergence-free from the stem to the screen.
"""

from math import pi, sqrt
from typing import NamedTuple

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray

STILL = np.zeros(3)
"""No offset."""


class Stream(NamedTuple):
    """Radii and heights [m] in H that bound the stream, and its speeds [m/s]."""

    stem: float
    """Radius of the jet."""
    throat: float
    """Outer radius of the ring in which the gas comes up."""
    screen: float
    """Radius at which it leaves."""
    depth: float
    """Below the plate, at which all of the jet has turned."""
    nozzle: float
    sill: float
    """Lower edge of the window."""
    window_top: float
    jet_speed: float
    turned_speed: float
    comes_up: bool
    """False where the window is walled up: turned gas then leaves under the plate."""


@njit(cache=True)
def flux(stream: Stream, r: float, z: float) -> tuple[float, float, float]:
    """Mass flux outward and upward over the bottle's flow [1/m²], and speed [m/s].

    Notes
    -----
    Stokes' stream function of unit flow: 2π r ρu_z = −∂ψ/∂r, 2π r ρu_r = ∂ψ/∂z.  In the bowl
    (from the depth d below the plate to the nozzle at z_n, out to the throat's b) ψ = Φ(r) Z(z),
    Z = (z + d)/(z_n + d), Φ = (r/a)² in the jet (r < a), (b² − r²)/(b² − a²) around it: down as
    a uniform jet, up as a uniform ring.  At the window, of height h, the ring turns out evenly.
    """
    a, b = stream.stem, stream.throat
    deep, ring = stream.nozzle + stream.depth, 1.0 / (pi * (b * b - a * a))
    share, is_bowl = (z + stream.depth) / deep, z < stream.nozzle
    window, at_window = stream.window_top - stream.sill, z >= stream.sill
    out = up = 0.0
    if z <= -stream.depth or z >= stream.window_top or r >= stream.screen:
        return out, up, stream.turned_speed
    if r < a:
        if is_bowl:
            out, up = r / (2.0 * pi * a * a * deep), -share / (pi * a * a)
        return out, up, stream.jet_speed
    if not stream.comes_up:
        if is_bowl and r < b:
            out = 1.0 / (2.0 * pi * r * deep)
    elif r >= b:
        if at_window:
            out = 1.0 / (2.0 * pi * r * window)
    elif is_bowl:
        out, up = (b * b - r * r) * ring / (2.0 * r * deep), share * ring
    elif at_window:
        out = ring * (r * r - a * a) / (2.0 * r * window)
        up = (stream.window_top - z) / window * ring
    else:
        up = ring
    return out, up, stream.turned_speed


@njit(cache=True)
def drag_share(rate: float, relative_speed: float) -> float:
    """Share of the relative velocity that quadratic drag takes in a step of steady gas.

    Parameters
    ----------
    rate
        [1/m] k h = ½ C_d A ρ h/m, h the step.
    relative_speed
        [m/s] |w| at the start, w the gas's velocity less the grain's.

    Notes
    -----
    dw/dt = −k |w| w has w(h) = w/(1 + k |w| h): the direction stays, and no step is so long that
    the grain overtakes the gas.
    """
    asked = rate * relative_speed
    return asked / (1.0 + asked)


@njit(cache=True)
def drag_impulses(
    stream: Stream,
    gas_mass: float,
    drag_coefficient: float,
    place: FloatArray,
    turn: FloatArray,
    head_velocity: FloatArray,
    position: FloatArray,
    velocity: FloatArray,
    mass: FloatArray,
    diameter: FloatArray,
) -> tuple[FloatArray, float]:
    """Impulses [N·s] of the gas of one step on grains, (n, 3), and the sum of their magnitudes.

    Parameters
    ----------
    gas_mass
        [kg] that flows in the step.
    place, turn
        [m] origin of H in P, shape (3,), and rotation H → P, shape (3, 3).
    head_velocity
        [m/s] in P, shape (3,); the stream moves with the head.
    position, velocity, mass, diameter
        Of the grains: [m] and [m/s] in P, shape (n, 3), [kg] and [m], shape (n,).
    """
    impulse, total = np.zeros_like(position), 0.0
    local, way, relative = np.zeros(3), np.zeros(3), np.zeros(3)
    for i in range(len(mass)):
        _turned(turn.T, position[i], place, local)
        r = sqrt(local[0] ** 2 + local[1] ** 2)
        out, up, speed = flux(stream, r, local[2])
        density = sqrt(out * out + up * up)
        if density == 0.0:
            continue
        # outward part along the radius; on the axis there is none
        side = speed * out / (density * r) if r > 0.0 else 0.0
        local[0], local[1], local[2] = side * local[0], side * local[1], speed * up / density
        _turned(turn, local, STILL, way)
        square = 0.0
        for k in range(3):
            relative[k] = way[k] + head_velocity[k] - velocity[i, k]
            square += relative[k] ** 2
        area = 0.25 * pi * diameter[i] ** 2
        rate = 0.5 * drag_coefficient * area * density * gas_mass / (speed * mass[i])
        share = mass[i] * drag_share(rate, sqrt(square))
        total += share * sqrt(square)
        for k in range(3):
            impulse[i, k] = share * relative[k]
    return impulse, total


@njit(cache=True)
def _turned(turn: FloatArray, point: FloatArray, origin: FloatArray, result: FloatArray) -> None:
    """Turn a point less an origin; no array is made, as this runs for every grain."""
    for k in range(3):
        result[k] = 0.0
        for m in range(3):
            result[k] += turn[k, m] * (point[m] - origin[m])
