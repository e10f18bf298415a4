"""A replay in a real browser: quiet, in step with the store, moved by every control."""

import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from browsing import DESKTOP, PHONE, changed_share
from scipy.spatial.transform import Rotation

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))
from replay_case import recorded_store

from sampling_sim import read_snapshots, write_replay
from sampling_sim.outcome import Outcome, Status
from sampling_sim.report.replay.measures import net_force
from sampling_sim.report.replay.payload import quantised

PICTURE = "#frame"
VISIBLE = 0.01
"""Share of the picture that a control must change (issue: the slider changes 1 % of the pixels)."""
HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
PLAYED = """() => new Promise(done => {
  const { playback } = window.replay, go = playback.go.bind(playback), first = [];
  let frames = 0, ticks = 0;
  playback.go = (time) => { ticks += 1; go(time); };
  const look = (now) => {
    if (frames === 0) { first.push(now, playback.time); ticks = 0; }
    if (frames++ === 8) done([(now - first[0]) / 1000, playback.time - first[1], ticks]);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
"""Seconds of the clock and of the replay in 8 frames of the browser, and how often it went on."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return recorded_store(tmp_path_factory.mktemp("replay") / "one.h5")


@pytest.fixture(scope="module")
def written(stored):
    write_replay(stored, 0, stored.with_suffix(".html"))
    return stored.with_suffix(".html")


@pytest.fixture
def played(written, open_page):
    """Open the page of the module, or of another store, and wait until it stands."""

    def opened(page=written, size=DESKTOP):
        found = open_page(page, size)
        found.page.wait_for_selector("body[data-ready]", timeout=20_000)
        return found

    return opened


def slide(page, frame):
    """Move the slider as a hand does."""
    page.locator("#slider").evaluate(
        "(slider, frame) => { slider.value = frame; slider.dispatchEvent(new Event('input')); }",
        frame,
    )


def shown(page, name):
    """Return a reading with every digit."""
    return float(page.locator(f"#{name}").get_attribute("data-value"))


def until(page, condition):
    """Wait for it; Playwright's own waiting evaluates text, which the page's policy forbids."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {condition}")


def test_a_quiet_page_in_which_the_slider_moves_grains(played):
    opened = played()
    before = opened.pixels(PICTURE)
    assert np.ptp(before[..., :3].reshape(-1, 3), axis=0).min() > 0.3  # it is a picture
    slide(opened.page, 22)
    after = opened.pixels(PICTURE)
    assert changed_share(before, after) > VISIBLE
    opened.page.select_option("#craft", "hidden")
    grains = opened.pixels(PICTURE)
    slide(opened.page, 0)
    assert changed_share(grains, opened.pixels(PICTURE)) > VISIBLE  # grains, not only the craft
    opened.page.select_option("#craft", "clear")
    assert changed_share(before, opened.pixels(PICTURE)) < VISIBLE  # and back
    assert opened.errors == []
    assert opened.requests == []


def test_the_browser_has_the_positions_of_the_store(played, stored):
    """Every grain of every snapshot, exactly, as plain h5py reads it."""
    page = played().page
    numbers = page.evaluate("Array.from(window.replay.data.position)")
    scene = page.evaluate("window.replay.scene")
    with h5py.File(stored) as file:
        grains = file["particles/case_0_grains"]
        position, speed = grains["position/value"][:], grains["speed/value"][:]
        collected, time = grains["collected"][:], grains["position/time"][:]
    back = np.reshape(numbers, position.shape) * scene["step"] + scene["origin"]
    assert np.abs(back - position).max() == 0.0
    found = page.evaluate("Array.from(window.replay.data.speed)")
    assert (np.reshape(found, speed.shape) * scene["speed_step"] == speed).all()
    assert page.evaluate("Array.from(window.replay.data.collected)") == collected.tolist()
    assert page.evaluate("Array.from(window.replay.data.frame_time)") == time.tolist()


def go(page, time):
    """Go to a time between snapshots, as a click on the trace does."""
    page.evaluate(f"window.replay.playback.go({time!r})")


def test_links_are_where_the_store_has_them(played, stored):
    """At a snapshot, and half way to the next; a link's axes and place are the columns."""
    page = played().page
    with h5py.File(stored) as file:
        links = file["particles/case_0_links"]
        place, turn = links["position/value"][:], links["orientation/value"][:]
        times = links["position/time"][:]
    for time, expected in (
        (times[20], [Rotation.from_quat(turn[20]), place[20]]),
        (
            times[20:22].mean(),
            [Rotation.from_quat(turn[20:22].sum(axis=0)), place[20:22].mean(axis=0)],
        ),
    ):
        go(page, float(time))
        found = page.evaluate(
            "window.replay.stage.craft.links.map(link => Array.from(link.matrixWorld.elements))"
        )
        matrix = np.reshape(found, (-1, 4, 4)).transpose(0, 2, 1)
        assert matrix[:, :3, :3] == pytest.approx(expected[0].as_matrix(), abs=1e-5)
        assert matrix[:, :3, 3] == pytest.approx(expected[1], abs=1e-6)
    assert np.ptp(turn, axis=0).min(axis=0).min() > 0.01  # in each of the four numbers


