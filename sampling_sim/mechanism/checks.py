"""What no design may be: masses and inertias of no body, parts that overlap at rest."""

from itertools import combinations

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Box, Design, principal_axes

TOUCH = 1e-6
"""[m] by which two parts may overlap at rest; chosen: round-off of joined faces."""


def check_design(design: Design) -> None:
    """Refuse a design that cannot be built.

    Raises
    ------
    ConfigError
        Names the link and the value: a mass that is not positive, principal moments of which one
        exceeds the sum of the others, or two parts, no joint between them, that overlap at rest.
    """
    for link in design.links:
        if not link.mass > 0.0:
            raise ConfigError(f"mechanism: mass of {link.name!r}", link.mass, "above 0 kg")
        moments = np.sort(principal_axes(link.inertia)[0])
        if moments[0] <= 0.0 or moments[2] > (moments[0] + moments[1]) * (1.0 + 1e-9):
            allowed = "kg·m²: above 0, and none above the sum of the two others"
            raise ConfigError(
                f"mechanism: principal moments of {link.name!r}", moments.tolist(), allowed
            )
    joined = {frozenset((joint.parent, joint.child)) for joint in design.joints}
    for first, second in combinations(design.outline, 2):
        names = frozenset(design.links[box.link].name for box in (first, second))
        if len(names) == 2 and names not in joined and _overlap(design, first, second) > TOUCH:
            one, other = sorted(names)
            allowed = "must be apart at rest (all joints at zero): check lengths and angles"
            raise ConfigError("mechanism", f"{one} runs into {other}", allowed)


def _overlap(design: Design, first: Box, second: Box) -> float:
    """Depth [m] by which two boxes along the axes of S overlap with all joints at zero, or less."""
    depth: FloatArray = np.array(first.half_extents) + second.half_extents
    return float((depth - np.abs(_centre(design, first) - _centre(design, second))).min())


def _centre(design: Design, box: Box) -> FloatArray:
    return np.array(design.links[box.link].position) + box.centre
