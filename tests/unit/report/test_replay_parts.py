"""Pieces of a replay: numbers that come back as they went in, forces that are known, the craft."""

import base64
import hashlib
import re
import zlib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from sampling_sim.campaign.experiment.config import load_experiment
from sampling_sim.mechanism.designs import design_of
from sampling_sim.recording.snapshots import POSITION_STEP, SPEED_STEP
from sampling_sim.report.replay.measures import net_force, scale_top
from sampling_sim.report.replay.payload import FAR, packed, quantised, speed_numbers
from sampling_sim.report.replay.surfaces import craft_radius, craft_surfaces, near_radius
from sampling_sim.report.replay.trace import ROWS, shown_series
from sampling_sim.report.replay.wording import _peak, _when

EXPERIMENTS = Path(__file__).parents[3] / "experiments"
FLOWN = ("touch_and_go", "anchor", "hover", "gas_head", "projectile_horn")


def unpacked(payload):
    """Do what the browser does, in other words: add up the differences of each number."""
    whole, found = zlib.decompress(base64.b64decode(payload.text)), {}
    for block in payload.blocks:
        kind, count, row = np.dtype(block["type"]), block["count"], block["row"]
        piece = whole[block["offset"] : block["offset"] + count * kind.itemsize]
        if row:
            low, high = np.frombuffer(piece, np.uint8).astype(int).reshape(2, count)
            sums = np.cumsum((256 * high + low).reshape(-1, row), axis=0)
            found[block["name"]] = (sums % 2**16).astype(np.uint16).view(kind)
        else:
            found[block["name"]] = np.frombuffer(piece, kind)
    return found


def flown(scale, frames=9, grains=50):
    """Positions as snapshots have them, within `scale` [m] of the middle."""
    rng = np.random.default_rng(3)
    position = rng.uniform(-scale, scale, (frames, grains, 3))
    return (np.round(position / POSITION_STEP) * POSITION_STEP).astype(np.float32)


@pytest.mark.parametrize(("scale", "coarser"), [(0.5, 1), (1.9, 1), (3.0, 2), (7.0, 4)])
def test_positions_come_back_within_the_step(scale, coarser):
    """Exactly where they fit into two bytes at the snapshots' own resolution."""
    position = flown(scale)
    found = quantised(position)
    numbers = unpacked(packed({"position": found.numbers}))["position"].reshape(position.shape)
    back = found.origin + found.step * numbers
    assert found.step == coarser * POSITION_STEP
    assert np.abs(back - position).max() <= (0.0 if coarser == 1 else 0.5 * found.step)


def test_a_grain_far_away_is_cut_off_and_the_others_are_not():
    position = flown(0.5)
    position[4, 7] = [100.0, -200.0, 0.25]
    found = quantised(position)
    back = found.origin + found.step * found.numbers
    assert back[4, 7] == pytest.approx([FAR, -FAR, 0.25], abs=found.step)
    others = np.delete(np.arange(50), 7)
    assert np.abs(back - position)[:, others].max() <= 0.5 * found.step


def test_speeds_and_plain_arrays_come_back_exactly():
    speed = (np.arange(60).reshape(6, 10) * 37 % 101 * SPEED_STEP).astype(np.float32)
    plain = {"mask": np.array([1, 0, 1], np.uint8), "time": np.linspace(0.0, 1.0, 7)}
    found = unpacked(packed({"mask": plain["mask"], "speed": speed_numbers(speed), **plain}))
    assert (found["speed"].reshape(6, 10) * SPEED_STEP == speed).all()
    assert (found["time"] == plain["time"]).all()
    assert (found["mask"] == plain["mask"]).all()


def test_a_case_without_grains_has_an_empty_payload():
    found = quantised(np.zeros((4, 0, 3), np.float32))
    arrays = {"position": found.numbers, "speed": speed_numbers(np.zeros((4, 0), np.float32))}
    assert unpacked(packed(arrays))["position"].size == 0


