"""`GrainSolver`: the bed in motion, under the site's field and the moving parts of a tool.

Arrays a user sees are in the bed's order and in frame P; inside, grains are sorted in space.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.constants import BoolArray, FloatArray, IntArray
from sampling_sim.errors import ConfigError, DivergenceError
from sampling_sim.regolith import assembly, clumps, pair_forces, tools
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.bodies import Bodies
from sampling_sim.regolith.cells import spatial_order
from sampling_sim.regolith.clump_motion import place_members
from sampling_sim.regolith.kicks import add_velocity
from sampling_sim.regolith.laws.choice import cohesion_law_of, normal_law_of
from sampling_sim.regolith.overlaps import (
    OverlapStatistics,
    joined,
    overlap_statistics,
    refuse_overlaps,
)
from sampling_sim.regolith.plates import Plates, plates_of
from sampling_sim.regolith.primitives import LinkMotion, Primitive, ToolLoads
from sampling_sim.regolith.rim import Rim, rim_drag
from sampling_sim.regolith.solver_state import filled, flat, touching
from sampling_sim.regolith.step_criterion import StepLimit, longest_step, shortest, stable_step
from sampling_sim.regolith.step_demand import contact_limits, tool_limits, way_limits
from sampling_sim.regolith.stepping import (
    END,
    FASTEST,
    LISTS,
    look_after_sleep,
    middle_of,
    new_lists,
    new_tool_lists,
    steps_of,
    wake,
)

SKIN = 0.5
"""Skin of the neighbour list over the smallest diameter; chosen: flat optimum of a bed stirred at
0.5 m/s (of 0.15, 0.3, 0.5 and 0.8)."""

MOTION = "motion."
"""Prefix of the links' last motion in a solver's state."""

LINK_ALLOWANCE = 0.3
"""Motion of a link before its list is made anew, over the smallest diameter; chosen: flat optimum,
not scanned since the skin was 0.15."""


class GrainSolver:
    """Soft-sphere discrete elements for one bed.

    Parameters
    ----------
    bed
        Where the grains start, at rest, with the springs between them.
    field
        Gravity and rotation at the site.
    primitives
        Tool surfaces; their links' motion comes with each `advance`.
    contact_step
        Time step [s], at most `stable_step(bed.parameters)`; may be set anew between two calls of
        `advance`, to at most `longest_step`.
    walls
        Rows of `box_walls`; the bed's own box if not given, none if empty.
    period
        Periods along x and y [m], the bed's own if not given: nearest images meet, and when lists
        are made positions are wrapped to half a period about the tools (the origin without any),
        which so meet the nearest images while they are narrower than a period less two grains.
    active_region
        Leave grains at rest out of the step (`activity.py`); all sleep at the start.
    rim
        Width [m] and drag [1/s] of a rim along the sides of the bed's box (`rim.py`).
    """

    def __init__(
        self,
        bed: Bed,
        field: SiteField,
        *,
        primitives: Sequence[Primitive] = (),
        contact_step: float,
        walls: FloatArray | None = None,
        period: tuple[float, float] | None = None,
        active_region: bool = False,
        rim: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        longest = stable_step(bed.parameters)
        if not 0.0 < contact_step <= longest:
            allowed = f"above 0 and at most {longest:.3g} s for these grains and this stiffness"
            raise ConfigError("engine.contact_step", contact_step, allowed)
        self._contact_step = contact_step
        self.time = 0.0
        """[s] advanced so far."""
        self.drag = 0.0
        """[1/s] artificial drag, for the preparation of beds only."""
        self._parameters = bed.parameters
        self._skin = SKIN * bed.parameters.diameter_min
        self._order = spatial_order(bed.position, 2.0 * bed.radius.max() + self._skin)
        self._rank = np.argsort(self._order)
        half = 0.5 * bed.parameters.width_x, 0.5 * bed.parameters.width_y
        self._rim = Rim(*half, *rim)
        self._material = assembly.material_of(bed)
        self._grains = assembly.grains_of(bed, self._order)
        margin = self._skin + self._material.reach
        self._cells = assembly.cells_of(bed, margin, bed.period if period is None else period)
        self._walls = assembly.walls_of(bed.walls if walls is None else walls)
        self._site_field, self._field = field, assembly.field_of(field)
        self._clumps = assembly.rigid_clumps_of(bed, self._rank, self._field.spin)
        self._body, self._mass = bed.body, bed.mass
        self._body_mass, self._body_diameter = bed.body_mass, bed.body_diameter
        self._region = assembly.region_of(bed, self._grains, self._field, active_region)
        self._lists = assembly.lists_of(bed, self._rank, self._grains, self._region)
        self._primitives = tuple(primitives)
        self._motion: LinkMotion | None = None
        self._tools = tools.tools_of(primitives)
        self._link_count = 1 + max((p.link for p in primitives), default=-1)
        self._tool_pairs = tools.no_tool_pairs(len(primitives), self._link_count)
        self._plates = plates_of((), self._rank)
        self._statistics = np.zeros(pair_forces.SLOTS)
        self._taken = np.zeros(pair_forces.SLOTS)
        self.rebuilds = 0
        """How often the neighbour lists were made."""
        self._steps = steps_of(
            int(normal_law_of(bed.parameters.normal_law)),
            int(cohesion_law_of(bed.parameters.cohesion_law)),
            bed.parameters.twisting_friction > 0.0,
        )

    @property
    def contact_step(self) -> float:
        """Time step [s]; may be changed between calls, up to `longest_step`."""
        return self._contact_step

    @contact_step.setter
    def contact_step(self, step: float) -> None:
        longest = longest_step(self._parameters)
        if not 0.0 < step <= longest * (1.0 + 1e-9):  # round-off of an exchange over a count
            allowed = f"above 0 and at most {longest:.3g} s for these grains and this stiffness"
            raise ConfigError("engine.contact_step", step, allowed)
        if step != self._contact_step:
            # motions were predicted for half an old step ahead
            motion, predicted = self._grains.motion, self._grains.predicted
            predicted[:] = motion + step / self._contact_step * (predicted - motion)
            self._contact_step = step

    def step_limit(self) -> StepLimit:
        """Limit of the contact step now, from overlaps since the last look and from speeds.

        Overlaps get the headroom of `step_demand`, and are at least those of impacts at the speeds
        of now; tools count where they are in reach of a grain.
        """
        seen = overlap_statistics(self._statistics)
        self._taken, self._statistics[:] = joined(self._taken, self._statistics), 0.0
        fastest, way = self.fastest_speed, FASTEST * self._skin
        limits = contact_limits(self._parameters, seen, fastest) + way_limits(way, fastest, "grain")
        if self._motion is not None and self._tool_pairs.grain.size:
            limits += tool_limits(self._parameters, self._primitives, self._motion, fastest, way)
        return shortest(*limits)

    @property
    def fastest_speed(self) -> float:
        """Speed [m/s] of the fastest grain."""
        return float(np.sqrt((self._grains.motion[:, :3] ** 2).sum(1).max(initial=0.0)))

    @property
    def field(self) -> SiteField:
        """Gravity and rotation the grains feel; may be changed between calls."""
        return self._site_field

    @field.setter
    def field(self, field: SiteField) -> None:
        turning = clumps.angular_velocity(self._clumps, self._field.spin)
        self._site_field, self._field = field, assembly.field_of(field)
        clumps.set_rotation(self._clumps, turning, self._field.spin)
        self._region.clock[0] = 0.0
        if (self._region.free & ~self._region.awake).any():
            self._region.awake[:] = self._region.awake | self._region.free
            self._region.rested[:] = False
            self._region.clock[1] = 1.0  # the lists are anew

    def advance(self, motion: LinkMotion | None, steps: int) -> ToolLoads:
        """Advance by `steps` contact steps while the links move as `motion` says.

        Without `motion` the tools are absent, and their contacts forgotten.
        """
        self._motion = motion
        active, links = self._tools, assembly.links_of(motion)
        if motion is None:
            active = tools.tools_of(())
            self._tool_pairs = tools.no_tool_pairs(0, 0)
        elif self._tool_pairs.position.shape != links.position.shape:
            self._tool_pairs = tools.no_tool_pairs(active.kind.size, len(links.position))
        self._take_steps(steps, active, links)
        self.time += steps * self.contact_step
        if not np.isfinite(self._grains.motion.sum()):
            msg = f"a grain's motion is not finite at {self.time:.6g} s: reduce engine.contact_step"
            raise DivergenceError(msg)
        count = len(links.load) if motion is not None else self._link_count
        load = links.load / steps if motion is not None else np.zeros((count, 6))
        rates = np.hstack([links.velocity, links.angular_velocity])
        work = -(load * rates).sum(1) * steps * self.contact_step if motion else np.zeros(count)
        return ToolLoads(load[:, :3].copy(), load[:, 3:].copy(), work)

    def _take_steps(self, steps: int, surfaces: tools.Tools, links: tools.Links) -> None:
        """Take the steps of an interval, lists made anew where the loop asks for them."""
        dt, field = self.contact_step, self._field._replace(drag=self.drag)
        allowance = LINK_ALLOWANCE * self._parameters.diameter_min
        first, moved, stop = 0, -1.0, LISTS
        while stop != END:
            first, moved, stop = self._steps(
                self._grains, self._clumps, self._lists, self._walls, self._region, surfaces,
                self._tool_pairs, links, self._plates, self._material, field, self._cells,
                self._statistics, dt, steps, self._skin, allowance, first, moved,
            )  # fmt: skip
            is_periodic = self._cells.period[0] > 0.0
            if stop == LISTS or (is_periodic and stop != END):
                if is_periodic:
                    middle = tools.middle_of_tools(links, surfaces)
                    self._cells.low[:2] = middle[:2] - 0.5 * self._cells.period[:2]
                self._lists, self._walls = new_lists(
                    self._grains, self._clumps, self._lists, self._walls, self._region,
                    self._material, self._cells, self._skin,
                )  # fmt: skip
                self._grains.drag[:] = rim_drag(self._grains.position, self._rim)
                self.rebuilds, moved = self.rebuilds + 1, 0.0
            if stop != END and surfaces.kind.size:
                # a grain may go from half a skin behind its reference to half a skin ahead
                self._tool_pairs = new_tool_lists(
                    self._grains, self._clumps, self._region, surfaces, self._tool_pairs, links,
                    self._cells, middle_of(first, steps, dt), self._skin + allowance,
                )  # fmt: skip
        if self._region.is_on:
            look_after_sleep(
                self._grains, self._clumps, self._region, self._lists.contacts, self._tool_pairs,
                field, self._cells, dt, steps,
            )  # fmt: skip
        self._grains.load[:] = 0.0

    @property
    def bodies(self) -> Bodies:
        """What a grain is to the rest of the package: clumps, and spheres on their own."""
        alone = self._clumps.member.size
        turning = clumps.angular_velocity(self._clumps, self._field.spin)
        return Bodies(
            np.vstack([self._clumps.position, self.position[alone:]]),
            np.vstack([self._clumps.velocity, self.velocity[alone:]]),
            np.vstack([turning, self.angular_velocity[alone:]]),
            self._body_mass,
            self._body_diameter,
        )

    @property
    def attitude(self) -> FloatArray:
        """Quaternions x, y, z, w, body → P, of the clumps, shape (c, 4)."""
        return self._clumps.attitude.copy()

    @property
    def position(self) -> FloatArray:
        """Centres [m], shape (n, 3)."""
        return self._grains.position[self._rank, :3]

    @property
    def radius(self) -> FloatArray:
        """Radii [m], shape (n,)."""
        return self._grains.position[self._rank, 3]

    @property
    def velocity(self) -> FloatArray:
        """Velocities [m/s], shape (n, 3)."""
        return self._grains.motion[self._rank, :3]

    @property
    def angular_velocity(self) -> FloatArray:
        """Angular velocities relative to P [rad/s], shape (n, 3)."""
        return self._grains.motion[self._rank, 3:]

    @property
    def mass(self) -> FloatArray:
        """Masses of the spheres [kg], of fixed ones too, of a clump's its share; shape (n,)."""
        return self._mass.copy()

    @property
    def fixed(self) -> BoolArray:
        """Grains glued to the body, shape (n,)."""
        return self._grains.inverse[self._rank, 0] == 0.0

    def set_motion(self, velocity: FloatArray, angular_velocity: FloatArray | float = 0.0) -> None:
        """Set velocities [m/s] and angular velocities [rad/s] of the free bodies, (b, 3), awake."""
        turning = np.broadcast_to(angular_velocity, np.shape(velocity))
        motion = np.hstack([velocity, turning])[self._body]
        motion[self.fixed] = 0.0
        self._grains.motion[:] = motion[self._order]
        self._grains.predicted[:] = self._grains.motion
        if self._region.is_on:
            moves = self._region.free & (self._grains.motion != 0.0).any(1)
            wake(self._grains, self._clumps, self._region, moves, self._cells)
        self._region.clock[1] = 1.0
        rigid, free = self._clumps, self._clumps.inverse_mass > 0.0
        if not free.any():
            return
        rigid.velocity[free] = np.asarray(velocity)[: len(free)][free]
        clumps.set_rotation(rigid, turning[: len(free)] * free[:, None], self._field.spin)
        rigid.rate[:] = 0.0
        place_members(rigid, self._grains, self._region.free, self._field, self._cells.period, 0.0)

    def kick(self, impulse: FloatArray) -> None:
        """Give the free bodies impulses [N·s] through their centres of mass, shape (b, 3)."""
        parts = self._grains, self._clumps, self._region, self._cells
        add_velocity(*parts, impulse / self._body_mass[:, None], self._body[self._order])

    def hold(self, groups: Sequence[IntArray]) -> Plates:
        """Make plates of groups of fixed grains; the result is live, see `Plates`."""
        self._plates = plates_of(groups, self._rank)
        return self._plates

    def kinetic_energy(self) -> float:
        """Energy [J] of translation and rotation relative to P."""
        bodies, count = self.bodies, len(self._clumps.position)
        squares = 0.1 * bodies.mass * bodies.diameter**2 * (bodies.angular_velocity**2).sum(1)
        turn = clumps.rotation_matrices(self._clumps.attitude)
        body = np.einsum("cji,cj->ci", turn, bodies.angular_velocity[:count])
        squares[:count] = (self._clumps.inertia * body**2).sum(1)
        return float(0.5 * (bodies.mass * (bodies.velocity**2).sum(1) + squares).sum())

    def momentum(self) -> FloatArray:
        """Linear momentum of the free bodies in P [kg m/s], shape (3,)."""
        bodies = self.bodies
        return bodies.mass @ bodies.velocity

    def contacts(self) -> tuple[IntArray, FloatArray, FloatArray]:
        """Touching pairs (c, 2), their tangential and their rolling springs [N], (c, 3) each."""
        parts = [touching(part) for part in (self._lists.contacts, self._lists.dormant)]
        first, second, springs = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        pairs = np.column_stack([self._order[first], self._order[second]])
        return pairs, springs[:, :3].copy(), springs[:, 3:].copy()

    @property
    def awake(self) -> BoolArray:
        """Free grains that are not left out of the step, shape (n,)."""
        return self._region.awake[self._rank]

    @property
    def overlaps(self) -> OverlapStatistics:
        """Overlaps since the solver was made."""
        return overlap_statistics(joined(self._taken, self._statistics))

    def check_overlaps(
        self, *, grain_mean: float, grain_peak: float, tool: float, fixed: float
    ) -> None:
        """Refuse overlaps above the limits given, and grains too fast for the step.

        Raises
        ------
        DivergenceError
            Names the parameter to change.
        """
        refuse_overlaps(self.overlaps, (grain_mean, grain_peak, tool, fixed))
        fastest = self.fastest_speed
        if fastest * self.contact_step > FASTEST * self._skin:
            msg = f"a grain moves at {fastest:.3g} m/s: shorten engine.contact_step"
            raise DivergenceError(msg)

    def state(self) -> dict[str, FloatArray]:
        """All that changes but plates, as arrays: `restore` continues from it bit for bit."""
        clock = np.array([self.time, self.drag, self._contact_step])
        overlaps = np.array([self._statistics, self._taken])
        arrays = flat(self._parts()) | {"overlaps": overlaps, "clock": clock}
        if self._motion is not None:  # the limit of the next step asks for it
            arrays |= {MOTION + key: np.asarray(value) for key, value in vars(self._motion).items()}
        return {key: value.copy() for key, value in arrays.items()}

    def restore(self, state: dict[str, FloatArray]) -> None:
        """Continue from what `state` gave, in a solver made for the same bed, field and tools."""
        parts = filled(self._parts(), state)
        (
            self._grains, self._clumps, self._lists, self._walls, self._region, self._tool_pairs,
        ) = parts.values()  # fmt: skip
        motion = {k.removeprefix(MOTION): v for k, v in state.items() if k.startswith(MOTION)}
        self._motion = LinkMotion(**motion) if motion else None
        self._statistics[:], self._taken[:] = state["overlaps"]
        self.time, self.drag, self._contact_step = (float(value) for value in state["clock"])

    def _parts(self) -> dict[str, Any]:
        return {
            "grains": self._grains,
            "clumps": self._clumps,
            "lists": self._lists,
            "walls": self._walls,
            "region": self._region,
            "tools": self._tool_pairs,
        }
