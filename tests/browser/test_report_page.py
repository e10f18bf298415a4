"""The report in a real Chromium: quiet, drawn, escaped, readable; its numbers are the store's."""

import re
from collections.abc import Iterator

import h5py
import numpy as np
import pytest
from browsing import DESKTOP, PHONE, Opened, changed_share
from made_stores import TEXT, collected, experiment_of, failed, made_store, nothing

from sampling_sim import write_report
from sampling_sim.campaign.statistics.stored import (
    read_results,
    stored_drivers,
    stored_pareto,
    stored_summary,
)
from sampling_sim.report.page import case_section

HOSTILE = """</script><script>window.owned = 1</script><img src=x onerror="owned=1">"'&amp;"""
NAME = """<script>owned=1</script>"'&amp;"""
"""Short enough to be the label of a bar."""
EXPERIMENT = """\
# </title><script>window.owned = 1</script>
[sequence]
approach_speed = { normal = ["5 cm/s", "1 cm/s"], min = "1 cm/s", max = "9 cm/s" }
tilt_x = { normal = ["0 deg", "1 deg"], min = "-3 deg", max = "3 deg" }

[campaign]
cases = 14
seed = 3
scenarios_are = "design_points"

[[campaign.scenarios]]
name = '''NAME'''
sequence.dwell = "2 s"

[[campaign.scenarios]]
name = "long"
sequence.dwell = "4 s"

[[requirements]]
text = "collected_mass >= 400 g"
probability = 0.7
confidence = 0.8
""".replace("NAME", NAME)
READY = "html[data-ready]"
WIDTHS = "[...document.querySelectorAll('.plot')].map(b => b.querySelector('svg').clientWidth)"
"""[CSS px] of every plot, as it is drawn."""
FEWEST = 40
"""Pixels of the marks of a plot; one point has a hundred."""


def hostile_failure(plan, rng):
    """Fail now and then, in words that mean harm."""
    if plan.index not in {3, 20}:
        return collected(plan, rng)
    wrong = failed(plan, rng)
    return type(wrong)(collected_mass=np.nan, status=wrong.status, message=HOSTILE,
                       packing_seed=plan.index)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Make a campaign of two design points with everything hostile in it, and its page."""
    folder = tmp_path_factory.mktemp("report")
    path = made_store(folder / """a<b>"c'.h5""", experiment_of(EXPERIMENT), hostile_failure, 2)
    (folder / "page_case_1.html").write_text("a replay")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_section, "SHOWN_CASES", 5)
        write_report(path, folder / "page.html")
    return path


@pytest.fixture(scope="module")
def report(chromium, store) -> Iterator[Opened]:
    """Its page, opened once for all tests."""
    context = chromium.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    found = Opened(context.new_page())
    found.watch()
    found.page.goto((store.parent / "page.html").as_uri())
    found.page.wait_for_selector(READY, state="attached")
    yield found
    context.close()


def marked(opened, name):
    """Count the pixels of a plot that change when its marks become transparent."""
    seen = opened.pixels(f"#{name}")
    restyle = f"async opacity => {{ await Plotly.restyle('{name}', {{ opacity }}); }}"
    opened.page.evaluate(restyle, 0)
    axes = opened.pixels(f"#{name}")
    opened.page.evaluate(restyle, 1)
    return changed_share(seen, axes) * seen.shape[0] * seen.shape[1]


def plots(opened):
    return opened.page.eval_on_selector_all(".plot", "boxes => boxes.map(box => box.id)")


def assert_quiet_and_drawn(opened):
    assert opened.errors == []
    assert opened.requests == []
    assert opened.page.locator(".plot.undrawn").count() == 0
    for name in plots(opened):
        assert marked(opened, name) > FEWEST, name


def test_the_page_is_quiet_and_every_plot_is_drawn(report):
    names = plots(report)
    assert {"distribution-collected-mass", "status-bars", "drivers-collected-mass", "trade",
            "cases-scatter"} <= set(names)  # fmt: skip
    assert_quiet_and_drawn(report)


