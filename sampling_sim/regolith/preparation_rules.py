"""What must hold between the parameters of a bed's preparation: sizes, layers, boulders, packing.

Each rule raises a `ConfigError` that names the key; `RegolithParameters` calls
`check_preparation` last.
"""

from itertools import pairwise
from math import pi
from typing import TYPE_CHECKING

from sampling_sim.errors import ConfigError
from sampling_sim.regolith.layers import layer_bottoms
from sampling_sim.regolith.sizes import LogNormal, sizes_of

if TYPE_CHECKING:
    from sampling_sim.regolith.parameters import RegolithParameters

LARGEST_RATIO = 20.0
"""Largest over smallest diameter: what the multi-level cells of the search are made for.  The step
goes with the smallest grain and the box with the largest, so cost grows with the fourth power."""

MOST_GRAINS = 1_000_000
"""Grains in the box; chosen: some 200 MB and hours a case."""

NOMINAL_FRACTION = 0.6
"""[1] packing fraction for the estimate of the number of grains."""

LEAST_SHARE = 1e-3
"""Share of a distribution that must lie between the ends it is cut to; chosen: with less, the
ends alone make the sizes and the distribution is not what was meant."""

PERIODIC_SHARE = 0.4
"""Largest body over the width of a bed with periodic sides: two that touch, with what the search
looks beyond, are then nearer than half a period and have one nearest image."""

MOST_BOULDERS = 0.3
"""Share of the box that boulders may fill; chosen: half of what can be placed without a search."""


def check_preparation(parameters: "RegolithParameters") -> None:
    """Refuse sizes, layers, boulders and numbers of grains that do not go together."""
    _check_ratio(parameters)
    _check_sizes(parameters)
    _check_layers(parameters)
    _check_count(parameters)
    _check_boulders(parameters)


def _check_ratio(p: "RegolithParameters") -> None:
    if p.diameter_max > LARGEST_RATIO * p.diameter_min:
        allowed = (
            f"at most {LARGEST_RATIO:g} times diameter_min (search and step pay for the ratio)"
        )
        raise ConfigError("regolith.diameter_max", p.diameter_max, allowed)


def _check_sizes(p: "RegolithParameters") -> None:
    """Refuse keys of another distribution, and a distribution with nothing between the ends."""
    owner = {
        "size_median": ("log_normal", p.size_median is not None),
        "size_sigma": ("log_normal", p.size_sigma is not None),
        "size_table": ("table", bool(p.size_table)),
    }
    for name, (kind, is_given) in owner.items():
        if is_given and p.size_distribution != kind:
            allowed = f'is for size_distribution = "{kind}" (it is "{p.size_distribution}")'
            raise ConfigError(f"regolith.{name}", getattr(p, name), allowed)
        if not is_given and p.size_distribution == kind:
            raise ConfigError(
                f"regolith.{name}", getattr(p, name), f'is needed by size_distribution = "{kind}"'
            )
    if p.size_distribution == "table":
        _check_table(p)
    _check_log_normal_between(p, p.diameter_min, p.diameter_max, "regolith.size_median")


def _check_log_normal_between(
    p: "RegolithParameters", smallest: float, largest: float, key: str
) -> None:
    """Refuse a range that holds next to nothing of the log-normal, where that is the law."""
    sizes = sizes_of(p, smallest, largest)
    if isinstance(sizes, LogNormal) and sizes.share_inside < LEAST_SHARE:
        allowed = (
            f"at least {LEAST_SHARE:g} of the log-normal must lie between {smallest:g} m and "
            f"{largest:g} m"
        )
        raise ConfigError(key, p.size_median, allowed)


def _check_table(p: "RegolithParameters") -> None:
    key, table = "regolith.size_table", p.size_table
    rows = list(pairwise(table))
    if not rows or any(b[0] <= a[0] or b[1] < a[1] for a, b in rows) or table[0][0] <= 0.0:
        allowed = "needs two or more [diameter, fraction], diameters rising, fractions not falling"
        raise ConfigError(key, table, allowed)
    if table[0][1] != 0.0 or table[-1][1] != 1.0:
        raise ConfigError(key, table, "cumulative fractions must go from 0 to 1")
    if table[0][0] > p.diameter_min or table[-1][0] < p.diameter_max:
        ends = f"diameter_min {p.diameter_min:g} m to diameter_max {p.diameter_max:g} m"
        allowed = f"must reach from {ends}"
        raise ConfigError(key, table, allowed)
    _check_table_between(p, p.diameter_min, p.diameter_max, key)


