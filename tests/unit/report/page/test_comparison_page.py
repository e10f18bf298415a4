"""Several files on one page: every number is that of the files, pairs are those of the seeds."""

import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from made_stores import TEXT, collected, experiment_of, failed, made_content, made_store, nothing

from sampling_sim import cli
from sampling_sim.campaign.comparison.compare import compare
from sampling_sim.errors import BadInput
from sampling_sim.report.page.comparison.page import comparison_page
from sampling_sim.report.page.comparison.sides import MOST
from sampling_sim.report.page.page import write_report
from sampling_sim.report.page.parts import Listing, Note, Plot, Table
from sampling_sim.report.page.view import read_view
from sampling_sim.report.page.writing import render
from sampling_sim.store import SCHEMA_VERSION, write_store

LOSS = 0.2
GRID = TEXT + '\n[craft]\nmass = { grid = ["2000 kg", "2100 kg"] }\n'
SCENARIOS = (
    TEXT.replace("cases = 8", 'cases = 4\nscenarios_are = "design_points"')
    + '\n[[campaign.scenarios]]\nname = "<script>x</script>"\nsite.lon = "0 deg"\n'
    + '\n[[campaign.scenarios]]\nname = "b & c"\nsite.lon = "90 deg"\n'
)


def lighter(plan, rng):
    """Collect a fifth less of what `collected` does, with an error of its own."""
    base = collected(plan, rng)
    mass = (1.0 - LOSS) * base.collected_mass + float(rng.normal(0.0, 0.01))
    return replace(base, collected_mass=mass)


def page_of(*paths: Path):
    return comparison_page([read_view(path, paths[0].with_suffix(".html")) for path in paths])


def section(page, anchor: str):
    return next(s for s in page.sections if s.anchor == anchor)


def parts_of(found, kind):
    return [part for part in found.parts if isinstance(part, kind)]


def rows_of(table: Table) -> dict[tuple[str, str], dict[str, float | str]]:
    """Outcome (requirement) and file → column → number, or text."""
    return {
        (row[0].text, row[1].text): {
            name: cell.text if cell.value is None else cell.value
            for name, cell in zip(table.head, row, strict=True)
        }
        for row in table.rows
    }


def stored(path: Path, name: str) -> np.ndarray:
    with h5py.File(path) as file:
        return file["runs"][name][:]


@pytest.fixture
def two(tmp_path):
    other = experiment_of(TEXT, "sequence.dwell=3 s")
    return made_store(tmp_path / "base.h5"), made_store(tmp_path / "new.h5", other, lighter)


def test_differences_are_of_pairs_and_those_of_the_files(two):
    page = page_of(*two)
    found = section(page, "differences")
    masses = [stored(path, "collected_mass") for path in two]
    row = rows_of(parts_of(found, Table)[0])["collected_mass [kg]", "B"]
    assert row["pairs"] == 8
    assert row["A"] == pytest.approx(masses[0].mean(), rel=1e-12)
    assert row["new"] == pytest.approx(masses[1].mean(), rel=1e-12)
    assert row["difference"] == pytest.approx((masses[1] - masses[0]).mean(), rel=1e-12)
    assert row["from"] < row["difference"] < row["to"] < 0.0
    assert row["of A"] == pytest.approx(-LOSS, abs=0.03)
    assert "all 8 cases pair" in found.parts[0].text
    plot = next(p for p in parts_of(found, Plot) if p.name == "difference-collected-mass")
    single, mean = plot.figure.data
    assert np.sort(single.x) == pytest.approx(np.sort(masses[1] - masses[0]), rel=1e-6)
    assert mean.x[0] == pytest.approx(row["difference"], rel=1e-12)
    assert mean.x[0] + mean.error_x.array[0] == pytest.approx(row["to"], rel=1e-9)
    assert mean.x[0] - mean.error_x.arrayminus[0] == pytest.approx(row["from"], rel=1e-9)


def test_verdicts_and_statistics_stand_under_each_other(two):
    page = page_of(*two)
    verdicts = rows_of(parts_of(section(page, "verdicts"), Table)[0])
    demand = "collected_mass >= 100 g in 0.8 of cases"
    for letter, path in zip("AB", two, strict=True):
        row = verdicts[demand, f"{letter}: {path.name}"]
        assert row["met"] == (stored(path, "collected_mass") >= 0.1).sum()
        assert row["of"] == 8
        assert row["verdict"] in {"met", "not shown yet"}
    statistics = rows_of(parts_of(section(page, "statistics"), Table)[0])
    for name, unit in (
        ("collected_mass", " [kg]"),
        ("peak_force", " [N]"),
        ("collected_count", ""),
    ):
        for letter, path in zip("AB", two, strict=True):
            values, row = stored(path, name), statistics[name + unit, f"{letter}: {path.name}"]
            assert row["n"] == len(values)
            assert row["mean"] == pytest.approx(values.mean(), rel=1e-12)
            for key, q in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
                assert row[key] == pytest.approx(np.quantile(values, q), rel=1e-12)


