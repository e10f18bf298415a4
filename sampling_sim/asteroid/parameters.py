"""What a user sets about the body and the site on it: `[asteroid]` and `[site]`.

SI inside; the experiment reader turns text with units into these (see `quantities.py`).  The
defaults are the body of the project: (469219) Kamo'oalewa as the images of July 2026 and the
thermal size of 18 ± 2 m leave it (Sharkey et al. 2026, arXiv:2606.24017).
"""

from dataclasses import dataclass
from math import pi
from typing import Annotated, Literal

from annotated_types import Gt, Interval

from sampling_sim.quantities import Angle, Density, Length, Time

Extent = Annotated[Length, Gt(0)]


@dataclass(frozen=True, kw_only=True)
class AsteroidParameters:
    """The asteroid: its mesh, how dense it is and how it turns."""

    shape: str = "kamooalewa"
    """Name in shapes/registry.toml, or path of a mesh file."""
    unit: Literal["m", "km"] | None = None
    """Unit of the mesh's coordinates; a registered mesh knows its own."""
    extents: tuple[Extent, Extent, Extent] | None = None
    """[m] extents along x, y, z of the body frame; a mesh off by over 20 % is refused."""
    density: Annotated[Density, Interval(gt=0, le=3e4)] = 2700.0
    """[kg/m³] bulk density; chosen: never measured, 1600 to 3300 is possible."""
    period: Annotated[Time, Interval(ge=1.0, le=1e9)] = 1674.0
    """[s] rotation period about +z of the body frame; 27.9 min, Sharkey et al. 2026."""


@dataclass(frozen=True, kw_only=True)
class SiteParameters:
    """Where on the body; planetocentric, in the body frame B."""

    lat: Annotated[Angle, Interval(ge=-pi / 2, le=pi / 2)] = 0.0
    """[rad] latitude; chosen: the tip of the long axis, where the ground is thrown off most."""
    lon: Annotated[Angle, Interval(ge=-2 * pi, le=2 * pi)] = 0.0
    """[rad] longitude, from +x towards +y."""