def _check_table_between(
    p: "RegolithParameters", smallest: float, largest: float, key: str
) -> None:
    """Refuse a range that holds no grains of the table."""
    from numpy import interp

    diameter, fraction = zip(*p.size_table, strict=True)
    low, high = interp([smallest, largest], diameter, fraction)
    if smallest < largest and high - low < LEAST_SHARE:
        allowed = f"has no grains between {smallest:g} m and {largest:g} m"
        raise ConfigError(key, p.size_table, allowed)


def nominal_grains(p: "RegolithParameters") -> float:
    """Grains in the box at `NOMINAL_FRACTION`, by the mean volume of the distribution."""
    count, top = 0.0, 0.0
    ranges = [(layer.diameter_min, layer.diameter_max) for layer in p.layers] or [(None, None)]
    bottoms = layer_bottoms(p.layers, p.depth) or [p.depth]
    for bottom, (low, high) in zip(bottoms, ranges, strict=True):
        solid = NOMINAL_FRACTION * p.width_x * p.width_y * (bottom - top)
        sizes = sizes_of(p, low or p.diameter_min, high or p.diameter_max)
        count, top = count + solid / (pi / 6.0 * sizes.mean_cube), bottom
    return count


def _check_count(p: "RegolithParameters") -> None:
    """Refuse a box of more grains than can be run."""
    count = nominal_grains(p)
    if count > MOST_GRAINS:
        allowed = (
            f"the box would hold about {count:.3g} grains, at most {MOST_GRAINS}: larger grains or "
            "a smaller box"
        )
        raise ConfigError("regolith.diameter_min", p.diameter_min, allowed)


def _check_layers(p: "RegolithParameters") -> None:
    """Refuse layers that do not fill the depth, or leave the bed's sizes."""
    for index, layer in enumerate(p.layers):
        key, is_last = f"regolith.layers.{index}.", index == len(p.layers) - 1
        if is_last != (layer.thickness is None):
            allowed = "must be left out in the last layer, and only there (it reaches the floor)"
            raise ConfigError(key + "thickness", layer.thickness, allowed)
        if layer.thickness is not None and layer.thickness < p.diameter_max:
            allowed = f"at least one largest grain, {p.diameter_max:g} m"
            raise ConfigError(key + "thickness", layer.thickness, allowed)
        smallest = layer.diameter_min or p.diameter_min
        largest = layer.diameter_max or p.diameter_max
        if not p.diameter_min <= smallest <= largest <= p.diameter_max:
            allowed = (
                f"must lie between regolith.diameter_min {p.diameter_min:g} m and diameter_max "
                f"{p.diameter_max:g} m, the smaller first"
            )
            raise ConfigError(key + "diameter_min", (smallest, largest), allowed)
        if p.size_distribution == "table":
            _check_table_between(p, smallest, largest, key + "diameter_min")
        _check_log_normal_between(p, smallest, largest, key + "diameter_min")
        if (layer.tensile_strength or 0.0) > p.strongest:
            allowed = f"at most {p.strongest:.3g} Pa at this youngs_modulus"
            raise ConfigError(key + "tensile_strength", layer.tensile_strength, allowed)
    ends = layer_bottoms(p.layers, p.depth)[:-1]
    if ends and ends[-1] > p.depth - p.diameter_max:
        allowed = f"layers above the last take {ends[-1]:g} m of the depth of {p.depth:g} m"
        raise ConfigError("regolith.layers", len(p.layers), allowed)


def _check_boulders(p: "RegolithParameters") -> None:
    """Refuse boulders that do not fit into the bed."""
    if not p.boulder_count:
        return
    key, across = "regolith.boulder_diameter", 0.5 if p.period is None else PERIODIC_SHARE
    widest = min(across * p.width_x, across * p.width_y, p.depth)
    top = min(LARGEST_RATIO * p.diameter_min, widest)
    if not p.diameter_max <= p.boulder_diameter <= top:
        allowed = (
            f"between diameter_max {p.diameter_max:g} m and {top:g} m (the depth, {across:g} of "
            f"the width, {LARGEST_RATIO:g} times diameter_min)"
        )
        raise ConfigError(key, p.boulder_diameter, allowed)
    share = p.boulder_count * pi / 6.0 * p.boulder_diameter**3 / (p.width_x * p.width_y * p.depth)
    if share > MOST_BOULDERS:
        allowed = f"these fill {share:.2g} of the box, at most {MOST_BOULDERS:g}: fewer or smaller"
        raise ConfigError("regolith.boulder_count", p.boulder_count, allowed)
