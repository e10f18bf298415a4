"""Grains against moving surfaces: impulses, work, restitution alike on every primitive."""

import numpy as np
import pytest
from grain_cases import NO_FIELD, loose_grains, still, surface

from sampling_sim.frames import rotation_from_vector
from sampling_sim.regolith.primitives import LinkMotion, PrimitiveKind

STEP = 2e-5


def bounce(primitive, start, velocity, steps=4000):
    """Rebound of one grain of 20 mm off a primitive at rest."""
    solver = loose_grains(
        [start], 0.01, velocity=[velocity], step=STEP, primitives=[primitive], restitution=0.9
    )
    solver.advance(still(), steps)
    return solver


SURFACES = {
    "plate": (PrimitiveKind.PLATE, (0.1, 0.1, 0.002), 0.002),
    "box": (PrimitiveKind.BOX, (0.1, 0.1, 0.03), 0.03),
    "cap": (PrimitiveKind.CYLINDER, (0.1, 0.03, 0.0), 0.03),
}


@pytest.mark.parametrize("restitution", [0.2, 0.5, 0.8])
def test_a_grain_rebounds_alike_from_plate_box_and_cylinder(restitution):
    """The tool's own e within 1 %, the same on every surface (DEM-Engine #73)."""
    speeds = []
    for kind, size, height in SURFACES.values():
        primitive = surface(kind, size, restitution=restitution)
        solver = bounce(primitive, [0.0, 0.0, height + 0.0101], [0, 0, -0.1])
        speeds.append(solver.velocity[0, 2])
    side = surface(PrimitiveKind.CYLINDER, (0.03, 0.1, 0.0), restitution=restitution)
    speeds.append(bounce(side, [0.0401, 0, 0], [-0.1, 0, 0]).velocity[0, 0])
    assert speeds[0] == pytest.approx(0.1 * restitution, rel=0.01)
    assert np.ptp(speeds) < 1e-9


def test_the_edge_of_a_plate_throws_along_the_line_of_centres():
    """Off the edge a grain leaves in the direction from the closest point."""
    primitive = surface(size=(0.05, 0.05, 0.002), friction_coefficient=0.0)
    solver = bounce(primitive, [0.05 + 0.0121 * 0.6, 0, 0.0121 * 0.8], [-0.06, 0, -0.08])
    direction = solver.velocity[0] / np.linalg.norm(solver.velocity[0])
    assert direction == pytest.approx([0.6, 0.0, 0.8], abs=2e-3)  # the centre moves by δ/r


