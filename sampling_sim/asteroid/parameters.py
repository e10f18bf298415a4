"""What a user sets about the body and the site on it: `[asteroid]` and `[site]`.

SI inside; the experiment reader turns text with units into these (see `quantities.py`).  The
defaults are the body of the project: (469219) Kamo'oalewa as the images of July 2026 and the
thermal size of 18 ± 2 m leave it (Sharkey et al. 2026, arXiv:2606.24017).
"""

from dataclasses import dataclass, field
from math import pi
from typing import Annotated, Literal

from annotated_types import Gt, Interval

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import Angle, Density, Length, Number, Time

Extent = Annotated[Length, Gt(0)]

FRAGMENT = "fragment"
"""The shape that is no file: it is made from `FragmentParameters`."""


@dataclass(frozen=True, kw_only=True)
class FragmentParameters:
    """A made-up fragment of given extents, so that a sweep can treat the shape as uncertain."""

    seed: Annotated[int, Interval(ge=0, le=2**63 - 1)] = 1
    """Seed of planes, relief, craters and boulders; each has random numbers of its own."""
    extent_x: Annotated[Length, Interval(ge=1.0, le=1e6)] = 20.0
    """[m] along the longest principal axis; the image of July 2026 (CNSA)."""
    extent_y: Annotated[Length, Interval(ge=1.0, le=1e6)] = 14.3
    """[m] along the middle one; a/b of about 1.4, Sharkey et al. 2026."""
    extent_z: Annotated[Length, Interval(ge=1.0, le=1e6)] = 12.0
    """[m] along the spin axis; chosen: between the c/a of 0.56 of the cellinoid fit and b."""
    angularity: Annotated[Number, Interval(ge=0.0, le=1.0)] = 0.6
    """[1] how deep planes cut, 0 an ellipsoid; chosen: flat ground and edges, as in the image."""
    roughness: Annotated[Number, Interval(ge=0.0, le=0.1)] = 0.01
    """[1] rms height of the relief over the mean radius; chosen: 8 cm, never measured."""
    craters: Annotated[int, Interval(ge=0, le=200)] = 3
    """[1] bowls in the surface; chosen, never counted."""
    boulders: Annotated[int, Interval(ge=0, le=200)] = 5
    """[1] mounds on the surface, too large for the grain solver; chosen, never counted."""
    subdivisions: Annotated[int, Interval(ge=2, le=5)] = 3
    """[1] 20 x 4^n faces; chosen: 1280, edges of 1.2 m; gravity costs in proportion."""

    def __post_init__(self) -> None:
        """Refuse axes out of order: z is the spin axis, the shortest."""
        for longer, shorter in (("extent_x", "extent_y"), ("extent_y", "extent_z")):
            value, limit = getattr(self, shorter), getattr(self, longer)
            if value > limit:
                raise ConfigError(shorter, value, f"must not exceed {longer} ({limit} m)")


@dataclass(frozen=True, kw_only=True)
class AsteroidParameters:
    """The asteroid: its mesh, how dense it is and how it turns."""

    shape: str = "kamooalewa"
    """Name in shapes/registry.toml, path of a mesh file, or "fragment" (see `fragment`)."""
    fragment: FragmentParameters = field(default_factory=FragmentParameters)
    """The body where `shape` is "fragment"."""
    unit: Literal["m", "km"] | None = None
    """Unit of the mesh's coordinates; a registered mesh knows its own."""
    scale: Annotated[Length, Gt(0)] | None = None
    """[m] length of 1 in the file, in place of `unit`: a light-curve model has none."""
    extents: tuple[Extent, Extent, Extent] | None = None
    """[m] extents along x, y, z of the body frame; a mesh off by over 20 % is refused."""
    density: Annotated[Density, Interval(gt=0, le=3e4)] = 2700.0
    """[kg/m³] bulk density; chosen: never measured, 1600 to 3300 is possible."""
    period: Annotated[Time, Interval(ge=1.0, le=1e9)] = 1674.0
    """[s] rotation period about +z of the body frame; 27.9 min, Sharkey et al. 2026."""

    def __post_init__(self) -> None:
        """Refuse keys that would be read over in silence."""
        if self.shape != FRAGMENT:
            if self.fragment != FragmentParameters():
                allowed = f'must be "{FRAGMENT}" where [asteroid.fragment] is given'
                raise ConfigError("shape", self.shape, allowed)
            return
        for key in ("unit", "scale", "extents"):
            if getattr(self, key) is not None:
                allowed = f'must be left out with shape = "{FRAGMENT}": see asteroid.fragment'
                raise ConfigError(key, getattr(self, key), allowed)


@dataclass(frozen=True, kw_only=True)
class SiteParameters:
    """Where on the body; planetocentric, in the body frame B."""

    lat: Annotated[Angle, Interval(ge=-pi / 2, le=pi / 2)] = 0.0
    """[rad] latitude; chosen: the tip of the long axis, where the ground is thrown off most."""
    lon: Annotated[Angle, Interval(ge=-2 * pi, le=2 * pi)] = 0.0
    """[rad] longitude, from +x towards +y."""
