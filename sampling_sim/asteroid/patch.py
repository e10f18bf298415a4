"""Patch of ground around a site: the mesh's own surface in P, refined with fractal roughness.

In: a shape, a site, statistics and a seed; out: heights on a square grid in P, its slope against
the effective acceleration.  The roughness is fractional Brownian: differences of height are normal
with

    √⟨(h(p) − h(q))²⟩ = ν₀ (|p − q|/l)^H        (rms deviation, Shepard et al. 2001)

exactly, at all grid points of the patch.  Stein's circulant embedding: a stationary field of
covariance c₀ − r^2H + c₂r² for r ≤ 1, drawn by FFT on a torus, and a random plane of variance 2c₂.

References
----------
.. [S2001] Shepard et al. (2001), J. Geophys. Res. 106(E12), 32777-32795.
.. [S2002] Stein (2002), J. Comput. Graph. Stat. 11, 587-599.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Interval

from sampling_sim.asteroid.field import SiteField
from sampling_sim.asteroid.shape import Shape
from sampling_sim.asteroid.site import Site
from sampling_sim.constants import FloatArray
from sampling_sim.errors import ShapeError
from sampling_sim.quantities import Length, Number


@dataclass(frozen=True, kw_only=True)
class PatchParameters:
    """Size of a patch and statistics of its roughness."""

    half_width: Annotated[Length, Gt(0)] = 0.5
    """[m] from the site to each side; chosen: a head, its footprint twice over."""
    points: Annotated[int, Interval(ge=3, le=513)] = 65
    """[1] grid points along a side; odd, so that one is the site.  Chosen: 1.6 cm apart."""
    hurst_exponent: Annotated[Number, Interval(gt=0.0, lt=1.0)] = 0.7
    """[1] H; chosen: between 0.5 (random walk) and 1 (self-similar), never measured here."""
    rms_deviation: Annotated[Length, Ge(0)] = 0.01
    """[m] ν₀ at `scale`; chosen: 1 cm over 0.1 m, rough rock, never measured here."""
    scale: Annotated[Length, Gt(0)] = 0.1
    """[m] l."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Patch:
    """Ground as heights over the tangent plane of a site, frame P."""

    x: FloatArray
    """[m] of the columns, shape (n,)."""
    y: FloatArray
    """[m] of the rows, shape (n,)."""
    height: FloatArray
    """[m] along z of P, 0 at the site, shape (n, n); first index y."""

    @property
    def position(self) -> FloatArray:
        """Grid points [m] in P, shape (n², 3)."""
        x, y = np.meshgrid(self.x, self.y)
        return np.stack([x, y, self.height], axis=-1).reshape(-1, 3)

    @property
    def normal(self) -> FloatArray:
        """Outward unit normals in P, shape (n, n, 3), by central differences."""
        along_y, along_x = np.gradient(self.height, self.y, self.x)
        normal = np.stack([-along_x, -along_y, np.ones_like(self.height)], axis=-1)
        return normal / np.linalg.norm(normal, axis=-1, keepdims=True)

    def slope(self, field: SiteField) -> FloatArray:
        """Angle [rad] between the normal and minus the effective acceleration, shape (n, n)."""
        position = self.position
        felt = field.acceleration(position, np.zeros_like(position)).reshape(self.normal.shape)
        upward = -np.einsum("ijk,ijk->ij", felt, self.normal)
        along = np.linalg.norm(np.cross(felt, self.normal), axis=-1)
        return np.asarray(np.arctan2(along, upward), dtype=float)


def cut_patch(
    shape: Shape, site: Site, parameters: PatchParameters, rng: np.random.Generator
) -> Patch:
    """Cut the surface around a site out of the mesh and refine it.

    Parameters
    ----------
    shape, site
        The body and the place.
    parameters
        Size and roughness.
    rng
        The roughness is drawn from it.

    Raises
    ------
    ShapeError
        If the surface does not reach under all of the patch: it is too wide for the place.
    """
    if parameters.points % 2 == 0:
        raise ShapeError("patch-points", f"points = {parameters.points}: must be odd")
    grid = np.linspace(-parameters.half_width, parameters.half_width, parameters.points)
    height = mesh_height(shape, site, grid, grid)
    if np.isnan(height).any():
        raise ShapeError(
            "patch-too-wide",
            f"{shape.name}: no surface under all of a patch of half-width "
            f"{parameters.half_width:g} m at lat {site.lat!r}, lon {site.lon!r} rad; take less",
        )
    if parameters.rms_deviation > 0.0:
        unit = fractional_surface(parameters.points, parameters.hurst_exponent, rng)
        side = 2.0 * parameters.half_width
        rough = parameters.rms_deviation * (side / parameters.scale) ** parameters.hurst_exponent
        middle = parameters.points // 2
        height = height + rough * (unit - unit[middle, middle])
    return Patch(x=grid, y=grid, height=height)


