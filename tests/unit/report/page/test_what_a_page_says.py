"""What the sections of a page say of stores whose answers are known."""

import shlex
from dataclasses import replace

import h5py
import numpy as np
import pytest
from made_stores import (
    TEXT,
    collected,
    experiment_of,
    failed,
    made_content,
    made_store,
    nothing,
)

from sampling_sim.campaign.batches import shards_of
from sampling_sim.outcome import Outcome, Status
from sampling_sim.report.page import case_section
from sampling_sim.report.page.cells import figure_text, number, share
from sampling_sim.report.page.figures import label_height, wrapped
from sampling_sim.report.page.page import report_page
from sampling_sim.report.page.parts import Listing, Note, Plot, Table
from sampling_sim.report.page.view import read_view
from sampling_sim.store import read_store, write_store

GRID = """\
[sequence]
approach_speed = { normal = ["5 cm/s", "1 cm/s"], min = "1 cm/s", max = "9 cm/s" }
dwell = { grid = ["2 s", "4 s"] }

[regolith]
tensile_strength = { grid = ["1 Pa", "2 Pa"], epistemic = true }

[campaign]
cases = 6
seed = 3

[[requirements]]
text = "collected_mass >= 300 g"
probability = 0.5
confidence = 0.8
"""


@pytest.fixture
def page_of(tmp_path):
    """Sections of the page of a made store, by anchor."""

    def made(experiment=None, rule=collected, recorded=0, replays=()):
        path = made_store(tmp_path / "a.h5", experiment, rule, recorded)
        for case in replays:
            (tmp_path / f"page_case_{case}.html").touch()
        page = report_page([read_view(path, tmp_path / "page.html")])
        return page, {section.anchor: section for section in page.sections}

    return made


def parts(section, kind):
    return [part for part in section.parts if isinstance(part, kind)]


def words(section):
    return " ".join(note.text for note in parts(section, Note))


def columns(table, name):
    at = table.head.index(name)
    return [row[at] for row in table.rows]


def test_verdicts_come_first(page_of):
    page, _ = page_of()
    assert page.sections[0].anchor == "verdicts"
    assert page.subtitle == "Does it collect enough?"


def test_a_verdict_says_share_bounds_and_what_is_missing(page_of):
    _, found = page_of()
    (note,) = parts(found["verdicts"], Note)
    assert note.kind == "open"
    assert "collected_mass >= 100 g in 80 % of cases, at 90 % confidence" in note.text
    assert "8 of 8 cases meet it: a share of 75.0 to 100.0 %" in note.text
    assert "3 more cases would show it" in note.text  # 0.8^11 < 0.1
    (table,) = parts(found["verdicts"], Table)
    assert [c.value for c in columns(table, "more cases needed")] == [3]


@pytest.mark.parametrize(
    ("cases", "rule", "kind"), [(12, collected, "met"), (12, nothing, "not-met")]
)
def test_verdicts_of_every_kind_are_shown(page_of, cases, rule, kind):
    _, found = page_of(experiment_of(TEXT, f"campaign.cases={cases}"), rule)
    assert parts(found["verdicts"], Note)[0].kind == kind


def test_verdicts_of_design_points_and_surfaces_are_all_there(page_of):
    _, found = page_of(experiment_of(GRID))
    (table,) = parts(found["verdicts"], Table)
    assert len(table.rows) == 4
    assert [c.value for c in columns(table, "design point")] == [0, 0, 1, 1]
    assert columns(table, "where")[3].text == "dwell 4 s · tensile strength 2 Pa"
    assert "2 of 2 design points (0, 1)" in words(found["verdicts"])


def test_without_requirements_there_is_no_verdict(page_of):
    _, found = page_of(experiment_of(TEXT.partition("[[req")[0]))
    assert "no verdict" in words(found["verdicts"])


def test_the_distribution_has_its_figures_in_words(page_of):
    _, found = page_of()
    (plot,) = parts(found["distribution"], Plot)
    assert "8 cases, mean 0.4" in plot.alternative
    assert "at 95 %" in plot.alternative
    assert sum(plot.figure.data[0].y) == 8


def test_places_are_drawn_apart(page_of):
    _, found = page_of(experiment_of(GRID))
    (plot,) = parts(found["distribution"], Plot)
    assert len(plot.figure.layout.yaxis.ticktext) == 4
    assert plot.alternative.count("6 cases, mean") == 4