def projected(page, points):
    """Place on the picture, 0 to 1 right and down, and depth [m] of points (n, 3) [m]."""
    lens, eye = (
        np.reshape(page.evaluate(f"Array.from(window.replay.stage.camera.{name}.elements)"), (4, 4))
        for name in ("projectionMatrix", "matrixWorldInverse")
    )
    near = np.c_[points, np.ones(len(points))] @ eye
    seen = near @ lens
    return 0.5 + 0.5 * seen[:, :2] / seen[:, 3:] * [1, -1], -near[:, 2]


def test_views_look_along_the_axes_they_name(played):
    """From (0, 0, 0): where x, y and z go on the picture, right and down."""
    page = played().page
    for view, right, up in (("side", 0, 2), ("front", 1, 2), ("top", 0, 1)):
        page.select_option("#view", view)
        places, _ = projected(page, np.r_[np.zeros((1, 3)), 0.05 * np.eye(3)])
        ways = places[1:] - places[0]
        assert ways[right, 0] > 0.01 > abs(ways[right, 1]) * 5
        assert -ways[up, 1] > 0.01 > abs(ways[up, 0]) * 5


def test_grains_are_seen_where_they_are_in_their_colour(played, tmp_path):
    """The pixel at the centre of each grain that no other hides, between two snapshots."""
    store = recorded_store(tmp_path / "few.h5", grains=250)
    write_replay(store, 0, tmp_path / "few.html")
    opened = played(tmp_path / "few.html")
    found = read_snapshots(store, 0)
    opened.page.select_option("#craft", "hidden")
    go(opened.page, float(0.25 * found.time[20] + 0.75 * found.time[21]))
    picture = opened.pixels("#picture")[..., :3]
    height, width, _ = picture.shape
    place, depth = projected(
        opened.page, 0.25 * found.position[20] + 0.75 * found.position[21].astype(float)
    )
    pixel = place * [width, height]
    size = found.radius / depth * 0.5 * height / np.tan(np.radians(20.0))
    checked = [0, 0]
    for i in np.flatnonzero(((place > 0.02) & (place < 0.98)).all(axis=1)):
        away = np.linalg.norm(pixel - pixel[i], axis=1)
        if ((away < size + 3.0) & (depth < depth[i])).any():
            continue
        column, row = pixel[i].astype(int)
        block = picture[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3)
        red, _, blue = np.median(block, axis=0)  # lines of the bed go over grains
        share = 0.0 if found.collected[i] else 168 / 196
        assert blue / red == pytest.approx(share, abs=0.03), i
        checked[int(found.collected[i])] += 1
    assert min(checked) >= 2