def test_net_force_is_mass_times_acceleration():
    """With x = ½ a t² m a at every inner snapshot, also where the intervals differ."""
    time = np.array([0.0, 0.1, 0.2, 0.4, 0.5])
    position = np.zeros((5, 2, 3), np.float32)
    position[:, 0, 2] = 0.5 * 0.8 * time**2
    force = net_force(quantised(position), time, np.array([0.02, 0.02]), None)
    noise = 0.02 * 2.0 * POSITION_STEP * 20.0 / 0.2
    assert np.abs(force[1:-1, 0] - 0.02 * 0.8).max() < noise
    assert (force[[0, -1]] == 0.0).all()
    assert (force[:, 1] == 0.0).all()


def test_a_grain_at_rest_on_the_edge_of_a_step_shows_no_force():
    """Twin: half a step to and fro is rounding, three steps are not."""
    time, mass = 0.1 * np.arange(5), np.ones(1)
    position = np.zeros((5, 1, 3), np.float32)
    position[::2] = POSITION_STEP
    assert net_force(quantised(position), time, mass, None).max() == 0.0
    assert net_force(quantised(5 * position), time, mass, None).max() > 0.0


def test_another_periodic_image_is_no_force():
    time, mass = 0.1 * np.arange(5), np.ones(1)
    position = np.zeros((5, 1, 3), np.float32)
    position[2:, 0, 0] = 0.4
    assert net_force(quantised(position), time, mass, (0.4, 0.4)).max() == 0.0
    assert net_force(quantised(position), time, mass, None).max() > 1.0


def test_a_scale_is_not_that_of_one_grain_shot_away():
    values = np.append(np.linspace(0.0, 0.5, 5000), 20.0)
    assert scale_top(values, 0.01) == pytest.approx(0.5)
    assert scale_top(np.zeros(5), 0.01) == 0.01


def long_series(rows):
    time = 0.015 * np.arange(1, rows + 1)
    series = dict.fromkeys(("phase", "contained_mass", "head_force_y"), np.zeros(rows))
    series |= {"time": time, "rim_height": np.full(rows, -0.03)}
    force = np.zeros(rows)
    force[rows // 3 + 1] = 5.0
    return series | {"head_force_x": 0.6 * force, "head_force_z": 0.8 * force}


def test_a_long_series_keeps_its_peak_and_the_rows_of_the_snapshots():
    series = long_series(5 * ROWS)
    snapshots = series["time"][3::70]
    time, _, force, sinkage, _ = shown_series(series, snapshots)
    assert len(time) <= 1.1 * ROWS
    assert force.max() == pytest.approx(5.0)
    assert set(snapshots) <= set(time)
    assert (sinkage == 0.03).all()
    assert shown_series(long_series(9), snapshots).shape == (5, 9)


def test_a_craft_that_touches_nothing_has_no_largest_force():
    """Twin: one that does has the first row of the largest."""
    series = dict.fromkeys(
        ("phase", "contained_mass", "head_force_x", "head_force_y", "head_force_z"), np.zeros(3)
    )
    series |= {"time": np.array([0.1, 0.2, 0.3]), "rim_height": np.ones(3)}
    assert _when(*_peak(shown_series(series, series["time"]))) == "none"
    series["head_force_z"] = np.array([0.0, 2.5, 1.0])
    assert _when(*_peak(shown_series(series, series["time"]))) == "2.5 N at 0.200 s"


@pytest.mark.parametrize("name", FLOWN)
def test_the_whole_craft_of_every_design_is_drawn(name):
    """Every link with an outline or a surface has triangles, none outside the craft's radius."""
    case = load_experiment(EXPERIMENTS / f"{name}.toml").case(0)
    design = design_of(case.craft, case.mechanism)
    surfaces = craft_surfaces(design)
    wanted = {p.link for p in design.primitives} | {box.link for box in design.outline}
    assert {s.link for s in surfaces if s.kind != "container"} == wanted
    assert any(s.kind == "container" for s in surfaces) == (design.container is not None)
    assert all(np.isfinite(s.triangles).all() and len(s.triangles) for s in surfaces)
    assert 0.05 < near_radius(design) < craft_radius(design) < 20.0


def test_the_vendored_viewer_is_what_its_note_says():
    folder = files("sampling_sim.report.replay").joinpath("three")
    note = folder.joinpath("README.md").read_text()
    sums = re.findall(r"\| `(\S+)` \|[^|]+\| `([0-9a-f]{64})` \|", note)
    assert {name for name, _ in sums} == {"three.module.min.js", "OrbitControls.js", "LICENSE"}
    for name, expected in sums:
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == expected
