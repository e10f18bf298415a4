"""The command line: tables for people, one JSON object for scripts, one line for bad input."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_chain
import h5py
import numpy as np
import pytest
import trimesh

from sampling_sim import cli, terminal, terminal_summary
from sampling_sim.campaign.statistics.summary import NUMERIC_OUTCOMES
from sampling_sim.outcome import NOT_COMPARED, outcome_columns
from sampling_sim.store import read_store, same_bits

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fake_physics: None,
    serial_pool: None,
) -> Call:  # fmt: skip
    """Call the command line in this process; gives exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "80")  # what rich takes a pipe for

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sampling-sim", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        text = capsys.readouterr()
        return int(end.value.code or 0), text.out, text.err

    return run


def parsed(result: tuple[int, str, str]) -> dict[str, Any]:
    """Parse the one object on stdout of a command that succeeded."""
    code, out, err = result
    assert code == 0, err
    assert "NaN" not in out
    return json.loads(out)


@pytest.fixture
def stored(call: Call, experiment_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "out.h5"
    code, out, _ = call("sweep", experiment_file, "-o", path)
    assert code == 0
    assert "demonstration resolution" in out
    return path


def test_run_prints_every_outcome_and_json_gives_the_same(
    call: Call, experiment_file: Path
) -> None:
    code, out, _ = call("run", experiment_file)
    assert code == 0
    names = outcome_columns().keys() - {"message"}
    assert names <= {line.split(" ")[0] for line in out.splitlines()}
    assert max(map(len, out.splitlines()[1:])) <= 80  # the first one names a file
    report = parsed(call("run", experiment_file, "--json"))
    assert report.keys() == {"seed", "case_id", *outcome_columns()}
    assert report["grain_size_max"] is None
    assert f"{report['collected_mass']:.4g}" in out
    assert report["seed"] == 7


def test_run_takes_settings_and_a_seed(call: Call, experiment_file: Path) -> None:
    base = parsed(call("run", experiment_file, "--json"))
    seeded = parsed(call("run", experiment_file, "--json", "--seed", 8))
    assert seeded["seed"] == 8
    assert seeded["collected_mass"] != base["collected_mass"]
    setting = ("--set", "sequence.approach_speed=5 cm/s")
    fixed = parsed(call("run", experiment_file, "--json", *setting))
    assert fixed["collected_mass"] == np.sin(20.0) ** 2


def test_run_writes_a_file_of_one_case_with_its_series(
    call: Call, experiment_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "one.h5"
    report = parsed(call("run", experiment_file, "--json", "-o", path))
    content = read_store(path)
    assert content.columns["case_id"].tolist() == [report["case_id"]]
    assert len(content.series["time"].values) == 1 + report["collected_count"] % 5
    code, _, err = call("run", experiment_file, "-o", path)
    assert (code, err.count("\n")) == (2, 1)
    assert "exists already" in err


def test_sweep_ends_with_its_table_and_show_has_all(call: Call, stored: Path) -> None:
    code, out, _ = call("show", stored)
    assert code == 0
    table = out[: out.index("mean from")].splitlines()
    rows = {line.split(" ")[0]: line for line in table}
    assert set(NUMERIC_OUTCOMES) <= rows.keys()
    assert "6 cases" in out
    assert rows["collected_mass"].split()[1:3] == ["kg", "6"]
    assert "collected_mass >= 100 g in 50% of cases" in out
    report = parsed(call("show", stored, "--json"))
    assert report["schema_version"] == 2
    assert report["cases"] == sum(report["status"].values()) == 6
    mass = read_store(stored).columns["collected_mass"]
    assert f"{mass.mean():.4g}" in rows["collected_mass"]
    found = report["outcomes"]["collected_mass"]
    assert found["n"] == 6
    assert found["mean"] == pytest.approx(mass.mean(), rel=1e-15)
    assert found.keys() >= {"n", "mean", "sd", "q05", "q50", "q95", "mean_interval"}
    assert found["mean_interval"][0] < found["mean"] < found["mean_interval"][1]
    impulse = report["outcomes"]["impulse"]
    assert impulse.pop("n") == 0
    assert {str(value) for value in impulse.values()} == {"None", "[None, None]"}
    assert report["levels"]["tolerance_cases"] == 45
    (requirement,) = report["requirements"]
    assert requirement["met_cases"] == (mass >= 0.1).sum()
    assert requirement["verdict"] in {"met", "not met", "not shown yet"}


def test_tables_hold_any_number_whole_in_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    number = -5.25412e-05
    row = dict.fromkeys(
        ("mean", "sd", "q05", "q50", "q95", "tolerance_low", "tolerance_high"), number
    )
    row |= {"n": 9999, "mean_interval": [number, number]}
    outcomes = dict.fromkeys(NUMERIC_OUTCOMES, row)
    levels = {"interval": 0.95, "tolerance_share": 0.95, "tolerance_confidence": 0.9}
    statistics = {
        "cases": 1, "status": {}, "packings": 9999, "requirements": [], "outcomes": outcomes,
        "surfaces": [], "design_points": [], "levels": levels | {"tolerance_cases": 45},
        "notes": [],
    }  # fmt: skip
    terminal_summary.print_summary(statistics, "numbers", NUMERIC_OUTCOMES)
    out = capsys.readouterr().out
    assert out.count("-5.254e-5") == 9 * len(NUMERIC_OUTCOMES)
    assert all(out.count(f"\n{name} ") == 2 for name in NUMERIC_OUTCOMES)
    assert max(map(len, out.splitlines()[:-1])) <= 80  # the last is a line of words
    cells = [terminal.cell(x) for x in (1.5e20, 1e100, 2e-300, 0.0, 1e-10, 120.0, float("inf"))]
    assert cells == ["1.5e20", "1e100", "2e-300", "0", "1e-10", "120", "inf"]


def test_texts_of_a_file_are_shown_as_they_are_and_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As rich's markup or emoji, or as the terminal's own escapes, they would do something."""
    for text, shown in (
        ("[red]a[/]", "[red]a[/]"),
        (":b:", ":b:"),
        ("x\n\x1b[31m", r"x\n\x1b[31m"),
    ):
        terminal.print_whole(terminal.cell(text))
        assert capsys.readouterr().out == f"{shown}\n"


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ("latin_hypercube", "cases of a Latin hypercube are no independent sample"),
        ("sobol", "cases of a Sobol sequence are no independent sample"),
        ("saltelli", "cases of a Saltelli design share inputs with each other"),
        ("monte_carlo", None),
    ],
)
def test_a_design_that_gives_no_sample_is_cautioned_about(
    call: Call, experiment_file: Path, tmp_path: Path, design: str, said: str | None
) -> None:
    path = tmp_path / "out.h5"
    asked = ("--set", f"campaign.design={design}", "-n", 4)
    code, swept, _ = call("sweep", experiment_file, *asked, "-o", path)
    assert code == 0
    _, shown, _ = call("show", path)
    notes = parsed(call("show", path, "--json"))["notes"]
    assert len(notes) == (said is not None)
    for out in (swept, shown):
        assert out.count("caution: cases of a") == len(notes)
    if said is not None:
        assert notes[0].startswith(said)
        assert f"caution: {notes[0]}" in shown.replace("\n", " ")


def test_design_points_have_their_own_verdicts(
    call: Call, experiment_file: Path, tmp_path: Path
) -> None:
    grid = ("--set", 'mechanism.depth={ grid = ["1 cm", "2 cm"] }')
    path = tmp_path / "grid.h5"
    code, out, _ = call("sweep", experiment_file, "-n", 3, *grid, "-o", path)
    assert code == 0
    assert out.count("of 3; share") == 2
    report = parsed(call("show", path, "--json"))
    assert [r["design_point"] for r in report["requirements"]] == [0, 1]
    assert [p["inputs"] for p in report["design_points"]] == [
        {"mechanism.depth": 0.01}, {"mechanism.depth": 0.02},
    ]  # fmt: skip
    assert [p["cases"] for p in report["design_points"]] == [3, 3]


def test_a_grid_of_tuples_is_shown_entry_by_entry(
    call: Call, experiment_file: Path, tmp_path: Path
) -> None:
    grid = ("--set", "mechanism.axis={ grid = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]] }")
    path = tmp_path / "grid.h5"
    report = parsed(call("sweep", experiment_file, "-n", 1, *grid, "-o", path, "--json"))
    names = [f"mechanism.axis.{i}" for i in range(3)]
    assert read_store(path).runs["asteroid.extents.2"].attributes["units"] == "m"  # left out
    assert np.isnan(read_store(path).columns["asteroid.extents.2"]).all()
    assert [list(p["inputs"]) for p in report["design_points"]] == [names, names]
    assert report["design_points"][1]["inputs"]["mechanism.axis.1"] == 1.0
    assert read_store(path).runs["mechanism.axis.1"].attributes["varying"] == 1


def test_sweep_json_is_what_show_says(call: Call, experiment_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.h5"
    swept = parsed(call("sweep", experiment_file, "-n", 2, "-o", path, "--json"))
    assert swept == parsed(call("show", path, "--json"))
    assert swept["cases"] == 2


def test_rerun_finds_the_same_bits_and_notices_other_ones(call: Call, stored: Path) -> None:
    code, out, _ = call("rerun", stored, "--case", 3)
    assert code == 0
    assert "the same bits as stored" in out
    report = parsed(call("rerun", stored, "--case", 3, "--json"))
    assert report["differing"] == []
    with h5py.File(stored, "a") as file:
        mass = file["runs/collected_mass"]
        mass[3] = np.nextafter(mass[3], 1.0)
    code, out, err = call("rerun", stored, "--case", 3)
    assert code == 1
    assert err.endswith("came out different in collected_mass\n")
    assert call("rerun", stored, "--case", 2)[0] == 0
    with h5py.File(stored, "a") as file:
        file.attrs["cpu_model"] = "another"
    assert "collected_mass (changed since: cpu_model)" in call("rerun", stored, "--case", 3)[2]
    again = parsed(call("rerun", stored, "--case", 2, "--json"))
    assert (again["differing"], again["changed"]) == ([], ["cpu_model"])


def test_rerun_with_another_mesh_is_refused_before_it_runs(
    call: Call, experiment_file: Path, tmp_path: Path
) -> None:
    mesh = tmp_path / "box.stl"
    trimesh.creation.box((20.0, 14.0, 12.0)).export(mesh)
    path = tmp_path / "out.h5"
    setting = ("--set", f"asteroid.shape={mesh}", "--set", "asteroid.unit=m")
    assert call("sweep", experiment_file, "-n", 1, *setting, "-o", path)[0] == 0
    assert call("rerun", path, "--case", 0)[0] == 0
    trimesh.creation.box((20.0, 14.0, 11.0)).export(mesh)
    code, out, err = call("rerun", path, "--case", 0)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{path}: was made with another mesh than {mesh}" in err


def test_rerun_records_what_the_sweep_left_out(call: Call, stored: Path, tmp_path: Path) -> None:
    path = tmp_path / "again.h5"
    assert call("rerun", stored, "--case", 2, "--record", "-o", path)[0] == 0
    again = read_store(path)
    assert again.columns["case"].tolist() == [2]
    assert len(again.series["time"].values) > 0
    assert not read_store(stored).series


def test_merge_of_parts_is_the_whole(call: Call, stored: Path, tmp_path: Path) -> None:
    for case in (4, 1):
        call("rerun", stored, "--case", case, "-o", tmp_path / f"{case}.h5")
    merged = tmp_path / "merged.h5"
    assert call("merge", tmp_path / "4.h5", tmp_path / "1.h5", "-o", merged)[0] == 0
    assert read_store(merged).columns["case"].tolist() == [1, 4]
    masses = read_store(stored).columns["collected_mass"][[1, 4]]
    assert read_store(merged).columns["collected_mass"].tolist() == masses.tolist()


def test_shards_merge_to_the_sweep(
    call: Call, stored: Path, experiment_file: Path, tmp_path: Path
) -> None:
    parts = [tmp_path / f"{k}.h5" for k in (1, 2)]
    for k, part in enumerate(parts, start=1):
        assert call("sweep", experiment_file, "-o", part, "--shard", f"{k}/2")[0] == 0
        assert read_store(part).columns["case"].tolist() == list(range(k - 1, 6, 2))
    assert call("merge", *parts, "-o", tmp_path / "merged.h5")[0] == 0
    merged, whole = read_store(tmp_path / "merged.h5").columns, read_store(stored).columns
    for name in whole.keys() - NOT_COMPARED:
        assert same_bits(merged[name], whole[name]).all(), name


def test_shape_and_site_give_their_reports(call: Call) -> None:
    shape = parsed(call("shape", "kamooalewa", "--json"))
    wanted = {"vertices", "faces", "closed", "volume", "extents", "centre_of_mass", "inertia",
              "rotation_to_body", "problems"}  # fmt: skip
    assert wanted <= shape.keys()
    report = parsed(call("site", "kamooalewa", "--lat", 30, "--json"))
    wanted = {"position", "normal", "gravity", "centrifugal", "effective_acceleration",
              "gravity_gradient", "spin", "slope", "retains_loose_grains",
              "escape_speed"}  # fmt: skip
    assert wanted <= report.keys()
    heavy = parsed(call("site", "kamooalewa", "--lat", 30, "--density", "5.4 g/cm^3", "--json"))
    for ours, theirs in zip(report["gravity"], heavy["gravity"], strict=True):
        assert theirs == pytest.approx(2 * ours, rel=1e-12)  # default density 2.7 g/cm³
    turned = parsed(call("site", "kamooalewa", "--lat", 60, "--json"))
    latitude = np.arcsin(turned["position"][2] / np.linalg.norm(turned["position"]))
    assert latitude == pytest.approx(np.radians(60.0), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "none.toml"], "none.toml: cannot be read: No such file"),
        (["run", "{file}", "--set", "sequence.aproach_speed=1 m/s"], "did you mean"),
        (["run", "{file}", "--set", "sequence.tilt=5"], "{file}: sequence.tilt"),
        (["run", "{file}", "--seed", "-3"], "campaign.seed = -3"),
        (["sweep", "{file}", "-o", "{file}"], "exists already"),
        (["sweep", "{file}", "-o", "{file}/x.h5"], "cannot write here"),
        (["run", "{file}", "-o", "{file}/x.h5"], "cannot write here"),
        (["run", "{file}", "-o", ""], "'' is not the name of a file"),
        (["run", "{file}", "-o", "."], "'.' is not the name of a file"),
        (["sweep", "{file}", "-o", "/"], "'/' is not the name of a file"),
        (["sweep", "{file}", "-o", "{new}/"], "'{new}/' is not the name of a file"),
        (["sweep", "{file}", "-o", ".."], "..: is a folder"),
        (["run", "{file}", "-o", "{folder}"], "{folder}: is a folder"),
        (["sweep", "{file}", "-o", "{new}", "--resume", "--overwrite"], "exclude each other"),
        (
            ["sweep", "{file}", "-o", "{new}", "--resume", "--overwrite", "--dry-run"],
            "exclude each other",
        ),
        (
            ["sweep", "{file}", "-o", "{new}", "--set", "sequence.behaviour=refuse"],
            "{file}: no case can be run: the bed cannot",
        ),
        (
            ["sweep", "{file}", "-o", "{deep}", "--set", "sequence.behaviour=refuse"],
            "{file}: no case can be run: the bed cannot",
        ),
        (
            ["run", "{file}", "-o", "{deep}", "--set", "sequence.behaviour=refuse"],
            "{file}: the bed cannot",
        ),
        (
            ["sweep", "{file}", "-o", "{deep}", "--set", "asteroid.shape=kamoalewa"],
            "{file}: asteroid.shape = 'kamoalewa': shape 'kamoalewa' is not registered",
        ),
        (
            [
                "sweep",
                "{file}",
                "-o",
                "{new}",
                "--set",
                "asteroid.shape={{choice=['vesta', 'kamooalewa']}}",
            ],
            "{file}: asteroid.shape = 'vesta'",
        ),
        (["run", "{file}", "--set", "asteroid.unit=km"], "looks like m"),
        (["run", "{file}", "--fast"], "No such option: --fast"),
        (["fly"], "No such command 'fly'"),
        (["sweep", "{file}"], "Missing option '--output' / '-o'"),
        (["sweep", "{file}", "-o", "{new}", "-n", "0"], "-n 0)"),
        (["run", "{file}", "--seed", "many"], "--seed many)"),
        (["sweep", "{file}", "-o", "{new}", "--executor", "cloud"], "'cloud' is not one of"),
        (
            ["sweep", "{file}", "-o", "{new}", "--executor", "inline", "--workers", "2"],
            "--workers has no meaning with --executor inline",
        ),
        (
            ["sweep", "{file}", "-o", "{new}", "--scheduler", "tcp://here:1"],
            "--scheduler has no meaning with --executor local",
        ),
        (["sweep", "{file}", "-o", "{new}", "--executor", "dask"], "dask needs --scheduler"),
        (
            ["sweep", "{file}", "-o", "{new}", "--case-timeout", "9"],
            "--case-timeout '9' has the wrong",
        ),
        (["sweep", "{file}", "-o", "{new}", "--case-timeout", "9 m"], "wrong dimension"),
        (["sweep", "{file}", "-o", "{new}", "--memory", "-1 GB"], "must be more than 0 and"),
        (["sweep", "{file}", "-o", "{new}", "--memory", "2"], "'2' needs a unit, as \"2 GB\""),
        (["sweep", "{file}", "-o", "{new}", "--case-timeout", "1e30 h"], "less than 1e+15 s"),
        (["sweep", "{file}", "-o", "{new}" + 300 * "x"], "cannot write here: File name too long"),
        (["run", "{file}", "-o", "{new}" + 300 * "x"], "cannot write here: File name too long"),
        (["sweep", "{file}", "-o", "{new}" + 235 * "x"], "its name has 241 bytes; at most 239"),
        (["sweep", "{file}", "-o", "{deep}" + 118 * "é"], "its name has 242 bytes; at most 239"),
        (["run", "{file}", "-o", "{new}" + 240 * "x"], "its name has 246 bytes; at most 239"),
        (
            ["sweep", "{file}", "-o", "{new}", "--shard", "1/2", "--dry-run"],
            "--shard has no meaning with --dry-run",
        ),
        (["sweep", "{file}", "-o", "{new}", "--until", "noon", "--dry-run"], "--until 'noon'"),
        (
            [
                "sweep",
                "{file}",
                "-o",
                "{new}",
                "--until",
                "requirements decided",
                "--dry-run",
                "--set",
                "campaign.design=sobol",
            ],
            "campaign.design = 'sobol'",
        ),
        (["sweep", "{file}", "-o", "{new}", "-n", "9" * 20], "must be from 1 to 1000000000"),
        (["sweep", "{file}", "-o", "{new}", "-n", "9" * 20, "--dry-run"], "must be from 1 to 100"),
        (["sweep", "{file}", "-o", "{new}", "--shard", "1/" + "9" * 5000], "must be k/K"),
        (["sweep", "{file}", "-o", "{new}", "--shard", "3/2"], "--shard '3/2': must be k/K"),
        (["sweep", "{file}", "-o", "{new}", "--shard", "8/9"], "--shard 8/9: holds no case"),
        (
            ["sweep", "{file}", "-o", "{new}", "--executor", "slurm", "--slurm-option", "queue"],
            "--slurm-option 'queue': must be KEY=VALUE",
        ),
        (
            ["sweep", "{file}", "-o", "{new}", "--executor", "slurm", "--slurm-option", "mem=1"],
            "--slurm-option mem: unknown; there are directive, queue, account",
        ),
        (["show", "none.h5"], "none.h5: no such file"),
        (["show", "{file}"], "{file}: is not a result file"),
        (["rerun", "none.h5", "--case", "0"], "none.h5: no such file"),
        (["rerun", "none.h5", "--case", "0", "--record"], "--record needs -o"),
        (["merge", "{file}", "-o", "{new}"], "{file}: is not a result file"),
        (["shape", "kamoalewa"], "did you mean 'kamooalewa'"),
        (["shape", "{file}"], "state it, 'm' or 'km'"),
        (["site", "kamooalewa", "--density", "3"], "asteroid.density = '3'"),
    ],
)
def test_bad_input_is_one_line_exit_2_and_nothing_written(
    call: Call, experiment_file: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    new, deep = tmp_path / "new.h5", tmp_path / "a" / "b" / "new.h5"
    names = {"file": experiment_file, "new": new, "deep": deep, "folder": tmp_path}
    code, out, err = call(*(a.format(**names) for a in arguments))
    assert code == 2
    assert out == ""
    assert err.startswith("sampling-sim: ")
    assert said.format(**names) in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [experiment_file]


def test_a_case_that_the_file_lacks_is_bad_input(call: Call, stored: Path) -> None:
    code, _, err = call("rerun", stored, "--case", 60)
    assert (code, err.count("\n")) == (2, 1)
    assert "has no case 60; it holds 6, up to 5" in err


def test_no_command_shows_the_help(call: Call) -> None:
    code, out, _ = call()
    assert code == 0
    assert "sweep" in out


def test_ctrl_c_of_a_single_case_is_one_line(
    call: Call, experiment_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sampling_sim.campaign.single.case_record", interrupted)
    found = call("run", experiment_file, "-o", tmp_path / "new.h5")
    assert found == (130, "", "sampling-sim: interrupted: nothing was written\n")
    assert list(tmp_path.iterdir()) == [experiment_file]


def test_warnings_are_lines_of_their_own(
    call: Call, experiment_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warned(case: fake_chain.FakeCase, **_: object) -> fake_chain.FakeResult:
        logging.getLogger("sampling_sim.run").warning("overlap at %d %%", 4)
        return fake_chain.fake_run(case)

    monkeypatch.setattr(sys.modules["sampling_sim.run"], "run_case", warned)
    code, _, err = call("run", experiment_file)
    assert (code, err) == (0, "sampling-sim: warning: overlap at 4 %\n")


def test_merge_of_different_campaigns_names_the_files(
    call: Call, stored: Path, experiment_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.h5"
    assert call("run", experiment_file, "--seed", 8, "-o", other)[0] == 0
    code, _, err = call("merge", stored, other, "-o", tmp_path / "new.h5")
    assert code == 2
    assert err == (
        f"sampling-sim: {stored} and {other}: parts of different campaigns: campaign_id differs\n"
    )


def test_an_internal_error_is_one_line_and_exit_1(
    call: Call, experiment_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = call("run", experiment_file, "--set", "sequence.behaviour=raise")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "RuntimeError: wires crossed" in err
    monkeypatch.setenv("SAMPLING_SIM_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["x", "run", str(experiment_file), "--set",
                                      "sequence.behaviour=raise"])  # fmt: skip
    with pytest.raises(RuntimeError, match="wires crossed"):
        cli.main()


def test_help_imports_no_heavy_library() -> None:
    """What keeps `--help` quick; a time would only test the machine."""
    script = (
        "import sys, sampling_sim.cli\n"
        "try:\n    sampling_sim.cli.app(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'numba', 'pybullet', 'h5py', 'xarray', 'distributed', 'pint', 'scipy',"
        " 'trimesh', 'pydantic'}\n"
        "sys.exit(' '.join(sorted(heavy & sys.modules.keys())) or 0)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "sweep" in done.stdout


def test_show_tells_drivers_and_trades(call: Call, experiment_file: Path, tmp_path: Path) -> None:
    grid, path = ("--set", 'mechanism.depth={ grid = ["1 cm", "2 cm"] }'), tmp_path / "grid.h5"
    assert call("sweep", experiment_file, "-n", 10, *grid, "-o", path)[0] == 0
    found = parsed(call("show", path, "--drivers", "slipped", "--json"))["drivers"]
    assert (found["design"], found["cases"], found["left_out"]) == ("given", 20, 0)
    names = {"mechanism.depth", "sequence.approach_speed", "sequence.tilt"}
    assert {entry["input"] for entry in found["drivers"]} == names
    entry = found["drivers"][0]
    assert entry.keys() == {"input", "first_order", "delta", "rank_correlation"}
    assert entry["first_order"].keys() == {"value", "interval", "p_value", "distinguishable"}
    trade = parsed(call("show", path, "--pareto", "max collected_mass, min wall_time", "--json"))
    assert [point["design_point"] for point in trade["pareto"]["points"]] == [0, 1]
    # The fake physics does not know the depth
    assert trade["pareto"]["differences"][0]["mean"] == 0.0
    code, out, _ = call(
        "show", path, "--drivers", "slipped", "--pareto", "max collected_mass, min q95 peak_force"
    )
    assert code == 0
    assert "what drives slipped, from 20 cases" in out
    assert "min q95 peak_force" in out


def test_show_refuses_what_it_cannot_tell(call: Call, stored: Path) -> None:
    for arguments, said in (
        (("--drivers", "collected_mass"), "6 cases have a value; needs 20"),
        (("--drivers", "colected_mass"), "did you mean 'collected_mass'?"),
        (("--pareto", "most collected_mass"), "must be max or min"),
    ):
        code, _, err = call("show", stored, *arguments)
        assert (code, err.count("\n")) == (2, 1)
        assert said in err
