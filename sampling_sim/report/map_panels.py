"""What a map of the surface shows: five quantities with units, colours and ranges, and in words
what they take for granted.

In: a `Survey` or its `Environment`; out: `Panel`s, which a figure or a page draws.  All colour maps
can be told apart by the colour-blind; the diverging one is centred on zero.
"""

from dataclasses import dataclass
from math import degrees, isfinite

import numpy as np

from sampling_sim.asteroid.environment import Environment
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.asteroid.survey import Survey
from sampling_sim.constants import FloatArray

PREFIXES = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


@dataclass(frozen=True, eq=False, kw_only=True)
class Panel:
    """One quantity over the surface."""

    title: str
    name: str
    """In two or three words."""
    unit: str
    values: FloatArray
    """In `unit`, shape (nf,)."""
    colours: str
    """Name of the colour map, as matplotlib and plotly know it."""
    low: float
    high: float


def panels(environment: Environment) -> list[Panel]:
    """Quantities in the order in which they are drawn."""
    outward = environment.normal_acceleration
    slope = np.degrees(environment.slope)
    steepest = 30.0 * np.ceil(slope.max() / 30.0)
    return [
        _scaled(
            "Normal component of effective acceleration (> 0: outward)", "normal acceleration",
            "m/s²", outward, "PuOr_r", is_centred=True,
        ),
        Panel(
            title="Slope against the effective acceleration (> 90°: lift-off)", name="slope",
            unit="deg", values=slope, colours="viridis", low=0.0, high=max(30.0, steepest),
        ),
        _scaled(
            "Cohesion that the grain needs to stay", "needed cohesion", "Pa",
            environment.needed_cohesion, "magma",
        ),
        _scaled(
            "Speed from which an ejected grain never returns", "escape speed", "m/s",
            environment.escape_speed, "cividis",
        ),
        _scaled(
            "Coriolis displacement over a touchdown", "Coriolis displacement", "m",
            environment.coriolis_displacement, "plasma",
        ),
    ]  # fmt: skip


def assumptions(whole: Survey) -> list[str]:
    """Lines that say what the maps take for granted, and the shares of the surface."""
    p, found = whole.parameters, whole.report()
    needed = f"Everywhere it stays with {found['largest_cohesion']:.3g} Pa"
    if not isfinite(found["largest_cohesion"]):
        needed = "Without friction no cohesion holds a grain on a slope"
    extents = " x ".join(f"{extent:.4g}" for extent in whole.shape.extents)
    if isinstance(whole.spin, UniformSpin):
        axis = ", ".join(f"{part:g}" for part in whole.spin.axis_b)
        turning = f"Uniform spin, period {whole.spin.period:g} s, axis ({axis}) in B"
    else:
        turning = f"Tumbling ({whole.spin.mode} mode), looked at at {whole.time:g} s"
    return [
        f"Extents {extents} m",
        f"Bulk density {whole.density:g} kg/m³, the same throughout",
        turning,
        f"Grain of {1e3 * p.grain_size:g} mm, {p.grain_density:g} kg/m³, friction angle "
        f"{degrees(p.friction_angle):g}°",
        "Cohesion: attraction over the grain's cross-section",
        f"Touchdown at {1e2 * p.approach_speed:g} cm/s along the normal, lasting "
        f"{p.touchdown_time:g} s",
        "Speed: along the normal, relative to the surface; 0 where the",
        "surface itself moves at inertial escape speed",
        "",
        f"{found['outward_share']:.1%} of the surface is pulled outward",
        f"A grain held by {p.cohesion:.3g} Pa stays on {found['retained_area']:.3g} m² of "
        f"{found['area']:.4g} m²",
        needed,
        "",
        f"One value a face, {len(whole.surface.faces)} faces; frame B: centre of mass,",
        "principal axes.  The views under each map are shaded a little",
        "for form: read values off the maps.",
    ]


def _scaled(
    title: str,
    name: str,
    unit: str,
    values: FloatArray,
    colours: str,
    *,
    is_centred: bool = False,
) -> Panel:
    """Panel of a quantity, in thousandths of the unit and so on where it is small."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max()) if finite.size else 0.0
    factor, prefix = next((entry for entry in PREFIXES if largest >= entry[0]), PREFIXES[0])
    top = largest / factor or 1.0
    return Panel(
        title=title, name=name, unit=prefix + unit, values=values / factor, colours=colours,
        low=-top if is_centred else 0.0, high=top,
    )  # fmt: skip