def test_every_number_with_a_letter_is_that_of_show_for_that_file(two):
    """Of all tables of the page; what has no path there is tested on its own."""
    views = {
        letter: read_view(p, p.with_suffix(".html")) for letter, p in zip("AB", two, strict=True)
    }
    page, read = page_of(*two), 0
    tables = [t for found in page.sections for t in parts_of(found, Table)]
    for cell in (cell for table in tables for row in table.rows for cell in row):
        letter, _, path = cell.source.partition(".")
        if letter not in views or path in {"finished", "places"}:
            continue
        top, _, below = path.partition(" / ")
        expected = walked(views[letter].summary, top)
        assert cell.value == (
            expected / walked(views[letter].summary, below) if below else expected
        )
        read += 1
    assert read > 70


def walked(report, path: str):
    for step in path.split("."):
        report = report[int(step)] if isinstance(report, list) else report[step]
    return report


def test_the_verdict_is_that_of_the_command_compare(two):
    page = page_of(*two)
    found = section(page, "physics")
    expected = compare(*two)
    row = rows_of(parts_of(found, Table)[0])["collected_mass [kg]", "B: new.h5"]
    assert (row["verdict"], row["pairs"], row["margin"]) == (expected.verdict, expected.pairs, 0.1)
    assert row["would tell"] == expected.cases_needed
    (tests,) = parts_of(found, Listing)
    for line in expected.lines()[1:]:
        assert line in tests.text or line.startswith("made differently")


def test_what_differs_is_named_and_nothing_else(two, tmp_path):
    (table,) = parts_of(section(page_of(*two), "inputs"), Table)
    rows = [[cell.text for cell in row] for row in table.rows]
    assert rows == [["sequence.dwell", "default", "3 s"]]
    same = made_store(tmp_path / "same.h5", rule=lighter)
    (note,) = section(page_of(two[0], same), "inputs").parts
    assert note.text.startswith("Nothing")


def test_distribution_functions_are_those_of_the_files(two):
    found = section(page_of(*two), "distribution")
    plot = next(p for p in parts_of(found, Plot) if p.name == "distribution-collected-mass")
    for trace, path in zip(plot.figure.data, two, strict=True):
        assert trace.x == pytest.approx(np.sort(stored(path, "collected_mass")), rel=1e-6)
        assert trace.y == pytest.approx(100.0 * np.arange(1, 9) / 8, rel=1e-6)


def test_other_seeds_are_said_and_taken_as_independent(tmp_path):
    base = made_store(tmp_path / "base.h5")
    other = made_store(tmp_path / "other.h5", experiment_of(TEXT, "campaign.seed=12"))
    found = section(page_of(base, other), "differences")
    note = parts_of(found, Note)[0]
    assert note.kind == "caution"
    assert "A has seed 11, B seed 12" in note.text
    row = rows_of(parts_of(found, Table)[0])["collected_mass [kg]", "B"]
    means = [stored(path, "collected_mass").mean() for path in (base, other)]
    assert row["pairs"] == 0
    assert row["difference"] == pytest.approx(means[1] - means[0], rel=1e-12)


def test_a_longer_run_pairs_with_the_cases_it_shares(tmp_path):
    base = made_store(tmp_path / "base.h5")
    longer = made_store(tmp_path / "longer.h5", experiment_of(TEXT, "campaign.cases=12"), lighter)
    found = section(page_of(base, longer), "differences")
    assert "8 of 8 and 12 cases pair" in parts_of(found, Note)[0].text
    row = rows_of(parts_of(found, Table)[0])["collected_mass [kg]", "B"]
    gap = stored(longer, "collected_mass")[:8] - stored(base, "collected_mass")
    assert row["difference"] == pytest.approx(gap.mean(), rel=1e-12)


def test_each_design_point_is_compared_on_its_own(tmp_path):
    experiment = experiment_of(GRID, "campaign.cases=5")
    base = made_store(tmp_path / "base.h5", experiment)
    new = made_store(tmp_path / "new.h5", experiment, lighter)
    rows = rows_of(parts_of(section(page_of(base, new), "differences"), Table)[0])
    masses = [stored(path, "collected_mass") for path in (base, new)]
    point = stored(base, "design_point")
    for number, mass in enumerate(("2000", "2100")):
        (row,) = [v for k, v in rows.items() if mass in k[0] and k[0].startswith("collected_mass")]
        gap = (masses[1] - masses[0])[point == number]
        assert row["difference"] == pytest.approx(gap.mean(), rel=1e-12)
        assert row["pairs"] == 5


def test_files_of_other_grids_each_keep_the_name_of_a_place(tmp_path):
    base = made_store(tmp_path / "base.h5", experiment_of(GRID, "campaign.cases=3"))
    other = experiment_of(GRID.replace("2100", "2200"), "campaign.cases=3")
    page = page_of(base, made_store(tmp_path / "new.h5", other))
    rows = rows_of(parts_of(section(page, "differences"), Table)[0])
    assert ("collected_mass [kg], mass 2000 kg", "B") in rows
    assert ("collected_mass [kg], A: mass 2100 kg; B: mass 2200 kg", "B") in rows


