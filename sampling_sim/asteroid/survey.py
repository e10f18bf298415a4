"""A body surveyed as a whole: every quantity of the map, and the best sites under constraints.

In: shape, density, spin, `SurveyParameters`; out: `Survey`, whose report is that of
`sampling-sim site --best`; `report/maps.py` draws it.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sampling_sim.asteroid.environment import Environment, SurveyParameters, surface_environment
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.shape import Shape
from sampling_sim.asteroid.spin import Spin
from sampling_sim.asteroid.surface import (
    LEAST_FACES,
    Surface,
    connected_regions,
    fine_face_count,
    surface_samples,
)

BEST_COUNT = 10
"""Sites that are reported at most; chosen: a table that fits a screen."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Survey:
    """A whole body: what was assumed, and what was found."""

    shape: Shape
    density: float
    """[kg/m³]."""
    spin: Spin
    time: float
    """[s] at which a tumbling body is looked at."""
    parameters: SurveyParameters
    surface: Surface
    environment: Environment

    @cached_property
    def fine(self) -> "Survey":
        """The same body sampled finely enough for areas: the map's samples may be 0.2 m² each."""
        count = fine_face_count(self.shape)
        if count <= len(self.surface.faces):
            return self
        return survey(
            self.shape, self.density, self.spin, self.parameters, self.time, least_faces=count
        )

    def report(self) -> dict[str, Any]:
        """Areas and extremes of the whole surface, and its best sites; SI, radians."""
        area, found = self.fine.surface.area, self.fine.environment
        outward = float(area[found.normal_acceleration > 0.0].sum())
        return {
            "area": float(area.sum()),
            "outward_share": outward / float(area.sum()),
            "retained_area": float(area[found.retained].sum()),
            "least_cohesion": float(found.needed_cohesion.min()),
            "largest_cohesion": float(found.needed_cohesion.max()),
            "sites": best_sites(self),
        }


def survey(
    shape: Shape,
    density: float,
    spin: Spin,
    parameters: SurveyParameters,
    time: float = 0.0,
    *,
    least_faces: int = LEAST_FACES,
) -> Survey:
    """Survey of a body in at least `least_faces` samples; a tumbling one at a time [s]."""
    surface = surface_samples(shape, least_faces)
    environment = surface_environment(
        surface, GravityPolyhedron(shape, density), spin, parameters, time
    )
    return Survey(
        shape=shape, density=density, spin=spin, time=time, parameters=parameters,
        surface=surface, environment=environment,
    )  # fmt: skip


def best_sites(whole: Survey, count: int = BEST_COUNT) -> list[dict[str, Any]]:
    """Sites under the constraints of the parameters, those of the largest regions first.

    A region is connected ground that keeps its grains and is no steeper than `max_slope`, of
    `min_area` at least; its site is where grains are held best (the least `lift`).

    Returns
    -------
    Reports, SI and radians: `lat`, `lon`, `position` and `normal` in B, `retained_area` of the
    region, and the quantities of the map there.
    """
    fine, parameters = whole.fine, whole.parameters
    surface, environment = fine.surface, fine.environment
    wanted = environment.retained & (environment.slope <= parameters.max_slope)
    region = connected_regions(surface, wanted)
    area = np.bincount(region[wanted], surface.area[wanted])
    largest = [int(k) for k in np.argsort(-area, kind="stable") if area[k] >= parameters.min_area]
    reports = []
    for k in largest[:count]:
        inside = np.flatnonzero(region == k)
        face = int(inside[np.argmin(environment.lift[inside])])
        reports.append(face_report(surface, environment, face) | {"retained_area": float(area[k])})
    return reports


def face_report(surface: Surface, environment: Environment, face: int) -> dict[str, Any]:
    """Report of one sample: place, and the quantities of the map there; SI, radians."""
    x, y, z = surface.centre[face]
    values = {
        name: getattr(environment, name)[face].item()
        for name in (
            "slope", "normal_acceleration", "needed_cohesion", "escape_speed",
            "coriolis_displacement",
        )
    }  # fmt: skip
    return {
        "lat": float(np.arctan2(z, np.hypot(x, y))),
        "lon": float(np.arctan2(y, x)),
        "position": [x.item(), y.item(), z.item()],
        "normal": surface.normal[face].tolist(),
        **values,
    }
