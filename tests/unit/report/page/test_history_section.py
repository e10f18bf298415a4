"""Histories on the page: their envelope, their size, what is said where there are none."""

import re
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from made_stores import TEXT, collected, experiment_of, failed, made_content

from sampling_sim.recording.series import TIME_SERIES
from sampling_sim.report.page import history_section as module
from sampling_sim.report.page.history_section import (
    MOST_CURVES,
    MOST_POINTS,
    QUANTITIES,
    history_section,
)
from sampling_sim.report.page.parts import Note, Plot, Table
from sampling_sim.report.page.view import read_view
from sampling_sim.store import Column, write_store

STEP = 0.01
TWO_POINTS = TEXT + '\n[craft]\nmass = { grid = ["2000 kg", "2100 kg"] }\n'


def written(
    folder: Path, cases: int, recorded: int, text: str = TEXT, samples: int = 500, rule=collected
) -> Path:
    """File in which case k touches at 1 + k/10 s and is then pushed by k + 1 N, sinking k mm."""
    experiment = experiment_of(text, f"campaign.cases={cases}")
    content = made_content(experiment, rule)
    rows = len(content.columns["case"])
    time = np.tile(STEP * np.arange(samples), recorded)
    case = np.repeat(np.arange(recorded), samples)
    touching = time >= 1.0 + 0.1 * case - 1e-9
    made = {name: np.zeros(len(time)) for name in TIME_SERIES} | {
        "time": time,
        "head_force_z": np.where(touching, case + 1.0, 0.0),
        "rim_height": np.where(touching, -1e-3 * case, 0.2),
        "tilt": np.full(len(time), 0.01),
    }
    offsets = samples * np.minimum(np.arange(rows + 1), recorded)
    series = {
        name: Column(values, {"units": "1", "long_name": name}) for name, values in made.items()
    }
    path = folder / "made.h5"
    write_store(path, replace(content, offsets={"": offsets}, series=series))
    return path


def section_of(path: Path):
    return history_section(read_view(path, path.with_suffix(".html")))


def parts_of(section, kind):
    return [part for part in section.parts if isinstance(part, kind)]


def plot_of(section, name: str) -> Plot:
    return next(p for p in parts_of(section, Plot) if p.name == f"history-{name}")


def test_the_envelope_of_steps_is_the_quantiles_of_their_heights(tmp_path):
    cases = 7
    section = section_of(written(tmp_path, cases, cases))
    single, low, high, median = plot_of(section, "force").figure.data
    expected = np.quantile(np.arange(1.0, cases + 1.0), (0.05, 0.95, 0.5))
    for trace, value in zip((low, high, median), expected, strict=True):
        time = np.asarray(trace.x)
        known = (time > 0.5 * STEP) & (time < 1.9)  # all run until 2 s after contact
        assert known.any()
        assert np.asarray(trace.y)[known] == pytest.approx(value, rel=1e-6)
        before = time < -1.5 * STEP
        assert np.nanmax(np.asarray(trace.y)[before]) == 0.0
    assert high.fill == "tonexty"
    heights = {int(c): np.nanmax(single.y[single.customdata == c]) for c in set(single.customdata)}
    assert heights == {case: case + 1.0 for case in range(cases)}


def test_sinkage_is_the_depth_in_millimetres_and_never_negative(tmp_path):
    section = section_of(written(tmp_path, 4, 4))
    single = plot_of(section, "sinkage").figure.data[0]
    assert np.nanmin(single.y) == 0.0
    assert np.nanmax(single.y) == pytest.approx(3.0, rel=1e-6)


def test_peaks_are_those_of_the_file(tmp_path):
    path = written(tmp_path, 5, 3)
    (table,) = parts_of(section_of(path), Table)
    with h5py.File(path) as file:
        offsets, force = file["series/offsets"][:], file["series/head_force_z"][:]
        depth = -file["series/rim_height"][:]
    assert len(table.rows) == len(QUANTITIES)
    peak = table.rows[0]
    assert peak[1].value == force.max()
    assert peak[2].text == str(int(np.searchsorted(offsets, force.argmax(), side="right") - 1))
    assert peak[2].link == "#case-2"
    assert table.rows[1][1].value == depth.max()
    assert table.rows[1][1].text == "2"  # mm


def test_points_name_their_case_and_lead_to_it(tmp_path):
    section = section_of(written(tmp_path, 4, 2))
    for plot in parts_of(section, Plot):
        assert plot.leads_to_cases
        assert set(np.asarray(plot.figure.data[0].customdata).tolist()) == {0, 1}


