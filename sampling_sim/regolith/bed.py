"""A prepared bed: what a run starts from, as plain arrays.

Frame P: z = 0 is the undisturbed surface, the floor lies below it, the box is centred on x = y = 0.
With periodic sides every centre lies within half a period of the middle.
"""

from dataclasses import dataclass, field, replace
from math import inf, pi

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray, IntArray
from sampling_sim.errors import PackingError
from sampling_sim.regolith.bodies import BedClumps, no_bed_clumps, shared_by_volume
from sampling_sim.regolith.images import Period, nearest
from sampling_sim.regolith.parameters import RegolithParameters

SPRING_SLANT = 0.05
"""[1] chosen: beds have 1e-11, turned ones 0.5."""
TINY_SPRINGS = 1e-30
"""[N²] sum of squares below which there is nothing to turn."""


@dataclass(frozen=True, kw_only=True)
class Bed:
    """Grains at rest, the springs between them, and what was measured on them."""

    parameters: RegolithParameters
    position: FloatArray
    """[m] centres, shape (n, 3)."""
    radius: FloatArray
    """[m], shape (n,)."""
    fixed: BoolArray
    """Grains glued to the body: they never move, shape (n,)."""
    floor: float
    """[m] height of the floor, negative."""
    clumps: BedClumps = field(default_factory=no_bed_clumps)
    """Spheres that are one body; `position` and `radius` hold every sphere."""
    pairs: IntArray = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    """Touching grains, shape (c, 2)."""
    tangential: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    """[N] tangential spring force on the first grain of each pair, shape (c, 3)."""
    rolling: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    """[N] rolling spring force of each pair (the same seen from either grain), shape (c, 3)."""
    pull_off_scale: float = 0.0
    """[J/m²] w: the pull-off force of a contact is 2π w R* (of JKR too, whose work of adhesion is
    then 4/3 w)."""
    adhesion: FloatArray = field(default_factory=lambda: np.zeros(0))
    """[1] for layers of other strength, shape (n,): a pair has w times both its grains' values.
    Shape (0,) where it is 1 everywhere."""
    looseness: float = float("nan")
    """[1] how it was poured to the packing fraction asked for (`looseness.py`); NaN: none asked."""
    is_settled: bool = True
    """Whether it rests; else it starts as placed and may sink."""
    packing_fraction: float = float("nan")
    """[1] between the fixed layer and one largest grain below the surface."""
    coordination_number: float = float("nan")
    """[1] contacts per grain in the same slab, cohesive bonds counted."""
    rumpf_strength: float = float("nan")
    """[Pa] tensile strength of the bonds there are, through Rumpf."""
    rms_speed: float = 0.0
    """[m/s] residual speed of the free grains when the bed was declared at rest."""
    max_speed: float = 0.0
    """[m/s] fastest of them."""

    def __post_init__(self) -> None:
        # a bed that is turned or mirrored turns its springs, too, and is relaxed again
        if self.pairs.size and self._springs_along_contacts() > SPRING_SLANT:
            raise PackingError("the springs of the bed do not lie in its contacts: turned without")

    @property
    def mass(self) -> FloatArray:
        """Mass of each sphere [kg], shape (n,): of a clump, a share of the solid's by volume."""
        spheres: FloatArray = self.parameters.grain_density * 4.0 / 3.0 * pi * self.radius**3
        if not self.clumps.clump_count:
            return spheres
        return shared_by_volume(self.body_mass, self.body, self.radius)

    @property
    def body(self) -> IntArray:
        """Body of each sphere, clumps first, shape (n,)."""
        return self.clumps.body_of(self.radius.size)

    @property
    def body_mass(self) -> FloatArray:
        """Mass of each body [kg], shape (b,)."""
        alone = self.radius[self.clumps.start[-1] :]
        mass = self.parameters.grain_density * 4.0 / 3.0 * pi * alone**3
        return np.concatenate([self.clumps.mass, mass])

    @property
    def body_diameter(self) -> FloatArray:
        """Diameter of the sphere of each body's volume [m], shape (b,)."""
        volume = self.clumps.mass / self.parameters.grain_density
        alone = 2.0 * self.radius[self.clumps.start[-1] :]
        return np.concatenate([np.cbrt(6.0 / pi * volume), alone])

    @property
    def body_position(self) -> FloatArray:
        """Centre of mass of each body [m], shape (b, 3)."""
        return np.vstack([self.clumps.position, self.position[self.clumps.start[-1] :]])

    @property
    def body_fixed(self) -> BoolArray:
        """Bodies glued to the ground, shape (b,)."""
        return np.concatenate(
            [self.fixed[self.clumps.start[:-1]], self.fixed[len(self.clumps.offset) :]]
        )

    def lowered(self, height: float) -> "Bed":
        """Bed moved down by `height` [m], its floor with it."""
        shift = np.array([0.0, 0.0, height])
        clumps = self.clumps._replace(position=self.clumps.position - shift)
        return replace(
            self, position=self.position - shift, floor=self.floor - height, clumps=clumps
        )

    def subset(self, keep: BoolArray) -> "Bed":
        """Bed of the spheres kept, with the springs between them; of a body, all or none."""
        number: IntArray = np.cumsum(keep) - 1
        alive = keep[self.pairs].all(1)
        return replace(
            self,
            position=self.position[keep],
            radius=self.radius[keep],
            fixed=self.fixed[keep],
            clumps=self.clumps.kept(keep),
            pairs=np.asarray(number[self.pairs[alive]], np.int64),
            tangential=self.tangential[alive],
            rolling=self.rolling[alive],
            adhesion=self.adhesion[keep] if self.adhesion.size else self.adhesion,
        )

    def of_whole_bodies(self, mask: BoolArray) -> BoolArray:
        """Spheres of the bodies of which one at least is in the mask, shape (n,)."""
        if not self.clumps.clump_count:
            return mask
        return np.asarray(np.bincount(self.body, mask)[self.body] > 0.0)

    @property
    def bulk_density(self) -> float:
        """Grain density times packing fraction [kg/m³]."""
        return self.parameters.grain_density * self.packing_fraction

    @property
    def walls(self) -> FloatArray:
        """Rough floor and four frictionless sides up to the surface, see `box_walls`.

        Periodic sides are no walls: the floor alone.
        """
        floor = floor_wall(
            self.floor, self.parameters.friction_coefficient, self.parameters.rolling_friction
        )
        if self.period is not None:
            return floor
        half = np.array([0.5 * self.parameters.width_x, 0.5 * self.parameters.width_y])
        return np.vstack([box_walls(-half, half, top=0.0), floor])

    @property
    def period(self) -> Period:
        """[m] after which it repeats along x and y; None with walls."""
        return self.parameters.period

    def _springs_along_contacts(self) -> float:
        """Share of the tangential springs that points along the contact normals, 0 as it should.

        Pairs that touch across periods that are not the bed's own (a laboratory's) are left out.
        """
        first, second = self.pairs.T
        normal = nearest(self.position[second] - self.position[first], self.period)
        square = (normal**2).sum(1)
        touching = square <= (1.01 * (self.radius[first] + self.radius[second])) ** 2
        spring = self.tangential[touching]
        along = ((spring * normal[touching]).sum(1) ** 2 / square[touching]).sum()
        return float(np.sqrt(along / max((spring**2).sum(), TINY_SPRINGS)))


def box_walls(
    lower: FloatArray,
    upper: FloatArray,
    *,
    top: float = inf,
    friction: float = 0.0,
    rolling: float = 0.0,
) -> FloatArray:
    """Four upright walls at x and y = `lower` and `upper` [m] that end at height `top` [m].

    Rows are inward normal (3), offset [m], top [m], friction and rolling friction, shape (4, 7).
    """
    rows = []
    for axis in range(2):
        for sign, offset in ((1.0, lower[axis]), (-1.0, -upper[axis])):
            normal = np.zeros(3)
            normal[axis] = sign
            rows.append([*normal, offset, top, friction, rolling])
    return np.array(rows, float)


def floor_wall(height: float, friction: float, rolling: float) -> FloatArray:
    """One level wall facing up at z = `height` [m], as a row of `box_walls`, shape (1, 7)."""
    return np.array([[0.0, 0.0, 1.0, height, inf, friction, rolling]])