def shaken(steps_per_call):
    """Shake a cloud of grains between a moving plate and a turning cylinder on two links."""
    rng = np.random.default_rng(3)
    grid = np.stack(np.meshgrid(*[np.arange(4) * 0.022] * 3), -1).reshape(-1, 3)
    position = grid - grid.mean(0) + rng.normal(0, 1e-4, grid.shape)
    primitives = [
        surface(size=(0.06, 0.06, 0.002), position=(0.0, 0.0, 0.05)),
        surface(
            PrimitiveKind.CYLINDER, (0.03, 0.06, 0.0), link=1, bristle_stiffness=2e3,
            rotation=rotation_from_vector(np.array([np.pi / 2, 0, 0])),
        ),
    ]  # fmt: skip
    solver = loose_grains(
        position, 0.01, velocity=np.zeros((64, 3)), step=STEP, primitives=primitives
    )
    velocity = np.array([[0.0, 0.1, -0.4], [0.0, 0.0, 0.3]])
    spin = np.array([[0.3, 0.0, 0.2], [0.0, 8.0, 0.0]])
    centre = np.array([[0.01, 0.0, 0.03], [0.0, 0.0, -0.075]])
    turn = np.tile(np.eye(3), (2, 1, 1))
    total = np.zeros(8)
    for _ in range(1600 // steps_per_call):
        time = steps_per_call * STEP
        middle = centre + 0.5 * time * velocity
        half = np.array([rotation_from_vector(0.5 * time * w) for w in spin])
        motion = LinkMotion(middle, half @ turn, velocity, spin)
        loads = solver.advance(motion, steps_per_call)
        lever = np.cross(middle, loads.force) + loads.torque
        total[:3] += time * loads.force.sum(0)
        total[3:6] += time * lever.sum(0)
        total[6:] += loads.work
        centre, turn = middle + 0.5 * time * velocity, half @ half @ turn
    return solver, total


def test_impulses_on_links_and_grains_sum_to_zero_to_round_off():
    """Linear momentum for any number of steps a call, angular momentum step by step."""
    for steps in (1, 16):
        solver, total = shaken(steps)
        momentum = solver.momentum()
        scale = np.abs(solver.mass[:, None] * solver.velocity).sum()
        assert scale > 0.01  # they were thrown
        assert np.abs(momentum + total[:3]).max() / scale < 1e-12
    solver, total = shaken(1)
    spin = 0.4 * (solver.mass * solver.radius**2)[:, None] * solver.angular_velocity
    turning = (np.cross(solver.position, solver.mass[:, None] * solver.velocity) + spin).sum(0)
    assert np.abs(turning).max() / scale > 1e-3
    assert np.abs(turning + total[3:6]).max() / (scale * 0.1) < 1e-12


def test_work_of_the_links_is_the_energy_the_grains_take_up():
    """Elastic and frictionless: work = kinetic energy, to the second order of the step."""
    primitive = surface(restitution=1.0, friction_coefficient=0.0)
    solver = loose_grains(
        [[0.01, 0, 0.0121]], 0.01, velocity=[[0, 0, 0]], step=STEP, primitives=[primitive]
    )
    work, time, height = 0.0, 10 * STEP, 0.0
    velocity = np.array([[0.0, 0.0, 0.2]])
    for _ in range(60):
        height += time * 0.2
        middle = np.array([[0.0, 0.0, height - 0.5 * time * 0.2]])
        motion = LinkMotion(middle, np.eye(3)[None], velocity, np.zeros((1, 3)))
        work += solver.advance(motion, 10).work[0]
    assert solver.velocity[0, 2] == pytest.approx(0.4, rel=1e-3)
    assert work == pytest.approx(solver.kinetic_energy(), rel=1e-3)


@pytest.mark.parametrize("stiffness", [50.0, 1e3, 1e5])
def test_bristles_act_in_series_with_the_grain(stiffness):
    """A held grain pressed by D: K δ^1.5 = k (D − δ); overlap and deflection apart."""
    press, radius = 3e-4, 0.01
    primitive = surface(bristle_stiffness=stiffness)
    solver = loose_grains(
        [[0, 0, 0.012 - press]], radius, fixed=[True], step=STEP, primitives=[primitive]
    )
    force = -solver.advance(still(), 1).force[0, 2]
    overlap = solver.overlaps.peak_tool * radius
    modulus = 2e7 / (1 - 0.25**2)
    assert force == pytest.approx(4 / 3 * modulus * np.sqrt(radius) * overlap**1.5, rel=1e-9)
    assert force == pytest.approx(stiffness * (press - overlap), rel=1e-9)
    assert solver.overlaps.peak_bristle_deflection == pytest.approx(press - overlap, rel=1e-9)
    rigid = surface()
    hard = loose_grains(
        [[0, 0, 0.012 - press]], radius, fixed=[True], step=STEP, primitives=[rigid]
    )
    assert -hard.advance(still(), 1).force[0, 2] > 1.02 * force


@pytest.mark.parametrize("stiffness", [50.0, 1e3, 3e3, 1e5])
@pytest.mark.parametrize("restitution", [0.3, 0.7])
def test_bristles_keep_the_restitution(stiffness, restitution):
    """Within 2 %: the damping ratio between the two laws is interpolated, not calibrated."""
    primitive = surface(bristle_stiffness=stiffness, restitution=restitution)
    solver = bounce(primitive, [0.0, 0.0, 0.0121], [0, 0, -0.2], steps=20000)
    assert solver.velocity[0, 2] == pytest.approx(0.2 * restitution, rel=0.02)


def test_a_paddle_sweeps_grains_along_and_its_torque_works():
    """A turning plate: torque × rate is the work; grains end about as fast as the paddle."""
    primitive = surface(size=(0.03, 0.05, 0.002), position=(0.05, 0.0, 0.0))
    solver = loose_grains(
        [[0.06, 0, 0.0125]], 0.01, velocity=[[0, 0, 0]], step=STEP, primitives=[primitive]
    )
    rate, turn, work = np.array([[0.0, -5.0, 0.0]]), np.eye(3), 0.0
    torque_work = 0.0
    for _ in range(300):
        half = rotation_from_vector(rate[0] * 5 * STEP)
        motion = LinkMotion(np.zeros((1, 3)), (half @ turn)[None], np.zeros((1, 3)), rate)
        loads = solver.advance(motion, 10)
        work += loads.work[0]
        torque_work -= loads.torque[0, 1] * rate[0, 1] * 10 * STEP
        turn = half @ half @ turn
    assert work > 0.0
    assert work == pytest.approx(torque_work, rel=1e-12)
    assert solver.velocity[0, 2] > 0.25  # 0.3 m/s at 60 mm
    assert work == pytest.approx(solver.kinetic_energy(), rel=0.7)
    assert work > solver.kinetic_energy()  # half a plastic hit is lost


def test_a_grain_without_tools_feels_nothing_of_them():
    """`advance(None)` leaves the tools out; the loads are zeros of the links' number."""
    solver = loose_grains([[0, 0, 0.011]], 0.01, step=STEP, primitives=[surface()], forces=NO_FIELD)
    loads = solver.advance(None, 100)
    assert loads.force.shape == (1, 3)
    assert not loads.force.any()
    assert not solver.velocity.any()
    solver.advance(still(), 100)
    assert solver.velocity[0, 2] > 0.0
