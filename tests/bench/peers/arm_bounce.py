"""The craft with its sprung arm landing on bare rock: ours, and the closed form of two masses.

Attitude control off, a uniform outward acceleration in place of the field (P's
rotation left out).  What MuJoCo makes of the same craft: craft_mujoco.py.
"""

from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
from scipy.linalg import expm
from scipy.spatial.transform import Rotation

from sampling_sim import load_experiment
from sampling_sim.asteroid.site import load_site
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.brush_wheels import BrushWheelsParameters
from sampling_sim.mechanism.craft import STOP_RATIO, CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.world.compliant import damping_ratio
from sampling_sim.world.settings import EngineParameters
from sampling_sim.world.world import World

EXPERIMENT = Path(__file__).parents[3] / "experiments" / "touch_and_go.toml"
ROCK, RESTITUTION = 1e5, 0.5
"""[N/m] and [1], the package's defaults for bedrock."""
GAP = 1e-3
"""[m] of the lowest point above the rock at the start; chosen."""
BOXCAR = 0.01
"""[s] over which forces are averaged, as in the outcome `peak_force`."""

KNOCK = 0.1
"""[s] from first touch within which the head is at its fastest off the rock; t_c is 0.05 s."""


@dataclass(frozen=True, kw_only=True)
class Landing:
    """One way of coming down."""

    speed: float
    """[m/s]."""
    lateral: float = 0.0
    """[m/s] along x."""
    friction: float = 0.0
    """[1] of the rock."""
    tilt: float = 0.0
    """[rad] of the whole craft about x."""
    stiffness: float = 500.0
    """[N/m] of the arm; the package's default."""
    damping: float = 120.0
    """[N·s/m] of the arm; the package's default."""
    wings: float = 0.0
    """[1/s] frequency of the wings, 0 for rigid ones."""
    flap: float = 0.3
    """[kg] of the flap, parked beside the head: the package's default."""
    duration: float = 9.0
    """[s]."""

    @property
    def craft(self) -> CraftParameters:
        """Parameters of the craft."""
        return CraftParameters(
            arm_stiffness=self.stiffness, arm_damping=self.damping, wing_frequency=self.wings
        )

    @property
    def design(self) -> Design:
        """Brush-wheel craft with the arm's spring."""
        return design_of(self.craft, BrushWheelsParameters(flap_mass=self.flap))

    @property
    def rotation(self) -> np.ndarray:
        """Axes of the craft in P, shape (3, 3)."""
        return Rotation.from_euler("x", self.tilt).as_matrix()

    @property
    def height(self) -> float:
        """[m] of the bus's centre at the start, its joints at zero."""
        links = self.design.links
        corners = [
            np.array(link.position) - links[0].position + shape.corners()
            for link in links
            for shape in link.ground_shapes
        ]
        return GAP - float((np.vstack(corners) @ self.rotation.T)[:, 2].min())


@cache
def outward() -> float:
    """Acceleration [m/s²] along the normal at the site of the touch-and-go example."""
    case = load_experiment(EXPERIMENT).case(0)
    return float(load_site(case.asteroid, case.site).field.effective_acceleration[2])


@dataclass(frozen=True)
class Track:
    """What a landing looks like, one row a step."""

    step: float
    """[s]."""
    force: np.ndarray
    """[N] of the rock upward, mean of the step or as of its start."""
    arm: np.ndarray
    """[m] slide of the arm, positive when pushed in."""
    speed: np.ndarray
    """[m/s] of the craft's centre of mass upward."""
    head: np.ndarray
    """[m/s] of the head's centre of mass upward."""
    along: np.ndarray | None = None
    """[m] of the middle of the head's rim along x."""

    def measures(self) -> dict[str, float]:
        """Figures of the landing."""
        touching = np.flatnonzero(self.force > 0.0)
        count = max(1, round(BOXCAR / self.step))
        boxcar = np.convolve(self.force, np.full(count, 1.0 / count))
        knock = slice(touching[0], touching[0] + round(KNOCK / self.step))
        return {
            "peak force [N]": float(boxcar.max()),
            "impulse [N·s]": float(self.force.sum() * self.step),
            "arm stroke [m]": float(self.arm.max()),
            "head off its first knock [m/s]": float(self.head[knock].max()),
            "first to last touch [s]": float((touching[-1] - touching[0] + 1) * self.step),
            "craft's rebound [m/s]": float(self.speed[-1]),
        }