def test_a_click_on_a_bar_leads_to_no_case(page_of):
    """Only what is a case has a number for one: bins of counts begin at whole numbers."""
    text = TEXT.replace("collected_mass >= 100 g", "collected_count >= 3")
    _, found = page_of(experiment_of(text))
    for plot in parts(found["distribution"], Plot):
        bars, *_, points = plot.figure.data
        assert plot.leads_to_cases
        assert bars.customdata is None
        assert " to " in bars.hovertext[0]
        assert points.customdata.tolist() == list(range(8))


@pytest.mark.parametrize("step", [0.0, 2.3e-16, 1e-13])
def test_values_with_no_room_between_them_are_one_bar(page_of, step):
    def rule(plan, rng):
        return replace(collected(plan, rng), collected_mass=1.0 + step * (plan.index % 3))

    _, found = page_of(rule=rule)
    assert parts(found["distribution"], Plot)[0].figure.data[0].y.tolist() == [8]


def test_places_that_rounding_makes_equal_keep_their_numbers(page_of):
    grid = '"1000.0001 kg", "1000.0002 kg", "1100 kg"'
    text = TEXT + f"\n[craft]\nmass = {{ grid = [{grid}] }}\n"
    _, found = page_of(experiment_of(text, "campaign.cases=3"))
    labels = [cell.text for cell in columns(parts(found["verdicts"], Table)[0], "where")]
    assert labels == ["point 0, surface 0: mass 1000 kg", "point 1, surface 0: mass 1000 kg",
                      "mass 1100 kg"]  # fmt: skip
    (bars,) = parts(found["status"], Plot)
    assert len(set(bars.figure.data[0].y)) == 3


def test_zero_mass_is_a_distribution(page_of):
    _, found = page_of(rule=nothing)
    (plot,) = parts(found["distribution"], Plot)
    assert "mean 0 kg (no interval from these cases)" in plot.alternative
    assert plot.figure.data[0].y.tolist() == [8]
    assert "Nothing drives collected_mass" not in words(found["drivers"])  # 8 cases are too few


def test_one_case_makes_a_page(page_of):
    _, found = page_of(experiment_of(TEXT, "campaign.cases=1"))
    (plot,) = parts(found["distribution"], Plot)
    assert "1 cases, mean" in plot.alternative
    assert "cannot be told: 1 cases have a value; needs 20" in words(found["drivers"])


def test_only_failures_make_a_page(page_of):
    page, found = page_of(rule=failed)
    assert "no distribution" in words(found["distribution"])
    assert parts(found["cases"], Plot) == []
    assert len(parts(found["failures"], Table)[0].rows) == 8
    assert any("100 % of the cases failed" in note.text for note in page.lead)


def test_failures_say_case_seed_message_and_how_to_run_again(page_of):
    def rule(plan, rng):
        return failed(plan, rng) if plan.index == 5 else collected(plan, rng)

    _, found = page_of(rule=rule)
    (table,) = parts(found["failures"], Table)
    assert [cell.text for cell in table.rows[0][:3]] == ["5", "diverged", "11"]
    assert "case 5: lower engine.contact_step" in table.rows[0][-1].text
    assert "rerun" in parts(found["failures"], Listing)[0].text
    assert "--case 5" in parts(found["failures"], Listing)[0].text


def test_drivers_of_the_outcomes_that_decide(page_of):
    def rule(plan, rng):
        mass = float(rng.normal()) + 100.0 * (plan.design_point == 1)
        return Outcome(collected_mass=mass, peak_force=1.0, packing_seed=plan.index,
                       status=Status.COLLECTED)  # fmt: skip

    _, found = page_of(experiment_of(GRID, "campaign.cases=8"), rule)
    first, *_ = parts(found["drivers"], Table)
    assert first.caption.startswith("What drives collected_mass, from 32 cases")
    assert first.rows[0][0].text == "sequence.dwell"
    assert first.rows[0][1].value > 0.99
    assert "Nothing drives peak_force" in words(found["drivers"])


def test_saltelli_designs_give_sobol_indices(page_of):
    def rule(plan, rng):
        return Outcome(collected_mass=float(rng.uniform()), packing_seed=0, status=Status.COLLECTED)

    text = TEXT.replace("cases = 8", 'cases = 20\ndesign = "saltelli"')
    _, found = page_of(experiment_of(text), rule)
    assert "Sobol indices" in words(found["drivers"])
    assert "total" in parts(found["drivers"], Table)[0].head


