"""Looking at a run: the same bits, the right moments, pictures that show them."""

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from coarse_case import BASE, flown
from looked_at import command, differing, pixels

from sampling_sim.outcome import Status
from sampling_sim.recording.monitor import CONTACT_FORCE
from sampling_sim.report.live import pictures
from sampling_sim.report.live.scenery import GRAIN, SAMPLE
from sampling_sim.report.live.sight import KeyMoments, Sight
from sampling_sim.run import CaseResult, run_case
from sampling_sim.sequence.phases import Phase
from sampling_sim.simulation import Simulation

STEP = BASE.engine.control_step
QUICK = replace(
    flown(approach_speed=0.1, dwell=0.35, retreat_thrust=4000.0, retreat_speed=1.0),
    craft=replace(BASE.craft, thrust_limit=4000.0),
)
"""Touches at 10 cm/s, samples for 0.35 s and is clear within a second more."""


class History:
    """What the key moments are held against: measures so far at every control step."""

    def __init__(self) -> None:
        self.peak: list[float] = []
        self.first_contact = self.clear = math.nan

    def __call__(self, simulation: Simulation) -> None:
        self.peak.append(simulation.monitor.peak_force)
        self.first_contact = simulation.monitor.first_contact
        self.clear = simulation.monitor.clear_time


@cache
def plain() -> CaseResult:
    """Run QUICK with nobody looking."""
    return run_case(QUICK)


@cache
def watched() -> tuple[CaseResult, KeyMoments, History]:
    """Run QUICK, recorded, with its key moments and its history."""
    moments, history = KeyMoments(), History()

    def look(simulation: Simulation) -> None:
        moments(simulation)
        history(simulation)

    return run_case(QUICK, record=True, observer=look), moments, history


def sights() -> dict[str, Sight]:
    """Return what was seen at each moment, by name."""
    return {name: m.sight for m in watched()[1].moments() for name in m.names}


def test_a_run_that_is_looked_at_has_the_same_bits() -> None:
    assert plain().outcome.status is Status.COLLECTED
    assert differing(plain().outcome, watched()[0].outcome) == []


def test_the_key_moments_are_those_of_the_time_series() -> None:
    """Each against the recorded series, row k of which is control step k + 1."""
    result, _, history = watched()
    rows, seen = result.series, sights()
    force = np.sqrt(sum(rows[f"head_force_{axis}"] ** 2 for axis in "xyz"))
    steps = {name: sight.frame.step for name, sight in seen.items()}
    expected = {
        "release": 0,
        "first_contact": np.argmax(force > CONTACT_FORCE) + 1,
        "peak_force": np.argmax(np.array(history.peak) == result.outcome.peak_force),
        "retreat": np.argmax(rows["phase"] == list(Phase).index(Phase.RETREAT)) + 1,
        "clear": round(history.clear / STEP),
        "end": len(rows["time"]),
    }
    # whether the rim sinks hangs on the packing, and so on the round-off; shown if it does
    assert ("deepest_sinkage" in steps) == (result.outcome.max_sinkage > 0.0)
    steps.pop("deepest_sinkage", None)  # when: test_key_moments.py
    assert steps == expected
    contact = seen["first_contact"].frame.time
    assert contact - STEP < history.first_contact <= contact + 1e-12
    assert (
        abs(seen["peak_force"].force - result.outcome.peak_force) < 0.2 * result.outcome.peak_force
    )
    assert seen["end"].contained.sum() >= result.outcome.collected_count > 0


def test_phases_have_moments_but_for_those_that_look_like_the_one_before() -> None:
    """The craft brakes one or two control steps after it touches."""
    _, moments, _ = watched()
    found = moments.moments()
    assert "brake" not in sights()
    times = [m.sight.frame.time for m in found]
    assert times == sorted(times)
    assert len({m.sight.frame.step for m in found}) == len(found)
    assert moments.time == pytest.approx(np.arange(len(moments.time)) * STEP)