def test_names_do_no_harm(report):
    page = report.page
    assert page.evaluate("window.owned") is None
    assert page.title() == """Report of a<b>"c'.h5"""
    assert page.locator("main img, header img").count() == 0
    assert page.locator("#failures ~ .table tbody tr").first.locator("td").last.inner_text() == (
        HOSTILE
    )
    labels = page.locator("#status-bars .ytick text").all_text_contents()
    assert NAME in labels


def test_a_phone_sees_all_of_it(report):
    page = report.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    try:
        page.wait_for_function(f"{WIDTHS}.every(width => width <= 390)")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        wide = page.locator("#statistics ~ .table").first
        assert wide.evaluate("box => box.scrollWidth > box.clientWidth")  # scrolls by itself
        assert (report.errors, report.requests) == ([], [])
    finally:
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        page.wait_for_function(f"{WIDTHS}.every(width => width > 900)")


def test_a_click_on_a_point_leads_to_its_case(report):
    """A real click, on the point that is farthest from the others."""
    page = report.page
    page.locator("#cases-scatter").scroll_into_view_if_needed()
    boxes = page.eval_on_selector_all(
        "#cases-scatter .xy .point",
        "all => all.map(p => { const b = p.getBoundingClientRect();"
        " return [b.x + b.width / 2, b.y + b.height / 2]; })",
    )
    at = np.array(boxes)
    between = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) + 1e9 * np.eye(len(at))
    lonely = int(np.argmax(between.min(axis=1)))
    page.mouse.move(*at[lonely])
    page.wait_for_selector("#cases-scatter .hovertext")
    expected = re.search(r"case (\d+)", page.locator("#cases-scatter .hovertext").text_content())
    page.mouse.click(*at[lonely])
    page.wait_for_selector("tr.marked")
    assert page.locator("tr.marked").get_attribute("id") == f"case-{expected[1]}"
    assert page.locator("tr.marked").evaluate("row => document.activeElement === row")


def test_a_link_to_a_section_marks_nothing(report):
    page = report.page
    page.locator("nav a[href='#status']").click()
    page.wait_for_function("location.hash === '#status'")
    page.wait_for_timeout(100)  # what listens to the change has run
    assert page.locator("h2.marked").count() == 0
    assert abs(page.locator("#status").evaluate("h => h.getBoundingClientRect().top")) < 5


def test_a_case_that_was_left_out_is_added_with_its_numbers(report, store):
    page = report.page
    assert page.locator("#case-17").count() == 0
    page.evaluate("document.getElementById('cases-scatter').emit('plotly_click',"
                  " {points: [{customdata: 17}]})")  # fmt: skip
    row = page.locator("#case-17.marked")
    found = row.locator("[data-source^='/runs/collected_mass']").get_attribute("data-value")
    with h5py.File(store) as file:
        assert float(found) == file["runs/collected_mass"][17]


def test_replays_beside_the_page_are_linked(report):
    link = report.page.locator("#case-1 a")
    assert link.get_attribute("href") == "page_case_1.html"
    assert report.page.locator("#case-0 td").last.inner_text() == "recorded"


def test_numbers_on_the_page_are_those_of_the_store(report, store):
    """Every one of them: from /runs through h5py, or from what `show --json` is made of."""
    found = report.page.eval_on_selector_all(
        "[data-value]", "all => all.map(e => [e.dataset.source, e.dataset.value])"
    )
    attributes, columns, experiment = read_results(store)
    reports = {"": stored_summary(attributes, columns, experiment)}
    with h5py.File(store) as file:
        runs = {name: values[:] for name, values in file["runs"].items()}
    for source, value in found:
        if source.startswith("/runs/"):
            name, _, case = source.removeprefix("/runs/").partition("#")
            expected = runs[name][runs["case"] == int(case)][0]
        elif source.startswith("histories."):
            expected = peak(store, source)
        else:
            option, _, path = source.rpartition(": ")
            if option not in reports:
                kind, _, what = option.removeprefix("--").partition(" ")
                make = {"drivers": stored_drivers, "pareto": stored_pareto}[kind]
                reports[option] = {kind: make(columns, experiment, what)}
            expected = walked(reports[option], path)
        assert float(value) == expected, source
    assert len(found) > 250
    assert {option.partition(" ")[0] for option in reports} == {"", "--drivers", "--pareto"}


