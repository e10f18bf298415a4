"""A replay of many grains in headless Chromium: size, time to load, frames a second.  Prints JSON.

    python tests/bench/replay_page.py [GRAINS] [FRAMES]

Every grain is moved at random from snapshot to snapshot, which is the hardest to pack.  A frame
counts when it was drawn with grains elsewhere than in the one before; WebGL is SwiftShader, on the
processor.  As other work on the machine slows frames down, the processor time of one is given, too.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from sampling_sim import write_replay

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "unit" / "report"), str(TESTS / "browser")]
from browsing import DESKTOP, FLAGS, NAMES, PHONE  # noqa: E402
from replay_case import recorded_store  # noqa: E402

SECONDS = 6.0
"""[s] that each picture is played for."""
PLAYED = """async (seconds) => {
  const { stage, playback } = window.replay, wait = (ms) => new Promise((r) => setTimeout(r, ms));
  playback.go(1);
  playback.play();
  await wait(1500);  // after which a slow machine draws fewer pixels
  const seen = new Set(), first = stage.drawn, start = performance.now();
  const show = stage.show.bind(stage);
  stage.show = (frame, mixing) => { seen.add(frame + mixing); show(frame, mixing); };
  await wait(1000 * seconds);
  const passed = (performance.now() - start) / 1000, drawn = stage.drawn - first;
  playback.pause();
  stage.show = show;
  return { moved: seen.size, drawn, passed, ratio: stage.ratio };
}"""


def processor_time(root: psutil.Process) -> float:
    """Processor time [s] of a browser and its processes."""
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            spent = process.cpu_times()
        except psutil.Error:  # one that has just ended
            continue
        total += spent.user + spent.system
    return total


def measured(page: Page, browser: psutil.Process) -> dict[str, float]:
    """Frames a second of the page as it is set, and what each took."""
    before = processor_time(browser)
    found = page.evaluate(PLAYED, SECONDS)
    spent = processor_time(browser) - before
    rate = min(found["moved"], found["drawn"]) / found["passed"]
    return {
        "frames_a_second": round(rate, 1),
        "processor_ms_a_frame": round(1e3 * spent / (found["drawn"] * (1 + 1.5 / SECONDS)), 1),
        "pixels_drawn_over_shown": found["ratio"],
    }


def main(grains: int, frames: int) -> dict[str, object]:
    """Write the page and play it on two screens, coloured by speed, the craft see-through."""
    found: dict[str, object] = {"grains": grains, "frames": frames}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store, page_file = Path(folder) / "hard.h5", Path(folder) / "hard.html"
        recorded_store(store, grains=grains, frames=frames, is_restless=True)
        start = time.perf_counter()
        write_replay(store, 0, page_file)
        found["write_s"] = round(time.perf_counter() - start, 1)
        found["size_MB"] = round(page_file.stat().st_size / 1e6, 1)
        program = next(filter(None, map(shutil.which, NAMES)))
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        process = next(
            child for child in psutil.Process().children(recursive=True)
            if "chrom" in child.name() and "--type=" not in " ".join(child.cmdline())
        )  # fmt: skip
        for name, (width, height) in (("desktop", DESKTOP), ("phone", PHONE)):
            page = browser.new_page(viewport={"width": width, "height": height})
            start = time.perf_counter()
            page.goto(page_file.as_uri())
            page.wait_for_selector("body[data-ready]")
            found[f"{name}_load_s"] = round(time.perf_counter() - start, 1)
            page.select_option("#colour", "speed")
            found |= {f"{name}_{key}": value for key, value in measured(page, process).items()}
            page.close()
        browser.close()
    found["load_average"] = round(os.getloadavg()[0], 1)
    found["cores"] = os.cpu_count()
    return found


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]] or [10_000, 200]
    sys.stdout.write(json.dumps(main(*numbers), indent=2) + "\n")
