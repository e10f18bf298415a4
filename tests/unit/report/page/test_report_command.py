"""The command `report`: a page written whole, and one clear line for what cannot be used."""

import os
import re
import sys
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from made_stores import made_store

import sampling_sim
from sampling_sim import cli

HOSTILE = """a<b>"c'&.h5"""


@pytest.fixture
def call(monkeypatch, capsys):
    """Call the command in this process; gives exit code, stdout, stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sampling-sim", "report", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        text = capsys.readouterr()
        return int(end.value.code or 0), text.out, text.err

    return run


class Watched(HTMLParser):
    """Everything that a page could fetch, and the elements it has."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.tags = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        named = dict(attributes)
        self.fetched += [named[key] for key in ("src", "srcset", "data") if key in named]
        self.fetched += [named.get("href")] * (tag == "link")


def test_a_page_is_written_and_fetches_nothing(call, tmp_path):
    store, page = made_store(tmp_path / HOSTILE, recorded=1), tmp_path / "page.html"
    code, out, _ = call(store, "-o", page)
    assert code == 0
    assert "MB" in out
    watched = Watched(page.read_text())
    assert watched.fetched == []
    assert "b" not in watched.tags  # of the file's name
    assert "<title>Report of a&lt;b&gt;&#34;c&#39;&amp;.h5</title>" in page.read_text()
    assert page.stat().st_size < 15e6
    assert len(re.findall(r"plotly\.js v\d", page.read_text())) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([HOSTILE, "page.html"])


def test_a_notebook_can_call_it(tmp_path):
    store, page = made_store(tmp_path / "a.h5"), tmp_path / "page.html"
    page.write_text("older")
    sampling_sim.write_report(store, page)
    assert page.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("page.txt", "must be the name of a page, as report.html"),
        ("missing/page.html", "no such folder"),
        ("folder.html", "is a folder"),
        ("store.html", "is the file to read"),
    ],
)
def test_an_output_that_cannot_be_is_one_line(call, tmp_path, output, said):
    store = made_store(tmp_path / "store.html")
    (tmp_path / "folder.html").mkdir()
    before = sorted(tmp_path.iterdir()), store.read_bytes()
    code, out, err = call(store, "-o", tmp_path / output)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert (sorted(tmp_path.iterdir()), store.read_bytes()) == before


def test_a_folder_that_may_not_be_written_to_is_one_line(call, tmp_path, monkeypatch):
    store = made_store(tmp_path / "a.h5")
    shut = tmp_path / "shut"
    shut.mkdir()
    shut.chmod(0o500)
    if os.access(shut, os.W_OK):  # root may write anywhere
        monkeypatch.setattr(
            "tempfile.TemporaryFile",
            lambda **_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")),
        )
    code, _, err = call(store, "-o", shut / "page.html")
    assert code == 2
    assert "cannot write here: Permission denied" in err
    assert err.count("\n") == 1


def test_a_full_disk_leaves_the_old_page(call, tmp_path, monkeypatch):
    store, page = made_store(tmp_path / "a.h5"), tmp_path / "page.html"
    page.write_text("older")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sampling_sim.store.writing.os.pwrite", full)
    code, _, err = call(store, "-o", page)
    assert code == 2
    assert "No space left on device" in err
    assert page.read_text() == "older"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.h5", "page.html"]


@pytest.mark.parametrize("name", ["missing.h5", "text.h5", "."])
def test_what_is_no_result_file_is_one_line(call, tmp_path, name):
    (tmp_path / "text.h5").write_text("hello")
    code, out, err = call(tmp_path / name, "-o", tmp_path / "page.html")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert not (tmp_path / "page.html").exists()


def test_templates_are_part_of_the_package():
    folder = files("sampling_sim.report.page") / "templates"
    assert {"page.html", "parts.html", "page.css", "page.js"} <= {p.name for p in folder.iterdir()}