def test_pictures_show_each_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one colour, not one like another, and the sample orange where there is one."""
    monkeypatch.setattr(pictures, "FINER", 1)
    monkeypatch.setattr(pictures, "SIZE", (480, 285))
    _, moments, _ = watched()
    folder = tmp_path / "new" / "run"
    files = pictures.draw_moments(folder, moments, "QUICK")
    names = [file.name for file in files]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert names[0] == "01_release.png"
    assert names[-1] == pictures.OVERVIEW
    assert [path.name for path in folder.parent.iterdir()] == ["run"]
    images = {name: pixels(file) for name, file in zip(names, files, strict=True)}
    overview = images.pop(pictures.OVERVIEW)
    assert len(np.unique(overview.reshape(-1, 3), axis=0)) > 200
    for name, image in images.items():
        assert len(np.unique(image.reshape(-1, 3), axis=0)) > 200, name
        assert of_hue(image, GRAIN) > 0.01 * image.size / 3, name
    shown = [image[80:300] for image in images.values()]  # what was seen, no caption nor trace
    for one, other in pairwise(shown):
        assert (np.abs(one - other) > 16).any(axis=2).mean() > 0.002
    assert of_hue(shown[0], SAMPLE) == 0
    assert of_hue(shown[-1], SAMPLE) > 20


def of_hue(image: np.ndarray, colour: tuple[float, ...]) -> int:
    """Pixels of the hue of a colour, however it is lit."""
    length = np.linalg.norm(image, axis=2)
    lit = image / np.maximum(length, 1.0)[:, :, None]
    wanted = np.array(colour[:3]) / np.linalg.norm(colour[:3])
    return int(((lit @ wanted > 0.997) & (length > 60)).sum())


ROCK = (
    "experiments/touch_and_go.toml", "--set", 'regolith.surface="rock"',
    "--set", 'sequence.dwell="0.2 s"', "--set", 'sequence.time_limit="0.8 s"',
)  # fmt: skip


def test_the_command_line_draws_a_run_and_its_rerun_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "FINER", 1)
    monkeypatch.setattr(pictures, "SIZE", (480, 285))
    out, first, again = tmp_path / "one.h5", tmp_path / "first", tmp_path / "again"
    code, said, _ = command("run", *ROCK, "--png", first, "-o", out)
    assert code == 0
    drawn = sorted(path.name for path in first.iterdir())
    assert f"{len(drawn)} pictures in" in said
    assert {"01_release.png", pictures.OVERVIEW} < set(drawn)
    code, said, _ = command("rerun", out, "--case", 0, "--png", again, "--json")
    assert code == 0
    assert said.startswith("{")
    assert sorted(path.name for path in again.iterdir()) == drawn
    before, after = (pixels(folder / "01_release.png")[80:] for folder in (first, again))
    assert (before == after).all()


def test_pictures_that_cannot_be_written_are_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it ran")

    monkeypatch.setattr("sampling_sim.run.run_case", never)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note").write_text("mine")
    for name, reason in {
        "file": "exists already, and is not a folder",
        "full": "holds something already",
        "run.png": "is a folder for several pictures",
        "n" * 300: "cannot write here: File name too long",
        "file/under": "cannot write here",
    }.items():
        code, said, error = command("run", *ROCK, "--png", tmp_path / name)
        assert (code, said, error.count("\n")) == (2, "", 1), error
        assert f"--png {tmp_path / name}" in error
        assert reason in error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]


def test_a_case_that_never_was_released_has_nothing_to_draw(tmp_path: Path) -> None:
    assert pictures.draw_moments(tmp_path / "none", KeyMoments(), "") == []
    assert not (tmp_path / "none").exists()


def test_a_folder_that_fills_while_it_is_drawn_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pictures, "SIZE", (96, 57))
    monkeypatch.setattr(pictures, "_draw_overview", full)
    with pytest.raises(pictures.BadInput, match="No space left on device"):
        pictures.draw_moments(tmp_path / "run", watched()[1], "QUICK")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures quickly drawn."""
    monkeypatch.setattr(pictures, "FINER", 1)
    monkeypatch.setattr(pictures, "SIZE", (96, 57))


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("kind", ["empty", "link", "here"])
def test_an_empty_folder_is_filled_whatever_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """It cannot be replaced by another where it is a link, the working folder or a mounted disk."""
    place = tmp_path / "place"
    place.mkdir()
    (tmp_path / "link").symlink_to(place)
    monkeypatch.chdir(place)
    folder = {"empty": place, "link": tmp_path / "link", "here": Path()}[kind]
    pictures.check_picture_folder(folder)
    drawn = pictures.draw_moments(folder, watched()[1], "a $\\frac$ of {it}$")  # no formula
    assert sorted(file.name for file in drawn) == sorted(file.name for file in place.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "place"]


@pytest.mark.usefixtures("tiny")
def test_what_came_into_the_folder_during_the_run_stays(tmp_path: Path) -> None:
    (tmp_path / "overview.png").write_text("mine")
    with pytest.raises(pictures.BadInput, match="not empty"):
        pictures.draw_moments(tmp_path, watched()[1], "")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [
        ("overview.png", "mine")
    ]


def test_an_interrupt_while_drawing_does_not_say_that_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pictures, "_views", interrupted)
    code, _, error = command("run", *ROCK, "--png", tmp_path / "look", "-o", tmp_path / "one.h5")
    assert (code, error) == (130, "sampling-sim: interrupted: no pictures were drawn\n")
    assert [path.name for path in tmp_path.iterdir()] == ["one.h5"]


def test_the_caption_says_what_is_measured() -> None:
    seen = sights()["end"]
    mass = f"{seen.row['contained_mass']:.3g} kg in the container"
    assert seen.caption.startswith(f"{seen.frame.time:.2f} s, retreat: {seen.force:.1f} N, rim ")
    assert seen.caption.endswith(f"over the surface, {mass}")
    aborted = replace(seen, abort_rule="tilt")
    assert "retreat (aborted: tilt)" in aborted.caption
