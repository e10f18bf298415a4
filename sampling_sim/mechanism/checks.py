"""What no design may be: masses and inertias of no body, parts that overlap at rest."""

import numpy as np

from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Design, principal_axes
from sampling_sim.mechanism.poses import refuse_meeting_parts

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
    refuse_meeting_parts(design, {}, "at rest (all joints at zero)", TOUCH)
    if design.start:
        refuse_meeting_parts(design, design.start, "at rest (as stowed)", TOUCH)
