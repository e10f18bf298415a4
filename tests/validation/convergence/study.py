"""Convergence of the default touch-and-go with step, stiffness, cohesion range, grains and bed.

    python tests/validation/convergence/study.py --repeats 32 --workers 2
    python tests/validation/convergence/study.py beds --repeats 32 --workers 2

runs every level of levels.toml, or of the plan named, as a campaign of its own (in
results/convergence/; an interrupted study goes on where it was) and writes results/convergence.json
and docs/convergence.md, or the files of the plan's name.  `--set` changes the base experiment,
`--levels` picks some of the levels, `--kept` flies nothing and writes the page from the levels and
cases that results/convergence/ holds.
"""

import argparse
import json
import sys
import tomllib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from paired import difference

from sampling_sim import load_experiment
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.errors import BadInput
from sampling_sim.store import read_store

ROOT = Path(__file__).parents[3]
BASE = ROOT / "experiments" / "touch_and_go.toml"
OUTCOMES = {"collected_mass": "kg", "peak_force": "N", "max_sinkage": "m", "ejected_mass": "kg"}
TITLE = "Convergence of the default touch-and-go"
INTRODUCTION = """# {title}

Written by `tests/validation/convergence/study.py`; do not edit. Up to {repeats} replicates a level
of `experiments/touch_and_go.toml`, paired (same approach errors, same packing seeds), with what the
plan beside that script changes. Each cell: mean, then the mean paired difference to the first level
over its mean, with its 95 % interval over packings (over replicates where there are fewer than
three packings).
"""


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", nargs="?", default="levels", help="levels.toml or another")
    parser.add_argument("--repeats", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--levels", nargs="*", help="names; all unless given")
    parser.add_argument("--set", nargs="*", default=[], help="KEY=VALUE for every level")
    parser.add_argument("--kept", action="store_true", help="only write the page, of what is kept")
    asked = parser.parse_args()
    name = "convergence" if asked.plan == "levels" else f"convergence-{asked.plan}"
    asked.folder, asked.page = ROOT / "results" / name, ROOT / "docs" / f"{name}.md"
    return asked


def store_of(level: dict, asked: argparse.Namespace) -> Path:
    """Name the result file of a level."""
    return asked.folder / f"{level['name'].replace(' ', '_')}.h5"


def flown(level: dict, always: list[str], asked: argparse.Namespace) -> dict:
    """Columns of the replicates of a level, run if need be unless only the kept ones are wanted."""
    path = store_of(level, asked)
    sys.stdout.write(f"{level['name']}\n")
    if not asked.kept:
        experiment = load_experiment(BASE, [*always, *asked.set, *level["set"]])
        run_campaign(experiment, path, cases=asked.repeats, workers=asked.workers, resume=True)
    runs = read_store(path).runs
    wanted = [
        "case",
        *OUTCOMES,
        "status",
        "packing_seed",
        "wall_time",
        "overlap_peak",
        "overlap_tool",
    ]
    rows = runs["case"].values < asked.repeats
    columns = {name: runs[name].values[rows] for name in wanted}
    return columns | {"status": np.asarray(columns["status"], str)}


def paired(base: dict, level: dict) -> tuple[dict, dict]:
    """Columns of the replicates that both levels have, in the same order."""
    both = np.intersect1d(base["case"], level["case"])
    found = []
    for columns in (base, level):
        rows = np.searchsorted(columns["case"], both)
        found.append({name: np.asarray(values)[rows] for name, values in columns.items()})
    return found[0], found[1]


def page(levels: list[dict], columns: dict[str, dict], title: str = TITLE, note: str = "") -> str:
    """Text of the page."""
    base = columns[levels[0]["name"]]
    head = [f"{name} [{unit}]" for name, unit in OUTCOMES.items()]
    lines = [INTRODUCTION.format(title=title, repeats=len(base["status"]))]
    lines += [f"| level | varied | {' | '.join(head)} | wall time [s] |"]
    lines += ["|---" * (len(head) + 3) + "|"]
    for level in levels:
        theirs, mine = paired(base, columns[level["name"]])
        cells = [difference(theirs, mine, outcome).text for outcome in OUTCOMES]
        time = np.mean(mine["wall_time"])
        lines += [f"| {level['name']} | {level['axis']} | {' | '.join(cells)} | {time:.0f} |"]
    parts = [*lines, "", note.rstrip(), "", coarse_graining(levels, columns)]
    return "\n".join(parts).rstrip() + "\n"


def coarse_graining(levels: list[dict], columns: dict[str, dict]) -> str:
    """Say how collected mass goes with grain size, and what that means for the default."""
    base = columns[levels[0]["name"]]
    sizes = sorted((level for level in levels if "size" in level), key=lambda level: level["size"])
    if not sizes:
        return ""
    found = [
        (s["size"], difference(*paired(base, columns[s["name"]]), "collected_mass")) for s in sizes
    ]
    finest, change = found[0]
    rows = "; ".join(f"× {size:g}: {d.share:+.0%} ± {d.half:.0%}" for size, d in found)
    head = f"## Coarse-graining error\n\nCollected mass over the default's, by grain size: {rows}."
    if finest >= 1.0:
        return f"{head} No finer grains were run: the default's error is not known."
    return (
        f"{head} Taken from the finest (× {finest:g}), the error of the default's resolution is "
        f"{-change.share:+.0%} ± {change.half:.0%} of its own mean; what still finer grains would "
        "add is not in it."
    )


def main() -> None:
    """Run the study and write its page."""
    asked = arguments()
    plan = tomllib.loads((Path(__file__).parent / f"{asked.plan}.toml").read_text())
    first, *others = plan["level"]
    levels = [first, *(o for o in others if not asked.levels or o["name"] in asked.levels)]
    if asked.kept:
        levels = [level for level in levels if store_of(level, asked).exists()]
    asked.folder.mkdir(parents=True, exist_ok=True)
    columns = {}
    for level in levels:
        columns[level["name"]] = flown(level, plan["always"], asked)
        done = [level for level in levels if level["name"] in columns]
        asked.page.write_text(page(done, columns, plan.get("title", TITLE), plan.get("note", "")))
    kept = {name: {k: np.asarray(v).tolist() for k, v in c.items()} for name, c in columns.items()}
    asked.folder.with_suffix(".json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except BadInput as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)
