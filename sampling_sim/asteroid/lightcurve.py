"""Light curves: how bright a shape is to a distant observer as it turns about +z of B.

In: a shape, directions to the observer and the Sun; out: brightness as an area, and amplitudes in
magnitudes.  A face that sees both adds its area times a scattering law of μ and μ₀, the cosines of
its normal with observer and Sun.  The law is Lommel and Seeliger's, 2 μ μ₀/(μ + μ₀): single
scattering, which at zero phase angle is the projected area, whatever the albedo.

The surface taken is the convex hull of the mesh.  A convex body casts no shadow on itself and hides
none of its faces, so nothing is traced; hollows are lost, and with them their shadows.  Inverted
light curves give convex shapes for the same reason (Kaasalainen & Torppa 2001, Icarus 153, 24).
"""

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np

from sampling_sim.asteroid.registry import registered_shapes
from sampling_sim.asteroid.shape import Shape
from sampling_sim.constants import FloatArray

ROTATION_STEPS = 360
"""Brightnesses a turn; chosen: a body of a/b = 1.4 changes by 1e-4 mag within a degree of its
extremes."""

REPORTED_PHASE_ANGLES = (0.0, pi / 6, pi / 3)
"""[rad] chosen: full, and two that show how the amplitude grows with the angle."""


@dataclass(frozen=True, eq=False)
class Facets:
    """Convex surface as areas and directions: all that its brightness depends on."""

    normals: FloatArray
    """Outward unit vectors in B, shape (nf, 3)."""
    areas: FloatArray
    """[m²] shape (nf,)."""


def convex_facets(shape: Shape) -> Facets:
    """Facets of the convex hull of a shape."""
    from scipy.spatial import ConvexHull

    hull = ConvexHull(shape.vertices)
    a, b, c = np.moveaxis(shape.vertices[hull.simplices], 1, 0)
    areas = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    return Facets(np.array(hull.equations[:, :3]), areas)


def brightness(facets: Facets, observer_b: FloatArray, sun_b: FloatArray) -> FloatArray:
    """Brightness as an area [m²], shape (n,): at zero phase angle the projected area.

    Parameters
    ----------
    facets
        A convex surface.
    observer_b, sun_b
        Unit vectors in B towards observer and Sun, shape (n, 3).
    """
    seen = np.zeros(len(observer_b))
    for i, (observer, sun) in enumerate(zip(observer_b, sun_b, strict=True)):
        mu, mu_0 = facets.normals @ observer, facets.normals @ sun
        is_bright = (mu > 0.0) & (mu_0 > 0.0)
        mu, mu_0 = mu[is_bright], mu_0[is_bright]
        seen[i] = 2.0 * (mu * mu_0 / (mu + mu_0)) @ facets.areas[is_bright]
    return seen


def light_curve(
    facets: Facets,
    *,
    phase_angle: float = 0.0,
    latitude: float = 0.0,
    steps: int = ROTATION_STEPS,
) -> FloatArray:
    """Brightness [m²] through one turn about +z, shape (steps,).

    Parameters
    ----------
    facets
        A convex surface.
    phase_angle
        [rad] between the directions to observer and Sun, 0 to π; the Sun stands east of the
        observer, so that from the equator (latitude 0) both look along the equator.
    latitude
        [rad] of the observer in B, 0 where the body is seen equator-on.
    """
    observer = np.array([cos(latitude), 0.0, sin(latitude)])
    east = np.array([0.0, 1.0, 0.0])
    sun = cos(phase_angle) * observer + sin(phase_angle) * east
    turn = np.linspace(0.0, 2.0 * pi, steps, endpoint=False)
    return brightness(facets, _turned(observer, turn), _turned(sun, turn))


def amplitude(curve: FloatArray) -> float:
    """Difference [mag] between the faintest and the brightest, 2.5 log₁₀(max/min)."""
    return float(2.5 * np.log10(curve.max() / curve.min()))


def light_curve_report(shape: Shape) -> dict[str, object]:
    """Light curve as `sampling-sim shape --json` reports it, beside what was observed."""
    facets = convex_facets(shape)
    known = registered_shapes().get(shape.name)
    is_registered = known is not None and known.sha256 == shape.sha256
    return {
        "model": "convex hull, Lommel-Seeliger, equator-on about +z",
        "phase_angles": list(REPORTED_PHASE_ANGLES),
        "amplitudes": [
            amplitude(light_curve(facets, phase_angle=angle)) for angle in REPORTED_PHASE_ANGLES
        ],
        "registered": known.light_curve if known is not None and is_registered else "",
    }


def _turned(direction: FloatArray, turn: FloatArray) -> FloatArray:
    """Components in B of a direction fixed in space, after B turned by each angle, shape (n, 3)."""
    c, s = np.cos(turn), np.sin(turn)
    x, y, z = direction
    return np.column_stack([c * x + s * y, c * y - s * x, np.full_like(turn, z)])
