"""A projectile fired into the ground, and its ejecta on their way up the horn to the catcher.

The shot itself is a law (`ejecta.py`): only what is launched within the horn's mouth can enter, as
ejecta fly outwards; it is split into equal parcels that fly and bounce in the moving horn
(`horn_flight.py`).  Caught mass counts as collected; the rest of what the law launches escapes.

The head gets the recoil of firing, m U along its axis over 2 L/U, and of every parcel that bounces
or is caught; what it gets and what the parcels lose are equal to round-off.  Left out: the grains
of the bed are neither thrown nor dug away by the shot, escaping parcels are not followed, caught
mass does not load the head, and the projectile is not taken off its mass.  Frame P, SI.
"""

import numpy as np

from sampling_sim.constants import FloatArray
from sampling_sim.effects.effect import Ground, Loads
from sampling_sim.effects.ejecta import MATERIALS, Impact, Target
from sampling_sim.effects.horn_flight import Fate, Horn, Parcels, fly
from sampling_sim.mechanism.base import Action, Design
from sampling_sim.mechanism.projectile_horn import Projectile, ProjectileHornParameters
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.rng import Stream, generator
from sampling_sim.world.world import WorldState

POURED = 0.55
"""Packing fraction of a bed that asks for none; chosen: those measured (0.53 to 0.57)."""


def target_of(
    sampler: ProjectileHornParameters, regolith: RegolithParameters, inward: float
) -> Target:
    """Target of the shot: the bed with its own strength, or the rock of the scaling.

    `inward` [m/s²] is the effective acceleration towards the ground.
    """
    if regolith.surface == "rock":
        rock = MATERIALS[sampler.rock_target]
        return Target(material=rock, density=rock.density, strength=rock.strength, inward=inward)
    packing = regolith.packing_fraction or POURED
    return Target(
        material=MATERIALS[sampler.grain_target],
        density=packing * regolith.grain_density,
        strength=regolith.strength,
        inward=inward,
    )


