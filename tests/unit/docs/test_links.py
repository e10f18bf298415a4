"""Every link of the Markdown pages leads to a file, and to a heading where it names one."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from myst_parser.mdit_to_docutils.base import default_slugify

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SOURCES = [
    path
    for folder in ("sampling_sim", "experiments", "tests", "docs", "shapes")
    for path in ROOT.glob(f"{folder}/**/*")
    if path.suffix in {".py", ".toml", ".md", ".sh"}
]
MARKDOWN = MarkdownIt("commonmark").enable("table")


def tokens(page: Path) -> Iterator[Token]:
    """All tokens of a page, inline ones too; code is no link."""
    for token in MARKDOWN.parse(page.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def links(page: Path) -> list[str]:
    found = [token.attrGet("href") or token.attrGet("src") for token in tokens(page)]
    return [str(link) for link in found if link is not None]


def headings(page: Path) -> set[str]:
    """Anchors as both the site and git hosts make them of headings."""
    found = list(tokens(page))
    return {
        default_slugify("".join(part.content for part in after.children or ()))
        for token, after in pairwise(found)
        if token.type == "heading_open"
    }


def broken(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    wrong = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = page.parent / place if place else page
        if not target.exists() or (anchor and anchor not in headings(target)):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_what_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading of `it`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md) [b](gone.md) ![c](gone.png) [d](there.md#a-heading-of-it) `[z](z.md)`\n"
        "[e](there.md#other) [f](https://example.org/x.md)\n\n| [g](gone2.md) |\n|---|\n\n"
        "```\n[h](code.md)\n```\n[i](#top)\n\n## Top\n[j](#top)\n"
    )
    expected = ["gone.md", "gone.png", "there.md#other", "gone2.md"]
    assert broken(page) == expected
    page.write_text(page.read_text().replace("## Top", "## Bottom"))
    assert broken(page) == [*expected, "#top", "#top"]


def test_pages_that_code_and_experiments_point_to_exist() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {mention}"
        for path in SOURCES
        for mention in re.findall(r"docs/[\w/-]+\.md", path.read_text(encoding="utf-8"))
        if not (ROOT / mention).exists()
    }
    assert missing == set()


def test_tests_that_pages_name_exist() -> None:
    """As `test_trades`, `test_demo.py`, `tests/unit/campaign/test_trades.py`."""
    files = list(ROOT.glob("tests/**/*.py"))
    known = {path.stem for path in files}
    for path in files:
        known |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        match[1]: page.name
        for page in PAGES
        for match in re.finditer(r"\b(test_[a-z0-9_]+)(?:\.py)?`", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 100
    assert {name: page for name, page in named.items() if name not in known} == {}


def test_the_contents_name_every_page_once() -> None:
    listed = re.findall(r"^([a-zA-Z/-]+)$", (ROOT / "docs/index.md").read_text(), re.MULTILINE)
    pages = [
        path.relative_to(ROOT / "docs").with_suffix("").as_posix()
        for path in PAGES
        if path.is_relative_to(ROOT / "docs")
    ]
    assert sorted(listed) == sorted(set(pages) - {"index"})


def test_the_page_of_python_names_every_public_function() -> None:
    import sampling_sim

    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    drawn = re.findall(r"\.\. currentmodule:: (\S+)|\.\. autofunction:: (\w+)", page)
    module, public = "", set()
    for changed, name in drawn:
        module = changed or module
        if name and module == "sampling_sim":
            public.add(name)
    assert public == set(sampling_sim.__all__) - {"__version__"}
    assert all(f"`{name}`" in page for name in public)
