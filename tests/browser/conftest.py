"""Fixtures of the tests of pages: a real headless Chromium, or a skip that says why not."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import DESKTOP, FLAGS, NAMES, Opened
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium that draws WebGL in software."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on this machine; tests/browser/install.sh says how to get one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Opened]]:
    """Open a local file in a window of its own: `open_page(path, size=PHONE)`."""
    contexts = []

    def opened(path: Path, size: tuple[int, int] = DESKTOP) -> Opened:
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        found = Opened(context.new_page())
        found.watch()
        found.page.goto(path.resolve().as_uri(), wait_until="load")
        return found

    yield opened
    for context in contexts:
        context.close()