class ProjectileShot:
    """Fires, flies the ejecta, and keeps what is caught."""

    is_ground = False

    def __init__(
        self, design: Design, data: Projectile, regolith: RegolithParameters, inward: float
    ) -> None:
        p = data.sampler
        self._data, self._links = data, len(design.links)
        self._target = target_of(p, regolith, inward)
        self._horn = Horn(
            mouth=data.mouth,
            throat=data.throat,
            mouth_radius=0.5 * p.mouth_diameter,
            throat_radius=0.5 * p.throat_diameter,
            restitution=p.parcel_restitution,
            friction_coefficient=p.parcel_friction,
            scatter=p.parcel_scatter,
        )
        self._is_on = False
        self._waited = 0.0
        self._next_shot = p.projectile_delay
        self._recoil_left = 0.0
        self._rng = generator(p.ejecta_seed, 0, Stream.MECHANISM, "ejecta")
        self.shots_fired = 0
        self.position: FloatArray = np.zeros((0, 3))
        """[m] of the parcels in flight, shape (n, 3)."""
        self.velocity: FloatArray = np.zeros((0, 3))
        """[m/s] of the same."""
        self.spin: FloatArray = np.zeros((0, 3))
        """[m/s] angular velocity times radius of the same."""
        self.mass: FloatArray = np.zeros(0)
        """[kg] of the same."""
        self.launched = self.caught = self.escaping = 0.0
        """[kg] launched so far; of it caught, and lost to the outside."""
        self.given: FloatArray = np.zeros(3)
        """[N·s] given to the head so far, shape (3,)."""

    def command(self, action: Action) -> None:
        """Start and stop the sampler: the clock of the shots runs while it is on."""
        if action in {Action.SAMPLER_ON, Action.SAMPLER_OFF}:
            self._is_on = action is Action.SAMPLER_ON

    def act(self, state: WorldState, ground: Ground, step: float) -> Loads | None:  # noqa: ARG002
        """Fire when it is time, fly the parcels for one exchange, load the head."""
        if self._is_on:
            if self._is_due():
                self._fire(state)
            self._waited += step
        if self._recoil_left == 0.0 and not len(self.mass):
            return None
        force, torque = np.zeros((self._links, 3)), np.zeros((self._links, 3))
        impulse, moment = self._fly(state, step)
        impulse = impulse + self._recoil(step) * state.rotation[self._data.link][:, 2]
        self.given = self.given + impulse
        force[self._data.link], torque[self._data.link] = impulse / step, moment / step
        return force, torque

    def measures(self) -> dict[str, float]:
        """Caught mass, which is collected, and mass launched that went elsewhere [kg]."""
        return {"caught_mass": self.caught, "ejecta_escaping": self.escaping}

    # --- the shot ---------------------------------------------------------------------------------

    def _is_due(self) -> bool:
        return self.shots_fired < self._data.sampler.shots and self._waited >= self._next_shot

    def _fire(self, state: WorldState) -> None:
        """Fire one projectile: recoil to come, and parcels in the mouth."""
        p = self._data.sampler
        turn = state.rotation[self._data.link]
        impact = Impact(
            mass=p.projectile_mass,
            speed=p.projectile_speed * abs(float(turn[2, 2])),
            projectile_density=p.projectile_density,
            target=self._target,
        )
        self.shots_fired += 1
        self._next_shot += p.shot_interval
        self._recoil_left += p.projectile_mass * p.projectile_speed
        total, reach = impact.launched_mass(impact.outermost), self._horn.mouth_radius
        inside = impact.launched_mass(reach)
        self.launched += total
        self.escaping += total - inside
        if inside > 0.0:
            self._launch(
                state, *launched_parcels(impact, p, reach, self._rng), inside / p.parcel_count
            )

    def _launch(
        self, state: WorldState, offset: FloatArray, velocity: FloatArray, mass: float
    ) -> None:
        """Put parcels into the mouth that enter it; those that miss it escape.

        They start on the ground's mean surface, z = 0, under the mouth, or in its plane where
        that is lower, and reach that plane along straight lines.
        """
        link, horn = self._data.link, self._horn
        mouth, axis = state.place(link, np.array([0.0, 0.0, horn.mouth]))[0], state.rotation[link]
        above = max(0.0, float(mouth[2])) / float(axis[2, 2])
        start = mouth - above * axis[:, 2] + offset
        local, relative = self._in_head(state, start, velocity)
        rises = relative[:, 2] > 0.0
        way = np.divide(
            horn.mouth - local[:, 2], relative[:, 2], out=np.zeros(len(local)), where=rises
        )
        local = local + relative * way[:, None]
        enters = rises & (np.hypot(local[:, 0], local[:, 1]) < horn.mouth_radius)
        self.escaping += mass * float((~enters).sum())
        self.position = np.concatenate([self.position, state.place(link, local[enters])])
        self.velocity = np.concatenate([self.velocity, velocity[enters]])
        self.spin = np.concatenate([self.spin, np.zeros((int(enters.sum()), 3))])
        self.mass = np.concatenate([self.mass, np.full(int(enters.sum()), mass)])

    def _recoil(self, step: float) -> float:
        """Impulse [N·s] of firing in this exchange: m U over 2 L/U, evenly."""
        p = self._data.sampler
        whole = p.projectile_mass * p.projectile_speed
        given = min(self._recoil_left, whole * step / p.recoil_time)
        self._recoil_left -= given
        return given

    # --- the flight -------------------------------------------------------------------------------

    def _fly(self, state: WorldState, step: float) -> tuple[FloatArray, FloatArray]:
        """Advance the parcels; impulse and moment about its centre that the head gets, in P."""
        if not len(self.mass):
            return np.zeros(3), np.zeros(3)
        link = self._data.link
        local, relative = self._in_head(state, self.position, self.velocity)
        shut = state.joint_position[self._data.lid_joint] > 0.5 * self._data.lid_travel
        turn = state.rotation[link]
        before = Parcels(local, relative, self.spin @ turn, self.mass)
        done = fly(self._horn, before, step, self._rng, shut=bool(shut))
        after = done.parcels
        carried = self.velocity - relative @ turn.T
        # a parcel that meets nothing keeps its velocity in P exactly
        self.position = self.position + (after.position - local) @ turn.T + step * carried
        self.velocity = self.velocity + (after.velocity - relative) @ turn.T
        self.caught += float(self.mass[done.fate == Fate.CAUGHT].sum())
        self.escaping += float(self.mass[done.fate == Fate.LOST].sum())
        stays = done.fate == Fate.FLYING
        self.position, self.velocity = self.position[stays], self.velocity[stays]
        self.spin, self.mass = (after.spin @ turn.T)[stays], self.mass[stays]
        return turn @ done.impulse, turn @ done.moment

    def _in_head(
        self, state: WorldState, position: FloatArray, velocity: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Places [m] and velocities [m/s] relative to the head's own points, in its frame."""
        link = self._data.link
        arm = position - state.position[link]
        carried = state.velocity[link] + np.cross(state.angular_velocity[link], arm)
        turn = state.rotation[link]
        return arm @ turn, (velocity - carried) @ turn


def launched_parcels(
    impact: Impact, p: ProjectileHornParameters, reach: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Equal parcels of what is launched within `reach` [m]: offsets [m] and velocities [m/s] in P.

    Shapes (n, 3).  None is faster than the projectile: nearest to it the law, with a projectile so
    dense, would have it so (a thousandth of the mass).
    """
    distance = impact.launch_distances(rng.random(p.parcel_count), reach)
    azimuth = 2.0 * np.pi * rng.random(p.parcel_count)
    angle = p.launch_angle + p.launch_spread * rng.standard_normal(p.parcel_count)
    angle = np.clip(angle, 0.05, 0.5 * np.pi)
    speed = np.minimum(impact.launch_speed(distance), impact.speed)
    out = np.column_stack([np.cos(azimuth), np.sin(azimuth), np.zeros(p.parcel_count)])
    up = np.array([0.0, 0.0, 1.0])
    velocity = speed[:, None] * (np.cos(angle)[:, None] * out + np.sin(angle)[:, None] * up)
    return distance[:, None] * out, velocity
