"""Body, histories and comparison in a real browser: drawn, quiet, no wider than a phone."""

from dataclasses import replace

import numpy as np
import pytest
from browsing import DESKTOP, PHONE, changed_share
from made_stores import TEXT, collected, experiment_of, made_content, made_store

from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.recording.series import TIME_SERIES
from sampling_sim.report.page.history_section import history_section
from sampling_sim.report.page.page import write_report
from sampling_sim.report.page.parts import Page
from sampling_sim.report.page.site_section import site_section
from sampling_sim.report.page.view import read_view
from sampling_sim.report.page.writing import write_page
from sampling_sim.store import Column, write_store

SAMPLES, RECORDED = 300, 5
PLACES = """
[[campaign.scenarios]]
name = "tip <img src=x onerror=alert(1)>"
site.lon = "0 deg"

[[campaign.scenarios]]
name = "flank"
site.lon = "90 deg"
"""
SCENARIOS = TEXT.replace("cases = 8", 'cases = 4\nscenarios_are = "design_points"') + PLACES
DRAWN = "document.querySelectorAll('.js-plotly-plot').length"


def lighter(plan, rng):
    return replace(collected(plan, rng), collected_mass=0.1 * float(rng.random()))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Sections of a file with two sites and histories of a known form."""
    folder = tmp_path_factory.mktemp("site")
    experiment = experiment_of(SCENARIOS)
    content = made_content(experiment)
    time = np.tile(0.01 * np.arange(SAMPLES), RECORDED)
    push = 10.0 * (1.0 + np.repeat(np.arange(RECORDED), SAMPLES)) * np.maximum(0.0, np.sin(time))
    made = dict.fromkeys(TIME_SERIES, 0.01 * time) | {"time": time, "head_force_z": push}
    series = {n: Column(values, {"units": "1", "long_name": n}) for n, values in made.items()}
    offsets = SAMPLES * np.minimum(np.arange(len(content.columns["case"]) + 1), RECORDED)
    attributes = {**content.attributes, "shape_sha256": ", ".join(mesh_hashes(experiment).values())}
    whole = replace(content, attributes=attributes, series=series, offsets={"": offsets})
    write_store(folder / "made.h5", whole)
    view = read_view(folder / "made.h5", folder / "page.html")
    sections = site_section(view), history_section(view)
    write_page(Page(title="made", sections=sections), folder / "page.html")
    return folder / "page.html"


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparison")
    files = [
        made_store(folder / "base.h5"),
        made_store(folder / "new.h5", experiment_of(TEXT, "sequence.dwell=3 s"), lighter),
    ]
    write_report(files, folder / "page.html")
    return folder / "page.html"


def shown(opened, name):
    """Scroll to a plot and wait until plotly has drawn it."""
    opened.page.locator(f"#{name}").scroll_into_view_if_needed()
    opened.page.wait_for_function(f"document.querySelector('#{name} .main-svg') !== null")
    opened.page.wait_for_timeout(300)  # the next frames, in which WebGL comes
    return opened.pixels(f"#{name}")


def colourful_share(picture):
    """Share of pixels that are neither white nor grey."""
    return float((np.ptp(picture[..., :3], axis=-1) > 0.15).mean())


def overflow(opened):
    return opened.page.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_the_body_and_histories_are_drawn_and_the_menu_changes_the_map(open_page, page):
    opened = open_page(page)
    before = shown(opened, "body-0")
    assert colourful_share(before) > 0.05
    opened.page.locator("#body-0 .updatemenu-header").click()
    buttons = opened.page.locator("#body-0 .updatemenu-dropdown-button")
    assert buttons.count() == 5
    buttons.filter(has_text="slope").click()
    opened.page.wait_for_function("document.querySelector('#body-0')._fullData[0].cmax === 180")
    opened.page.wait_for_timeout(300)
    assert changed_share(before, opened.pixels("#body-0")) > 0.03
    values = opened.page.evaluate(
        "(d => [Math.min(...d), Math.max(...d)])"
        "(document.querySelector('#body-0')._fullData[0].intensity)"
    )
    assert 0.0 <= values[0] < 60.0
    assert 150.0 < values[1] <= 180.0

    assert colourful_share(shown(opened, "history-force")) > 0.008  # thin lines, two bands
    drawn = opened.page.evaluate(
        "Array.from(document.querySelector('#history-force')._fullData[0].y)"
        ".reduce((a, b) => b > a ? b : a, 0)"
    )
    assert drawn == pytest.approx(10.0 * RECORDED, rel=1e-3)  # case 4, of the first scenario
    assert (opened.errors, opened.requests) == ([], [])


def test_the_page_fits_a_phone(open_page, page):
    opened = open_page(page, PHONE)
    assert colourful_share(shown(opened, "body-0")) > 0.05
    assert overflow(opened) <= 0
    assert (opened.errors, opened.requests) == ([], [])


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_comparison_is_drawn_and_fits(open_page, comparison, size):
    opened = open_page(comparison, size)
    for name in ("difference-collected-mass", "distribution-collected-mass", "status-bars"):
        assert colourful_share(shown(opened, name)) > 0.001, name
    assert opened.page.evaluate(DRAWN) >= 3
    assert overflow(opened) <= 0
    assert (opened.errors, opened.requests) == ([], [])