def peak(store, source):
    """Largest value of a history of a case, or when after contact it is, by plain h5py."""
    quantity, case, what = source.removeprefix("histories.").split(".")
    with h5py.File(store) as file:
        row = int(np.flatnonzero(file["runs/case"][:] == int(case))[0])
        first, last = file["series/offsets"][row : row + 2]
        series = {
            n: v[first:last] for n, v in file["series"].items() if isinstance(v, h5py.Dataset)
        }
    force = np.sqrt(sum(series[f"head_force_{axis}"] ** 2 for axis in "xyz"))
    values = {
        "force": force, "sinkage": np.maximum(0.0, -series["rim_height"]),
        "speed": series["normal_speed"], "tilt": series["tilt"], "thrust": series["thrust"],
        "mass": series["contained_mass"],
    }[quantity]  # fmt: skip
    time = series["time"] - series["time"][np.argmax(force > 0.1)]
    if what == "peak":
        return values[time >= -1.0].max()
    return time[np.flatnonzero((time >= -1.0) & (values == values[time >= -1.0].max()))[0]]


def walked(report, path):
    """Return what stands at a path of a report; "a / b" is a quotient."""
    if " / " in path:
        top, below = path.split(" / ")
        return walked(report, top) / walked(report, below)
    for step in path.split("."):
        report = report[int(step)] if isinstance(report, list) else report[step]
    return report


def test_statistics_on_the_page_follow_from_the_columns(report, store):
    """Counts, means, spreads, quantiles and shares, by NumPy from plain h5py."""
    with h5py.File(store) as file:
        mass = file["runs/collected_mass"][:]
        status = file["runs/status"].asstr()[:]
        point = file["runs/design_point"][:]
    value = {
        source: float(text)
        for source, text in report.page.eval_on_selector_all(
            "[data-value]", "all => all.map(e => [e.dataset.source, e.dataset.value])"
        )
    }
    good = ~np.isin(status, ["failed", "diverged"])
    assert good.sum() == 26
    places = {"": good} | {f"design_points.{i}.": good & (point == i) for i in (0, 1)}
    for prefix, rows in places.items():
        of = f"{prefix}outcomes.collected_mass."
        assert value[f"{of}n"] == rows.sum()
        assert value[f"{of}mean"] == pytest.approx(mass[rows].mean(), rel=1e-12)
        assert value[f"{of}sd"] == pytest.approx(mass[rows].std(ddof=1), rel=1e-12)
        for key, q in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
            assert value[f"{of}{key}"] == pytest.approx(np.quantile(mass[rows], q), rel=1e-12)
    for name in ("collected", "failed", "diverged"):
        assert value[f"status.{name}"] == (status == name).sum()
    for i in (0, 1):
        met = good & (point == i) & (mass >= 0.4)
        assert value[f"requirements.{i}.surfaces.0.met_cases"] == met.sum()
        assert value[f"requirements.{i}.surfaces.0.share"] == met.sum() / (point == i).sum()


def test_it_prints_at_the_width_of_paper(report):
    """Plots are drawn anew for paper, and again for the screen."""
    page = report.page
    on_screen = page.evaluate(WIDTHS)
    assert min(on_screen) > 900
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(f"{WIDTHS}.every(w => w === 680)")
    assert page.locator("details:not(.words):not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_function(f"{WIDTHS}.every((w, i) => w === {on_screen}[i])")
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 3


@pytest.mark.parametrize(
    ("cases", "rule", "drawn"),
    [(1, collected, 3), (8, nothing, 3), (8, failed, 1)],
    ids=["one case", "zero mass", "only failures"],
)
def test_poor_stores_make_whole_pages(open_page, tmp_path, cases, rule, drawn):
    store = made_store(tmp_path / "a.h5", experiment_of(TEXT, f"campaign.cases={cases}"), rule)
    write_report(store, tmp_path / "page.html")
    opened = open_page(tmp_path / "page.html")
    opened.page.wait_for_selector(READY, state="attached")
    assert len(plots(opened)) == drawn
    assert_quiet_and_drawn(opened)
