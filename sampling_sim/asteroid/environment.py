"""What grain and sampler meet all over the surface: the quantities of a map.

In: a `Surface`, gravity, spin and `SurveyParameters`; out: one value a face, SI, in B.  A grain at
rest feels the effective acceleration a = g − ω × (ω × r) (− ω̇ × r): a_n along the outward normal,
a_t in the plane.  With friction angle φ it stays while a_n + a_t/tan φ ≤ 0; else an attraction

    σ π d²/4 = m (a_n + a_t/tan φ),      σ = ⅔ ρ d (a_n + a_t/tan φ)

must hold it: σ is the cohesion it needs, as a stress on its cross-section.
"""

from dataclasses import dataclass
from math import pi, radians, tan
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Interval

from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.spin import Spin, TumblingSpin
from sampling_sim.asteroid.surface import Surface
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.quantities import Angle, Density, Length, Pressure, Speed, Time, Unit

Area = Annotated[float, Unit("m^2")]


@dataclass(frozen=True, kw_only=True)
class SurveyParameters:
    """The grain that is to stay, and the touchdown that is to be survived."""

    grain_size: Annotated[Length, Gt(0)] = 0.01
    """[m] diameter; chosen: what a sampler's inlet takes easily."""
    grain_density: Annotated[Density, Gt(0)] = 2700.0
    """[kg/m³] of the grain itself; chosen: the body's assumed bulk density."""
    friction_angle: Annotated[Angle, Interval(ge=0, le=pi / 2)] = radians(35.0)
    """[rad] chosen: dry angular grains."""
    cohesion: Annotated[Pressure, Ge(0)] = 0.0
    """[Pa] on the grain's cross-section, that the ground offers; chosen: loose grains."""
    approach_speed: Annotated[Speed, Gt(0)] = 0.05
    """[m/s] along the normal; chosen: as `[sequence] approach_speed`."""
    touchdown_time: Annotated[Time, Gt(0)] = 4.0
    """[s] that a touchdown lasts; chosen: as `[sequence] dwell`."""
    max_slope: Annotated[Angle, Interval(ge=0, le=pi)] = pi
    """[rad] steepest slope of a site; chosen: any, as cohesion may hold grains on all."""
    min_area: Annotated[Area, Ge(0)] = 0.0
    """[m²] least area of connected ground that keeps its grains; chosen: any."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Environment:
    """Quantities of a map; arrays over the faces of a `Surface`."""

    normal_acceleration: FloatArray
    """[m/s²] a_n, > 0 outward."""
    slope: FloatArray
    """[rad] angle between the normal and −a, 0 to π."""
    lift: FloatArray
    """[m/s²] a_n + a_t/tan φ: what has to be held, ≤ 0 where friction holds a grain."""
    needed_cohesion: FloatArray
    """[Pa] on the cross-section of the grain, ≥ 0."""
    escape_speed: FloatArray
    """[m/s] along the normal, relative to the surface, from which a grain never returns."""
    coriolis_displacement: FloatArray
    """[m] sideways during a touchdown."""
    retained: BoolArray
    """Where the grain stays with the cohesion that the ground offers."""


def surface_environment(
    surface: Surface,
    gravity: GravityPolyhedron,
    spin: Spin,
    parameters: SurveyParameters,
    time: float = 0.0,
) -> Environment:
    """Environment at the middle of every face; a tumbling body's at a time [s]."""
    omega = spin.angular_velocity_at(time)
    rim = np.cross(omega, surface.centre)
    potential, attraction = gravity.potential_and_acceleration(surface.centre)
    felt = attraction - np.cross(omega, rim)
    if isinstance(spin, TumblingSpin):
        felt = felt - np.cross(spin.angular_acceleration_at(time), surface.centre)
    normal = np.einsum("ij,ij->i", felt, surface.normal)
    along = np.linalg.norm(felt - normal[:, None] * surface.normal, axis=1)
    lift = lift_acceleration(normal, along, parameters.friction_angle)
    cohesion = needed_cohesion(lift, parameters)
    return Environment(
        normal_acceleration=normal,
        slope=np.arctan2(along, -normal),
        lift=lift,
        needed_cohesion=cohesion,
        escape_speed=escape_speeds(potential, rim, surface.normal),
        coriolis_displacement=coriolis_displacement(omega, surface.normal, parameters),
        retained=cohesion <= parameters.cohesion,
    )


def lift_acceleration(normal: FloatArray, along: FloatArray, friction_angle: float) -> FloatArray:
    """Acceleration a_n + a_t/tan φ [m/s²] that has to be held; without friction any a_t is lost."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shear = np.where(along > 0.0, along / np.float64(tan(friction_angle)), 0.0)
    return normal + shear


def needed_cohesion(lift: FloatArray, parameters: SurveyParameters) -> FloatArray:
    """Cohesion [Pa] on its cross-section that a grain needs to stay, 0 where friction does."""
    weight = 2.0 / 3.0 * parameters.grain_density * parameters.grain_size
    return np.maximum(0.0, weight * lift)


def escape_speeds(potential: FloatArray, rim: FloatArray, normal: FloatArray) -> FloatArray:
    """Smallest speed [m/s] along the normal with which a grain escapes, shape (n,).

    Parameters
    ----------
    potential
        [m²/s²] U > 0, shape (n,).
    rim
        [m/s] ω × r of the surface, shape (n, 3).
    normal
        Outward, shape (n, 3).

    Notes
    -----
    Relative to the surface.  Escape means an inertial two-body energy ½|v n + ω × r|² − U ≥ 0; 0
    where the surface itself moves that fast, though a push against that motion may leave a grain
    bound there (0.02 % of the default body).  A turning irregular body does not keep this energy:
    an approximation.
    """
    along = np.einsum("ij,ij->i", rim, normal)
    lacking = 2.0 * potential - np.einsum("ij,ij->i", rim, rim)
    speed = np.sqrt(along**2 + np.maximum(lacking, 0.0)) - along
    return np.where(lacking > 0.0, np.maximum(speed, 0.0), 0.0)


def coriolis_displacement(
    omega: FloatArray, normal: FloatArray, parameters: SurveyParameters
) -> FloatArray:
    """Way [m] that −2 ω × v carries a free body sideways in a touchdown: |ω × n| v t², (n,)."""
    way = parameters.approach_speed * parameters.touchdown_time**2
    return np.asarray(np.linalg.norm(np.cross(omega, normal), axis=1) * way, dtype=float)
