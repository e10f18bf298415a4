"""Sites: a point on the surface, its patch frame P, and what a grain feels there.

In: shape, density, period, latitude and longitude; out: `Site` (components in B), the reports of
`sampling-sim shape` and `site`, and `Surroundings`, all that a run needs to know of the asteroid.
Slope and effective acceleration are kept apart: over most of Kamo'oalewa the effective
acceleration points outward.
"""

from dataclasses import dataclass
from math import atan2, radians, sqrt
from typing import Any

import numpy as np

from sampling_sim.asteroid.body import body_shape
from sampling_sim.asteroid.field import PolyhedronField, SiteField, site_field
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.lightcurve import light_curve_report
from sampling_sim.asteroid.mesh import edge_faces
from sampling_sim.asteroid.parameters import AsteroidParameters, SiteParameters
from sampling_sim.asteroid.shape import Shape
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.constants import FloatArray
from sampling_sim.errors import ShapeError
from sampling_sim.frames import patch_rotation

FRICTION_ANGLE = radians(35.0)
"""[rad] chosen: dry angular grains; loose grains rest where the slope is smaller."""

Z_B = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False, kw_only=True)
class Site:
    """A point of the surface and its patch frame P."""

    lat: float
    """[rad] planetocentric latitude in B."""
    lon: float
    """[rad] longitude, from +x_B towards +y_B."""
    position_b: FloatArray
    """[m] in B, from the centre of mass, shape (3,)."""
    normal_b: FloatArray
    """Outward normal of the face, unit vector in B, shape (3,)."""
    rotation_bp: FloatArray
    """Components in P to components in B, shape (3, 3)."""
    face: int
    """Index of the face; on an edge, the lowest of those that meet there."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Surroundings:
    """All that a run needs to know of the asteroid."""

    shape: Shape
    gravity: GravityPolyhedron
    spin: UniformSpin
    site: Site
    field: SiteField
    """Gravity expanded at the site, and the rotation, for grains."""
    polyhedron_field: PolyhedronField
    """Gravity of the whole body in P, for links."""


def load_site(asteroid: AsteroidParameters, site: SiteParameters) -> Surroundings:
    """Load the body of an experiment and find the site on it."""
    shape = body_shape(asteroid)
    gravity, spin = GravityPolyhedron(shape, asteroid.density), UniformSpin(asteroid.period)
    place = site_at(shape, site.lat, site.lon)
    return Surroundings(
        shape=shape,
        gravity=gravity,
        spin=spin,
        site=place,
        field=site_field(gravity, spin, place),
        polyhedron_field=PolyhedronField(gravity, place),
    )


def site_at(shape: Shape, lat: float, lon: float) -> Site:
    """Outermost point of the surface in a direction from the centre of mass.

    Parameters
    ----------
    shape
        The body.
    lat, lon
        [rad] planetocentric latitude and longitude in B.

    Raises
    ------
    ShapeError
        If the direction meets no face (a centre of mass outside the body).
    """
    direction = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    distance = _ray_distances(shape, direction)
    farthest = float(distance.max())
    if farthest <= 0.0:
        raise ShapeError(
            "no-surface", f"{shape.name}: no surface at lat {lat!r}, lon {lon!r} rad; choose others"
        )
    # faces that share an edge may be hit both, at distances equal to round-off
    face = int(np.argmax(distance >= farthest * (1.0 - 1e-12)))
    a, b, c = shape.vertices[shape.faces[face]]
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal)
    return Site(
        lat=lat,
        lon=lon,
        position_b=farthest * direction,
        normal_b=normal,
        rotation_bp=patch_rotation(normal, Z_B),
        face=face,
    )


def site_environment(
    shape: Shape, density: float, period: float, site: Site, friction_angle: float = FRICTION_ANGLE
) -> dict[str, Any]:
    """Report of a site, as `sampling-sim site --json` prints it: SI, angles in radians.

    `position` and `normal` are in B; the vectors, the exterior gradient and the spin in P.
    """
    gravity, spin = GravityPolyhedron(shape, density), UniformSpin(period)
    field = site_field(gravity, spin, site)
    rest = np.zeros((1, 3))
    slope = surface_slope(field.effective_acceleration)
    return {
        "position": site.position_b.tolist(),
        "normal": site.normal_b.tolist(),
        "gravity": field.gravity.tolist(),
        "centrifugal": field.inertial(rest, rest)[0].tolist(),
        "effective_acceleration": field.effective_acceleration.tolist(),
        "gravity_gradient": field.gradient_exterior.tolist(),
        "spin": field.spin.tolist(),
        "slope": slope,
        "retains_loose_grains": slope < friction_angle,
        "escape_speed": escape_speed(gravity, spin, site),
    }


def shape_report(shape: Shape) -> dict[str, Any]:
    """Report of a shape, as `sampling-sim shape --json` prints it: SI, inertia of unit density."""
    return {
        "vertices": len(shape.vertices),
        "faces": len(shape.faces),
        "closed": bool((edge_faces(shape.faces)[1] == 2).all()),
        "volume": shape.volume,
        "extents": shape.extents.tolist(),
        "centre_of_mass": shape.centre_of_mass.tolist(),
        "inertia": shape.inertia.tolist(),
        "rotation_to_body": shape.rotation_to_body.tolist(),
        "problems": [{"code": code, "message": message} for code, message in shape.problems],
        "light_curve": light_curve_report(shape),
    }


def surface_slope(effective_acceleration_p: FloatArray) -> float:
    """Angle [rad] between the normal and minus the effective acceleration, 0 to π, in P.

    Over π/2 a loose grain lifts off.
    """
    x, y, z = effective_acceleration_p
    return atan2(sqrt(x * x + y * y), -z)


def escape_speed(gravity: GravityPolyhedron, spin: UniformSpin, site: Site) -> float:
    """Smallest speed [m/s] along the normal, relative to the surface, with which a grain escapes.

    Escape means an inertial two-body energy ½|v n + ω × r|² − U ≥ 0; 0 where the surface itself
    moves that fast.
    """
    surface = np.cross(spin.angular_velocity_b, site.position_b)
    twice_potential = 2.0 * float(gravity.potential(site.position_b)[0])
    square = float(surface @ surface)
    if square >= twice_potential:
        return 0.0
    normal = float(site.normal_b @ surface)
    return max(0.0, -normal + sqrt(normal**2 + twice_potential - square))


def _ray_distances(shape: Shape, direction: FloatArray) -> FloatArray:
    """Distance [m] at which a ray from the origin meets each face, −inf where it does not, (nf,).

    Möller & Trumbore (1997), J. Graph. Tools 2, 21; a ray through an edge meets both its faces.
    """
    a, b, c = np.moveaxis(shape.vertices[shape.faces], 1, 0)
    side, other = b - a, c - a
    p = np.cross(direction, other)
    determinant = np.einsum("ij,ij->i", side, p)
    slack = 1e-12  # relative; chosen: so that no ray slips between two faces
    edge_on = np.abs(determinant) <= slack * np.einsum("ij,ij->i", side, side)
    determinant[edge_on] = np.nan  # no comparison below holds then: a miss
    q = np.cross(-a, side)
    u = -np.einsum("ij,ij->i", a, p) / determinant
    v = (q @ direction) / determinant
    distance = np.einsum("ij,ij->i", other, q) / determinant
    hit = (u >= -slack) & (v >= -slack) & (u + v <= 1.0 + slack)
    return np.where(hit, distance, -np.inf)
