"""Sites: a point on the surface, its patch frame P, and what a grain feels there.

In: shape, density, period, latitude and longitude; out: `Site` (components in B), the reports of
`sampling-sim shape` and `site`, and `Surroundings`, all that a run needs to know of the asteroid.
Slope and effective acceleration are kept apart: over most of Kamo'oalewa the effective
acceleration points outward.
"""

from dataclasses import dataclass, replace
from itertools import product
from math import atan2, sqrt
from typing import Any

import numpy as np

from sampling_sim.asteroid.body import body_shape
from sampling_sim.asteroid.environment import (
    SurveyParameters,
    coriolis_displacement,
    escape_speeds,
    lift_acceleration,
    needed_cohesion,
)
from sampling_sim.asteroid.field import PolyhedronField, SiteField, expansion_error, site_field
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.lightcurve import light_curve_report
from sampling_sim.asteroid.mesh import edge_faces
from sampling_sim.asteroid.parameters import AsteroidParameters, SiteParameters
from sampling_sim.asteroid.shape import Shape
from sampling_sim.asteroid.spin import Spin, UniformSpin
from sampling_sim.constants import FloatArray
from sampling_sim.errors import ShapeError
from sampling_sim.frames import patch_rotation

EXPANSION_HALF_SIDE = 0.25
"""[m] of the box in which the report states the error of the expansion; chosen: a sampler's bed."""

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

    def __post_init__(self) -> None:
        """Refuse a tumbling body: see `SiteField.require_uniform_spin`."""
        self.field.require_uniform_spin()


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


def site_at(shape: Shape, lat: float, lon: float, axis_b: FloatArray | None = None) -> Site:
    """Outermost point of the surface in a direction from the centre of mass.

    Parameters
    ----------
    shape
        The body.
    lat, lon
        [rad] planetocentric latitude and longitude in B.
    axis_b
        Spin axis, to which x of P points east; +z_B if not given.

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
        rotation_bp=patch_rotation(normal, Z_B if axis_b is None else axis_b),
        face=face,
    )


def report_at(
    shape: Shape,
    density: float,
    spin: Spin,
    lat: float,
    lon: float,
    parameters: SurveyParameters,
    time: float = 0.0,
) -> dict[str, Any]:
    """Report of the site at a latitude and longitude [rad]: see `site_environment`."""
    axis_b = spin.angular_velocity_b if isinstance(spin, UniformSpin) else None
    place = site_at(shape, lat, lon, axis_b)
    return site_environment(shape, density, spin, place, parameters=parameters, time=time)


def site_environment(
    shape: Shape,
    density: float,
    period: float | Spin,
    site: Site,
    friction_angle: float | None = None,
    *,
    parameters: SurveyParameters | None = None,
    time: float = 0.0,
) -> dict[str, Any]:
    """Report of a site, as `sampling-sim site --json` prints it: SI, angles in radians.

    `position` and `normal` are in B; the vectors, the exterior gradient and the spin in P.

    Parameters
    ----------
    shape, density, site
        The body [kg/m³] and the place.
    period
        [s] of rotation about +z_B, or any other rotation.
    friction_angle
        [rad] in place of that of the parameters.
    parameters
        The grain and the touchdown.
    time
        [s] at which a tumbling body is looked at.
    """
    parameters = parameters or SurveyParameters()
    if friction_angle is not None:
        parameters = replace(parameters, friction_angle=friction_angle)
    spin = UniformSpin(period) if isinstance(period, int | float) else period
    gravity = GravityPolyhedron(shape, density)
    field = site_field(gravity, spin, site, time)
    felt = field.effective_acceleration
    slope = surface_slope(felt)
    lift = lift_acceleration(felt[2], np.hypot(felt[0], felt[1]), parameters.friction_angle)
    omega = spin.angular_velocity_at(time)
    error = expansion_error(field, PolyhedronField(gravity, site), expansion_points())
    return {
        "position": site.position_b.tolist(),
        "normal": site.normal_b.tolist(),
        "gravity": field.gravity.tolist(),
        "centrifugal": (-np.cross(field.spin, np.cross(field.spin, field.position))).tolist(),
        "effective_acceleration": felt.tolist(),
        "gravity_gradient": field.gradient_exterior.tolist(),
        "spin": field.spin.tolist(),
        "slope": slope,
        "retains_loose_grains": slope < parameters.friction_angle,
        "escape_speed": escape_speed(gravity, omega, site),
        "needed_cohesion": float(needed_cohesion(lift, parameters)),
        "coriolis_displacement": float(
            coriolis_displacement(omega, site.normal_b[None], parameters)[0]
        ),
        "expansion_error": float(error.max()),
    }


def expansion_points() -> FloatArray:
    """Points [m] in P over which the report states the error of the expansion, shape (125, 3).

    `EXPANSION_HALF_SIDE` to each side and under the tangent plane, twice that over it.
    """
    steps = np.linspace(-1.0, 1.0, 5) * EXPANSION_HALF_SIDE
    return np.array(list(product(steps, steps, np.linspace(-1.0, 2.0, 5) * EXPANSION_HALF_SIDE)))


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


def escape_speed(gravity: GravityPolyhedron, spin: UniformSpin | FloatArray, site: Site) -> float:
    """Smallest speed [m/s] along the normal, relative to the surface, with which a grain escapes.

    The spin may be given as ω [rad/s] in B.  (`environment.escape_speeds`)
    """
    omega = spin.angular_velocity_b if isinstance(spin, UniformSpin) else spin
    rim = np.cross(omega, site.position_b)
    potential = gravity.potential(site.position_b)
    return float(escape_speeds(potential, rim[None], site.normal_b[None])[0])


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