def test_trades_name_what_nothing_beats(page_of):
    _, found = page_of(experiment_of(GRID))
    table, differences = parts(found["trades"], Table)
    assert len(table.rows) == 2
    assert "Traded: max mean collected_mass, min q95 peak_force" in words(found["trades"])
    assert differences.rows[0][0].text == "collected_mass"
    assert np.isclose(differences.rows[0][3].value, 0.2, atol=0.1)  # as `collected` makes it


def test_without_design_points_there_are_no_trades(page_of):
    _, found = page_of()
    assert "trades" not in found


def test_recorded_cases_lead_to_their_replays(page_of):
    _, found = page_of(recorded=2, replays=[1])
    (table,) = parts(found["cases"], Table)
    assert [(c.text, c.link) for c in columns(table, "replay")[:3]] == [
        ("recorded", ""), ("replay", "page_case_1.html"), ("", ""),
    ]  # fmt: skip
    (command,) = parts(found["cases"], Listing)
    assert "replay" in command.text
    assert "--case 0 -o" in command.text
    assert command.text.endswith("page_case_0.html")


def test_names_are_quoted_in_commands_and_links(tmp_path):
    path, output = tmp_path / "a b;c'.h5", tmp_path / "50 % #1?.html"
    made_store(path, recorded=2, rule=failed)
    (tmp_path / "50 % #1?_case_1.html").touch()
    page = report_page([read_view(path, output)])
    found = {section.anchor: section for section in page.sections}
    table, *_ = parts(found["cases"], Table)
    assert columns(table, "replay")[1].link == "50%20%25%20%231%3F_case_1.html"
    listings = [part for section in page.sections for part in parts(section, Listing)]
    commands = [
        line for part in listings for line in part.text.splitlines()
        if line.startswith("sampling-sim ")
    ]  # fmt: skip
    assert len(commands) > 10
    assert all(shlex.split(line)[2] == str(path) for line in commands)
    (replay,) = [line for line in commands if " replay " in line]
    assert shlex.split(replay)[-1] == str(tmp_path / "50 % #1?_case_0.html")


def test_units_of_a_file_are_shown_as_they_stand(page_of, tmp_path):
    path = made_store(tmp_path / "b.h5")
    with h5py.File(path, "a") as file:
        for values in file["runs"].values():
            values.attrs["units"] = "<b>u"
    page = report_page([read_view(path, tmp_path / "page.html")])
    plots = [part for section in page.sections for part in parts(section, Plot)]
    drawn = [plot.figure.to_json() for plot in plots]
    assert any("&lt;b&gt;u" in text for text in drawn)
    assert not any("\\u003cb\\u003e" in text or "<b>" in text for text in drawn)


def test_many_cases_wait_for_a_click(page_of, monkeypatch):
    def rule(plan, rng):
        return failed(plan, rng) if plan.index == 6 else collected(plan, rng)

    monkeypatch.setattr(case_section, "SHOWN_CASES", 3)
    _, found = page_of(rule=rule)
    (table,) = parts(found["cases"], Table)
    assert table.anchors == ("case-0", "case-1", "case-2", "case-6")
    assert [row[0].value for row in table.more] == [3, 4, 5, 7]
    assert "4 of 8 cases" in table.caption
    assert "4 are left out" in table.caption


def test_a_sweep_that_goes_on_is_told_on_the_page(page_of, tmp_path):
    shards_of(tmp_path / "a.h5").mkdir()
    page, _ = page_of()
    (note,) = [note.text for note in page.lead if "has not ended" in note.text]
    assert "of the 8 cases that are finished" in note


def test_a_part_of_a_sweep_is_told_on_the_page(tmp_path):
    write_store(tmp_path / "a.h5", made_content(experiment_of(), first=5))
    page = report_page([read_view(tmp_path / "a.h5", tmp_path / "page.html")])
    assert any("holds 3 of the cases 0 to 7" in note.text for note in page.lead)


def test_the_head_says_a_product_only_where_it_is_one(tmp_path):
    whole = made_content(experiment_of(GRID))
    for content, said in (
        (whole, "24 simulated cases (6 replicates × 2 design points × 2 surfaces;"),
        (made_content(experiment_of(GRID), first=5),
         "19 simulated cases (not all of 5 replicates, 2 design points, 2 surfaces;"),
    ):  # fmt: skip
        write_store(tmp_path / "a.h5", content)
        page = report_page([read_view(tmp_path / "a.h5", tmp_path / "page.html")])
        assert page.lead[0].text.startswith(said)


