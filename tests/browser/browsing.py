"""A page in a real browser: what it logged, what it asked the network for, what it shows."""

from dataclasses import dataclass, field
from io import BytesIO

import matplotlib.image
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
"""Programs that are Chromium, as distributions call it."""
FLAGS = (
    "--no-sandbox",  # tests run as root in containers
    "--use-angle=swiftshader",  # WebGL without a graphics card
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
)
DESKTOP, PHONE = (1280, 900), (390, 844)
"""[CSS px] width and height of the two screens that pages are looked at on."""


@dataclass
class Opened:
    """A page and what happened on it since it was opened."""

    page: Page
    errors: list[str] = field(default_factory=list)
    """Uncaught exceptions, and what the page logged as an error."""
    requests: list[str] = field(default_factory=list)
    """Addresses asked for, the page's own file and `data:`, `blob:` left out."""

    def watch(self) -> None:
        """Keep what the page logs and asks for from now on."""
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("request", lambda request: self._asked(request.url))

    def _asked(self, address: str) -> None:
        own = self.page.url if self.page.url != "about:blank" else address
        is_own = address.partition("#")[0] == own.partition("#")[0]
        if not is_own and not address.startswith(("data:", "blob:")):
            self.requests.append(address)

    def pixels(self, selector: str | None = None) -> NDArray[np.float32]:
        """Picture of the screen, or of one element: 0 to 1, shape (rows, columns, 3 or 4)."""
        shown = self.page if selector is None else self.page.locator(selector)
        return matplotlib.image.imread(BytesIO(shown.screenshot()), format="png")


def changed_share(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    """Share of the pixels that differ visibly, by 2 % of full scale in any colour."""
    return float(np.any(np.abs(one[..., :3] - two[..., :3]) > 0.02, axis=-1).mean())
