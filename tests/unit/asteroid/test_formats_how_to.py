"""The how-to "bring your own shape", run as written."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from sampling_sim.asteroid.body import body_shape
from sampling_sim.asteroid.parameters import AsteroidParameters

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "how-to" / "bring-your-own-shape.md").read_text(encoding="utf-8")
COMMAND = f'sampling-sim() {{ PYTHONPATH="{ROOT}" "{sys.executable}" -m sampling_sim "$@"; }}\n'


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


def test_every_block_runs_and_says_what_the_page_says(tmp_path, monkeypatch):
    """One shell for the whole page; a command that fails unannounced ends it."""
    script = COMMAND + "set -e\n" + "\n".join(blocks("sh"))
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "refused, exit code 2" in done.stdout
    refused = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])[0]
    codes = [problem["code"] for problem in refused["problems"]]
    assert codes == ["not-closed", "inconsistent-winding"]
    # an octahedron of half-axes a, b, c has the volume 4/3 a b c
    table = tomllib.loads(blocks("toml")[0])["asteroid"]
    monkeypatch.chdir(tmp_path)
    body = body_shape(TypeAdapter(AsteroidParameters).validate_python(table))
    assert body.volume == pytest.approx(4.0 / 3.0 * 6.0 * 5.0 * 4.0, rel=1e-12)


def test_every_code_of_the_page_is_one_that_the_code_raises():
    """And the other way round: no code is left out of the page's table."""
    sources = [*(ROOT / "sampling_sim" / "asteroid").glob("*.py")]
    named = {"formats", "text_formats", "mesh_checks", "registry", "shape"}
    text = "".join(path.read_text(encoding="utf-8") for path in sources if path.stem in named)
    table = PAGE[PAGE.index("| code |") : PAGE.index("## 3.")]
    listed = {
        code for row in table.splitlines()[2:] if row.startswith("| `")
        for code in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1])
    }  # fmt: skip
    raised = set(
        re.findall(r'(?:ShapeError|found\.append|return)[\s(\[]+"([a-z0-9]+(?:-[a-z0-9]+)*)"', text)
    )
    assert {"not-closed", "too-large", "wrong-counts", "registry"} <= raised
    assert raised - {"not-written"} == listed