def test_intervals_say_between_how_many_packings(page_of):
    def rule(plan, rng):
        return replace(collected(plan, rng), packing_seed=plan.index % 2)

    page, _ = page_of(rule=rule)
    assert any("between 2 packings of the bed, which are few" in note.text for note in page.lead)


@pytest.mark.parametrize(
    ("design", "said"),
    [("saltelli", "are too sure"), ("latin_hypercube", "mostly too wide"),
     ("sobol", "mostly too wide")],
)  # fmt: skip
def test_what_a_design_does_to_intervals_is_told(page_of, design, said):
    page, _ = page_of(experiment_of(TEXT.replace("cases = 8", f'cases = 8\ndesign = "{design}"')))
    assert sum(said in note.text for note in page.lead) == 1
    page, _ = page_of()
    assert not any(said in note.text for note in page.lead)


@pytest.mark.parametrize("text", [TEXT, GRID])
def test_shared_packings_are_cautioned_by_verdicts_of_one_and_of_several_points(page_of, text):
    def rule(plan, rng):
        packing = plan.replicate % 4
        mass = 0.05 if packing == 0 else 0.5
        return replace(collected(plan, rng), packing_seed=packing, collected_mass=mass)

    _, found = page_of(experiment_of(text, "campaign.cases=24"), rule)
    notes = [note.text for note in parts(found["verdicts"], Note) if note.kind == "caution"]
    assert len(notes) == 1
    assert "share a packing" in notes[0]
    assert "count as 3 independent ones" in notes[0]  # 4 clusters without spread within


def test_provenance_has_the_file_and_its_checksums(page_of, tmp_path):
    _, found = page_of()
    attributes = read_store(tmp_path / "a.h5").attributes
    (table,) = parts(found["provenance"], Table)
    shown = {row[0].text: row[1].text for row in table.rows}
    assert shown["experiment_sha256"] == attributes["experiment_sha256"]
    assert shown["seed"] == "11"
    assert any(listing.text == TEXT for listing in parts(found["provenance"], Listing))


def test_plots_over_inputs_leave_room_for_the_titles_between(page_of):
    _, found = page_of()
    (plot,) = parts(found["cases"], Plot)
    upper, lower = plot.figure.layout.yaxis.domain, plot.figure.layout.yaxis2.domain
    margin = plot.figure.layout.margin
    drawn = plot.height - margin.t - margin.b
    assert drawn * (upper[0] - lower[1]) >= 70  # px: ticks, their labels, a title, air


def test_every_plot_has_its_words_and_every_number_its_source(page_of):
    page, _ = page_of(experiment_of(GRID, "campaign.cases=5"), recorded=1)
    kinds = [part for section in page.sections for part in section.parts]
    plots = [part for part in kinds if isinstance(part, Plot)]
    assert len({plot.name for plot in plots}) == len(plots) > 4
    assert all(any(letter.isdigit() for letter in plot.alternative) for plot in plots)
    cells = [c for part in kinds if isinstance(part, Table) for row in part.rows for c in row]
    assert all(cell.source for cell in cells if cell.value is not None)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.19649, "1.196"), (123456.0, "123500"), (1e6, "1e+06"), (-2.5e-7, "−2.5e−07"),
     (7, "7"), (-0.0, "0"), (True, "yes"), (0.0, "0"), (10000.0, "10000")],
)  # fmt: skip
def test_numbers_are_rounded_to_be_read(value, text):
    assert figure_text(value) == text


def test_what_is_no_number_is_a_dash():
    assert number(np.nan, "x").text == number(None, "x").text == "–"
    assert number(np.float64(1 / 3), "x").value == 1 / 3


def test_shares_are_written_like_numbers():
    assert [share(value, "x").text for value in (0.5, -1.0, 10.5)] == ["50 %", "−100 %", "1050 %"]


def test_labels_break_between_words():
    assert wrapped("regolith.packing_seed") == "regolith.packing_<br>seed"
    assert wrapped("a<b & c") == "a&lt;b &amp; c"
    assert label_height(wrapped("x" * 40)) == label_height("a<br>b<br>c")
