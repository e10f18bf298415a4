"""The scripts of docs/how-to run on the kept campaigns and print what the pages show."""

import runpy
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import matplotlib as mpl
import numpy as np
import pytest
from made_stores import TEXT, experiment_of, made_store
from matplotlib import image
from matplotlib import pyplot as plt

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
ONE_CASE = ROOT / "tests/unit/campaign/data/run_schema_1.h5"
CAMPAIGNS = {
    "read_a_campaign": "demo",
    "which_input_drives_it": "modes_touch",
    "trade_between_designs": "sites",
}
PAGES = {
    "read_a_campaign": ["docs/demo.md", "docs/how-to/read-a-campaign.md"],
    "which_input_drives_it": ["docs/how-to/read-a-campaign.md"],
    "trade_between_designs": ["docs/how-to/read-a-campaign.md"],
}
Script = Callable[..., str]


@pytest.fixture
def script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Script:
    """Run a script on a file, its picture to the test's folder; return what it printed."""

    def run(name: str, file: Path | str, *asked: str) -> str:
        monkeypatch.setattr(sys, "argv", [name, str(file), str(tmp_path), *asked])
        with mpl.rc_context({"backend": "Agg"}):
            runpy.run_path(str(DOCS / "how-to" / f"{name}.py"), run_name="__main__")
            plt.close("all")
        return capsys.readouterr().out

    return run


def kept(name: str) -> Path:
    return DOCS / "campaigns" / f"{CAMPAIGNS[name]}.h5"


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_pages_show_what_the_script_prints_and_draws(
    name: str, script: Script, tmp_path: Path
) -> None:
    printed = rows(script(name, kept(name)))
    assert len(printed) >= 5
    for page in PAGES[name]:
        assert set(printed) <= set(rows((ROOT / page).read_text(encoding="utf-8"))), page
    drawn = image.imread(tmp_path / f"{name}.png")
    shown = image.imread(DOCS / "pictures" / f"{name}.png")
    assert drawn.shape == shown.shape
    assert np.any(np.abs(drawn - shown) > 0.02, axis=-1).mean() < 1e-3  # make docs draws it anew
    assert (drawn[..., :3].min(axis=-1) < 0.9).mean() > 0.02  # something is drawn at all


def test_the_table_of_the_readme_is_that_of_the_script(script: Script) -> None:
    printed = rows(script("read_a_campaign", kept("read_a_campaign")))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = rows(readme[readme.index("## What comes out today") :])
    assert len(shown) == 6
    assert set(shown) <= set(printed)


def test_numbers_are_those_that_plain_h5py_reads(script: Script) -> None:
    printed = script("read_a_campaign", kept("read_a_campaign"))
    with h5py.File(kept("read_a_campaign")) as file:
        mass, force = file["runs/collected_mass"][:], file["runs/peak_force"][:]
        assert f"flown on {file.attrs['cpu_model']}, " in printed
    for words, unit, values in (
        ("collected mass", "kg", mass), ("peak force on the head", "N", force),
    ):  # fmt: skip
        line = next(line for line in rows(printed) if line.startswith(f"| {words} |"))
        shown = [float(cell.split()[0]) for cell in line.split("|")[2:5]]
        assert shown == pytest.approx([values.min(), values.mean(), values.max()], rel=5e-3)
        assert line.count(f" {unit} |") == 3


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_scripts_open_as_notebooks(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cell by cell in the folder of the script, as a notebook does, without `__file__`."""
    (tmp_path / "how-to").mkdir()
    shutil.copytree(DOCS / "campaigns", tmp_path / "campaigns")
    monkeypatch.chdir(tmp_path / "how-to")
    monkeypatch.setattr(sys, "argv", ["ipykernel_launcher.py", "-f", "kernel.json"])
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    cells = (DOCS / "how-to" / f"{name}.py").read_text(encoding="utf-8").split("\n# %%")
    assert len(cells) >= 5
    variables: dict[str, object] = {}
    with mpl.rc_context({"backend": "Agg"}):
        for cell in cells:
            exec(compile(f"#{cell}" if cell is not cells[0] else cell, name, "exec"), variables)
        plt.close("all")
    assert (tmp_path / "pictures" / f"{name}.png").exists()
    assert rows(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("read_a_campaign", (), r"gone\.h5: no such file$"),
        ("which_input_drives_it", (), r"gone\.h5: no such file$"),
        ("trade_between_designs", (), r"gone\.h5: no such file$"),
        ("which_input_drives_it", (ONE_CASE,), r"run_schema_1\.h5: .*needs 20$"),
        ("trade_between_designs", (ONE_CASE,), r"run_schema_1\.h5: .*design points"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    name: str, asked: tuple[Path, ...], said: str, script: Script
) -> None:
    with pytest.raises(SystemExit, match=said) as caught:
        script(name, *(asked or ("gone.h5",)))
    assert "\n" not in str(caught.value.code)


def test_wrong_objectives_and_outcomes_are_one_line(script: Script) -> None:
    with pytest.raises(SystemExit, match="name two objectives"):
        script("trade_between_designs", kept("trade_between_designs"), "max collected_mass")
    with pytest.raises(SystemExit, match="'mass'"):
        script("which_input_drives_it", kept("which_input_drives_it"), "mass")


def test_where_cases_are_too_few_no_interval_is_told(script: Script, tmp_path: Path) -> None:
    assert "nan" not in script("read_a_campaign", ONE_CASE)
    grid = TEXT + '\n[craft]\nmass = { grid = ["2000 kg", "2100 kg"] }\n'
    once = made_store(tmp_path / "once.h5", experiment_of(grid, "campaign.cases=1"))
    printed = script("trade_between_designs", once, "max collected_mass, min q95 peak_force")
    assert "| 2.1e+03 |" in printed
    assert "nan" not in printed
    assert "not 0" not in printed


def test_one_case_and_cases_without_series_are_drawn(script: Script) -> None:
    assert "| collected mass | 0.00 kg |" in script("read_a_campaign", ONE_CASE)
    assert "no case is recorded" in script("read_a_campaign", kept("which_input_drives_it"))
    assert "beats" in script("trade_between_designs", kept("trade_between_designs"),
                             "min q95 peak_force, max collected_mass")  # fmt: skip
    assert "approach_speed" in script(
        "which_input_drives_it", kept("trade_between_designs"), "max_sinkage"
    )