def test_play_advances_at_the_speed_chosen_and_stops(played):
    opened = played()
    page, before = opened.page, opened.pixels(PICTURE)
    page.select_option("#speed", "0.25")
    page.click("#play")
    until(page, "window.replay.playback.time > 0.5")
    assert page.locator("#play").inner_text() == "Pause"
    for _ in range(2):  # stopped and begun in one frame, it must not play twice
        page.evaluate("() => { const p = window.replay.playback; p.pause(); p.play(); }")
    now, time, ticks = page.evaluate(PLAYED)
    assert time == pytest.approx(0.25 * now, rel=1e-6)
    assert ticks == 8
    page.click("#play")
    stopped = page.evaluate("window.replay.playback.time")
    assert page.locator("#play").inner_text() == "Play"
    assert shown(page, "time") == pytest.approx(stopped)
    assert page.evaluate("window.replay.stage.drawn") > 5
    assert changed_share(before, opened.pixels(PICTURE)) > VISIBLE
    page.wait_for_timeout(200)
    assert page.evaluate("window.replay.playback.time") == stopped
    page.select_option("#speed", "50")
    page.click("#play")
    until(page, "!window.replay.playback.isPlaying")
    assert shown(page, "time") == page.evaluate("window.replay.scene.end")
    assert opened.errors == []


def test_colours_views_and_craft_change_the_picture(played):
    opened = played()
    page = opened.page
    slide(page, 22)
    for control in ("colour", "view", "craft"):
        options = page.locator(f"#{control} option").evaluate_all("all => all.map(o => o.value)")
        pictures = []
        for option in options:
            page.select_option(f"#{control}", option)
            pictures.append(opened.pixels(PICTURE))
        for one in range(len(options)):
            for other in range(one):
                share = changed_share(pictures[one], pictures[other])
                assert share > VISIBLE, (control, options[one], options[other])
        page.select_option(f"#{control}", options[0])
    assert opened.errors == []


def test_force_colours_are_the_net_force(played, stored):
    page = played().page
    found = read_snapshots(stored, 0)
    page.select_option("#colour", "force")
    slide(page, 20)
    values = np.array(page.evaluate("Array.from(window.replay.stage.grains.values())"))
    density = page.evaluate("window.replay.scene.density")
    mass = density * 4.0 / 3.0 * np.pi * found.radius.astype(float) ** 3
    expected = net_force(quantised(found.position), found.time, mass, None)[20]
    assert expected.max() > 0.0
    assert values == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_the_readings_are_those_of_the_store_at_that_time(played, stored):
    """The force, sinkage and mass beside the picture, at snapshots, through plain h5py."""
    page = played().page
    with h5py.File(stored) as file:
        series = {name: file["series"][name][:] for name in file["series"] if name != "sizes"}
        times = file["particles/case_0_grains/position/time"][:]
        peak = file["runs/peak_force"][0]
    force = np.sqrt(sum(series[f"head_force_{axis}"] ** 2 for axis in "xyz"))
    seen = []
    for frame in (3, 14, 15, 29):
        slide(page, frame)
        row = np.flatnonzero(series["time"] <= times[frame] + 1e-9)[-1]
        assert shown(page, "time") == times[frame]
        assert shown(page, "force") == pytest.approx(force[row], rel=1e-12)
        assert shown(page, "sinkage") == max(0.0, -series["rim_height"][row])
        assert shown(page, "contained") == series["contained_mass"][row]
        seen.append(shown(page, "force"))
    assert len(set(seen)) == 4
    values = page.locator("#facts td").evaluate_all("all => all.map(d => d.dataset.value)")
    assert str(peak) in values
    assert str(float(force.max())) in values


def test_the_cursor_is_in_step_and_a_click_on_the_trace_goes_there(played):
    page = played().page
    box = page.locator("#trace").bounding_box()
    end = page.evaluate("window.replay.scene.end")
    left, span = (
        page.locator("#trace").evaluate(
            f"trace => Number(getComputedStyle(trace).getPropertyValue('--{name}'))"
        )
        for name in ("left", "span")
    )
    for share in (0.25, 0.7):
        x = box["x"] + box["width"] * (left + share * span)
        page.mouse.click(x, box["y"] + 20.0)
        assert shown(page, "time") == pytest.approx(share * end, abs=0.01 * end)
        cursor = page.locator("#cursor").bounding_box()
        assert cursor["x"] + 0.5 * cursor["width"] == pytest.approx(x, abs=1.5)