def mesh_height(shape: Shape, site: Site, x: FloatArray, y: FloatArray) -> FloatArray:
    """Height [m] of the mesh over the tangent plane, shape (ny, nx); NaN where there is none.

    Of several surfaces along z the one nearest to the plane.
    """
    corners = ((shape.vertices - site.position_b) @ site.rotation_bp)[shape.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    height = np.full((len(y), len(x)), np.nan)
    width = max(np.abs(x).max(), np.abs(y).max())
    near = (normal[:, 2] > 0.0) & (corners[:, :, :2].min(axis=1) <= width).all(1)
    near &= (corners[:, :, :2].max(axis=1) >= -width).all(1)
    px, py = np.meshgrid(x, y)
    for f in np.flatnonzero(near):
        a, b, c = corners[f]
        inside = np.ones(px.shape, bool)
        for p, q in ((a, b), (b, c), (c, a)):
            side = (q[0] - p[0]) * (py - p[1]) - (q[1] - p[1]) * (px - p[0])
            inside &= side >= -1e-12 * normal[f, 2]
        z = a[2] - (normal[f, 0] * (px - a[0]) + normal[f, 1] * (py - a[1])) / normal[f, 2]
        nearer = inside & ~(np.abs(height) <= np.abs(z))
        height[nearer] = z[nearer]
    return height


def fractional_surface(points: int, hurst: float, rng: np.random.Generator) -> FloatArray:
    """Fractional Brownian surface on a unit square, shape (points, points).

    Differences of height over r ≤ √2 have the standard deviation r^H, at all grid points.
    """
    # Stein's covariance is exact within the unit disc, here scaled to the diagonal of the square
    exponent, spacing = 2.0 * hurst, 1.0 / (np.sqrt(2.0) * (points - 1))
    reach, constants = _stein_constants(exponent)
    count = int(np.ceil(reach / spacing)) + 1
    lag = np.minimum(np.arange(2 * count), 2 * count - np.arange(2 * count)) * spacing
    covariance = _covariance(np.hypot(lag[:, None], lag), exponent, reach, constants)
    spectrum = np.fft.fft2(covariance).real
    floor = -1e-9 * spectrum.max()
    if spectrum.min() < floor:
        raise ValueError(f"no embedding for H = {hurst!r} on {points} points")
    noise = rng.standard_normal((2, *spectrum.shape))
    root = np.sqrt(np.maximum(spectrum, 0.0) / spectrum.size)
    field = np.fft.fft2(root * (noise[0] + 1j * noise[1]))
    grid = np.arange(points) * spacing
    plane = np.sqrt(2.0 * constants[1]) * rng.standard_normal(2)
    surface = field.real[:points, :points] + plane[0] * grid[:, None] + plane[1] * grid
    # ⟨(h(p) − h(q))²⟩ is 2 r^2H on the disc: to the unit of the square, and without the 2
    return np.asarray(2.0 ** (0.5 * hurst - 0.5) * surface, dtype=float)


def _stein_constants(exponent: float) -> tuple[float, tuple[float, float, float]]:
    """Radius R beyond which the covariance is zero, and c₀, c₂, β of [S2002]_."""
    if exponent <= 1.5:
        return 1.0, (1.0 - 0.5 * exponent, 0.5 * exponent, 0.0)
    reach = 2.0
    beta = exponent * (2.0 - exponent) / (3.0 * reach * (reach**2 - 1.0))
    second = 0.5 * (exponent - beta * (reach - 1.0) ** 2 * (reach + 2.0))
    return reach, (beta * (reach - 1.0) ** 3 + 1.0 - second, second, beta)


def _covariance(
    r: FloatArray, exponent: float, reach: float, constants: tuple[float, float, float]
) -> FloatArray:
    """Covariance of the stationary field at distance r, shape of r."""
    zeroth, second, beta = constants
    inner = zeroth - r**exponent + second * r**2
    outer = np.where(r <= reach, beta * (reach - r) ** 3 / np.maximum(r, 1.0), 0.0)
    return np.asarray(np.where(r <= 1.0, inner, outer), dtype=float)
