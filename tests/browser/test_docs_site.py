"""The site of docs: made without a warning, whole without a network, readable at phone width."""

import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, Opened

ROOT = Path(__file__).parents[2]
LOADED = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src",
    "audio": "src", "embed": "src", "object": "data", "image": "href",
}  # fmt: skip
"""Elements that a browser fetches something for, and where that stands."""
OPENED = ("index", "verification", "command-line", "mechanisms", "api", "how-to/read-a-campaign")
"""Pages looked at in the browser: wide tables, long code, pictures, signatures."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make docs` builds it."""
    out = tmp_path_factory.mktemp("site")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    options = re.search(r"-m sphinx (.*) docs build/docs\n", makefile)
    assert options is not None
    command = [sys.executable, "-m", "sphinx", *options[1].split(), "-d", str(out / "doctrees")]
    done = subprocess.run(
        [*command, "docs", str(out / "html")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


class _Resources(HTMLParser):
    """What a page makes the browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        if tag == "link" and words.get("rel") not in {"next", "prev", "canonical"}:
            self.found.append(words.get("href") or "")
        if tag in LOADED:
            self.found.append(words.get(LOADED[tag]) or "")
        self.found += re.findall(r"url\(([^)]*)\)", words.get("style") or "")


def fetched(page: Path) -> list[str]:
    """Addresses that a page or style sheet makes the browser fetch."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".css":
        return re.findall(r"url\(\s*[\"']?([^\"')]*)|@import\s+[\"']([^\"']*)", text)
    reader = _Resources()
    reader.feed(text)
    return reader.found


def is_elsewhere(address: str | tuple[str, ...]) -> bool:
    text = "".join(address)
    return bool(re.match(r"([a-z]+:)?//", text.strip()))


def test_every_page_of_docs_is_there(site: Path) -> None:
    pages = [path.relative_to(ROOT / "docs") for path in ROOT.glob("docs/**/*.md")]
    assert len(pages) > 30
    for page in pages:
        assert (site / page.with_suffix(".html")).stat().st_size > 2000, page


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    looked_at = [*site.rglob("*.html"), *site.rglob("*.css")]
    found = {path.name: [one for one in fetched(path) if is_elsewhere(one)] for path in looked_at}
    assert {name: which for name, which in found.items() if which} == {}
    assert sum(len(fetched(path)) for path in looked_at) > len(looked_at)  # and the rest is seen


def test_what_comes_from_elsewhere_is_seen(tmp_path: Path) -> None:
    page, style = tmp_path / "a.html", tmp_path / "a.css"
    page.write_text(
        '<script src="https://cdn.example.org/x.js"></script><img src="//example.org/a.png">'
        '<link rel="stylesheet" href="http://example.org/a.css"><a href="https://example.org">ok</a>'
    )
    style.write_text("@import 'https://example.org/f.css'; a { src: url(https://example.org/f) }")
    assert sum(map(is_elsewhere, fetched(page))) == 3
    assert sum(map(is_elsewhere, fetched(style))) == 2


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", OPENED)
def test_pages_fit_the_screen_and_load_whole(
    site: Path, name: str, size: tuple[int, int], open_page: Callable[..., Opened]
) -> None:
    opened = open_page(site / f"{name}.html", size)
    assert opened.errors == []
    assert [one for one in opened.requests if not one.startswith("file:")] == []
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    pictures = page.locator("article img")
    for i in range(pictures.count()):
        assert pictures.nth(i).evaluate("i => i.complete && i.naturalWidth > 100")
        assert pictures.nth(i).get_attribute("alt")
    if name in {"mechanisms", "how-to/read-a-campaign"}:
        assert pictures.count() >= 3
    if name == "api":
        assert page.locator("dt.sig").count() > 20
        returned = page.locator("dl.field-list dt:has-text('Returns') + dd").all_inner_texts()
        assert any(text.startswith("Dataset over time [s]") for text in returned), returned


def test_a_link_between_pages_is_followed(site: Path, open_page: Callable[..., Opened]) -> None:
    opened = open_page(site / "demo.html")
    opened.page.get_by_role("link", name="a short script").click()
    opened.page.wait_for_url("**/how-to/read-a-campaign.html")
    assert opened.page.locator("h1").inner_text().startswith("Read a campaign")
    script = opened.page.get_by_role("link", name="The script").first
    assert (script.get_attribute("href") or "").endswith("read_a_campaign.py")
