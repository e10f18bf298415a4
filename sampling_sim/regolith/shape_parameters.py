"""What a user can set about the shape of grains and boulders: `[regolith.shape]`.

Sizes in `[regolith]` are then diameters of the sphere of equal volume.  SI.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Interval

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import Number

if TYPE_CHECKING:
    from sampling_sim.regolith.clump_shapes import ClumpTemplate

PEBBLE_RATIOS = ((0.53, 0.69), (0.35, 0.48))
"""Short/long and middle/long axis of the two groups of the 67 pebbles that Hayabusa2 brought from
Ryugu (Tachibana et al. 2022, Science 375, 1011)."""

FLATTEST = 0.2
"""Smallest short/long axis; chosen: below, a few spheres no longer look like the ellipsoid."""


@dataclass(frozen=True, kw_only=True)
class GrainShapeParameters:
    """Spheres, or rigid clumps of spheres, for the grains and for the boulders."""

    kind: Literal["sphere", "pebbles", "mesh"] = "sphere"
    """What grains are: spheres, ellipsoids of `axis_ratios`, or the solid of `mesh`."""
    axis_ratios: tuple[tuple[Number, Number], ...] = PEBBLE_RATIOS
    """[1] short/long and middle/long axis of each group; a grain is of one of them, each as likely.
    Pebbles that Hayabusa2 returned (Tachibana et al. 2022); chosen: equal shares."""
    members: Annotated[int, Interval(ge=2, le=60)] = 5
    """[1] spheres of a grain; chosen: the surface is then within 2 to 4 % of the diameter."""
    mesh: str = ""
    """Registered shape or closed mesh file of the grains, in whatever unit, for kind = "mesh"."""
    boulder_mesh: str = ""
    """The same for the boulders; left out, they are spheres."""
    boulder_members: Annotated[int, Interval(ge=2, le=200)] = 20
    """[1] spheres of a boulder; chosen: the default body is then within 1 % of the diameter."""

    def __post_init__(self) -> None:
        """Refuse keys that would be read over in silence, and ratios that are none."""
        if (self.kind == "mesh") != bool(self.mesh):
            allowed = 'names the solid of the grains with kind = "mesh", and only then'
            raise ConfigError("mesh", self.mesh, allowed)
        if self.axis_ratios != PEBBLE_RATIOS and self.kind != "pebbles":
            allowed = f'is for kind = "pebbles" (it is "{self.kind}")'
            raise ConfigError("axis_ratios", self.axis_ratios, allowed)
        is_in_order = [FLATTEST <= short <= middle <= 1.0 for short, middle in self.axis_ratios]
        if not is_in_order or not all(is_in_order):
            allowed = f"pairs short/long, middle/long with {FLATTEST} <= short <= middle <= 1"
            raise ConfigError("axis_ratios", self.axis_ratios, allowed)

    @property
    def is_round(self) -> bool:
        """Whether grains and boulders are spheres."""
        return self.kind == "sphere" and not self.boulder_mesh

    @property
    def meshes(self) -> tuple[str, ...]:
        """Registered shapes and mesh files that are read."""
        return tuple(name for name in (self.mesh, self.boulder_mesh) if name)

    def grain_templates(self) -> Sequence["ClumpTemplate"]:
        """Shapes a grain may have, each as likely."""
        from sampling_sim.regolith import clump_shapes

        if self.kind == "mesh":
            return [clump_shapes.mesh_template(self.mesh, self.members)]
        if self.kind == "sphere":
            return [clump_shapes.sphere_template()]
        return [
            clump_shapes.ellipsoid_template(*ratios, self.members) for ratios in self.axis_ratios
        ]

    def boulder_template(self) -> "ClumpTemplate":
        """Shape of every boulder."""
        from sampling_sim.regolith import clump_shapes

        if not self.boulder_mesh:
            return clump_shapes.sphere_template()
        return clump_shapes.mesh_template(self.boulder_mesh, self.boulder_members)

    def room(self) -> float:
        """Diameter of the sphere that holds a grain of any of the shapes, over its own."""
        templates = self.grain_templates()
        return 2.0 * max(template.extent for template in [*templates, self.boulder_template()])

    def step_factor(self) -> float:
        """Contact step that the shapes allow over that of spheres of the same volume, at most 1."""
        return min(template.step_factor() for template in self.grain_templates())
