"""The watch over pages sees what it must: errors, requests, pixels; a quiet page shows none."""

from browsing import changed_share

QUIET = "<body style='background:white'><script>console.log('fine')</script><p>text</p>"
BROKEN = "<script>console.error('said')</script><script>missing()</script>"
ASKING = "<img src='http://127.0.0.1:9/picture.png'><script>fetch('other.json')</script>"


def _page(folder, text):
    path = folder / "page.html"
    path.write_text(text)
    return path


def test_a_quiet_page_is_quiet(open_page, tmp_path):
    opened = open_page(_page(tmp_path, QUIET))
    assert opened.errors == []
    assert opened.requests == []


def test_errors_of_a_page_are_seen(open_page, tmp_path):
    opened = open_page(_page(tmp_path, BROKEN))
    assert any("said" in error for error in opened.errors)
    assert any("missing" in error for error in opened.errors)


def test_requests_of_a_page_are_seen(open_page, tmp_path):
    opened = open_page(_page(tmp_path, ASKING))
    opened.page.wait_for_timeout(200)
    assert any("picture.png" in address for address in opened.requests)
    assert any("other.json" in address for address in opened.requests)


def test_pixels_tell_what_changed(open_page, tmp_path):
    opened = open_page(_page(tmp_path, QUIET))
    before = opened.pixels()
    opened.page.evaluate("document.body.style.background = 'black'")
    assert changed_share(before, opened.pixels()) > 0.9
    assert changed_share(before, before) == 0.0