def test_everything_works_from_the_keyboard(played):
    opened = played()
    page = opened.page
    page.locator("#slider").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.replay.stage.frame") == 1
    page.locator("#picture").focus()
    before = opened.pixels(PICTURE)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("+")
    assert changed_share(before, opened.pixels(PICTURE)) > VISIBLE
    page.keyboard.press("Space")
    until(page, "window.replay.playback.time > 0.3")
    page.keyboard.press("Space")
    assert not page.evaluate("window.replay.playback.isPlaying")
    for control in page.locator("select, input").all():
        name = control.get_attribute("id")
        assert page.locator(f"label[for={name}]").count() == 1


def test_a_hand_on_the_picture_frees_the_view(played):
    opened = played()
    page = opened.page
    page.select_option("#view", "head")
    before = opened.pixels(PICTURE)
    box = page.locator("#picture").bounding_box()
    page.mouse.move(box["x"] + 200.0, box["y"] + 200.0)
    page.mouse.down()
    page.mouse.move(box["x"] + 300.0, box["y"] + 160.0, steps=3)
    page.mouse.up()
    assert page.locator("#view").input_value() == "free"
    assert changed_share(before, opened.pixels(PICTURE)) > VISIBLE


def test_it_works_at_phone_width(played):
    opened = played(size=PHONE)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    before = opened.pixels(PICTURE)
    slide(page, 22)
    assert changed_share(before, opened.pixels(PICTURE)) > VISIBLE
    for name in ("play", "slider", "colour", "view", "speed"):
        box = page.locator(f"#{name}").bounding_box()
        assert box["height"] >= 40.0  # a finger's width
        assert box["x"] + box["width"] <= PHONE[0]
    assert page.locator("#trace img").evaluate("image => image.naturalWidth") < PHONE[0]
    assert opened.errors == []


def test_without_webgl_a_message_and_the_rest_of_the_page(chromium, written):
    context = chromium.new_context()
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(written.as_uri())
    page.wait_for_selector("body[data-ready]")
    assert "no WebGL" in page.locator("#trouble").inner_text()
    slide(page, 15)
    assert shown(page, "force") > 1.0
    assert page.locator("#colour").is_disabled()
    assert errors == []
    context.close()


@pytest.mark.parametrize("kind", ["rock", "pebbles", "hostile"])
def test_cases_out_of_the_ordinary_are_shown(played, tmp_path, kind):
    """No grain at all; clumps, which have no force; text that would run if it were not escaped."""
    overrides = {"rock": ['regolith.surface="rock"'], "pebbles": ['regolith.shape.kind="pebbles"']}
    hurt = Outcome(status=Status.DIVERGED, collected_mass=float("nan"), message=HOSTILE)
    store = recorded_store(
        tmp_path / "a<b>'&.h5", *overrides.get(kind, ()), grains=0 if kind == "rock" else 60,
        frames=6, outcome=hurt if kind == "hostile" else None,
    )  # fmt: skip
    write_replay(store, 0, tmp_path / "page.html")
    opened = played(tmp_path / "page.html")
    before = opened.pixels(PICTURE)
    slide(opened.page, 5)
    assert changed_share(before, opened.pixels(PICTURE)) > VISIBLE
    assert opened.page.locator("#colour").is_disabled() == (kind == "rock")
    assert opened.page.locator("#sample").is_hidden() == (kind == "rock")
    assert opened.page.locator("#colour option[value=force]").count() == (kind != "pebbles")
    assert opened.page.evaluate("window.hacked") is None
    assert HOSTILE in opened.page.locator("#facts").inner_text() or kind != "hostile"
    assert opened.errors == []
    assert opened.requests == []
