"""The measures behind the outcomes, each fed with a history whose answer is known."""

import numpy as np
import pytest

from sampling_sim.recording.craft_view import CraftView
from sampling_sim.recording.monitor import Monitor

STEP = 0.001


def craft(height: float = 0.0, x: float = 0.0, speed: float = 0.0, tilt: float = 0.0) -> CraftView:
    rim = np.array([[x - 0.1, 0.0, height], [x + 0.1, 0.0, height]])
    up = np.array([np.sin(tilt), 0.0, np.cos(tilt)])
    return CraftView(rim=rim, lowest=height, velocity=np.array([0.0, 0.0, speed]), up=up, rate=0.0)


def pushed(force: float, seconds: float) -> Monitor:
    monitor = Monitor(STEP, surface_top=0.0)
    for k in range(round(seconds / STEP)):
        monitor.add_force(k * STEP, np.array([0.0, 0.0, force]))
    return monitor


def test_a_constant_force_gives_its_impulse_peak_and_duration() -> None:
    monitor = pushed(4.0, 0.5)
    # the boxcar passes the threshold after the first sample: 4 N / 10 samples > 0.1 N
    assert monitor.impulse == pytest.approx(2.0, rel=1e-12)
    assert monitor.peak_force == pytest.approx(4.0, rel=1e-12)
    assert monitor.contact_duration == pytest.approx(0.5, rel=1e-12)


def test_a_spike_shorter_than_the_window_is_averaged_over_it() -> None:
    monitor = Monitor(STEP, surface_top=0.0)
    for k in range(40):
        monitor.add_force(k * STEP, np.array([30.0 * (k == 20), 0.0, 0.0]))
    assert monitor.peak_force == pytest.approx(3.0, rel=1e-12)


def test_opposite_forces_cancel_before_the_magnitude_is_taken() -> None:
    monitor = Monitor(STEP, surface_top=0.0)
    for k in range(40):
        monitor.add_force(k * STEP, np.array([(-1.0) ** k * 30.0, 0.0, 0.0]))
    assert monitor.head_force == pytest.approx(0.0, abs=1e-12)


def test_no_force_is_no_contact() -> None:
    monitor = pushed(0.05, 0.5)
    monitor.add_motion(0.5, craft(height=-0.05), retreating=False)
    assert np.isnan(monitor.first_contact)
    assert monitor.max_sinkage == 0.0
    assert monitor.contact_duration == 0.0


def test_sinkage_and_slip_are_the_largest_while_in_contact() -> None:
    monitor = pushed(4.0, 0.1)
    for depth, x in [(0.01, 0.0), (0.03, 0.02), (0.02, -0.01)]:
        monitor.add_motion(0.1, craft(height=-depth, x=x), retreating=False)
    assert monitor.max_sinkage == pytest.approx(0.03)
    assert monitor.slip_distance == pytest.approx(0.02)
    for k in range(20):
        monitor.add_force(0.1 + k * STEP, np.zeros(3))
    monitor.add_motion(0.2, craft(x=1.0), retreating=False)
    assert monitor.slip_distance == pytest.approx(0.02)


@pytest.mark.parametrize(("retreating", "expected"), [(False, 0.02), (True, np.nan)])
def test_rebound_is_the_speed_where_the_ground_was_left(retreating: bool, expected: float) -> None:
    monitor = pushed(4.0, 0.1)
    for time, height, speed in [(0.1, -0.01, 0.05), (0.2, 0.01, 0.02), (0.5, 0.02, 0.03)]:
        monitor.add_motion(time, craft(height=height, speed=speed), retreating=retreating)
    assert monitor.rebound_speed == pytest.approx(expected, nan_ok=True)


def test_a_hop_shorter_than_a_paddle_gap_is_no_rebound() -> None:
    monitor = pushed(4.0, 0.1)
    for time, height in [(0.1, 0.01), (0.2, -0.01), (0.25, 0.01), (0.4, 0.01)]:
        monitor.add_motion(time, craft(height=height, speed=0.02), retreating=False)
    assert np.isnan(monitor.rebound_speed)


def test_a_sample_that_rattles_after_lift_off_is_not_ground() -> None:
    monitor = pushed(4.0, 0.5)
    monitor.add_motion(0.5, craft(), retreating=True)
    monitor.add_motion(0.6, craft(height=0.01, speed=0.1), retreating=True)
    for k in range(500):
        monitor.add_force(0.6 + k * STEP, np.array([0.0, 0.0, 50.0]))
    monitor.add_motion(1.1, craft(height=0.1, x=1.0, speed=0.1), retreating=True)
    assert monitor.contact_duration == pytest.approx(0.5, rel=1e-12)
    assert monitor.impulse == pytest.approx(2.0, rel=1e-12)
    assert monitor.peak_force == pytest.approx(4.0, rel=1e-12)
    assert monitor.slip_distance == 0.0


def test_clear_is_the_first_time_above_the_height_and_only_after_contact() -> None:
    monitor = Monitor(STEP, surface_top=0.02)
    monitor.add_motion(0.0, craft(height=0.4), retreating=False)
    assert not monitor.is_clear
    for k in range(20):
        monitor.add_force(k * STEP, np.array([0.0, 0.0, 4.0]))
    monitor.add_motion(1.0, craft(height=0.31), retreating=True)
    assert not monitor.is_clear
    monitor.add_motion(2.0, craft(height=0.33), retreating=True)
    monitor.add_motion(3.0, craft(height=0.5), retreating=True)
    assert monitor.clear_time == 2.0


def test_tilt_is_the_angle_of_craft_z_to_the_normal() -> None:
    monitor = Monitor(STEP, surface_top=0.0)
    for tilt in (0.1, 0.3, 0.2):
        monitor.add_motion(0.0, craft(tilt=tilt), retreating=False)
    assert monitor.tilt_max == pytest.approx(0.3)
    assert monitor.tilt == pytest.approx(0.2)