@pytest.mark.parametrize(
    ("design", "cases", "is_said"),
    [("monte_carlo", 10, False), ("latin_hypercube", 8, False), ("latin_hypercube", 10, True),
     ("sobol", 10, False)],
)  # fmt: skip
def test_pairs_whose_inputs_were_drawn_otherwise_are_told(tmp_path, design, cases, is_said):
    text = TEXT.replace("cases = 8", f'cases = 8\ndesign = "{design}"')
    base = made_store(tmp_path / "base.h5", experiment_of(text))
    new = made_store(tmp_path / "new.h5", experiment_of(text, f"campaign.cases={cases}"))
    notes = parts_of(section(page_of(base, new), "differences"), Note)
    assert any("not drawn from the same numbers" in note.text for note in notes) is is_said
    inputs = [stored(path, "sequence.tilt_x")[:8] for path in (base, new)]
    assert np.array_equal(*inputs) is not is_said


def test_a_file_of_one_case_is_compared(tmp_path):
    one = made_store(tmp_path / "one.h5", experiment_of(TEXT, "campaign.cases=1"))

    def elsewhere(plan, rng):
        return replace(collected(plan, rng), packing_seed=99)

    many = made_store(tmp_path / "many.h5", rule=elsewhere)
    for paths in ((one, many), (many, one)):
        rows = rows_of(parts_of(section(page_of(*paths), "physics"), Table)[0])
        assert {row["verdict"] for row in rows.values()} == {"inconclusive"}


def test_files_of_other_design_points_are_shown_and_not_compared(tmp_path):
    base = made_store(tmp_path / "base.h5")
    grid = made_store(tmp_path / "grid.h5", experiment_of(GRID, "campaign.cases=3"))
    page = page_of(base, grid)
    cautions = [n.text for n in parts_of(section(page, "physics"), Note) if n.kind == "caution"]
    assert any("has no case of design point 1" in text for text in cautions)
    notes = [n.text for n in parts_of(section(page, "differences"), Note)]
    assert any("1 place (design point on a surface) is in one file alone" in text for text in notes)
    assert "grid.h5" in render(page)


@pytest.mark.parametrize("rule", [nothing, failed])
def test_a_file_without_mass_or_without_a_finished_case_is_compared_all_the_same(tmp_path, rule):
    base, other = made_store(tmp_path / "base.h5"), made_store(tmp_path / "new.h5", rule=rule)
    for paths in ((base, other), (other, base)):
        page = page_of(*paths)
        assert "Distributions" in render(page)
    both = made_store(tmp_path / "also.h5", rule=rule)
    assert "How cases ended" in render(page_of(other, both))


def test_hostile_names_are_shown_as_they_stand(tmp_path):
    experiment = experiment_of(SCENARIOS)
    paths = [made_store(tmp_path / f"{name}.h5", experiment) for name in ("a<b>", "c")]
    text = render(page_of(*paths))
    assert "<script>x</script>" not in text
    assert "a<b>.h5" not in text
    assert "a&lt;b&gt;.h5" in text


def test_several_files_are_written_by_the_same_function(two, tmp_path):
    write_report(two, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    assert "Comparison of base.h5 and new.h5" in text


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Call `report` on files; gives exit code and stderr; no page may be left."""

    def run(*files):
        argv = ["sampling-sim", "report", *map(str, files), "-o", str(tmp_path / "page.html")]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert not (tmp_path / "page.html").exists()
        return int(end.value.code or 0), capsys.readouterr().err

    return run


def test_bad_files_are_refused_in_one_line(two, call, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("no store")
    newer = made_content(experiment_of())
    write_store(tmp_path / "newer.h5", newer)
    with h5py.File(tmp_path / "newer.h5", "r+") as file:
        file.attrs["schema_version"] = SCHEMA_VERSION + 1
    with h5py.File(tmp_path / "lacking.h5", "w") as target, h5py.File(two[0]) as source:
        for name in source:
            source.copy(name, target)
        for name, value in source.attrs.items():
            target.attrs[name] = value
        del target["runs/collected_mass"]
    for files, words in (
        ((two[0], text), "notes.txt: is not a result file"),
        ((two[0], tmp_path / "none.h5"), "none.h5: no such file"),
        ((two[0], two[1], two[0]), "base.h5: is named twice"),
        ((two[0], tmp_path / "newer.h5"), f"schema_version {SCHEMA_VERSION + 1} is unknown"),
        ((two[0], tmp_path / "lacking.h5"), "lacking.h5: is not a result file, or damaged"),
    ):
        code, err = call(*files)
        assert code == 2, files
        assert words in err
        assert len(err.strip().splitlines()) == 1


def test_more_files_than_colours_are_refused(two):
    views = [read_view(two[0], two[0].with_suffix(".html"))] * (MOST + 1)
    with pytest.raises(BadInput, match=f"at most {MOST}"):
        comparison_page(views)