def in_ours(landing: Landing, step: float) -> Track:
    """Fly the landing in our world."""
    design = landing.design
    settings = EngineParameters(
        contact_step=step, exchange_step=step, control_step=step,
        bedrock_friction=landing.friction,
        bedrock_stiffness=ROCK, bedrock_restitution=RESTITUTION,
    )  # fmt: skip
    rows, foot = [], design.reference_points.mean(axis=0)
    arm, total = design.joint_index("arm"), design.mass.sum()
    weight = design.mass[:, None] * np.array([0.0, 0.0, outward()])
    with World(design, settings, bedrock_depth=0.0) as world:
        world.set_base(
            np.array([0.0, 0.0, landing.height]), landing.rotation,
            np.array([landing.lateral, 0.0, -landing.speed]), np.zeros(3),
        )  # fmt: skip
        for _ in range(round(landing.duration / step)):
            world.apply(weight, np.zeros_like(weight))
            world.step()
            state = world.state()
            rows.append(
                (
                    world.contacts().force[:, 2].sum(),
                    state.joint_position[arm],
                    design.mass @ state.velocity[:, 2] / total,
                    state.velocity[design.head, 2],
                    state.place(design.head, foot)[0, 0],
                )
            )
    return Track(step, *np.array(rows).T)


def rock_damping(mass: float) -> float:
    """Dashpot [N·s/m] of the rock on a mass [kg], in the limit of short steps."""
    return 2.0 * damping_ratio(RESTITUTION) * sqrt(ROCK * mass)


def in_closed_form(landing: Landing, step: float = 1e-4) -> Track:
    """Two masses, upper craft and all that slides with the arm, level, wings rigid.

    Linear in each phase (touch or not, stop or not), so exact there: x′ = A x + b by the matrix
    exponential, the phase's end found by halving the step.
    """
    craft, design = landing.craft, landing.design
    low = float(design.mass[design.carried_by(design.link_index("arm"))].sum())
    high = float(design.mass.sum()) - low
    law = (high, low, craft, rock_damping(low))
    state = np.array([GAP, GAP, -landing.speed, -landing.speed, 1.0])
    rows, kept = [], {}
    for _ in range(round(landing.duration / step)):
        left, phase = step, _phase(state, law)
        while left > 0.0:
            span, trial = left, _moved(state, phase, law, left, kept)
            while _phase(trial, law) != phase and span > 1e-9:
                span *= 0.5
                trial = _moved(state, phase, law, span, kept)
            state, left = trial, left - span
            phase = _phase(state, law)
        force = _rock_force(state, law) if phase[0] else 0.0
        speed = (high * state[2] + low * state[3]) / (high + low)
        rows.append((force, state[1] - state[0], speed, state[3]))
    return Track(step, *np.array(rows).T)


def _phase(state, law):
    """Whether the rock pushes, and on which side the arm is past its stroke."""
    stretch, stroke = state[1] - state[0], law[2].arm_stroke
    return _rock_force(state, law) > 0.0 and state[1] < 0.0, int(stretch > stroke)


def _rock_force(state, law):
    return -ROCK * state[1] - law[3] * state[3]


def _moved(state, phase, law, span, kept):
    """State after `span` [s] of one phase."""
    key = (phase, span)
    if key not in kept:
        kept[key] = expm(_rates(phase, law) * span)
    return kept[key] @ state


def _rates(phase, law):
    """Rates of (z_high, z_low, their speeds, 1); heights from arm at zero, low touching at 0."""
    high, low, craft, damping = law
    push = np.zeros(5)  # of the arm: up on the high mass, down on the low one
    push[:4] = [-craft.arm_stiffness, craft.arm_stiffness, -craft.arm_damping, craft.arm_damping]
    if phase[1]:
        stop = STOP_RATIO * craft.arm_stiffness
        push += stop * np.array([-1.0, 1.0, 0.0, 0.0, -craft.arm_stroke])
    rock = np.array([0.0, -ROCK, 0.0, -damping, 0.0]) if phase[0] else np.zeros(5)
    rates = np.zeros((5, 5))
    rates[0, 2] = rates[1, 3] = 1.0
    rates[2], rates[3] = push / high, (rock - push) / low
    rates[2:4, 4] += outward()
    return rates