def test_many_long_histories_are_bounded_and_the_page_says_so(tmp_path, monkeypatch):
    most, cases = 5, 9
    monkeypatch.setattr(module, "MOST_CURVES", most)
    section = section_of(written(tmp_path, cases, cases, samples=2000))
    for plot in parts_of(section, Plot):
        single = plot.figure.data[0]
        shown = np.asarray(single.customdata)
        assert len(set(shown.tolist())) == most
        assert np.unique(shown, return_counts=True)[1].max() <= MOST_POINTS + 1
        a_case = len(plot.figure.to_json()) / most
        assert a_case * MOST_CURVES < 500_000
    text = section.parts[0].text
    assert f"{most} cases, evenly chosen" in text
    assert f"{MOST_POINTS} points" in text
    top = plot_of(section, "force").figure.data[3]
    assert np.nanmax(top.y) == pytest.approx((cases + 1) / 2, rel=1e-6)  # over all, drawn or not


def test_a_peak_of_one_sample_survives_thinning(tmp_path):
    path = written(tmp_path, 2, 2, samples=1000)
    with h5py.File(path, "r+") as file:
        file["series/head_force_z"][777] = 77.0
    single = plot_of(section_of(path), "force").figure.data[0]
    assert np.nanmax(single.y) == 77.0


def test_each_design_point_has_an_envelope_with_its_name(tmp_path):
    section = section_of(written(tmp_path, 4, 8, text=TWO_POINTS))
    medians = [t for t in plot_of(section, "force").figure.data if t.line.width == 2]
    assert len(medians) == 2
    assert "2000 kg" in medians[0].name
    # cases 0, 2, 4, 6 belong to the first: pushed by 1, 3, 5, 7 N
    assert np.nanmax(medians[0].y) == pytest.approx(4.0, rel=1e-6)
    assert np.nanmax(medians[1].y) == pytest.approx(5.0, rel=1e-6)


def test_one_recorded_case_has_a_curve_and_no_envelope(tmp_path):
    section = section_of(written(tmp_path, 3, 1))
    assert len(plot_of(section, "force").figure.data) == 1
    assert "1 of 3 cases" in section.parts[0].text


def test_without_a_recorded_case_the_page_says_how(tmp_path):
    path = tmp_path / "made.h5"
    write_store(path, made_content(experiment_of()))
    (note,) = section_of(path).parts
    assert isinstance(note, Note)
    assert "--record N" in note.text
    assert f"rerun {path} --case 0 --record" in note.text


def test_cases_that_never_touch_are_counted_and_not_drawn(tmp_path):
    path = written(tmp_path, 3, 3)
    with h5py.File(path, "r+") as file:
        file["series/head_force_z"][500:1000] = 0.0
    section = section_of(path)
    assert "1 case never touches" in section.parts[0].text
    assert set(plot_of(section, "force").figure.data[0].customdata.tolist()) == {0, 2}
    with h5py.File(path, "r+") as file:
        file["series/head_force_z"][:] = 0.0
    (note,) = section_of(path).parts
    assert "3 cases never touch" in note.text


def test_alternatives_say_the_largest_median_with_its_band(tmp_path):
    text = plot_of(section_of(written(tmp_path, 5, 5)), "force").alternative
    # of 1 to 5 N while all run; of 1 to 4 N when the last case, the first to end, has ended
    assert re.search(r"median is largest .* with 3 N, where 5 to 95 % .* within 1.2 to 4.8 N", text)
    assert "5 N, case 4" in text


def test_cases_that_failed_or_diverged_are_in_no_median_and_no_peak(tmp_path):
    def rule(plan, rng):
        return (failed if plan.index == 4 else collected)(plan, rng)

    section = section_of(written(tmp_path, 5, 5, rule=rule))
    assert "1 of them failed or diverged and is left out" in parts_of(section, Note)[0].text
    single = plot_of(section, "force").figure.data[0]
    assert set(np.asarray(single.customdata).tolist()) == {0, 1, 2, 3}
    (table,) = parts_of(section, Table)
    assert table.rows[0][1].value == 4.0  # case 4 was pushed by 5 N


def test_places_are_told_apart_where_each_has_one_recorded_case(tmp_path):
    plot = plot_of(section_of(written(tmp_path, 4, 2, TWO_POINTS)), "force")
    assert [(trace.name, trace.showlegend) for trace in plot.figure.data] == [
        ("mass 2000 kg", True), ("mass 2100 kg", True),
    ]  # fmt: skip
    assert len({trace.line.dash for trace in plot.figure.data}) == 2
    assert "median" not in plot.alternative  # over both places it is that of nothing


@pytest.mark.parametrize("name", ["time", "head_force_x"])
def test_a_file_without_a_series_that_contact_is_told_by_has_no_histories(tmp_path, name):
    path = written(tmp_path, 3, 3)
    with h5py.File(path, "a") as file:
        del file["series"][name]
    (note,) = section_of(path).parts
    assert "3 cases never touch the ground, or have no force series" in note.text
